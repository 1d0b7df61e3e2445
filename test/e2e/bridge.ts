// A devnet with its EVM chains, an attestation service for tests, burns on every side, and relayers between.

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectSecp256k1Wallet, type EncodeObject } from "@cosmjs/proto-signing";
import { coins, type DeliverTxResponse, SigningStargateClient } from "@cosmjs/stargate";
import { createWalletClient, encodeFunctionData, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { TOKEN_MESSENGER_V1_ABI, TOKEN_MESSENGER_V2_ABI, USDC_ABI } from "../../src/cctp/evmAbi.ts";
import type { ChainConfig, CosmosChainConfig } from "../../src/chains/chainConfig.ts";
import { openChainReader } from "../../src/chains/openChainReader.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { ATTESTER_KEYS, RELAYER_KEY } from "../../src/devnet/bridgeKeys.ts";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { parseRelayerConfig } from "../../src/relayer/config/parseRelayerConfig.ts";
import { hexOf } from "../../src/relayer/journal/record.ts";
import { type RelayerParts, type RunningRelayer, startRelayer } from "../../src/relayer/relayer.ts";
import { IrisStub } from "../../src/relayer/testing/irisStub.ts";
import { stateSetRegistry } from "../../src/sdk/chain/registry.ts";
import { SigningStateSetClient } from "../../src/sdk/chain/signingClient.ts";
import { addressOf, directWallet, PREFIX } from "./testChain.ts";

export const LOCAL_DOMAIN = 7770;
const FAST_POLL_MS = 50;
const FEE = { amount: coins(20_000, "uusdc"), gas: "2000000" };

/** Everything but relayers. */
export interface TestBridge {
  readonly devnet: DevnetSystem;
  readonly iris: IrisStub;
  readonly chains: readonly ChainConfig[];
  /** Our chain, signed for by the devnet's second account. */
  readonly cosmos: SigningStargateClient;
  readonly cosmosAddress: string;
  /** The configuration of a relayer between all chains, with a journal of its own, as its file has it. */
  configTable(): object;
  /** The chains as the configuration's file has them. */
  tables(): readonly object[];
  /** A relayer that is closed with the bridge. */
  relayer(over?: object, parts?: Partial<RelayerParts>): Promise<RunningRelayer>;
  close(): Promise<void>;
}

/** The configuration of our chain, as attester and relayer take it. */
export function localChain(devnet: DevnetSystem): CosmosChainConfig {
  const blocks = { kind: "blocks", blocks: 0 } as const;
  return {
    kind: "cosmos",
    name: "stateset",
    domain: LOCAL_DOMAIN,
    rpcUrls: [devnet.chain.rpcUrl],
    pollIntervalMs: FAST_POLL_MS,
    finality: { fast: blocks, standard: blocks },
    chainId: devnet.chain.chainId,
    bech32Prefix: "stateset",
    denom: "uusdc",
    gasPrice: "0.002uusdc",
    hasV2: true,
    startHeight: 1n,
  };
}

/** A chain's configuration as its file has it. */
function asTable(chain: ChainConfig): object {
  const { finality, startHeight, wsUrl, ...rest } = chain;
  const ruleOf = (rule: ChainConfig["finality"]["fast"]) => (rule.kind === "blocks" ? rule.blocks : rule.tag);
  return {
    ...rest,
    pollIntervalMs: FAST_POLL_MS,
    startHeight: Number(startHeight ?? 0n),
    finality: { fast: ruleOf(finality.fast), standard: ruleOf(finality.standard) },
  };
}

export const RELAYER_KEYS: ReadonlyMap<string, Uint8Array> = new Map(
  ["ethereum", "base", "stateset"].map((name) => [name, RELAYER_KEY.privKey]),
);

/**
 * Starts everything but relayers: that of the devnet would carry every message first, by the devnet's own attester and under
 * another nonce. Resolves when the relayer's account on our chain has money.
 */
export async function startBridge(): Promise<TestBridge> {
  const devnet = await createDevnet({ blockIntervalMs: 20, emptyBlockIntervalMs: 500, relayer: false });
  const iris = await new IrisStub(ATTESTER_KEYS.map(({ privKey }) => privKey)).start();
  const chains: readonly ChainConfig[] = [...devnet.evm.map(({ config }) => config), localChain(devnet)];
  const readers = chains.map((chain) => openChainReader(chain));
  for (const reader of readers) iris.follow(reader);
  const wallet = await directWallet(
    { devnet: devnet.chain, rpcUrl: devnet.chain.rpcUrl, close: async () => undefined },
    1,
  );
  const cosmos = await SigningStargateClient.connectWithSigner(devnet.chain.rpcUrl, wallet, {
    registry: stateSetRegistry(),
    broadcastPollIntervalMs: 30,
  });
  const cosmosAddress = await addressOf(wallet);
  await cosmos.sendTokens(cosmosAddress, RELAYER_KEY.address, coins(50_000_000, "uusdc"), FEE);
  const folder = mkdtempSync(join(tmpdir(), "relayers-"));
  const running: RunningRelayer[] = [];
  let count = 0;
  const configTable = () => {
    count += 1;
    const names = chains.map(({ name }) => name);
    const routes = names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to })));
    return {
      journal: join(folder, String(count)),
      intervalMs: FAST_POLL_MS,
      refusedFirstMs: 100,
      refusedMaxMs: 500,
      stallAfterMs: 0,
      http: { port: 0 },
      chains: chains.map(asTable),
      wallets: names.map((chain) => ({ chain, key: "env:UNUSED", stuckAfterMs: 1_000 })),
      attestation: [{ url: iris.url, pollMs: FAST_POLL_MS, pollMaxMs: 200, requestsPerSecond: 1000, blockedMs: 1_000 }],
      routes,
    };
  };
  return {
    devnet,
    iris,
    chains,
    cosmos,
    cosmosAddress,
    configTable,
    tables: () => chains.map(asTable),
    async relayer(over, parts = {}) {
      const relayer = await startRelayer(parseRelayerConfig({ ...configTable(), ...over }), {
        privKeys: RELAYER_KEYS,
        ...parts,
      });
      running.push(relayer);
      return relayer;
    },
    async close() {
      for (const relayer of running) await relayer.close().catch(() => undefined);
      await iris.close();
      for (const reader of readers) await reader.close();
      cosmos.disconnect();
      await devnet.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A word with an address at its end. */
export function padded(address: string): Hex {
  const bytes = address.startsWith("0x") ? Buffer.from(address.slice(2), "hex") : Buffer.from(decodeAddress(address));
  return `0x${bytes.toString("hex").padStart(64, "0")}`;
}

/** A burn to make on an EVM chain. */
export interface EvmBurn {
  readonly version: 1 | 2;
  readonly to: number;
  /** Address on the other chain. */
  readonly recipient: string;
  readonly amount: bigint;
  readonly maxFee?: bigint;
  readonly threshold?: number;
  readonly hookData?: Hex;
}

const ZERO_WORD = padded("0x00");

/** The call that burns. */
export function burnCall(chain: LocalEvmChain, burn: EvmBurn): { readonly to: Hex; readonly data: Hex } {
  const { usdc, v1: first, v2: second } = chain.contracts;
  const recipient = padded(burn.recipient);
  if (burn.version === 1) {
    const args = [burn.amount, burn.to, recipient, usdc] as const;
    return {
      to: first.tokenMessenger,
      data: encodeFunctionData({ abi: TOKEN_MESSENGER_V1_ABI, functionName: "depositForBurn", args }),
    };
  }
  const args = [burn.amount, burn.to, recipient, usdc, ZERO_WORD, burn.maxFee ?? 0n, burn.threshold ?? 2000] as const;
  const data =
    burn.hookData === undefined
      ? encodeFunctionData({ abi: TOKEN_MESSENGER_V2_ABI, functionName: "depositForBurn", args })
      : encodeFunctionData({
          abi: TOKEN_MESSENGER_V2_ABI,
          functionName: "depositForBurnWithHook",
          args: [...args, burn.hookData],
        });
  return { to: second.tokenMessenger, data };
}

/** Burns by one of the devnet's accounts; returns the transactions' hashes, in order. */
export async function burnOnEvm(chain: LocalEvmChain, account: number, ...burns: readonly EvmBurn[]): Promise<Hex[]> {
  const holder = chain.accounts[account]!;
  const wallet = createWalletClient({
    account: privateKeyToAccount(hexOf(holder.privKey)),
    transport: http(chain.rpcUrl),
  });
  const send = async (to: Hex, data: Hex) => {
    const hash = await wallet.sendTransaction({ to, data, chain: null });
    const receipt = await chain.client.waitForTransactionReceipt({ hash, pollingInterval: 20 });
    if (receipt.status !== "success") throw new Error(`the transaction ${hash} failed`);
    return hash;
  };
  for (const version of new Set(burns.map((burn) => burn.version))) {
    const spender = (version === 1 ? chain.contracts.v1 : chain.contracts.v2).tokenMessenger;
    const data = encodeFunctionData({ abi: USDC_ABI, functionName: "approve", args: [spender, 2n ** 100n] });
    await send(chain.contracts.usdc, data);
  }
  const hashes: Hex[] = [];
  for (const burn of burns) {
    const { to, data } = burnCall(chain, burn);
    hashes.push(await send(to, data));
  }
  return hashes;
}

/** Burns on our chain in one transaction. */
export async function burnOnCosmos(bridge: TestBridge, ...burns: readonly EvmBurn[]): Promise<DeliverTxResponse> {
  const messages: EncodeObject[] = burns.map((burn) => {
    const common = {
      from: bridge.cosmosAddress,
      amount: burn.amount.toString(),
      destinationDomain: burn.to,
      mintRecipient: Buffer.from(padded(burn.recipient).slice(2), "hex"),
      burnToken: "uusdc",
    };
    if (burn.version === 1) return { typeUrl: "/circle.cctp.v1.MsgDepositForBurn", value: common };
    const value = {
      ...common,
      destinationCaller: new Uint8Array(0),
      maxFee: String(burn.maxFee ?? 0n),
      minFinalityThreshold: burn.threshold ?? 2000,
    };
    return { typeUrl: "/circle.cctp.v2.MsgDepositForBurn", value };
  });
  const result = await bridge.cosmos.signAndBroadcast(bridge.cosmosAddress, messages, FEE);
  if (result.code !== 0) throw new Error(`the burn failed: ${result.rawLog}`);
  return result;
}

/** USDC of an address on an EVM chain. */
export function evmBalance(chain: LocalEvmChain, address: string): Promise<bigint> {
  return chain.client.readContract({
    address: chain.contracts.usdc,
    abi: USDC_ABI,
    functionName: "balanceOf",
    args: [address as Hex],
  });
}

/** USDC of an address on our chain. */
export async function cosmosBalance(bridge: TestBridge, address: string): Promise<bigint> {
  return BigInt((await bridge.cosmos.getBalance(address, "uusdc")).amount);
}

/** Waits until something holds. Throws, saying what it was, after 30 s. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadlineMs = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** An address on EVM chains that nobody has used. */
export function freshEvmAddress(): string {
  return `0x${randomBytes(20).toString("hex")}`;
}

/** Somebody who signs on our chain. */
export interface Signer {
  readonly client: SigningStateSetClient;
  readonly address: string;
}

/** A signer by the number of a devnet account, or by a private key. */
export async function signerOf(bridge: Pick<TestBridge, "devnet">, key: number | Uint8Array): Promise<Signer> {
  const privKey = typeof key === "number" ? bridge.devnet.chain.accounts[key]!.privKey : key;
  const wallet = await DirectSecp256k1Wallet.fromKey(privKey, PREFIX);
  const options = { broadcastPollIntervalMs: 30 };
  const client = await SigningStateSetClient.connectWithSigner(bridge.devnet.chain.rpcUrl, wallet, options);
  return { client, address: await addressOf(wallet) };
}

/** Sends one message. Throws when it fails. */
export async function sendMessage(
  { client, address }: Signer,
  typeUrl: string,
  value: object,
): Promise<DeliverTxResponse> {
  const result = await client.signAndBroadcast(address, [{ typeUrl, value }], FEE);
  if (result.code !== 0) throw new Error(`${typeUrl} failed: ${result.rawLog}`);
  return result;
}
