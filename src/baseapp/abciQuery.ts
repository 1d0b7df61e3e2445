// Answers ABCI queries (cosmos-sdk v0.53 baseapp/abci.go Query): gRPC paths through the modules' handlers, store paths
// with proofs. Never throws: refusals are codes and logs that clients match on.

import { ResponseQuery } from "../../gen/tendermint/abci/types.ts";
import { ChainError, type ErrorKind } from "../codec/chainError.ts";
import {
  ErrInvalidHeight,
  ErrInvalidRequest,
  ErrKeyNotFound,
  ErrNotFound,
  ErrUnauthorized,
  ErrUnknownRequest,
} from "../codec/sdkErrors.ts";
import type { CommitMultiStore } from "../store/multiStore.ts";
import { VersionNotAvailableError } from "../store/nodeTree.ts";
import { GRPC_STATUS, QueryError } from "./queryError.ts";

/** A refused query as ABCI answers it. */
export function refuseQuery(error: ChainError, height: number): ResponseQuery {
  return ResponseQuery.fromPartial({
    code: error.code,
    codespace: error.codespace,
    log: error.message,
    height: BigInt(height),
  });
}

/** gRPC status to error kind (gRPCErrorToSDKError). */
function kindOf(status: number): ErrorKind {
  switch (status) {
    case GRPC_STATUS.NOT_FOUND:
      return ErrKeyNotFound;
    case GRPC_STATUS.INVALID_ARGUMENT:
    case GRPC_STATUS.FAILED_PRECONDITION:
      return ErrInvalidRequest;
    case GRPC_STATUS.UNAUTHENTICATED:
      return ErrUnauthorized;
    default:
      return ErrUnknownRequest;
  }
}

/** Whatever a query handler threw, as the error that clients get. */
export function queryFailure(thrown: unknown): ChainError {
  if (thrown instanceof QueryError) return new ChainError(kindOf(thrown.status), thrown.rpcText);
  if (thrown instanceof ChainError) return thrown;
  if (thrown instanceof VersionNotAvailableError) {
    const { version, message } = thrown;
    return new ChainError(ErrNotFound, `failed to load state at height ${version}; version does not exist: ${message}`);
  }
  return new ChainError(ErrInvalidRequest, thrown instanceof Error ? thrown.message : String(thrown));
}

/** Refuses heights that are not there. 0 is the last one. */
export function checkQueryHeight(height: bigint, latest: number): number {
  if (height < 0n) {
    throw new ChainError(ErrInvalidHeight, "cannot query with height < 0; please provide a valid height");
  }
  if (height > BigInt(latest)) {
    throw new ChainError(ErrInvalidHeight, "cannot query with height in the future; please provide a valid height");
  }
  return height === 0n ? latest : Number(height);
}

/** `/store/<name>/key`: the raw value of a key, with its proof when asked for. */
export function queryStore(
  stores: CommitMultiStore,
  request: { readonly path: string; readonly data: Uint8Array; readonly height: number; readonly prove: boolean },
): ResponseQuery {
  const [, , name = "", kind = ""] = request.path.split("/");
  if (!stores.names.includes(name)) throw new ChainError(ErrUnknownRequest, `no such store: ${name}`);
  if (kind !== "key") throw new ChainError(ErrUnknownRequest, `unexpected query path: ${request.path}`);
  if (request.data.length === 0) throw new ChainError(ErrInvalidRequest, "query cannot be zero length");
  const height = BigInt(request.height);
  if (!request.prove) {
    const value = stores.at(request.height).store(name).get(request.data);
    return ResponseQuery.fromPartial({ key: request.data, value: value ?? new Uint8Array(0), height });
  }
  const { value, ops } = stores.prove(name, request.data, request.height);
  return ResponseQuery.fromPartial({
    key: request.data,
    value: value ?? new Uint8Array(0),
    proofOps: { ops: ops.map(({ type, key, data }) => ({ type, key, data })) },
    height,
  });
}
