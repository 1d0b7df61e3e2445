// Cases: order of arrival whatever the order of verification; decode refusals; hold and release; refusals of `after`;
// failure of the verifier; close.

import { describe, expect, test } from "vitest";
import type { ResponseCheckTx } from "../../../gen/tendermint/abci/types.ts";
import { ChainError } from "../../codec/chainError.ts";
import { ErrTxDecode } from "../../codec/sdkErrors.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import { TxIntake } from "./txIntake.ts";

const ok: ResponseCheckTx = {
  code: 0,
  data: new Uint8Array(0),
  log: "",
  info: "",
  gasWanted: 1n,
  gasUsed: 1n,
  events: [],
  codespace: "",
};

/** An intake whose verifications end when the test says; the first byte names a transaction. */
function setUp() {
  const checked: number[] = [];
  const verifications = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const intake = new TxIntake({
    decode: (bytes) => {
      if (bytes.length === 0) throw new ChainError(ErrTxDecode, "empty");
      // Only `bytes` is looked at here.
      return { bytes } as DecodedTx;
    },
    verify: (tx) => new Promise((resolve, reject) => verifications.set(tx.bytes[0]!, { resolve, reject })),
    check: (tx) => {
      checked.push(tx.bytes[0]!);
      return tx.bytes[0]! >= 100 ? { ...ok, code: 5, codespace: "sdk" } : ok;
    },
  });
  return { intake, checked, verifications };
}

const nothing = () => undefined;

describe("TxIntake", () => {
  test("default: checks in the order of arrival, whatever is verified first", async () => {
    const { intake, checked, verifications } = setUp();
    const responses = [1, 2, 3].map((id) => intake.submit(Uint8Array.of(id), nothing));
    expect(intake.pending).toBe(3);
    verifications.get(3)!.resolve();
    verifications.get(2)!.resolve();
    await new Promise(setImmediate);
    expect(checked).toEqual([]);
    verifications.get(1)!.resolve();
    await Promise.all(responses);
    expect(checked).toEqual([1, 2, 3]);
    expect(intake.pending).toBe(0);
  });

  test("behavior: more than one turn's worth keeps the order", async () => {
    const { intake, checked, verifications } = setUp();
    const bytes = Array.from({ length: 99 }, (_, i) => i);
    const many = Array.from({ length: 7 }, () => bytes).flat();
    const responses = many.map((id) => {
      const response = intake.submit(Uint8Array.of(id), nothing);
      verifications.get(id)!.resolve();
      return response;
    });
    await Promise.all(responses);
    expect(checked).toEqual(many);
  });

  test("behavior: a refusal by the chain is an answer, and `after` is not called", async () => {
    const { intake, verifications } = setUp();
    const added: number[] = [];
    const after = (tx: DecodedTx) => void added.push(tx.bytes[0]!);
    const refused = intake.submit(Uint8Array.of(100), after);
    const taken = intake.submit(Uint8Array.of(1), after);
    verifications.get(100)!.resolve();
    verifications.get(1)!.resolve();
    expect((await refused).code).toBe(5);
    expect((await taken).code).toBe(0);
    expect(added).toEqual([1]);
    const undecodable = await intake.submit(new Uint8Array(0), after);
    expect([undecodable.code, undecodable.codespace, undecodable.log]).toEqual([2, "sdk", "empty: tx parse error"]);
  });

  test("behavior: holds back checks until the last release", async () => {
    const { intake, checked, verifications } = setUp();
    intake.hold();
    intake.hold();
    const response = intake.submit(Uint8Array.of(1), nothing);
    verifications.get(1)!.resolve();
    intake.release();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(checked).toEqual([]);
    intake.release();
    await response;
    expect(checked).toEqual([1]);
  });

  test("error: what `after` throws rejects its own submission only", async () => {
    const { intake, verifications } = setUp();
    const full = intake.submit(Uint8Array.of(1), () => {
      throw new Error("mempool is full");
    });
    const next = intake.submit(Uint8Array.of(2), nothing);
    verifications.get(1)!.resolve();
    verifications.get(2)!.resolve();
    await expect(full).rejects.toThrow("mempool is full");
    expect((await next).code).toBe(0);
  });

  test("error: a verifier that fails rejects its own submission only", async () => {
    const { intake, verifications } = setUp();
    const failed = intake.submit(Uint8Array.of(1), nothing);
    const next = intake.submit(Uint8Array.of(2), nothing);
    verifications.get(2)!.resolve();
    verifications.get(1)!.reject(new Error("worker died"));
    await expect(failed).rejects.toThrow("worker died");
    expect((await next).code).toBe(0);
  });

  test("error: close refuses what waits and what comes", async () => {
    const { intake } = setUp();
    const waiting = intake.submit(Uint8Array.of(1), nothing);
    intake.close(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await expect(intake.submit(Uint8Array.of(2), nothing)).rejects.toThrow("stopped");
  });
});
