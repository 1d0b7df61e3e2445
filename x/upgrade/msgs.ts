// The authority decides on upgrades (cosmossdk.io/x/upgrade v0.1 keeper/msg_server.go).

import {
  MsgCancelUpgrade,
  MsgCancelUpgradeResponse,
  MsgSoftwareUpgrade,
  MsgSoftwareUpgradeResponse,
} from "../../gen/cosmos/upgrade/v1beta1/tx.ts";
import { type Authority, requireAuthority } from "../../src/baseapp/authority.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import type { UpgradeKeeper } from "./keeper.ts";

/** The handlers. */
export function upgradeMsgs(keeper: UpgradeKeeper, authority: Authority): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgSoftwareUpgrade,
      response: MsgSoftwareUpgradeResponse,
      handle: (ctx, { authority: signer, plan }) => {
        requireAuthority(ctx, authority, signer);
        if (plan === undefined) throw new ChainError(ErrInvalidRequest, "plan is missing");
        keeper.schedule(ctx, plan);
        return {};
      },
    }),
    msgHandler({
      request: MsgCancelUpgrade,
      response: MsgCancelUpgradeResponse,
      handle: (ctx, { authority: signer }) => {
        requireAuthority(ctx, authority, signer);
        keeper.clear(ctx);
        return {};
      },
    }),
  ];
}
