// Any message as JSON: version told by its first four bytes, and the burn inside where the body has the form of one.

import { toHex } from "../codec/bytes.ts";
import { BURN_MESSAGE_LENGTH_V1, BURN_MESSAGE_VERSION_V1, decodeBurnMessageV1 } from "./burnMessageV1.ts";
import { BURN_MESSAGE_LENGTH_V2, BURN_MESSAGE_VERSION_V2, decodeBurnMessageV2 } from "./burnMessageV2.ts";
import { readUint32 } from "./fields.ts";
import { CctpFormatError, requireLengthAtLeast } from "./formatError.ts";
import { decodeMessageV1, MESSAGE_VERSION_V1 } from "./messageV1.ts";
import { decodeMessageV2, MESSAGE_VERSION_V2 } from "./messageV2.ts";

/** Values as in the golden vectors: bytes as `0x` and lower-case hex, integers that may pass 2^53 as decimal text. */
export interface MessageJson {
  readonly [field: string]: string | number | { readonly [field: string]: string | number };
}

const VERSION_LENGTH = 4;

/** 1 or 2 by the first four bytes. Throws CctpFormatError on fewer bytes, or on a version that is neither's. */
export function cctpVersionOf(message: Uint8Array): 1 | 2 {
  requireLengthAtLeast("message", message, VERSION_LENGTH);
  const version = readUint32(message, 0);
  if (version === MESSAGE_VERSION_V1) return 1;
  if (version === MESSAGE_VERSION_V2) return 2;
  throw new CctpFormatError("message", { code: "version", actual: version });
}

/** A message of either version as JSON. Throws CctpFormatError when it is none. */
export function messageToJson(message: Uint8Array): MessageJson {
  return cctpVersionOf(message) === 1 ? jsonOfV1(message) : jsonOfV2(message);
}

function hex(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}

function jsonOfV1(bytes: Uint8Array): MessageJson {
  const message = decodeMessageV1(bytes);
  const body = message.messageBody;
  const json = fieldsToJson({ ...message });
  const isBurn = body.length === BURN_MESSAGE_LENGTH_V1 && readUint32(body, 0) === BURN_MESSAGE_VERSION_V1;
  return isBurn ? { ...json, burnMessage: fieldsToJson({ ...decodeBurnMessageV1(body) }) } : json;
}

function jsonOfV2(bytes: Uint8Array): MessageJson {
  const message = decodeMessageV2(bytes);
  const body = message.messageBody;
  const json = fieldsToJson({ ...message });
  const isBurn = body.length >= BURN_MESSAGE_LENGTH_V2 && readUint32(body, 0) === BURN_MESSAGE_VERSION_V2;
  return isBurn ? { ...json, burnMessage: fieldsToJson({ ...decodeBurnMessageV2(body) }) } : json;
}

/** Order of the fields is that of the interfaces, which is the order on the wire. */
function fieldsToJson(fields: { readonly [field: string]: number | bigint | Uint8Array }): {
  readonly [field: string]: string | number;
} {
  const json: Record<string, string | number> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === "number") json[field] = value;
    else json[field] = typeof value === "bigint" ? value.toString() : hex(value);
  }
  return json;
}
