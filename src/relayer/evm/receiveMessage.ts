// The one call that delivers a message on an EVM chain, in both versions; how its nonce is asked for; and what its refusals
// mean. Texts: Circle's evm-cctp-contracts (test/vectors/cctp/*-negative-receive.json).

import { encodeFunctionData, encodePacked, keccak256, parseAbi } from "viem";
import { MESSAGE_TRANSMITTER_ABI } from "../../cctp/evmAbi.ts";
import type { Refusal } from "../deliver/outcomes.ts";
import type { Hex, MessageRecord } from "../journal/record.ts";

/** Both transmitters' events of a delivery. V1's nonce is a number, V2's 32 bytes. */
export const MESSAGE_RECEIVED_ABI = {
  1: parseAbi([
    "event MessageReceived(address indexed caller, uint32 sourceDomain, uint64 indexed nonce, bytes32 sender, bytes messageBody)",
  ]),
  2: parseAbi([
    "event MessageReceived(address indexed caller, uint32 sourceDomain, bytes32 indexed nonce, bytes32 sender, uint32 indexed finalityThresholdExecuted, bytes messageBody)",
  ]),
} as const;

/** The calldata that delivers a message. */
export function receiveMessageCalldata(message: Hex, attestation: Hex): Hex {
  return encodeFunctionData({
    abi: MESSAGE_TRANSMITTER_ABI,
    functionName: "receiveMessage",
    args: [message, attestation],
  });
}

/** What `usedNonces` is asked for. Undefined while a V2 message has no nonce. */
export function usedNonceKey({ cctpVersion, sourceDomain, nonce }: MessageRecord): Hex | undefined {
  if (nonce === undefined) return undefined;
  // V2: the journal keeps nonces as 32 bytes of hex.
  if (cctpVersion === 2) return nonce as Hex;
  return keccak256(encodePacked(["uint32", "uint64"], [sourceDomain, BigInt(nonce)]));
}

/** Refusals that mean something else than "try again later", by the beginning of their text. */
const REFUSALS: readonly (readonly [text: string, refusal: Refusal])[] = [
  ["Nonce already used", "used"],
  ["Message expired and must be re-signed", "expired"],
  ["Invalid attestation length", "attestation"],
  ["Invalid signature", "attestation"],
  ["ECDSA: invalid signature", "attestation"],
  ["Invalid caller for message", "caller"],
];

/** What a revert means. */
export function refusalOfRevert(reason: string): Refusal {
  return REFUSALS.find(([text]) => reason.startsWith(text))?.[1] ?? "other";
}
