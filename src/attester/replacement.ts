// Replacements of V1: a chain may emit a second message under a nonce, by replaceMessage and replaceDepositForBurn
// (evm-cctp-contracts MessageTransmitter.sol and TokenMessenger.sol; noble-cctp alike). What they cannot change stands here.

import { decodeBurnMessageV1 } from "../cctp/burnMessageV1.ts";
import { decodeMessageV1 } from "../cctp/messageV1.ts";
import { bytesEqual } from "../codec/bytes.ts";
import type { MessageRecord } from "./messageRecord.ts";

type Sent = Pick<MessageRecord, "message" | "isBurn">;

/**
 * Whether the second message may stand beside the first under one nonce: same route, sender and recipient, and of burns
 * same token, amount and burner. The contracts see to that; a message that breaks it is of another history of the chain.
 */
export function isReplacement(first: Sent, second: Sent): boolean {
  const [a, b] = [decodeMessageV1(first.message), decodeMessageV1(second.message)];
  const isSameRoute =
    a.sourceDomain === b.sourceDomain &&
    a.destinationDomain === b.destinationDomain &&
    a.nonce === b.nonce &&
    bytesEqual(a.sender, b.sender) &&
    bytesEqual(a.recipient, b.recipient);
  if (!isSameRoute || first.isBurn !== second.isBurn) return false;
  return !first.isBurn || isSameBurn(a.messageBody, b.messageBody);
}

function isSameBurn(first: Uint8Array, second: Uint8Array): boolean {
  const [a, b] = [decodeBurnMessageV1(first), decodeBurnMessageV1(second)];
  return a.amount === b.amount && bytesEqual(a.burnToken, b.burnToken) && bytesEqual(a.messageSender, b.messageSender);
}
