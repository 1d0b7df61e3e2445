// Refusals of queries, with the gRPC status that clients see (google.golang.org/grpc/codes).

/** The gRPC status codes that queries use. */
export const GRPC_STATUS = Object.freeze({
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
});

const NAMES: Readonly<Record<number, string>> = {
  2: "Unknown",
  3: "InvalidArgument",
  5: "NotFound",
  9: "FailedPrecondition",
  12: "Unimplemented",
  13: "Internal",
  14: "Unavailable",
  16: "Unauthenticated",
};

/** A query that is refused. Over abci_query its log is `rpc error: code = NotFound desc = …: key not found`. */
export class QueryError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "QueryError";
    this.status = status;
  }

  /** `rpc error: code = NotFound desc = <message>`, the text of a Go gRPC status error. */
  get rpcText(): string {
    return `rpc error: code = ${NAMES[this.status] ?? "Unknown"} desc = ${this.message}`;
  }
}
