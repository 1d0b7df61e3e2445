// The message of CCTP V2: a header of 148 bytes and a body of any length. Circle's evm-cctp-contracts
// src/messages/v2/MessageV2.sol. What a chain emits is not yet what is attested: see attestedV2.ts.

import { concatBytes } from "../codec/bytes.ts";
import { readBytes32, readUint32, writeBytes32, writeUint32 } from "./fields.ts";
import { requireLengthAtLeast } from "./formatError.ts";

/** The version that V2 messages begin with. */
export const MESSAGE_VERSION_V2 = 1;
/** Bytes before the body. */
export const HEADER_LENGTH_V2 = 148;

/** Finality thresholds that the attestation service knows: standard, and fast. */
export const FINALITY_THRESHOLD_FINALIZED = 2000;
export const FINALITY_THRESHOLD_CONFIRMED = 1000;

const VERSION = 0;
const SOURCE_DOMAIN = 4;
const DESTINATION_DOMAIN = 8;
const SENDER = 44;
const RECIPIENT = 76;
const DESTINATION_CALLER = 108;
const MIN_FINALITY_THRESHOLD = 140;

/** Offsets of the fields that the attestation service fills in. */
export const NONCE_OFFSET_V2 = 12;
export const FINALITY_THRESHOLD_EXECUTED_OFFSET_V2 = 144;

/** A message of V2. Words have 32 bytes; domains, versions and thresholds are unsigned 32-bit integers. */
export interface MessageV2 {
  readonly version: number;
  readonly sourceDomain: number;
  readonly destinationDomain: number;
  /** Given by the attestation service, unique over all domains; zero in the emitted message. */
  readonly nonce: Uint8Array;
  readonly sender: Uint8Array;
  readonly recipient: Uint8Array;
  /** Who alone may deliver it; zero is anybody. */
  readonly destinationCaller: Uint8Array;
  /** The finality that the sender asks for. */
  readonly minFinalityThreshold: number;
  /** The finality at which it was attested; zero in the emitted message. */
  readonly finalityThresholdExecuted: number;
  readonly messageBody: Uint8Array;
}

/**
 * Takes a message apart. Words and body are views of `bytes`. The version is read, not judged: receivers look at the
 * destination first. Throws CctpFormatError (part `message`) below 148 bytes.
 */
export function decodeMessageV2(bytes: Uint8Array): MessageV2 {
  requireLengthAtLeast("message", bytes, HEADER_LENGTH_V2);
  return {
    version: readUint32(bytes, VERSION),
    sourceDomain: readUint32(bytes, SOURCE_DOMAIN),
    destinationDomain: readUint32(bytes, DESTINATION_DOMAIN),
    nonce: readBytes32(bytes, NONCE_OFFSET_V2),
    sender: readBytes32(bytes, SENDER),
    recipient: readBytes32(bytes, RECIPIENT),
    destinationCaller: readBytes32(bytes, DESTINATION_CALLER),
    minFinalityThreshold: readUint32(bytes, MIN_FINALITY_THRESHOLD),
    finalityThresholdExecuted: readUint32(bytes, FINALITY_THRESHOLD_EXECUTED_OFFSET_V2),
    messageBody: bytes.subarray(HEADER_LENGTH_V2),
  };
}

/** The bytes of a message. Throws CctpFormatError naming the field that does not fit. */
export function encodeMessageV2(message: MessageV2): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH_V2);
  writeUint32(header, VERSION, "version", message.version);
  writeUint32(header, SOURCE_DOMAIN, "sourceDomain", message.sourceDomain);
  writeUint32(header, DESTINATION_DOMAIN, "destinationDomain", message.destinationDomain);
  writeBytes32(header, NONCE_OFFSET_V2, "nonce", message.nonce);
  writeBytes32(header, SENDER, "sender", message.sender);
  writeBytes32(header, RECIPIENT, "recipient", message.recipient);
  writeBytes32(header, DESTINATION_CALLER, "destinationCaller", message.destinationCaller);
  writeUint32(header, MIN_FINALITY_THRESHOLD, "minFinalityThreshold", message.minFinalityThreshold);
  writeUint32(
    header,
    FINALITY_THRESHOLD_EXECUTED_OFFSET_V2,
    "finalityThresholdExecuted",
    message.finalityThresholdExecuted,
  );
  return concatBytes(header, message.messageBody);
}
