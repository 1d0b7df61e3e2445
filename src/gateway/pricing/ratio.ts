// Exact arithmetic of prices: integers and ratios of integers, and the places where something is rounded.

/** A number as numerator over denominator, both above zero. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** How a number between two steps is rounded. Amounts here are never below zero. */
export const ROUNDINGS = ["half_even", "half_up", "truncate"] as const;
export type Rounding = (typeof ROUNDINGS)[number];

const DECIMAL = /^([0-9]{1,12})(?:\.([0-9]{1,12}))?$/;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** In lowest terms. Throws RangeError on a denominator that is not above zero. */
export function ratioOf(numerator: bigint, denominator: bigint): Ratio {
  if (denominator <= 0n || numerator < 0n) throw new RangeError("a ratio is not below zero, its denominator above");
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** `1.09` is 109/100. Undefined when the text is no decimal number above zero of at most 12 digits on each side. */
export function parseRate(text: string): Ratio | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const fraction = match[2] ?? "";
  const numerator = BigInt(`${match[1]}${fraction}`);
  return numerator === 0n ? undefined : ratioOf(numerator, 10n ** BigInt(fraction.length));
}

/** numerator / denominator as an integer. */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (rounding === "truncate" || twice < denominator) return quotient;
  if (twice > denominator || rounding === "half_up") return quotient + 1n;
  return quotient + (quotient & 1n);
}

/** An amount at a rate, to the micro-unit, half to even. */
export function convert(amount: bigint, { numerator, denominator }: Ratio): bigint {
  return divideRounded(amount * numerator, denominator, "half_even");
}

/**
 * Parts of `total`, in steps of `step`, in proportion to the weights: each gets what is sure, and what is left goes, step by
 * step, to those who lost most (the first among equals). The parts add up to `total`, of which what is no whole step goes to
 * the first. Without any weight all goes to the first.
 */
export function apportion(total: bigint, weights: readonly bigint[], step = 1n): readonly bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) return weights.map((_, index) => (index === 0 ? total : 0n));
  const steps = total / step;
  const parts = weights.map((weight) => (steps * weight) / sum);
  const left = Number(steps - parts.reduce((a, b) => a + b, 0n));
  const byLoss = weights
    .map((weight, index) => ({ index, loss: (steps * weight) % sum }))
    .sort((a, b) => (a.loss === b.loss ? a.index - b.index : a.loss > b.loss ? -1 : 1));
  for (const { index } of byLoss.slice(0, left)) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts.map((part, index) => part * step + (index === 0 ? total % step : 0n));
}
