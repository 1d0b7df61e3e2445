// JSON-RPC errors as CometBFT answers them (rpc/jsonrpc/types/types.go v0.38): the text that matters is in `data`.

/** Codes of JSON-RPC 2.0. */
export const RPC_CODE = Object.freeze({
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
});

/** A refused request. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: string;

  constructor(code: number, message: string, data = "") {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }

  /** The error's JSON. */
  toJson(): { code: number; message: string; data?: string } {
    return { code: this.code, message: this.message, ...(this.data === "" ? {} : { data: this.data }) };
  }
}

/** A handler's refusal: `Internal error` with the reason in `data`. */
export function refused(reason: string): RpcError {
  return new RpcError(RPC_CODE.internal, "Internal error", reason);
}

/** Parameters that do not fit the method. */
export function invalidParams(reason: string): RpcError {
  return new RpcError(RPC_CODE.invalidParams, "Invalid params", reason);
}

/** Whatever was thrown, as an RpcError. Errors that nobody foresaw keep their text: there are no secrets in it. */
export function rpcErrorOf(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown;
  return refused(thrown instanceof Error ? thrown.message : String(thrown));
}
