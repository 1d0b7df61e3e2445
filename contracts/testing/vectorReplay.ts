// What the files of vectors have in common, and how one of their transactions is compared with ours.

import {
  type Address,
  decodeAbiParameters,
  type Hex,
  parseAbiParameters,
  parseEventLogs,
  size,
  slice,
  type TransactionReceipt,
} from "viem";
import { expect } from "vitest";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { MessageTransmitter } from "../../gen/contracts/MessageTransmitter.ts";
import { StubReceiver } from "../../gen/contracts/testing/StubReceiver.ts";
import { BURNER, FEE_RECIPIENT, ROLES, requireTwoOfThree, type VectorChain } from "./circleDeployment.ts";
import { type Call, call, type Outcome, type TestChain } from "./testChain.ts";

export interface VectorLog {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** A transaction that Circle's contracts carried out. */
export interface VectorTransaction {
  readonly from: Address;
  readonly calldata: Hex;
  readonly logs: readonly VectorLog[];
  readonly tx: { readonly to: Address; readonly gasUsed: number };
}

/** A burn or message that Circle's contracts sent. Amounts are decimal. */
export interface VectorSend extends VectorTransaction {
  readonly before: BurnerBalances;
  readonly after: BurnerBalances;
}

interface BurnerBalances {
  readonly userBalance: string;
  readonly totalSupply: string;
}

/** A delivery that Circle's contracts took, with what it changed. Amounts are decimal. */
export interface VectorReceive extends VectorTransaction {
  readonly chain: string;
  readonly config: string;
  /** Of V2 rows only. */
  readonly contract?: string;
  readonly returnValue: unknown;
  readonly before: VectorBalances;
  readonly after: VectorBalances;
}

interface VectorBalances {
  readonly usedNonce: string;
  readonly recipientBalance?: string | undefined;
  readonly feeRecipientBalance?: string | undefined;
}

/** A call that was tried on Circle's contracts; most were refused. */
export interface VectorCase {
  readonly id: string;
  readonly contract: string;
  readonly from: Address;
  readonly config?: string;
  readonly blockNumberOfCall?: number;
  readonly calldata: Hex;
  readonly ok: boolean;
  readonly revertReason: string | null;
  readonly revertData: Hex | null;
}

/** An administrative call that Circle's contracts carried out. */
export interface VectorAdminCall extends VectorTransaction {
  readonly id: string;
  readonly contract: string;
}

/** Changes to a chain, by the case that needs them. Where none is named, the chain is as it was deployed. */
export type Preparations = Readonly<Record<string, () => Promise<unknown>>>;

/** Where the contract that a case names stands. Fails on a name that is not known here. */
export function addressOf(contract: string, { v1, v2, hookWrapper }: VectorChain): Address {
  const addresses: Readonly<Record<string, Address>> = {
    MessageTransmitter: v1.messageTransmitter,
    TokenMessenger: v1.tokenMessenger,
    TokenMinter: v1.tokenMinter,
    MessageTransmitterV2: v2.messageTransmitter,
    TokenMessengerV2: v2.tokenMessenger,
    TokenMinterV2: v2.tokenMinter,
    CCTPHookWrapper: hookWrapper,
  };
  const address = addresses[contract];
  if (address === undefined) throw new Error(`a contract that is not known here: ${contract}`);
  return address;
}

export function callOf({ contract, from, calldata }: VectorCase | VectorAdminCall, facts: VectorChain): Call {
  return { from, to: addressOf(contract, facts), data: calldata };
}

/** Same contracts, same topics, same data, same order. */
export function expectSameLogs(receipt: TransactionReceipt, expected: VectorTransaction): void {
  const plain = ({ address, topics, data }: VectorLog): VectorLog => ({ address, topics, data });
  expect(receipt.logs.map(plain)).toEqual(expected.logs.map(plain));
}

/** Accepted where Circle's contract accepted, or refused with its text; without a text where it gave none. */
export function expectSameOutcome(outcome: Outcome, { ok, revertReason, revertData }: VectorCase): void {
  expect({ ok: outcome.ok, reason: outcome.ok ? undefined : outcome.reason }).toEqual({
    ok,
    reason: revertReason ?? undefined,
  });
  if (!outcome.ok && revertReason === null) expect(outcome.data).toBe(revertData);
}

/** Gas that ours may use, in percent of what Circle's used. The tokens differ: the vectors' is simpler than USDC. */
const GAS_PERCENT_MAX = 105n;

/** Longest calldata whose gas is compared. The vectors are older than the floor on its price (EIP-7623). */
const GAS_CALLDATA_MAX = 2048;

export function expectGasNear(receipt: TransactionReceipt, { tx, calldata }: VectorTransaction): void {
  if (size(calldata) > GAS_CALLDATA_MAX) return;
  expect(receipt.gasUsed * 100n).toBeLessThan(BigInt(tx.gasUsed) * GAS_PERCENT_MAX);
}

/** Puts the attesters of a chain as they were deployed (1-of-1) into the state that a row was made in. */
export async function prepareAttesters(
  chain: TestChain,
  config: string | undefined,
  transmitter: Address,
): Promise<void> {
  if (config === "2-of-3") await requireTwoOfThree(chain, transmitter);
  else if (config !== "1-of-1") throw new Error(`unknown configuration of attesters: ${config}`);
}

/** Makes the recipient of generic messages say no. */
export async function refuseAtStub(chain: TestChain, { stubReceiver }: VectorChain): Promise<void> {
  const { abi } = StubReceiver;
  await chain.send(call(ROLES, stubReceiver, { abi, functionName: "setRefuses", args: [true] }));
}

/** `receiveMessage` answers a boolean; `relay` of the hook wrapper two, and what the hook said. */
function decodeAnswer(data: Hex, expected: unknown): unknown {
  if (!Array.isArray(expected)) return decodeAbiParameters(parseAbiParameters("bool"), data)[0];
  return decodeAbiParameters(parseAbiParameters("bool, bool, bytes"), data);
}

/** Sends what was sent by Circle's contracts, and compares: logs, the message, and what it cost the burner. */
export async function replaySend(
  chain: TestChain,
  facts: VectorChain,
  source: VectorSend,
  message: Hex,
): Promise<void> {
  const token = { address: facts.usdc, abi: FiatToken.abi } as const;
  const measure = async () => ({
    user: await chain.client.readContract({ ...token, functionName: "balanceOf", args: [BURNER] }),
    supply: await chain.client.readContract({ ...token, functionName: "totalSupply" }),
  });
  const before = await measure();
  const receipt = await chain.send({ from: source.from, to: source.tx.to, data: source.calldata });
  const after = await measure();

  expectSameLogs(receipt, source);
  const { abi } = MessageTransmitter;
  const [sent] = parseEventLogs({ abi, eventName: "MessageSent", logs: receipt.logs });
  expect(sent?.args.message).toBe(message);
  expect(before.user - after.user).toBe(BigInt(source.before.userBalance) - BigInt(source.after.userBalance));
  expect(before.supply - after.supply).toBe(BigInt(source.before.totalSupply) - BigInt(source.after.totalSupply));
  expectGasNear(receipt, source);
}

/** What a delivery is to change, beside the logs. */
export interface ReceiveEffects {
  /** Whom the message mints to, padded; undefined where it mints nothing. */
  readonly recipient: Hex | undefined;
  readonly usedNonce: () => Promise<bigint>;
}

/** Delivers a message as it was delivered to Circle's contracts, compares, and puts the chain back. */
export async function replayReceive(
  chain: TestChain,
  facts: VectorChain,
  row: VectorReceive,
  { recipient, usedNonce }: ReceiveEffects,
): Promise<void> {
  const version = row.contract === undefined ? facts.v1 : facts.v2;
  const token = { address: facts.usdc, abi: FiatToken.abi } as const;
  const minted = recipient === undefined ? undefined : slice(recipient, 12);
  const balanceOf = async (account: Address | undefined): Promise<string | undefined> => {
    if (account === undefined) return undefined;
    return String(await chain.client.readContract({ ...token, functionName: "balanceOf", args: [account] }));
  };
  const measure = async (): Promise<VectorBalances> => ({
    usedNonce: String(await usedNonce()),
    ...(row.before.recipientBalance === undefined ? {} : { recipientBalance: await balanceOf(minted) }),
    ...(row.before.feeRecipientBalance === undefined ? {} : { feeRecipientBalance: await balanceOf(FEE_RECIPIENT) }),
  });
  const topUp = async (to: Address, amount: bigint): Promise<void> => {
    if (amount === 0n) return;
    await chain.send(call(ROLES, facts.usdc, { abi: FiatToken.abi, functionName: "mint", args: [to, amount] }));
  };

  await chain.aside(async () => {
    await prepareAttesters(chain, row.config, version.messageTransmitter);
    if (minted !== undefined) await topUp(minted, BigInt(row.before.recipientBalance ?? 0));
    await topUp(FEE_RECIPIENT, BigInt(row.before.feeRecipientBalance ?? 0));
    expect(await measure()).toEqual(row.before);

    const delivery = { from: row.from, to: row.tx.to, data: row.calldata };
    const answer = await chain.tryCall(delivery);
    const receipt = await chain.send(delivery);
    expect(answer.ok && decodeAnswer(answer.data, row.returnValue)).toEqual(row.returnValue);
    expectSameLogs(receipt, row);
    expect(await measure()).toEqual(row.after);
    expectGasNear(receipt, row);
  });
}
