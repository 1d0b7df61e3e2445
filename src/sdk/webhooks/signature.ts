// Checks the signature of a webhook by the Standard Webhooks scheme (standardwebhooks.com, v1): HMAC-SHA256 over
// `id.timestamp.body`. Web Crypto alone, so that it runs in Node, browsers, workers and at the edge.

import { StateSetError } from "../errors.ts";

/** Who sent this is not who has the secret, or it was sent at another time. */
export class WebhookVerificationError extends StateSetError {
  constructor(message: string) {
    super("webhook_verification", message);
  }
}

/** Headers as a server has them: `Headers`, or Node's `request.headers`. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyWebhookOptions {
  /** How many seconds the sender's clock may be away from ours; 300 by default. */
  readonly tolerance?: number;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

const TOLERANCE_SECONDS = 300;
/** Signatures that are looked at: one for each secret while secrets are rotated. */
const SIGNATURES_MAX = 16;
const SECRET_PREFIX = "whsec_";
const SIGNATURE_BYTES = 32;

function header(headers: WebhookHeaders, name: string): string {
  const lookup = (wanted: string) => {
    if (headers instanceof Headers) return headers.get(wanted);
    const entry = Object.entries(headers).find(([each]) => each.toLowerCase() === wanted);
    return Array.isArray(entry?.[1]) ? entry[1][0] : entry?.[1];
  };
  const value = lookup(name);
  if (typeof value !== "string" || value === "") throw new WebhookVerificationError(`the header ${name} is missing`);
  return value;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The bytes of a secret: `whsec_` and base64 as the scheme has it; any other text stands for its UTF-8 bytes. */
function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = secret.startsWith(SECRET_PREFIX)
    ? fromBase64(secret.slice(SECRET_PREFIX.length))
    : new TextEncoder().encode(secret);
  if (bytes === undefined || bytes.length === 0) throw new WebhookVerificationError("the secret is not a secret");
  return bytes;
}

function checkTime(timestamp: string, { tolerance = TOLERANCE_SECONDS, now = Date.now }: VerifyWebhookOptions): void {
  if (!/^[0-9]{1,12}$/.test(timestamp)) throw new WebhookVerificationError("webhook-timestamp is no time");
  const seconds = Math.floor(now() / 1000) - Number(timestamp);
  if (seconds > tolerance) throw new WebhookVerificationError("the webhook is too old");
  if (-seconds > tolerance) throw new WebhookVerificationError("the webhook comes from the future");
}

function signedBytes(id: string, timestamp: string, payload: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const body = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

/**
 * Checks a webhook and gives its parsed body. `payload` must be the body as it came, not parsed and written again. Any one
 * of `secrets` may have signed it, and any one of its signatures counts, so that secrets can be rotated. Signatures are
 * compared in constant time. Rejects with WebhookVerificationError.
 */
export async function verifyWebhook<Payload = unknown>(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  options: VerifyWebhookOptions = {},
): Promise<Payload> {
  const id = header(headers, "webhook-id");
  const timestamp = header(headers, "webhook-timestamp");
  checkTime(timestamp, options);
  const signatures = header(headers, "webhook-signature")
    .split(" ")
    .slice(0, SIGNATURES_MAX)
    .flatMap((each) => (each.startsWith("v1,") ? (fromBase64(each.slice(3)) ?? []) : []))
    .filter((bytes) => bytes.length === SIGNATURE_BYTES);
  const signed = signedBytes(id, timestamp, payload);
  for (const secret of typeof secrets === "string" ? [secrets] : secrets) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", secretBytes(secret), algorithm, false, ["verify"]);
    for (const signature of signatures) {
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return parsed<Payload>(payload);
    }
  }
  throw new WebhookVerificationError("no signature fits");
}

function parsed<Payload>(payload: string | Uint8Array): Payload {
  try {
    // Who has the secret says what is in it.
    return JSON.parse(typeof payload === "string" ? payload : new TextDecoder().decode(payload)) as Payload;
  } catch {
    throw new WebhookVerificationError("the body is signed and is no JSON");
  }
}
