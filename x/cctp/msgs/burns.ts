// MsgDepositForBurn, MsgDepositForBurnWithCaller, MsgReplaceDepositForBurn.

import {
  MsgDepositForBurn,
  MsgDepositForBurnResponse,
  MsgDepositForBurnWithCaller,
  MsgDepositForBurnWithCallerResponse,
  MsgReplaceDepositForBurn,
  MsgReplaceDepositForBurnResponse,
} from "../../../gen/circle/cctp/v1/tx.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import type { CctpSender } from "../sending.ts";
import { parseAmount, parseFrom } from "../types.ts";

/** The handlers. */
export function burnMsgs(sender: CctpSender): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgDepositForBurn,
      response: MsgDepositForBurnResponse,
      handle: (ctx, { from, amount, destinationDomain, mintRecipient, burnToken }) => {
        const burn = {
          from: parseFrom(from),
          amount: parseAmount(amount),
          destinationDomain,
          mintRecipient,
          burnToken,
        };
        return { nonce: sender.depositForBurn(ctx, { ...burn, destinationCaller: undefined }).nonce };
      },
    }),
    msgHandler({
      request: MsgDepositForBurnWithCaller,
      response: MsgDepositForBurnWithCallerResponse,
      handle: (ctx, { from, amount, destinationDomain, mintRecipient, burnToken, destinationCaller }) => {
        const burn = {
          from: parseFrom(from),
          amount: parseAmount(amount),
          destinationDomain,
          mintRecipient,
          burnToken,
        };
        return { nonce: sender.depositForBurn(ctx, { ...burn, destinationCaller }).nonce };
      },
    }),
    msgHandler({
      request: MsgReplaceDepositForBurn,
      response: MsgReplaceDepositForBurnResponse,
      handle: (ctx, { from, ...request }) => {
        sender.replaceDepositForBurn(ctx, { ...request, from: parseFrom(from) });
        return {};
      },
    }),
  ];
}
