// Whether bytes that a transmitter emitted are a message of it.

import { CctpFormatError } from "../cctp/formatError.ts";
import { decodeMessageV1, MESSAGE_VERSION_V1 } from "../cctp/messageV1.ts";
import { decodeMessageV2, MESSAGE_VERSION_V2 } from "../cctp/messageV2.ts";

/** Longest message that is read; Circle's contracts allow bodies of 8192 bytes. */
export const MESSAGE_BYTES_MAX = 64 * 1024;

/** Whether there is a whole header, of this version and with this source domain. */
export function isMessageOf(bytes: Uint8Array, { version, domain }: { version: 1 | 2; domain: number }): boolean {
  if (bytes.length > MESSAGE_BYTES_MAX) return false;
  try {
    const header = version === 1 ? decodeMessageV1(bytes) : decodeMessageV2(bytes);
    const expected = version === 1 ? MESSAGE_VERSION_V1 : MESSAGE_VERSION_V2;
    return header.version === expected && header.sourceDomain === domain;
  } catch (error) {
    if (error instanceof CctpFormatError) return false;
    throw error;
  }
}
