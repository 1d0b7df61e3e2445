// The two chains that the vectors were made on, with our contracts at the addresses of Circle's.
//
// All of Circle's stood where one deployer's contracts of some nonce stand, the proxies of V2 too; so ours, which have
// no proxies, stand there by the same deployer and nonce.

import { type Address, type Hex, maxUint256, pad } from "viem";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { MessageTransmitter } from "../../gen/contracts/MessageTransmitter.ts";
import { MessageTransmitterV2 } from "../../gen/contracts/MessageTransmitterV2.ts";
import { TokenMessenger } from "../../gen/contracts/TokenMessenger.ts";
import { TokenMessengerV2 } from "../../gen/contracts/TokenMessengerV2.ts";
import { TokenMinter } from "../../gen/contracts/TokenMinter.ts";
import { TokenMinterV2 } from "../../gen/contracts/TokenMinterV2.ts";
import { HookTarget } from "../../gen/contracts/testing/HookTarget.ts";
import { HookWrapper } from "../../gen/contracts/testing/HookWrapper.ts";
import { StubReceiver } from "../../gen/contracts/testing/StubReceiver.ts";
import { readVectors, type VectorAttester } from "../../src/cctp/testing/vectors.ts";
import { type Call, call, TestChain } from "./testChain.ts";

interface CctpAddresses {
  readonly messageTransmitter: Address;
  readonly tokenMessenger: Address;
  readonly tokenMinter: Address;
}

/** One of the vectors' chains. */
export interface VectorChain {
  readonly name: string;
  readonly domain: number;
  readonly chainId: number;
  readonly usdc: Address;
  readonly v1: CctpAddresses;
  readonly v2: CctpAddresses;
  readonly stubReceiver: Address;
  readonly hookWrapper: Address;
  readonly hookTarget: Address;
}

interface Conditions {
  readonly chains: readonly [VectorChain, VectorChain];
  readonly cosmos: { readonly domain: number; readonly cctpModuleBytes32: Hex; readonly burnTokenBytes32: Hex };
  readonly attesters: readonly VectorAttester[];
  readonly maxMessageBodySize: number;
}

/** Chains A and B, the Cosmos chain that both know, and the attesters. */
export const CONDITIONS = readVectors<Conditions>("v1-transfers");

/** Accounts of the well-known test mnemonic, by what they do in the vectors. */
export const ROLES: Address = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
export const BURNER: Address = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
export const RECIPIENT: Address = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc";
export const RELAYER: Address = "0x90f79bf6eb2c4f870365e785982e1f101e93b906";
export const STRANGER: Address = "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65";
export const FEE_RECIPIENT: Address = "0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc";

/** What the burner begins with on each chain: 10^9 USDC. */
export const BURNER_BALANCE = 10n ** 15n;
/** What each minter may mint: more than the vectors need, less than the largest amount that they try. */
const MINTER_ALLOWANCE = 10n ** 18n;
/** Most that one burn takes: 10^6 USDC. */
export const BURN_LIMIT = 10n ** 12n;

/** The nonce after every one that a contract of the vectors was deployed with. */
const FIRST_FREE_NONCE = 64;

const attester1 = CONDITIONS.attesters.find(({ n }) => n === 1)?.address as Address;

async function deployAll(chain: TestChain, facts: VectorChain): Promise<void> {
  const { v1, v2 } = facts;
  const size = CONDITIONS.maxMessageBodySize;
  await chain.deployAt(facts.usdc, ROLES, FiatToken, [ROLES, ROLES, ROLES, ROLES]);
  await chain.deployAt(v1.messageTransmitter, ROLES, MessageTransmitter, [facts.domain, attester1, size, 0]);
  await chain.deployAt(v1.tokenMessenger, ROLES, TokenMessenger, [v1.messageTransmitter, 0]);
  await chain.deployAt(v1.tokenMinter, ROLES, TokenMinter, [ROLES]);
  await chain.deployAt(v2.messageTransmitter, ROLES, MessageTransmitterV2, [facts.domain, 1]);
  await chain.deployAt(v2.tokenMinter, ROLES, TokenMinterV2, [ROLES]);
  await chain.deployAt(v2.tokenMessenger, ROLES, TokenMessengerV2, [v2.messageTransmitter, 1]);
  await chain.deployAt(facts.stubReceiver, ROLES, StubReceiver);
  await chain.deployAt(facts.hookTarget, ROLES, HookTarget);
  await chain.deployAt(facts.hookWrapper, ROLES, HookWrapper, [v2.messageTransmitter, 1, 1]);
  await chain.client.setNonce({ address: ROLES, nonce: FIRST_FREE_NONCE });
}

/** Calls that make one TokenMinter, of either version, mint and burn USDC for its TokenMessenger. */
function minterSettings(facts: VectorChain, peer: VectorChain, { tokenMinter, tokenMessenger }: CctpAddresses): Call[] {
  const { abi } = TokenMinter;
  const { usdc } = facts;
  const { cosmos } = CONDITIONS;
  return [
    call(ROLES, tokenMinter, { abi, functionName: "addLocalTokenMessenger", args: [tokenMessenger] }),
    call(ROLES, tokenMinter, { abi, functionName: "updatePauser", args: [ROLES] }),
    call(ROLES, tokenMinter, { abi, functionName: "setMaxBurnAmountPerMessage", args: [usdc, BURN_LIMIT] }),
    call(ROLES, tokenMinter, { abi, functionName: "linkTokenPair", args: [usdc, peer.domain, pad(peer.usdc)] }),
    call(ROLES, tokenMinter, {
      abi,
      functionName: "linkTokenPair",
      args: [usdc, cosmos.domain, cosmos.burnTokenBytes32],
    }),
    call(ROLES, usdc, {
      abi: FiatToken.abi,
      functionName: "configureMinter",
      args: [tokenMinter, MINTER_ALLOWANCE],
    }),
  ];
}

function v1Settings({ v1 }: VectorChain, peer: VectorChain): Call[] {
  const { abi } = TokenMessenger;
  const { cosmos } = CONDITIONS;
  return [
    call(ROLES, v1.messageTransmitter, { abi: MessageTransmitter.abi, functionName: "updatePauser", args: [ROLES] }),
    call(ROLES, v1.tokenMessenger, { abi, functionName: "addLocalMinter", args: [v1.tokenMinter] }),
    call(ROLES, v1.tokenMessenger, {
      abi,
      functionName: "addRemoteTokenMessenger",
      args: [peer.domain, pad(peer.v1.tokenMessenger)],
    }),
    call(ROLES, v1.tokenMessenger, {
      abi,
      functionName: "addRemoteTokenMessenger",
      args: [cosmos.domain, cosmos.cctpModuleBytes32],
    }),
  ];
}

function v2Settings({ v2 }: VectorChain, peer: VectorChain): Call[] {
  const { cosmos, maxMessageBodySize } = CONDITIONS;
  return [
    call(ROLES, v2.messageTransmitter, {
      abi: MessageTransmitterV2.abi,
      functionName: "initialize",
      args: [ROLES, ROLES, ROLES, ROLES, [attester1], 1n, BigInt(maxMessageBodySize)],
    }),
    call(ROLES, v2.tokenMessenger, {
      abi: TokenMessengerV2.abi,
      functionName: "initialize",
      args: [
        {
          owner: ROLES,
          rescuer: ROLES,
          feeRecipient: FEE_RECIPIENT,
          denylister: ROLES,
          tokenMinter: v2.tokenMinter,
          minFeeController: ROLES,
        },
        0n,
        [peer.domain, cosmos.domain],
        [pad(peer.v2.tokenMessenger), cosmos.cctpModuleBytes32],
      ],
    }),
  ];
}

/** Gives the burner its tokens, and lets both TokenMessengers take them. */
function fundingOfBurner({ usdc, v1, v2 }: VectorChain): Call[] {
  const { abi } = FiatToken;
  return [
    call(ROLES, usdc, { abi, functionName: "mint", args: [BURNER, BURNER_BALANCE] }),
    ...[v1, v2].map(({ tokenMessenger }) =>
      call(BURNER, usdc, { abi, functionName: "approve", args: [tokenMessenger, maxUint256] }),
    ),
  ];
}

/** Everything that follows the deployment, in order. ROLES may mint, so that tests can give out tokens. */
function settings(facts: VectorChain, peer: VectorChain): Call[] {
  return [
    call(ROLES, facts.usdc, {
      abi: FiatToken.abi,
      functionName: "configureMinter",
      args: [ROLES, MINTER_ALLOWANCE],
    }),
    ...minterSettings(facts, peer, facts.v1),
    ...minterSettings(facts, peer, facts.v2),
    ...v1Settings(facts, peer),
    ...v2Settings(facts, peer),
    ...fundingOfBurner(facts),
  ];
}

/** Starts a chain with everything on it that the vectors' chain had, one attester enabled. The caller stops it. */
export async function startVectorChain(name: "A" | "B"): Promise<TestChain> {
  const [a, b] = CONDITIONS.chains;
  const [facts, peer] = name === "A" ? [a, b] : [b, a];
  const chain = await TestChain.start({ chainId: facts.chainId });
  try {
    await deployAll(chain, facts);
    for (const setting of settings(facts, peer)) await chain.send(setting);
    return chain;
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

/** Enables attesters 2 and 3 of the vectors and asks for two signatures, on the transmitter of V1 or V2. */
export async function requireTwoOfThree(chain: TestChain, transmitter: Address): Promise<void> {
  const { abi } = MessageTransmitter;
  for (const { n, address } of CONDITIONS.attesters) {
    if (n !== 2 && n !== 3) continue;
    await chain.send(call(ROLES, transmitter, { abi, functionName: "enableAttester", args: [address as Address] }));
  }
  await chain.send(call(ROLES, transmitter, { abi, functionName: "setSignatureThreshold", args: [2n] }));
}
