// Addresses: what a public key or a module is called on the chain (cosmos-sdk v0.53 crypto/keys, types/address).

import { ripemd160, sha256 } from "./hash.ts";
import type { PubKey } from "./pubKey.ts";

/** Bytes of an account address that belongs to a key. */
export const ADDRESS_BYTES = 20;

/** Amino's type prefixes of public keys, the length of a key behind them (cometbft spec/core/encoding.md). */
const AMINO_SECP256K1 = Uint8Array.of(0xeb, 0x5a, 0xe9, 0x87, 33);
const AMINO_ED25519 = Uint8Array.of(0x16, 0x24, 0xde, 0x64, 32);
const AMINO_MULTISIG = Uint8Array.of(0x22, 0xc1, 0xf7, 0xe2);
const THRESHOLD_TAG = 0x08;
const MEMBER_TAG = 0x12;

function uvarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value >>> 0;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** A plain array: Buffer.concat gives a piece of a shared pool, whose `slice` would alias. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** A public key in legacy amino, as multisig addresses hash it. */
export function aminoPubKey(pubKey: PubKey): Uint8Array {
  switch (pubKey.kind) {
    case "secp256k1":
      return join([AMINO_SECP256K1, pubKey.key]);
    case "ed25519":
      return join([AMINO_ED25519, pubKey.key]);
    case "multisig": {
      const members = pubKey.members.flatMap((member) => {
        const bytes = aminoPubKey(member);
        return [Uint8Array.of(MEMBER_TAG), uvarint(bytes.length), bytes];
      });
      return join([AMINO_MULTISIG, Uint8Array.of(THRESHOLD_TAG), uvarint(pubKey.threshold), ...members]);
    }
  }
}

/** Address of a compressed secp256k1 key: ripemd160(sha256(key)), 20 bytes. */
export function addressOfSecp256k1(pubKey: Uint8Array): Uint8Array {
  return ripemd160(sha256(pubKey));
}

/** Address of an ed25519 key: the first 20 bytes of its sha256; what consensus addresses are. */
export function addressOfEd25519(pubKey: Uint8Array): Uint8Array {
  return sha256(pubKey).slice(0, ADDRESS_BYTES);
}

/** Address of a public key, 20 bytes. */
export function addressOfPubKey(pubKey: PubKey): Uint8Array {
  switch (pubKey.kind) {
    case "secp256k1":
      return addressOfSecp256k1(pubKey.key);
    case "ed25519":
      return addressOfEd25519(pubKey.key);
    case "multisig":
      return sha256(aminoPubKey(pubKey)).slice(0, ADDRESS_BYTES);
  }
}

/** Address of a module account: the first 20 bytes of the sha256 of its name. */
export function moduleAddress(name: string): Uint8Array {
  return sha256(Buffer.from(name, "utf8")).slice(0, ADDRESS_BYTES);
}
