// The HTTP status of a gRPC status (grpc-gateway v1 runtime/errors.go HTTPStatusFromCode).

const HTTP_OF_GRPC: readonly number[] = [
  200, // OK
  408, // Canceled
  500, // Unknown
  400, // InvalidArgument
  504, // DeadlineExceeded
  404, // NotFound
  409, // AlreadyExists
  403, // PermissionDenied
  429, // ResourceExhausted
  400, // FailedPrecondition
  409, // Aborted
  400, // OutOfRange
  501, // Unimplemented
  500, // Internal
  503, // Unavailable
  500, // DataLoss
  401, // Unauthenticated
];

/** The HTTP status of a gRPC status; 500 for numbers that are none. */
export function httpStatusOf(grpcStatus: number): number {
  return HTTP_OF_GRPC[grpcStatus] ?? 500;
}
