// Headers that an endpoint's owner adds. Their values may be secrets: sealed at rest, never in a log or an answer.

import { Problem } from "../http/problem.ts";

const HEADERS_MAX = 20;
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
const VALUE = /^[\x20-\x7e]{0,1024}$/;

/** What a request is made of, or what says how it travels: not to be set from outside. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  ...[
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
  ],
  ...["host", "http2-settings", "keep-alive", "origin", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"],
  ...["via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"],
  ...["metadata", "metadata-flavor", "x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds"],
]);
const FORBIDDEN_PREFIXES = ["webhook-", "proxy-", "sec-"];

function problemOf(name: string, value: string): string | undefined {
  const lower = name.toLowerCase();
  if (!NAME.test(name)) return "this is no name of a header";
  if (FORBIDDEN.has(lower) || FORBIDDEN_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    return "this header is not to be set";
  }
  return VALUE.test(value) ? undefined : "a value has at most 1024 visible ASCII characters and spaces";
}

/** Throws Problem `invalid_request` that names the header. */
export function requireHeaders(headers: Readonly<Record<string, string>>): void {
  const names = Object.keys(headers);
  if (names.length > HEADERS_MAX) {
    throw new Problem("invalid_request", { detail: `at most ${HEADERS_MAX} headers`, field: "/headers" });
  }
  const isTwice = new Set(names.map((name) => name.toLowerCase())).size !== names.length;
  if (isTwice) throw new Problem("invalid_request", { detail: "a header is set twice", field: "/headers" });
  for (const [name, value] of Object.entries(headers)) {
    const detail = problemOf(name, value);
    const field = `/headers/${name.slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (detail !== undefined) throw new Problem("invalid_request", { detail, field });
  }
}
