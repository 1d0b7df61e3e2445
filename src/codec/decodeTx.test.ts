// Cases: verdicts of Go on the same bytes; what a transaction decodes to; each form of TxRaw that ADR-027 refuses; unknown fields at each level; types,
// signers and limits; nothing but ChainError on random and mutated bytes, and one reading for all decoders.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MsgExec } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { MsgMultiSend, MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { LegacyAminoPubKey } from "../../gen/cosmos/crypto/multisig/keys.ts";
import { PubKey } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import { MsgGrantAllowance } from "../../gen/cosmos/feegrant/v1beta1/tx.ts";
import { AuthInfo, type ModeInfo, Tx, TxBody, TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { encodeAddress } from "./address.ts";
import { bytesEqual, concatBytes } from "./bytes.ts";
import { ChainError } from "./chainError.ts";
import { decodeTx, TX_LIMITS } from "./decodeTx.ts";
import { readMessage, writeMessage } from "./dynamicMessage.ts";
import type { MessageCodec } from "./message.ts";
import { TypeRegistry } from "./registry.ts";
import type { DecodedTx } from "./tx.ts";

const registry = new TypeRegistry();
for (const codec of [MsgSend, MsgMultiSend, MsgExec, MsgGrantAllowance])
  registry.register(codec as MessageCodec<unknown>);

const raw = (index: number) => new Uint8Array(20).fill(index);
const alice = encodeAddress(raw(1));
const bob = encodeAddress(raw(2));
const carol = encodeAddress(raw(3));
const coin = { denom: "uusdc", amount: "5" };
const key: Any = {
  typeUrl: "/cosmos.crypto.secp256k1.PubKey",
  value: PubKey.encode({ key: new Uint8Array(33) }).finish(),
};

function pack<T>(codec: MessageCodec<T>, value: unknown): Any {
  return { typeUrl: `/${codec.$type}`, value: codec.encode(codec.fromPartial(value)).finish() };
}

const send = (from: string, to: string) => pack(MsgSend, { fromAddress: from, toAddress: to, amount: [coin] });

interface TxParts {
  readonly messages?: readonly Any[];
  readonly payer?: string;
  readonly extraBody?: Uint8Array;
  readonly extraAuthInfo?: Uint8Array;
  readonly modeInfo?: ModeInfo;
  readonly signerKey?: Any;
}

function bodyOf(parts: TxParts): Uint8Array {
  const body = TxBody.fromPartial({ messages: [...(parts.messages ?? [send(alice, bob)])], memo: "é" });
  return concatBytes(TxBody.encode(body).finish(), parts.extraBody ?? new Uint8Array(0));
}

function authInfoOf(parts: TxParts): Uint8Array {
  const modeInfo = parts.modeInfo ?? { single: { mode: 1 }, multi: undefined };
  const info = AuthInfo.fromPartial({
    signerInfos: [{ publicKey: parts.signerKey ?? key, modeInfo, sequence: 1n }],
    fee: { amount: [coin], gasLimit: 1n, payer: parts.payer ?? "" },
  });
  return concatBytes(AuthInfo.encode(info).finish(), parts.extraAuthInfo ?? new Uint8Array(0));
}

function txOf(parts: TxParts = {}): Uint8Array {
  return TxRaw.encode({ bodyBytes: bodyOf(parts), authInfoBytes: authInfoOf(parts), signatures: [raw(9)] }).finish();
}

/** A length-delimited field, with a length of one byte. */
function field(number: number, content: Uint8Array): Uint8Array {
  expect(content.length).toBeLessThan(128);
  return concatBytes(tag(number, 2), Uint8Array.from([content.length]), content);
}

function tag(number: number, wire: number): Uint8Array {
  const bytes = [];
  for (let left = number * 8 + wire; ; left = Math.trunc(left / 128)) {
    if (left < 128) {
      bytes.push(left);
      return Uint8Array.from(bytes);
    }
    bytes.push((left % 128) + 128);
  }
}

function refusal(bytes: Uint8Array, limits = TX_LIMITS): string {
  try {
    decodeTx(registry, bytes, limits);
  } catch (error) {
    if (error instanceof ChainError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("was not refused");
}

describe("a transaction", () => {
  test("default", () => {
    const bytes = txOf();
    const tx = decodeTx(registry, bytes);
    expect(tx.bytes).toBe(bytes);
    expect(Buffer.from(tx.hash).toString("hex")).toHaveLength(64);
    expect(tx.bodyBytes).toEqual(bodyOf({}));
    expect(tx.authInfoBytes).toEqual(authInfoOf({}));
    expect(tx.body.memo).toBe("é");
    expect(tx.bodyHasNonCritical).toBe(false);
    expect(tx.authInfo.fee?.gasLimit).toBe(1n);
    expect(tx.signatures).toEqual([raw(9)]);
    expect(tx.messages).toEqual([
      {
        typeUrl: "/cosmos.bank.v1beta1.MsgSend",
        bytes: send(alice, bob).value,
        value: { fromAddress: alice, toAddress: bob, amount: [coin] },
        signers: [raw(1)],
      },
    ]);
    expect(tx.signers).toEqual([raw(1)]);
    expect(tx.feePayer).toEqual(raw(1));
  });

  test("behavior: signers in order of the messages, each once; the first pays", () => {
    const messages = [send(bob, alice), send(alice, bob), send(bob, carol)];
    const tx = decodeTx(registry, txOf({ messages }));
    expect(tx.signers).toEqual([raw(2), raw(1)]);
    expect(tx.feePayer).toEqual(raw(2));
  });

  test("behavior: a named fee payer signs last unless it signs anyway", () => {
    const other = decodeTx(registry, txOf({ payer: carol }));
    expect(other.signers).toEqual([raw(1), raw(3)]);
    expect(other.feePayer).toEqual(raw(3));
    const messages = [send(alice, bob), send(bob, carol)];
    const same = decodeTx(registry, txOf({ messages, payer: bob }));
    expect(same.signers).toEqual([raw(1), raw(2)]);
    expect(same.feePayer).toEqual(raw(2));
  });

  test("behavior: signers inside nested messages", () => {
    const value = {
      inputs: [
        { address: bob, coins: [coin] },
        { address: alice, coins: [coin] },
      ],
      outputs: [],
    };
    const tx = decodeTx(registry, txOf({ messages: [pack(MsgMultiSend, value)] }));
    expect(tx.messages[0]?.signers).toEqual([raw(2), raw(1)]);
  });

  test("behavior: only the grantee signs a MsgExec", () => {
    const exec = pack(MsgExec, { grantee: carol, msgs: [send(alice, bob)] });
    expect(decodeTx(registry, txOf({ messages: [exec] })).signers).toEqual([raw(3)]);
  });

  test("behavior: a non-critical unknown field of the body is noted", () => {
    const tx = decodeTx(registry, txOf({ extraBody: field(1_024, raw(7)) }));
    expect(tx.bodyHasNonCritical).toBe(true);
  });

  test("behavior: no signature, or an empty one, is decoded all the same", () => {
    const parts = { bodyBytes: bodyOf({}), authInfoBytes: authInfoOf({}) };
    expect(decodeTx(registry, TxRaw.encode({ ...parts, signatures: [] }).finish()).signatures).toEqual([]);
    const empty = new Uint8Array(0);
    expect(decodeTx(registry, TxRaw.encode({ ...parts, signatures: [empty] }).finish()).signatures).toEqual([empty]);
  });
});

describe("the frame", () => {
  const body = bodyOf({ messages: [] });
  const info = new Uint8Array(0);
  const lead = (number: number, content: Uint8Array) => field(number, content);
  test.each([
    ["no bytes at all", new Uint8Array(0), "18: must contain at least one message: invalid request"],
    [
      "fields out of order",
      concatBytes(lead(2, info), lead(1, body)),
      "2: txRaw must follow ADR-027, got tagNum 1 after",
    ],
    ["two bodies", concatBytes(lead(1, body), lead(1, body)), "2: txRaw must follow ADR-027, got tagNum 1 after"],
    ["two auth infos", concatBytes(lead(2, info), lead(2, info)), "2: txRaw must follow ADR-027, got tagNum 2 after"],
    ["an unknown field", concatBytes(lead(1, body), lead(4, info)), "2: cosmos.tx.v1beta1.TxRaw: {TagNum: 4}"],
    ["a non-critical unknown field", concatBytes(lead(1, body), lead(1_024, info)), "2: cosmos.tx.v1beta1.TxRaw"],
    ["field number zero", Uint8Array.from([2, 0]), "2: cosmos.tx.v1beta1.TxRaw: {TagNum: 0}"],
    ["another wire type", Uint8Array.from([8, 0]), "2: expected 2 wire type, got 0"],
    ["a padded tag", Uint8Array.from([0x8a, 0x00, 0]), "2: cosmos.tx.v1beta1.TxRaw"],
    ["a padded length", Uint8Array.from([10, 0x80, 0x00]), "2: length prefix varint for tagNum 1 is not as short"],
    ["a length beyond the end", Uint8Array.from([10, 5, 1]), "2: unexpected EOF"],
    ["a length without end", Uint8Array.from([10, 0x80]), "2: invalid length"],
    ["a length of five bytes", Uint8Array.from([10, 0xff, 0xff, 0xff, 0xff, 0x0f]), "2: invalid length"],
    ["a tag alone", Uint8Array.from([10]), "2: invalid length"],
  ])("error: %s", (_, bytes, message) => {
    expect(refusal(bytes)).toContain(message);
  });
});

describe("the content", () => {
  const unknown = (typeName: string, number: number) =>
    `2: ${typeName}: {TagNum: ${number}, WireType:"bytes"}: unknown protobuf field: tx parse error`;
  const packed = (typeUrl: string, ...content: Uint8Array[]): Any => ({ typeUrl, value: concatBytes(...content) });
  const sendBytes = send(alice, bob).value;
  const url = "/cosmos.bank.v1beta1.MsgSend";
  const deep = (levels: number): Any => {
    let any = send(alice, bob);
    for (let i = 0; i < levels; i++) any = pack(MsgExec, { grantee: alice, msgs: [any] });
    return any;
  };
  const multi = (levels: number): ModeInfo => {
    let mode: ModeInfo = { single: { mode: 127 }, multi: undefined };
    for (let i = 0; i < levels; i++) mode = { single: undefined, multi: { bitarray: undefined, modeInfos: [mode] } };
    return mode;
  };

  test.each([
    ["unknown field in the body", { extraBody: field(8, raw(1)) }, unknown("cosmos.tx.v1beta1.TxBody", 8)],
    ["unknown field in the auth info", { extraAuthInfo: field(9, raw(1)) }, unknown("cosmos.tx.v1beta1.AuthInfo", 9)],
    [
      "non-critical one in the auth info",
      { extraAuthInfo: field(1_024, raw(1)) },
      unknown("cosmos.tx.v1beta1.AuthInfo", 1_024),
    ],
    [
      "unknown field in a message",
      { messages: [packed(url, sendBytes, field(4, raw(1)))] },
      unknown("cosmos.bank.v1beta1.MsgSend", 4),
    ],
    [
      "unknown field in a message of a MsgExec",
      { messages: [pack(MsgExec, { grantee: alice, msgs: [packed(url, sendBytes, field(4, raw(1)))] })] },
      unknown("cosmos.bank.v1beta1.MsgSend", 4),
    ],
    [
      "unknown field in a coin",
      { messages: [packed(url, field(3, field(7, raw(1))))] },
      unknown("cosmos.base.v1beta1.Coin", 7),
    ],
    [
      "unknown field in a public key",
      { signerKey: packed(key.typeUrl, field(2, raw(1))) },
      unknown("cosmos.crypto.secp256k1.PubKey", 2),
    ],
    ["unknown message type", { messages: [packed("/foo")] }, "2: unable to resolve type URL /foo: tx parse error"],
    ["message type without slash", { messages: [packed(url.slice(1))] }, "2: unable to resolve type URL cosmos.bank"],
    ["message without type", { messages: [packed("")] }, "2: unable to resolve type URL : tx parse error"],
    [
      "known type that is no message",
      { messages: [packed("/cosmos.base.v1beta1.Coin")] },
      "2: unable to resolve type URL",
    ],
    [
      "unknown type in a MsgExec",
      { messages: [pack(MsgExec, { grantee: alice, msgs: [packed("/foo")] })] },
      "2: unable to resolve type URL /foo",
    ],
    ["unknown type of public key", { signerKey: packed("/foo") }, "2: unable to resolve type URL /foo"],
    ["type URL of a kilobyte", { messages: [packed(`/${"f".repeat(1_000)}`)] }, "2: type URL longer than"],
    ["no signer", { messages: [packed(url)] }, "2: empty address string is not allowed: tx parse error"],
    ["bad signer", { messages: [send("stateset1x", bob)] }, "2: decoding bech32 failed: invalid separator index 8"],
    [
      "foreign signer",
      { messages: [send("cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a", bob)] },
      "2: invalid Bech32 prefix; expected stateset, got cosmos",
    ],
    [
      "multi send of nobody",
      { messages: [pack(MsgMultiSend, {})] },
      "15: no message names a signer: no signatures supplied",
    ],
    [
      "bad fee payer",
      { payer: "nobody" },
      "7: decoding bech32 failed: invalid bech32 string length 6: invalid address",
    ],
    [
      "invalid UTF-8 in the memo",
      { extraBody: Uint8Array.from([18, 1, 255]), messages: [] },
      "2: cosmos.tx.v1beta1.TxBody",
    ],
    [
      "memo twice",
      { extraBody: field(2, raw(65)) },
      "2: cosmos.tx.v1beta1.TxBody: {TagNum: 2}: singular field occurs twice",
    ],
    ["fee twice", { extraAuthInfo: field(2, new Uint8Array(0)) }, "singular field occurs twice"],
    ["another wire type of a field", { extraBody: Uint8Array.from([24 + 2, 0]) }, "mismatched wire type"],
    ["a group", { extraBody: concatBytes(tag(1_024, 3), tag(1_024, 4)) }, "wire type start_group is not supported"],
    ["a field beyond the end", { extraBody: Uint8Array.from([26, 100]) }, "2: "],
    [
      "a varint of eleven bytes",
      { extraBody: Uint8Array.from([24, ...new Array(10).fill(255), 1]) },
      "varint overflow",
    ],
    ["MsgExec nested too deep", { messages: [deep(TX_LIMITS.anyDepth)] }, "2: Any nested deeper than 16"],
    ["multisig nested too deep", { modeInfo: multi(TX_LIMITS.multisigDepth + 1) }, "2: multisig nested too deep"],
    ["multisig nested far too deep", { modeInfo: multi(60) }, "2: recursion limit reached"],
  ] satisfies [string, TxParts, string][])("error: %s", (_, parts, message) => {
    expect(refusal(txOf(parts))).toContain(message);
  });

  test("behavior: the deepest that is allowed", () => {
    expect(decodeTx(registry, txOf({ messages: [deep(TX_LIMITS.anyDepth - 1)] })).signers).toEqual([raw(1)]);
    expect(decodeTx(registry, txOf({ modeInfo: multi(TX_LIMITS.multisigDepth) })).signers).toEqual([raw(1)]);
    const multisig = pack(LegacyAminoPubKey, {
      threshold: 1,
      publicKeys: [key, pack(LegacyAminoPubKey, { publicKeys: [key] })],
    });
    expect(decodeTx(registry, txOf({ signerKey: multisig })).signers).toEqual([raw(1)]);
  });

  test("error: the limits on size and counts", () => {
    const messages = [send(alice, bob), send(alice, bob)];
    const bytes = txOf({ messages });
    expect(refusal(bytes, { ...TX_LIMITS, bytes: bytes.length - 1 })).toContain(
      `21: transaction of ${bytes.length} bytes`,
    );
    expect(refusal(bytes, { ...TX_LIMITS, messages: 1 })).toBe("2: more than 1 messages: tx parse error");
    expect(refusal(bytes, { ...TX_LIMITS, signers: 0 })).toContain("2: more than 0 signatures");
    const unsigned = TxRaw.encode({ bodyBytes: bodyOf({}), authInfoBytes: authInfoOf({}), signatures: [] }).finish();
    expect(refusal(unsigned, { ...TX_LIMITS, signers: 0 })).toContain("2: more than 0 signer infos");
    expect(refusal(new Uint8Array(TX_LIMITS.bytes + 1))).toContain("21: ");
  });
});

/** Decodes, and lets nothing but ChainError through. */
function tryDecode(bytes: Uint8Array): DecodedTx | undefined {
  try {
    return decodeTx(registry, bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(ChainError);
    return undefined;
  }
}

describe("hostile bytes", () => {
  const samples = [
    txOf(),
    txOf({ payer: carol, extraBody: field(1_024, raw(7)) }),
    txOf({
      messages: [
        pack(MsgExec, { grantee: alice, msgs: [send(alice, bob)] }),
        pack(MsgMultiSend, { inputs: [{ address: bob, coins: [coin] }] }),
      ],
    }),
  ];
  const edit = fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) });
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([sample, edits]) =>
      edits.reduce((bytes, { at, remove, insert }) => {
        const start = at % (bytes.length + 1);
        return concatBytes(bytes.subarray(0, start), insert, bytes.subarray(start + remove));
      }, sample),
    );

  test("error: random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(tryDecode(bytes)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test("error: random body and auth info in a good frame", () => {
    const content = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(content, content, (bodyBytes, authInfoBytes) => {
        tryDecode(TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [] }).finish());
      }),
      { numRuns: 2_000 },
    );
  });

  test("behavior: mutated bytes are refused, or read alike by every decoder", () => {
    let accepted = 0;
    fc.assert(
      fc.property(mutated, (bytes) => {
        const tx = tryDecode(bytes);
        if (tx === undefined) return;
        accepted++;
        expect(Tx.encode(Tx.decode(bytes)).finish()).toEqual(
          Tx.encode({ body: tx.body, authInfo: tx.authInfo, signatures: [...tx.signatures] }).finish(),
        );
        for (const message of tx.messages) {
          const plan = registry.planOfUrl(message.typeUrl)!;
          const codec = registry.requireCodec(message.typeUrl);
          expect(bytesEqual(writeMessage(readMessage(plan, message.bytes)), codec.encode(message.value).finish())).toBe(
            true,
          );
        }
      }),
      { numRuns: 5_000 },
    );
    // Changed signatures and memos pass, so that the comparison is not vacuous.
    expect(accepted).toBeGreaterThan(50);
  });
});

interface GoVerdict {
  readonly txHex: string;
  readonly signers?: readonly string[];
  readonly nonCriticals?: boolean;
  readonly error?: string;
}

describe("verdicts of Go", () => {
  // The file is part of the repository; the tests below use each of its fields.
  const { decodedTxs } = JSON.parse(
    readFileSync(new URL("../../test/vectors/xtx/decodedTxs.json", import.meta.url), "utf8"),
  ) as { readonly decodedTxs: readonly GoVerdict[] };

  /** Where two readers of the same bytes could differ we refuse, though Go reads on. */
  const STRICTER = /occurs twice|invalid UTF-8|mismatched wire type|start_group is not supported|must follow ADR-027/;

  test("behavior: what Go refuses is refused, what is accepted has the same signers", () => {
    const counts = { accepted: 0, refused: 0, sameText: 0, stricter: 0 };
    for (const { txHex, signers, nonCriticals, error } of decodedTxs) {
      const bytes = Uint8Array.from(Buffer.from(txHex, "hex"));
      if (error !== undefined) {
        const text = refusal(bytes);
        counts.refused++;
        if (text === `2: ${error}` || text === `2: ${error}: tx parse error`) counts.sameText++;
        continue;
      }
      const tx = tryDecode(bytes);
      if (tx === undefined) {
        expect(refusal(bytes)).toMatch(STRICTER);
        counts.stricter++;
        continue;
      }
      counts.accepted++;
      expect(tx.signers.map((signer) => Buffer.from(signer).toString("hex"))).toEqual(signers);
      expect(tx.bodyHasNonCritical).toBe(nonCriticals ?? false);
    }
    expect(counts.accepted).toBeGreaterThan(20);
    expect(counts.refused).toBeGreaterThan(150);
    expect(counts.sameText).toBeGreaterThan(50);
    expect(counts.stricter).toBeGreaterThan(3);
  });
});
