// Rules of x/authz that need no state.

import type { Timestamp } from "../../gen/google/protobuf/timestamp.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidAddress, ErrTxDecode } from "../../src/codec/sdkErrors.ts";
import { timestampToNs } from "../../src/codec/time.ts";

/** Why a text is not an address. */
export function addressProblem(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const suffix = `: ${ErrInvalidAddress.text}`;
  return thrown.message.endsWith(suffix) ? thrown.message.slice(0, -suffix.length) : thrown.message;
}

/** The address in a field. Throws ErrInvalidAddress `invalid <name> address: …`. */
export function parseAddress(name: string, text: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (thrown) {
    throw new ChainError(ErrInvalidAddress, `invalid ${name} address: ${addressProblem(thrown)}`);
  }
}

/** Throws ErrTxDecode on a time that protobuf does not allow: the SDK cannot even decode such a message. */
export function requireTime(time: Timestamp | undefined): void {
  if (time === undefined) return;
  try {
    timestampToNs(time);
  } catch (thrown) {
    throw new ChainError(ErrTxDecode, `expiration: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** Whether two ends of a grant are the same instant, or both missing. Both must be valid. */
export function isSameTime(a: Timestamp | undefined, b: Timestamp | undefined): boolean {
  return a?.seconds === b?.seconds && a?.nanos === b?.nanos;
}
