// Cases: bit arrays; the threshold rule; signatures taken apart as CosmJS makes them; refusals.

import {
  createMultisigThresholdPubkey,
  encodeSecp256k1Pubkey,
  makeSignDoc,
  Secp256k1HdWallet,
  serializeSignDoc,
} from "@cosmjs/amino";
import { encodePubkey } from "@cosmjs/proto-signing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MultiSignature } from "../../gen/cosmos/crypto/multisig/v1beta1/multisig.ts";
import type { SignMode } from "../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { ModeInfo } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { sha256 } from "./hash.ts";
import { bitAt, bitCount, decodeMultiSignature, makeBitArray, signingMembers, singleSignatures } from "./multisig.ts";
import { decodePubKey, MULTISIG_MEMBERS_MAX, type PubKey } from "./pubKey.ts";
import { verifySecp256k1 } from "./secp256k1.ts";

const secp = (byte: number): PubKey => ({ kind: "secp256k1", key: new Uint8Array(33).fill(byte) });
const single = (mode: SignMode): ModeInfo => ModeInfo.fromPartial({ single: { mode } });
const multi = (size: number, set: number[], modeInfos: ModeInfo[]): ModeInfo =>
  ModeInfo.fromPartial({ multi: { bitarray: makeBitArray(size, set), modeInfos } });
const encode = (...signatures: Uint8Array[]) => MultiSignature.encode({ signatures }).finish();

describe("bit arrays", () => {
  test("behavior: bits that were set are set, and no others", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat()), (size, picks) => {
        const set = picks.map((pick) => pick % size);
        const bits = makeBitArray(size, set);
        expect(bitCount(bits)).toBe(size);
        for (let i = 0; i < size; i++) expect(bitAt(bits, i)).toBe(set.includes(i));
      }),
    );
  });

  test("default: the first bit is the highest of the first byte", () => {
    expect(makeBitArray(5, [0, 1, 2, 3, 4])).toEqual({ extraBitsStored: 5, elems: Uint8Array.of(0b11111000) });
    expect(makeBitArray(8, [7])).toEqual({ extraBitsStored: 0, elems: Uint8Array.of(1) });
    expect(makeBitArray(9, [8])).toEqual({ extraBitsStored: 1, elems: Uint8Array.of(0, 0x80) });
  });

  test("error: no bits in what is malformed, and none beyond the end", () => {
    expect(bitCount({ extraBitsStored: 8, elems: new Uint8Array(4) })).toBe(0);
    expect(bitCount({ extraBitsStored: 3, elems: new Uint8Array(0) })).toBe(0);
    expect(bitCount({ extraBitsStored: 0, elems: new Uint8Array(0) })).toBe(0);
    expect(bitAt({ extraBitsStored: 0, elems: Uint8Array.of(0xff) }, 8)).toBe(false);
    expect(() => makeBitArray(3, [3])).toThrow("no bit 3 among 3");
  });
});

describe("threshold", () => {
  const key = { threshold: 2, memberCount: 3 };
  test.each([
    { set: [0, 1] },
    { set: [0, 2] },
    { set: [1, 2] },
    // More than the threshold.
    { set: [0, 1, 2] },
  ])("default: members $set of 2 of 3", ({ set }) => {
    expect(signingMembers(key, makeBitArray(3, set), set.length)).toEqual(set);
  });

  test.each([
    ["bits for fewer members", makeBitArray(2, [0, 1]), 2, "bit array size is incorrect, expecting: 3"],
    ["bits for more members", makeBitArray(4, [0, 1]), 2, "bit array size is incorrect, expecting: 3"],
    ["no bits", { extraBitsStored: 0, elems: new Uint8Array(0) }, 2, "bit array size is incorrect, expecting: 3"],
    ["too few signatures", makeBitArray(3, [0, 1]), 1, "signature size is incorrect 1"],
    ["more signatures than members", makeBitArray(3, [0, 1, 2]), 4, "signature size is incorrect 4"],
    ["too few bits set", makeBitArray(3, [1]), 2, "not enough signatures set, have 1, expected 2"],
    ["a bit without a signature", makeBitArray(3, [0, 1, 2]), 2, "2 signatures for 3 members that signed"],
    ["a signature without a bit", makeBitArray(3, [0, 1]), 3, "3 signatures for 2 members that signed"],
  ])("error: %s", (_, bits, count, text) => {
    expect(() => signingMembers(key, bits, count)).toThrow(text);
  });
});

describe("singleSignatures", () => {
  test("default: what CosmJS signs is valid", async () => {
    const wallets = await Promise.all([0, 1, 2].map(() => Secp256k1HdWallet.generate(12)));
    const accounts = await Promise.all(wallets.map(async (wallet) => (await wallet.getAccounts())[0]!));
    const pubKeys = accounts.map(({ pubkey }) => encodeSecp256k1Pubkey(pubkey));
    const multisig = createMultisigThresholdPubkey(pubKeys, 2, true);
    const fee = { amount: [], gas: "1" };
    const doc = makeSignDoc([], fee, "chain", "", 1, 2);
    const signed: Uint8Array[] = [];
    for (const i of [0, 2]) {
      const { signature } = await wallets[i]!.signAmino(accounts[i]!.address, doc);
      signed.push(new Uint8Array(Buffer.from(signature.signature, "base64")));
    }
    const mode = multi(3, [0, 2], [single(127), single(127)]);
    const signature = encode(...signed);
    const singles = singleSignatures(decodePubKey(encodePubkey(multisig)), mode, signature);
    expect(singles.map(({ mode }) => mode)).toEqual([127, 127]);
    expect(singles.map(({ pubKey }) => pubKey.key)).toEqual([accounts[0]!.pubkey, accounts[2]!.pubkey]);
    const digest = sha256(serializeSignDoc(doc));
    for (const one of singles) expect(verifySecp256k1(one.pubKey.key, digest, one.signature)).toBe(true);
  });

  test("default: a single key", () => {
    const signature = Uint8Array.of(1, 2);
    expect(singleSignatures(secp(2), single(1), signature)).toEqual([{ pubKey: secp(2), mode: 1, signature }]);
  });

  const inner: PubKey = { kind: "multisig", threshold: 1, members: [secp(2), secp(3)] };
  const outer: PubKey = { kind: "multisig", threshold: 2, members: [secp(4), inner, secp(5)] };

  test("behavior: inner multisigs are taken apart in order", () => {
    const mode = multi(3, [1, 2], [multi(2, [1], [single(127)]), single(1)]);
    const signature = encode(encode(Uint8Array.of(1)), Uint8Array.of(2));
    expect(singleSignatures(outer, mode, signature)).toEqual([
      { pubKey: secp(3), mode: 127, signature: Uint8Array.of(1) },
      { pubKey: secp(5), mode: 1, signature: Uint8Array.of(2) },
    ]);
  });

  test.each<[string, PubKey, ModeInfo | undefined, Uint8Array, string]>([
    ["no mode", secp(2), undefined, new Uint8Array(64), "expected the mode of a single secp256k1 key"],
    ["a mode of neither kind", secp(2), ModeInfo.fromPartial({}), new Uint8Array(64), "expected the mode of a single"],
    ["a multisig's mode for a single key", secp(2), multi(1, [0], [single(1)]), new Uint8Array(64), "mode of a single"],
    ["a single mode for a multisig", outer, single(127), new Uint8Array(64), "expected the modes of a multisig key"],
    [
      "a multisig without bits",
      inner,
      ModeInfo.fromPartial({ multi: { modeInfos: [single(1)] } }),
      encode(Uint8Array.of(1)),
      "bit array size is incorrect, expecting: 2",
    ],
    [
      "fewer modes than signatures",
      outer,
      multi(3, [0, 2], [single(1)]),
      encode(Uint8Array.of(1), Uint8Array.of(2)),
      "2 signatures with 1 modes",
    ],
    [
      "more modes than signatures",
      outer,
      multi(3, [0, 2], [single(1), single(1)]),
      encode(Uint8Array.of(1)),
      "1 signatures with 2 modes",
    ],
    [
      "a single signature for an inner multisig",
      outer,
      multi(3, [0, 1], [single(1), single(1)]),
      encode(Uint8Array.of(1), Uint8Array.of(2)),
      "expected the modes of a multisig key",
    ],
    [
      "a signature that is no MultiSignature",
      outer,
      multi(3, [0, 2], [single(1), single(1)]),
      Uint8Array.of(10, 5),
      "malformed MultiSignature",
    ],
  ])("error: %s", (_, pubKey, mode, signature, text) => {
    expect(() => singleSignatures(pubKey, mode, signature)).toThrow(text);
  });
});

describe("decodeMultiSignature", () => {
  test.each([
    ["an unknown field", Uint8Array.of(10, 1, 7, 16, 1)],
    ["a length in two bytes", Uint8Array.of(10, 0x81, 0, 7)],
    ["a tag in two bytes", Uint8Array.of(0x8a, 0, 1, 7)],
  ])("error: %s", (_, bytes) => {
    expect(() => decodeMultiSignature(bytes)).toThrow("rejecting unrecognized fields found in MultiSignature");
  });

  test("error: too many signatures", () => {
    const many = (count: number) => encode(...Array.from({ length: count }, () => new Uint8Array(0)));
    expect(decodeMultiSignature(many(MULTISIG_MEMBERS_MAX))).toHaveLength(MULTISIG_MEMBERS_MAX);
    expect(() => decodeMultiSignature(many(MULTISIG_MEMBERS_MAX + 1))).toThrow("a MultiSignature of 129 signatures");
  });

  test("behavior: other bytes are an Error, and what is accepted has one encoding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let signatures: readonly Uint8Array[];
        try {
          signatures = decodeMultiSignature(bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/MultiSignature/);
          return;
        }
        expect(encode(...signatures)).toEqual(new Uint8Array(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});
