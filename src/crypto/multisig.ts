// Threshold signatures (cosmos-sdk v0.53 crypto/keys/multisig/multisig.go, crypto/types/compact_bit_array.go,
// x/auth/tx/sigs.go).

import { MultiSignature } from "../../gen/cosmos/crypto/multisig/v1beta1/multisig.ts";
import type { ModeInfo } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { MULTISIG_MEMBERS_MAX, type MultisigPubKey, type PubKey, type SinglePubKey } from "./pubKey.ts";

/** A compact bit array: bit 0 is the highest bit of the first byte. */
export interface BitArray {
  readonly extraBitsStored: number;
  readonly elems: Uint8Array;
}

/** Bits of an array; 0 when it is malformed. */
export function bitCount({ extraBitsStored, elems }: BitArray): number {
  if (extraBitsStored > 7) return 0;
  if (extraBitsStored === 0) return elems.length * 8;
  return elems.length === 0 ? 0 : (elems.length - 1) * 8 + extraBitsStored;
}

/** Whether a bit is set. */
export function bitAt({ elems }: BitArray, index: number): boolean {
  return ((elems[index >>> 3] ?? 0) & (1 << (7 - (index & 7)))) !== 0;
}

/** A bit array of `size` bits, 1 <= size, with the bits of `set` set. */
export function makeBitArray(size: number, set: readonly number[]): BitArray {
  const elems = new Uint8Array((size + 7) >>> 3);
  for (const index of set) {
    if (index < 0 || index >= size) throw new RangeError(`no bit ${index} among ${size}`);
    elems[index >>> 3]! |= 1 << (7 - (index & 7));
  }
  return { extraBitsStored: size % 8, elems };
}

/**
 * Which members signed, in order: the index of the member for each signature. Throws an Error that says what is wrong
 * with the combination of key, bits and signatures. More signatures than the threshold are accepted. The SDK ignores
 * signatures beyond the set bits; here they are refused, since anybody could add them.
 */
export function signingMembers(
  key: { threshold: number; memberCount: number },
  bits: BitArray,
  signatureCount: number,
): number[] {
  const size = bitCount(bits);
  if (size !== key.memberCount) throw new Error(`bit array size is incorrect, expecting: ${key.memberCount}`);
  if (signatureCount < key.threshold || signatureCount > size) {
    throw new Error(`signature size is incorrect ${signatureCount}`);
  }
  const members: number[] = [];
  for (let index = 0; index < size; index += 1) if (bitAt(bits, index)) members.push(index);
  if (members.length < key.threshold) {
    throw new Error(`not enough signatures set, have ${members.length}, expected ${key.threshold}`);
  }
  if (members.length !== signatureCount) {
    throw new Error(`${signatureCount} signatures for ${members.length} members that signed`);
  }
  return members;
}

/** A signature of one key: what is left of a transaction's signature when the multisigs are taken apart. */
export interface SingleSignature {
  readonly pubKey: SinglePubKey;
  /** A SignMode's number. */
  readonly mode: number;
  /** As it stands in the transaction; of any length. */
  readonly signature: Uint8Array;
}

/**
 * Takes the signature of a signer apart: one entry for each key that signed, through inner multisigs, in order. The
 * signer's signature is valid when every entry's is. Throws an Error that says how key, mode info and signature do not
 * fit together.
 */
export function singleSignatures(
  pubKey: PubKey,
  modeInfo: ModeInfo | undefined,
  signature: Uint8Array,
): SingleSignature[] {
  const singles: SingleSignature[] = [];
  collect(pubKey, modeInfo, signature, singles);
  return singles;
}

// The depth is that of the key, which `decodePubKey` bounds.
function collect(pubKey: PubKey, modeInfo: ModeInfo | undefined, signature: Uint8Array, out: SingleSignature[]): void {
  if (pubKey.kind === "multisig") collectMulti(pubKey, modeInfo, signature, out);
  else if (modeInfo?.single === undefined) throw new Error(`expected the mode of a single ${pubKey.kind} key`);
  else out.push({ pubKey, mode: modeInfo.single.mode, signature });
}

function collectMulti(
  pubKey: MultisigPubKey,
  modeInfo: ModeInfo | undefined,
  signature: Uint8Array,
  out: SingleSignature[],
): void {
  const multi = modeInfo?.multi;
  if (multi === undefined) throw new Error("expected the modes of a multisig key");
  const signatures = decodeMultiSignature(signature);
  if (multi.modeInfos.length !== signatures.length) {
    throw new Error(`${signatures.length} signatures with ${multi.modeInfos.length} modes`);
  }
  const bits = multi.bitarray ?? { extraBitsStored: 0, elems: new Uint8Array(0) };
  const key = { threshold: pubKey.threshold, memberCount: pubKey.members.length };
  const members = signingMembers(key, bits, signatures.length);
  for (let i = 0; i < members.length; i += 1) {
    collect(pubKey.members[members[i]!]!, multi.modeInfos[i]!, signatures[i]!, out);
  }
}

/**
 * The signatures in a MultiSignature. Throws an Error unless the bytes are its only encoding: unknown fields and odd
 * varints would let anybody change the transaction's hash.
 */
export function decodeMultiSignature(bytes: Uint8Array): readonly Uint8Array[] {
  let message: MultiSignature;
  try {
    message = MultiSignature.decode(bytes);
  } catch (cause) {
    throw new Error("malformed MultiSignature", { cause });
  }
  if (message.signatures.length > MULTISIG_MEMBERS_MAX) {
    throw new Error(`a MultiSignature of ${message.signatures.length} signatures`);
  }
  if (Buffer.compare(MultiSignature.encode(message).finish(), bytes) !== 0) {
    throw new Error("rejecting unrecognized fields found in MultiSignature");
  }
  return message.signatures;
}
