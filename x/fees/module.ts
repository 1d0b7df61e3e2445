// x/fees: what a transaction costs.

import { GenesisState } from "../../gen/stateset/fees/v1/fees.ts";
import { QueryParamsRequest, QueryParamsResponse } from "../../gen/stateset/fees/v1/query.ts";
import { MsgUpdateParams, MsgUpdateParamsResponse } from "../../gen/stateset/fees/v1/tx.ts";
import { requireAuthority } from "../../src/baseapp/authority.ts";
import { type AppModule, type ModuleGenesis, msgHandler, queryHandler } from "../../src/baseapp/module.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
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

/** The module. `authority` is the bech32 address that may change the prices. */
export function feesModule(keeper: FeesKeeper, authority: string): AppModule {
  return {
    name: FEES,
    storeNames: [FEES],
    msgs: [
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
    ],
    queries: [
      queryHandler("/stateset.fees.v1.Query/Params", QueryParamsRequest, QueryParamsResponse, (ctx) => ({
        params: keeper.params(ctx),
      })),
    ],
    genesis: feesGenesis(keeper),
  };
}
