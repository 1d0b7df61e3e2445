// What the relayer needs to know of a message before it is attested.

import { BURN_MESSAGE_LENGTH_V1, BURN_MESSAGE_VERSION_V1, decodeBurnMessageV1 } from "../cctp/burnMessageV1.ts";
import { BURN_MESSAGE_LENGTH_V2, BURN_MESSAGE_VERSION_V2, decodeBurnMessageV2 } from "../cctp/burnMessageV2.ts";
import { cctpVersionOf } from "../cctp/messageJson.ts";
import { decodeMessageV1 } from "../cctp/messageV1.ts";
import { decodeMessageV2, FINALITY_THRESHOLD_CONFIRMED } from "../cctp/messageV2.ts";
import type { FinalityLevel } from "../chains/chainReader.ts";
import { bytesEqual } from "../codec/bytes.ts";

/** A burn inside a message. Words have 32 bytes. */
export interface BurnFacts {
  readonly amount: bigint;
  readonly mintRecipient: Uint8Array;
  readonly messageSender: Uint8Array;
}

/** A message, taken apart. Words have 32 bytes. */
export interface MessageFacts {
  readonly cctpVersion: 1 | 2;
  readonly sourceDomain: number;
  readonly destinationDomain: number;
  /** V1 only, decimal: in V2 the attestation service gives it. */
  readonly nonce: string | undefined;
  readonly sender: Uint8Array;
  readonly recipient: Uint8Array;
  readonly destinationCaller: Uint8Array;
  /** What its source block has to be before it is attested. */
  readonly finality: FinalityLevel;
  /** Set when the body has the form of a burn; whether it is one, sender and recipient tell. */
  readonly burn: BurnFacts | undefined;
}

/** Takes an emitted message apart. Throws CctpFormatError on bytes that are no message. */
export function readMessage(message: Uint8Array): MessageFacts {
  return cctpVersionOf(message) === 1 ? readV1(message) : readV2(message);
}

/** Whether a body begins like burns of a version: its first four bytes are that number. */
function hasVersion(body: Uint8Array, version: number): boolean {
  return bytesEqual(body.subarray(0, 4), Uint8Array.of(0, 0, 0, version));
}

function readV1(bytes: Uint8Array): MessageFacts {
  const { nonce, messageBody, sourceDomain, destinationDomain, sender, recipient, destinationCaller } =
    decodeMessageV1(bytes);
  const isBurn = messageBody.length === BURN_MESSAGE_LENGTH_V1 && hasVersion(messageBody, BURN_MESSAGE_VERSION_V1);
  return {
    cctpVersion: 1,
    sourceDomain,
    destinationDomain,
    nonce: nonce.toString(),
    sender,
    recipient,
    destinationCaller,
    finality: "standard",
    burn: isBurn ? decodeBurnMessageV1(messageBody) : undefined,
  };
}

function readV2(bytes: Uint8Array): MessageFacts {
  const { messageBody, minFinalityThreshold, sourceDomain, destinationDomain, sender, recipient, destinationCaller } =
    decodeMessageV2(bytes);
  const isBurn = messageBody.length >= BURN_MESSAGE_LENGTH_V2 && hasVersion(messageBody, BURN_MESSAGE_VERSION_V2);
  return {
    cctpVersion: 2,
    sourceDomain,
    destinationDomain,
    nonce: undefined,
    sender,
    recipient,
    destinationCaller,
    finality: minFinalityThreshold <= FINALITY_THRESHOLD_CONFIRMED ? "fast" : "standard",
    burn: isBurn ? decodeBurnMessageV2(messageBody) : undefined,
  };
}
