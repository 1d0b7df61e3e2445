// What the token controller sets: which tokens of other chains are linked, and what one message may burn.

import { SetBurnLimitPerMessage, TokenPairLinked, TokenPairUnlinked } from "../../../gen/circle/cctp/v1/events.ts";
import {
  MsgLinkTokenPair,
  MsgLinkTokenPairResponse,
  MsgSetMaxBurnAmountPerMessage,
  MsgSetMaxBurnAmountPerMessageResponse,
  MsgUnlinkTokenPair,
  MsgUnlinkTokenPairResponse,
} from "../../../gen/circle/cctp/v1/tx.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { BYTES32_LENGTH } from "../../../src/cctp/bytes32.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrInvalidRemoteToken, ErrTokenPairAlreadyFound, ErrTokenPairNotFound } from "../errors.ts";
import type { CctpKeeper } from "../keeper.ts";
import { lowerCaseDenom, parseAmount } from "../types.ts";
import { requireRole } from "./authorise.ts";

function requireToken(token: Uint8Array): void {
  if (token.length !== BYTES32_LENGTH) throw new ChainError(ErrInvalidRemoteToken, "must be a byte32 array");
}

/** The handlers. */
export function tokenMsgs(keeper: CctpKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgLinkTokenPair,
      response: MsgLinkTokenPairResponse,
      handle: (ctx, { from, remoteDomain, remoteToken, localToken: typed }) => {
        requireRole(ctx, keeper, { role: "tokenController", signer: from, act: "link token pairs" });
        requireToken(remoteToken);
        if (keeper.tokenPair(ctx, remoteDomain, remoteToken) !== undefined) {
          throw new ChainError(
            ErrTokenPairAlreadyFound,
            "Local token for this remote domain + remote token mapping already exists in store",
          );
        }
        const localToken = lowerCaseDenom(typed);
        keeper.setTokenPair(ctx, { remoteDomain, remoteToken, localToken });
        ctx.events.emitTyped(TokenPairLinked, { localToken, remoteDomain, remoteToken });
        return {};
      },
    }),
    msgHandler({
      request: MsgUnlinkTokenPair,
      response: MsgUnlinkTokenPairResponse,
      handle: (ctx, { from, remoteDomain, remoteToken }) => {
        requireRole(ctx, keeper, { role: "tokenController", signer: from, act: "unlink token pairs" });
        requireToken(remoteToken);
        const pair = keeper.tokenPair(ctx, remoteDomain, remoteToken);
        if (pair === undefined) {
          throw new ChainError(ErrTokenPairNotFound, "token pair doesn't exist in store");
        }
        keeper.removeTokenPair(ctx, remoteDomain, remoteToken);
        ctx.events.emitTyped(TokenPairUnlinked, { localToken: pair.localToken, remoteDomain, remoteToken });
        return {};
      },
    }),
    msgHandler({
      request: MsgSetMaxBurnAmountPerMessage,
      response: MsgSetMaxBurnAmountPerMessageResponse,
      handle: (ctx, { from, localToken, amount }) => {
        requireRole(ctx, keeper, { role: "tokenController", signer: from, act: "set the max burn amount per message" });
        const limit = parseAmount(amount);
        const token = lowerCaseDenom(localToken);
        keeper.setBurnLimit(ctx, token, limit);
        ctx.events.emitTyped(SetBurnLimitPerMessage, { token, burnLimitPerMessage: limit.toString() });
        return {};
      },
    }),
  ];
}
