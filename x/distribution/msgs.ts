// Messages of x/distribution (cosmos-sdk v0.50 x/distribution/keeper/msg_server.go).

import {
  MsgCommunityPoolSpend,
  MsgCommunityPoolSpendResponse,
  MsgDepositValidatorRewardsPool,
  MsgDepositValidatorRewardsPoolResponse,
  MsgFundCommunityPool,
  MsgFundCommunityPoolResponse,
  MsgSetWithdrawAddress,
  MsgSetWithdrawAddressResponse,
  MsgUpdateParams,
  MsgUpdateParamsResponse,
  MsgWithdrawDelegatorReward,
  MsgWithdrawDelegatorRewardResponse,
  MsgWithdrawValidatorCommission,
  MsgWithdrawValidatorCommissionResponse,
} from "../../gen/cosmos/distribution/v1beta1/tx.ts";
import { type Authority, requireAuthority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { type Coin, coinsFromProto, coinsToProto, type ProtoCoin, validateCoins } from "../../src/codec/coins.ts";
import { messageOf } from "../../src/codec/errorText.ts";
import { ErrInvalidCoins, ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import { addressNamed, decodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { rewardValidator } from "./allocate.ts";
import { addDec, fromCoins } from "./decCoins.ts";
import { ErrNoValidatorExists, ErrSetWithdrawAddrDisabled } from "./errors.ts";
import type { DistributionKeeper } from "./keeper.ts";
import { DISTRIBUTION } from "./keys.ts";
import { checkParams, paramsFromProto } from "./types.ts";
import { spendCommunityPool, withdrawCommission, withdrawRewards } from "./withdraw.ts";

/** Coins of a message: some, and a set. Throws ErrInvalidCoins. */
function amountOf(proto: readonly ProtoCoin[]): Coin[] {
  const coins = coinsFromProto(proto);
  if (coins.length === 0) throw new ChainError(ErrInvalidCoins, "amount cannot be nil");
  validateCoins(coins);
  return coins;
}

function setWithdrawAddress(keeper: DistributionKeeper, ctx: Context, message: MsgSetWithdrawAddress) {
  const delegator = addressNamed("delegator", message.delegatorAddress, decodeAddress);
  const address = addressNamed("withdraw", message.withdrawAddress, decodeAddress);
  if (keeper.bank.isBlocked(address)) {
    throw new ChainError(ErrUnauthorized, `${message.withdrawAddress} is not allowed to receive external funds`);
  }
  if (!keeper.params(ctx).withdrawAddrEnabled) throw new ChainError(ErrSetWithdrawAddrDisabled);
  ctx.events.emit("set_withdraw_address", [attribute("withdraw_address", message.withdrawAddress)]);
  keeper.setWithdrawAddress(ctx, delegator, address);
  return {};
}

function fund(keeper: DistributionKeeper, ctx: Context, { amount, depositor }: MsgFundCommunityPool) {
  const from = addressNamed("depositor", depositor, decodeAddress);
  const coins = amountOf(amount);
  keeper.bank.sendCoinsFromAccountToModule(ctx, from, DISTRIBUTION, coins);
  keeper.setCommunityPool(ctx, addDec(keeper.communityPool(ctx), fromCoins(coins)));
  return {};
}

function spend(keeper: DistributionKeeper, ctx: Context, { recipient, amount }: MsgCommunityPoolSpend) {
  const coins = amountOf(amount);
  const to = addressNamed("recipient", recipient, decodeAddress);
  if (keeper.bank.isBlocked(to)) {
    throw new ChainError(ErrUnauthorized, `${recipient} is not allowed to receive external funds`);
  }
  spendCommunityPool(keeper, ctx, { to, coins });
  return {};
}

function deposit(keeper: DistributionKeeper, ctx: Context, message: MsgDepositValidatorRewardsPool) {
  const from = addressNamed("depositor", message.depositor, decodeAddress);
  const operator = addressNamed("validator", message.validatorAddress, decodeValidatorAddress);
  const coins = amountOf(message.amount);
  const validator = keeper.staking.getValidator(ctx, operator);
  if (validator === undefined) throw new ChainError(ErrNoValidatorExists, message.validatorAddress);
  keeper.bank.sendCoinsFromAccountToModule(ctx, from, DISTRIBUTION, coins);
  rewardValidator(keeper, ctx, validator, fromCoins(coins));
  return {};
}

/** The handlers. */
export function distributionMsgs(keeper: DistributionKeeper, authority: Authority): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgSetWithdrawAddress,
      response: MsgSetWithdrawAddressResponse,
      handle: (ctx, message) => setWithdrawAddress(keeper, ctx, message),
    }),
    msgHandler({
      request: MsgWithdrawDelegatorReward,
      response: MsgWithdrawDelegatorRewardResponse,
      handle: (ctx, { delegatorAddress, validatorAddress }) => {
        const operator = addressNamed("validator", validatorAddress, decodeValidatorAddress);
        const delegator = addressNamed("delegator", delegatorAddress, decodeAddress);
        return { amount: coinsToProto(withdrawRewards(keeper, ctx, { delegator, operator })) };
      },
    }),
    msgHandler({
      request: MsgWithdrawValidatorCommission,
      response: MsgWithdrawValidatorCommissionResponse,
      handle: (ctx, { validatorAddress }) => {
        const operator = addressNamed("validator", validatorAddress, decodeValidatorAddress);
        return { amount: coinsToProto(withdrawCommission(keeper, ctx, operator)) };
      },
    }),
    msgHandler({
      request: MsgFundCommunityPool,
      response: MsgFundCommunityPoolResponse,
      handle: (ctx, message) => fund(keeper, ctx, message),
    }),
    updateParamsHandler(authority, {
      request: MsgUpdateParams,
      response: MsgUpdateParamsResponse,
      check: (_ctx, params) => {
        try {
          return checkParams(params);
        } catch (thrown) {
          return messageOf(thrown);
        }
      },
      apply: (ctx, params) => keeper.setParams(ctx, paramsFromProto(params)),
    }),
    msgHandler({
      request: MsgCommunityPoolSpend,
      response: MsgCommunityPoolSpendResponse,
      handle: (ctx, message) => {
        requireAuthority(ctx, authority, message.authority);
        return spend(keeper, ctx, message);
      },
    }),
    msgHandler({
      request: MsgDepositValidatorRewardsPool,
      response: MsgDepositValidatorRewardsPoolResponse,
      handle: (ctx, message) => deposit(keeper, ctx, message),
    }),
  ];
}
