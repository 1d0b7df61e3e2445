// Messages of x/auth.

import { MsgUpdateParams, MsgUpdateParamsResponse } from "../../gen/cosmos/auth/v1beta1/tx.ts";
import { requireAuthority } from "../../src/baseapp/authority.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import type { AccountKeeper } from "./keeper.ts";
import { checkParams } from "./types.ts";

/** The handlers. `authority` is the bech32 address that may change parameters. */
export function authMsgs(keeper: AccountKeeper, authority: string): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgUpdateParams,
      response: MsgUpdateParamsResponse,
      handle: (ctx, { authority: signer, params }) => {
        requireAuthority(authority, signer);
        const problem = params === undefined ? "params are missing" : checkParams(params);
        if (params === undefined || problem !== undefined) throw new ChainError(ErrInvalidRequest, problem);
        keeper.setParams(ctx, params);
        return {};
      },
    }),
  ];
}
