// Cases: a verdict is left for the ante handler; one wrong signature makes it invalid; nothing to verify leaves none.

import { expect, test } from "vitest";
import type { BaseApp } from "../../baseapp/baseApp.ts";
import { SignatureVerdicts } from "../../baseapp/signatureVerdicts.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import type { SignatureCheck } from "../../crypto/verifyPool.ts";
import { type SignatureParts, soloAppOf } from "./soloApp.ts";

const FACTS = [{ accountNumber: 3n, pubKey: { typeUrl: "/key", value: Uint8Array.of(1) } }];
const CHECK: SignatureCheck = { pubKey: new Uint8Array(33), digest: new Uint8Array(32), signature: new Uint8Array(64) };
// Only the hash is looked at.
const TX = { hash: Uint8Array.of(9) } as DecodedTx;

function setUp(work: ReturnType<SignatureParts["work"]>, results: readonly boolean[]) {
  const verdicts = new SignatureVerdicts();
  const asked: (readonly SignatureCheck[])[] = [];
  const pool = {
    verify: async (checks: readonly SignatureCheck[]) => {
      asked.push(checks);
      return results;
    },
    busyMs: 12,
  };
  // Verification asks nothing of the application.
  return { verdicts, asked, app: soloAppOf({} as BaseApp, { work: () => work, verdicts, pool }) };
}

test.each([
  [[true, true], true],
  [[true, false], false],
])("behavior: verdicts %j together are %s", async (results, isValid) => {
  const { app, verdicts } = setUp({ facts: FACTS, checks: [CHECK, CHECK] }, results);
  await app.verify(TX);
  expect(verdicts.get(TX.hash, FACTS)).toBe(isValid);
  expect(
    verdicts.get(TX.hash, [{ accountNumber: 4n, pubKey: { typeUrl: "/key", value: Uint8Array.of(1) } }]),
  ).toBeUndefined();
});

test.each([
  ["without facts", undefined],
  ["without checks", { facts: FACTS, checks: [] }],
])("behavior: %s no thread is asked and no verdict is left", async (_what, work) => {
  const { app, verdicts, asked } = setUp(work, []);
  await app.verify(TX);
  expect(asked).toEqual([]);
  expect(verdicts.get(TX.hash, FACTS)).toBeUndefined();
});
