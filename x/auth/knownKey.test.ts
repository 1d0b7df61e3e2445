// Cases: a key is decoded once for its Any; an Any shares what another knows only of the same key; notes do not show.

import { expect, test } from "vitest";
import { addressOfPubKey } from "../../src/crypto/address.ts";
import { encodePubKey, PUBKEY_TYPE_URLS, PubKeyError } from "../../src/crypto/pubKey.ts";
import { knownKeyOf, shareKnownKey } from "./knownKey.ts";

const keyWith = (last: number) => Uint8Array.of(2, ...new Uint8Array(31), last);
const anyWith = (last: number) => encodePubKey({ kind: "secp256k1", key: keyWith(last) });

test("default: decodes a key once, with its address", () => {
  const any = anyWith(1);
  const known = knownKeyOf(any);
  expect(known.pubKey).toEqual({ kind: "secp256k1", key: keyWith(1) });
  expect(known.address).toEqual(addressOfPubKey(known.pubKey));
  expect(knownKeyOf(any)).toBe(known);
  expect(any).toStrictEqual(anyWith(1));
});

test("behavior: shares what is known of the same key only", () => {
  const account = anyWith(1);
  const same = anyWith(1);
  const other = anyWith(2);
  const sameBytes = { ...anyWith(1), typeUrl: PUBKEY_TYPE_URLS.ed25519 };
  knownKeyOf(account);
  for (const any of [same, other, sameBytes]) shareKnownKey(any, account);
  expect(knownKeyOf(same)).toBe(knownKeyOf(account));
  expect(knownKeyOf(other).pubKey).toEqual({ kind: "secp256k1", key: keyWith(2) });
  expect(() => knownKeyOf(sameBytes)).toThrow(PubKeyError);
});

test("error: a type that is not supported is refused each time", () => {
  const any = Object.freeze({ ...anyWith(1), typeUrl: "/nothing" });
  expect(() => knownKeyOf(any)).toThrow(PubKeyError);
  expect(() => knownKeyOf(any)).toThrow(PubKeyError);
});
