// Sets of decimal coins, sorted by denomination, each above zero (cosmos-sdk v0.50 types/dec_coin.go). Amounts are in units
// of 10^-18 of the denomination's own unit.

import type { DecCoin as ProtoDecCoin } from "../../gen/cosmos/base/v1beta1/coin.ts";
import { type Coin, checkCoins, type DecCoin, formatDecCoin } from "../../src/codec/coins.ts";
import { DEC_ONE, decMul, decMulTrunc, decQuoTrunc, decTrunc } from "../../src/codec/decimal.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";

/** No coins. */
export const NO_COINS: readonly DecCoin[] = Object.freeze([]);

/** Coins as decimal coins. */
export function fromCoins(coins: readonly Coin[]): DecCoin[] {
  return coins.map(({ denom, amount }) => ({ denom, amount: amount * DEC_ONE }));
}

function positive(coins: readonly DecCoin[]): DecCoin[] {
  return coins.filter(({ amount }) => amount > 0n);
}

function merge(a: readonly DecCoin[], b: readonly DecCoin[], sign: 1n | -1n): DecCoin[] {
  const merged: DecCoin[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [left, right] = [a[i], b[j]];
    // Denominations are ASCII, so that UTF-16 order is byte order.
    const isLeft = right === undefined || (left !== undefined && left.denom <= right.denom);
    const isRight = left === undefined || (right !== undefined && right.denom <= left.denom);
    const amount = (isLeft ? left!.amount : 0n) + (isRight ? sign * right!.amount : 0n);
    if (amount !== 0n) merged.push({ denom: (isLeft ? left : right)!.denom, amount });
    if (isLeft) i += 1;
    if (isRight) j += 1;
  }
  return merged;
}

/** The sum of two sets. */
export function addDec(a: readonly DecCoin[], b: readonly DecCoin[]): DecCoin[] {
  return merge(a, b, 1n);
}

/** `a` less `b`. Throws an Error when an amount would be negative: that is a mistake in our code. */
export function subtractDec(a: readonly DecCoin[], b: readonly DecCoin[]): DecCoin[] {
  const left = merge(a, b, -1n);
  const negative = left.find(({ amount }) => amount < 0n);
  if (negative !== undefined) throw new Error(`negative coin amount: ${formatDecCoin(negative)}`);
  return left;
}

/** Each amount by a factor, to the nearest. */
export function mulDec(coins: readonly DecCoin[], factor: bigint): DecCoin[] {
  return positive(coins.map(({ denom, amount }) => ({ denom, amount: decMul(amount, factor) })));
}

/** Each amount by a factor, cut. */
export function mulDecTrunc(coins: readonly DecCoin[], factor: bigint): DecCoin[] {
  return positive(coins.map(({ denom, amount }) => ({ denom, amount: decMulTrunc(amount, factor) })));
}

/** Each amount by a divisor, cut. */
export function quoDecTrunc(coins: readonly DecCoin[], divisor: bigint): DecCoin[] {
  return positive(coins.map(({ denom, amount }) => ({ denom, amount: decQuoTrunc(amount, divisor) })));
}

/** What both have. */
export function intersectDec(a: readonly DecCoin[], b: readonly DecCoin[]): DecCoin[] {
  const other = new Map(b.map(({ denom, amount }) => [denom, amount]));
  return positive(
    a.map(({ denom, amount }) => {
      const most = other.get(denom) ?? 0n;
      return { denom, amount: amount < most ? amount : most };
    }),
  );
}

/** The whole coins of a set, and what is left of it. */
export function truncateDec(coins: readonly DecCoin[]): { readonly whole: Coin[]; readonly rest: DecCoin[] } {
  const whole = coins.map(({ denom, amount }) => ({ denom, amount: decTrunc(amount) }));
  return {
    whole: whole.filter(({ amount }) => amount > 0n),
    rest: positive(coins.map(({ denom, amount }) => ({ denom, amount: amount % DEC_ONE }))),
  };
}

/** `0.500000000000000000uusdc,…` */
export function formatDecCoins(coins: readonly DecCoin[]): string {
  return coins.map(formatDecCoin).join(",");
}

export function decCoinsToProto(coins: readonly DecCoin[]): ProtoDecCoin[] {
  return coins.map(({ denom, amount }) => ({ denom, amount: amount.toString() }));
}

/** Throws an Error unless they are a set. */
export function decCoinsFromProto(coins: readonly ProtoDecCoin[]): DecCoin[] {
  const parsed = coins.map(({ denom, amount }) => ({ denom, amount: parseUnits(amount) }));
  const problem = checkCoins(parsed);
  if (problem !== undefined) throw new Error(problem);
  return parsed;
}
