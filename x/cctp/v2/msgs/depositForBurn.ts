// MsgDepositForBurn and MsgDepositForBurnWithHook: burn tokens here, to be minted on another chain.

import {
  MsgDepositForBurn,
  MsgDepositForBurnResponse,
  MsgDepositForBurnWithHook,
  MsgDepositForBurnWithHookResponse,
} from "../../../../gen/circle/cctp/v2/tx.ts";
import { type MsgHandler, msgHandler } from "../../../../src/baseapp/module.ts";
import { decodeAddress } from "../../../../src/codec/address.ts";
import type { BurnRequestV2, CctpV2Sender } from "../sending.ts";
import { callerOrAnybody, parseAmountV2 } from "../types.ts";

function burnRequest(message: MsgDepositForBurn, hookData: Uint8Array | undefined): BurnRequestV2 {
  return {
    from: decodeAddress(message.from),
    amount: parseAmountV2("amount", message.amount),
    denom: message.burnToken,
    destinationDomain: message.destinationDomain,
    mintRecipient: message.mintRecipient,
    destinationCaller: callerOrAnybody(message.destinationCaller),
    maxFee: parseAmountV2("max_fee", message.maxFee),
    minFinalityThreshold: message.minFinalityThreshold,
    hookData,
  };
}

/** The handlers. */
export function depositForBurnMsgs(sender: CctpV2Sender): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgDepositForBurn,
      response: MsgDepositForBurnResponse,
      handle: (ctx, message) => ({ messageHash: sender.depositForBurn(ctx, burnRequest(message, undefined)) }),
    }),
    msgHandler({
      request: MsgDepositForBurnWithHook,
      response: MsgDepositForBurnWithHookResponse,
      handle: (ctx, message) => ({ messageHash: sender.depositForBurn(ctx, burnRequest(message, message.hookData)) }),
    }),
  ];
}
