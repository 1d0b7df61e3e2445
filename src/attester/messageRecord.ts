// What the attester knows of one message.

import { decodeBurnMessageV2 } from "../cctp/burnMessageV2.ts";
import { messageHash } from "../cctp/messageHash.ts";
import { decodeMessageV1 } from "../cctp/messageV1.ts";
import { decodeMessageV2 } from "../cctp/messageV2.ts";
import type { FinalityLevel } from "../chains/chainReader.ts";
import { fromHex, toHex } from "../codec/bytes.ts";

/** Why a fast transfer is not fast, in the service's words. */
export type DelayReason = "insufficient_fee" | "amount_above_max" | "insufficient_allowance_available";

/** What names a message: its place among the messages of its version in a transaction. It outlives reorganisations. */
export interface MessageId {
  readonly domain: number;
  /** 64 lower-case hex digits without `0x`, of every kind of chain. */
  readonly txHash: string;
  readonly version: 1 | 2;
  /** 0 for the first message of that version in the transaction. */
  readonly ordinal: number;
}

/** What was signed. */
export interface Attested {
  /** V1: the message as emitted. V2: with the attester's fields filled in. */
  readonly message: Uint8Array;
  readonly attestation: Uint8Array;
  readonly level: FinalityLevel;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** A message that a chain emitted, and how far it came. */
export interface MessageRecord extends MessageId {
  /** As emitted. */
  readonly message: Uint8Array;
  /** Whether fee and expiration are filled in: it was sent by the TokenMessenger, and has the form of a burn. */
  readonly isBurn: boolean;
  readonly height: bigint;
  readonly blockHash: string;
  readonly logIndex: number;
  /** V1: decimal. V2: `0x` and 64 hex digits. */
  readonly nonce: string;
  readonly seenAtMs: number;
  readonly attested: Attested | undefined;
  readonly delayReason: DelayReason | undefined;
  /** Its block is final by the standard rule: nothing more is to be done. */
  readonly settled: boolean;
  /**
   * Whether its block is on the chain. `missing`: a reorganisation took it away, and what came instead is still to be
   * read. `vanished`: it is in none of those blocks; only kept when it was attested. Either may come again.
   */
  readonly presence: "there" | "missing" | "vanished";
  /** Never to be signed: another message was signed under its nonce, or in its place. */
  readonly refused: boolean;
}

const TX_HASH = /^(?:0x)?([0-9a-f]{64})$/i;

/** A transaction hash as records have it; undefined when the text is none. */
export function txHashOf(text: string): string | undefined {
  return TX_HASH.exec(text)?.[1]?.toLowerCase();
}

/** The text that names a message in the journal; in byte order, the messages of a transaction stand together. */
export function recordKey({ domain, txHash, version, ordinal }: MessageId): string {
  return `${domain}/${txHash}/${version}/${String(ordinal).padStart(6, "0")}`;
}

/** Where a message goes. */
export function destinationOf({ version, message }: Pick<MessageRecord, "version" | "message">): number {
  return (version === 1 ? decodeMessageV1(message) : decodeMessageV2(message)).destinationDomain;
}

/** What a V2 burn moves; 0 for other messages. */
export function amountOf({ isBurn, version, message }: MessageRecord): bigint {
  return isBurn && version === 2 ? decodeBurnMessageV2(decodeMessageV2(message).messageBody).amount : 0n;
}

/** `0x` and lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}

/** The hash of a message, `0x…`. */
export function hashText(message: Uint8Array): string {
  return hex(messageHash(message));
}

/** Before b on the chain: negative. */
export function compareByPlace(a: MessageRecord, b: MessageRecord): number {
  return Number(a.height > b.height) - Number(a.height < b.height) || a.logIndex - b.logIndex;
}

/** A record as text for the journal. */
export function encodeRecord(record: MessageRecord): string {
  const { attested } = record;
  return JSON.stringify({
    ...record,
    message: toHex(record.message),
    height: String(record.height),
    attested: attested && {
      ...attested,
      message: toHex(attested.message),
      attestation: toHex(attested.attestation),
    },
  });
}

/** Reads what `encodeRecord` wrote; the journal is ours. */
export function decodeRecord(text: string): MessageRecord {
  const json = JSON.parse(text);
  return {
    ...json,
    message: fromHex(json.message),
    height: BigInt(json.height),
    attested: json.attested && {
      ...json.attested,
      message: fromHex(json.attested.message),
      attestation: fromHex(json.attested.attestation),
    },
    delayReason: json.delayReason,
  };
}
