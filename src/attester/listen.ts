// HTTP servers of the attester: bounded in size, time and connections.

import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { errorBody } from "./irisAnswers.ts";

/** Bodies are not needed, or are small. */
const BODY_BYTES_MAX = 16 * 1024;
/** Longest part of a path: `0x` and a hash have 66. */
const PARAM_LENGTH_MAX = 128;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 1_000;

/** Where a server listens. Port 0 picks a free one. */
export interface ListenOptions {
  /** Loopback when left out. */
  readonly host?: string | undefined;
  readonly port: number;
}

/** An answer that is none of the good ones. */
export class HttpError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.name = "HttpError";
    this.statusCode = statusCode;
  }
}

/** A port that cannot be had. */
export class ListenError extends Error {
  readonly code = "cannot_listen";

  constructor(host: string, port: number, cause: unknown) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    super(`cannot listen on ${host}:${port}: ${reason === "EADDRINUSE" ? "somebody else does" : reason}`, { cause });
    this.name = "ListenError";
  }
}

/** A server that answers errors in the service's shape. `onInternalError` is told of those that are ours. */
export function createHttp(onInternalError: (error: Error) => void): FastifyInstance {
  const http = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: 2 * REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    // Before a route is found: what was asked for is not repeated.
    frameworkErrors: ({ statusCode = 400 }, _request, reply) => {
      // No route was found, so the reply has none of the types that a route would give it.
      (reply as FastifyReply).code(statusCode).send(errorBody(statusCode, "Malformed request"));
    },
  });
  http.server.maxConnections = CONNECTIONS_MAX;
  http.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody(404, "Not found.")));
  http.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) onInternalError(error);
    return reply.code(status).send(errorBody(status, status >= 500 ? "Internal server error" : error.message));
  });
  return http;
}

/** Listens; resolves with the URL. Rejects with ListenError when the port cannot be had. */
export async function listen(http: FastifyInstance, { host = "127.0.0.1", port }: ListenOptions): Promise<string> {
  try {
    return await http.listen({ host, port });
  } catch (cause) {
    throw new ListenError(host, port, cause);
  }
}
