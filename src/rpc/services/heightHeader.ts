// The header that names the height a query is answered at, in gRPC metadata and in HTTP
// (cosmos-sdk v0.53 types/grpc/headers.go, baseapp/grpcserver.go).

import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";

/** Both asks for a height and says which one was answered at. */
export const HEIGHT_HEADER = "x-cosmos-block-height";

const HEIGHT_MAX = 2n ** 63n - 1n;

/** The height in a header, 0 for the latest. Throws QueryError InvalidArgument. */
export function parseHeight(text: string): bigint {
  if (/^-[0-9]{1,19}$/.test(text)) {
    throw invalid("cannot query with height < 0; please provide a valid height: invalid request");
  }
  const height = /^[0-9]{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (height === undefined || height > HEIGHT_MAX) throw invalid(`invalid height header "${HEIGHT_HEADER}"`);
  return height;
}

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}
