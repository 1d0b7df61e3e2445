// The relayer's clock. A devnet moves it together with its chains; tests do what they like.

/** Wall time, and when to be called back. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
}

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = { nowMs: () => Date.now() };
