// Handing the government on takes two steps, so that it never goes to an account that nobody can use.

import { EventAuthorityChanged, EventAuthorityTransferStarted } from "../../gen/stateset/authority/v1/authority.ts";
import {
  MsgAcceptAuthority,
  MsgAcceptAuthorityResponse,
  MsgTransferAuthority,
  MsgTransferAuthorityResponse,
} from "../../gen/stateset/authority/v1/tx.ts";
import { requireAuthority } from "../../src/baseapp/authority.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrNotPending } from "./errors.ts";
import type { AuthorityKeeper } from "./keeper.ts";

/** An address in its one spelling. Throws ErrInvalidAddress. */
function inLowerCase(address: string): string {
  return encodeAddress(decodeAddress(address));
}

/** The handlers. */
export function authorityMsgs(keeper: AuthorityKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgTransferAuthority,
      response: MsgTransferAuthorityResponse,
      handle: (ctx, { authority, newAuthority }) => {
        requireAuthority(ctx, keeper, authority);
        const pending = newAuthority === "" ? undefined : inLowerCase(newAuthority);
        keeper.setPending(ctx, pending);
        ctx.events.emitTyped(EventAuthorityTransferStarted, { authority, pendingAuthority: pending ?? "" });
        return {};
      },
    }),
    msgHandler({
      request: MsgAcceptAuthority,
      response: MsgAcceptAuthorityResponse,
      handle: (ctx, { signer }) => {
        const authority = inLowerCase(signer);
        if (keeper.pending(ctx) !== authority) throw new ChainError(ErrNotPending, authority);
        const previousAuthority = keeper.address(ctx);
        keeper.setAddress(ctx, authority);
        keeper.setPending(ctx, undefined);
        ctx.events.emitTyped(EventAuthorityChanged, { previousAuthority, authority });
        return {};
      },
    }),
  ];
}
