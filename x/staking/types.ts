// Delegations, what is on its way out of them, and parameters: domain types, their bytes, rules that need no state.

import type {
  Delegation as ProtoDelegation,
  Params as ProtoParams,
  Redelegation as ProtoRedelegation,
  UnbondingDelegation as ProtoUnbonding,
} from "../../gen/cosmos/staking/v1beta1/staking.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { checkDenom } from "../../src/codec/coins.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import { durationFromNs, durationToNs } from "../../src/codec/duration.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import { timestampFromNs, timestampToNs } from "../../src/codec/time.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import {
  ErrCommissionChangeRateGTMaxRate,
  ErrCommissionChangeRateNegative,
  ErrCommissionGTMaxChangeRate,
  ErrCommissionGTMaxRate,
  ErrCommissionHuge,
  ErrCommissionNegative,
  ErrCommissionUpdateTime,
} from "./errors.ts";
import type { Commission, Description } from "./validator.ts";

const AMOUNT_BITS = 256;
const DAY_NS = 86_400_000_000_000n;
/** CometBFT's limit of a set's size (types/vote_set.go MaxVotesCount). */
const VALIDATORS_MAX = 10_000;

/** What somebody has with a validator. */
export interface Delegation {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
  /** In units of 10^-18. */
  readonly shares: bigint;
}

/** Tokens on their way out. */
export interface UnbondingEntry {
  readonly creationHeight: bigint;
  readonly completionNs: bigint;
  readonly initialBalance: bigint;
  /** What slashes have left. */
  readonly balance: bigint;
  readonly unbondingId: bigint;
}

/** What somebody has on its way out of one validator. */
export interface Unbonding {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
  readonly entries: readonly UnbondingEntry[];
}

/** Tokens that have moved and still answer for what the source did. */
export interface RedelegationEntry {
  readonly creationHeight: bigint;
  readonly completionNs: bigint;
  readonly initialBalance: bigint;
  /** Shares they became at the destination, in units of 10^-18. */
  readonly sharesDst: bigint;
  readonly unbondingId: bigint;
}

/** What somebody has moved from one validator to another. */
export interface Redelegation {
  readonly delegator: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly entries: readonly RedelegationEntry[];
}

/** Whose tokens, and with whom. */
export interface Holding {
  readonly delegator: Uint8Array;
  readonly operator: Uint8Array;
}

/** A move from one validator to another. */
export interface Move {
  readonly delegator: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

export function delegationToProto({ delegator, operator, shares }: Delegation): ProtoDelegation {
  return {
    delegatorAddress: encodeAddress(delegator),
    validatorAddress: encodeValidatorAddress(operator),
    shares: shares.toString(),
  };
}

export function delegationFromProto(proto: ProtoDelegation): Delegation {
  return {
    delegator: decodeAddress(proto.delegatorAddress),
    operator: decodeValidatorAddress(proto.validatorAddress),
    shares: parseUnits(proto.shares),
  };
}

export function unbondingToProto({ delegator, operator, entries }: Unbonding): ProtoUnbonding {
  return {
    delegatorAddress: encodeAddress(delegator),
    validatorAddress: encodeValidatorAddress(operator),
    entries: entries.map(({ creationHeight, completionNs, initialBalance, balance, unbondingId }) => ({
      creationHeight,
      completionTime: timestampFromNs(completionNs),
      initialBalance: initialBalance.toString(),
      balance: balance.toString(),
      unbondingId,
      unbondingOnHoldRefCount: 0n,
    })),
  };
}

export function unbondingFromProto(proto: ProtoUnbonding): Unbonding {
  return {
    delegator: decodeAddress(proto.delegatorAddress),
    operator: decodeValidatorAddress(proto.validatorAddress),
    entries: proto.entries.map(({ creationHeight, completionTime, initialBalance, balance, unbondingId }) => ({
      creationHeight,
      completionNs: completionTime === undefined ? 0n : timestampToNs(completionTime),
      initialBalance: parseUint(initialBalance, AMOUNT_BITS),
      balance: parseUint(balance, AMOUNT_BITS),
      unbondingId,
    })),
  };
}

export function redelegationToProto({ delegator, source, destination, entries }: Redelegation): ProtoRedelegation {
  return {
    delegatorAddress: encodeAddress(delegator),
    validatorSrcAddress: encodeValidatorAddress(source),
    validatorDstAddress: encodeValidatorAddress(destination),
    entries: entries.map(({ creationHeight, completionNs, initialBalance, sharesDst, unbondingId }) => ({
      creationHeight,
      completionTime: timestampFromNs(completionNs),
      initialBalance: initialBalance.toString(),
      sharesDst: sharesDst.toString(),
      unbondingId,
      unbondingOnHoldRefCount: 0n,
    })),
  };
}

export function redelegationFromProto(proto: ProtoRedelegation): Redelegation {
  return {
    delegator: decodeAddress(proto.delegatorAddress),
    source: decodeValidatorAddress(proto.validatorSrcAddress),
    destination: decodeValidatorAddress(proto.validatorDstAddress),
    entries: proto.entries.map(({ creationHeight, completionTime, initialBalance, sharesDst, unbondingId }) => ({
      creationHeight,
      completionNs: completionTime === undefined ? 0n : timestampToNs(completionTime),
      initialBalance: parseUint(initialBalance, AMOUNT_BITS),
      sharesDst: parseUnits(sharesDst),
      unbondingId,
    })),
  };
}

/** What is wrong with rates, with the error it is; undefined when nothing is (CommissionRates.Validate). */
export function validateRates({ rate, maxRate, maxChangeRate }: Omit<Commission, "updateTimeNs">): void {
  if (maxRate < 0n) throw new ChainError(ErrCommissionNegative);
  if (maxRate > DEC_ONE) throw new ChainError(ErrCommissionHuge);
  if (rate < 0n) throw new ChainError(ErrCommissionNegative);
  if (rate > maxRate) throw new ChainError(ErrCommissionGTMaxRate);
  if (maxChangeRate < 0n) throw new ChainError(ErrCommissionChangeRateNegative);
  if (maxChangeRate > maxRate) throw new ChainError(ErrCommissionChangeRateGTMaxRate);
}

/** Throws ChainError unless a commission may become another at a time (Commission.ValidateNewRate). */
export function validateNewRate(commission: Commission, rate: bigint, nowNs: bigint): void {
  if (nowNs - commission.updateTimeNs < DAY_NS) throw new ChainError(ErrCommissionUpdateTime);
  if (rate < 0n) throw new ChainError(ErrCommissionNegative);
  if (rate > commission.maxRate) throw new ChainError(ErrCommissionGTMaxRate);
  if (rate - commission.rate > commission.maxChangeRate) throw new ChainError(ErrCommissionGTMaxChangeRate);
}

/** What a client sends for a text that stays. */
const DO_NOT_MODIFY = "[do-not-modify]";

/** Fields of a description with the most bytes that each may have, as the SDK counts them. */
const DESCRIPTION_LENGTHS: readonly (readonly [field: keyof Description, name: string, max: number])[] = [
  ["moniker", "moniker", 70],
  ["identity", "identity", 3000],
  ["website", "website", 140],
  ["securityContact", "security contact", 140],
  ["details", "details", 280],
];

/** Throws ErrInvalidRequest when a text is too long. */
export function validateDescription(description: Description): void {
  for (const [field, name, max] of DESCRIPTION_LENGTHS) {
    const length = Buffer.byteLength(description[field], "utf8");
    if (length <= max) continue;
    throw new ChainError(ErrInvalidRequest, `invalid ${name} length; got: ${length}, max: ${max}`);
  }
}

export function isEmptyDescription(description: Description): boolean {
  return DESCRIPTION_LENGTHS.every(([field]) => description[field] === "");
}

/** The description with what an edit changes. Throws ErrInvalidRequest when a text is too long. */
export function editDescription(before: Description, edit: Description): Description {
  const after = { ...before };
  for (const [field] of DESCRIPTION_LENGTHS) if (edit[field] !== DO_NOT_MODIFY) after[field] = edit[field];
  validateDescription(after);
  return after;
}

/** The parameters. */
export interface Params {
  readonly unbondingTimeNs: bigint;
  /** Bonded validators at most. */
  readonly maxValidators: number;
  /** Entries of one unbonding or redelegation at most. */
  readonly maxEntries: number;
  /** Blocks of which HistoricalInfo is kept; 0 for none. */
  readonly historicalEntries: number;
  readonly bondDenom: string;
  /** In units of 10^-18. */
  readonly minCommissionRate: bigint;
}

/** The SDK's, but for the denomination, and HistoricalInfo, which nobody reads here and each block would write. */
export const DEFAULT_PARAMS: Params = Object.freeze({
  unbondingTimeNs: 21n * DAY_NS,
  maxValidators: 100,
  maxEntries: 7,
  historicalEntries: 0,
  bondDenom: "ustake",
  minCommissionRate: 0n,
});

export function paramsToProto(params: Params): ProtoParams {
  const { maxValidators, maxEntries, historicalEntries, bondDenom } = params;
  return {
    unbondingTime: durationFromNs(params.unbondingTimeNs),
    ...{ maxValidators, maxEntries, historicalEntries, bondDenom },
    minCommissionRate: params.minCommissionRate.toString(),
  };
}

/** Parameters from protobuf. Throws an Error on malformed ones; `checkParams` says whether they make sense. */
export function paramsFromProto(proto: ProtoParams): Params {
  const { maxValidators, maxEntries, historicalEntries, bondDenom } = proto;
  return {
    unbondingTimeNs: proto.unbondingTime === undefined ? 0n : durationToNs(proto.unbondingTime),
    ...{ maxValidators, maxEntries, historicalEntries, bondDenom },
    minCommissionRate: parseUnits(proto.minCommissionRate === "" ? "0" : proto.minCommissionRate),
  };
}

const ENTRIES_MAX = 1000;
const HISTORICAL_MAX = 100_000;

/** What is wrong with parameters, or undefined. */
export function checkParams(params: Params): string | undefined {
  const { unbondingTimeNs, maxValidators, maxEntries, historicalEntries, bondDenom, minCommissionRate } = params;
  if (unbondingTimeNs <= 0n) return "unbonding time must be positive";
  if (maxValidators < 1 || maxValidators > VALIDATORS_MAX) return `max validators: expected 1 to ${VALIDATORS_MAX}`;
  if (maxEntries < 1 || maxEntries > ENTRIES_MAX) return `max entries: expected 1 to ${ENTRIES_MAX}`;
  if (historicalEntries > HISTORICAL_MAX) return `historical entries: expected 0 to ${HISTORICAL_MAX}`;
  const problem = checkDenom(bondDenom);
  if (problem !== undefined) return `bond denom: ${problem}`;
  if (minCommissionRate < 0n || minCommissionRate > DEC_ONE) return "min commission rate: expected 0 to 1";
  return undefined;
}
