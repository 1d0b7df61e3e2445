// What the service answers, in the shapes of Circle's attestation service (developers.circle.com/api-reference/cctp, and
// the samples in test/vectors/cctp/iris-samples.json).

import { decodeBurnMessageV1 } from "../cctp/burnMessageV1.ts";
import { decodeBurnMessageV2 } from "../cctp/burnMessageV2.ts";
import { bytes32ToAddress } from "../cctp/bytes32.ts";
import { decodeMessageV1 } from "../cctp/messageV1.ts";
import { decodeMessageV2 } from "../cctp/messageV2.ts";
import { bpsOfRate, type RouteRates } from "./fees.ts";
import type { PublicKey } from "./keyRing.ts";
import { hex, type MessageRecord } from "./messageRecord.ts";

const PENDING = "PENDING";
const USDC_DECIMALS = 6;
const THRESHOLD_FAST = 1000;
const THRESHOLD_STANDARD = 2000;

/** A record, and whether it is shown as complete: faults may say otherwise. */
export interface ShownRecord {
  readonly record: MessageRecord;
  readonly isComplete: boolean;
}

/** An error, as the service words it. */
export function errorBody(code: number, message: string): object {
  return { code, message };
}

/** GET /v1/attestations/{hash} */
export function attestationBody({ record, isComplete }: ShownRecord): object {
  const attestation = isComplete ? record.attested?.attestation : undefined;
  return attestation === undefined
    ? { attestation: null, status: "pending_confirmations" }
    : { attestation: hex(attestation), status: "complete" };
}

/** GET /v1/messages/{domain}/{hash} */
export function messagesBodyV1(shown: readonly ShownRecord[]): object {
  return {
    messages: shown.map(({ record, isComplete }) => ({
      attestation: isComplete && record.attested ? hex(record.attested.attestation) : PENDING,
      message: hex(record.message),
      eventNonce: record.nonce,
    })),
  };
}

/** GET /v2/messages/{domain}, for messages of both versions. */
export function messagesBodyV2(shown: readonly ShownRecord[]): object {
  return { messages: shown.map(messageJson) };
}

function messageJson({ record, isComplete }: ShownRecord): object {
  const attested = isComplete ? record.attested : undefined;
  const rest = { eventNonce: record.nonce, cctpVersion: record.version, delayReason: record.delayReason ?? null };
  if (attested === undefined) {
    return { attestation: PENDING, message: "0x", status: "pending_confirmations", decodedMessage: null, ...rest };
  }
  return {
    attestation: hex(attested.attestation),
    message: hex(attested.message),
    status: "complete",
    decodedMessage: record.version === 1 ? decodedV1(attested.message, record) : decodedV2(attested.message, record),
    ...rest,
  };
}

/** Addresses are cut to 20 bytes: who needs all 32 reads the message. */
function shortAddress(word: Uint8Array): string {
  return hex(bytes32ToAddress(word));
}

function decodedV1(bytes: Uint8Array, { isBurn }: MessageRecord): object {
  const message = decodeMessageV1(bytes);
  return {
    sourceDomain: String(message.sourceDomain),
    destinationDomain: String(message.destinationDomain),
    nonce: String(message.nonce),
    sender: shortAddress(message.sender),
    recipient: shortAddress(message.recipient),
    destinationCaller: shortAddress(message.destinationCaller),
    messageBody: hex(message.messageBody),
    decodedMessageBody: isBurn ? burnV1(message.messageBody) : null,
  };
}

function burnV1(body: Uint8Array): object {
  const burn = decodeBurnMessageV1(body);
  return {
    burnToken: shortAddress(burn.burnToken),
    mintRecipient: shortAddress(burn.mintRecipient),
    amount: String(burn.amount),
    messageSender: shortAddress(burn.messageSender),
  };
}

function decodedV2(bytes: Uint8Array, { isBurn }: MessageRecord): object {
  const message = decodeMessageV2(bytes);
  return {
    sourceDomain: String(message.sourceDomain),
    destinationDomain: String(message.destinationDomain),
    nonce: hex(message.nonce),
    sender: shortAddress(message.sender),
    recipient: shortAddress(message.recipient),
    destinationCaller: shortAddress(message.destinationCaller),
    minFinalityThreshold: String(message.minFinalityThreshold),
    finalityThresholdExecuted: String(message.finalityThresholdExecuted),
    messageBody: hex(message.messageBody),
    decodedMessageBody: isBurn ? burnV2(message.messageBody) : null,
  };
}

function burnV2(body: Uint8Array): object {
  const burn = decodeBurnMessageV2(body);
  return {
    burnToken: shortAddress(burn.burnToken),
    mintRecipient: shortAddress(burn.mintRecipient),
    amount: String(burn.amount),
    messageSender: shortAddress(burn.messageSender),
    maxFee: String(burn.maxFee),
    feeExecuted: String(burn.feeExecuted),
    expirationBlock: String(burn.expirationBlock),
    hookData: burn.hookData.length === 0 ? null : hex(burn.hookData),
  };
}

/** POST /v2/reattest/{nonce} */
export function reattestBody(nonce: string): object {
  return { message: "Re-attestation successfully requested for nonce.", nonce };
}

/** GET /v2/burn/USDC/fees/{source}/{destination}: basis points. */
export function feesBody({ fast, standard }: RouteRates): object {
  return [
    { finalityThreshold: THRESHOLD_FAST, minimumFee: bpsOfRate(fast) },
    { finalityThreshold: THRESHOLD_STANDARD, minimumFee: bpsOfRate(standard) },
  ];
}

/** GET /v2/fastBurn/USDC/allowance: whole USDC as a number, as the service does; a double is exact up to 9 billion. */
export function allowanceBody(amount: bigint, changedAtMs: number): object {
  return {
    allowance: Number(amount) / 10 ** USDC_DECIMALS,
    lastUpdated: new Date(changedAtMs).toISOString().replace(/\.[0-9]{3}Z$/, "Z"),
  };
}

/** GET /v1/publicKeys */
export function publicKeysBodyV1(keys: readonly PublicKey[]): object {
  return { publicKeys: keys.map(({ publicKey }) => hex(publicKey)) };
}

/** GET /v2/publicKeys */
export function publicKeysBodyV2(keys: readonly PublicKey[]): object {
  return { publicKeys: keys.map(({ publicKey, version }) => ({ publicKey: hex(publicKey), cctpVersion: version })) };
}
