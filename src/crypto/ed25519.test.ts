// Cases: RFC 8032's vectors; agreement with noble; what ZIP 215 accepts beyond OpenSSL; refusals.

import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ed25519PublicKeyOf, ed25519Signer, verifyEd25519 } from "./ed25519.ts";

const fromHex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test.each([
  {
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    pubKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    pubKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
])("default: RFC 8032 section 7.1, message $message", ({ seed, pubKey, message, signature }) => {
  const seedBytes = fromHex(seed);
  expect(hex(ed25519PublicKeyOf(seedBytes))).toBe(pubKey);
  expect(hex(ed25519Signer(seedBytes)(fromHex(message)))).toBe(signature);
  expect(verifyEd25519(fromHex(pubKey), fromHex(message), fromHex(signature))).toBe(true);
});

describe("agreement", () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

  test("behavior: keys, signatures and verdicts agree with noble", () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ maxLength: 200 }), fc.nat(63), (seed, message, at) => {
        const pubKey = ed25519PublicKeyOf(seed);
        expect(hex(pubKey)).toBe(hex(ed25519.getPublicKey(new Uint8Array(seed))));
        const signature = ed25519Signer(seed)(message);
        expect(hex(signature)).toBe(hex(ed25519.sign(new Uint8Array(message), new Uint8Array(seed))));
        expect(verifyEd25519(pubKey, message, signature)).toBe(true);
        signature[at]! ^= 1;
        expect(verifyEd25519(pubKey, message, signature)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  /** Encodings of the points of small order: the canonical ones, and those whose y or sign is not canonical. */
  const SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ].map(fromHex);

  test("behavior: every pair of points of small order with s = 0 is valid, as ZIP 215 has it", () => {
    const message = new TextEncoder().encode("Zcash");
    for (const pubKey of SMALL_ORDER) {
      for (const r of SMALL_ORDER) {
        const signature = Uint8Array.of(...r, ...new Uint8Array(32));
        expect(verifyEd25519(pubKey, message, signature)).toBe(true);
      }
    }
  });
});

describe("refusals", () => {
  const seed = new Uint8Array(32).fill(7);
  const message = Uint8Array.of(1, 2, 3);
  const pubKey = ed25519PublicKeyOf(seed);
  const signature = ed25519Signer(seed)(message);

  test("error: seeds of another length", () => {
    expect(() => ed25519PublicKeyOf(new Uint8Array(31))).toThrow("an ed25519 seed has 32 bytes, got 31");
    expect(() => ed25519Signer(new Uint8Array(64))(message)).toThrow(RangeError);
  });

  test("error: an s that is not reduced", () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    let s = BigInt(`0x${hex(signature.slice(32).reverse())}`) + order;
    const grown = signature.slice();
    for (let i = 32; i < 64; i++) {
      grown[i] = Number(s & 0xffn);
      s >>= 8n;
    }
    expect(verifyEd25519(pubKey, message, grown)).toBe(false);
  });

  test.each([
    ["another message", pubKey, Uint8Array.of(1, 2), signature],
    ["another key", ed25519PublicKeyOf(new Uint8Array(32)), message, signature],
    ["a key that is no point", Uint8Array.of(2, ...new Uint8Array(31)), message, signature],
    ["a short key", pubKey.slice(1), message, signature],
    ["a short signature", pubKey, message, signature.slice(1)],
    ["a long signature", pubKey, message, Uint8Array.of(...signature, 0)],
    ["no signature", pubKey, message, new Uint8Array(0)],
  ])("error: %s", (_, key, signed, bytes) => {
    expect(verifyEd25519(key, signed, bytes)).toBe(false);
  });
});
