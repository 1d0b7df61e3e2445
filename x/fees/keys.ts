// State of x/fees.

/** Name of the module and of its store. */
export const FEES = "fees";

/** Params. */
export const PARAMS_KEY = Uint8Array.of(0);
