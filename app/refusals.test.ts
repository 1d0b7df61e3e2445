// What a transaction is refused for before its messages run: each row breaks one thing and names the error that wins,
// in the check and in a block alike. Then: unordered transactions, and verdicts that must not change results.

import { describe, expect, test } from "vitest";
import type { TxBody } from "../gen/cosmos/tx/v1beta1/tx.ts";
import { Any } from "../gen/google/protobuf/any.ts";
import { encodeAddress } from "../src/codec/address.ts";
import { toHex } from "../src/codec/bytes.ts";
import { timestampFromNs } from "../src/codec/time.ts";
import { addressOfSecp256k1 } from "../src/crypto/address.ts";
import { publicKeyOf } from "../src/crypto/secp256k1.ts";
import { signTestTx, type TestTx } from "./testing/signTestTx.ts";
import {
  ADDRESSES,
  balanceOf,
  CHAIN_ID,
  KEYS,
  makeBlock,
  newChain,
  sendMessage,
  timeNsOf,
} from "./testing/testChain.ts";

const STRANGER = new Uint8Array(32).fill(77);

function transfer(changes: Partial<TestTx> = {}): Uint8Array {
  return signTestTx({
    chainId: CHAIN_ID,
    privKey: KEYS[0]!,
    accountNumber: 0n,
    sequence: 0n,
    messages: [sendMessage(ADDRESSES[0]!, ADDRESSES[1]!, "5uusdc")],
    fee: "2500uusdc",
    gasLimit: 100_000n,
    ...changes,
  });
}

function unordered(expiryNs: bigint, changes: Partial<TestTx> = {}): Uint8Array {
  return transfer({ body: { unordered: true, timeoutTimestamp: timestampFromNs(expiryNs) }, ...changes });
}

const MINUTE_NS = 60_000_000_000n;

const ROWS: readonly (readonly [string, Uint8Array, number, string])[] = [
  [
    "a fee in another denomination",
    transfer({ fee: "2500uatom" }),
    13,
    "insufficient fees; got: 2500uatom required: 100uusdc",
  ],
  ["a fee that is too small", transfer({ fee: "99uusdc" }), 13, "got: 99uusdc required: 100uusdc: insufficient fee"],
  [
    "a long memo",
    transfer({ body: { memo: "m".repeat(257) } }),
    12,
    "maximum number of characters is 256 but received 257",
  ],
  ["a memo that is long in bytes", transfer({ body: { memo: "ü".repeat(129) } }), 12, "received 258 characters"],
  ["a height that has passed", transfer({ body: { timeoutHeight: 1n } }), 30, "timeout height: 1: tx timeout height"],
  [
    "a time that has passed",
    transfer({ body: { timeoutTimestamp: timestampFromNs(timeNsOf(2)) } }),
    42,
    "timeout timestamp: ",
  ],
  [
    "another chain",
    transfer({ chainId: "elsewhere" }),
    4,
    "signature verification failed; please verify account number (0)",
  ],
  ["another account number", transfer({ accountNumber: 7n }), 4, "signature verification failed"],
  ["a later sequence", transfer({ sequence: 3n }), 32, "account sequence mismatch, expected 0, got 3"],
  ["somebody else's key", transfer({ privKey: KEYS[1]! }), 8, "pubKey does not match signer address"],
  ["an account that is not there", transferOfStranger(), 9, "fee payer address: "],
  ["an unknown extension", transferWithExtension(), 2, "tx parse error"],
  ["no gas", transfer({ gasLimit: 0n }), 11, "out of gas in location: "],
  ["a granter who grants nothing", transfer({ granter: ADDRESSES[2]! }), 38, "fee-grant not found"],
  ["unordered without a timeout", transfer({ body: { unordered: true } }), 18, "must have timeout_timestamp set"],
  ["unordered with a sequence", unordered(timeNsOf(3) + MINUTE_NS, { sequence: 1n }), 18, "sequence is not allowed"],
  ["unordered for too long", unordered(timeNsOf(3) + 11n * MINUTE_NS), 18, "unordered tx ttl exceeds 10m0s"],
];

function transferOfStranger(): Uint8Array {
  return transfer({ privKey: STRANGER, messages: [sendMessage(strangerAddress(), ADDRESSES[1]!, "5uusdc")] });
}

function strangerAddress(): string {
  return encodeAddress(addressOfSecp256k1(publicKeyOf(STRANGER)));
}

function transferWithExtension(): Uint8Array {
  return transfer({ body: { extensionOptions: [Any.fromPartial({ typeUrl: "/a.B" })] } as Partial<TxBody> });
}

describe("refusals", () => {
  test.each(ROWS)("error: %s", (_what, bytes, code, text) => {
    const app = newChain();
    makeBlock(app);
    makeBlock(app);
    const before = app.exportGenesis();
    let log: string;
    try {
      const tx = app.decode(bytes);
      const checked = app.checkTx(tx, "check");
      expect(checked.code).toBe(code);
      const result = makeBlock(app, [bytes]).txResults[0]!;
      expect(result.code).toBe(code);
      log = checked.log;
      // Nothing happened: no fee, no sequence, no money.
      expect(app.exportGenesis()).toEqual(before);
      expect(result.events.every((event) => event.type !== "message")).toBe(true);
    } catch (error) {
      if (!(error instanceof Error && "kind" in error)) throw error;
      expect(error).toMatchObject({ code });
      log = error.message;
    }
    expect(log).toContain(text);
  });
});

describe("unordered transactions", () => {
  test("default: several of one account in one block, in any order, leave the sequence alone", () => {
    const app = newChain();
    const txs = [3n, 1n, 2n].map((minutes) => unordered(timeNsOf(2) + minutes * MINUTE_NS));
    const { txResults } = makeBlock(app, txs);
    expect(txResults.map((result) => result.code)).toEqual([0, 0, 0]);
    expect(makeBlock(app, [transfer()]).txResults[0]!.code).toBe(0);
    expect(balanceOf(app, 1)).toBe(1_000_020n);
  });

  test("error: the same again, in the same block and later", () => {
    const app = newChain();
    const tx = unordered(timeNsOf(2) + MINUTE_NS);
    expect(makeBlock(app, [tx, tx]).txResults.map((result) => result.code)).toEqual([0, 18]);
    const again = makeBlock(app, [tx]).txResults[0]!;
    expect(again).toMatchObject({ code: 18, codespace: "sdk" });
    expect(again.log).toContain("failed to add unordered nonce: already used timeout");
  });
});

test("behavior: verdicts that are there, missing or of other facts give the same blocks", () => {
  const good = transfer();
  const bad = transfer({
    chainId: "elsewhere",
    privKey: KEYS[2]!,
    messages: [sendMessage(ADDRESSES[2]!, ADDRESSES[1]!, "5uusdc")],
    accountNumber: 2n,
  });
  const runs = (["none", "true", "other facts"] as const).map((kind) => {
    const app = newChain();
    for (const bytes of [good, bad]) {
      const tx = app.decode(bytes);
      const work = app.signatureWork(tx)!;
      if (kind === "true") app.verdicts.set(tx.hash, work.facts, bytes === good);
      // A verdict on an account number that is not the signer's must not count, whatever it says.
      const others = work.facts.map((fact) => ({ ...fact, accountNumber: fact.accountNumber + 1n }));
      if (kind === "other facts") app.verdicts.set(tx.hash, others, bytes !== good);
    }
    const { appHash, txResults } = makeBlock(app, [good, bad]);
    return [toHex(appHash), ...txResults.map(({ code, log, gasUsed }) => `${code} ${log} ${gasUsed}`)];
  });
  expect(runs[0]![1]).toMatch(/^0 /);
  expect(runs[0]![2]).toMatch(/^4 /);
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
});
