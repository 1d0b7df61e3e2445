// CCTP V1 against the golden vectors (test/vectors/cctp, whose README tells where they come from): what Circle's Cosmos
// module does with each delivery when `strict_evm` is off, what the EVM contracts say when it is on, the messages that
// burns emit, keys and values of the store, and messages on the wire.

import { describe, expect, test } from "vitest";
import * as tx from "../gen/circle/cctp/v1/tx.ts";
import { Nonce } from "../gen/circle/cctp/v1/types.ts";
import type { Event } from "../gen/tendermint/abci/types.ts";
import type { Context } from "../src/baseapp/context.ts";
import { bytesOf, readVectors, textOf, type VectorAttester } from "../src/cctp/testing/vectors.ts";
import { decodeAddress, encodeAddress } from "../src/codec/address.ts";
import type { MessageCodec } from "../src/codec/message.ts";
import { CCTP } from "../x/cctp/keys.ts";
import type { ChainApp } from "./app.ts";
import { cctpChain, type Outcome, OWNER, runMessage, type VectorState, withOurPrefix } from "./testing/cctpWorld.ts";

interface Expected {
  readonly ok: boolean;
  readonly codespace?: string;
  readonly code?: number;
  readonly error?: string;
  readonly textDependsOnBuild?: boolean;
  readonly minted?: { readonly to: string; readonly amount: string; readonly denom: string } | null;
  readonly eventsInOrder?: readonly (readonly [string, Readonly<Record<string, string>>])[];
}

interface ReceiveCase {
  readonly id: string;
  readonly config: string;
  readonly from: string;
  readonly stateChange: string | null;
  readonly message: string;
  readonly attestation: string;
  readonly expected: Expected;
  readonly evmWouldSay: string | null;
}

interface SendCase {
  readonly id: string;
  readonly msg?: Readonly<Record<string, unknown>> & { readonly "@type": string };
  readonly needs?: { readonly nextAvailableNonce: string };
  readonly expectedMessage?: string;
  readonly response?: { readonly nonce: string };
  readonly typedEventsInOrder?: readonly (readonly [string, Readonly<Record<string, string>>])[];
  readonly burn_token_attribute?: string;
}

interface Vectors {
  readonly state: VectorState;
  readonly attesters: readonly VectorAttester[];
  readonly receiveCases: readonly ReceiveCase[];
  readonly sendCases: readonly SendCase[];
  readonly store: Readonly<Record<string, { readonly key?: string; readonly value?: string }>>;
  readonly wire: {
    readonly MsgReceiveMessage: Readonly<Record<"from" | "message" | "attestation" | "protobuf", string>>;
    readonly MsgDepositForBurn: Readonly<
      Record<"from" | "amount" | "mint_recipient" | "burn_token" | "protobuf", string>
    >;
  };
}

const vectors = readVectors<Vectors>("noble-expected");

/** What the vectors do to the state before a case. A change that is not known fails. */
const STATE_CHANGES: Readonly<Record<string, (app: ChainApp, ctx: Context, row: ReceiveCase) => void>> = {
  "used nonce (0, 1)": (app, ctx) => app.cctp.useNonce(ctx, 0, 1n),
  "SendingAndReceivingMessagesPaused = true": (app, ctx) => app.cctp.setSendingAndReceivingPaused(ctx, true),
  "BurningAndMintingPaused = true": (app, ctx) => app.cctp.setBurningAndMintingPaused(ctx, true),
  "remote token messenger of domain 0 removed": (app, ctx) => app.cctp.removeRemoteTokenMessenger(ctx, 0),
  "minter of the module removed": (app, ctx) => app.issuer.setAllowance(ctx, undefined),
  "fiat-tokenfactory paused": (app, ctx) => app.issuer.setPaused(ctx, true),
  "mint recipient blacklisted in fiat-tokenfactory": (app, ctx, row) =>
    app.issuer.blacklist(ctx, bytesOf(row.message).subarray(116 + 36 + 12, 116 + 36 + 32)),
};

function deliver(row: ReceiveCase, strictEvm: boolean): { app: ChainApp; before: Context; outcome: Outcome } {
  const app = cctpChain(vectors.state, { attesters: vectors.attesters, config: row.config, strictEvm });
  const before = app.queryContext();
  if (row.stateChange !== null) {
    const change = STATE_CHANGES[row.stateChange];
    if (change === undefined) throw new Error(`unknown change of the state: ${row.stateChange}`);
    change(app, before, row);
  }
  const outcome = runMessage(app, before, tx.MsgReceiveMessage, {
    from: withOurPrefix(row.from),
    message: bytesOf(row.message),
    attestation: bytesOf(row.attestation),
  });
  return { app, before, outcome };
}

function plain(events: readonly Event[]): unknown {
  return events.map(({ type, attributes }) => [
    type,
    Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
  ]);
}

function ours<T>(value: T): T {
  return JSON.parse(withOurPrefix(JSON.stringify(value))) as T;
}

describe("deliveries, as Circle's Cosmos module takes them", () => {
  test.each(vectors.receiveCases.map((row) => [row.id, row] as const))("behavior: %s", (_id, row) => {
    const { app, before, outcome } = deliver(row, false);
    const { expected } = row;
    if (!expected.ok) {
      expect(outcome.failure).toMatchObject({ codespace: expected.codespace, code: expected.code });
      if (expected.textDependsOnBuild !== true) expect(outcome.failure?.log).toBe(expected.error);
      return;
    }
    expect(outcome.failure).toBeUndefined();
    expect(outcome.response).toEqual({ success: true });
    expect(plain(outcome.events)).toEqual(ours(expected.eventsInOrder));
    const supplyOf = (ctx: Context) => app.bank.supply(ctx, "uusdc");
    const minted = BigInt(expected.minted?.amount ?? 0);
    expect(supplyOf(outcome.ctx) - supplyOf(before)).toBe(minted);
    if (expected.minted === null || expected.minted === undefined) return;
    const recipient = decodeAddress(withOurPrefix(expected.minted.to));
    expect(app.bank.balance(outcome.ctx, recipient, expected.minted.denom)).toBe(minted);
    expect(app.issuer.remoteDomain(outcome.ctx, 0).minted).toBe(expected.minted.amount);
  });
});

/** What the EVM contracts do where it is not told as a revert reason. */
const EVM_TAKES = new Set(["ok (low 20 bytes are used)"]);
/** Our issuer refuses these, whatever the contracts' token does. */
const TOKEN_DECIDES = new Set([null, "depends on the token"]);

describe("deliveries, as the EVM contracts take them", () => {
  test.each(vectors.receiveCases.map((row) => [row.id, row] as const))("behavior: %s", (_id, row) => {
    const { outcome } = deliver(row, true);
    const { evmWouldSay } = row;
    const isTaken = TOKEN_DECIDES.has(evmWouldSay) ? row.expected.ok : EVM_TAKES.has(evmWouldSay ?? "");
    expect(outcome.failure === undefined).toBe(isTaken);
  });
});

const CODECS: Readonly<Record<string, MessageCodec<unknown>>> = {
  "/circle.cctp.v1.MsgDepositForBurn": tx.MsgDepositForBurn as MessageCodec<unknown>,
  "/circle.cctp.v1.MsgDepositForBurnWithCaller": tx.MsgDepositForBurnWithCaller as MessageCodec<unknown>,
};

/** Runs the burn of a case by an account that has the money. */
function burn(row: SendCase): Outcome {
  const app = cctpChain(vectors.state, { attesters: vectors.attesters, config: "1-of-1", strictEvm: true });
  const ctx = app.queryContext();
  const { msg } = row;
  const codec = CODECS[msg?.["@type"] ?? ""];
  if (msg === undefined || codec === undefined) throw new Error(`unknown message in ${row.id}`);
  const from = withOurPrefix(String(msg["from"]));
  const coin = { denom: "uusdc", amount: 10n ** 9n };
  app.issuer.mint(ctx, { recipient: decodeAddress(from), coin, remoteDomain: 0 });
  app.cctp.setNextNonce(ctx, BigInt(row.needs?.nextAvailableNonce ?? 0));
  return runMessage(app, ctx, codec, {
    from,
    amount: msg["amount"],
    destinationDomain: msg["destination_domain"],
    mintRecipient: Buffer.from(String(msg["mint_recipient"]), "base64"),
    burnToken: msg["burn_token"],
    ...(msg["destination_caller"] !== undefined && {
      destinationCaller: Buffer.from(String(msg["destination_caller"]), "base64"),
    }),
  } as object);
}

interface DecodedOrigin {
  readonly destinationDomain: number;
  readonly nonce: string;
  readonly sender: string;
  readonly recipient: string;
  readonly destinationCaller: string;
  readonly messageBody: string;
  readonly burnMessage?: { readonly mintRecipient: string; readonly amount: string; readonly messageSender: string };
}

const origins = readVectors<{ vectors: readonly { id: string; message: string; decoded: DecodedOrigin }[] }>(
  "v1-cosmos-origin",
).vectors;

/** What our chain emits when somebody asks for the message that the EVM contracts took. */
function emittedOf(decoded: DecodedOrigin): Uint8Array {
  const app = cctpChain(vectors.state, { attesters: vectors.attesters, config: "1-of-1", strictEvm: true });
  const ctx = app.queryContext();
  app.cctp.setNextNonce(ctx, BigInt(decoded.nonce));
  const { burnMessage, destinationDomain } = decoded;
  const from = bytesOf(burnMessage?.messageSender ?? decoded.sender).subarray(12);
  app.issuer.mint(ctx, { recipient: from, coin: { denom: "uusdc", amount: 10n ** 9n }, remoteDomain: 0 });
  const destinationCaller = bytesOf(decoded.destinationCaller);
  const isForAll = destinationCaller.every((byte) => byte === 0);
  const common = { from: encodeAddress(from), destinationDomain, ...(!isForAll && { destinationCaller }) };
  const outcome =
    burnMessage === undefined
      ? runMessage(app, ctx, tx.MsgSendMessage, {
          ...common,
          recipient: bytesOf(decoded.recipient),
          messageBody: bytesOf(decoded.messageBody),
        })
      : runMessage(app, ctx, isForAll ? tx.MsgDepositForBurn : tx.MsgDepositForBurnWithCaller, {
          ...common,
          amount: burnMessage.amount,
          mintRecipient: bytesOf(burnMessage.mintRecipient),
          burnToken: "uusdc",
        });
  expect(outcome.failure).toBeUndefined();
  const sent = outcome.events.find(({ type }) => type === "circle.cctp.v1.MessageSent")?.attributes[0]?.value ?? "";
  return Buffer.from(JSON.parse(sent), "base64");
}

describe("burns", () => {
  const burns = vectors.sendCases.filter(({ msg }) => msg !== undefined);

  test.each(burns.map((row) => [row.id, row] as const))("default: %s", (_id, row) => {
    const outcome = burn(row);
    expect(outcome.failure).toBeUndefined();
    expect(outcome.response).toEqual({ nonce: BigInt(row.response?.nonce ?? -1) });
    const typed = outcome.events.filter(({ type }) => type.startsWith("circle."));
    expect(plain(typed)).toEqual(ours(row.typedEventsInOrder));
    const sent = typed.find(({ type }) => type === "circle.cctp.v1.MessageSent")?.attributes[0]?.value ?? "";
    expect(textOf(Buffer.from(JSON.parse(sent), "base64"))).toBe(row.expectedMessage);
  });

  test.each(origins.map((row) => [row.id, row] as const))("behavior: emitted byte for byte: %s", (_id, row) => {
    expect(textOf(emittedOf(row.decoded))).toBe(row.message);
  });

  test("error: every case is known", () => {
    const quirk = vectors.sendCases.filter(({ msg }) => msg === undefined);
    expect(quirk.map(({ id }) => id)).toEqual(["ns-replace-quirk"]);
  });
});

describe("store", () => {
  test("behavior: a nonce that was used is there even when its value is empty", () => {
    const app = cctpChain(vectors.state, { attesters: vectors.attesters, config: "1-of-1", strictEvm: true });
    const ctx = app.queryContext();
    expect(app.cctp.isNonceUsed(ctx, 0, 0n)).toBe(false);
    app.cctp.useNonce(ctx, 0, 0n);
    expect(app.cctp.isNonceUsed(ctx, 0, 0n)).toBe(true);
    expect(ctx.stores.store(CCTP).get(bytesOf(vectors.store["usedNonce_0_0"]?.key ?? ""))).toEqual(new Uint8Array(0));
  });

  test("behavior: keys and values are those of Circle's module", () => {
    const app = cctpChain(vectors.state, { attesters: vectors.attesters, config: "1-of-1", strictEvm: true });
    const ctx = app.queryContext();
    app.cctp.setRole(ctx, "pendingOwner", OWNER);
    app.cctp.useNonce(ctx, 1, 2n);
    app.cctp.useNonce(ctx, 0, 1n);
    app.cctp.setSignatureThreshold(ctx, 2);
    app.cctp.setRemoteTokenMessenger(ctx, 3, new Uint8Array(32).fill(1));
    app.cctp.setNextNonce(ctx, 5n);
    const store = ctx.stores.store(CCTP);
    for (const [name, { key, value }] of Object.entries(vectors.store)) {
      if (key === undefined || name.endsWith("_0_0") || name === "nextAvailableNonce_0") continue;
      const stored = store.get(bytesOf(key));
      expect(stored, name).toBeDefined();
      if (value?.startsWith("0x") && !value.includes("empty")) expect(textOf(stored!), name).toBe(value);
    }
    app.cctp.setNextNonce(ctx, 0n);
    expect(store.get(bytesOf(vectors.store["nextAvailableNonce_0"]?.key ?? ""))).toEqual(new Uint8Array(0));
    app.cctp.setBurningAndMintingPaused(ctx, true);
    expect(textOf(store.get(bytesOf(vectors.store["burningAndMintingPaused"]?.key ?? ""))!)).toBe("0x0801");
    expect(Nonce.decode(store.get(bytesOf(vectors.store["usedNonce_1_2"]?.key ?? ""))!).nonce).toBe(2n);
  });
});

test("behavior: messages on the wire", () => {
  const receive = vectors.wire.MsgReceiveMessage;
  const burnMsg = vectors.wire.MsgDepositForBurn;
  const received = { from: receive.from, message: bytesOf(receive.message), attestation: bytesOf(receive.attestation) };
  expect(textOf(tx.MsgReceiveMessage.encode(received).finish())).toBe(receive.protobuf);
  const burned = tx.MsgDepositForBurn.fromPartial({
    from: burnMsg.from,
    amount: burnMsg.amount,
    mintRecipient: bytesOf(burnMsg.mint_recipient),
    burnToken: burnMsg.burn_token,
  });
  expect(textOf(tx.MsgDepositForBurn.encode(burned).finish())).toBe(burnMsg.protobuf);
  expect(encodeAddress(decodeAddress(OWNER))).toBe(OWNER);
});
