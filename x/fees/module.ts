// x/fees: what a transaction costs.

import { GenesisState } from "../../gen/stateset/fees/v1/fees.ts";
import { QueryParamsRequest, QueryParamsResponse } from "../../gen/stateset/fees/v1/query.ts";
import { MsgUpdateParams, MsgUpdateParamsResponse } from "../../gen/stateset/fees/v1/tx.ts";
import { type Authority, updateParamsHandler } from "../../src/baseapp/authority.ts";
import { type AppModule, type ModuleGenesis, queryHandler } from "../../src/baseapp/module.ts";
import type { FeesKeeper } from "./keeper.ts";
import { FEES } from "./keys.ts";
import { checkParams, DEFAULT_PARAMS } from "./types.ts";

function feesGenesis(keeper: FeesKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ params: { ...DEFAULT_PARAMS } }),
    validate({ params }) {
      const problem = params === undefined ? "params are missing" : checkParams(params);
      if (problem !== undefined) throw new Error(problem);
    },
    init: (ctx, { params }) => keeper.setParams(ctx, params ?? DEFAULT_PARAMS),
    export: (ctx) => ({ params: keeper.params(ctx) }),
  };
}

/** The module. */
export function feesModule(keeper: FeesKeeper, authority: Authority): AppModule {
  return {
    name: FEES,
    storeNames: [FEES],
    msgs: [
      updateParamsHandler(authority, {
        request: MsgUpdateParams,
        response: MsgUpdateParamsResponse,
        check: (_ctx, params) => checkParams(params),
        apply: (ctx, params) => keeper.setParams(ctx, params),
      }),
    ],
    queries: [
      queryHandler("/stateset.fees.v1.Query/Params", QueryParamsRequest, QueryParamsResponse, (ctx) => ({
        params: keeper.params(ctx),
      })),
    ],
    genesis: feesGenesis(keeper),
  };
}
