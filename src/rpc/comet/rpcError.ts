// JSON-RPC errors as CometBFT answers them (rpc/jsonrpc/types/types.go v0.38): the text that matters is in `data`.

/** Codes of JSON-RPC 2.0, and CometBFT's for a subscription that ends by itself. */
export const RPC_CODE = Object.freeze({
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  server: -32000,
});

/** A refused request. */
export class RpcError extends Error {
  readonly code: number;
  /** Why; empty when the message says all. */
  readonly data: string;

  constructor(code: number, message: string, data = "") {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }
}

/** The request is not JSON, or not shaped as a request. */
export function parseError(reason: string): RpcError {
  return new RpcError(RPC_CODE.parse, "Parse error. Invalid JSON", `error unmarshaling request: ${reason}`);
}

/** The request as a whole cannot be served. */
export function invalidRequest(reason: string): RpcError {
  return new RpcError(RPC_CODE.invalidRequest, "Invalid Request", reason);
}

/** There is no such method, or not over this transport. */
export function methodNotFound(): RpcError {
  return new RpcError(RPC_CODE.methodNotFound, "Method not found");
}

/** Parameters that do not fit the method. */
export function invalidParams(reason: string): RpcError {
  return new RpcError(RPC_CODE.invalidParams, "Invalid params", reason);
}

/** A handler's refusal. */
export function refused(reason: string): RpcError {
  return new RpcError(RPC_CODE.internal, "Internal error", reason);
}

/** The end of a subscription that the client did not ask for. */
export function subscriptionCanceled(reason: string): RpcError {
  return new RpcError(RPC_CODE.server, "Server error", `subscription was canceled (reason: ${reason})`);
}
