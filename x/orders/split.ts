// Splitting what an order brings in: fee first, then shares by basis points and largest remainder. The parts always add
// up to the whole.

import type { RevenueShare } from "../../gen/stateset/orders/v1/types.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidSplit } from "./errors.ts";

/** Hundredths of a percent in a whole. */
export const BASIS_POINTS = 10_000;
/** Parties that share one order. */
export const SHARES_MAX = 10;

/** One party and what it receives. */
export interface Part {
  readonly address: string;
  readonly amount: bigint;
}

/** The processing fee of an amount, rounded down. */
export function feeOf(amount: bigint, basisPoints: number): bigint {
  return (amount * BigInt(basisPoints)) / BigInt(BASIS_POINTS);
}

/** What is wrong with shares, or undefined. None are fine: the merchant receives all. */
export function checkShares(shares: readonly RevenueShare[]): string | undefined {
  if (shares.length === 0) return undefined;
  if (shares.length > SHARES_MAX) return `more than ${SHARES_MAX} shares`;
  if (shares.some(({ basisPoints }) => basisPoints < 1)) return "a share is 0";
  const sum = shares.reduce((total, { basisPoints }) => total + basisPoints, 0);
  if (sum !== BASIS_POINTS) return `shares add up to ${sum}, not ${BASIS_POINTS}`;
  if (new Set(shares.map(({ address }) => address)).size < shares.length) return "a party is listed twice";
  return undefined;
}

/** Throws ErrInvalidSplit. */
export function requireShares(shares: readonly RevenueShare[]): void {
  const problem = checkShares(shares);
  if (problem !== undefined) throw new ChainError(ErrInvalidSplit, problem);
}

/**
 * The parts of an amount. What rounding leaves goes, unit by unit, to the largest remainders; of equal ones the merchant
 * comes first, then the order of the list. Parts of zero are left out.
 */
export function splitAmount(amount: bigint, shares: readonly RevenueShare[], merchant: string): Part[] {
  if (shares.length === 0) return amount === 0n ? [] : [{ address: merchant, amount }];
  const whole = BigInt(BASIS_POINTS);
  const parts = shares.map(({ address, basisPoints }, index) => {
    const product = amount * BigInt(basisPoints);
    return { address, amount: product / whole, remainder: product % whole, index };
  });
  let left = amount - parts.reduce((sum, part) => sum + part.amount, 0n);
  const order = [...parts].sort((a, b) => {
    if (a.remainder !== b.remainder) return a.remainder > b.remainder ? -1 : 1;
    if ((a.address === merchant) !== (b.address === merchant)) return a.address === merchant ? -1 : 1;
    return a.index - b.index;
  });
  // Fewer units are left than there are parts: each remainder is below one.
  for (const part of order) {
    if (left === 0n) break;
    part.amount += 1n;
    left -= 1n;
  }
  return parts.filter((part) => part.amount > 0n).map(({ address, amount: part }) => ({ address, amount: part }));
}
