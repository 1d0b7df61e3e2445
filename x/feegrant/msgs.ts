// Messages of x/feegrant (cosmossdk.io/x/feegrant v0.2 keeper/msg_server.go).

import {
  MsgGrantAllowance,
  MsgGrantAllowanceResponse,
  MsgPruneAllowances,
  MsgPruneAllowancesResponse,
  MsgRevokeAllowance,
  MsgRevokeAllowanceResponse,
} from "../../gen/cosmos/feegrant/v1beta1/tx.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidAddress, ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import { decodeAllowance, validateAllowance } from "./allowance.ts";
import type { FeegrantKeeper } from "./keeper.ts";

/** Expired allowances that one MsgPruneAllowances removes. */
const PRUNED_MAX = 75;

/** The handlers. */
export function feegrantMsgs(keeper: FeegrantKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgGrantAllowance,
      response: MsgGrantAllowanceResponse,
      handle: (ctx, message) => {
        const grantee = decodeAddress(message.grantee);
        const granter = decodeAddress(message.granter);
        if (bytesEqual(grantee, granter)) {
          throw new ChainError(ErrInvalidAddress, "cannot self-grant fee authorization");
        }
        if (keeper.getGrant(ctx, granter, grantee) !== undefined) {
          throw new ChainError(ErrInvalidRequest, "fee allowance already exists");
        }
        const allowance = decodeAllowance(message.allowance);
        validateAllowance(allowance);
        keeper.grant(ctx, granter, grantee, allowance);
        return {};
      },
    }),
    msgHandler({
      request: MsgRevokeAllowance,
      response: MsgRevokeAllowanceResponse,
      handle: (ctx, message) => {
        const grantee = decodeAddress(message.grantee);
        const granter = decodeAddress(message.granter);
        if (bytesEqual(grantee, granter)) throw new ChainError(ErrInvalidAddress, "addresses must be different");
        keeper.revoke(ctx, granter, grantee);
        return {};
      },
    }),
    msgHandler({
      request: MsgPruneAllowances,
      response: MsgPruneAllowancesResponse,
      handle: (ctx, { pruner }) => {
        keeper.removeExpired(ctx, PRUNED_MAX);
        ctx.events.emit("prune_feegrant", [attribute("pruner", pruner)]);
        return {};
      },
    }),
  ];
}
