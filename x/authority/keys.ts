// State of x/authority.

/** Name of the module and of its store. */
export const AUTHORITY = "authority";

/** Bech32 text of the authority. */
export const AUTHORITY_KEY = Uint8Array.of(0);
/** Bech32 text of who was named as the next one; absent for nobody. */
export const PENDING_KEY = Uint8Array.of(1);
