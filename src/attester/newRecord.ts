// From a message as a chain emitted it to the record of it.

import { cctpModuleBytes32 } from "../cctp/addresses.ts";
import { BURN_MESSAGE_LENGTH_V1 } from "../cctp/burnMessageV1.ts";
import { BURN_MESSAGE_LENGTH_V2, BURN_MESSAGE_VERSION_V2 } from "../cctp/burnMessageV2.ts";
import { addressToBytes32 } from "../cctp/bytes32.ts";
import { readUint32 } from "../cctp/fields.ts";
import { decodeMessageV1 } from "../cctp/messageV1.ts";
import { decodeMessageV2 } from "../cctp/messageV2.ts";
import type { ChainConfig } from "../chains/chainConfig.ts";
import type { EmittedMessage } from "../chains/chainReader.ts";
import { bytesEqual, fromHex } from "../codec/bytes.ts";
import { hex, type MessageRecord, recordKey, txHashOf } from "./messageRecord.ts";
import { nonceV2 } from "./nonceV2.ts";

/** Who burns on a chain, as a word: only its messages are burns, whatever others look like. */
export type TokenMessengers = { readonly [version in 1 | 2]: Uint8Array | undefined };

/** The TokenMessengers of a chain. */
export function tokenMessengersOf(config: ChainConfig): TokenMessengers {
  if (config.kind === "cosmos") return { 1: cctpModuleBytes32(), 2: cctpModuleBytes32() };
  const word = (address: string | undefined) => address && addressToBytes32(fromHex(address.slice(2)));
  return { 1: word(config.v1?.tokenMessenger) || undefined, 2: word(config.v2?.tokenMessenger) || undefined };
}

function isBurnMessage({ cctpVersion, message }: EmittedMessage, messengers: TokenMessengers): boolean {
  const { sender, messageBody } = cctpVersion === 1 ? decodeMessageV1(message) : decodeMessageV2(message);
  const messenger = messengers[cctpVersion];
  if (messenger === undefined || !bytesEqual(sender, messenger)) return false;
  if (cctpVersion === 1) return messageBody.length === BURN_MESSAGE_LENGTH_V1;
  return messageBody.length >= BURN_MESSAGE_LENGTH_V2 && readUint32(messageBody, 0) === BURN_MESSAGE_VERSION_V2;
}

/**
 * Records of the messages of whole blocks, in the order of the chain, by key. All messages of a transaction stand in one
 * block, so their ordinals follow from the list.
 */
export function newRecords(
  emitted: readonly EmittedMessage[],
  messengers: TokenMessengers,
  nowMs: number,
): ReadonlyMap<string, MessageRecord> {
  const records = new Map<string, MessageRecord>();
  const counts = new Map<string, number>();
  for (const found of emitted) {
    const txHash = txHashOf(found.txHash);
    if (txHash === undefined) throw new Error(`a reader gave the transaction hash ${found.txHash}`);
    const counted = `${txHash}/${found.cctpVersion}`;
    const ordinal = counts.get(counted) ?? 0;
    counts.set(counted, ordinal + 1);
    const id = { domain: found.sourceDomain, txHash, version: found.cctpVersion, ordinal };
    records.set(recordKey(id), {
      ...id,
      message: found.message,
      isBurn: isBurnMessage(found, messengers),
      height: found.height,
      blockHash: found.blockHash,
      logIndex: found.logIndex,
      nonce: id.version === 1 ? String(decodeMessageV1(found.message).nonce) : hex(nonceV2(id)),
      seenAtMs: nowMs,
      attested: undefined,
      delayReason: undefined,
      settled: false,
      presence: "there",
      refused: false,
    });
  }
  return records;
}
