// What the chain has of personal data: 32 bytes that nobody can guess the data from, since 32 random bytes are hashed with
// it. Who is given salt and data can check it; once the salt is gone the commitment says nothing any more.

import { bytesEqual, concatBytes, utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { type CanonicalObject, canonicalJson } from "./canonicalJson.ts";

export const COMMITMENT_BYTES = 32;
export const SALT_BYTES = 32;

/** sha256(salt ‖ canonical JSON). The salt has SALT_BYTES. */
export function commitmentOfText(salt: Uint8Array, text: string): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new RangeError(`a salt has ${SALT_BYTES} bytes`);
  return sha256(concatBytes(salt, utf8(text)));
}

/** What is opened to check a commitment. */
export interface Opening {
  readonly commitment: Uint8Array;
  readonly salt: Uint8Array;
  readonly data: CanonicalObject;
}

/** Whether the commitment was made of this salt and data. Throws CanonicalJsonError. */
export function verifyCommitment({ commitment, salt, data }: Opening): boolean {
  return bytesEqual(commitment, commitmentOfText(salt, canonicalJson(data)));
}
