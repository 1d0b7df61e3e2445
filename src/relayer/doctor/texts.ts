// Amounts and durations as people read them.

const MICRO = 1_000_000n;

/** Micro-units as `12.5 USDC`. */
export function usdc(amount: bigint): string {
  const fraction = (amount % MICRO).toString().padStart(6, "0").replace(/0+$/, "");
  return `${amount / MICRO}${fraction === "" ? "" : `.${fraction}`} USDC`;
}

/** Seconds as `40 s`, `13 min` or `2 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}
