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
import type { BurnRequest, CctpSender } from "../sending.ts";
import { parseAmount, parseFrom } from "../types.ts";

/** What both kinds of burn say. Throws ErrInvalidAddress, ErrInvalidAmount. */
function burnOf(message: MsgDepositForBurn): Omit<BurnRequest, "destinationCaller"> {
  const { destinationDomain, mintRecipient, burnToken } = message;
  const from = parseFrom(message.from);
  return { from, amount: parseAmount(message.amount), destinationDomain, mintRecipient, burnToken };
}

/** The handlers. */
export function burnMsgs(sender: CctpSender): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgDepositForBurn,
      response: MsgDepositForBurnResponse,
      handle: (ctx, message) => ({
        nonce: sender.depositForBurn(ctx, { ...burnOf(message), destinationCaller: undefined }).nonce,
      }),
    }),
    msgHandler({
      request: MsgDepositForBurnWithCaller,
      response: MsgDepositForBurnWithCallerResponse,
      handle: (ctx, message) => {
        const { destinationCaller } = message;
        return { nonce: sender.depositForBurn(ctx, { ...burnOf(message), destinationCaller }).nonce };
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
