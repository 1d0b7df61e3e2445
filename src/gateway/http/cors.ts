// Requests of web pages from other origins (WHATWG Fetch, CORS). What anybody may read, any page may read; what needs an API
// key is for pages of the origins that the operator names. Credentials of the browser (cookies) are never part of it.

import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayApp } from "./routeModule.ts";

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS = [
  ...["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "Min-Height", "Prefer"],
  "Request-Id",
].join(", ");
const ANSWER_HEADERS = [
  ...["Chain-Height", "ETag", "Idempotent-Replayed", "Location", "Preference-Applied", "RateLimit-Limit"],
  ...["RateLimit-Remaining", "RateLimit-Reset", "Request-Id", "Retry-After"],
].join(", ");
/** How long a browser remembers what is allowed, in seconds. */
const REMEMBERED_SECONDS = "600";

/** A text that is no origin of a web page. */
export class OriginError extends Error {
  readonly code = "invalid_origin";

  constructor(text: string) {
    super(`${text}: expected an origin such as https://shop.example, without a path; * is not taken`);
    this.name = "OriginError";
  }
}

/** An origin as browsers send it: `https://shop.example`. Throws OriginError. */
export function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text.toLowerCase();
  if (!isOrigin) throw new OriginError(text);
  return url.origin;
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/** Adds the headers to every answer, also to refusals, and answers what browsers ask before. Comes before other hooks. */
export function addCors(app: GatewayApp, origins: readonly string[]): void {
  const allowed = new Set(origins);
  app.addHook("onRequest", async (request, reply: FastifyReply) => {
    const { origin } = request.headers;
    const { isForAnyPage = false } = request.routeOptions.config;
    if (isForAnyPage) void reply.header("access-control-allow-origin", "*");
    else if (allowed.size > 0) {
      // Caches keep answers to one origin from the others.
      void reply.header("vary", "Origin");
      if (origin === undefined || !allowed.has(origin)) return undefined;
      void reply.header("access-control-allow-origin", origin);
    } else return undefined;
    void reply.header("access-control-expose-headers", ANSWER_HEADERS);
    if (!isPreflight(request)) return undefined;
    return reply
      .code(204)
      .headers({
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": REQUEST_HEADERS,
        "access-control-max-age": REMEMBERED_SECONDS,
      })
      .send();
  });
}
