// Cases: agreement with CosmJS; RFC 6979; the low-s rule; recovery of keys; refusals.

import { type ExtendedSecp256k1Signature, Secp256k1 } from "@cosmjs/crypto";
import { secp256k1 as noble } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "./hash.ts";
import {
  fullPublicKey,
  isSecp256k1PublicKey,
  publicKeyOf,
  recoverSecp256k1,
  signRecoverable,
  signSecp256k1,
  verifySecp256k1,
} from "./secp256k1.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function scalar(value: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
}

const privKeyArb = fc.bigInt({ min: 1n, max: ORDER - 1n }).map(scalar);

describe("agreement", () => {
  test("behavior: keys, signatures and verdicts agree with CosmJS", async () => {
    await fc.assert(
      fc.asyncProperty(privKeyArb, fc.uint8Array({ maxLength: 100 }), async (privKey, message) => {
        const digest = sha256(message);
        const pubKey = publicKeyOf(privKey);
        expect(hex(pubKey)).toBe(hex(Secp256k1.compressPubkey((await Secp256k1.makeKeypair(privKey)).pubkey)));
        const signature = signSecp256k1(digest, privKey);
        const theirs: ExtendedSecp256k1Signature = await Secp256k1.createSignature(digest, privKey);
        expect(hex(signature)).toBe(hex(theirs.toFixedLength().slice(0, 64)));
        expect(verifySecp256k1(pubKey, digest, signature)).toBe(true);
        expect(verifySecp256k1(pubKey, sha256(digest), signature)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});

describe("refusals", () => {
  const privKey = scalar(12345n);
  const pubKey = publicKeyOf(privKey);
  const digest = sha256(Uint8Array.of(1));
  const signature = signSecp256k1(digest, privKey);
  const r = signature.slice(0, 32);
  const s = BigInt(`0x${hex(signature.slice(32))}`);

  test("error: the same signature with a high s", () => {
    const high = Uint8Array.of(...r, ...scalar(ORDER - s));
    expect(noble.verify(high, digest, pubKey, { lowS: false, prehash: false })).toBe(true);
    expect(verifySecp256k1(pubKey, digest, high)).toBe(false);
  });

  test.each<[string, Uint8Array, Uint8Array, Uint8Array]>([
    ["another digest", pubKey, sha256(Uint8Array.of(2)), signature],
    ["another key", publicKeyOf(scalar(54321n)), digest, signature],
    ["r of zero", pubKey, digest, Uint8Array.of(...new Uint8Array(32), ...scalar(s))],
    ["s of zero", pubKey, digest, Uint8Array.of(...r, ...new Uint8Array(32))],
    ["r beyond the order", pubKey, digest, Uint8Array.of(...new Uint8Array(32).fill(0xff), ...scalar(s))],
    ["s beyond the order", pubKey, digest, Uint8Array.of(...r, ...new Uint8Array(32).fill(0xff))],
    ["a DER signature", pubKey, digest, noble.Signature.fromBytes(signature).toBytes("der")],
    ["a signature with its recovery byte", pubKey, digest, Uint8Array.of(...signature, 0)],
    ["no signature", pubKey, digest, new Uint8Array(0)],
    ["a short digest", pubKey, digest.slice(1), signature],
    ["an uncompressed key", noble.getPublicKey(privKey, false), digest, signature],
    ["a key that is no point", Uint8Array.of(2, ...new Uint8Array(32).fill(0xff)), digest, signature],
    ["a key of another form", Uint8Array.of(5, ...pubKey.slice(1)), digest, signature],
    ["no key", new Uint8Array(0), digest, signature],
  ])("error: %s", (_, key, signed, bytes) => {
    expect(verifySecp256k1(key, signed, bytes)).toBe(false);
  });

  test("behavior: points are told from other bytes", () => {
    expect(isSecp256k1PublicKey(pubKey)).toBe(true);
    expect(isSecp256k1PublicKey(Uint8Array.of(2, ...new Uint8Array(32).fill(0xff)))).toBe(false);
    expect(isSecp256k1PublicKey(Uint8Array.of(4, ...pubKey.slice(1)))).toBe(false);
    expect(isSecp256k1PublicKey(pubKey.slice(1))).toBe(false);
  });

  test.each([
    ["zero", scalar(0n)],
    ["the order", scalar(ORDER)],
    ["a short key", new Uint8Array(31).fill(1)],
  ])("error: %s is no private key", (_, key) => {
    expect(() => publicKeyOf(key)).toThrow();
    expect(() => signSecp256k1(digest, key)).toThrow();
  });

  test("error: signing what is no digest", () => {
    expect(() => signSecp256k1(digest.slice(1), privKey)).toThrow();
  });

  test("behavior: verification never throws", () => {
    const some = (length: number) => fc.oneof(fc.uint8Array({ minLength: length, maxLength: length }), fc.uint8Array());
    fc.assert(
      fc.property(some(33), some(32), some(64), (key, signed, bytes) => {
        expect(verifySecp256k1(key, signed, bytes)).toBe(false);
      }),
    );
  });
});

describe("recovery", () => {
  const digest = sha256(Uint8Array.of(7));
  const key = fullPublicKey(publicKeyOf(scalar(99n)));
  const { signature, recoveryId } = signRecoverable(digest, scalar(99n));

  test("default: a signature tells its key, in low s and in high s", () => {
    expect(hex(recoverSecp256k1(digest, signature, recoveryId)!)).toBe(hex(key));
    const s = BigInt(`0x${hex(signature.subarray(32))}`);
    const highS = new Uint8Array([...signature.subarray(0, 32), ...scalar(ORDER - s)]);
    expect(hex(recoverSecp256k1(digest, highS, 1 - recoveryId)!)).toBe(hex(key));
  });

  test("behavior: agrees with @noble/curves on random signatures and on random bytes", () => {
    const theirs = (sig: Uint8Array, id: number): string | undefined => {
      try {
        return hex(noble.Signature.fromBytes(sig).addRecoveryBit(id).recoverPublicKey(digest).toBytes(false));
      } catch {
        return undefined;
      }
    };
    const signatureArb = fc.uint8Array({ minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(signatureArb, fc.integer({ min: 0, max: 3 }), (sig, id) => {
        const ours = recoverSecp256k1(digest, sig, id);
        expect(ours === undefined ? undefined : hex(ours)).toBe(theirs(sig, id));
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ["a zero r", new Uint8Array([...new Uint8Array(32), ...signature.subarray(32)]), 0],
    ["a zero s", new Uint8Array([...signature.subarray(0, 32), ...new Uint8Array(32)]), 0],
    ["r of the order", new Uint8Array([...scalar(ORDER), ...signature.subarray(32)]), 0],
    ["63 bytes", signature.subarray(1), 0],
    ["recovery id 4", signature, 4],
  ])("error: nobody made %s", (_name, sig, id) => {
    expect(recoverSecp256k1(digest, sig, id)).toBeUndefined();
  });
});
