// What Circle's V2 contracts did, done by this module: every burn and message is received with the minted amounts of
// the receipts, every refusal has its counterpart here, and what is emitted equals the vectors. A row of a kind that is
// not known here fails.
//
// A contract is the recipient of its own messages, so where a vector names the EVM TokenMessenger our module's account
// is written in its place and the message is attested again with the vectors' (public) keys.

import { describe, expect, test } from "vitest";
import {
  Denylisted,
  FeeRecipientUpdated,
  MessageSent,
  MinFeeControllerUpdated,
  MinFeeSet,
  Undenylisted,
} from "../../../gen/circle/cctp/v2/events.ts";
import { QueryMinFeeAmountRequest } from "../../../gen/circle/cctp/v2/query.ts";
import {
  MsgDenylist,
  MsgDepositForBurn,
  MsgDepositForBurnWithHook,
  MsgReceiveMessage,
  MsgSendMessage,
  MsgSetMinFee,
  MsgUndenylist,
  MsgUpdateFeeRecipient,
  MsgUpdateMinFeeController,
} from "../../../gen/circle/cctp/v2/tx.ts";
import { cctpModuleAddress } from "../../../src/cctp/addresses.ts";
import { verifyAttestation } from "../../../src/cctp/attestation.ts";
import { decodeBurnMessageV2 } from "../../../src/cctp/burnMessageV2.ts";
import { addressToBytes32, bytes32ToAddress } from "../../../src/cctp/bytes32.ts";
import { messageHash } from "../../../src/cctp/messageHash.ts";
import { decodeMessageV2 } from "../../../src/cctp/messageV2.ts";
import { signAttestation } from "../../../src/cctp/signAttestation.ts";
import {
  attestersOf,
  bytesOf,
  type NegativeReceiveCase,
  readVectors,
  type VectorAttester,
} from "../../../src/cctp/testing/vectors.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { fromBase64, toHex } from "../../../src/codec/bytes.ts";
import type { ErrorKind } from "../../../src/codec/chainError.ts";
import { ErrInsufficientFunds, ErrInvalidCoins } from "../../../src/codec/sdkErrors.ts";
import * as errors from "./errors.ts";
import { type Outcome, V2World } from "./testing/v2World.ts";

interface Contracts {
  readonly messageTransmitter: string;
  readonly tokenMessenger: string;
}

interface Chain {
  readonly domain: number;
  readonly usdc: string;
  readonly hookWrapper: string;
  readonly v2: Contracts;
}

interface Receipt {
  readonly config: string;
  readonly contract: string;
  readonly from: string;
  readonly attestation: string;
  readonly tx: { readonly blockNumber: number };
  readonly before: { readonly recipientBalance?: string; readonly feeRecipientBalance?: string };
  readonly after: { readonly recipientBalance?: string; readonly feeRecipientBalance?: string };
}

interface Variant {
  readonly variant: string;
  readonly message: string;
  readonly attestations: { readonly oneOfOne: { readonly attestation: string } };
  readonly receive: readonly Receipt[];
}

interface Transfers {
  readonly chains: readonly [Chain, Chain];
  readonly attesters: readonly VectorAttester[];
  readonly feeRecipientOnB: string;
  readonly minFee: { readonly set: number; readonly getMinFeeAmount: Readonly<Record<string, string>> };
  readonly vectors: readonly { readonly id: string; readonly attested: readonly Variant[] }[];
}

const transfers = readVectors<Transfers>("v2-transfers");
const [chainA, chainB] = transfers.chains;
const FEE_RECIPIENT = bytesOf(transfers.feeRecipientOnB);

/** Chain B as the vectors had it: chain A and domain 4 are linked, A's USDC is ours, fees go somewhere. */
function receivingWorld(localDomain: number, config: string): V2World {
  const world = new V2World();
  const ctx = world.context();
  world.state.localDomain = localDomain;
  world.tokens.set(`${chainA.domain}/${toHex(addressToBytes32(bytesOf(chainA.usdc)))}`, "uusdc");
  const { keeper } = world.v2;
  keeper.setRemoteTokenMessenger(ctx, chainA.domain, addressToBytes32(bytesOf(chainA.v2.tokenMessenger)));
  keeper.setRemoteTokenMessenger(ctx, 4, addressToBytes32(cctpModuleAddress()));
  keeper.setRole(ctx, "feeRecipient", FEE_RECIPIENT);
  const { enabled, threshold } = attestersOf(transfers.attesters, config);
  for (const { address } of enabled) keeper.addAttester(ctx, bytesOf(address));
  keeper.setSignatureThreshold(ctx, threshold);
  return world;
}

const RECIPIENT_OFFSET = 76;
const PADDING = 12;

/** The message with our module in the place of B's TokenMessenger, attested by the same signers; else unchanged. */
function addressedToUs(message: Uint8Array, attestation: Uint8Array, config: string) {
  const at = RECIPIENT_OFFSET + PADDING;
  const isToMessenger = toHex(message.subarray(at, at + 20)) === chainB.v2.tokenMessenger.slice(2);
  const { enabled, threshold } = attestersOf(transfers.attesters, config);
  const rule = { attesters: enabled.map(({ address }) => bytesOf(address)), threshold, strictEvm: true };
  const verdict = verifyAttestation(message, attestation, rule);
  // What does not hold is refused before the message is looked at.
  if (!isToMessenger || !verdict.ok) return { message, attestation };
  const ours = message.slice();
  ours.set(cctpModuleAddress(), at);
  const signers = new Set(verdict.signers.map(({ address }) => `0x${toHex(address)}`));
  const keys = enabled.filter(({ address }) => signers.has(address)).map(({ privateKey }) => bytesOf(privateKey));
  return { message: ours, attestation: signAttestation(ours, keys) };
}

function deliver(world: V2World, from: Uint8Array, parts: { message: Uint8Array; attestation: Uint8Array }): Outcome {
  return world.send(MsgReceiveMessage, { from: encodeAddress(from), ...parts });
}

describe("v2-transfers", () => {
  const variants = transfers.vectors.flatMap(({ id, attested }) => attested.map((variant) => ({ id, ...variant })));
  const received = variants.flatMap((variant) => variant.receive.map((receipt) => ({ ...variant, receipt })));

  test.each(received)("default: $id, $variant, $receipt.config", ({ message, receipt }) => {
    const world = receivingWorld(chainB.domain, receipt.config);
    world.state.height = receipt.tx.blockNumber;
    // The example wrapper is itself the caller of the transmitter.
    const from = receipt.contract === "CCTPHookWrapper" ? chainB.hookWrapper : receipt.from;
    const parts = addressedToUs(bytesOf(message), bytesOf(receipt.attestation), receipt.config);
    const { failure } = deliver(world, bytesOf(from), parts);
    expect(failure).toBeUndefined();
    const { recipientBalance, feeRecipientBalance } = receipt.after;
    if (recipientBalance === undefined) {
      expect(world.supply()).toBe(0n);
      expect(world.receipts).toEqual([]);
      return;
    }
    const minted = BigInt(recipientBalance) - BigInt(receipt.before.recipientBalance ?? "0");
    const fee = BigInt(feeRecipientBalance ?? "0") - BigInt(receipt.before.feeRecipientBalance ?? "0");
    expectMinted(world, parts.message, minted, fee);
    expect(deliver(world, bytesOf(from), parts).failure).toMatchObject(codeOf(errors.ErrNonceUsedV2));
  });

  const cosmos = variants.filter(({ receive }) => receive.length === 0);
  test.each(cosmos)("default: $id, $variant: to domain 4", ({ id, message, attestations }) => {
    const world = receivingWorld(4, "1-of-1");
    const parts = { message: bytesOf(message), attestation: bytesOf(attestations.oneOfOne.attestation) };
    const { destinationDomain, destinationCaller } = decodeMessageV2(parts.message);
    expect(destinationDomain).toBe(4);
    expect(deliver(world, bytes32ToAddress(destinationCaller), parts).failure).toBeUndefined();
    if (id === "v2-msg-cosmos") {
      expect(world.supply()).toBe(0n);
      return;
    }
    const { amount, feeExecuted } = decodeBurnMessageV2(decodeMessageV2(parts.message).messageBody);
    expectMinted(world, parts.message, amount - feeExecuted, feeExecuted);
  });

  test("behavior: every variant is delivered in one of the two ways", () => {
    expect([received.length, cosmos.length]).toEqual([26, 4]);
  });

  test("default: the minimum fee of the contract", () => {
    const world = new V2World();
    world.v2.keeper.setMinFee(world.context(), BigInt(transfers.minFee.set));
    for (const [amount, minFeeAmount] of Object.entries(transfers.minFee.getMinFeeAmount)) {
      expect(world.ask("MinFeeAmount", QueryMinFeeAmountRequest, { amount })).toEqual({ minFeeAmount });
    }
  });
});

function expectMinted(world: V2World, bytes: Uint8Array, minted: bigint, fee: bigint): void {
  const message = decodeMessageV2(bytes);
  const burn = decodeBurnMessageV2(message.messageBody);
  const mintRecipient = bytes32ToAddress(burn.mintRecipient);
  expect(world.balance(mintRecipient)).toBe(minted);
  expect(world.balance(FEE_RECIPIENT)).toBe(fee);
  expect(world.supply()).toBe(minted + fee);
  expect(world.receipts).toEqual([
    {
      cctpVersion: 2,
      sourceDomain: message.sourceDomain,
      nonce: message.nonce,
      messageHash: messageHash(bytes),
      mintRecipient,
      amount: minted,
      feeExecuted: fee,
      denom: "uusdc",
      burnToken: burn.burnToken,
      messageSender: burn.messageSender,
      finalityThresholdExecuted: message.finalityThresholdExecuted,
      hookData: burn.hookData,
    },
  ]);
}

function codeOf(kind: ErrorKind): { readonly codespace: string; readonly code: number } {
  return { codespace: kind.codespace, code: kind.code };
}

/** What the contracts say ↔ what is said here. */
const KIND_OF_REVERT: ReadonlyMap<string, ErrorKind> = new Map([
  ["Pausable: paused", errors.ErrPausedV2],
  ["Invalid attestation length", errors.ErrAttestationV2],
  ["ECDSA: invalid signature 's' value", errors.ErrAttestationV2],
  ["ECDSA: invalid signature 'v' value", errors.ErrAttestationV2],
  ["Invalid signature order or dupe", errors.ErrAttestationV2],
  ["Invalid signature: not attester", errors.ErrAttestationV2],
  ["Invalid message: too short", errors.ErrMessageTooShortV2],
  ["Invalid destination domain", errors.ErrDestinationDomainV2],
  ["Invalid caller for message", errors.ErrDestinationCallerV2],
  ["Invalid message version", errors.ErrMessageVersionV2],
  ["Nonce already used", errors.ErrNonceUsedV2],
  ["Remote TokenMessenger unsupported", errors.ErrRemoteTokenMessengerV2],
  ["Unsupported finality threshold", errors.ErrFinalityThresholdV2],
  ["Invalid burn message: too short", errors.ErrBurnMessageTooShortV2],
  ["Invalid message body version", errors.ErrBurnMessageVersionV2],
  ["Message expired and must be re-signed", errors.ErrExpiredV2],
  ["Fee equals or exceeds amount", errors.ErrFeeNotBelowAmountV2],
  ["Fee exceeds max fee", errors.ErrFeeAboveMaxFeeV2],
  ["Mint token not supported", errors.ErrMintTokenV2],
  ["FiatToken: mint to the zero address", errors.ErrMintToZeroV2],
  // The token's own refusal; this world's issuer mints by the bank alone.
  ["FiatToken: mint amount not greater than 0", ErrInvalidCoins],
  ["Amount must be nonzero", errors.ErrAmountV2],
  ["Max fee must be less than amount", errors.ErrMaxFeeV2],
  ["Insufficient max fee", errors.ErrMaxFeeTooLowV2],
  ["Burn amount exceeds per tx limit", errors.ErrBurnLimitV2],
  ["Hook data is empty", errors.ErrNoHookDataV2],
  ["Domain is local domain", errors.ErrLocalDomainV2],
  ["Recipient must be nonzero", errors.ErrRecipientV2],
  ["Denylistable: account is on denylist", errors.ErrDenylistedV2],
  ["Min fee too high", errors.ErrMinFeeV2],
  ["Caller is not the min fee controller", errors.ErrUnauthorizedV2],
]);

/** Rows that have no counterpart on a chain of this kind, and why. */
const IMPOSSIBLE: ReadonlyMap<string, string> = new Map([
  ["v2-neg-recipient-eoa", "a recipient has no code here: the message is taken in, and nobody acts on it"],
  ["v2-neg-handler-false-unfinalized", "there are no handlers but our own"],
  ["v2-neg-no-local-minter", "the issuer is part of the module, it cannot be absent"],
  ["v2-neg-wrapper-not-owner", "the example wrapper is a contract"],
  ["dfb2-no-allowance", "tokens are not taken by allowance here; who has too few is told so by x/bank"],
]);

/** What stood otherwise on chain B when a row was tried, as the row's description says. */
function prepareReceive(world: V2World, id: string, message: Uint8Array): void {
  const ctx = world.context();
  const { keeper } = world.v2;
  if (id.includes("used-nonce")) keeper.useNonce(ctx, decodeMessageV2(message).nonce);
  if (id.includes("minter-paused")) world.state.isBurningAndMintingPaused = true;
  if (id.includes("transmitter-paused")) world.state.isSendingAndReceivingPaused = true;
  if (id.includes("denylisted-recipient")) {
    const { mintRecipient } = decodeBurnMessageV2(decodeMessageV2(message).messageBody);
    keeper.denylist(ctx, bytes32ToAddress(mintRecipient));
  }
}

function expectRow(outcome: Outcome, ok: boolean, revertReason: string | null, pausedKind = errors.ErrPausedV2): void {
  if (ok) {
    expect(outcome.failure).toBeUndefined();
    return;
  }
  const kind = revertReason === "Pausable: paused" ? pausedKind : KIND_OF_REVERT.get(revertReason ?? "");
  if (kind === undefined) throw new Error(`unknown revert reason: ${revertReason}`);
  expect(outcome.failure).toMatchObject(codeOf(kind));
  if (kind === errors.ErrAttestationV2) expect(outcome.failure?.log).toContain(revertReason);
}

describe("v2-negative-receive", () => {
  const { cases } = readVectors<{ readonly cases: readonly NegativeReceiveCase[] }>("v2-negative-receive");
  const possible = cases.filter(({ id }) => !IMPOSSIBLE.has(id));

  test.each(possible)("error: $id: $revertReason", ({ id, config, from, message, attestation, ...row }) => {
    const world = receivingWorld(chainB.domain, config);
    world.state.height = row.blockNumberOfCall ?? 0;
    const parts = addressedToUs(bytesOf(message), bytesOf(attestation), config);
    prepareReceive(world, id, parts.message);
    const before = world.dump();
    const outcome = deliver(world, bytesOf(from), parts);
    const isMinter = id.includes("minter-paused");
    expectRow(outcome, row.ok, row.revertReason, isMinter ? errors.ErrMintingPausedV2 : errors.ErrPausedV2);
    if (row.ok) return;
    expect(world.dump()).toEqual(before);
    expect(world.receipts).toEqual([]);
  });

  test("behavior: what is left out is named", () => {
    const left = cases.filter(({ id }) => IMPOSSIBLE.has(id)).map(({ id }) => id);
    expect(left).toHaveLength(4);
  });
});

interface SendCase {
  readonly id: string;
  readonly contract: string;
  readonly function: string;
  readonly from: string;
  readonly args: readonly (string | number)[];
  readonly ok: boolean;
  readonly revertReason: string | null;
}

const CONTROLLER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

/** Chain A: B is linked, the burner has money, the limit is a million USDC. */
function sendingWorld(id: string): V2World {
  const world = new V2World();
  const ctx = world.context();
  const { keeper } = world.v2;
  world.state.localDomain = chainA.domain;
  world.state.burnLimit = 1_000_000_000_000n;
  world.state.owner = encodeAddress(bytesOf(CONTROLLER));
  keeper.setRemoteTokenMessenger(ctx, chainB.domain, addressToBytes32(bytesOf(chainB.v2.tokenMessenger)));
  keeper.setRole(ctx, "minFeeController", bytesOf(CONTROLLER));
  keeper.setRole(ctx, "denylister", bytesOf(CONTROLLER));
  world.fund(BURNER, 10_000_000_000_000n);
  if (id === "dfb2-own-domain") keeper.setRemoteTokenMessenger(ctx, chainA.domain, new Uint8Array(32).fill(1));
  if (id === "dfb2-minter-paused") world.state.isBurningAndMintingPaused = true;
  if (id === "dfb2-denylisted") keeper.denylist(ctx, BURNER);
  if (id.startsWith("dfb2-min-fee")) keeper.setMinFee(ctx, BigInt(transfers.minFee.set));
  return world;
}

const BURNER = bytesOf("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");

function sendRow(world: V2World, row: SendCase): Outcome {
  const from = encodeAddress(bytesOf(row.from));
  const text = (index: number) => String(row.args[index]);
  const bytes = (index: number) => bytesOf(text(index));
  const number = (index: number) => Number(row.args[index]);
  const burn = () => ({
    from,
    amount: text(0),
    destinationDomain: number(1),
    mintRecipient: bytes(2),
    burnToken: text(3) === chainA.usdc ? "uusdc" : text(3),
    destinationCaller: bytes(4),
    maxFee: text(5),
    minFinalityThreshold: number(6),
  });
  switch (row.function) {
    case "depositForBurn":
      return world.send(MsgDepositForBurn, burn());
    case "depositForBurnWithHook":
      return world.send(MsgDepositForBurnWithHook, { ...burn(), hookData: bytes(7) });
    case "sendMessage":
      return world.send(MsgSendMessage, {
        from,
        destinationDomain: number(0),
        recipient: bytes(1),
        destinationCaller: bytes(2),
        minFinalityThreshold: number(3),
        messageBody: bytes(4),
      });
    case "setMinFee":
      return world.send(MsgSetMinFee, { from, minFee: BigInt(text(0)) });
    case "setFeeRecipient":
      return world.send(MsgUpdateFeeRecipient, { from, newFeeRecipient: encodeAddress(bytes(0)) });
    case "setMinFeeController":
      return world.send(MsgUpdateMinFeeController, { from, newMinFeeController: encodeAddress(bytes(0)) });
    case "denylist":
      return world.send(MsgDenylist, { from, account: encodeAddress(bytes(0)) });
    case "unDenylist":
      return world.send(MsgUndenylist, { from, account: encodeAddress(bytes(0)) });
    default:
      throw new Error(`unknown function: ${row.function}`);
  }
}

describe("v2-negative-send-admin", () => {
  const file = readVectors<{
    readonly cases: readonly SendCase[];
    readonly adminLogs: readonly (SendCase & { readonly logs: readonly { readonly event: string }[] })[];
  }>("v2-negative-send-admin");
  const possible = file.cases.filter(({ id }) => !IMPOSSIBLE.has(id));

  test.each(possible)("error: $id: $revertReason", (row) => {
    const world = sendingWorld(row.id);
    const before = { money: world.balance(BURNER), supply: world.supply(), state: world.dump() };
    expectRow(sendRow(world, row), row.ok, row.revertReason, errors.ErrMintingPausedV2);
    if (row.ok) return;
    expect({ money: world.balance(BURNER), supply: world.supply(), state: world.dump() }).toEqual(before);
  });

  test("error: in the place of an allowance that is missing: no money", () => {
    const row = file.cases.find(({ id }) => id === "dfb2-no-allowance")!;
    expect(sendRow(sendingWorld(row.id), row).failure).toMatchObject(codeOf(ErrInsufficientFunds));
    expect(file.cases.length - possible.length).toBe(1);
  });

  /** Events of the contracts ↔ ours. */
  const EVENTS: ReadonlyMap<string, { readonly $type: string }> = new Map<string, { readonly $type: string }>([
    ["Denylisted", Denylisted],
    ["UnDenylisted", Undenylisted],
    ["MinFeeSet", MinFeeSet],
    ["FeeRecipientSet", FeeRecipientUpdated],
    ["MinFeeControllerSet", MinFeeControllerUpdated],
  ]);

  test.each(file.adminLogs)("default: $id tells of itself", (row) => {
    const { failure, events } = sendRow(sendingWorld(row.id), row);
    expect(failure).toBeUndefined();
    const expected = row.logs.map(({ event }) => EVENTS.get(event)?.$type ?? `unknown event ${event}`);
    expect(events.map(({ type }) => type)).toEqual(expected);
  });
});

describe("v2-cosmos-origin", () => {
  const file = readVectors<{
    readonly vectors: readonly { readonly id: string; readonly emittedMessage: string }[];
  }>("v2-cosmos-origin");

  test.each(file.vectors)("default: we emit $id", ({ emittedMessage }) => {
    const bytes = bytesOf(emittedMessage);
    const message = decodeMessageV2(bytes);
    const burn = decodeBurnMessageV2(message.messageBody);
    const world = new V2World();
    const depositor = bytes32ToAddress(burn.messageSender);
    world.fund(depositor, burn.amount);
    world.v2.keeper.setRemoteTokenMessenger(world.context(), message.destinationDomain, message.recipient);
    const request = {
      from: encodeAddress(depositor),
      amount: burn.amount.toString(),
      destinationDomain: message.destinationDomain,
      mintRecipient: burn.mintRecipient,
      burnToken: "uusdc",
      destinationCaller: message.destinationCaller,
      maxFee: burn.maxFee.toString(),
      minFinalityThreshold: message.minFinalityThreshold,
    };
    const outcome =
      burn.hookData.length === 0
        ? world.send(MsgDepositForBurn, request)
        : world.send(MsgDepositForBurnWithHook, { ...request, hookData: burn.hookData });
    expect(outcome.failure).toBeUndefined();
    const sent = outcome.events.find(({ type }) => type === MessageSent.$type)!;
    const emitted = fromBase64(JSON.parse(sent.attributes[0]!.value));
    expect(toHex(emitted)).toBe(toHex(bytes));
    expect(outcome.response).toEqual({ messageHash: messageHash(bytes) });
    expect(world.supply()).toBe(0n);
  });
});
