// Signatures by the Standard Webhooks scheme (standardwebhooks.com, v1): HMAC-SHA256 over `id.timestamp.body`.

import { createHmac, randomBytes } from "node:crypto";
import { fromBase64, toBase64, utf8 } from "../../codec/bytes.ts";
import { Problem } from "../http/problem.ts";

const PREFIX = "whsec_";
const GENERATED_BYTES = 32;
/** Of the key behind `whsec_`, as the scheme has it. */
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;
/** A secret of another form stands for its own characters. */
const PLAIN = /^[\x21-\x7e]{16,128}$/;

export function generateSecret(): string {
  return `${PREFIX}${toBase64(randomBytes(GENERATED_BYTES))}`;
}

function refuse(detail: string): Problem {
  return new Problem("invalid_request", { detail, field: "/secret" });
}

/** The key of a secret: `whsec_` and base64, or the bytes of any other text. Throws Problem `invalid_request`. */
export function secretKey(secret: string): Uint8Array {
  if (!secret.startsWith(PREFIX)) {
    if (!PLAIN.test(secret)) throw refuse("a secret is whsec_ and base64, or 16 to 128 visible ASCII characters");
    return utf8(secret);
  }
  const text = secret.slice(PREFIX.length);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) throw refuse("what follows whsec_ is no base64");
  const key = fromBase64(text);
  if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
    throw refuse(`the key behind whsec_ has ${KEY_BYTES_MIN} to ${KEY_BYTES_MAX} bytes`);
  }
  return key;
}

/** What is signed. */
export interface SignedMessage {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

/** The headers of a message: one signature for each secret that is valid now. */
export function signatureHeaders({ id, timestampSeconds, body }: SignedMessage, secrets: readonly string[]) {
  const text = `${id}.${timestampSeconds}.${body}`;
  const signatures = secrets.map((secret) => createHmac("sha256", secretKey(secret)).update(text).digest("base64"));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestampSeconds),
    "webhook-signature": signatures.map((signature) => `v1,${signature}`).join(" "),
  };
}
