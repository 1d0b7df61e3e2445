// Coins: amounts of denominations, with the rules and texts of cosmos-sdk v0.53 types/coin.go and types/dec_coin.go.

import { ChainError } from "./chainError.ts";
import { formatDec, parseDec } from "./decimal.ts";
import { excerpt, MAX_INT256, parseInt256 } from "./integer.ts";
import { ErrInvalidCoins } from "./sdkErrors.ts";

/** An amount of one denomination. */
export interface Coin {
  readonly denom: string;
  /** In the denomination's own unit; uusdc is a millionth of a dollar. Below 2^256. */
  readonly amount: bigint;
}

/** A decimal amount of one denomination: a gas price. */
export interface DecCoin {
  readonly denom: string;
  /** In 10^-18 of the denomination's unit (src/codec/decimal.ts). */
  readonly amount: bigint;
}

/** As the protobuf messages carry a coin. */
export interface ProtoCoin {
  denom: string;
  amount: string;
}

/** Longest text that `parseCoins` and `parseDecCoins` read, in characters. */
const COINS_TEXT_LENGTH_MAX = 65_536;

const DENOM = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;

/** What is wrong with a denomination, or `undefined`. */
export function checkDenom(denom: string): string | undefined {
  return DENOM.test(denom) ? undefined : `invalid denom: ${denom}`;
}

/** Throws ErrInvalidCoins unless the denomination has the SDK's form. */
export function validateDenom(denom: string): void {
  refuse(checkDenom(denom));
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new ChainError(ErrInvalidCoins, problem);
}

/** What is wrong with a set of coins, or `undefined`; the empty set is fine (Coins.Validate of the SDK). */
export function checkCoins(coins: readonly Coin[]): string | undefined {
  return checkSet(coins, formatCoin);
}

/** Shared by coins and decimal coins: known denominations in ascending byte order, each once, each positive. */
function checkSet<T extends Coin>(coins: readonly T[], format: (coin: T) => string): string | undefined {
  let previous: T | undefined;
  for (const coin of coins) {
    const problem = checkDenom(coin.denom);
    if (problem !== undefined) return problem;
    // Denominations are ASCII, so that UTF-16 order is byte order.
    if (previous !== undefined && coin.denom < previous.denom) return `denomination ${coin.denom} is not sorted`;
    if (previous !== undefined && coin.denom === previous.denom) return `duplicate denomination ${coin.denom}`;
    if (coin.amount <= 0n) return `coin ${previous === undefined ? format(coin) : coin.denom} amount is not positive`;
    previous = coin;
  }
  return undefined;
}

/** Throws ErrInvalidCoins unless the coins are sorted by denomination, unique and positive. */
export function validateCoins(coins: readonly Coin[]): void {
  refuse(checkCoins(coins));
}

/** `5uusdc` */
export function formatCoin(coin: Coin): string {
  return `${coin.amount}${coin.denom}`;
}

/** `3atom,5uusdc`; the empty text for no coins. */
export function formatCoins(coins: readonly Coin[]): string {
  let text = "";
  for (const coin of coins) text = text === "" ? formatCoin(coin) : `${text},${formatCoin(coin)}`;
  return text;
}

/** `0.010000000000000000uusdc` */
export function formatDecCoin(coin: DecCoin): string {
  return `${formatDec(coin.amount)}${coin.denom}`;
}

function compareDenom(a: Coin, b: Coin): number {
  return a.denom < b.denom ? -1 : a.denom > b.denom ? 1 : 0;
}

const COIN_TEXT = /^([0-9]+(?:\.[0-9]+)?|\.[0-9]+)[ \t\n\v\f\r]*([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/;

/** Amount text and denomination of each coin in a comma-separated list. */
function splitCoins(text: string): { amount: string; denom: string }[] {
  if (text.length > COINS_TEXT_LENGTH_MAX) {
    throw new ChainError(
      ErrInvalidCoins,
      `coins text has ${text.length} characters, more than ${COINS_TEXT_LENGTH_MAX}`,
    );
  }
  if (text.trim() === "") return [];
  return text.split(",").map((part) => {
    const match = COIN_TEXT.exec(part.trim());
    const [, amount, denom] = match ?? [];
    if (amount === undefined || denom === undefined) {
      throw new ChainError(ErrInvalidCoins, `invalid decimal coin expression: ${part.trim()}`);
    }
    return { amount, denom };
  });
}

/** Zero coins dropped, the rest sorted: sanitizeDecCoins of the SDK. Throws on a duplicate. */
function sanitize<T extends Coin>(coins: readonly T[], format: (coin: T) => string): T[] {
  const kept = coins.filter((coin) => coin.amount !== 0n).sort(compareDenom);
  refuse(checkSet(kept, format));
  return kept;
}

/**
 * Coins of a text such as `5uusdc,3atom`, in any order; zero coins are dropped, the empty text is no coins. Amounts are
 * whole. Throws ErrInvalidCoins.
 */
export function parseCoins(text: string): Coin[] {
  const coins = splitCoins(text).map(({ amount, denom }) => ({ denom, amount: parseAmount(amount) }));
  return sanitize(coins, formatCoin);
}

/** Decimal coins of a text such as `0.01uusdc`, as gas prices are written. Throws ErrInvalidCoins. */
export function parseDecCoins(text: string): DecCoin[] {
  const coins = splitCoins(text).map(({ amount, denom }) => ({ denom, amount: parseDecAmount(amount) }));
  return sanitize(coins, formatDecCoin);
}

function parseDecAmount(text: string): bigint {
  try {
    return parseDec(text);
  } catch {
    throw new ChainError(ErrInvalidCoins, `failed to parse decimal coin amount: ${excerpt(text)}`);
  }
}

/** Strict, unlike the base-prefixed text that Go's big.Int would also take. Throws ErrInvalidCoins. */
function parseAmount(text: string): bigint {
  let amount: bigint;
  try {
    amount = parseInt256(text);
  } catch {
    throw new ChainError(ErrInvalidCoins, `invalid coin amount ${excerpt(text)}`);
  }
  if (amount < 0n) throw new ChainError(ErrInvalidCoins, `negative coin amount: ${amount}`);
  return amount;
}

/** The sum of two valid sets of coins; zero sums are dropped. Throws ErrInvalidCoins when an amount passes 2^256 - 1. */
export function addCoins(a: readonly Coin[], b: readonly Coin[]): Coin[] {
  return mergeCoins(a, b, 1n);
}

/** `a` less `b`, both valid sets; `undefined` when any amount would be negative. */
export function subtractCoins(a: readonly Coin[], b: readonly Coin[]): Coin[] | undefined {
  const left = mergeCoins(a, b, -1n);
  return left.some((coin) => coin.amount < 0n) ? undefined : left;
}

/** Merges two lists that are sorted by denomination. */
function mergeCoins(a: readonly Coin[], b: readonly Coin[], sign: 1n | -1n): Coin[] {
  const merged: Coin[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    const order = left === undefined ? 1 : right === undefined ? -1 : compareDenom(left, right);
    const denom = (order <= 0 ? left : right)?.denom ?? "";
    const amount = (order <= 0 ? (left?.amount ?? 0n) : 0n) + (order >= 0 ? sign * (right?.amount ?? 0n) : 0n);
    if (order <= 0) i++;
    if (order >= 0) j++;
    if (amount > MAX_INT256) throw new ChainError(ErrInvalidCoins, `amount of ${denom} exceeds 2^256 - 1`);
    if (amount !== 0n) merged.push({ denom, amount });
  }
  return merged;
}

/** The amount of one denomination in a set; zero when it is absent. */
export function amountOf(coins: readonly Coin[], denom: string): bigint {
  for (const coin of coins) if (coin.denom === denom) return coin.amount;
  return 0n;
}

/** The coin as protobuf messages carry it. */
export function coinToProto(coin: Coin): ProtoCoin {
  return { denom: coin.denom, amount: coin.amount.toString() };
}

/** The coins as protobuf messages carry them. */
export function coinsToProto(coins: readonly Coin[]): ProtoCoin[] {
  return coins.map(coinToProto);
}

/** Throws ErrInvalidCoins unless the amount is a plain decimal integer in 0..2^256-1. The denomination is not checked. */
export function coinFromProto(coin: Readonly<ProtoCoin>): Coin {
  return { denom: coin.denom, amount: parseAmount(coin.amount) };
}

/** `coinFromProto` for each, in the order given: follow with `validateCoins` where a set is meant. */
export function coinsFromProto(coins: readonly Readonly<ProtoCoin>[]): Coin[] {
  return coins.map(coinFromProto);
}
