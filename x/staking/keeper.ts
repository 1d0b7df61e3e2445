// The state of x/staking. What happens to it is in delegating.ts, validatorSet.ts, maturity.ts and slash.ts.

import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { IntProto } from "../../gen/cosmos/base/v1beta1/coin.ts";
import {
  Delegation as ProtoDelegation,
  Params as ProtoParams,
  Redelegation as ProtoRedelegation,
  UnbondingDelegation as ProtoUnbonding,
} from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { decodeUint64BE, encodeUint64BE, parseUint } from "../../src/codec/integer.ts";
import { encodeMessage } from "../../src/codec/message.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { ErrNoValidatorFound } from "./errors.ts";
import type { ReservedDenoms, StakingAccounts, StakingBank, StakingHooks } from "./expected.ts";
import {
  addressesOf,
  addressKey,
  BY_CONSENSUS_PREFIX,
  BY_POWER_PREFIX,
  byPowerKey,
  CHANGED_KEY,
  DELEGATION_BY_VALIDATOR_PREFIX,
  DELEGATION_PREFIX,
  LAST_POWER_PREFIX,
  LAST_TOTAL_POWER_KEY,
  PARAMS_KEY,
  REDELEGATION_BY_DESTINATION_PREFIX,
  REDELEGATION_BY_SOURCE_PREFIX,
  REDELEGATION_PREFIX,
  STAKING,
  UNBONDING_BY_VALIDATOR_PREFIX,
  UNBONDING_ID_KEY,
  UNBONDING_PREFIX,
  VALIDATOR_PREFIX,
} from "./keys.ts";
import {
  DEFAULT_PARAMS,
  type Delegation,
  delegationFromProto,
  delegationToProto,
  type Params,
  paramsFromProto,
  paramsToProto,
  type Redelegation,
  redelegationFromProto,
  redelegationToProto,
  type Unbonding,
  unbondingFromProto,
  unbondingToProto,
} from "./types.ts";
import { decodeValidator, powerOf, type Validator, validatorBytes } from "./validator.ts";

const NOTHING = new Uint8Array(0);
const POWER_BITS = 63;

/** Tag of the only field of google.protobuf.Int64Value. */
const INT64_VALUE_TAG = 8;

function encodePower(power: bigint): Uint8Array {
  return new BinaryWriter().uint32(INT64_VALUE_TAG).int64(power).finish();
}

function decodePower(bytes: Uint8Array): bigint {
  const reader = new BinaryReader(bytes);
  if (reader.uint32() !== INT64_VALUE_TAG) throw new Error("a stored power is malformed");
  return BigInt(reader.int64());
}

function decodeParams(bytes: Uint8Array): Params {
  return paramsFromProto(ProtoParams.decode(bytes));
}

/** What the keeper works with. */
export interface StakingParts {
  readonly accounts: StakingAccounts;
  readonly bank: StakingBank;
  readonly reserved: ReservedDenoms;
  /** In the order in which they are told. Asked when they are needed: they need the keeper, too. */
  readonly hooks: () => readonly StakingHooks[];
}

/** Keeper of validators and delegations. */
export class StakingKeeper {
  readonly accounts: StakingAccounts;
  readonly bank: StakingBank;
  readonly reserved: ReservedDenoms;
  readonly #hooks: () => readonly StakingHooks[];

  constructor({ accounts, bank, reserved, hooks }: StakingParts) {
    this.accounts = accounts;
    this.bank = bank;
    this.reserved = reserved;
    this.#hooks = hooks;
  }

  /** Those who follow what happens. */
  get hooks(): readonly StakingHooks[] {
    return this.#hooks();
  }

  // Parameters.

  /** The parameters. PERF: one store read. */
  params(ctx: Context): Params {
    return ctx.kv(STAKING).find(PARAMS_KEY)?.as(decodeParams) ?? DEFAULT_PARAMS;
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(STAKING).set(PARAMS_KEY, encodeMessage(ProtoParams, paramsToProto(params)));
    this.markChanged(ctx);
  }

  // Validators.

  /** A validator by its operator. PERF: one store read. */
  getValidator(ctx: Context, operator: Uint8Array): Validator | undefined {
    return ctx.kv(STAKING).find(addressKey(VALIDATOR_PREFIX, operator))?.as(decodeValidator);
  }

  /** Throws ErrNoValidatorFound. */
  requireValidator(ctx: Context, operator: Uint8Array): Validator {
    const validator = this.getValidator(ctx, operator);
    if (validator === undefined) throw new ChainError(ErrNoValidatorFound);
    return validator;
  }

  /** A validator by its consensus address. PERF: two store reads. */
  getValidatorByConsensus(ctx: Context, consensusAddress: Uint8Array): Validator | undefined {
    const operator = ctx.kv(STAKING).get(addressKey(BY_CONSENSUS_PREFIX, consensusAddress));
    return operator === undefined ? undefined : this.getValidator(ctx, operator);
  }

  /** Stores a validator; its place by power is apart. */
  setValidator(ctx: Context, validator: Validator): void {
    ctx.kv(STAKING).set(addressKey(VALIDATOR_PREFIX, validator.operator), validatorBytes(validator));
  }

  /** Stores a validator whose key nobody else has. */
  addValidator(ctx: Context, validator: Validator): void {
    this.setValidator(ctx, validator);
    ctx.kv(STAKING).set(addressKey(BY_CONSENSUS_PREFIX, validator.consensusAddress), validator.operator);
  }

  /** Forgets a validator without tokens and tells the hooks. */
  removeValidator(ctx: Context, validator: Validator): void {
    if (validator.tokens > 0n || validator.shares > 0n) throw new Error("attempting to remove a validator with tokens");
    const store = ctx.kv(STAKING);
    store.delete(addressKey(VALIDATOR_PREFIX, validator.operator));
    store.delete(addressKey(BY_CONSENSUS_PREFIX, validator.consensusAddress));
    this.unrank(ctx, validator);
    for (const hook of this.hooks) hook.afterValidatorRemoved?.(ctx, validator.operator);
  }

  // The order by power.

  /** Says that consensus may have to be told something. */
  markChanged(ctx: Context): void {
    ctx.kv(STAKING).set(CHANGED_KEY, NOTHING);
  }

  /** Whether consensus may have to be told something. */
  hasChanged(ctx: Context): boolean {
    return ctx.kv(STAKING).has(CHANGED_KEY);
  }

  clearChanged(ctx: Context): void {
    ctx.kv(STAKING).delete(CHANGED_KEY);
  }

  /** Puts a validator into the order by power, unless it is jailed. */
  rank(ctx: Context, validator: Validator): void {
    this.markChanged(ctx);
    if (validator.jailed) return;
    ctx.kv(STAKING).set(byPowerKey(powerOf(validator.tokens), validator.operator), validator.operator);
  }

  /** Takes a validator with the tokens that it has now out of the order by power. */
  unrank(ctx: Context, validator: Validator): void {
    this.markChanged(ctx);
    ctx.kv(STAKING).delete(byPowerKey(powerOf(validator.tokens), validator.operator));
  }

  /** Stores a validator with other tokens than `before`, and its place. */
  replaceValidator(ctx: Context, before: Validator, after: Validator): void {
    this.unrank(ctx, before);
    this.setValidator(ctx, after);
    this.rank(ctx, after);
  }

  /** Operators by falling power. */
  *byPower(ctx: Context): IterableIterator<Uint8Array> {
    for (const [, operator] of prefixStore(ctx.kv(STAKING), BY_POWER_PREFIX).iterate({ reverse: true })) yield operator;
  }

  // What consensus was told.

  lastPower(ctx: Context, operator: Uint8Array): bigint | undefined {
    const bytes = ctx.kv(STAKING).get(addressKey(LAST_POWER_PREFIX, operator));
    return bytes === undefined ? undefined : decodePower(bytes);
  }

  /** Sets what consensus is told; undefined is that it leaves. */
  setLastPower(ctx: Context, operator: Uint8Array, power: bigint | undefined): void {
    const key = addressKey(LAST_POWER_PREFIX, operator);
    if (power === undefined) ctx.kv(STAKING).delete(key);
    else ctx.kv(STAKING).set(key, encodePower(power));
  }

  /** Operators of the bonded validators with the powers that consensus was told, by address. */
  lastPowers(ctx: Context): { readonly operator: Uint8Array; readonly power: bigint }[] {
    const powers: { operator: Uint8Array; power: bigint }[] = [];
    for (const [key, value] of prefixStore(ctx.kv(STAKING), LAST_POWER_PREFIX).iterate()) {
      powers.push({ operator: addressesOf(key)[0]!, power: decodePower(value) });
    }
    return powers;
  }

  lastTotalPower(ctx: Context): bigint {
    const bytes = ctx.kv(STAKING).get(LAST_TOTAL_POWER_KEY);
    return bytes === undefined ? 0n : parseUint(IntProto.decode(bytes).int, POWER_BITS);
  }

  setLastTotalPower(ctx: Context, power: bigint): void {
    ctx.kv(STAKING).set(LAST_TOTAL_POWER_KEY, encodeMessage(IntProto, { int: power.toString() }));
  }

  // Delegations.

  getDelegation(ctx: Context, delegator: Uint8Array, operator: Uint8Array): Delegation | undefined {
    const bytes = ctx.kv(STAKING).get(addressKey(DELEGATION_PREFIX, delegator, operator));
    return bytes === undefined ? undefined : delegationFromProto(ProtoDelegation.decode(bytes));
  }

  setDelegation(ctx: Context, delegation: Delegation): void {
    const { delegator, operator } = delegation;
    const store = ctx.kv(STAKING);
    const bytes = encodeMessage(ProtoDelegation, delegationToProto(delegation));
    store.set(addressKey(DELEGATION_PREFIX, delegator, operator), bytes);
    store.set(addressKey(DELEGATION_BY_VALIDATOR_PREFIX, operator, delegator), NOTHING);
  }

  removeDelegation(ctx: Context, { delegator, operator }: Delegation): void {
    const store = ctx.kv(STAKING);
    store.delete(addressKey(DELEGATION_PREFIX, delegator, operator));
    store.delete(addressKey(DELEGATION_BY_VALIDATOR_PREFIX, operator, delegator));
  }

  /** All delegations, or those of one delegator, as they are stored. */
  delegationStore(ctx: Context, delegator?: Uint8Array): KvStore {
    return prefixStore(ctx.kv(STAKING), addressKey(DELEGATION_PREFIX, ...(delegator === undefined ? [] : [delegator])));
  }

  /** length · delegator of each delegation to a validator. */
  delegatorsStore(ctx: Context, operator: Uint8Array): KvStore {
    return prefixStore(ctx.kv(STAKING), addressKey(DELEGATION_BY_VALIDATOR_PREFIX, operator));
  }

  // On the way out.

  /** The next id of what unbonds. */
  takeUnbondingId(ctx: Context): bigint {
    const id = this.lastUnbondingId(ctx) + 1n;
    this.setLastUnbondingId(ctx, id);
    return id;
  }

  lastUnbondingId(ctx: Context): bigint {
    const bytes = ctx.kv(STAKING).get(UNBONDING_ID_KEY);
    return bytes === undefined ? 0n : decodeUint64BE(bytes);
  }

  setLastUnbondingId(ctx: Context, id: bigint): void {
    ctx.kv(STAKING).set(UNBONDING_ID_KEY, encodeUint64BE(id));
  }

  getUnbonding(ctx: Context, delegator: Uint8Array, operator: Uint8Array): Unbonding | undefined {
    const bytes = ctx.kv(STAKING).get(addressKey(UNBONDING_PREFIX, delegator, operator));
    return bytes === undefined ? undefined : unbondingFromProto(ProtoUnbonding.decode(bytes));
  }

  /** Stores what is on its way out; without entries it is gone. */
  setUnbonding(ctx: Context, unbonding: Unbonding): void {
    const { delegator, operator, entries } = unbonding;
    const store = ctx.kv(STAKING);
    const key = addressKey(UNBONDING_PREFIX, delegator, operator);
    const indexKey = addressKey(UNBONDING_BY_VALIDATOR_PREFIX, operator, delegator);
    if (entries.length === 0) {
      store.delete(key);
      store.delete(indexKey);
      return;
    }
    store.set(key, encodeMessage(ProtoUnbonding, unbondingToProto(unbonding)));
    store.set(indexKey, NOTHING);
  }

  /** All, or those of one delegator, as they are stored. */
  unbondingStore(ctx: Context, delegator?: Uint8Array): KvStore {
    return prefixStore(ctx.kv(STAKING), addressKey(UNBONDING_PREFIX, ...(delegator === undefined ? [] : [delegator])));
  }

  /** length · delegator of all who leave a validator. */
  unbondingDelegatorsStore(ctx: Context, operator: Uint8Array): KvStore {
    return prefixStore(ctx.kv(STAKING), addressKey(UNBONDING_BY_VALIDATOR_PREFIX, operator));
  }

  getRedelegation(ctx: Context, pair: Omit<Redelegation, "entries">): Redelegation | undefined {
    const { delegator, source, destination } = pair;
    const bytes = ctx.kv(STAKING).get(addressKey(REDELEGATION_PREFIX, delegator, source, destination));
    return bytes === undefined ? undefined : redelegationFromProto(ProtoRedelegation.decode(bytes));
  }

  /** Stores a redelegation; without entries it is gone. */
  setRedelegation(ctx: Context, redelegation: Redelegation): void {
    const { delegator, source, destination, entries } = redelegation;
    const store = ctx.kv(STAKING);
    const key = addressKey(REDELEGATION_PREFIX, delegator, source, destination);
    const indexKeys = [
      addressKey(REDELEGATION_BY_SOURCE_PREFIX, source, delegator, destination),
      addressKey(REDELEGATION_BY_DESTINATION_PREFIX, destination, delegator, source),
    ];
    if (entries.length === 0) {
      for (const each of [key, ...indexKeys]) store.delete(each);
      return;
    }
    store.set(key, encodeMessage(ProtoRedelegation, redelegationToProto(redelegation)));
    for (const each of indexKeys) store.set(each, NOTHING);
  }

  /** All, or those of one delegator, as they are stored. */
  redelegationStore(ctx: Context, delegator?: Uint8Array): KvStore {
    const owner = delegator === undefined ? [] : [delegator];
    return prefixStore(ctx.kv(STAKING), addressKey(REDELEGATION_PREFIX, ...owner));
  }

  /** length · delegator · length · destination of all who moved away from a validator. */
  redelegationsFromStore(ctx: Context, source: Uint8Array): KvStore {
    return prefixStore(ctx.kv(STAKING), addressKey(REDELEGATION_BY_SOURCE_PREFIX, source));
  }

  /** Whether a delegator has moved something to a validator that still answers for another. */
  isReceiving(ctx: Context, delegator: Uint8Array, operator: Uint8Array): boolean {
    const prefix = addressKey(REDELEGATION_BY_DESTINATION_PREFIX, operator, delegator);
    return prefixStore(ctx.kv(STAKING), prefix).iterate().next().done !== true;
  }

  // Views for paging.

  /** length · operator → Validator. */
  validatorStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(STAKING), VALIDATOR_PREFIX);
  }
}
