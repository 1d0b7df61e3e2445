// Queries of x/distribution (cosmos-sdk v0.50 x/distribution/keeper/grpc_query.go).

import { ValidatorSlashEvent } from "../../gen/cosmos/distribution/v1beta1/distribution.ts";
import * as rpc from "../../gen/cosmos/distribution/v1beta1/query.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { PAGE_LIMIT_MAX, paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import type { DecCoin } from "../../src/codec/coins.ts";
import { messageOf } from "../../src/codec/errorText.ts";
import { decodeUint64BE } from "../../src/codec/integer.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { addDec, decCoinsToProto } from "./decCoins.ts";
import { ErrNoDelegationExists, ErrNoValidatorExists } from "./errors.ts";
import type { PaidValidator } from "./expected.ts";
import type { DistributionKeeper } from "./keeper.ts";
import { paramsToProto } from "./types.ts";
import { earnedNow } from "./withdraw.ts";

const SERVICE = "/cosmos.distribution.v1beta1.Query";

function parse(what: string, text: string, decode: (text: string) => Uint8Array): Uint8Array {
  if (text === "") throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, `empty ${what} address`);
  try {
    return decode(text);
  } catch (thrown) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, messageOf(thrown));
  }
}

const operatorOf = (text: string) => parse("validator", text, decodeValidatorAddress);
const delegatorOf = (text: string) => parse("delegator", text, decodeAddress);

function requireValidator(keeper: DistributionKeeper, ctx: Context, operator: Uint8Array): PaidValidator {
  const validator = keeper.staking.getValidator(ctx, operator);
  if (validator === undefined) throw new ChainError(ErrNoValidatorExists, encodeValidatorAddress(operator));
  return validator;
}

function selfBondRewards(keeper: DistributionKeeper, ctx: Context, operator: Uint8Array): readonly DecCoin[] {
  const isThere = keeper.staking.getDelegation(ctx, operator, operator) !== undefined;
  if (!isThere) throw new ChainError(ErrNoDelegationExists);
  return earnedNow(keeper, ctx, { delegator: operator, operator });
}

function totalRewards(keeper: DistributionKeeper, ctx: Context, delegator: Uint8Array) {
  let total: readonly DecCoin[] = [];
  const rewards = keeper.staking.delegationsOf(ctx, delegator, PAGE_LIMIT_MAX).map(({ operator }) => {
    const reward = earnedNow(keeper, ctx, { delegator, operator });
    total = addDec(total, reward);
    return { validatorAddress: encodeValidatorAddress(operator), reward: decCoinsToProto(reward) };
  });
  return { rewards, total: decCoinsToProto(total) };
}

function slashes(keeper: DistributionKeeper, ctx: Context, request: rpc.QueryValidatorSlashesRequest) {
  const { startingHeight, endingHeight, pagination } = request;
  if (endingHeight < startingHeight) {
    const range = `(${startingHeight} > ${endingHeight})`;
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, `starting height greater than ending height ${range}`);
  }
  const operator = operatorOf(request.validatorAddress);
  const page = paginate(keeper.slashStore(ctx, operator), pagination, (key, value) => {
    const height = decodeUint64BE(key.slice(0, 8));
    return height < startingHeight || height > endingHeight ? undefined : ValidatorSlashEvent.decode(value);
  });
  return { slashes: [...page.items], pagination: page.pagination };
}

/** The handlers. */
export function distributionQueries(keeper: DistributionKeeper): readonly QueryHandler[] {
  const path = (name: string) => `${SERVICE}/${name}`;
  return [
    queryHandler(path("Params"), rpc.QueryParamsRequest, rpc.QueryParamsResponse, (ctx) => ({
      params: paramsToProto(keeper.params(ctx)),
    })),
    queryHandler(
      path("ValidatorDistributionInfo"),
      rpc.QueryValidatorDistributionInfoRequest,
      rpc.QueryValidatorDistributionInfoResponse,
      (ctx, { validatorAddress }) => {
        const operator = operatorOf(validatorAddress);
        requireValidator(keeper, ctx, operator);
        return {
          operatorAddress: encodeAddress(operator),
          selfBondRewards: decCoinsToProto(selfBondRewards(keeper, ctx, operator)),
          commission: decCoinsToProto(keeper.commission(ctx, operator)),
        };
      },
    ),
    queryHandler(
      path("ValidatorOutstandingRewards"),
      rpc.QueryValidatorOutstandingRewardsRequest,
      rpc.QueryValidatorOutstandingRewardsResponse,
      (ctx, { validatorAddress }) => {
        const operator = operatorOf(validatorAddress);
        requireValidator(keeper, ctx, operator);
        return { rewards: { rewards: decCoinsToProto(keeper.outstanding(ctx, operator)) } };
      },
    ),
    queryHandler(
      path("ValidatorCommission"),
      rpc.QueryValidatorCommissionRequest,
      rpc.QueryValidatorCommissionResponse,
      (ctx, { validatorAddress }) => {
        const operator = operatorOf(validatorAddress);
        requireValidator(keeper, ctx, operator);
        return { commission: { commission: decCoinsToProto(keeper.commission(ctx, operator)) } };
      },
    ),
    queryHandler(
      path("ValidatorSlashes"),
      rpc.QueryValidatorSlashesRequest,
      rpc.QueryValidatorSlashesResponse,
      (ctx, request) => slashes(keeper, ctx, request),
    ),
    queryHandler(
      path("DelegationRewards"),
      rpc.QueryDelegationRewardsRequest,
      rpc.QueryDelegationRewardsResponse,
      (ctx, { delegatorAddress, validatorAddress }) => {
        const holding = { delegator: delegatorOf(delegatorAddress), operator: operatorOf(validatorAddress) };
        return { rewards: decCoinsToProto(earnedNow(keeper, ctx, holding)) };
      },
    ),
    queryHandler(
      path("DelegationTotalRewards"),
      rpc.QueryDelegationTotalRewardsRequest,
      rpc.QueryDelegationTotalRewardsResponse,
      (ctx, { delegatorAddress }) => totalRewards(keeper, ctx, delegatorOf(delegatorAddress)),
    ),
    queryHandler(
      path("DelegatorValidators"),
      rpc.QueryDelegatorValidatorsRequest,
      rpc.QueryDelegatorValidatorsResponse,
      (ctx, { delegatorAddress }) => ({
        validators: keeper.staking
          .delegationsOf(ctx, delegatorOf(delegatorAddress), PAGE_LIMIT_MAX)
          .map(({ operator }) => encodeValidatorAddress(operator)),
      }),
    ),
    queryHandler(
      path("DelegatorWithdrawAddress"),
      rpc.QueryDelegatorWithdrawAddressRequest,
      rpc.QueryDelegatorWithdrawAddressResponse,
      (ctx, { delegatorAddress }) => ({
        withdrawAddress: encodeAddress(keeper.withdrawAddress(ctx, delegatorOf(delegatorAddress))),
      }),
    ),
    queryHandler(path("CommunityPool"), rpc.QueryCommunityPoolRequest, rpc.QueryCommunityPoolResponse, (ctx) => ({
      pool: decCoinsToProto(keeper.communityPool(ctx)),
    })),
  ];
}
