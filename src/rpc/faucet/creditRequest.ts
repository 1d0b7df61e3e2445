// The body of POST /credit, with the refusals and texts of @cosmjs/faucet (packages/faucet/src/api/requestparser.ts).

import { decodeAddress } from "../../codec/address.ts";
import { fromUtf8, toHex } from "../../codec/bytes.ts";

/** A request that is refused with an HTTP status and a text. */
export class HttpError extends Error {
  readonly code = "http_error";
  readonly retryable = false;
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
  }
}

/** A credit that is asked for. */
export interface CreditRequest {
  /** Bech32, as it was sent. */
  readonly address: string;
  /** The address in hex: one text for each address. */
  readonly addressHex: string;
  readonly denom: string;
}

/** Reads the body. Throws HttpError 400. */
export function parseCreditRequest(body: Uint8Array): CreditRequest {
  const json = parseJson(body);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new HttpError(400, "Request body must be a dictionary.");
  }
  const address = requireText(json, "address");
  const denom = requireText(json, "denom");
  try {
    return { address, addressHex: toHex(decodeAddress(address)), denom };
  } catch {
    throw new HttpError(400, "Address is not in the expected format for this chain.");
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(body));
  } catch {
    throw new HttpError(400, "Request body is not JSON.");
  }
}

function requireText(json: object, name: "address" | "denom"): string {
  const value: unknown = Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined;
  if (typeof value !== "string") throw new HttpError(400, `Property '${name}' must be a string.`);
  if (value.length === 0) throw new HttpError(400, `Property '${name}' must not be empty.`);
  return value;
}
