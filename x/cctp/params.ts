// What Circle has as constants and we as parameters: the number of the chain, and how strict it is.

import { QueryParamsRequest, QueryParamsResponse } from "../../gen/stateset/cctp/v1/query.ts";
import { EventParamsUpdated, MsgUpdateParams, MsgUpdateParamsResponse } from "../../gen/stateset/cctp/v1/tx.ts";
import { requireAuthority } from "../../src/baseapp/authority.ts";
import { type MsgHandler, msgHandler, type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import type { CctpKeeper } from "./keeper.ts";

/** MsgUpdateParams. `authority` is the bech32 address that may. */
export function paramsMsg(keeper: CctpKeeper, authority: string): MsgHandler {
  return msgHandler({
    request: MsgUpdateParams,
    response: MsgUpdateParamsResponse,
    handle: (ctx, { authority: signer, params }) => {
      requireAuthority(authority, signer);
      if (params === undefined) throw new ChainError(ErrInvalidRequest, "params are missing");
      keeper.setParams(ctx, params);
      ctx.events.emitTyped(EventParamsUpdated, { params });
      return {};
    },
  });
}

/** The query of the parameters. */
export function paramsQuery(keeper: CctpKeeper): QueryHandler {
  return queryHandler("/stateset.cctp.v1.Query/Params", QueryParamsRequest, QueryParamsResponse, (ctx) => ({
    params: keeper.params(ctx),
  }));
}
