// The message of CCTP V1: a header of 116 bytes and a body of any length. Circle's evm-cctp-contracts
// src/messages/Message.sol and noble-cctp x/cctp/types/message.go agree on it.

import { concatBytes } from "../codec/bytes.ts";
import { readBytes32, readUint32, readUint64, writeBytes32, writeUint32, writeUint64 } from "./fields.ts";
import { requireLengthAtLeast } from "./formatError.ts";

/** The version that V1 messages begin with. */
export const MESSAGE_VERSION_V1 = 0;
/** Bytes before the body. */
export const HEADER_LENGTH_V1 = 116;

const VERSION = 0;
const SOURCE_DOMAIN = 4;
const DESTINATION_DOMAIN = 8;
const NONCE = 12;
const SENDER = 20;
const RECIPIENT = 52;
const DESTINATION_CALLER = 84;

/** A message of V1. Words have 32 bytes; domains and versions are unsigned 32-bit integers. */
export interface MessageV1 {
  readonly version: number;
  readonly sourceDomain: number;
  readonly destinationDomain: number;
  /** Counted by the source chain, below 2^64; zero is the first. */
  readonly nonce: bigint;
  readonly sender: Uint8Array;
  readonly recipient: Uint8Array;
  /** Who alone may deliver it; zero is anybody. */
  readonly destinationCaller: Uint8Array;
  readonly messageBody: Uint8Array;
}

/**
 * Takes a message apart. Words and body are views of `bytes`. The version is read, not judged: receivers look at the
 * destination first. Throws CctpFormatError (part `message`) below 116 bytes.
 */
export function decodeMessageV1(bytes: Uint8Array): MessageV1 {
  requireLengthAtLeast("message", bytes, HEADER_LENGTH_V1);
  return {
    version: readUint32(bytes, VERSION),
    sourceDomain: readUint32(bytes, SOURCE_DOMAIN),
    destinationDomain: readUint32(bytes, DESTINATION_DOMAIN),
    nonce: readUint64(bytes, NONCE),
    sender: readBytes32(bytes, SENDER),
    recipient: readBytes32(bytes, RECIPIENT),
    destinationCaller: readBytes32(bytes, DESTINATION_CALLER),
    messageBody: bytes.subarray(HEADER_LENGTH_V1),
  };
}

/** The bytes of a message. Throws CctpFormatError naming the field that does not fit. */
export function encodeMessageV1(message: MessageV1): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH_V1);
  writeUint32(header, VERSION, "version", message.version);
  writeUint32(header, SOURCE_DOMAIN, "sourceDomain", message.sourceDomain);
  writeUint32(header, DESTINATION_DOMAIN, "destinationDomain", message.destinationDomain);
  writeUint64(header, NONCE, "nonce", message.nonce);
  writeBytes32(header, SENDER, "sender", message.sender);
  writeBytes32(header, RECIPIENT, "recipient", message.recipient);
  writeBytes32(header, DESTINATION_CALLER, "destinationCaller", message.destinationCaller);
  return concatBytes(header, message.messageBody);
}
