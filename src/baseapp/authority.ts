// Who may change parameters: one address for all modules, by default that of the module account `gov`.

import { ChainError, registerError } from "../codec/chainError.ts";

/** As of x/gov, whose error the SDK uses for it. */
export const ErrInvalidSigner = registerError("gov", 13, "expected gov account as only signer for proposal message");

/** Throws ErrInvalidSigner unless the message comes from the authority. Both are bech32 text. */
export function requireAuthority(authority: string, signer: string): void {
  if (signer === authority) return;
  throw new ChainError(ErrInvalidSigner, `invalid authority; expected ${authority}, got ${signer}`);
}
