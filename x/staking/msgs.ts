// Messages of x/staking (cosmos-sdk v0.50 x/staking/keeper/msg_server.go).

import type { Coin as ProtoCoin } from "../../gen/cosmos/base/v1beta1/coin.ts";
import { BondStatus } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import {
  MsgBeginRedelegate,
  MsgBeginRedelegateResponse,
  MsgCancelUnbondingDelegation,
  MsgCancelUnbondingDelegationResponse,
  MsgCreateValidator,
  MsgCreateValidatorResponse,
  MsgDelegate,
  MsgDelegateResponse,
  MsgEditValidator,
  MsgEditValidatorResponse,
  MsgUndelegate,
  MsgUndelegateResponse,
  MsgUpdateParams,
  MsgUpdateParamsResponse,
} from "../../gen/cosmos/staking/v1beta1/tx.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { type Authority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { type Coin, checkDenom, coinFromProto, formatCoin } from "../../src/codec/coins.ts";
import { DEC_ONE, formatDec } from "../../src/codec/decimal.ts";
import { messageOf } from "../../src/codec/errorText.ts";
import { parseInt256 } from "../../src/codec/integer.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";
import { ErrInvalidRequest, ErrInvalidType, ErrNotFound } from "../../src/codec/sdkErrors.ts";
import { formatTimeNs, timestampFromNs } from "../../src/codec/time.ts";
import { addressNamed, decodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { addressOfEd25519 } from "../../src/crypto/address.ts";
import { delegate, redelegate, sharesToUnbond, undelegate } from "./delegating.ts";
import {
  ErrCommissionLTMinRate,
  ErrDelegatorShareExRateInvalid,
  ErrEmptyValidatorPubKey,
  ErrMinSelfDelegationDecreased,
  ErrSelfDelegationBelowMinimum,
  ErrValidatorJailed,
  ErrValidatorOwnerExists,
  ErrValidatorPubKeyExists,
  ErrValidatorPubKeyTypeNotSupported,
} from "./errors.ts";
import type { StakingKeeper } from "./keeper.ts";
import {
  checkParams,
  editDescription,
  isEmptyDescription,
  type Params,
  paramsFromProto,
  validateDescription,
  validateNewRate,
  validateRates,
} from "./types.ts";
import { type Commission, hasInvalidRate, newValidator, pubKeyOf } from "./validator.ts";

function refuse(what: string): ChainError {
  return new ChainError(ErrInvalidRequest, what);
}

const operatorOf = (text: string, name = "validator") => addressNamed(name, text, decodeValidatorAddress);
const delegatorOf = (text: string) => addressNamed("delegator", text, decodeAddress);

/** A positive coin. Throws ErrInvalidRequest `invalid …`. */
function amountNamed(name: string, proto: ProtoCoin | undefined): Coin {
  try {
    const coin = coinFromProto(proto ?? { denom: "", amount: "" });
    if (checkDenom(coin.denom) === undefined && coin.amount > 0n) return coin;
  } catch {
    // It is no integer, or negative: refused below like the others.
  }
  throw refuse(`invalid ${name}`);
}

function requireBondDenom({ bondDenom }: Params, { denom }: Coin): void {
  if (denom === bondDenom) return;
  throw refuse(`invalid coin denomination: got ${denom}, expected ${bondDenom}`);
}

/** A decimal of a message, in units. Throws ErrInvalidRequest. */
function unitsNamed(name: string, text: string): bigint {
  try {
    return parseUnits(text);
  } catch (thrown) {
    throw refuse(`${name}: ${messageOf(thrown)}`);
  }
}

function integerNamed(name: string, text: string): bigint {
  try {
    return parseInt256(text);
  } catch (thrown) {
    throw refuse(`${name}: ${messageOf(thrown)}`);
  }
}

function ratesOf({ commission }: MsgCreateValidator): Omit<Commission, "updateTimeNs"> {
  if (commission === undefined) throw refuse("empty commission");
  return {
    rate: unitsNamed("commission rate", commission.rate),
    maxRate: unitsNamed("commission max rate", commission.maxRate),
    maxChangeRate: unitsNamed("commission max change rate", commission.maxChangeRate),
  };
}

/** What of a new validator can be said without state. Throws ChainError. */
function checkedCreation(message: MsgCreateValidator) {
  const operator = operatorOf(message.validatorAddress);
  if (message.pubkey === undefined) throw new ChainError(ErrEmptyValidatorPubKey);
  const value = amountNamed("delegation amount", message.value);
  const { description } = message;
  if (description === undefined || isEmptyDescription(description)) throw refuse("empty description");
  const rates = ratesOf(message);
  validateRates(rates);
  const minSelfDelegation = integerNamed("min self delegation", message.minSelfDelegation);
  if (minSelfDelegation <= 0n) throw refuse("minimum self delegation must be a positive integer");
  if (value.amount < minSelfDelegation) throw new ChainError(ErrSelfDelegationBelowMinimum);
  return { operator, pubkey: message.pubkey, value, description, rates, minSelfDelegation };
}

/** The ed25519 key of a validator. Throws ErrValidatorPubKeyTypeNotSupported, ErrInvalidType. */
function requirePubKey(any: Any): Uint8Array {
  let key: Uint8Array | undefined;
  try {
    key = pubKeyOf(any);
  } catch (thrown) {
    throw new ChainError(ErrInvalidType, `pubkey: ${messageOf(thrown)}`);
  }
  if (key !== undefined) return key;
  throw new ChainError(ErrValidatorPubKeyTypeNotSupported, `got: ${any.typeUrl}, expected: [ed25519]`);
}

function createValidator(keeper: StakingKeeper, ctx: Context, message: MsgCreateValidator) {
  const { operator, pubkey, value, description, rates, minSelfDelegation } = checkedCreation(message);
  const params = keeper.params(ctx);
  if (rates.rate < params.minCommissionRate) {
    const least = formatDec(params.minCommissionRate);
    throw new ChainError(
      ErrCommissionLTMinRate,
      `cannot set validator commission to less than minimum rate of ${least}`,
    );
  }
  if (keeper.getValidator(ctx, operator) !== undefined) throw new ChainError(ErrValidatorOwnerExists);
  const pubKey = requirePubKey(pubkey);
  if (keeper.getValidatorByConsensus(ctx, addressOfEd25519(pubKey)) !== undefined) {
    throw new ChainError(ErrValidatorPubKeyExists);
  }
  requireBondDenom(params, value);
  validateDescription(description);
  const commission = { ...rates, updateTimeNs: ctx.block.timeNs };
  const validator = newValidator({ operator, pubKey, description, commission, minSelfDelegation });
  keeper.addValidator(ctx, validator);
  keeper.rank(ctx, validator);
  for (const hook of keeper.hooks) hook.afterValidatorCreated?.(ctx, operator);
  delegate(keeper, ctx, { delegator: operator, operator }, value.amount, "account");
  ctx.events.emit("create_validator", [
    attribute("validator", message.validatorAddress),
    attribute("amount", formatCoin(value)),
  ]);
  return {};
}

/** The new rate of an edit; undefined when it stays. Throws ErrInvalidRequest. */
function editedRate({ commissionRate }: MsgEditValidator, { minCommissionRate }: Params): bigint | undefined {
  if (commissionRate === "") return undefined;
  const rate = unitsNamed("commission rate", commissionRate);
  if (rate < 0n || rate > DEC_ONE) throw refuse("commission rate must be between 0 and 1 (inclusive)");
  if (rate >= minCommissionRate) return rate;
  throw refuse(`commission rate cannot be less than the min commission rate ${formatDec(minCommissionRate)}`);
}

function editValidator(keeper: StakingKeeper, ctx: Context, message: MsgEditValidator) {
  const operator = operatorOf(message.validatorAddress);
  const isSelfDelegationSet = message.minSelfDelegation !== "";
  const minSelf = isSelfDelegationSet ? integerNamed("min self delegation", message.minSelfDelegation) : undefined;
  if (minSelf !== undefined && minSelf <= 0n) throw refuse("minimum self delegation must be a positive integer");
  if (message.description === undefined || isEmptyDescription(message.description)) throw refuse("empty description");
  const rate = editedRate(message, keeper.params(ctx));
  const before = keeper.requireValidator(ctx, operator);
  let after = { ...before, description: editDescription(before.description, message.description) };
  if (rate !== undefined) {
    validateNewRate(before.commission, rate, ctx.block.timeNs);
    after = { ...after, commission: { ...before.commission, rate, updateTimeNs: ctx.block.timeNs } };
  }
  if (minSelf !== undefined) {
    if (minSelf <= before.minSelfDelegation) throw new ChainError(ErrMinSelfDelegationDecreased);
    if (minSelf > before.tokens) throw new ChainError(ErrSelfDelegationBelowMinimum);
    after = { ...after, minSelfDelegation: minSelf };
  }
  keeper.setValidator(ctx, after);
  ctx.events.emit("edit_validator", [
    attribute("commission_rate", formatDec(after.commission.rate)),
    attribute("min_self_delegation", after.minSelfDelegation.toString()),
  ]);
  return {};
}

function handleDelegate(keeper: StakingKeeper, ctx: Context, message: MsgDelegate) {
  const operator = operatorOf(message.validatorAddress);
  const delegator = delegatorOf(message.delegatorAddress);
  const coin = amountNamed("delegation amount", message.amount);
  keeper.requireValidator(ctx, operator);
  requireBondDenom(keeper.params(ctx), coin);
  const shares = delegate(keeper, ctx, { delegator, operator }, coin.amount, "account");
  ctx.events.emit("delegate", [
    attribute("validator", message.validatorAddress),
    attribute("delegator", message.delegatorAddress),
    attribute("amount", formatCoin(coin)),
    attribute("new_shares", formatDec(shares)),
  ]);
  return {};
}

function handleUndelegate(keeper: StakingKeeper, ctx: Context, message: MsgUndelegate) {
  const operator = operatorOf(message.validatorAddress);
  const delegator = delegatorOf(message.delegatorAddress);
  const coin = amountNamed("shares amount", message.amount);
  const shares = sharesToUnbond(keeper, ctx, { delegator, operator }, coin.amount);
  requireBondDenom(keeper.params(ctx), coin);
  const { completionNs, amount } = undelegate(keeper, ctx, { delegator, operator }, shares);
  const unbonded = { denom: coin.denom, amount };
  ctx.events.emit("unbond", [
    attribute("validator", message.validatorAddress),
    attribute("delegator", message.delegatorAddress),
    attribute("amount", formatCoin(unbonded)),
    attribute("completion_time", formatTimeNs(completionNs)),
  ]);
  return {
    completionTime: timestampFromNs(completionNs),
    amount: { denom: coin.denom, amount: amount.toString() },
  };
}

function handleRedelegate(keeper: StakingKeeper, ctx: Context, message: MsgBeginRedelegate) {
  const source = operatorOf(message.validatorSrcAddress, "source validator");
  const destination = operatorOf(message.validatorDstAddress, "destination validator");
  const delegator = delegatorOf(message.delegatorAddress);
  const coin = amountNamed("shares amount", message.amount);
  const shares = sharesToUnbond(keeper, ctx, { delegator, operator: source }, coin.amount);
  requireBondDenom(keeper.params(ctx), coin);
  const endNs = redelegate(keeper, ctx, { delegator, source, destination }, shares) ?? ctx.block.timeNs;
  ctx.events.emit("redelegate", [
    attribute("source_validator", message.validatorSrcAddress),
    attribute("destination_validator", message.validatorDstAddress),
    attribute("amount", formatCoin(coin)),
    attribute("completion_time", formatTimeNs(endNs)),
  ]);
  return { completionTime: timestampFromNs(endNs) };
}

function cancelUnbonding(keeper: StakingKeeper, ctx: Context, message: MsgCancelUnbondingDelegation) {
  const operator = operatorOf(message.validatorAddress);
  const delegator = delegatorOf(message.delegatorAddress);
  const coin = amountNamed("amount", message.amount);
  if (message.creationHeight <= 0n) throw refuse("invalid height");
  requireBondDenom(keeper.params(ctx), coin);
  const validator = keeper.requireValidator(ctx, operator);
  if (hasInvalidRate(validator)) throw new ChainError(ErrDelegatorShareExRateInvalid);
  if (validator.jailed) throw new ChainError(ErrValidatorJailed);
  const unbonding = keeper.getUnbonding(ctx, delegator, operator);
  if (unbonding === undefined) {
    const pair = `delegator ${message.delegatorAddress} not found for validator ${message.validatorAddress}`;
    throw new ChainError(ErrNotFound, `unbonding delegation with ${pair}`);
  }
  const index = unbonding.entries.findIndex(
    ({ creationHeight, completionNs }) => creationHeight === message.creationHeight && completionNs > ctx.block.timeNs,
  );
  const entry = unbonding.entries[index];
  if (entry === undefined) {
    const where = `unbonding delegation entry is not found at block height ${message.creationHeight}`;
    throw new ChainError(ErrNotFound, where);
  }
  if (entry.balance < coin.amount) throw refuse("amount is greater than the unbonding delegation entry balance");
  const from = { status: BondStatus.BOND_STATUS_UNBONDING };
  delegate(keeper, ctx, { delegator, operator }, coin.amount, from);
  const left = {
    ...entry,
    balance: entry.balance - coin.amount,
    // A slash may have left less than began: what is taken back answers with the delegation from now on.
    initialBalance: entry.initialBalance - coin.amount,
  };
  const entries = left.balance === 0n ? unbonding.entries.toSpliced(index, 1) : unbonding.entries.with(index, left);
  keeper.setUnbonding(ctx, { ...unbonding, entries });
  ctx.events.emit("cancel_unbonding_delegation", [
    attribute("amount", formatCoin(coin)),
    attribute("validator", message.validatorAddress),
    attribute("delegator", message.delegatorAddress),
    attribute("creation_height", message.creationHeight.toString()),
  ]);
  return {};
}

/** What is wrong with parameters that would replace others; undefined when nothing is. */
function checkReplacement(keeper: StakingKeeper, ctx: Context, proto: Parameters<typeof paramsFromProto>[0]) {
  const before = keeper.params(ctx);
  let after: Params;
  try {
    after = paramsFromProto(proto);
  } catch (thrown) {
    return messageOf(thrown);
  }
  const problem = checkParams(after);
  if (problem !== undefined) return problem;
  // The pools hold the old one.
  return after.bondDenom === before.bondDenom ? undefined : `bond denom ${before.bondDenom} cannot be changed`;
}

/** The handlers. */
export function stakingMsgs(keeper: StakingKeeper, authority: Authority): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgCreateValidator,
      response: MsgCreateValidatorResponse,
      handle: (ctx, message) => createValidator(keeper, ctx, message),
    }),
    msgHandler({
      request: MsgEditValidator,
      response: MsgEditValidatorResponse,
      handle: (ctx, message) => editValidator(keeper, ctx, message),
    }),
    msgHandler({
      request: MsgDelegate,
      response: MsgDelegateResponse,
      handle: (ctx, message) => handleDelegate(keeper, ctx, message),
    }),
    msgHandler({
      request: MsgBeginRedelegate,
      response: MsgBeginRedelegateResponse,
      handle: (ctx, message) => handleRedelegate(keeper, ctx, message),
    }),
    msgHandler({
      request: MsgUndelegate,
      response: MsgUndelegateResponse,
      handle: (ctx, message) => handleUndelegate(keeper, ctx, message),
    }),
    msgHandler({
      request: MsgCancelUnbondingDelegation,
      response: MsgCancelUnbondingDelegationResponse,
      handle: (ctx, message) => cancelUnbonding(keeper, ctx, message),
    }),
    updateParamsHandler(authority, {
      request: MsgUpdateParams,
      response: MsgUpdateParamsResponse,
      check: (ctx, params) => checkReplacement(keeper, ctx, params),
      apply: (ctx, params) => keeper.setParams(ctx, paramsFromProto(params)),
    }),
  ];
}
