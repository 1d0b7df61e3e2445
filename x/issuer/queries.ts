// Queries of the issuer.

import {
  QueryBlacklistedRequest,
  QueryBlacklistedResponse,
  QueryBlacklistRequest,
  QueryBlacklistResponse,
  QueryMinterRequest,
  QueryMinterResponse,
  QueryParamsRequest,
  QueryParamsResponse,
  QueryRemoteDomainRequest,
  QueryRemoteDomainResponse,
  QueryRemoteDomainsRequest,
  QueryRemoteDomainsResponse,
} from "../../gen/stateset/issuer/v1/query.ts";
import { RemoteDomain } from "../../gen/stateset/issuer/v1/types.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { paginate } from "../../src/baseapp/pagination.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import type { IssuerKeeper } from "./keeper.ts";

const SERVICE = "/stateset.issuer.v1.Query";

/** The handlers. */
export function issuerQueries(keeper: IssuerKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Params`, QueryParamsRequest, QueryParamsResponse, (ctx) => ({
      params: keeper.params(ctx),
    })),
    queryHandler(`${SERVICE}/Minter`, QueryMinterRequest, QueryMinterResponse, (ctx) => ({
      allowance: keeper.allowance(ctx)?.toString() ?? "",
      paused: keeper.isPaused(ctx),
    })),
    queryHandler(`${SERVICE}/Blacklisted`, QueryBlacklistedRequest, QueryBlacklistedResponse, (ctx, { address }) => ({
      blacklisted: keeper.isBlacklisted(ctx, decodeAddress(address)),
    })),
    queryHandler(`${SERVICE}/Blacklist`, QueryBlacklistRequest, QueryBlacklistResponse, (ctx, request) => {
      const { items, pagination } = paginate(keeper.blacklistStore(ctx), request.pagination, encodeAddress);
      return { addresses: [...items], pagination };
    }),
    queryHandler(`${SERVICE}/RemoteDomain`, QueryRemoteDomainRequest, QueryRemoteDomainResponse, (ctx, { domain }) => {
      const remoteDomain = keeper.remoteDomain(ctx, domain);
      const outstanding = BigInt(remoteDomain.minted) - BigInt(remoteDomain.burned);
      return { remoteDomain, outstanding: outstanding.toString() };
    }),
    queryHandler(`${SERVICE}/RemoteDomains`, QueryRemoteDomainsRequest, QueryRemoteDomainsResponse, (ctx, request) => {
      const store = keeper.remoteDomainStore(ctx);
      const { items, pagination } = paginate(store, request.pagination, (_key, value) => RemoteDomain.decode(value));
      return { remoteDomains: [...items], pagination };
    }),
  ];
}
