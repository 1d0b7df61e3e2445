// Links to files: whoever has one may download for a quarter of an hour, without an API key.

import { createHmac, timingSafeEqual } from "node:crypto";

const LIFETIME_SECONDS = 900;

/** What a link carries beside the report's id. */
export interface LinkParts {
  /** Seconds since 1970. */
  readonly expires: number;
  readonly signature: string;
}

function sign(secret: Uint8Array, id: string, expires: number): Buffer {
  return createHmac("sha256", secret).update(`report ${id} ${expires}`).digest();
}

/** A link's parts for a report, from now on. */
export function makeLink(secret: Uint8Array, id: string, nowMs: number): LinkParts {
  const expires = Math.floor(nowMs / 1000) + LIFETIME_SECONDS;
  return { expires, signature: sign(secret, id, expires).toString("base64url") };
}

/** Whether a link was given out for this report, and still holds. Takes as long whatever the signature. */
export function isLinkValid(secret: Uint8Array, id: string, { expires, signature }: LinkParts, nowMs: number): boolean {
  const given = Buffer.from(signature, "base64url");
  const expected = sign(secret, id, expires);
  return given.length === expected.length && timingSafeEqual(given, expected) && nowMs < expires * 1000;
}
