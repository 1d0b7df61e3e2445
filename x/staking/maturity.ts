// The queues of what ends at a time, and what happens then (cosmos-sdk v0.50 x/staking/keeper/{delegation,validator}.go).

import { BondStatus, DVPairs, DVVTriplets, ValAddresses } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { formatCoins } from "../../src/codec/coins.ts";
import { encodeMessage } from "../../src/codec/message.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { keyAfter } from "../../src/store/keyBounds.ts";
import type { StakingKeeper } from "./keeper.ts";
import {
  NOT_BONDED_POOL,
  REDELEGATION_QUEUE_PREFIX,
  STAKING,
  timeKey,
  UNBONDING_QUEUE_PREFIX,
  VALIDATOR_QUEUE_PREFIX,
  validatorQueueKey,
} from "./keys.ts";
import type { Holding, Move } from "./types.ts";
import type { Validator } from "./validator.ts";

/** Entries of a queue that one block works on at least, when there are so many; it does not cut what ends at one time. */
const MATURE_PER_BLOCK = 1000;

/** Notes when an unbonding has an entry that ends. */
export function queueUnbonding(ctx: Context, { delegator, operator }: Holding, endNs: bigint): void {
  const key = timeKey(UNBONDING_QUEUE_PREFIX, endNs);
  const bytes = ctx.kv(STAKING).get(key);
  const pairs = bytes === undefined ? [] : DVPairs.decode(bytes).pairs;
  const pair = { delegatorAddress: encodeAddress(delegator), validatorAddress: encodeValidatorAddress(operator) };
  ctx.kv(STAKING).set(key, encodeMessage(DVPairs, { pairs: [...pairs, pair] }));
}

/** Notes when a redelegation has an entry that ends. */
export function queueRedelegation(ctx: Context, { delegator, source, destination }: Move, endNs: bigint): void {
  const key = timeKey(REDELEGATION_QUEUE_PREFIX, endNs);
  const bytes = ctx.kv(STAKING).get(key);
  const triplets = bytes === undefined ? [] : DVVTriplets.decode(bytes).triplets;
  const triplet = {
    delegatorAddress: encodeAddress(delegator),
    validatorSrcAddress: encodeValidatorAddress(source),
    validatorDstAddress: encodeValidatorAddress(destination),
  };
  ctx.kv(STAKING).set(key, encodeMessage(DVVTriplets, { triplets: [...triplets, triplet] }));
}

type Leaving = Pick<Validator, "operator" | "unbondingTimeNs" | "unbondingHeight">;

/** Notes when a validator will have unbonded. */
export function queueValidator(ctx: Context, { operator, unbondingTimeNs, unbondingHeight }: Leaving): void {
  const key = validatorQueueKey(unbondingTimeNs, unbondingHeight);
  const addresses = [...queuedAt(ctx, key), encodeValidatorAddress(operator)];
  ctx.kv(STAKING).set(key, encodeMessage(ValAddresses, { addresses }));
}

/** Takes back that a validator unbonds. */
export function unqueueValidator(ctx: Context, { operator, unbondingTimeNs, unbondingHeight }: Leaving): void {
  const key = validatorQueueKey(unbondingTimeNs, unbondingHeight);
  const text = encodeValidatorAddress(operator);
  const addresses = queuedAt(ctx, key).filter((address) => address !== text);
  if (addresses.length === 0) ctx.kv(STAKING).delete(key);
  else ctx.kv(STAKING).set(key, encodeMessage(ValAddresses, { addresses }));
}

function queuedAt(ctx: Context, key: Uint8Array): readonly string[] {
  const bytes = ctx.kv(STAKING).get(key);
  return bytes === undefined ? [] : ValAddresses.decode(bytes).addresses;
}

/** Takes what has ended out of a queue, oldest first. */
function takeMature<T>(
  ctx: Context,
  range: { readonly start: Uint8Array; readonly end: Uint8Array },
  itemsOf: (value: Uint8Array) => readonly T[],
): T[] {
  const store = ctx.kv(STAKING);
  const keys: Uint8Array[] = [];
  const items: T[] = [];
  for (const [key, value] of store.iterate(range)) {
    keys.push(key);
    items.push(...itemsOf(value));
    if (items.length >= MATURE_PER_BLOCK) break;
  }
  for (const key of keys) store.delete(key);
  return items;
}

/** Ends what has come to its end. PERF: three looks into the store in a block where nothing has. */
export function completeMature(keeper: StakingKeeper, ctx: Context): void {
  completeValidators(keeper, ctx);
  const until = (prefix: Uint8Array) => ({ start: prefix, end: keyAfter(timeKey(prefix, ctx.block.timeNs)) });
  for (const pair of takeMature(ctx, until(UNBONDING_QUEUE_PREFIX), (value) => DVPairs.decode(value).pairs)) {
    const [delegator, operator] = [decodeAddress(pair.delegatorAddress), decodeValidatorAddress(pair.validatorAddress)];
    completeUnbonding(keeper, ctx, { delegator, operator });
  }
  const triplets = takeMature(ctx, until(REDELEGATION_QUEUE_PREFIX), (value) => DVVTriplets.decode(value).triplets);
  for (const { delegatorAddress, validatorSrcAddress, validatorDstAddress } of triplets) {
    completeRedelegation(keeper, ctx, {
      delegator: decodeAddress(delegatorAddress),
      source: decodeValidatorAddress(validatorSrcAddress),
      destination: decodeValidatorAddress(validatorDstAddress),
    });
  }
}

/** Pays out the entries that have ended. */
function completeUnbonding(keeper: StakingKeeper, ctx: Context, { delegator, operator }: Holding): void {
  const unbonding = keeper.getUnbonding(ctx, delegator, operator);
  // Two entries that end together are in the queue twice, and an entry that was taken back is still there.
  if (unbonding === undefined) return;
  const isMature = ({ completionNs }: { completionNs: bigint }) => completionNs <= ctx.block.timeNs;
  const mature = unbonding.entries.filter(isMature);
  if (mature.length === 0) return;
  keeper.setUnbonding(ctx, { ...unbonding, entries: unbonding.entries.filter((entry) => !isMature(entry)) });
  const amount = mature.reduce((sum, { balance }) => sum + balance, 0n);
  const coins = amount === 0n ? [] : [{ denom: keeper.params(ctx).bondDenom, amount }];
  if (coins.length > 0) {
    keeper.bank.sendCoins(ctx, keeper.accounts.moduleAddress(NOT_BONDED_POOL), delegator, coins);
  }
  ctx.events.emit("complete_unbonding", [
    attribute("amount", formatCoins(coins)),
    attribute("validator", encodeValidatorAddress(operator)),
    attribute("delegator", encodeAddress(delegator)),
  ]);
}

/** Forgets the entries that have ended: what moved answers for the source no longer. */
function completeRedelegation(keeper: StakingKeeper, ctx: Context, move: Move): void {
  const redelegation = keeper.getRedelegation(ctx, move);
  if (redelegation === undefined) return;
  const { entries } = redelegation;
  const left = entries.filter(({ completionNs }) => completionNs > ctx.block.timeNs);
  if (left.length === entries.length) return;
  keeper.setRedelegation(ctx, { ...redelegation, entries: left });
  const { delegator, source, destination } = move;
  const amount = entries.reduce((sum, entry) => (left.includes(entry) ? sum : sum + entry.initialBalance), 0n);
  ctx.events.emit("complete_redelegation", [
    attribute("amount", formatCoins([{ denom: keeper.params(ctx).bondDenom, amount }])),
    attribute("delegator", encodeAddress(delegator)),
    attribute("source_validator", encodeValidatorAddress(source)),
    attribute("destination_validator", encodeValidatorAddress(destination)),
  ]);
}

/** Validators that have unbonded: what is slashed later is not theirs any more; without shares they are forgotten. */
function completeValidators(keeper: StakingKeeper, ctx: Context): void {
  const end = validatorQueueKey(ctx.block.timeNs, BigInt(ctx.block.height) + 1n);
  const range = { start: VALIDATOR_QUEUE_PREFIX, end };
  for (const text of takeMature(ctx, range, (value) => ValAddresses.decode(value).addresses)) {
    const validator = keeper.requireValidator(ctx, decodeValidatorAddress(text));
    if (validator.status !== BondStatus.BOND_STATUS_UNBONDING) throw new Error(`${text} is queued and not unbonding`);
    const unbonded = { ...validator, status: BondStatus.BOND_STATUS_UNBONDED, unbondingIds: [] };
    keeper.setValidator(ctx, unbonded);
    if (unbonded.shares === 0n) keeper.removeValidator(ctx, unbonded);
  }
}
