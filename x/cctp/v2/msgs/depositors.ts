// What depositors are bound by: the minimum fee, and the denylist.

import { Denylisted, MinFeeSet, Undenylisted } from "../../../../gen/circle/cctp/v2/events.ts";
import {
  MsgDenylist,
  MsgDenylistResponse,
  MsgSetMinFee,
  MsgSetMinFeeResponse,
  MsgUndenylist,
  MsgUndenylistResponse,
} from "../../../../gen/circle/cctp/v2/tx.ts";
import { type MsgHandler, msgHandler } from "../../../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../../../src/codec/address.ts";
import { ChainError } from "../../../../src/codec/chainError.ts";
import { ErrMinFeeV2 } from "../errors.ts";
import type { CctpV2Keeper } from "../keeper.ts";
import { MIN_FEE_DENOMINATOR } from "../types.ts";
import { requireRole } from "./authorise.ts";

function minFeeMsg(keeper: CctpV2Keeper): MsgHandler {
  return msgHandler({
    request: MsgSetMinFee,
    response: MsgSetMinFeeResponse,
    handle: (ctx, { from, minFee }) => {
      requireRole(ctx, keeper, "minFeeController", from);
      if (minFee >= MIN_FEE_DENOMINATOR) {
        throw new ChainError(ErrMinFeeV2, `${minFee}, below ${MIN_FEE_DENOMINATOR}`);
      }
      keeper.setMinFee(ctx, minFee);
      ctx.events.emitTyped(MinFeeSet, { minFee });
      return {};
    },
  });
}

/** The handlers. Listing twice, or taking off who is not on the list, changes nothing and is fine, as in the contract. */
export function depositorMsgs(keeper: CctpV2Keeper): readonly MsgHandler[] {
  return [
    minFeeMsg(keeper),
    msgHandler({
      request: MsgDenylist,
      response: MsgDenylistResponse,
      handle: (ctx, { from, account }) => {
        requireRole(ctx, keeper, "denylister", from);
        const address = decodeAddress(account);
        keeper.denylist(ctx, address);
        ctx.events.emitTyped(Denylisted, { account: encodeAddress(address) });
        return {};
      },
    }),
    msgHandler({
      request: MsgUndenylist,
      response: MsgUndenylistResponse,
      handle: (ctx, { from, account }) => {
        requireRole(ctx, keeper, "denylister", from);
        const address = decodeAddress(account);
        keeper.undenylist(ctx, address);
        ctx.events.emitTyped(Undenylisted, { account: encodeAddress(address) });
        return {};
      },
    }),
  ];
}
