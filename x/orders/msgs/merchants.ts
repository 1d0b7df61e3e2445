// MsgUpdateMerchant, MsgAddOperator and MsgRemoveOperator: only the merchant itself, never its operators. MsgSetPrice: they,
// too.

import {
  MsgAddOperator,
  MsgAddOperatorResponse,
  MsgRemoveOperator,
  MsgRemoveOperatorResponse,
  MsgSetPrice,
  MsgSetPriceResponse,
  MsgUpdateMerchant,
  MsgUpdateMerchantResponse,
} from "../../../gen/stateset/orders/v1/tx.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { type MessageCodec, typeUrlOf } from "../../../src/codec/message.ts";
import { ErrInvalidRequest } from "../../../src/codec/sdkErrors.ts";
import { ErrNotAllowed } from "../errors.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { requireAccount, requireBatch } from "../limits.ts";

/** A message of a merchant about one operator. */
function operatorMsg(
  keeper: OrdersKeeper,
  request: MessageCodec<MsgAddOperator>,
  response: MessageCodec<object>,
  change: (ctx: Context, merchant: string, operator: string) => void,
): MsgHandler {
  return msgHandler({
    request,
    response,
    handle: (ctx, message) => {
      const merchant = requireAccount("merchant", message.merchant);
      const operator = requireAccount("operator", message.operator);
      keeper.requireUnpaused(ctx, typeUrlOf(request));
      change(ctx, merchant, operator);
      return {};
    },
  });
}

/** The handlers. */
export function merchantMsgs(keeper: OrdersKeeper): readonly MsgHandler[] {
  const { merchants } = keeper;
  return [
    msgHandler({
      request: MsgUpdateMerchant,
      response: MsgUpdateMerchantResponse,
      handle: (ctx, { merchant: text, settings }) => {
        const merchant = requireAccount("merchant", text);
        if (settings === undefined) throw new ChainError(ErrInvalidRequest, "settings are missing");
        keeper.requireUnpaused(ctx, typeUrlOf(MsgUpdateMerchant));
        merchants.update(ctx, merchant, settings);
        return {};
      },
    }),
    operatorMsg(keeper, MsgAddOperator, MsgAddOperatorResponse, (...step) => merchants.addOperator(...step)),
    operatorMsg(keeper, MsgRemoveOperator, MsgRemoveOperatorResponse, (...step) => merchants.removeOperator(...step)),
    msgHandler({
      request: MsgSetPrice,
      response: MsgSetPriceResponse,
      handle: (ctx, message) => {
        const signer = requireAccount("signer", message.signer);
        const merchant = requireAccount("merchant", message.merchant);
        if (!keeper.access.isSeller(ctx, merchant, signer))
          throw new ChainError(ErrNotAllowed, `prices of ${merchant}`);
        requireBatch("prices", message.prices.length);
        keeper.prices.require(ctx, message.prices);
        keeper.requireUnpaused(ctx, typeUrlOf(MsgSetPrice));
        keeper.prices.set(ctx, merchant, message.prices);
        return {};
      },
    }),
  ];
}
