// Whether what the attestation service returns is the V2 message that the source chain emitted. The service may have
// filled in four fields and nothing else, and a fee only within what the burner allowed.

import { emittedFormV2 } from "../../cctp/attestedV2.ts";
import { BURN_MESSAGE_LENGTH_V2, decodeBurnMessageV2 } from "../../cctp/burnMessageV2.ts";
import { isZero } from "../../cctp/bytes32.ts";
import { decodeMessageV2, FINALITY_THRESHOLD_FINALIZED, HEADER_LENGTH_V2 } from "../../cctp/messageV2.ts";
import { bytesEqual, toHex } from "../../codec/bytes.ts";

/** Why attested bytes are not accepted for an emitted message. */
export type MatchFault =
  /** Another message: it differs outside the four fields. */
  | "bytes"
  /** The nonce is zero, which no contract accepts. */
  | "nonce"
  /** Attested at a lower finality than the sender asked for. */
  | "finality"
  /** The fee is above the burner's maximum, or not below the amount. */
  | "fee";

/** The verdict on attested bytes. */
export type MatchVerdict =
  | {
      readonly ok: true;
      /** 32 bytes, lower-case hex with `0x`. */
      readonly nonce: `0x${string}`;
      /** Height of the destination from which on it is void; zero is never. */
      readonly expirationBlock: bigint;
    }
  | { readonly ok: false; readonly fault: MatchFault };

/** Compares attested bytes with the emitted ones. The first fault wins. Never throws. */
export function matchAttestedV2(emitted: Uint8Array, attested: Uint8Array): MatchVerdict {
  const kind = kindOf(emitted, attested);
  if (kind === undefined) return { ok: false, fault: "bytes" };
  const { nonce, finalityThresholdExecuted, minFinalityThreshold, messageBody } = decodeMessageV2(attested);
  if (isZero(nonce)) return { ok: false, fault: "nonce" };
  // The service knows nothing above `finalized`, whatever the sender asks for.
  const wanted = Math.min(minFinalityThreshold, FINALITY_THRESHOLD_FINALIZED);
  if (finalityThresholdExecuted < wanted) return { ok: false, fault: "finality" };
  const verdict = { ok: true, nonce: `0x${toHex(nonce)}`, expirationBlock: 0n } as const;
  if (kind === "generic") return verdict;
  const { amount, maxFee, feeExecuted, expirationBlock } = decodeBurnMessageV2(messageBody);
  if (feeExecuted > maxFee || (feeExecuted > 0n && feeExecuted >= amount)) return { ok: false, fault: "fee" };
  return { ...verdict, expirationBlock };
}

/** As what the emitted message was filled in: header only, or the burn in its body too; undefined when as neither. */
function kindOf(emitted: Uint8Array, attested: Uint8Array): "generic" | "burn" | undefined {
  if (emitted.length !== attested.length || attested.length < HEADER_LENGTH_V2) return undefined;
  if (bytesEqual(emittedFormV2(attested, { isBurn: false }), emitted)) return "generic";
  if (attested.length < HEADER_LENGTH_V2 + BURN_MESSAGE_LENGTH_V2) return undefined;
  return bytesEqual(emittedFormV2(attested, { isBurn: true }), emitted) ? "burn" : undefined;
}
