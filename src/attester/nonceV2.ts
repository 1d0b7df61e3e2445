// The nonces that V2 messages get from the service.

import { concatBytes, fromHex, utf8 } from "../codec/bytes.ts";
import { keccak256 } from "../crypto/hash.ts";

const TAG = utf8("stateset attester: nonce of a V2 message");

/**
 * The nonce of the message at a place of a transaction, 32 bytes. It follows from the place alone. So a transaction that
 * a reorganisation takes out and that is included again keeps its nonce, and so it does when the attester has lost its
 * state: whatever happens, one burn is never attested under two nonces, which would let it be minted twice.
 */
export function nonceV2(place: {
  readonly domain: number;
  readonly txHash: string;
  readonly ordinal: number;
}): Uint8Array {
  const numbers = new DataView(new ArrayBuffer(8));
  numbers.setUint32(0, place.domain);
  numbers.setUint32(4, place.ordinal);
  return keccak256(concatBytes(TAG, new Uint8Array(numbers.buffer), fromHex(place.txHash)));
}
