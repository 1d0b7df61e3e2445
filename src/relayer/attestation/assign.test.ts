// Cases: several burns of a transaction in any order of answers; equal burns get one answer each; a nonce is kept, and is
// nobody else's; pending, delayed, refused.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillAttestedFieldsV2 } from "../../cctp/attestedV2.ts";
import { keccak256 } from "../../crypto/hash.ts";
import { hexOf } from "../journal/record.ts";
import { burnV2, emitted, recordOf, word } from "../testing/records.ts";
import { assignAnswers, type ServiceMessage } from "./assign.ts";

const free = () => false;

function answerFor(message: Uint8Array, nonce: Uint8Array, over: object = {}): ServiceMessage {
  const attested = fillAttestedFieldsV2(message, { nonce, finalityThresholdExecuted: 2000, ...over });
  return { attested: { message: hexOf(attested), attestation: "0xaa" }, nonce: hexOf(nonce), delayReason: undefined };
}

function nonceOf(n: number): Uint8Array {
  return keccak256(Uint8Array.of(n));
}

test("default: each message gets the answer of its bytes, in whatever order they come", () => {
  const kinds = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      kinds.chain((amounts) => fc.tuple(fc.constant(amounts), fc.shuffledSubarray(amounts.map((_, index) => index)))),
      ([amounts, order]) => {
        const messages = amounts.map((amount) => burnV2({ amount: BigInt(amount) }));
        const records = messages.map((message, logIndex) => recordOf(emitted(message, { logIndex })));
        const answers = order.map((index) => answerFor(messages[index]!, nonceOf(index)));
        const assigned = assignAnswers(records, answers, free);
        const given = new Set<string>();
        for (const record of records) {
          const assignment = assigned.get(record.id);
          if (assignment?.kind !== "attested") continue;
          expect(given.has(assignment.nonce)).toBe(false);
          given.add(assignment.nonce);
          const amountOf = (hex: string) => hex.slice(2 + 2 * (148 + 68), 2 + 2 * (148 + 100));
          expect(amountOf(assignment.message)).toBe(amountOf(record.message));
        }
        expect(given.size).toBe(answers.length);
      },
    ),
  );
});

describe("one message", () => {
  const message = burnV2();
  const record = recordOf(emitted(message));
  const only = (answers: readonly ServiceMessage[], isTaken: Parameters<typeof assignAnswers>[2] = free) =>
    assignAnswers([record], answers, isTaken).get(record.id);
  const pending = (nonce: Uint8Array | undefined, delayReason?: string): ServiceMessage => ({
    attested: undefined,
    nonce: nonce === undefined ? undefined : hexOf(nonce),
    delayReason,
  });

  test("behavior: nothing known, known and not signed, delayed", () => {
    expect(only([])).toEqual({ kind: "pending", delayReason: undefined });
    expect(only([pending(word(1))])).toEqual({ kind: "pending", delayReason: undefined });
    expect(only([pending(word(1), "insufficient_fee")])).toEqual({ kind: "pending", delayReason: "insufficient_fee" });
  });

  test("behavior: of several that wait, the reason of its own nonce, or none", () => {
    const answers = [pending(word(1), "insufficient_fee"), pending(word(2), "amount_above_max")];
    expect(only(answers)).toEqual({ kind: "pending", delayReason: undefined });
    const known = { ...record, nonce: hexOf(word(2)) };
    expect(assignAnswers([known], answers, free).get(record.id)).toEqual({
      kind: "pending",
      delayReason: "amount_above_max",
    });
  });

  test("behavior: a nonce that is another message's is not taken", () => {
    expect(only([answerFor(message, word(1))], () => true)).toEqual({ kind: "pending", delayReason: undefined });
  });

  test("behavior: a message keeps its nonce, whatever else fits", () => {
    const known = { ...record, nonce: hexOf(word(2)) };
    const assigned = assignAnswers([known], [answerFor(message, word(1)), answerFor(message, word(2))], free);
    expect(assigned.get(record.id)).toMatchObject({ kind: "attested", nonce: hexOf(word(2)) });
  });

  test("error: other bytes, and too high a fee", () => {
    expect(only([answerFor(burnV2({ amount: 9n }), word(1))])).toEqual({ kind: "refused", fault: "bytes" });
    const dear = answerFor(message, word(1), { burn: { feeExecuted: 1n, expirationBlock: 0n } });
    expect(only([dear])).toEqual({ kind: "refused", fault: "fee" });
  });
});
