// Threshold signatures (cosmos-sdk v0.53 crypto/keys/multisig/multisig.go, crypto/types/multisig).

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

/**
 * Which members signed, in order: the index of the member for each signature. Throws an Error that says what is wrong
 * with the combination of key, bits and signatures.
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
