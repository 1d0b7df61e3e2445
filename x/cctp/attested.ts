// Whether a message of V1 is attested, and what it says.

import type { Context } from "../../src/baseapp/context.ts";
import { verifyAttestation } from "../../src/cctp/attestation.ts";
import { decodeMessageV1, HEADER_LENGTH_V1, type MessageV1 } from "../../src/cctp/messageV1.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrParsingMessage, ErrReceiveMessage, ErrReplaceMessage, ErrSignatureVerification } from "./errors.ts";
import type { CctpKeeper } from "./keeper.ts";
import { attestationText, looseHex, SIGNATURE_GAS } from "./types.ts";

/**
 * Throws unless the attesters signed: ErrReceiveMessage with the reason, or for a replacement ErrSignatureVerification
 * without it, as Noble's module does.
 */
export function requireAttested(
  ctx: Context,
  keeper: CctpKeeper,
  claim: { readonly message: Uint8Array; readonly attestation: Uint8Array; readonly isReplacement: boolean },
): void {
  const kind = claim.isReplacement ? ErrReplaceMessage : ErrReceiveMessage;
  const attesters = keeper.attesters(ctx);
  if (attesters.length === 0 && !claim.isReplacement) throw new ChainError(kind, "no attesters found");
  const threshold = keeper.signatureThreshold(ctx);
  if (threshold === undefined) throw new ChainError(kind, "signature threshold not found");
  ctx.gas.consume(SIGNATURE_GAS * BigInt(threshold), "attestation");
  const verdict = verifyAttestation(claim.message, claim.attestation, {
    attesters: attesters.map(looseHex),
    threshold,
    strictEvm: keeper.isStrictEvm(ctx),
  });
  if (verdict.ok) return;
  if (claim.isReplacement) throw new ChainError(ErrSignatureVerification, "unable to verify signatures");
  const text = attestationText(verdict.refusal);
  throw new ChainError(kind, `unable to verify signatures: ${text}: ${ErrSignatureVerification.text}`);
}

/** A message taken apart. Throws ErrParsingMessage. */
export function decodeHeader(bytes: Uint8Array): MessageV1 {
  if (bytes.length >= HEADER_LENGTH_V1) return decodeMessageV1(bytes);
  throw new ChainError(
    ErrParsingMessage,
    `cctp message must be at least ${HEADER_LENGTH_V1} bytes, got ${bytes.length}`,
  );
}
