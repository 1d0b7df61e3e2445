// The order of the checks, each row breaking what a later one would refuse too; properties: signed ones are accepted,
// random ones never crash, and the strict rule accepts nothing that the lax one refuses.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, utf8 } from "../codec/bytes.ts";
import { keccak256 } from "../crypto/hash.ts";
import { fullPublicKey, publicKeyOf } from "../crypto/secp256k1.ts";
import { evmAddressOfPublicKey } from "./addresses.ts";
import { verifyAttestation } from "./attestation.ts";
import { signAttestation, signMessage } from "./signAttestation.ts";

const message = utf8("any bytes can be attested");
const privKeys = [1, 2, 3].map((n) => keccak256(utf8(`attester ${n}`)));
const stranger = keccak256(utf8("stranger"));
const keys = privKeys.map((privKey) => fullPublicKey(publicKeyOf(privKey)));
const addresses = keys.map(evmAddressOfPublicKey);

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The same signature with s in the upper half. */
function highS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32, 64)).toString("hex")}`);
  const upper = Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex");
  return concatBytes(signature.subarray(0, 32), upper, Uint8Array.of(27 + 28 - signature[64]!));
}

function withV(signature: Uint8Array, v: number): Uint8Array {
  return concatBytes(signature.subarray(0, 64), Uint8Array.of(v));
}

/** Signatures of two keys in descending order. */
function descending(): Uint8Array {
  const pair = signAttestation(message, privKeys.slice(0, 2));
  return concatBytes(pair.subarray(65), pair.subarray(0, 65));
}

const one = signMessage(message, privKeys[0]!);
const foreign = signMessage(message, stranger);
const noKey = concatBytes(new Uint8Array(32), one.subarray(32));

describe("order of the checks", () => {
  const rows: readonly (readonly [string, Uint8Array, number, string, string])[] = [
    ["too short, and no signature of anybody", new Uint8Array(64), 1, "length", "length"],
    ["one too many", concatBytes(one, one), 1, "length", "length"],
    ["threshold of zero, nothing signed", new Uint8Array(0), 0, "zeroThreshold", "zeroThreshold"],
    ["high s, and v of 99", withV(highS(one), 99), 1, "highS", "recoveryId"],
    ["v of 99, and r of zero", withV(noKey, 99), 1, "recoveryId", "recoveryId"],
    ["r of zero", noKey, 1, "unrecoverable", "unrecoverable"],
    ["second not above the first, and no attester", descending(), 2, "order", "order"],
    ["the same twice", concatBytes(one, one), 2, "order", "order"],
    ["the same again with a high s", concatBytes(one, highS(one)), 2, "highS", "order"],
    ["nobody's key", foreign, 1, "notAttester", "notAttester"],
  ];
  test.each(rows)("error: %s", (name, attestation, threshold, strict, lax) => {
    // In the row about order the higher of the two is no attester: the order must win.
    const attesters = name.includes("no attester") ? keys.slice(0, 2) : keys;
    for (const [strictEvm, code] of [
      [true, strict],
      [false, lax],
    ] as const) {
      const verdict = verifyAttestation(message, attestation, { attesters, threshold, strictEvm });
      expect(verdict).toMatchObject({ ok: false, refusal: { code } });
    }
  });

  test("error: the refusal tells the index, the address and the lengths", () => {
    const rule = { attesters: keys, threshold: 1, strictEvm: true };
    expect(verifyAttestation(message, foreign, rule)).toEqual({
      ok: false,
      refusal: { code: "notAttester", index: 0, address: evmAddressOfPublicKey(publicKeyOf(stranger)) },
    });
    expect(verifyAttestation(message, new Uint8Array(3), rule)).toEqual({
      ok: false,
      refusal: { code: "length", expectedBytes: 65, actualBytes: 3 },
    });
    expect(verifyAttestation(message, withV(one, 29), rule)).toEqual({
      ok: false,
      refusal: { code: "recoveryId", index: 0, v: 29 },
    });
  });
});

describe("who counts", () => {
  const verify = (attesters: readonly Uint8Array[], strictEvm: boolean) =>
    verifyAttestation(message, one, { attesters, threshold: 1, strictEvm }).ok;

  test("default: a key counts under both rules, an address under the strict one", () => {
    expect([verify(keys, true), verify(keys, false)]).toEqual([true, true]);
    expect([verify(addresses, true), verify(addresses, false)]).toEqual([true, false]);
  });

  test("error: text of another length matches nobody", () => {
    expect(verify([keys[0]!.subarray(1), new Uint8Array(0), publicKeyOf(privKeys[0]!)], true)).toBe(false);
  });

  test("behavior: v of 0 or 1 and a high s count under the lax rule", () => {
    for (const spelled of [withV(one, one[64]! - 27), highS(one)]) {
      const rule = { attesters: keys, threshold: 1 };
      expect(verifyAttestation(message, spelled, { ...rule, strictEvm: false }).ok).toBe(true);
      expect(verifyAttestation(message, spelled, { ...rule, strictEvm: true }).ok).toBe(false);
    }
  });

  test("behavior: the attestation's bytes stay as they were", () => {
    const before = one.slice();
    verifyAttestation(message, one, { attesters: keys, threshold: 1, strictEvm: false });
    expect(one).toEqual(before);
  });
});

describe("properties", () => {
  test("default: what enough of them sign is accepted, in ascending order of their addresses", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.subarray(privKeys, { minLength: 1 }), (bytes, signing) => {
        const rule = { attesters: addresses, threshold: signing.length, strictEvm: true };
        const verdict = verifyAttestation(bytes, signAttestation(bytes, signing), rule);
        if (!verdict.ok) throw new Error(verdict.refusal.code);
        const signed = verdict.signers.map(({ address }) => Buffer.from(address).toString("hex"));
        expect(signed).toEqual([...signed].sort());
        expect(signed).toHaveLength(signing.length);
      }),
      { numRuns: 40 },
    );
  });

  test("error: one bit of the message or of the attestation more, and it is refused", () => {
    const pair = signAttestation(message, privKeys.slice(0, 2));
    const rule = { attesters: keys, threshold: 2, strictEvm: true };
    fc.assert(
      fc.property(fc.nat(8 * (message.length + pair.length) - 1), (bit) => {
        const joined = concatBytes(message, pair);
        joined[bit >>> 3]! ^= 1 << (bit & 7);
        const changed = joined.subarray(0, message.length);
        expect(verifyAttestation(changed, joined.subarray(message.length), rule).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test("error: random bytes are refused without a crash", () => {
    const sizes = fc.uint8Array({ minLength: 130, maxLength: 130 });
    fc.assert(
      fc.property(fc.oneof(sizes, fc.uint8Array({ maxLength: 200 })), fc.boolean(), (attestation, strictEvm) => {
        expect(verifyAttestation(message, attestation, { attesters: keys, threshold: 2, strictEvm }).ok).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
