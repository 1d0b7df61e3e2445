// Messages of the issuer: what its roles and the authority change. Nobody mints or burns by message.

import {
  EventBlacklisted,
  EventMinterConfigured,
  EventMinterRemoved,
  EventParamsUpdated,
  EventPaused,
  EventUnblacklisted,
  EventUnpaused,
} from "../../gen/stateset/issuer/v1/events.ts";
import {
  MsgBlacklist,
  MsgBlacklistResponse,
  MsgConfigureMinter,
  MsgConfigureMinterResponse,
  MsgPause,
  MsgPauseResponse,
  MsgRemoveMinter,
  MsgRemoveMinterResponse,
  MsgUnblacklist,
  MsgUnblacklistResponse,
  MsgUnpause,
  MsgUnpauseResponse,
  MsgUpdateParams,
  MsgUpdateParamsResponse,
} from "../../gen/stateset/issuer/v1/tx.ts";
import type { Params } from "../../gen/stateset/issuer/v1/types.ts";
import { type Authority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { ErrBlacklisted, ErrInvalidAllowance, ErrNotBlacklisted, ErrUnauthorized } from "./errors.ts";
import type { IssuerKeeper } from "./keeper.ts";
import { checkParams } from "./types.ts";

const ALLOWANCE_BITS = 256;

const ROLE_NAMES = Object.freeze({
  blacklister: "blacklister",
  pauser: "pauser",
  minterController: "minter controller",
});

function requireRole(params: Params, role: keyof typeof ROLE_NAMES, signer: string): void {
  const holder = params[role];
  // By bytes: bech32 has one text in lower and one in upper case.
  if (holder !== "" && bytesEqual(decodeAddress(holder), decodeAddress(signer))) return;
  throw new ChainError(ErrUnauthorized, `you are not the ${ROLE_NAMES[role]}`);
}

function blacklistMsgs(keeper: IssuerKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgBlacklist,
      response: MsgBlacklistResponse,
      handle: (ctx, { from, address }) => {
        requireRole(keeper.params(ctx), "blacklister", from);
        const bytes = decodeAddress(address);
        if (keeper.isBlacklisted(ctx, bytes)) throw new ChainError(ErrBlacklisted, address);
        keeper.blacklist(ctx, bytes);
        ctx.events.emitTyped(EventBlacklisted, { address });
        return {};
      },
    }),
    msgHandler({
      request: MsgUnblacklist,
      response: MsgUnblacklistResponse,
      handle: (ctx, { from, address }) => {
        requireRole(keeper.params(ctx), "blacklister", from);
        const bytes = decodeAddress(address);
        if (!keeper.isBlacklisted(ctx, bytes)) throw new ChainError(ErrNotBlacklisted, address);
        keeper.unblacklist(ctx, bytes);
        ctx.events.emitTyped(EventUnblacklisted, { address });
        return {};
      },
    }),
  ];
}

/** Pausing twice is fine: who is in a hurry must not fail. */
function pauseMsgs(keeper: IssuerKeeper): readonly MsgHandler[] {
  const set = (ctx: Context, from: string, isPaused: boolean) => {
    requireRole(keeper.params(ctx), "pauser", from);
    keeper.setPaused(ctx, isPaused);
    ctx.events.emitTyped(isPaused ? EventPaused : EventUnpaused, {});
    return {};
  };
  return [
    msgHandler({ request: MsgPause, response: MsgPauseResponse, handle: (ctx, { from }) => set(ctx, from, true) }),
    msgHandler({ request: MsgUnpause, response: MsgUnpauseResponse, handle: (ctx, { from }) => set(ctx, from, false) }),
  ];
}

function parseAllowance(text: string): bigint {
  try {
    return parseUint(text, ALLOWANCE_BITS);
  } catch (thrown) {
    throw new ChainError(ErrInvalidAllowance, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function minterMsgs(keeper: IssuerKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgConfigureMinter,
      response: MsgConfigureMinterResponse,
      handle: (ctx, { from, allowance }) => {
        requireRole(keeper.params(ctx), "minterController", from);
        keeper.setAllowance(ctx, parseAllowance(allowance));
        ctx.events.emitTyped(EventMinterConfigured, { allowance });
        return {};
      },
    }),
    msgHandler({
      request: MsgRemoveMinter,
      response: MsgRemoveMinterResponse,
      handle: (ctx, { from }) => {
        requireRole(keeper.params(ctx), "minterController", from);
        keeper.setAllowance(ctx, undefined);
        ctx.events.emitTyped(EventMinterRemoved, {});
        return {};
      },
    }),
  ];
}

function updateParamsMsg(keeper: IssuerKeeper, authority: Authority): MsgHandler {
  return updateParamsHandler(authority, {
    request: MsgUpdateParams,
    response: MsgUpdateParamsResponse,
    check: (ctx, params) => {
      // What was counted was counted in the present denomination.
      const isOther = params.mintingDenom !== keeper.mintingDenom(ctx);
      return checkParams(params) ?? (isOther ? "the minting denom is fixed at genesis" : undefined);
    },
    apply: (ctx, params) => {
      keeper.setParams(ctx, params);
      ctx.events.emitTyped(EventParamsUpdated, { params });
    },
  });
}

/** The handlers. The authority names the roles. */
export function issuerMsgs(keeper: IssuerKeeper, authority: Authority): readonly MsgHandler[] {
  return [updateParamsMsg(keeper, authority), ...blacklistMsgs(keeper), ...pauseMsgs(keeper), ...minterMsgs(keeper)];
}
