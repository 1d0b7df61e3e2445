// From the V2 message that a chain emits to the one that is attested, and back. The attestation service fills in four
// fields and nothing else: two of the header, and in burns two of the body.

import { BURN_MESSAGE_LENGTH_V2, EXPIRATION_BLOCK_OFFSET_V2, FEE_EXECUTED_OFFSET_V2 } from "./burnMessageV2.ts";
import { writeBytes32, writeUint32, writeUint256 } from "./fields.ts";
import { requireLengthAtLeast } from "./formatError.ts";
import { FINALITY_THRESHOLD_EXECUTED_OFFSET_V2, HEADER_LENGTH_V2, NONCE_OFFSET_V2 } from "./messageV2.ts";

/** What the attestation service decides. */
export interface AttestedFieldsV2 {
  /** 32 bytes, unique over all domains. */
  readonly nonce: Uint8Array;
  readonly finalityThresholdExecuted: number;
  /** Of burns; left out for generic messages, whose body nobody touches. */
  readonly burn?: { readonly feeExecuted: bigint; readonly expirationBlock: bigint };
}

/**
 * The message to attest: a copy of the emitted one with the fields filled in. Throws CctpFormatError when it is too
 * short for them, or one does not fit.
 */
export function fillAttestedFieldsV2(emitted: Uint8Array, fields: AttestedFieldsV2): Uint8Array {
  const { burn } = fields;
  requireLengthAtLeast("message", emitted, HEADER_LENGTH_V2 + (burn === undefined ? 0 : BURN_MESSAGE_LENGTH_V2));
  const attested = new Uint8Array(emitted);
  writeBytes32(attested, NONCE_OFFSET_V2, "nonce", fields.nonce);
  const executed = fields.finalityThresholdExecuted;
  writeUint32(attested, FINALITY_THRESHOLD_EXECUTED_OFFSET_V2, "finalityThresholdExecuted", executed);
  if (burn !== undefined) {
    writeUint256(attested, HEADER_LENGTH_V2 + FEE_EXECUTED_OFFSET_V2, "feeExecuted", burn.feeExecuted);
    writeUint256(attested, HEADER_LENGTH_V2 + EXPIRATION_BLOCK_OFFSET_V2, "expirationBlock", burn.expirationBlock);
  }
  return attested;
}

/**
 * The message as it was emitted: a copy with those fields zero. A relayer compares it with what it saw on the source
 * chain. Throws CctpFormatError when it is too short.
 */
export function emittedFormV2(attested: Uint8Array, options: { readonly isBurn: boolean }): Uint8Array {
  const nothing = { nonce: new Uint8Array(32), finalityThresholdExecuted: 0 };
  return fillAttestedFieldsV2(
    attested,
    options.isBurn ? { ...nothing, burn: { feeExecuted: 0n, expirationBlock: 0n } } : nothing,
  );
}
