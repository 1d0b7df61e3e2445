// Validators for every answer to a GET that a client may keep: the same bytes, the same tag.

import type { FastifyReply, FastifyRequest } from "fastify";
import { toBase64, utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { GatewayApp } from "./routeModule.ts";

const TAG_LENGTH = 22;

/** The validator of an answer. */
export function tagOf(payload: string): string {
  return `"${toBase64(sha256(utf8(payload))).slice(0, TAG_LENGTH)}"`;
}

/** Whether a client has these bytes already; a weak tag of a proxy counts. */
function isKnown({ headers }: FastifyRequest, tag: string): boolean {
  const known = headers["if-none-match"];
  if (known === undefined) return false;
  return known.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === tag);
}

/**
 * Adds `ETag` to answers of GET that have none, answers 304 where the client has them, and says who may keep them: what was answered for
 * a key is that client's alone, and is asked for again each time.
 */
export function addCaching(app: GatewayApp): void {
  app.addHook("onSend", async (request, reply: FastifyReply, payload) => {
    if (request.method !== "GET" && request.method !== "HEAD") return payload;
    if (!reply.hasHeader("cache-control")) {
      const isPrivate = request.routeOptions.config.scope !== undefined;
      void reply.header("cache-control", reply.statusCode === 200 && isPrivate ? "private, no-cache" : "no-store");
    }
    if (reply.statusCode !== 200 || typeof payload !== "string") return payload;
    void reply.header("vary", [reply.getHeader("vary"), "Authorization"].filter(Boolean).join(", "));
    const known = reply.getHeader("etag");
    const tag = typeof known === "string" ? known : tagOf(payload);
    void reply.header("etag", tag);
    if (!isKnown(request, tag)) return payload;
    void reply.code(304);
    return null;
  });
}
