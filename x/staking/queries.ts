// Queries of x/staking (cosmos-sdk v0.50 x/staking/keeper/grpc_query.go).

import type { PageRequest } from "../../gen/cosmos/base/query/v1beta1/pagination.ts";
import * as rpc from "../../gen/cosmos/staking/v1beta1/query.ts";
import {
  BondStatus,
  type DelegationResponse,
  HistoricalInfo,
  Delegation as ProtoDelegation,
  Redelegation as ProtoRedelegation,
  UnbondingDelegation as ProtoUnbonding,
  type RedelegationResponse,
} from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { decTrunc } from "../../src/codec/decimal.ts";
import { messageOf } from "../../src/codec/errorText.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { getHistoricalInfo } from "./historicalInfo.ts";
import type { StakingKeeper } from "./keeper.ts";
import { addressesOf, BONDED_POOL, NOT_BONDED_POOL } from "./keys.ts";
import {
  type Delegation,
  delegationFromProto,
  delegationToProto,
  paramsToProto,
  type Redelegation,
  redelegationFromProto,
  redelegationToProto,
  unbondingFromProto,
  unbondingToProto,
} from "./types.ts";
import { decodeValidator, tokensFromShares, type Validator, validatorToProto } from "./validator.ts";

const SERVICE = "/cosmos.staking.v1beta1.Query";

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}

function notFound(message: string): QueryError {
  return new QueryError(GRPC_STATUS.NOT_FOUND, message);
}

function parse(name: string, text: string, decode: (text: string) => Uint8Array): Uint8Array {
  if (text === "") throw invalid(`${name} address cannot be empty`);
  try {
    return decode(text);
  } catch (thrown) {
    throw invalid(messageOf(thrown));
  }
}

const operatorOf = (text: string) => parse("validator", text, decodeValidatorAddress);
const delegatorOf = (text: string) => parse("delegator", text, decodeAddress);

function requireValidator(keeper: StakingKeeper, ctx: Context, operator: Uint8Array): Validator {
  const validator = keeper.getValidator(ctx, operator);
  if (validator === undefined) throw notFound(`validator ${encodeValidatorAddress(operator)} not found`);
  return validator;
}

/** A delegation with the tokens that its shares are worth now. */
function delegationAnswer(keeper: StakingKeeper, ctx: Context, delegation: Delegation): DelegationResponse {
  const validator = requireValidator(keeper, ctx, delegation.operator);
  const amount = decTrunc(tokensFromShares(validator, delegation.shares));
  const balance = { denom: keeper.params(ctx).bondDenom, amount: amount.toString() };
  return { delegation: delegationToProto(delegation), balance };
}

/** A delegation by the bytes that are stored. */
function storedDelegation(keeper: StakingKeeper, ctx: Context, bytes: Uint8Array): DelegationResponse {
  return delegationAnswer(keeper, ctx, delegationFromProto(ProtoDelegation.decode(bytes)));
}

const STATUSES: ReadonlyMap<string, BondStatus> = new Map([
  ["BOND_STATUS_UNBONDED", BondStatus.BOND_STATUS_UNBONDED],
  ["BOND_STATUS_UNBONDING", BondStatus.BOND_STATUS_UNBONDING],
  ["BOND_STATUS_BONDED", BondStatus.BOND_STATUS_BONDED],
]);

function validators(keeper: StakingKeeper, ctx: Context, { status, pagination }: rpc.QueryValidatorsRequest) {
  const wanted = STATUSES.get(status);
  if (status !== "" && wanted === undefined) throw invalid(`invalid validator status ${status}`);
  const page = paginate(keeper.validatorStore(ctx), pagination, (_key, value) => {
    const validator = decodeValidator(value);
    return wanted === undefined || validator.status === wanted ? validatorToProto(validator) : undefined;
  });
  return { validators: [...page.items], pagination: page.pagination };
}

/** A page of the delegators of a validator, whose entries lie elsewhere. */
function delegationsTo(keeper: StakingKeeper, ctx: Context, operator: Uint8Array, pagination: PageRequest | undefined) {
  return paginate(keeper.delegatorsStore(ctx, operator), pagination, (key) => {
    const delegation = keeper.getDelegation(ctx, addressesOf(key)[0]!, operator);
    return delegation === undefined ? undefined : delegationAnswer(keeper, ctx, delegation);
  });
}

function delegation(keeper: StakingKeeper, ctx: Context, request: rpc.QueryDelegationRequest) {
  const [delegator, operator] = [delegatorOf(request.delegatorAddr), operatorOf(request.validatorAddr)];
  const found = keeper.getDelegation(ctx, delegator, operator);
  if (found !== undefined) return { delegationResponse: delegationAnswer(keeper, ctx, found) };
  const pair = `delegator ${request.delegatorAddr} not found for validator ${request.validatorAddr}`;
  throw notFound(`delegation with ${pair}`);
}

function unbonding(keeper: StakingKeeper, ctx: Context, request: rpc.QueryUnbondingDelegationRequest) {
  const [delegator, operator] = [delegatorOf(request.delegatorAddr), operatorOf(request.validatorAddr)];
  const found = keeper.getUnbonding(ctx, delegator, operator);
  if (found !== undefined) return { unbond: unbondingToProto(found) };
  const pair = `delegator ${request.delegatorAddr} not found for validator ${request.validatorAddr}`;
  throw notFound(`unbonding delegation with ${pair}`);
}

/** A redelegation with the tokens that its shares at the destination are worth now. */
function redelegationAnswer(keeper: StakingKeeper, ctx: Context, redelegation: Redelegation): RedelegationResponse {
  const validator = keeper.getValidator(ctx, redelegation.destination);
  const proto = redelegationToProto(redelegation);
  const entries = redelegation.entries.map(({ sharesDst }, index) => {
    const worth = validator === undefined || validator.shares === 0n ? 0n : tokensFromShares(validator, sharesDst);
    return { redelegationEntry: proto.entries[index], balance: decTrunc(worth).toString() };
  });
  return { redelegation: { ...proto, entries: [] }, entries };
}

/** By delegator, by source, or one of both with its destination. */
function redelegations(keeper: StakingKeeper, ctx: Context, request: rpc.QueryRedelegationsRequest) {
  const { delegatorAddr, srcValidatorAddr, dstValidatorAddr, pagination } = request;
  const answer = (found: Redelegation | undefined) =>
    found === undefined ? undefined : redelegationAnswer(keeper, ctx, found);
  if (delegatorAddr === "") {
    const source = operatorOf(srcValidatorAddr);
    const page = paginate(keeper.redelegationsFromStore(ctx, source), pagination, (key) => {
      const [delegator, destination] = addressesOf(key);
      return answer(keeper.getRedelegation(ctx, { delegator: delegator!, source, destination: destination! }));
    });
    return { redelegationResponses: [...page.items], pagination: page.pagination };
  }
  const delegator = delegatorOf(delegatorAddr);
  if (srcValidatorAddr !== "" && dstValidatorAddr !== "") {
    const pair = { source: operatorOf(srcValidatorAddr), destination: operatorOf(dstValidatorAddr) };
    const found = answer(keeper.getRedelegation(ctx, { delegator, ...pair }));
    if (found !== undefined) return { redelegationResponses: [found], pagination: undefined };
    throw notFound(
      `redelegation not found for delegator address ${delegatorAddr} from validator address ${srcValidatorAddr}`,
    );
  }
  const page = paginate(keeper.redelegationStore(ctx, delegator), pagination, (_key, value) =>
    answer(redelegationFromProto(ProtoRedelegation.decode(value))),
  );
  return { redelegationResponses: [...page.items], pagination: page.pagination };
}

function delegatorValidators(keeper: StakingKeeper, ctx: Context, request: rpc.QueryDelegatorValidatorsRequest) {
  const store = keeper.delegationStore(ctx, delegatorOf(request.delegatorAddr));
  const page = paginate(store, request.pagination, (key) =>
    validatorToProto(requireValidator(keeper, ctx, addressesOf(key)[0]!)),
  );
  return { validators: [...page.items], pagination: page.pagination };
}

function delegatorValidator(keeper: StakingKeeper, ctx: Context, request: rpc.QueryDelegatorValidatorRequest) {
  const [delegator, operator] = [delegatorOf(request.delegatorAddr), operatorOf(request.validatorAddr)];
  if (keeper.getDelegation(ctx, delegator, operator) === undefined) {
    throw notFound(`no delegation of ${encodeAddress(delegator)} to ${request.validatorAddr}`);
  }
  return { validator: validatorToProto(requireValidator(keeper, ctx, operator)) };
}

function historicalInfo(ctx: Context, { height }: rpc.QueryHistoricalInfoRequest) {
  if (height < 0n) throw invalid("height cannot be negative");
  const bytes = getHistoricalInfo(ctx, height);
  if (bytes === undefined) throw notFound(`historical info for height ${height} not found`);
  return { hist: HistoricalInfo.decode(bytes) };
}

function pool(keeper: StakingKeeper, ctx: Context) {
  const { bondDenom } = keeper.params(ctx);
  const has = (name: string) => keeper.bank.balance(ctx, keeper.accounts.moduleAddress(name), bondDenom).toString();
  return { pool: { notBondedTokens: has(NOT_BONDED_POOL), bondedTokens: has(BONDED_POOL) } };
}

/** The handlers. */
export function stakingQueries(keeper: StakingKeeper): readonly QueryHandler[] {
  const path = (name: string) => `${SERVICE}/${name}`;
  return [
    queryHandler(path("Validators"), rpc.QueryValidatorsRequest, rpc.QueryValidatorsResponse, (ctx, request) =>
      validators(keeper, ctx, request),
    ),
    queryHandler(path("Validator"), rpc.QueryValidatorRequest, rpc.QueryValidatorResponse, (ctx, request) => ({
      validator: validatorToProto(requireValidator(keeper, ctx, operatorOf(request.validatorAddr))),
    })),
    queryHandler(
      path("ValidatorDelegations"),
      rpc.QueryValidatorDelegationsRequest,
      rpc.QueryValidatorDelegationsResponse,
      (ctx, { validatorAddr, pagination }) => {
        const page = delegationsTo(keeper, ctx, operatorOf(validatorAddr), pagination);
        return { delegationResponses: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(
      path("ValidatorUnbondingDelegations"),
      rpc.QueryValidatorUnbondingDelegationsRequest,
      rpc.QueryValidatorUnbondingDelegationsResponse,
      (ctx, { validatorAddr, pagination }) => {
        const operator = operatorOf(validatorAddr);
        const page = paginate(keeper.unbondingDelegatorsStore(ctx, operator), pagination, (key) => {
          const found = keeper.getUnbonding(ctx, addressesOf(key)[0]!, operator);
          return found === undefined ? undefined : unbondingToProto(found);
        });
        return { unbondingResponses: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(path("Delegation"), rpc.QueryDelegationRequest, rpc.QueryDelegationResponse, (ctx, request) =>
      delegation(keeper, ctx, request),
    ),
    queryHandler(
      path("UnbondingDelegation"),
      rpc.QueryUnbondingDelegationRequest,
      rpc.QueryUnbondingDelegationResponse,
      (ctx, request) => unbonding(keeper, ctx, request),
    ),
    queryHandler(
      path("DelegatorDelegations"),
      rpc.QueryDelegatorDelegationsRequest,
      rpc.QueryDelegatorDelegationsResponse,
      (ctx, { delegatorAddr, pagination }) => {
        const store = keeper.delegationStore(ctx, delegatorOf(delegatorAddr));
        const page = paginate(store, pagination, (_key, value) => storedDelegation(keeper, ctx, value));
        return { delegationResponses: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(
      path("DelegatorUnbondingDelegations"),
      rpc.QueryDelegatorUnbondingDelegationsRequest,
      rpc.QueryDelegatorUnbondingDelegationsResponse,
      (ctx, { delegatorAddr, pagination }) => {
        const store = keeper.unbondingStore(ctx, delegatorOf(delegatorAddr));
        const page = paginate(store, pagination, (_key, value) =>
          unbondingToProto(unbondingFromProto(ProtoUnbonding.decode(value))),
        );
        return { unbondingResponses: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(path("Redelegations"), rpc.QueryRedelegationsRequest, rpc.QueryRedelegationsResponse, (ctx, request) =>
      redelegations(keeper, ctx, request),
    ),
    queryHandler(
      path("DelegatorValidators"),
      rpc.QueryDelegatorValidatorsRequest,
      rpc.QueryDelegatorValidatorsResponse,
      (ctx, request) => delegatorValidators(keeper, ctx, request),
    ),
    queryHandler(
      path("DelegatorValidator"),
      rpc.QueryDelegatorValidatorRequest,
      rpc.QueryDelegatorValidatorResponse,
      (ctx, request) => delegatorValidator(keeper, ctx, request),
    ),
    queryHandler(
      path("HistoricalInfo"),
      rpc.QueryHistoricalInfoRequest,
      rpc.QueryHistoricalInfoResponse,
      (ctx, request) => historicalInfo(ctx, request),
    ),
    queryHandler(path("Pool"), rpc.QueryPoolRequest, rpc.QueryPoolResponse, (ctx) => pool(keeper, ctx)),
    queryHandler(path("Params"), rpc.QueryParamsRequest, rpc.QueryParamsResponse, (ctx) => ({
      params: paramsToProto(keeper.params(ctx)),
    })),
  ];
}
