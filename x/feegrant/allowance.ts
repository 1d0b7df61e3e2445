// Fee allowances: how much of whose fees a granter pays (cosmossdk.io/x/feegrant v0.2 basic_fee.go, periodic_fee.go,
// filtered_fee.go). Pure: accepting a fee gives the allowance that is left.

import { AllowedMsgAllowance, BasicAllowance, PeriodicAllowance } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import {
  amountOf,
  type Coin,
  checkCoins,
  coinsFromProto,
  coinsToProto,
  formatCoins,
  subtractCoins,
} from "../../src/codec/coins.ts";
import { durationToNs } from "../../src/codec/duration.ts";
import { ErrInvalidCoins, ErrUnpackAny } from "../../src/codec/sdkErrors.ts";
import { timestampFromNs, timestampToNs } from "../../src/codec/time.ts";
import {
  ErrFeeLimitExceeded,
  ErrFeeLimitExpired,
  ErrInvalidDuration,
  ErrMessageNotAllowed,
  ErrNoAllowance,
  ErrNoMessages,
} from "./errors.ts";

/** An allowance. */
export type Allowance =
  | { readonly kind: "basic"; readonly basic: BasicAllowance }
  | { readonly kind: "periodic"; readonly periodic: PeriodicAllowance }
  | { readonly kind: "filtered"; readonly allowedMessages: readonly string[]; readonly inner: Allowance };

/** Allowances in allowances: a filter around a filter makes no sense and is refused. */
const DEPTH_MAX = 2;
const ALLOWED_MESSAGES_MAX = 1000;
/** Charged for each message type that is compared. */
export const GAS_PER_MESSAGE_TYPE = 10n;

/** The allowance in an Any. Throws ErrUnpackAny, ErrNoAllowance. */
export function decodeAllowance(any: Any | undefined, depth = 0): Allowance {
  if (any === undefined) throw new ChainError(ErrNoAllowance, "allowance should not be empty");
  switch (any.typeUrl) {
    case `/${BasicAllowance.$type}`:
      return { kind: "basic", basic: BasicAllowance.decode(any.value) };
    case `/${PeriodicAllowance.$type}`:
      return { kind: "periodic", periodic: PeriodicAllowance.decode(any.value) };
    case `/${AllowedMsgAllowance.$type}`: {
      if (depth + 1 >= DEPTH_MAX) throw new ChainError(ErrNoAllowance, "allowed-message allowances do not nest");
      const { allowance, allowedMessages } = AllowedMsgAllowance.decode(any.value);
      return { kind: "filtered", allowedMessages, inner: decodeAllowance(allowance, depth + 1) };
    }
    default:
      throw new ChainError(ErrUnpackAny, `${any.typeUrl} is not a fee allowance`);
  }
}

/** The Any of an allowance. */
export function encodeAllowance(allowance: Allowance): Any {
  switch (allowance.kind) {
    case "basic":
      return { typeUrl: `/${BasicAllowance.$type}`, value: BasicAllowance.encode(allowance.basic).finish() };
    case "periodic":
      return { typeUrl: `/${PeriodicAllowance.$type}`, value: PeriodicAllowance.encode(allowance.periodic).finish() };
    case "filtered": {
      const { allowedMessages, inner } = allowance;
      const message = { allowance: encodeAllowance(inner), allowedMessages: [...allowedMessages] };
      return { typeUrl: `/${AllowedMsgAllowance.$type}`, value: AllowedMsgAllowance.encode(message).finish() };
    }
  }
}

/** When an allowance ends, nanoseconds since 1970; undefined is never. */
export function expiryNs(allowance: Allowance): bigint | undefined {
  switch (allowance.kind) {
    case "basic":
      return basicExpiryNs(allowance.basic);
    case "periodic":
      return allowance.periodic.basic === undefined ? undefined : basicExpiryNs(allowance.periodic.basic);
    case "filtered":
      return expiryNs(allowance.inner);
  }
}

function basicExpiryNs({ expiration }: BasicAllowance): bigint | undefined {
  return expiration === undefined ? undefined : timestampToNs(expiration);
}

function requireCoins(what: string, coins: readonly Coin[]): void {
  if (checkCoins(coins) !== undefined)
    throw new ChainError(ErrInvalidCoins, `${what} is invalid: ${formatCoins(coins)}`);
}

function validateBasic({ spendLimit, expiration }: BasicAllowance): void {
  requireCoins("send amount", coinsFromProto(spendLimit));
  if (expiration !== undefined && expiration.seconds < 0n) {
    throw new ChainError(ErrInvalidDuration, "expiration time cannot be negative");
  }
}

function validatePeriodic({ basic, period, periodSpendLimit, periodCanSpend }: PeriodicAllowance): void {
  const own = basic ?? BasicAllowance.fromPartial({});
  validateBasic(own);
  const limit = coinsFromProto(periodSpendLimit);
  requireCoins("spend amount", limit);
  if (limit.length === 0) throw new ChainError(ErrInvalidCoins, "spend limit must be positive");
  requireCoins("can spend amount", coinsFromProto(periodCanSpend));
  const total = coinsFromProto(own.spendLimit);
  if (total.length > 0 && limit.some(({ denom }) => amountOf(total, denom) === 0n)) {
    throw new ChainError(ErrInvalidCoins, "period spend limit has different currency than basic spend limit");
  }
  if (period !== undefined && durationToNs(period) < 0n) {
    throw new ChainError(ErrInvalidDuration, "negative clock step");
  }
}

/** Throws ChainError when an allowance can never make sense. */
export function validateAllowance(allowance: Allowance): void {
  switch (allowance.kind) {
    case "basic":
      validateBasic(allowance.basic);
      return;
    case "periodic":
      validatePeriodic(allowance.periodic);
      return;
    case "filtered":
      if (allowance.allowedMessages.length === 0) {
        throw new ChainError(ErrNoMessages, "allowed messages shouldn't be empty");
      }
      if (allowance.allowedMessages.length > ALLOWED_MESSAGES_MAX) {
        throw new ChainError(ErrNoMessages, `more than ${ALLOWED_MESSAGES_MAX} allowed messages`);
      }
      validateAllowance(allowance.inner);
  }
}

/** A fee that someone else is to pay. */
export interface FeeUse {
  readonly fee: readonly Coin[];
  readonly typeUrls: readonly string[];
  readonly timeNs: bigint;
}

/** What is left of an allowance after a fee; `isOver` when nothing is, and it can be forgotten. */
export interface Accepted {
  readonly left: Allowance;
  readonly isOver: boolean;
}

/** Takes a fee off an allowance. Throws ErrFeeLimitExpired, ErrFeeLimitExceeded, ErrMessageNotAllowed. */
export function acceptFee(allowance: Allowance, use: FeeUse): Accepted {
  switch (allowance.kind) {
    case "basic":
      return acceptBasic(allowance.basic, use);
    case "periodic":
      return acceptPeriodic(allowance.periodic, use);
    case "filtered": {
      if (!use.typeUrls.every((typeUrl) => allowance.allowedMessages.includes(typeUrl))) {
        throw new ChainError(ErrMessageNotAllowed, "message does not exist in allowed messages");
      }
      const { left, isOver } = acceptFee(allowance.inner, use);
      return { left: { ...allowance, inner: left }, isOver };
    }
  }
}

function acceptBasic(basic: BasicAllowance, use: FeeUse): Accepted {
  const ends = basicExpiryNs(basic);
  if (ends !== undefined && ends < use.timeNs) throw new ChainError(ErrFeeLimitExpired, "basic allowance");
  if (basic.spendLimit.length === 0) return { left: { kind: "basic", basic }, isOver: false };
  const rest = subtractCoins(coinsFromProto(basic.spendLimit), use.fee);
  if (rest === undefined) throw new ChainError(ErrFeeLimitExceeded, "basic allowance");
  const left: Allowance = { kind: "basic", basic: { ...basic, spendLimit: coinsToProto(rest) } };
  return { left, isOver: rest.length === 0 };
}

function acceptPeriodic(given: PeriodicAllowance, use: FeeUse): Accepted {
  const basic = given.basic ?? BasicAllowance.fromPartial({});
  const ends = basicExpiryNs(basic);
  if (ends !== undefined && ends < use.timeNs) throw new ChainError(ErrFeeLimitExpired, "absolute limit");
  const current = resetPeriod(given, basic, use.timeNs);
  const canSpend = subtractCoins(coinsFromProto(current.periodCanSpend), use.fee);
  if (canSpend === undefined) throw new ChainError(ErrFeeLimitExceeded, "period limit");
  const afterPeriod = { ...current, periodCanSpend: coinsToProto(canSpend) };
  if (basic.spendLimit.length === 0) {
    return { left: { kind: "periodic", periodic: { ...afterPeriod, basic } }, isOver: false };
  }
  const rest = subtractCoins(coinsFromProto(basic.spendLimit), use.fee);
  if (rest === undefined) throw new ChainError(ErrFeeLimitExceeded, "absolute limit");
  const periodic = { ...afterPeriod, basic: { ...basic, spendLimit: coinsToProto(rest) } };
  return { left: { kind: "periodic", periodic }, isOver: rest.length === 0 };
}

/** Begins a new period when the last one is over; what is unspent does not carry over. */
function resetPeriod(periodic: PeriodicAllowance, basic: BasicAllowance, timeNs: bigint): PeriodicAllowance {
  const resetNs = periodic.periodReset === undefined ? 0n : timestampToNs(periodic.periodReset);
  if (timeNs < resetNs) return periodic;
  const periodNs = periodic.period === undefined ? 0n : durationToNs(periodic.period);
  const limit = coinsFromProto(periodic.periodSpendLimit);
  const total = coinsFromProto(basic.spendLimit);
  const isLimitedByTotal = total.length > 0 && subtractCoins(total, limit) === undefined;
  const steppedNs = resetNs + periodNs;
  return {
    ...periodic,
    periodCanSpend: coinsToProto(isLimitedByTotal ? total : limit),
    // A period that was skipped does not leave a debt: the next one begins now.
    periodReset: timestampFromNs(timeNs > steppedNs ? timeNs + periodNs : steppedNs),
  };
}
