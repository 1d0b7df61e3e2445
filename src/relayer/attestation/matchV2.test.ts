// Cases: what the service may fill in, for the vectors and for any values; each other bit is refused; each fault in its
// order; generic messages whose body looks like a burn.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillAttestedFieldsV2 } from "../../cctp/attestedV2.ts";
import { encodeMessageV2 } from "../../cctp/messageV2.ts";
import { bytesOf, readVectors } from "../../cctp/testing/vectors.ts";
import { ANYBODY, burnV2, word } from "../testing/records.ts";
import { matchAttestedV2 } from "./matchV2.ts";

const NONCE = word(7);
/** Absolute places of what the service fills in, in a burn. */
const FILLED = [
  [12, 44],
  [144, 148],
  [312, 376],
] as const;

describe("what is accepted", () => {
  test("default: any nonce, level, fee and expiration that the burner allows", () => {
    const fields = fc.record({
      nonce: fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some((byte) => byte !== 0)),
      fee: fc.bigInt({ min: 0n, max: 500n }),
      expirationBlock: fc.bigInt({ min: 0n, max: 2n ** 64n }),
      executed: fc.constantFrom(1000, 2000),
      hookData: fc.uint8Array({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fields, ({ nonce, fee, expirationBlock, executed, hookData }) => {
        const emitted = burnV2({ maxFee: 500n, minFinalityThreshold: 1000, hookData });
        const attested = fillAttestedFieldsV2(emitted, {
          nonce,
          finalityThresholdExecuted: executed,
          burn: { feeExecuted: fee, expirationBlock },
        });
        const expected = `0x${Buffer.from(nonce).toString("hex")}`;
        const isFilled = fee !== 0n || expirationBlock !== 0n;
        expect(matchAttestedV2(emitted, attested)).toEqual({
          ok: true,
          nonce: expected,
          expirationBlock: isFilled ? expirationBlock : 0n,
        });
      }),
    );
  });

  test("default: every attested variant of the vectors, and none of another message", () => {
    interface V2Vector {
      readonly emittedMessage: string;
      readonly attested: readonly { readonly message: string }[];
    }
    const { vectors } = readVectors<{ vectors: readonly V2Vector[] }>("v2-transfers");
    expect(vectors.length).toBeGreaterThan(5);
    for (const vector of vectors) {
      for (const other of vectors) {
        for (const { message } of other.attested) {
          const verdict = matchAttestedV2(bytesOf(vector.emittedMessage), bytesOf(message));
          expect(verdict.ok, message).toBe(other.emittedMessage === vector.emittedMessage);
        }
      }
    }
  });
});

describe("what is refused", () => {
  const emitted = burnV2({ maxFee: 500n, minFinalityThreshold: 1000, hookData: word(9) });
  const attested = (over: object = {}) =>
    fillAttestedFieldsV2(emitted, {
      nonce: NONCE,
      finalityThresholdExecuted: 1000,
      burn: { feeExecuted: 10n, expirationBlock: 99n },
      ...over,
    });

  test("error: any other bit changed", () => {
    const length = emitted.length;
    fc.assert(
      fc.property(fc.nat(8 * length - 1), (bit) => {
        const at = bit >>> 3;
        if (FILLED.some(([from, to]) => from <= at && at < to)) return;
        const changed = attested();
        changed[at]! ^= 1 << (bit & 7);
        expect(matchAttestedV2(emitted, changed)).toEqual({ ok: false, fault: "bytes" });
      }),
    );
  });

  test("error: other lengths, and random bytes, without a crash", () => {
    for (const bytes of [attested().subarray(1), new Uint8Array(0), new Uint8Array([...attested(), 0])]) {
      expect(matchAttestedV2(emitted, bytes)).toEqual({ ok: false, fault: "bytes" });
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => !matchAttestedV2(emitted, bytes).ok));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 160 }), (bytes) => void matchAttestedV2(bytes, bytes)));
  });

  test.each([
    ["no nonce, and more that is wrong", { nonce: ANYBODY, finalityThresholdExecuted: 500 }, "nonce"],
    [
      "too low a level, and too high a fee",
      { finalityThresholdExecuted: 500, burn: { feeExecuted: 501n, expirationBlock: 0n } },
      "finality",
    ],
    ["a fee above the maximum", { burn: { feeExecuted: 501n, expirationBlock: 0n } }, "fee"],
  ])("error: %s", (_name, over, fault) => {
    expect(matchAttestedV2(emitted, attested(over))).toEqual({ ok: false, fault });
  });

  test("error: a fee that is the whole amount", () => {
    const small = burnV2({ amount: 5n, maxFee: 5n, minFinalityThreshold: 1000 });
    const filled = fillAttestedFieldsV2(small, {
      nonce: NONCE,
      finalityThresholdExecuted: 1000,
      burn: { feeExecuted: 5n, expirationBlock: 0n },
    });
    expect(matchAttestedV2(small, filled)).toEqual({ ok: false, fault: "fee" });
  });

  test("behavior: a threshold above `finalized` asks for no more than that", () => {
    const asked = burnV2({ minFinalityThreshold: 4_000_000_000 });
    const filled = fillAttestedFieldsV2(asked, { nonce: NONCE, finalityThresholdExecuted: 2000 });
    expect(matchAttestedV2(asked, filled).ok).toBe(true);
  });
});

test("behavior: a generic message whose body has bytes where burns have none", () => {
  const generic = encodeMessageV2({
    version: 1,
    sourceDomain: 0,
    destinationDomain: 1,
    nonce: ANYBODY,
    sender: word(1),
    recipient: word(2),
    destinationCaller: ANYBODY,
    minFinalityThreshold: 2000,
    finalityThresholdExecuted: 0,
    messageBody: new Uint8Array(300).fill(0xff),
  });
  const filled = fillAttestedFieldsV2(generic, { nonce: NONCE, finalityThresholdExecuted: 2000 });
  expect(matchAttestedV2(generic, filled).ok).toBe(true);
  const asBurn = fillAttestedFieldsV2(generic, {
    nonce: NONCE,
    finalityThresholdExecuted: 2000,
    burn: { feeExecuted: 1n, expirationBlock: 1n },
  });
  expect(matchAttestedV2(generic, asBurn)).toEqual({ ok: false, fault: "bytes" });
});
