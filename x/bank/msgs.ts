// Messages of x/bank (cosmos-sdk v0.53 x/bank/keeper/msg_server.go).

import {
  MsgMultiSend,
  MsgMultiSendResponse,
  MsgSend,
  MsgSendResponse,
  MsgSetSendEnabled,
  MsgSetSendEnabledResponse,
  MsgUpdateParams,
  MsgUpdateParamsResponse,
} from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { type Authority, requireAuthority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { checkDenom } from "../../src/codec/coins.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import { ErrMultipleSenders, ErrNoInputs, ErrNoOutputs } from "./errors.ts";
import type { CoinReceiver } from "./expected.ts";
import type { BankKeeper } from "./keeper.ts";
import { parseAddress, parseAmount, requireBalanced, requireIntegers } from "./types.ts";

function sendHandler(keeper: BankKeeper, receivers: readonly CoinReceiver[]): MsgHandler {
  return msgHandler({
    request: MsgSend,
    response: MsgSendResponse,
    validate: ({ amount }) => requireIntegers(amount),
    handle: (ctx, message) => {
      const from = parseAddress("from", message.fromAddress);
      const to = parseAddress("to", message.toAddress);
      const coins = parseAmount(message.amount);
      keeper.requireSendEnabled(ctx, coins);
      keeper.requireReceiver(to);
      keeper.sendCoins(ctx, from, to, coins);
      for (const receiver of receivers) receiver.onCoinsReceived(ctx, { from, to, coins });
      return {};
    },
  });
}

/** Outputs that a message may have. */
const OUTPUTS_MAX = 1000;

function multiSendHandler(keeper: BankKeeper, receivers: readonly CoinReceiver[]): MsgHandler {
  return msgHandler({
    request: MsgMultiSend,
    response: MsgMultiSendResponse,
    validate: ({ inputs, outputs }) => {
      for (const { coins } of [...inputs, ...outputs]) requireIntegers(coins);
    },
    handle: (ctx, { inputs, outputs }) => {
      if (inputs.length === 0) throw new ChainError(ErrNoInputs);
      const [input] = inputs;
      if (input === undefined || inputs.length > 1) throw new ChainError(ErrMultipleSenders);
      if (outputs.length === 0) throw new ChainError(ErrNoOutputs);
      if (outputs.length > OUTPUTS_MAX) throw new ChainError(ErrInvalidRequest, `more than ${OUTPUTS_MAX} outputs`);
      const from = { address: parseAddress("input", input.address), coins: parseAmount(input.coins) };
      const recipients = outputs.map(({ address, coins }) => ({
        address: parseAddress("output", address),
        coins: parseAmount(coins),
      }));
      requireBalanced(from, recipients);
      keeper.requireSendEnabled(ctx, from.coins);
      for (const { address } of recipients) keeper.requireReceiver(address);
      keeper.inputOutputCoins(ctx, from, recipients);
      for (const { address: to, coins } of recipients) {
        for (const receiver of receivers) receiver.onCoinsReceived(ctx, { from: from.address, to, coins });
      }
      return {};
    },
  });
}

/** Denominations that one message may set. */
const DENOMS_MAX = 1000;

function setSendEnabledHandler(keeper: BankKeeper, authority: Authority): MsgHandler {
  return msgHandler({
    request: MsgSetSendEnabled,
    response: MsgSetSendEnabledResponse,
    handle: (ctx, message) => {
      requireAuthority(ctx, authority, message.authority);
      if (message.sendEnabled.length + message.useDefaultFor.length > DENOMS_MAX) {
        throw new ChainError(ErrInvalidRequest, `more than ${DENOMS_MAX} denominations`);
      }
      const seen = new Set<string>();
      for (const { denom } of message.sendEnabled) {
        if (seen.has(denom)) throw new ChainError(ErrInvalidRequest, `duplicate denom entries found for "${denom}"`);
        seen.add(denom);
        const problem = checkDenom(denom);
        if (problem === undefined) continue;
        throw new ChainError(ErrInvalidRequest, `invalid SendEnabled denom "${denom}": ${problem}`);
      }
      for (const denom of message.useDefaultFor) {
        const problem = checkDenom(denom);
        if (problem === undefined) continue;
        throw new ChainError(ErrInvalidRequest, `invalid UseDefaultFor denom "${denom}": ${problem}`);
      }
      for (const entry of message.sendEnabled) keeper.setSendEnabled(ctx, entry);
      for (const denom of message.useDefaultFor) keeper.deleteSendEnabled(ctx, denom);
      return {};
    },
  });
}

/** The handlers. `receivers` are told of users' transfers. */
export function bankMsgs(
  keeper: BankKeeper,
  authority: Authority,
  receivers: readonly CoinReceiver[],
): readonly MsgHandler[] {
  return [
    sendHandler(keeper, receivers),
    multiSendHandler(keeper, receivers),
    updateParamsHandler(authority, {
      request: MsgUpdateParams,
      response: MsgUpdateParamsResponse,
      check: (_ctx, { sendEnabled }) =>
        sendEnabled.length > 0 ? "use of send_enabled in params is no longer supported" : undefined,
      apply: (ctx, params) => keeper.setParams(ctx, params),
    }),
    setSendEnabledHandler(keeper, authority),
  ];
}
