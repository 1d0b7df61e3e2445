// Queries of CCTP V1, as Noble's module answers them.

import {
  QueryAllAttestersRequest,
  QueryAllAttestersResponse,
  QueryAllPerMessageBurnLimitsRequest,
  QueryAllPerMessageBurnLimitsResponse,
  QueryAllTokenPairsRequest,
  QueryAllTokenPairsResponse,
  QueryAllUsedNoncesRequest,
  QueryAllUsedNoncesResponse,
  QueryBurnMessageVersionRequest,
  QueryBurnMessageVersionResponse,
  QueryGetAttesterRequest,
  QueryGetAttesterResponse,
  QueryGetBurningAndMintingPausedRequest,
  QueryGetBurningAndMintingPausedResponse,
  QueryGetMaxMessageBodySizeRequest,
  QueryGetMaxMessageBodySizeResponse,
  QueryGetNextAvailableNonceRequest,
  QueryGetNextAvailableNonceResponse,
  QueryGetPerMessageBurnLimitRequest,
  QueryGetPerMessageBurnLimitResponse,
  QueryGetSendingAndReceivingMessagesPausedRequest,
  QueryGetSendingAndReceivingMessagesPausedResponse,
  QueryGetSignatureThresholdRequest,
  QueryGetSignatureThresholdResponse,
  QueryGetTokenPairRequest,
  QueryGetTokenPairResponse,
  QueryGetUsedNonceRequest,
  QueryGetUsedNonceResponse,
  QueryLocalDomainRequest,
  QueryLocalDomainResponse,
  QueryLocalMessageVersionRequest,
  QueryLocalMessageVersionResponse,
  QueryRemoteTokenMessengerRequest,
  QueryRemoteTokenMessengerResponse,
  QueryRemoteTokenMessengersRequest,
  QueryRemoteTokenMessengersResponse,
  QueryRolesRequest,
  QueryRolesResponse,
} from "../../gen/circle/cctp/v1/query.ts";
import {
  Attester,
  Nonce,
  PerMessageBurnLimit,
  RemoteTokenMessenger,
  TokenPair,
} from "../../gen/circle/cctp/v1/types.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { BURN_MESSAGE_VERSION_V1 } from "../../src/cctp/burnMessageV1.ts";
import { BYTES32_LENGTH } from "../../src/cctp/bytes32.ts";
import { MESSAGE_VERSION_V1 } from "../../src/cctp/messageV1.ts";
import type { CctpKeeper } from "./keeper.ts";
import { accountWord, looseHex, lowerCaseDenom } from "./types.ts";

const SERVICE = "/circle.cctp.v1.Query";

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new QueryError(GRPC_STATUS.NOT_FOUND, "not found");
  return value;
}

/** Hex of up to 32 bytes, zeros in front. */
function tokenOf(text: string): Uint8Array {
  const bytes = text.length > 2 * BYTES32_LENGTH + 2 ? undefined : looseHex(text);
  if (bytes === undefined || bytes.length === 0) {
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "remote_token: expected hex of 1 to 32 bytes");
  }
  return accountWord(bytes);
}

function settingQueries(keeper: CctpKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Roles`, QueryRolesRequest, QueryRolesResponse, (ctx) => ({
      owner: keeper.role(ctx, "owner") ?? "",
      attesterManager: keeper.role(ctx, "attesterManager") ?? "",
      pauser: keeper.role(ctx, "pauser") ?? "",
      tokenController: keeper.role(ctx, "tokenController") ?? "",
    })),
    queryHandler(
      `${SERVICE}/BurningAndMintingPaused`,
      QueryGetBurningAndMintingPausedRequest,
      QueryGetBurningAndMintingPausedResponse,
      (ctx) => ({ paused: { paused: found(keeper.burningAndMintingPaused(ctx)) } }),
    ),
    queryHandler(
      `${SERVICE}/SendingAndReceivingMessagesPaused`,
      QueryGetSendingAndReceivingMessagesPausedRequest,
      QueryGetSendingAndReceivingMessagesPausedResponse,
      (ctx) => ({ paused: { paused: found(keeper.sendingAndReceivingPaused(ctx)) } }),
    ),
    queryHandler(
      `${SERVICE}/MaxMessageBodySize`,
      QueryGetMaxMessageBodySizeRequest,
      QueryGetMaxMessageBodySizeResponse,
      (ctx) => ({ amount: { amount: found(keeper.maxMessageBodySize(ctx)) } }),
    ),
    queryHandler(
      `${SERVICE}/NextAvailableNonce`,
      QueryGetNextAvailableNonceRequest,
      QueryGetNextAvailableNonceResponse,
      (ctx) => ({ nonce: { sourceDomain: 0, nonce: found(keeper.nextNonce(ctx)) } }),
    ),
    queryHandler(
      `${SERVICE}/SignatureThreshold`,
      QueryGetSignatureThresholdRequest,
      QueryGetSignatureThresholdResponse,
      (ctx) => ({ amount: { amount: found(keeper.signatureThreshold(ctx)) } }),
    ),
    queryHandler(
      `${SERVICE}/BurnMessageVersion`,
      QueryBurnMessageVersionRequest,
      QueryBurnMessageVersionResponse,
      () => ({ version: BURN_MESSAGE_VERSION_V1 }),
    ),
    queryHandler(
      `${SERVICE}/LocalMessageVersion`,
      QueryLocalMessageVersionRequest,
      QueryLocalMessageVersionResponse,
      () => ({ version: MESSAGE_VERSION_V1 }),
    ),
    queryHandler(`${SERVICE}/LocalDomain`, QueryLocalDomainRequest, QueryLocalDomainResponse, (ctx) => ({
      domainId: keeper.localDomain(ctx),
    })),
  ];
}

function itemQueries(keeper: CctpKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Attester`, QueryGetAttesterRequest, QueryGetAttesterResponse, (ctx, { attester }) => ({
      attester: found(keeper.hasAttester(ctx, attester) ? { attester } : undefined),
    })),
    queryHandler(
      `${SERVICE}/PerMessageBurnLimit`,
      QueryGetPerMessageBurnLimitRequest,
      QueryGetPerMessageBurnLimitResponse,
      (ctx, { denom }) => {
        const amount = found(keeper.burnLimit(ctx, lowerCaseDenom(denom)));
        return { burnLimit: { denom: lowerCaseDenom(denom), amount: amount.toString() } };
      },
    ),
    queryHandler(`${SERVICE}/TokenPair`, QueryGetTokenPairRequest, QueryGetTokenPairResponse, (ctx, request) => ({
      pair: found(keeper.tokenPair(ctx, request.remoteDomain, tokenOf(request.remoteToken))),
    })),
    queryHandler(`${SERVICE}/UsedNonce`, QueryGetUsedNonceRequest, QueryGetUsedNonceResponse, (ctx, request) => {
      const { sourceDomain, nonce } = request;
      return { nonce: found(keeper.isNonceUsed(ctx, sourceDomain, nonce) ? { sourceDomain, nonce } : undefined) };
    }),
    queryHandler(
      `${SERVICE}/RemoteTokenMessenger`,
      QueryRemoteTokenMessengerRequest,
      QueryRemoteTokenMessengerResponse,
      (ctx, { domainId }) => ({
        remoteTokenMessenger: { domainId, address: found(keeper.remoteTokenMessenger(ctx, domainId)) },
      }),
    ),
  ];
}

function listQueries(keeper: CctpKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Attesters`, QueryAllAttestersRequest, QueryAllAttestersResponse, (ctx, request) => {
      const page = paginate(keeper.attesterStore(ctx), request.pagination, (_key, value) => Attester.decode(value));
      return { attesters: [...page.items], pagination: page.pagination };
    }),
    queryHandler(
      `${SERVICE}/PerMessageBurnLimits`,
      QueryAllPerMessageBurnLimitsRequest,
      QueryAllPerMessageBurnLimitsResponse,
      (ctx, request) => {
        const decode = (_key: Uint8Array, value: Uint8Array) => PerMessageBurnLimit.decode(value);
        const page = paginate(keeper.burnLimitStore(ctx), request.pagination, decode);
        return { burnLimits: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(`${SERVICE}/TokenPairs`, QueryAllTokenPairsRequest, QueryAllTokenPairsResponse, (ctx, request) => {
      const page = paginate(keeper.tokenPairStore(ctx), request.pagination, (_key, value) => TokenPair.decode(value));
      return { tokenPairs: [...page.items], pagination: page.pagination };
    }),
    queryHandler(`${SERVICE}/UsedNonces`, QueryAllUsedNoncesRequest, QueryAllUsedNoncesResponse, (ctx, request) => {
      const page = paginate(keeper.usedNonceStore(ctx), request.pagination, (_key, value) => Nonce.decode(value));
      return { usedNonces: [...page.items], pagination: page.pagination };
    }),
    queryHandler(
      `${SERVICE}/RemoteTokenMessengers`,
      QueryRemoteTokenMessengersRequest,
      QueryRemoteTokenMessengersResponse,
      (ctx, request) => {
        const decode = (_key: Uint8Array, value: Uint8Array) => RemoteTokenMessenger.decode(value);
        const page = paginate(keeper.remoteTokenMessengerStore(ctx), request.pagination, decode);
        return { remoteTokenMessengers: [...page.items], pagination: page.pagination };
      },
    ),
  ];
}

/** The handlers. */
export function cctpQueries(keeper: CctpKeeper): readonly QueryHandler[] {
  return [...settingQueries(keeper), ...itemQueries(keeper), ...listQueries(keeper)];
}
