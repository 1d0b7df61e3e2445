// Queries of x/bank (cosmos-sdk v0.53 x/bank/keeper/grpc_query.go).

import { Metadata } from "../../gen/cosmos/bank/v1beta1/bank.ts";
import {
  QueryAllBalancesRequest,
  QueryAllBalancesResponse,
  QueryBalanceRequest,
  QueryBalanceResponse,
  QueryDenomMetadataByQueryStringRequest,
  QueryDenomMetadataByQueryStringResponse,
  QueryDenomMetadataRequest,
  QueryDenomMetadataResponse,
  QueryDenomOwnersRequest,
  QueryDenomOwnersResponse,
  QueryDenomsMetadataRequest,
  QueryDenomsMetadataResponse,
  QueryParamsRequest,
  QueryParamsResponse,
  QuerySendEnabledRequest,
  QuerySendEnabledResponse,
  QuerySpendableBalanceByDenomRequest,
  QuerySpendableBalanceByDenomResponse,
  QuerySpendableBalancesRequest,
  QuerySpendableBalancesResponse,
  QuerySupplyOfRequest,
  QuerySupplyOfResponse,
  QueryTotalSupplyRequest,
  QueryTotalSupplyResponse,
} from "../../gen/cosmos/bank/v1beta1/query.ts";
import type { PageRequest } from "../../gen/cosmos/base/query/v1beta1/pagination.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { PAGE_LIMIT_MAX, paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8 } from "../../src/codec/bytes.ts";
import { checkDenom } from "../../src/codec/coins.ts";
import { type BankKeeper, decodeEnabled } from "./keeper.ts";
import { holderOf } from "./keys.ts";
import { addressProblem } from "./types.ts";

const SERVICE = "/cosmos.bank.v1beta1.Query";

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}

function parseAddress(text: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (thrown) {
    throw invalid(`invalid address: ${addressProblem(thrown)}`);
  }
}

function parseDenom(text: string): string {
  const problem = checkDenom(text);
  if (problem !== undefined) throw invalid(problem);
  return text;
}

/** A denomination and the amount stored with it, as they are shown. */
function coinOf(key: Uint8Array, value: Uint8Array) {
  return { denom: fromUtf8(key), amount: fromUtf8(value) };
}

function balancesPage(
  keeper: BankKeeper,
  ctx: Context,
  request: { readonly address: string; readonly pagination: PageRequest | undefined; readonly resolveDenom: boolean },
) {
  const store = keeper.balanceStore(ctx, parseAddress(request.address));
  const page = paginate(store, request.pagination, (key, value) => {
    const coin = coinOf(key, value);
    if (!request.resolveDenom) return coin;
    return { ...coin, denom: keeper.metadata(ctx, coin.denom)?.display ?? coin.denom };
  });
  return { balances: [...page.items], pagination: page.pagination };
}

function oneBalance(keeper: BankKeeper, ctx: Context, address: Uint8Array, denom: string) {
  return { balance: { denom, amount: keeper.balance(ctx, address, denom).toString() } };
}

function requireMetadata(keeper: BankKeeper, ctx: Context, text: string): { metadata: Metadata } {
  const denom = parseDenom(text);
  const metadata = keeper.metadata(ctx, denom);
  if (metadata === undefined) {
    throw new QueryError(GRPC_STATUS.NOT_FOUND, `client metadata for denom ${denom}`);
  }
  return { metadata };
}

function balanceQueries(keeper: BankKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Balance`, QueryBalanceRequest, QueryBalanceResponse, (ctx, request) => {
      const denom = parseDenom(request.denom);
      return oneBalance(keeper, ctx, parseAddress(request.address), denom);
    }),
    queryHandler(`${SERVICE}/AllBalances`, QueryAllBalancesRequest, QueryAllBalancesResponse, (ctx, request) =>
      balancesPage(keeper, ctx, request),
    ),
    queryHandler(
      `${SERVICE}/SpendableBalances`,
      QuerySpendableBalancesRequest,
      QuerySpendableBalancesResponse,
      (ctx, request) => balancesPage(keeper, ctx, { ...request, resolveDenom: false }),
    ),
    queryHandler(
      `${SERVICE}/SpendableBalanceByDenom`,
      QuerySpendableBalanceByDenomRequest,
      QuerySpendableBalanceByDenomResponse,
      (ctx, request) => {
        const address = parseAddress(request.address);
        return oneBalance(keeper, ctx, address, parseDenom(request.denom));
      },
    ),
    queryHandler(
      `${SERVICE}/DenomOwners`,
      QueryDenomOwnersRequest,
      QueryDenomOwnersResponse,
      (ctx, { denom, pagination }) => {
        const store = keeper.holderStore(ctx, parseDenom(denom));
        const page = paginate(store, pagination, (key) => {
          const address = holderOf(key);
          return {
            address: encodeAddress(address),
            balance: { denom, amount: keeper.balance(ctx, address, denom).toString() },
          };
        });
        return { denomOwners: [...page.items], pagination: page.pagination };
      },
    ),
  ];
}

function denomQueries(keeper: BankKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/TotalSupply`, QueryTotalSupplyRequest, QueryTotalSupplyResponse, (ctx, { pagination }) => {
      const page = paginate(keeper.supplyStore(ctx), pagination, coinOf);
      return { supply: [...page.items], pagination: page.pagination };
    }),
    queryHandler(`${SERVICE}/SupplyOf`, QuerySupplyOfRequest, QuerySupplyOfResponse, (ctx, request) => {
      const denom = parseDenom(request.denom);
      return { amount: { denom, amount: keeper.supply(ctx, denom).toString() } };
    }),
    queryHandler(`${SERVICE}/Params`, QueryParamsRequest, QueryParamsResponse, (ctx) => ({
      params: keeper.params(ctx),
    })),
    queryHandler(`${SERVICE}/DenomMetadata`, QueryDenomMetadataRequest, QueryDenomMetadataResponse, (ctx, { denom }) =>
      requireMetadata(keeper, ctx, denom),
    ),
    queryHandler(
      `${SERVICE}/DenomMetadataByQueryString`,
      QueryDenomMetadataByQueryStringRequest,
      QueryDenomMetadataByQueryStringResponse,
      (ctx, { denom }) => requireMetadata(keeper, ctx, denom),
    ),
    queryHandler(
      `${SERVICE}/DenomsMetadata`,
      QueryDenomsMetadataRequest,
      QueryDenomsMetadataResponse,
      (ctx, { pagination }) => {
        const page = paginate(keeper.metadataStore(ctx), pagination, (_key, value) => Metadata.decode(value));
        return { metadatas: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(
      `${SERVICE}/SendEnabled`,
      QuerySendEnabledRequest,
      QuerySendEnabledResponse,
      (ctx, { denoms, pagination }) => {
        if (denoms.length > PAGE_LIMIT_MAX) throw invalid(`more than ${PAGE_LIMIT_MAX} denoms`);
        if (denoms.length > 0) {
          const sendEnabled = denoms.flatMap((denom) => {
            const enabled = keeper.getSendEnabled(ctx, denom);
            return enabled === undefined ? [] : [{ denom, enabled }];
          });
          return { sendEnabled, pagination: undefined };
        }
        const page = paginate(keeper.sendEnabledStore(ctx), pagination, (key, value) => ({
          denom: fromUtf8(key),
          enabled: decodeEnabled(value),
        }));
        return { sendEnabled: [...page.items], pagination: page.pagination };
      },
    ),
  ];
}

/** The handlers. */
export function bankQueries(keeper: BankKeeper): readonly QueryHandler[] {
  return [...balanceQueries(keeper), ...denomQueries(keeper)];
}
