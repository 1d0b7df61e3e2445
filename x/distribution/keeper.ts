// The state of x/distribution. How it moves is in allocate.ts, rewards.ts and withdraw.ts.

import {
  DelegatorStartingInfo,
  FeePool,
  Params as ProtoParams,
  ValidatorAccumulatedCommission,
  ValidatorCurrentRewards,
  ValidatorHistoricalRewards,
  ValidatorOutstandingRewards,
  ValidatorSlashEvent,
} from "../../gen/cosmos/distribution/v1beta1/distribution.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { DecCoin } from "../../src/codec/coins.ts";
import { encodeMessage } from "../../src/codec/message.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { decCoinsFromProto, decCoinsToProto, NO_COINS } from "./decCoins.ts";
import type { PaidAccounts, PaidBank, PaidStaking, PaidValidator } from "./expected.ts";
import {
  COMMISSION_PREFIX,
  CURRENT_PREFIX,
  DISTRIBUTION,
  FEE_POOL_KEY,
  HISTORICAL_PREFIX,
  historicalKey,
  OUTSTANDING_PREFIX,
  ownedKey,
  PARAMS_KEY,
  SLASH_EVENT_PREFIX,
  STARTING_INFO_PREFIX,
  slashEventKey,
  slashEventsFrom,
  WITHDRAW_ADDRESS_PREFIX,
} from "./keys.ts";
import { DEFAULT_PARAMS, type Params, paramsFromProto, paramsToProto } from "./types.ts";

/** Rewards of a validator since its period began. */
export interface CurrentRewards {
  readonly rewards: readonly DecCoin[];
  readonly period: bigint;
}

/** What a token of a validator has earned from its beginning to the end of a period. */
export interface HistoricalRewards {
  readonly ratio: readonly DecCoin[];
  /** Delegations and slashes that begin there, and the period after it. */
  readonly references: number;
}

/** Where the reckoning of a delegation begins. */
export interface StartingInfo {
  readonly previousPeriod: bigint;
  /** Tokens, in units of 10^-18. */
  readonly stake: bigint;
  readonly height: bigint;
}

/** What a slash took, and in which period. */
export interface SlashEvent {
  readonly period: bigint;
  readonly fraction: bigint;
}

function decodeParams(bytes: Uint8Array): Params {
  return paramsFromProto(ProtoParams.decode(bytes));
}

/** What the keeper works with. */
export interface DistributionParts<V extends PaidValidator = PaidValidator> {
  readonly accounts: PaidAccounts;
  readonly bank: PaidBank;
  readonly staking: PaidStaking<V>;
  /** Module account that fees go to. */
  readonly feeCollector: string;
}

/** Keeper of rewards. */
export class DistributionKeeper {
  readonly accounts: PaidAccounts;
  readonly bank: PaidBank;
  readonly staking: PaidStaking;
  readonly feeCollector: string;

  constructor({ accounts, bank, staking, feeCollector }: DistributionParts) {
    this.accounts = accounts;
    this.bank = bank;
    this.staking = staking;
    this.feeCollector = feeCollector;
  }

  /** The parameters. PERF: one store read. */
  params(ctx: Context): Params {
    return ctx.kv(DISTRIBUTION).find(PARAMS_KEY)?.as(decodeParams) ?? DEFAULT_PARAMS;
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(DISTRIBUTION).set(PARAMS_KEY, encodeMessage(ProtoParams, paramsToProto(params)));
  }

  /** What belongs to everybody. */
  communityPool(ctx: Context): readonly DecCoin[] {
    const bytes = ctx.kv(DISTRIBUTION).get(FEE_POOL_KEY);
    return bytes === undefined ? NO_COINS : decCoinsFromProto(FeePool.decode(bytes).communityPool);
  }

  setCommunityPool(ctx: Context, coins: readonly DecCoin[]): void {
    const pool = { communityPool: decCoinsToProto(coins) };
    ctx.kv(DISTRIBUTION).set(FEE_POOL_KEY, encodeMessage(FeePool, pool));
  }

  /** What a validator and its delegators have earned and not taken. */
  outstanding(ctx: Context, operator: Uint8Array): readonly DecCoin[] {
    const bytes = ctx.kv(DISTRIBUTION).get(ownedKey(OUTSTANDING_PREFIX, operator));
    return bytes === undefined ? NO_COINS : decCoinsFromProto(ValidatorOutstandingRewards.decode(bytes).rewards);
  }

  setOutstanding(ctx: Context, operator: Uint8Array, coins: readonly DecCoin[]): void {
    const bytes = encodeMessage(ValidatorOutstandingRewards, { rewards: decCoinsToProto(coins) });
    ctx.kv(DISTRIBUTION).set(ownedKey(OUTSTANDING_PREFIX, operator), bytes);
  }

  /** The part of it that is the validator's commission. */
  commission(ctx: Context, operator: Uint8Array): readonly DecCoin[] {
    const bytes = ctx.kv(DISTRIBUTION).get(ownedKey(COMMISSION_PREFIX, operator));
    return bytes === undefined ? NO_COINS : decCoinsFromProto(ValidatorAccumulatedCommission.decode(bytes).commission);
  }

  setCommission(ctx: Context, operator: Uint8Array, coins: readonly DecCoin[]): void {
    const bytes = encodeMessage(ValidatorAccumulatedCommission, { commission: decCoinsToProto(coins) });
    ctx.kv(DISTRIBUTION).set(ownedKey(COMMISSION_PREFIX, operator), bytes);
  }

  /** Throws an Error for a validator that was not initialised. */
  current(ctx: Context, operator: Uint8Array): CurrentRewards {
    const bytes = ctx.kv(DISTRIBUTION).get(ownedKey(CURRENT_PREFIX, operator));
    if (bytes === undefined) throw new Error("a validator has no current rewards");
    const { rewards, period } = ValidatorCurrentRewards.decode(bytes);
    return { rewards: decCoinsFromProto(rewards), period };
  }

  setCurrent(ctx: Context, operator: Uint8Array, { rewards, period }: CurrentRewards): void {
    const bytes = encodeMessage(ValidatorCurrentRewards, { rewards: decCoinsToProto(rewards), period });
    ctx.kv(DISTRIBUTION).set(ownedKey(CURRENT_PREFIX, operator), bytes);
  }

  /** Throws an Error for a period that nothing refers to. */
  historical(ctx: Context, operator: Uint8Array, period: bigint): HistoricalRewards {
    const bytes = ctx.kv(DISTRIBUTION).get(historicalKey(operator, period));
    if (bytes === undefined) throw new Error(`there are no rewards of period ${period}`);
    const { cumulativeRewardRatio, referenceCount } = ValidatorHistoricalRewards.decode(bytes);
    return { ratio: decCoinsFromProto(cumulativeRewardRatio), references: referenceCount };
  }

  /** Stores rewards of a period; without references they are gone. */
  setHistorical(ctx: Context, operator: Uint8Array, period: bigint, { ratio, references }: HistoricalRewards): void {
    const key = historicalKey(operator, period);
    const message = { cumulativeRewardRatio: decCoinsToProto(ratio), referenceCount: references };
    if (references === 0) ctx.kv(DISTRIBUTION).delete(key);
    else ctx.kv(DISTRIBUTION).set(key, encodeMessage(ValidatorHistoricalRewards, message));
  }

  startingInfo(ctx: Context, operator: Uint8Array, delegator: Uint8Array): StartingInfo | undefined {
    const bytes = ctx.kv(DISTRIBUTION).get(ownedKey(STARTING_INFO_PREFIX, operator, delegator));
    if (bytes === undefined) return undefined;
    const { previousPeriod, stake, height } = DelegatorStartingInfo.decode(bytes);
    return { previousPeriod, stake: parseUnits(stake), height };
  }

  /** Stores where the reckoning of a delegation begins; undefined forgets it. */
  setStartingInfo(ctx: Context, operator: Uint8Array, delegator: Uint8Array, info: StartingInfo | undefined): void {
    const key = ownedKey(STARTING_INFO_PREFIX, operator, delegator);
    if (info === undefined) {
      ctx.kv(DISTRIBUTION).delete(key);
      return;
    }
    const message = { ...info, stake: info.stake.toString() };
    ctx.kv(DISTRIBUTION).set(key, encodeMessage(DelegatorStartingInfo, message));
  }

  /** Slashes of a validator, from one height to another, both included, oldest first. */
  *slashes(ctx: Context, operator: Uint8Array, from: bigint, to: bigint): IterableIterator<SlashEvent> {
    const range = { start: slashEventsFrom(operator, from), end: slashEventsFrom(operator, to + 1n) };
    for (const [, value] of ctx.kv(DISTRIBUTION).iterate(range)) {
      const { validatorPeriod, fraction } = ValidatorSlashEvent.decode(value);
      yield { period: validatorPeriod, fraction: parseUnits(fraction) };
    }
  }

  /** `height · period` → ValidatorSlashEvent of a validator. */
  slashStore(ctx: Context, operator: Uint8Array): KvStore {
    return prefixStore(ctx.kv(DISTRIBUTION), ownedKey(SLASH_EVENT_PREFIX, operator));
  }

  addSlash(ctx: Context, operator: Uint8Array, height: bigint, { period, fraction }: SlashEvent): void {
    const message = { validatorPeriod: period, fraction: fraction.toString() };
    const key = slashEventKey(operator, height, period);
    ctx.kv(DISTRIBUTION).set(key, encodeMessage(ValidatorSlashEvent, message));
  }

  /** Where the rewards of somebody go: to themselves unless they said otherwise. */
  withdrawAddress(ctx: Context, delegator: Uint8Array): Uint8Array {
    return ctx.kv(DISTRIBUTION).get(ownedKey(WITHDRAW_ADDRESS_PREFIX, delegator)) ?? delegator;
  }

  setWithdrawAddress(ctx: Context, delegator: Uint8Array, address: Uint8Array): void {
    ctx.kv(DISTRIBUTION).set(ownedKey(WITHDRAW_ADDRESS_PREFIX, delegator), address);
  }

  /** Forgets all of a validator. */
  removeValidator(ctx: Context, operator: Uint8Array): void {
    const store = ctx.kv(DISTRIBUTION);
    for (const prefix of [OUTSTANDING_PREFIX, COMMISSION_PREFIX, CURRENT_PREFIX])
      store.delete(ownedKey(prefix, operator));
    for (const prefix of [HISTORICAL_PREFIX, SLASH_EVENT_PREFIX]) {
      const entries = prefixStore(store, ownedKey(prefix, operator));
      for (const [key] of [...entries.iterate()]) entries.delete(key);
    }
  }

  /** Everything under a prefix: for genesis and invariants. */
  storeOf(ctx: Context, prefix: Uint8Array): KvStore {
    return prefixStore(ctx.kv(DISTRIBUTION), prefix);
  }
}
