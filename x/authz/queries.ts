// Queries of x/authz (cosmos-sdk v0.53 x/authz/keeper/grpc_query.go).

import { Grant, type GrantAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import {
  QueryGranteeGrantsRequest,
  QueryGranteeGrantsResponse,
  QueryGranterGrantsRequest,
  QueryGranterGrantsResponse,
  QueryGrantsRequest,
  QueryGrantsResponse,
} from "../../gen/cosmos/authz/v1beta1/query.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual, concatBytes } from "../../src/codec/bytes.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { partsOfGrantKey } from "./keys.ts";
import { addressProblem } from "./types.ts";

const SERVICE = "/cosmos.authz.v1beta1.Query";

function parseAddress(text: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (error) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, addressProblem(error));
  }
}

/** A grant with its two sides, from its key without the prefix. */
export function grantAuthorization(key: Uint8Array, value: Uint8Array): GrantAuthorization {
  const { granter, grantee } = partsOfGrantKey(key);
  const { authorization, expiration } = Grant.decode(value);
  return { granter: encodeAddress(granter), grantee: encodeAddress(grantee), authorization, expiration };
}

/** The handlers. */
export function authzQueries(keeper: AuthzKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Grants`, QueryGrantsRequest, QueryGrantsResponse, (ctx, request) => {
      const granter = parseAddress(request.granter);
      const grantee = parseAddress(request.grantee);
      const { msgTypeUrl, pagination } = request;
      if (msgTypeUrl !== "") {
        const grant = keeper.getGrant(ctx, { granter, grantee, msgTypeUrl });
        if (grant === undefined) {
          const text = `authorization not found for ${msgTypeUrl} type: authorization not found`;
          throw new QueryError(GRPC_STATUS.NOT_FOUND, text);
        }
        return { grants: [grant], pagination: undefined };
      }
      const page = paginate(keeper.pairStore(ctx, granter, grantee), pagination, (_key, value) => Grant.decode(value));
      return { grants: [...page.items], pagination: page.pagination };
    }),
    queryHandler(
      `${SERVICE}/GranterGrants`,
      QueryGranterGrantsRequest,
      QueryGranterGrantsResponse,
      (ctx, { granter: text, pagination }) => {
        const granter = parseAddress(text);
        const prefix = concatBytes(Uint8Array.of(granter.length), granter);
        const page = paginate(keeper.granterStore(ctx, granter), pagination, (key, value) =>
          grantAuthorization(concatBytes(prefix, key), value),
        );
        return { grants: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(
      `${SERVICE}/GranteeGrants`,
      QueryGranteeGrantsRequest,
      QueryGranteeGrantsResponse,
      (ctx, { grantee: text, pagination }) => {
        const grantee = parseAddress(text);
        const page = paginate(keeper.grantStore(ctx), pagination, (key, value) =>
          bytesEqual(partsOfGrantKey(key).grantee, grantee) ? grantAuthorization(key, value) : undefined,
        );
        return { grants: [...page.items], pagination: page.pagination };
      },
    ),
  ];
}
