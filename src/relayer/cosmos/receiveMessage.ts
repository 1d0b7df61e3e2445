// The messages that deliver on a Cosmos chain, in both versions, and what its refusals mean. Texts: noble-cctp for V1
// (docs/cctp.md), x/cctp/v2/errors.ts for V2; a simulation gives nothing but its text.

import { MsgReceiveMessage as MsgReceiveMessageV1 } from "../../../gen/circle/cctp/v1/tx.ts";
import { MsgReceiveMessage as MsgReceiveMessageV2 } from "../../../gen/circle/cctp/v2/tx.ts";
import { fromHex } from "../../codec/bytes.ts";
import type { Refusal } from "../deliver/outcomes.ts";
import type { Attested } from "../journal/record.ts";

/** A message in its protobuf encoding. */
export interface EncodedMsg {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** The message that delivers. */
export function receiveMessageMsg(
  cctpVersion: 1 | 2,
  from: string,
  attested: Pick<Attested, "message" | "attestation">,
): EncodedMsg {
  const codec = cctpVersion === 1 ? MsgReceiveMessageV1 : MsgReceiveMessageV2;
  const message = fromHex(attested.message.slice(2));
  const attestation = fromHex(attested.attestation.slice(2));
  return { typeUrl: `/${codec.$type}`, value: codec.encode({ from, message, attestation }).finish() };
}

/** Refusals that mean something else than "try again later", by a part of their text: V1's, then V2's. */
const REFUSALS: readonly (readonly [text: string, refusal: Refusal])[] = [
  ["nonce already used", "used"],
  ["the nonce was used before", "used"],
  ["unable to verify signature", "attestation"],
  ["the attestation does not hold", "attestation"],
  ["the message expired and must be attested again", "expired"],
  ["incorrect destination caller", "caller"],
  ["the message is to be delivered by somebody else", "caller"],
];

/** What the text of a failed transaction or simulation means for the message that failed. */
export function refusalOfLog(log: string): Refusal {
  return REFUSALS.find(([text]) => log.includes(text))?.[1] ?? "other";
}

/** Which message of a transaction failed, by its text; undefined when it does not say. */
export function failedIndex(log: string): number | undefined {
  const digits = /message index: ([0-9]{1,4})/.exec(log)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The sequence that the chain expects, by the text of its refusal (code 32 of the SDK); undefined when it does not say. */
export function expectedSequence(log: string): number | undefined {
  const digits = /account sequence mismatch, expected ([0-9]{1,15}), got/.exec(log)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
