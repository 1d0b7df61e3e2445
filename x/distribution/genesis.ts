// Genesis of x/distribution.

import {
  DelegatorStartingInfo,
  ValidatorAccumulatedCommission,
  ValidatorCurrentRewards,
  ValidatorHistoricalRewards,
  ValidatorOutstandingRewards,
  ValidatorSlashEvent,
} from "../../gen/cosmos/distribution/v1beta1/distribution.ts";
import { GenesisState } from "../../gen/cosmos/distribution/v1beta1/genesis.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { decodeUint64BE } from "../../src/codec/integer.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { decCoinsFromProto, decCoinsToProto } from "./decCoins.ts";
import type { DistributionKeeper } from "./keeper.ts";
import {
  COMMISSION_PREFIX,
  CURRENT_PREFIX,
  DISTRIBUTION,
  HISTORICAL_PREFIX,
  OUTSTANDING_PREFIX,
  SLASH_EVENT_PREFIX,
  STARTING_INFO_PREFIX,
  WITHDRAW_ADDRESS_PREFIX,
} from "./keys.ts";
import { checkParams, DEFAULT_PARAMS, paramsFromProto, paramsToProto } from "./types.ts";

function validate({ params, feePool }: GenesisState): void {
  const problem = params === undefined ? "params are missing" : checkParams(params);
  if (problem !== undefined) throw new Error(problem);
  decCoinsFromProto(feePool?.communityPool ?? []);
}

function initValidators(keeper: DistributionKeeper, ctx: Context, genesis: GenesisState): void {
  for (const { validatorAddress, outstandingRewards } of genesis.outstandingRewards) {
    keeper.setOutstanding(ctx, decodeValidatorAddress(validatorAddress), decCoinsFromProto(outstandingRewards));
  }
  for (const { validatorAddress, accumulated } of genesis.validatorAccumulatedCommissions) {
    const coins = decCoinsFromProto(accumulated?.commission ?? []);
    keeper.setCommission(ctx, decodeValidatorAddress(validatorAddress), coins);
  }
  for (const { validatorAddress, period, rewards } of genesis.validatorHistoricalRewards) {
    const ratio = decCoinsFromProto(rewards?.cumulativeRewardRatio ?? []);
    const references = rewards?.referenceCount ?? 0;
    keeper.setHistorical(ctx, decodeValidatorAddress(validatorAddress), period, { ratio, references });
  }
  for (const { validatorAddress, rewards } of genesis.validatorCurrentRewards) {
    const current = { rewards: decCoinsFromProto(rewards?.rewards ?? []), period: rewards?.period ?? 0n };
    keeper.setCurrent(ctx, decodeValidatorAddress(validatorAddress), current);
  }
  for (const { validatorAddress, height, period, validatorSlashEvent } of genesis.validatorSlashEvents) {
    const fraction = parseUnits(validatorSlashEvent?.fraction ?? "0");
    keeper.addSlash(ctx, decodeValidatorAddress(validatorAddress), height, { period, fraction });
  }
}

function init(keeper: DistributionKeeper, ctx: Context, genesis: GenesisState): void {
  keeper.setParams(ctx, genesis.params === undefined ? DEFAULT_PARAMS : paramsFromProto(genesis.params));
  keeper.accounts.ensureModuleAccount(ctx, DISTRIBUTION);
  const pool = decCoinsFromProto(genesis.feePool?.communityPool ?? []);
  if (pool.length > 0) keeper.setCommunityPool(ctx, pool);
  for (const { delegatorAddress, withdrawAddress } of genesis.delegatorWithdrawInfos) {
    keeper.setWithdrawAddress(ctx, decodeAddress(delegatorAddress), decodeAddress(withdrawAddress));
  }
  initValidators(keeper, ctx, genesis);
  for (const { delegatorAddress, validatorAddress, startingInfo } of genesis.delegatorStartingInfos) {
    if (startingInfo === undefined) throw new Error(`the starting info of ${delegatorAddress} is missing`);
    const { previousPeriod, stake, height } = startingInfo;
    const [operator, delegator] = [decodeValidatorAddress(validatorAddress), decodeAddress(delegatorAddress)];
    keeper.setStartingInfo(ctx, operator, delegator, { previousPeriod, stake: parseUnits(stake), height });
  }
}

/** The address that a key begins with, as its length and its bytes, and what is behind it. */
function splitKey(key: Uint8Array): { readonly address: Uint8Array; readonly rest: Uint8Array } {
  const end = 1 + key[0]!;
  return { address: key.slice(1, end), rest: key.slice(end) };
}

function exportState(keeper: DistributionKeeper, ctx: Context): GenesisState {
  const entries = (prefix: Uint8Array) =>
    [...keeper.storeOf(ctx, prefix).iterate()].map(([key, value]) => ({ ...splitKey(key), value }));
  const ofValidator = (prefix: Uint8Array) =>
    entries(prefix).map(({ address, rest, value }) => ({
      validatorAddress: encodeValidatorAddress(address),
      ...{ rest, value },
    }));
  return {
    params: paramsToProto(keeper.params(ctx)),
    feePool: { communityPool: decCoinsToProto(keeper.communityPool(ctx)) },
    delegatorWithdrawInfos: entries(WITHDRAW_ADDRESS_PREFIX).map(({ address, value }) => ({
      delegatorAddress: encodeAddress(address),
      withdrawAddress: encodeAddress(value),
    })),
    previousProposer: "",
    outstandingRewards: ofValidator(OUTSTANDING_PREFIX).map(({ validatorAddress, value }) => ({
      validatorAddress,
      outstandingRewards: ValidatorOutstandingRewards.decode(value).rewards,
    })),
    validatorAccumulatedCommissions: ofValidator(COMMISSION_PREFIX).map(({ validatorAddress, value }) => ({
      validatorAddress,
      accumulated: ValidatorAccumulatedCommission.decode(value),
    })),
    validatorHistoricalRewards: ofValidator(HISTORICAL_PREFIX).map(({ validatorAddress, rest, value }) => ({
      validatorAddress,
      period: decodeUint64BE(rest),
      rewards: ValidatorHistoricalRewards.decode(value),
    })),
    validatorCurrentRewards: ofValidator(CURRENT_PREFIX).map(({ validatorAddress, value }) => ({
      validatorAddress,
      rewards: ValidatorCurrentRewards.decode(value),
    })),
    delegatorStartingInfos: ofValidator(STARTING_INFO_PREFIX).map(({ validatorAddress, rest, value }) => ({
      validatorAddress,
      delegatorAddress: encodeAddress(splitKey(rest).address),
      startingInfo: DelegatorStartingInfo.decode(value),
    })),
    validatorSlashEvents: ofValidator(SLASH_EVENT_PREFIX).map(({ validatorAddress, rest, value }) => ({
      validatorAddress,
      height: decodeUint64BE(rest.slice(0, 8)),
      period: decodeUint64BE(rest.slice(8)),
      validatorSlashEvent: ValidatorSlashEvent.decode(value),
    })),
  };
}

/** Genesis of the module. */
export function distributionGenesis(keeper: DistributionKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => GenesisState.fromPartial({ params: paramsToProto(DEFAULT_PARAMS), feePool: {} }),
    validate,
    init: (ctx, genesis) => init(keeper, ctx, genesis),
    export: (ctx) => exportState(keeper, ctx),
  };
}
