// Cases: round trips; agreement with CosmJS on amino bytes and addresses; refusals; hostile bytes.

import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { type Pubkey as CosmjsPubKey, encodeAminoPubkey, pubkeyToRawAddress } from "@cosmjs/amino";
import { Secp256k1 } from "@cosmjs/crypto";
import { encodePubkey as cosmjsEncodePubKey } from "@cosmjs/proto-signing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LegacyAminoPubKey } from "../../gen/cosmos/crypto/multisig/keys.ts";
import { PubKey as KeyMessage } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import { addressOfEd25519, addressOfPubKey, addressOfSecp256k1, aminoPubKey, moduleAddress } from "./address.ts";
import {
  countSubKeys,
  decodePubKey,
  encodePubKey,
  MULTISIG_DEPTH_MAX,
  MULTISIG_MEMBERS_MAX,
  type MultisigPubKey,
  PUBKEY_TYPE_URLS,
  type PubKey,
  PubKeyError,
} from "./pubKey.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const secp256k1Arb = fc
  .tuple(fc.constantFrom(2, 3), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([first, rest]): PubKey => ({ kind: "secp256k1", key: Uint8Array.of(first, ...rest) }));
const ed25519Arb = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((key): PubKey => ({ kind: "ed25519", key: new Uint8Array(key) }));
const { pubKeyArb } = fc.letrec<{ pubKeyArb: PubKey; multisig: PubKey }>((tie) => ({
  pubKeyArb: fc.oneof({ maxDepth: 3 }, secp256k1Arb, ed25519Arb, tie("multisig")),
  multisig: fc
    .tuple(fc.array(tie("pubKeyArb"), { minLength: 1, maxLength: 5 }), fc.nat())
    .map(([keys, n]): PubKey => ({ kind: "multisig", threshold: 1 + (n % keys.length), members: keys })),
}));

function toCosmjs(pubKey: PubKey): CosmjsPubKey {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  switch (pubKey.kind) {
    case "secp256k1":
      return { type: "tendermint/PubKeySecp256k1", value: base64(pubKey.key) };
    case "ed25519":
      return { type: "tendermint/PubKeyEd25519", value: base64(pubKey.key) };
    case "multisig":
      return {
        type: "tendermint/PubKeyMultisigThreshold",
        value: { threshold: String(pubKey.threshold), pubkeys: pubKey.members.map(toCosmjs) },
      };
  }
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PubKeyError) return error.message;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("encoding", () => {
  test("behavior: decoding gives what was encoded", () => {
    fc.assert(
      fc.property(pubKeyArb, (pubKey) => {
        expect(decodePubKey(encodePubKey(pubKey))).toEqual(pubKey);
      }),
    );
  });

  test("behavior: Any, amino bytes and address agree with CosmJS", () => {
    const single = fc.oneof(secp256k1Arb, ed25519Arb);
    const multisigOf = (member: fc.Arbitrary<PubKey>, maxLength: number) =>
      fc
        .tuple(fc.array(member, { minLength: 1, maxLength }), fc.nat())
        .map(([members, n]): PubKey => ({ kind: "multisig", threshold: 1 + (n % members.length), members }));
    // CosmJS cannot write lengths beyond 127, so inner multisigs have two members.
    const known = fc.oneof(single, multisigOf(fc.oneof(single, multisigOf(single, 2)), 9));
    fc.assert(
      fc.property(known, (pubKey) => {
        const cosmjs = toCosmjs(pubKey);
        expect(hex(aminoPubKey(pubKey))).toBe(hex(encodeAminoPubkey(cosmjs)));
        expect(hex(addressOfPubKey(pubKey))).toBe(hex(pubkeyToRawAddress(cosmjs)));
        const any = cosmjsEncodePubKey(cosmjs);
        const own = encodePubKey(pubKey);
        expect([own.typeUrl, hex(own.value)]).toEqual([any.typeUrl, hex(any.value)]);
      }),
    );
  });

  test("behavior: amino's lengths and thresholds are varints", () => {
    const member: PubKey = { kind: "ed25519", key: new Uint8Array(32).fill(9) };
    const inner: PubKey = { kind: "multisig", threshold: 2, members: Array(10).fill(member) };
    const outer: PubKey = { kind: "multisig", threshold: 128, members: [...Array(127).fill(member), inner] };
    const innerBytes = aminoPubKey(inner);
    const writer = new BinaryWriter().uint32(8).uint32(128);
    for (let i = 0; i < 127; i++) writer.uint32(18).bytes(aminoPubKey(member));
    expect(innerBytes.length).toBeGreaterThan(127);
    expect(hex(aminoPubKey(outer))).toBe(`22c1f7e2${hex(writer.uint32(18).bytes(innerBytes).finish())}`);
  });

  test("behavior: a decoded key does not share memory with its bytes", () => {
    const any = {
      typeUrl: PUBKEY_TYPE_URLS.secp256k1,
      value: KeyMessage.encode({ key: new Uint8Array(33).fill(2) }).finish(),
    };
    const pubKey = decodePubKey(any);
    any.value.fill(0);
    expect(pubKey).toEqual({ kind: "secp256k1", key: new Uint8Array(33).fill(2) });
  });

  test("behavior: keys are counted through inner multisigs", () => {
    const key: PubKey = { kind: "ed25519", key: new Uint8Array(32) };
    const inner: PubKey = { kind: "multisig", threshold: 1, members: [key, key] };
    expect(countSubKeys({ kind: "multisig", threshold: 1, members: [key, inner, inner] })).toBe(5);
  });
});

describe("addresses", () => {
  test("default: a key of a known account", async () => {
    const { pubkey } = await Secp256k1.makeKeypair(new Uint8Array(32).fill(1));
    const key = Secp256k1.compressPubkey(pubkey);
    expect(hex(key)).toBe("031b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f");
    // The hash160 of that key, as every Bitcoin tool prints it.
    expect(hex(addressOfSecp256k1(key))).toBe("79b000887626b294a914501a4cd226b58b235983");
  });

  test("default: module accounts have the addresses that the SDK gives them", () => {
    // cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn and cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta on every Cosmos chain.
    expect(hex(moduleAddress("gov"))).toBe("7b5fe22b5446f7c62ea27b8bd71cef94e03f3df2");
    expect(hex(moduleAddress("fee_collector"))).toBe("f1829676db577682e944fc3493d451b67ff3e29f");
  });

  test("behavior: ed25519 addresses are hashes cut to 20 bytes", () => {
    expect(hex(addressOfEd25519(new Uint8Array(0)))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4");
  });
});

describe("refusals", () => {
  const key = (length: number, first: number) => {
    const bytes = new Uint8Array(length);
    if (length > 0) bytes[0] = first;
    return KeyMessage.encode({ key: bytes }).finish();
  };
  const multisig = (threshold: number, keys: number) =>
    LegacyAminoPubKey.encode({
      threshold,
      publicKeys: Array.from({ length: keys }, () => ({ typeUrl: PUBKEY_TYPE_URLS.ed25519, value: key(32, 0) })),
    }).finish();

  test.each<[string, string, Uint8Array, string]>([
    ["no type", "", key(33, 2), 'public keys of type "" are not supported'],
    ["a type without a slash", PUBKEY_TYPE_URLS.secp256k1.slice(1), key(33, 2), "are not supported"],
    ["another type", "/cosmos.crypto.secp256r1.PubKey", key(33, 2), "are not supported"],
    ["a long type", "x".repeat(10_000), key(33, 2), `type "${"x".repeat(100)}" are not supported`],
    ["no key", PUBKEY_TYPE_URLS.secp256k1, new Uint8Array(0), "secp256k1 key: expected 33 bytes, got 0"],
    ["a short key", PUBKEY_TYPE_URLS.secp256k1, key(32, 2), "secp256k1 key: expected 33 bytes, got 32"],
    ["an uncompressed key", PUBKEY_TYPE_URLS.secp256k1, key(65, 4), "secp256k1 key: expected 33 bytes, got 65"],
    ["a key of another form", PUBKEY_TYPE_URLS.secp256k1, key(33, 4), "begins with 2 or 3, not 4"],
    ["a long ed25519 key", PUBKEY_TYPE_URLS.ed25519, key(33, 0), "ed25519 key: expected 32 bytes, got 33"],
    ["bytes cut short", PUBKEY_TYPE_URLS.secp256k1, key(33, 2).subarray(0, 20), "secp256k1.PubKey: malformed protobuf"],
    ["a threshold of nothing", PUBKEY_TYPE_URLS.multisig, multisig(0, 2), "threshold 0 of 2 members"],
    ["no members", PUBKEY_TYPE_URLS.multisig, multisig(1, 0), "threshold 1 of 0 members"],
    ["a threshold beyond the members", PUBKEY_TYPE_URLS.multisig, multisig(3, 2), "threshold 3 of 2 members"],
    ["a huge threshold", PUBKEY_TYPE_URLS.multisig, multisig(2 ** 32 - 1, 2), "threshold 4294967295 of 2 members"],
    ["too many members", PUBKEY_TYPE_URLS.multisig, multisig(1, MULTISIG_MEMBERS_MAX + 1), "more than 128 members"],
  ])("error: %s", (_, typeUrl, value, text) => {
    expect(refusal(() => decodePubKey({ typeUrl, value }))).toContain(text);
  });

  test("error: multisigs nested one deeper than the limit", () => {
    const nested = (depth: number) => {
      let pubKey: PubKey = { kind: "ed25519", key: new Uint8Array(32) };
      for (let i = 0; i < depth; i++) pubKey = { kind: "multisig", threshold: 1, members: [pubKey] };
      return encodePubKey(pubKey);
    };
    expect(decodePubKey(nested(MULTISIG_DEPTH_MAX)).kind).toBe("multisig");
    expect(refusal(() => decodePubKey(nested(MULTISIG_DEPTH_MAX + 1)))).toContain("nested more than 4 deep");
  });

  test("error: inner multisigs share the limit on keys", () => {
    const key: PubKey = { kind: "ed25519", key: new Uint8Array(32) };
    const inner = (count: number): MultisigPubKey => ({
      kind: "multisig",
      threshold: 1,
      members: Array(count).fill(key),
    });
    const pair = (a: number, b: number) =>
      encodePubKey({ kind: "multisig", threshold: 1, members: [inner(a), inner(b)] } satisfies MultisigPubKey);
    expect(decodePubKey(pair(63, 63)).kind).toBe("multisig");
    expect(refusal(() => decodePubKey(pair(63, 64)))).toContain("more than 128 members");
  });

  test("error: nothing but PubKeyError, whatever the bytes", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(PUBKEY_TYPE_URLS)),
        fc.uint8Array({ maxLength: 120 }),
        (typeUrl, value) => {
          try {
            const pubKey = decodePubKey({ typeUrl, value });
            expect(decodePubKey(encodePubKey(pubKey))).toEqual(pubKey);
          } catch (error) {
            expect(error).toBeInstanceOf(PubKeyError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
