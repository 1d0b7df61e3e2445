// Messages and records for tests, made of a few numbers.

import { encodeBurnMessageV1 } from "../../cctp/burnMessageV1.ts";
import { encodeBurnMessageV2 } from "../../cctp/burnMessageV2.ts";
import { encodeMessageV1 } from "../../cctp/messageV1.ts";
import { encodeMessageV2 } from "../../cctp/messageV2.ts";
import type { EmittedMessage } from "../../chains/chainReader.ts";
import { utf8 } from "../../codec/bytes.ts";
import { keccak256 } from "../../crypto/hash.ts";
import type { MessageRecord } from "../journal/record.ts";
import { readMessage } from "../messageFacts.ts";
import type { RouteVerdict } from "../routes.ts";
import { newRecord } from "../watch/reconcile.ts";

/** Domains of the test's two chains. */
export const SOURCE = 0;
export const DESTINATION = 7770;

/** A word of one byte repeated. */
export function word(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

export const TOKEN_MESSENGER = word(0xa1);
export const FAR_TOKEN_MESSENGER = word(0xa2);
export const ANYBODY = word(0);

interface BurnParts {
  readonly amount?: bigint;
  readonly mintRecipient?: Uint8Array;
  readonly destinationCaller?: Uint8Array;
  readonly sender?: Uint8Array;
  readonly recipient?: Uint8Array;
}

/** A V1 burn as emitted. */
export function burnV1(nonce: bigint, parts: BurnParts = {}): Uint8Array {
  return encodeMessageV1({
    version: 0,
    sourceDomain: SOURCE,
    destinationDomain: DESTINATION,
    nonce,
    sender: parts.sender ?? TOKEN_MESSENGER,
    recipient: parts.recipient ?? FAR_TOKEN_MESSENGER,
    destinationCaller: parts.destinationCaller ?? ANYBODY,
    messageBody: encodeBurnMessageV1({
      version: 0,
      burnToken: word(0xb1),
      mintRecipient: parts.mintRecipient ?? word(0xc1),
      amount: parts.amount ?? 1_000_000n,
      messageSender: word(0xd1),
    }),
  });
}

/** A V2 burn as emitted. */
export function burnV2(
  parts: BurnParts & {
    readonly maxFee?: bigint;
    readonly minFinalityThreshold?: number;
    readonly hookData?: Uint8Array;
  } = {},
): Uint8Array {
  return encodeMessageV2({
    version: 1,
    sourceDomain: SOURCE,
    destinationDomain: DESTINATION,
    nonce: ANYBODY,
    sender: parts.sender ?? TOKEN_MESSENGER,
    recipient: parts.recipient ?? FAR_TOKEN_MESSENGER,
    destinationCaller: parts.destinationCaller ?? ANYBODY,
    minFinalityThreshold: parts.minFinalityThreshold ?? 2000,
    finalityThresholdExecuted: 0,
    messageBody: encodeBurnMessageV2({
      version: 1,
      burnToken: word(0xb1),
      mintRecipient: parts.mintRecipient ?? word(0xc1),
      amount: parts.amount ?? 1_000_000n,
      messageSender: word(0xd1),
      maxFee: parts.maxFee ?? 0n,
      feeExecuted: 0n,
      expirationBlock: 0n,
      hookData: parts.hookData ?? new Uint8Array(0),
    }),
  });
}

/** A transaction hash of a text. */
export function txHashOf(text: string): string {
  return `0x${Buffer.from(keccak256(utf8(text))).toString("hex")}`;
}

/** A message where a chain emitted it. */
export function emitted(
  message: Uint8Array,
  place: { readonly tx?: string; readonly logIndex?: number; readonly height?: bigint; readonly fork?: string } = {},
): EmittedMessage {
  const { cctpVersion, sourceDomain } = readMessage(message);
  const { tx = "tx", logIndex = 0, height = 10n, fork = "" } = place;
  return {
    cctpVersion,
    sourceDomain,
    message,
    txHash: txHashOf(tx),
    logIndex,
    height,
    blockHash: txHashOf(`block ${height} ${fork}`),
  };
}

/** The record of a message that was just seen. */
export function recordOf(
  message: EmittedMessage,
  given: {
    readonly verdict?: RouteVerdict;
    readonly isManual?: boolean;
    readonly isRefund?: boolean;
    readonly nowMs?: number;
  } = {},
): MessageRecord {
  const { verdict = { kind: "carry" }, isManual = false, isRefund = false, nowMs = 1_000 } = given;
  return newRecord(message, readMessage(message.message), { verdict, isManual, isRefund, nowMs });
}
