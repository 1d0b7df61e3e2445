// Messages of x/auth.

import { MsgUpdateParams, MsgUpdateParamsResponse } from "../../gen/cosmos/auth/v1beta1/tx.ts";
import { type Authority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import type { MsgHandler } from "../../src/baseapp/module.ts";
import type { AccountKeeper } from "./keeper.ts";
import { checkParams } from "./types.ts";

/** The handlers. */
export function authMsgs(keeper: AccountKeeper, authority: Authority): readonly MsgHandler[] {
  return [
    updateParamsHandler(authority, {
      request: MsgUpdateParams,
      response: MsgUpdateParamsResponse,
      check: (_ctx, params) => checkParams(params),
      apply: (ctx, params) => keeper.setParams(ctx, params),
    }),
  ];
}
