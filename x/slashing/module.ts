// x/slashing: validators that do not sign, or sign twice.

import * as rpc from "../../gen/cosmos/slashing/v1beta1/query.ts";
import { ValidatorSigningInfo } from "../../gen/cosmos/slashing/v1beta1/slashing.ts";
import {
  MsgUnjail,
  MsgUnjailResponse,
  MsgUpdateParams,
  MsgUpdateParamsResponse,
} from "../../gen/cosmos/slashing/v1beta1/tx.ts";
import { type Authority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import {
  type AppModule,
  type MsgHandler,
  msgHandler,
  type QueryHandler,
  queryHandler,
} from "../../src/baseapp/module.ts";
import { paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { messageOf } from "../../src/codec/errorText.ts";
import { decodeConsensusAddress, decodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import {
  ErrMissingSelfDelegation,
  ErrNoValidatorForAddress,
  ErrSelfDelegationTooLowToUnjail,
  ErrValidatorJailed,
  ErrValidatorNotJailed,
} from "./errors.ts";
import { slashingGenesis } from "./genesis.ts";
import { slashingInvariants } from "./invariants.ts";
import { type Court, judgeBlock } from "./judge.ts";
import { infoToProto, newInfo, type SlashingKeeper } from "./keeper.ts";
import { SLASHING } from "./keys.ts";
import { checkParams, type Params, paramsFromProto, paramsToProto } from "./types.ts";

const SERVICE = "/cosmos.slashing.v1beta1.Query";

/** Lets a validator back whose time is over. Throws in the order of errors.ts; a tombstoned one never comes back. */
function unjail({ keeper, staking }: Court, ctx: Context, operator: Uint8Array): void {
  const validator = staking.getValidator(ctx, operator);
  if (validator === undefined) throw new ChainError(ErrNoValidatorForAddress);
  const own = staking.selfDelegation(ctx, validator);
  if (own === undefined) throw new ChainError(ErrMissingSelfDelegation);
  if (own < validator.minSelfDelegation) {
    throw new ChainError(ErrSelfDelegationTooLowToUnjail, `${own} less than ${validator.minSelfDelegation}`);
  }
  if (!validator.jailed) throw new ChainError(ErrValidatorNotJailed);
  // One that was never bonded has no info: it was jailed for its self-delegation alone.
  const info = keeper.getInfo(ctx, validator.consensusAddress);
  if (info !== undefined && (info.tombstoned || ctx.block.timeNs < info.jailedUntilNs)) {
    throw new ChainError(ErrValidatorJailed);
  }
  staking.unjail(ctx, validator);
}

/** The counts are of another window: all begin anew. */
function changeParams(keeper: SlashingKeeper, ctx: Context, params: Params): void {
  if (params.signedBlocksWindow !== keeper.params(ctx).signedBlocksWindow) {
    for (const info of keeper.infos(ctx)) {
      keeper.clearMissed(ctx, info.consensusAddress);
      if (info.missed > 0n) keeper.setInfo(ctx, { ...info, missed: 0n });
    }
  }
  keeper.setParams(ctx, params);
}

function slashingMsgs(court: Court, authority: Authority): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgUnjail,
      response: MsgUnjailResponse,
      handle: (ctx, { validatorAddr }) => {
        unjail(court, ctx, decodeValidatorAddress(validatorAddr));
        ctx.events.emit("message", [attribute("module", SLASHING), attribute("sender", validatorAddr)]);
        return {};
      },
    }),
    updateParamsHandler(authority, {
      request: MsgUpdateParams,
      response: MsgUpdateParamsResponse,
      check: (_ctx, params) => {
        try {
          return checkParams(paramsFromProto(params));
        } catch (thrown) {
          return messageOf(thrown);
        }
      },
      apply: (ctx, params) => changeParams(court.keeper, ctx, paramsFromProto(params)),
    }),
  ];
}

function signingInfo(keeper: SlashingKeeper, ctx: Context, text: string): ValidatorSigningInfo {
  if (text === "") throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "invalid request");
  let address: Uint8Array;
  try {
    address = decodeConsensusAddress(text);
  } catch (thrown) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, messageOf(thrown));
  }
  const info = keeper.getInfo(ctx, address);
  if (info !== undefined) return infoToProto(info);
  throw new QueryError(GRPC_STATUS.NOT_FOUND, `SigningInfo not found for validator ${text}`);
}

function slashingQueries(keeper: SlashingKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Params`, rpc.QueryParamsRequest, rpc.QueryParamsResponse, (ctx) => ({
      params: paramsToProto(keeper.params(ctx)),
    })),
    queryHandler(
      `${SERVICE}/SigningInfo`,
      rpc.QuerySigningInfoRequest,
      rpc.QuerySigningInfoResponse,
      (ctx, { consAddress }) => ({ valSigningInfo: signingInfo(keeper, ctx, consAddress) }),
    ),
    queryHandler(
      `${SERVICE}/SigningInfos`,
      rpc.QuerySigningInfosRequest,
      rpc.QuerySigningInfosResponse,
      (ctx, request) => {
        const page = paginate(keeper.infoStore(ctx), request.pagination, (_key, value) =>
          ValidatorSigningInfo.decode(value),
        );
        return { info: [...page.items], pagination: page.pagination };
      },
    ),
  ];
}

/** The module. */
export function slashingModule(court: Court, authority: Authority): AppModule {
  const { keeper } = court;
  return {
    name: SLASHING,
    storeNames: [SLASHING],
    msgs: slashingMsgs(court, authority),
    queries: slashingQueries(keeper),
    genesis: slashingGenesis(keeper),
    invariants: slashingInvariants(keeper),
    beginBlock: (ctx) => judgeBlock(court, ctx),
  };
}

/** What x/staking tells: who is bonded has a signing info from then on. */
export function slashingHooks(keeper: SlashingKeeper) {
  return {
    afterValidatorBonded(ctx: Context, consensusAddress: Uint8Array): void {
      const startHeight = BigInt(ctx.block.height);
      const known = keeper.getInfo(ctx, consensusAddress);
      keeper.setInfo(ctx, known === undefined ? newInfo(consensusAddress, startHeight) : { ...known, startHeight });
    },
  };
}
