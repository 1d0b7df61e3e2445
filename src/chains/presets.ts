// Chains that people know, without RPC URLs: those are everybody's own.
//
// Sources: developers.circle.com/cctp (domains; contracts of V1 and V2), Circle's pages of USDC contracts. V2 has one
// address for each contract on all EVM chains of a network. `ChainReader.verify()` compares domain and version with what
// the contracts say themselves.

import type { CctpContracts, CosmosChainConfig, EvmChainConfig, FinalityRule } from "./chainConfig.ts";

type OwnSettings = "rpcUrls" | "wsUrl" | "startHeight";

/** What is the same for everybody who talks to a chain. */
export type ChainPreset = Omit<EvmChainConfig, OwnSettings> | Omit<CosmosChainConfig, OwnSettings>;

const V2_MAINNET: CctpContracts = {
  messageTransmitter: "0x81D40F21F12A8F0E3252Bccb954D722d4c464B64",
  tokenMessenger: "0x28b5a0e9C621a5BadaA536219b3a228C8168cf5d",
  tokenMinter: "0xfd78EE919681417d192449715b2594ab58f5D002",
};

const V2_TESTNET: CctpContracts = {
  messageTransmitter: "0xE737e5cEBEEBa77EFE34D4aa090756590b1CE275",
  tokenMessenger: "0x8FE6B999Dc680CcFDD5Bf7EB0974218be2542DAA",
  tokenMinter: "0xb43db544E2c27092c107639Ad201b3dEfAbcF192",
};

const NODE_SAYS_FINAL: FinalityRule = { kind: "tag", tag: "finalized" };

function blocks(count: number): FinalityRule {
  return { kind: "blocks", blocks: count };
}

/** Ethereum: 13 to 19 minutes to finality. */
const ETHEREUM = {
  finality: { fast: blocks(2), standard: NODE_SAYS_FINAL },
  pollIntervalMs: 6_000,
  logRangeMax: 2_000,
};
/** Chains that are final when Ethereum has their data for good. */
const LAYER2 = { finality: { fast: blocks(1), standard: NODE_SAYS_FINAL }, pollIntervalMs: 2_000, logRangeMax: 2_000 };
const POLYGON = { finality: { fast: blocks(2), standard: NODE_SAYS_FINAL }, pollIntervalMs: 2_000, logRangeMax: 2_000 };
/** Avalanche accepts a block once. */
const AVALANCHE = { finality: { fast: blocks(1), standard: blocks(1) }, pollIntervalMs: 2_000, logRangeMax: 2_000 };
const COMET = { finality: { fast: blocks(0), standard: blocks(0) }, pollIntervalMs: 1_500 };

const NOBLE = {
  kind: "cosmos",
  domain: 4,
  bech32Prefix: "noble",
  denom: "uusdc",
  gasPrice: "0.1uusdc",
  hasV2: false,
  ...COMET,
} as const;

const PRESETS: readonly ChainPreset[] = [
  {
    kind: "evm",
    name: "ethereum",
    domain: 0,
    chainId: 1,
    usdc: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
    v1: {
      messageTransmitter: "0x0a992d191DEeC32aFe36203Ad87D7d289a738F81",
      tokenMessenger: "0xBd3fa81B58Ba92a82136038B25aDec7066af3155",
      tokenMinter: "0xc4922d64a24675E16e1586e3e3Aa56C06fABe907",
    },
    v2: V2_MAINNET,
    ...ETHEREUM,
  },
  {
    kind: "evm",
    name: "ethereum-sepolia",
    domain: 0,
    chainId: 11_155_111,
    usdc: "0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238",
    v1: {
      messageTransmitter: "0x7865fAfC2db2093669d92c0F33AeEF291086BEFD",
      tokenMessenger: "0x9f3B8679c73C2Fef8b59B4f3444d4e156fb70AA5",
      tokenMinter: "0xE997d7d2F6E065a9A93Fa2175E878Fb9081F1f0A",
    },
    v2: V2_TESTNET,
    ...ETHEREUM,
  },
  {
    kind: "evm",
    name: "avalanche",
    domain: 1,
    chainId: 43114,
    usdc: "0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E",
    v1: {
      messageTransmitter: "0x8186359aF5F57FbB40c6b14A588d2A59C0C29880",
      tokenMessenger: "0x6B25532e1060CE10cc3B0A99e5683b91BFDe6982",
      tokenMinter: "0x420f5035fd5dc62a167e7e7f08b604335ae272b8",
    },
    v2: V2_MAINNET,
    ...AVALANCHE,
  },
  {
    kind: "evm",
    name: "avalanche-fuji",
    domain: 1,
    chainId: 43113,
    usdc: "0x5425890298aed601595a70ab815c96711a31bc65",
    v1: {
      messageTransmitter: "0xa9fb1b3009dcb79e2fe346c16a604b8fa8ae0a79",
      tokenMessenger: "0xeb08f243e5d3fcff26a9e38ae5520a669f4019d0",
      tokenMinter: "0x4ed8867f9947a5fe140c9dc1c6f207f3489f501e",
    },
    v2: V2_TESTNET,
    ...AVALANCHE,
  },
  {
    kind: "evm",
    name: "op",
    domain: 2,
    chainId: 10,
    usdc: "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85",
    v1: {
      messageTransmitter: "0x4D41f22c5a0e5c74090899E5a8Fb597a8842b3e8",
      tokenMessenger: "0x2B4069517957735bE00ceE0fadAE88a26365528f",
      tokenMinter: "0x33E76C5C31cb928dc6FE6487AB3b2C0769B1A1e3",
    },
    v2: V2_MAINNET,
    ...LAYER2,
  },
  {
    kind: "evm",
    name: "op-sepolia",
    domain: 2,
    chainId: 11_155_420,
    usdc: "0x5fd84259d66Cd46123540766Be93DFE6D43130D7",
    v1: {
      messageTransmitter: "0x7865fAfC2db2093669d92c0F33AeEF291086BEFD",
      tokenMessenger: "0x9f3B8679c73C2Fef8b59B4f3444d4e156fb70AA5",
      tokenMinter: "0xE997d7d2F6E065a9A93Fa2175E878Fb9081F1f0A",
    },
    v2: V2_TESTNET,
    ...LAYER2,
  },
  {
    kind: "evm",
    name: "arbitrum",
    domain: 3,
    chainId: 42161,
    usdc: "0xaf88d065e77c8cC2239327C5EDb3A432268e5831",
    v1: {
      messageTransmitter: "0xC30362313FBBA5cf9163F0bb16a0e01f01A896ca",
      tokenMessenger: "0x19330d10D9Cc8751218eaf51E8885D058642E08A",
      tokenMinter: "0xE7Ed1fa7f45D05C508232aa32649D89b73b8bA48",
    },
    v2: V2_MAINNET,
    ...LAYER2,
  },
  {
    kind: "evm",
    name: "arbitrum-sepolia",
    domain: 3,
    chainId: 421_614,
    usdc: "0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d",
    v1: {
      messageTransmitter: "0xaCF1ceeF35caAc005e15888dDb8A3515C41B4872",
      tokenMessenger: "0x9f3B8679c73C2Fef8b59B4f3444d4e156fb70AA5",
      tokenMinter: "0xE997d7d2F6E065a9A93Fa2175E878Fb9081F1f0A",
    },
    v2: V2_TESTNET,
    ...LAYER2,
  },
  {
    kind: "evm",
    name: "base",
    domain: 6,
    chainId: 8453,
    usdc: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
    v1: {
      messageTransmitter: "0xAD09780d193884d503182aD4588450C416D6F9D4",
      tokenMessenger: "0x1682Ae6375C4E4A97e4B583BC394c861A46D8962",
      tokenMinter: "0xe45B133ddc64bE80252b0e9c75A8E74EF280eEd6",
    },
    v2: V2_MAINNET,
    ...LAYER2,
  },
  {
    kind: "evm",
    name: "base-sepolia",
    domain: 6,
    chainId: 84532,
    usdc: "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
    v1: {
      messageTransmitter: "0x7865fAfC2db2093669d92c0F33AeEF291086BEFD",
      tokenMessenger: "0x9f3B8679c73C2Fef8b59B4f3444d4e156fb70AA5",
      tokenMinter: "0xE997d7d2F6E065a9A93Fa2175E878Fb9081F1f0A",
    },
    v2: V2_TESTNET,
    ...LAYER2,
  },
  {
    kind: "evm",
    name: "polygon",
    domain: 7,
    chainId: 137,
    usdc: "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359",
    v1: {
      messageTransmitter: "0xF3be9355363857F3e001be68856A2f96b4C39Ba9",
      tokenMessenger: "0x9daF8c91AEFAE50b9c0E69629D3F6Ca40cA3B3FE",
      tokenMinter: "0x10f7835F827D6Cf035115E10c50A853d7FB2D2EC",
    },
    v2: V2_MAINNET,
    ...POLYGON,
  },
  {
    kind: "evm",
    name: "polygon-amoy",
    domain: 7,
    chainId: 80002,
    usdc: "0x41e94eb019c0762f9bfcf9fb1e58725bfb0e7582",
    v1: {
      messageTransmitter: "0x7865fAfC2db2093669d92c0F33AeEF291086BEFD",
      tokenMessenger: "0x9f3B8679c73C2Fef8b59B4f3444d4e156fb70AA5",
      tokenMinter: "0xE997d7d2F6E065a9A93Fa2175E878Fb9081F1f0A",
    },
    v2: V2_TESTNET,
    ...POLYGON,
  },
  { name: "noble", chainId: "noble-1", ...NOBLE },
  { name: "noble-grand-1", chainId: "grand-1", ...NOBLE },
];

/** The presets by name. */
export const CHAIN_PRESETS: ReadonlyMap<string, ChainPreset> = new Map(PRESETS.map((preset) => [preset.name, preset]));
