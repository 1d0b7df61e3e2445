// Between the two forms of a refused query: a gRPC status, and the code and log of an ABCI response
// (cosmos-sdk v0.53 baseapp/abci.go gRPCErrorToSDKError and its inverse).

import type { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { ChainError, type ErrorKind } from "../../codec/chainError.ts";
import {
  ErrInvalidAddress,
  ErrInvalidCoins,
  ErrInvalidHeight,
  ErrInvalidRequest,
  ErrKeyNotFound,
  ErrNotFound,
  ErrNotSupported,
  ErrTxDecode,
  ErrUnauthorized,
  ErrUnknownRequest,
} from "../../codec/sdkErrors.ts";

/** Statuses that the gateways give besides those of the queries themselves. */
export const GATEWAY_STATUS = Object.freeze({ RESOURCE_EXHAUSTED: 8 });

/** The status names that stand in the text of a Go gRPC error (google.golang.org/grpc/codes). */
const STATUS_OF_NAME: ReadonlyMap<string, number> = new Map([
  ["Canceled", 1],
  ["Unknown", 2],
  ["InvalidArgument", 3],
  ["DeadlineExceeded", 4],
  ["NotFound", 5],
  ["AlreadyExists", 6],
  ["PermissionDenied", 7],
  ["ResourceExhausted", 8],
  ["FailedPrecondition", 9],
  ["Aborted", 10],
  ["OutOfRange", 11],
  ["Unimplemented", 12],
  ["Internal", 13],
  ["Unavailable", 14],
  ["DataLoss", 15],
  ["Unauthenticated", 16],
]);

/** What each status is wrapped in on its way through ABCI; statuses not named here become ErrUnknownRequest. */
const KIND_OF_STATUS: ReadonlyMap<number, ErrorKind> = new Map([
  [GRPC_STATUS.NOT_FOUND, ErrKeyNotFound],
  [GRPC_STATUS.INVALID_ARGUMENT, ErrInvalidRequest],
  [GRPC_STATUS.FAILED_PRECONDITION, ErrInvalidRequest],
  [GRPC_STATUS.UNAUTHENTICATED, ErrUnauthorized],
]);

/** The status of refusals that did not begin as a status: by code of the codespace `sdk`. Others are Unknown. */
const STATUS_OF_CODE: ReadonlyMap<number, number> = new Map([
  [1, GRPC_STATUS.INTERNAL],
  [ErrTxDecode.code, GRPC_STATUS.INVALID_ARGUMENT],
  [ErrInvalidAddress.code, GRPC_STATUS.INVALID_ARGUMENT],
  [ErrInvalidCoins.code, GRPC_STATUS.INVALID_ARGUMENT],
  [ErrInvalidRequest.code, GRPC_STATUS.INVALID_ARGUMENT],
  [ErrInvalidHeight.code, GRPC_STATUS.INVALID_ARGUMENT],
  [ErrKeyNotFound.code, GRPC_STATUS.NOT_FOUND],
  [ErrNotFound.code, GRPC_STATUS.NOT_FOUND],
  [ErrNotSupported.code, GRPC_STATUS.UNIMPLEMENTED],
]);

/** How an application says that it has no query of a path (cosmos-sdk baseapp/abci.go handleQueryGRPC). */
const UNKNOWN_PATH_LOG = "unknown query path";

const RPC_ERROR = /^rpc error: code = ([A-Za-z]{1,32}) desc = ([\s\S]*)$/;

/** A description without the registered text that the way through ABCI put behind it. */
function unwrapDescription(description: string, status: number): string {
  const suffix = `: ${(KIND_OF_STATUS.get(status) ?? ErrUnknownRequest).text}`;
  return description.endsWith(suffix) ? description.slice(0, -suffix.length) : description;
}

/** The gRPC status and text of an ABCI response with a code other than 0. */
export function refusalOfResponse(response: ResponseQuery): QueryError {
  const match = RPC_ERROR.exec(response.log);
  const named = match === null ? undefined : STATUS_OF_NAME.get(match[1] ?? "");
  if (named !== undefined) return new QueryError(named, unwrapDescription(match?.[2] ?? "", named));
  if (response.codespace !== "sdk") return new QueryError(GRPC_STATUS.UNKNOWN, response.log);
  if (response.code === ErrUnknownRequest.code && response.log.startsWith(UNKNOWN_PATH_LOG)) {
    return new QueryError(GRPC_STATUS.UNIMPLEMENTED, response.log);
  }
  return new QueryError(STATUS_OF_CODE.get(response.code) ?? GRPC_STATUS.UNKNOWN, response.log);
}

/** The ABCI code, codespace and log of a refused query. */
export function responseOfRefusal(refusal: QueryError): { code: number; codespace: string; log: string } {
  const kind = KIND_OF_STATUS.get(refusal.status) ?? ErrUnknownRequest;
  return { code: kind.code, codespace: kind.codespace, log: `${refusal.rpcText}: ${kind.text}` };
}

/**
 * The refusal that an error thrown by a service stands for. A ChainError is Unknown with its text, as a Go handler's
 * error is that carries no status, except where its code says more. Errors that nobody foresaw do not show their text.
 */
export function refusalOfError(error: unknown): QueryError {
  if (error instanceof QueryError) return error;
  if (error instanceof ChainError) {
    const status = error.codespace === "sdk" ? STATUS_OF_CODE.get(error.code) : undefined;
    return new QueryError(status ?? GRPC_STATUS.UNKNOWN, error.message);
  }
  const unavailable = UNAVAILABLE_TEXTS.get(codeOf(error));
  if (unavailable !== undefined) return new QueryError(GRPC_STATUS.UNAVAILABLE, unavailable);
  return new QueryError(GRPC_STATUS.INTERNAL, "internal error");
}

/** Errors of the node that drives the application, by code: it is not there now. */
const UNAVAILABLE_TEXTS: ReadonlyMap<unknown, string> = new Map([
  ["node_stopped", "the node has stopped"],
  ["comet_unreachable", "CometBFT does not answer"],
]);

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
