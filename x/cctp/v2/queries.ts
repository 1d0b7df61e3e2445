// Queries of CCTP V2.

import {
  QueryAttestersRequest,
  QueryAttestersResponse,
  QueryDenylistedRequest,
  QueryDenylistedResponse,
  QueryDenylistRequest,
  QueryDenylistResponse,
  QueryMinFeeAmountRequest,
  QueryMinFeeAmountResponse,
  QueryRemoteTokenMessengerRequest,
  QueryRemoteTokenMessengerResponse,
  QueryRemoteTokenMessengersRequest,
  QueryRemoteTokenMessengersResponse,
  QuerySettingsRequest,
  QuerySettingsResponse,
  QueryUsedNonceRequest,
  QueryUsedNonceResponse,
  QueryUsedNoncesRequest,
  QueryUsedNoncesResponse,
} from "../../../gen/circle/cctp/v2/query.ts";
import { type QueryHandler, queryHandler } from "../../../src/baseapp/module.ts";
import { paginate } from "../../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../../src/baseapp/queryError.ts";
import { BYTES32_LENGTH } from "../../../src/cctp/bytes32.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { readSettings } from "./genesis.ts";
import type { CctpV2Keeper } from "./keeper.ts";
import { decodeDomain } from "./keys.ts";
import { hexOf, minFeeAmount, parseAmountV2, parseHexV2 } from "./types.ts";

const SERVICE = "/circle.cctp.v2.Query";

/** What a reader of the request throws, as a refusal of the query. */
function argument<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function settingQueries(keeper: CctpV2Keeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Settings`, QuerySettingsRequest, QuerySettingsResponse, (ctx) => ({
      settings: readSettings(keeper, ctx),
    })),
    queryHandler(`${SERVICE}/Attesters`, QueryAttestersRequest, QueryAttestersResponse, (ctx, { pagination }) => {
      const page = paginate(keeper.attesterStore(ctx), pagination, hexOf);
      return { attesters: [...page.items], pagination: page.pagination };
    }),
    queryHandler(`${SERVICE}/MinFeeAmount`, QueryMinFeeAmountRequest, QueryMinFeeAmountResponse, (ctx, request) => {
      const amount = argument(() => parseAmountV2("amount", request.amount));
      const minFee = keeper.minFee(ctx);
      if (minFee > 0n && amount <= 1n) throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "amount too low");
      return { minFeeAmount: minFeeAmount(amount, minFee).toString() };
    }),
  ];
}

function remoteQueries(keeper: CctpV2Keeper): readonly QueryHandler[] {
  return [
    queryHandler(
      `${SERVICE}/RemoteTokenMessenger`,
      QueryRemoteTokenMessengerRequest,
      QueryRemoteTokenMessengerResponse,
      (ctx, { domainId }) => {
        const address = keeper.remoteTokenMessenger(ctx, domainId);
        if (address === undefined) throw new QueryError(GRPC_STATUS.NOT_FOUND, "not found");
        return { remoteTokenMessenger: { domainId, address } };
      },
    ),
    queryHandler(
      `${SERVICE}/RemoteTokenMessengers`,
      QueryRemoteTokenMessengersRequest,
      QueryRemoteTokenMessengersResponse,
      (ctx, { pagination }) => {
        const page = paginate(keeper.remoteTokenMessengerStore(ctx), pagination, (key, address) => ({
          domainId: decodeDomain(key),
          address,
        }));
        return { remoteTokenMessengers: [...page.items], pagination: page.pagination };
      },
    ),
  ];
}

function listQueries(keeper: CctpV2Keeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Denylisted`, QueryDenylistedRequest, QueryDenylistedResponse, (ctx, { account }) => ({
      denylisted: keeper.isDenylisted(
        ctx,
        argument(() => decodeAddress(account)),
      ),
    })),
    queryHandler(`${SERVICE}/Denylist`, QueryDenylistRequest, QueryDenylistResponse, (ctx, { pagination }) => {
      const page = paginate(keeper.denylistStore(ctx), pagination, encodeAddress);
      return { accounts: [...page.items], pagination: page.pagination };
    }),
    queryHandler(`${SERVICE}/UsedNonce`, QueryUsedNonceRequest, QueryUsedNonceResponse, (ctx, { nonce }) => ({
      used: keeper.isNonceUsed(
        ctx,
        argument(() => parseHexV2("nonce", nonce, BYTES32_LENGTH)),
      ),
    })),
    queryHandler(`${SERVICE}/UsedNonces`, QueryUsedNoncesRequest, QueryUsedNoncesResponse, (ctx, { pagination }) => {
      const page = paginate(keeper.usedNonceStore(ctx), pagination, (nonce) => nonce);
      return { nonces: [...page.items], pagination: page.pagination };
    }),
  ];
}

/** The handlers. */
export function cctpV2Queries(keeper: CctpV2Keeper): readonly QueryHandler[] {
  return [...settingQueries(keeper), ...remoteQueries(keeper), ...listQueries(keeper)];
}
