// Currencies that orders may be priced in, with the smallest step of each (ISO 4217's minor unit), in micro-units.

const CENT = 10_000n;
const WHOLE = 1_000_000n;

const STEPS: Readonly<Record<string, bigint>> = {
  USDC: CENT,
  USD: CENT,
  EUR: CENT,
  GBP: CENT,
  CHF: CENT,
  CAD: CENT,
  AUD: CENT,
  NZD: CENT,
  SEK: CENT,
  NOK: CENT,
  DKK: CENT,
  PLN: CENT,
  CZK: CENT,
  MXN: CENT,
  BRL: CENT,
  INR: CENT,
  SGD: CENT,
  HKD: CENT,
  CNY: CENT,
  ZAR: CENT,
  JPY: WHOLE,
  KRW: WHOLE,
};

/** What orders are settled in. */
export const SETTLEMENT = "USDC";

/** The smallest step of a currency; undefined when it is not known here. */
export function stepOf(currency: string): bigint | undefined {
  return Object.hasOwn(STEPS, currency) ? STEPS[currency] : undefined;
}
