// Queries of x/feegrant (cosmossdk.io/x/feegrant v0.2 keeper/grpc_query.go).

import { Grant } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import {
  QueryAllowanceRequest,
  QueryAllowanceResponse,
  QueryAllowancesByGranterRequest,
  QueryAllowancesByGranterResponse,
  QueryAllowancesRequest,
  QueryAllowancesResponse,
} from "../../gen/cosmos/feegrant/v1beta1/query.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import type { FeegrantKeeper } from "./keeper.ts";

const SERVICE = "/cosmos.feegrant.v1beta1.Query";

function parseAddress(text: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (error) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, error instanceof Error ? error.message : String(error));
  }
}

/** The handlers. */
export function feegrantQueries(keeper: FeegrantKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Allowance`, QueryAllowanceRequest, QueryAllowanceResponse, (ctx, request) => {
      const allowance = keeper.getGrant(ctx, parseAddress(request.granter), parseAddress(request.grantee));
      if (allowance === undefined) throw new QueryError(GRPC_STATUS.NOT_FOUND, "fee-grant not found: not found");
      return { allowance };
    }),
    queryHandler(
      `${SERVICE}/Allowances`,
      QueryAllowancesRequest,
      QueryAllowancesResponse,
      (ctx, { grantee, pagination }) => {
        const store = keeper.granteeStore(ctx, parseAddress(grantee));
        const page = paginate(store, pagination, (_key, value) => Grant.decode(value));
        return { allowances: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(
      `${SERVICE}/AllowancesByGranter`,
      QueryAllowancesByGranterRequest,
      QueryAllowancesByGranterResponse,
      (ctx, { granter, pagination }) => {
        parseAddress(granter);
        const page = paginate(keeper.grantStore(ctx), pagination, (_key, value) => {
          const grant = Grant.decode(value);
          return grant.granter === granter ? grant : undefined;
        });
        return { allowances: [...page.items], pagination: page.pagination };
      },
    ),
  ];
}
