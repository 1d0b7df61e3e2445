// What Circle has as constants and we as parameters: the number of the chain, and how strict it is.

import { QueryParamsRequest, QueryParamsResponse } from "../../gen/stateset/cctp/v1/query.ts";
import { EventParamsUpdated, MsgUpdateParams, MsgUpdateParamsResponse } from "../../gen/stateset/cctp/v1/tx.ts";
import { type Authority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import { type MsgHandler, type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import type { CctpKeeper } from "./keeper.ts";

/** MsgUpdateParams. */
export function paramsMsg(keeper: CctpKeeper, authority: Authority): MsgHandler {
  return updateParamsHandler(authority, {
    request: MsgUpdateParams,
    response: MsgUpdateParamsResponse,
    check: () => undefined,
    apply: (ctx, params) => {
      keeper.setParams(ctx, params);
      ctx.events.emitTyped(EventParamsUpdated, { params });
    },
  });
}

/** The query of the parameters. */
export function paramsQuery(keeper: CctpKeeper): QueryHandler {
  return queryHandler("/stateset.cctp.v1.Query/Params", QueryParamsRequest, QueryParamsResponse, (ctx) => ({
    params: keeper.params(ctx),
  }));
}
