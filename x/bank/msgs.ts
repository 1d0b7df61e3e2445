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
import { requireAuthority } from "../../src/baseapp/authority.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import {
  addCoins,
  type Coin,
  checkCoins,
  checkDenom,
  coinsFromProto,
  formatCoins,
  type ProtoCoin,
} from "../../src/codec/coins.ts";
import { ErrInvalidAddress, ErrInvalidCoins, ErrInvalidRequest, ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import { ErrInputOutputMismatch, ErrMultipleSenders, ErrNoInputs, ErrNoOutputs } from "./errors.ts";
import type { BankKeeper } from "./keeper.ts";

/** The address in a field. Throws ErrInvalidAddress `invalid <name> address: …`. */
function parseAddress(name: string, text: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChainError(ErrInvalidAddress, `invalid ${name} address: ${reason}`);
  }
}

/** Coins that can be moved: valid, and at least one. Throws ErrInvalidCoins. */
function parseAmount(amount: readonly ProtoCoin[]): Coin[] {
  const coins = coinsFromProto(amount);
  if (coins.length === 0 || checkCoins(coins) !== undefined) {
    throw new ChainError(ErrInvalidCoins, formatCoins(coins));
  }
  return coins;
}

function requireRecipient(keeper: BankKeeper, address: Uint8Array): void {
  if (!keeper.isBlocked(address)) return;
  throw new ChainError(ErrUnauthorized, `${encodeAddress(address)} is not allowed to receive funds`);
}

function sendHandler(keeper: BankKeeper): MsgHandler {
  return msgHandler({
    request: MsgSend,
    response: MsgSendResponse,
    handle: (ctx, message) => {
      const from = parseAddress("from", message.fromAddress);
      const to = parseAddress("to", message.toAddress);
      const coins = parseAmount(message.amount);
      keeper.requireSendEnabled(ctx, coins);
      requireRecipient(keeper, to);
      keeper.sendCoins(ctx, from, to, coins);
      return {};
    },
  });
}

/** Outputs that a message may have. */
const OUTPUTS_MAX = 1000;

function multiSendHandler(keeper: BankKeeper): MsgHandler {
  return msgHandler({
    request: MsgMultiSend,
    response: MsgMultiSendResponse,
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
      const total = recipients.reduce<Coin[]>((sum, { coins }) => addCoins(sum, coins), []);
      if (formatCoins(total) !== formatCoins(from.coins)) throw new ChainError(ErrInputOutputMismatch);
      keeper.requireSendEnabled(ctx, from.coins);
      for (const { address } of recipients) requireRecipient(keeper, address);
      keeper.sendToMany(ctx, from, recipients);
      return {};
    },
  });
}

function setSendEnabledHandler(keeper: BankKeeper, authority: string): MsgHandler {
  return msgHandler({
    request: MsgSetSendEnabled,
    response: MsgSetSendEnabledResponse,
    handle: (ctx, message) => {
      requireAuthority(authority, message.authority);
      const denoms = [...message.sendEnabled.map(({ denom }) => denom), ...message.useDefaultFor];
      for (const denom of denoms) {
        const problem = checkDenom(denom);
        if (problem !== undefined) throw new ChainError(ErrInvalidRequest, problem);
      }
      if (new Set(denoms).size !== denoms.length) {
        throw new ChainError(ErrInvalidRequest, "duplicate denom entries found");
      }
      for (const entry of message.sendEnabled) keeper.setSendEnabled(ctx, entry);
      for (const denom of message.useDefaultFor) keeper.deleteSendEnabled(ctx, denom);
      return {};
    },
  });
}

function updateParamsHandler(keeper: BankKeeper, authority: string): MsgHandler {
  return msgHandler({
    request: MsgUpdateParams,
    response: MsgUpdateParamsResponse,
    handle: (ctx, { authority: signer, params }) => {
      requireAuthority(authority, signer);
      if (params === undefined) throw new ChainError(ErrInvalidRequest, "params are missing");
      if (params.sendEnabled.length > 0) {
        throw new ChainError(ErrInvalidRequest, "use of send_enabled in params is no longer supported");
      }
      keeper.setParams(ctx, params);
      return {};
    },
  });
}

/** The handlers. `authority` is the bech32 address that may change parameters. */
export function bankMsgs(keeper: BankKeeper, authority: string): readonly MsgHandler[] {
  return [
    sendHandler(keeper),
    multiSendHandler(keeper),
    updateParamsHandler(keeper, authority),
    setSendEnabledHandler(keeper, authority),
  ];
}
