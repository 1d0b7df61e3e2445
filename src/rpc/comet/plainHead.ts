// The head of a request in the one form that nearly all programs send: a POST to / with the length of its body. What this
// takes for plain is a valid HTTP/1.1 head (RFC 9112) that can be understood in one way only, and whose headers but the
// length mean nothing to the server. All else is for a whole HTTP parser to judge.

/** What stands between the lines of a head, and behind the last one. */
const LINE_END = "\r\n";
const REQUEST_LINE = "POST / HTTP/1.1";
/** Longest head that is taken for plain, in characters; longer ones are rare. */
export const PLAIN_HEAD_MAX = 2_048;

/**
 * A header line: a token, a colon, and visible ASCII characters, spaces and tabs. Each character fits in one place only, so
 * that a line that does not fit is found out in one pass.
 */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e]*)$/;
const LENGTH = /^(?:0|[1-9][0-9]{0,9})$/;

/**
 * Headers that a request may have and that change nothing. One of a name that is not here is not plain, so that whatever
 * has a meaning in some version of HTTP, or to a proxy, is left to the whole parser.
 */
const NEUTRAL: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "content-type",
  "pragma",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "traceparent",
  "tracestate",
  "user-agent",
]);

/** The bytes of the body that follows a head, which ends with an empty line; undefined when the head is not plain. */
export function bodyBytesOfPlainHead(head: string): number | undefined {
  if (head.length > PLAIN_HEAD_MAX || !head.endsWith(LINE_END + LINE_END)) return undefined;
  const [requestLine, ...lines] = head.slice(0, -2 * LINE_END.length).split(LINE_END);
  if (requestLine !== REQUEST_LINE) return undefined;
  let bodyBytes: number | undefined;
  let hosts = 0;
  for (const line of lines) {
    const match = HEADER_LINE.exec(line);
    if (match === null) return undefined;
    const name = match[1]!.toLowerCase();
    const value = match[2]!.trim();
    if (name === "content-length") {
      if (bodyBytes !== undefined || !LENGTH.test(value)) return undefined;
      bodyBytes = Number(value);
    } else if (name === "host") hosts += 1;
    else if (name === "connection") {
      if (value.toLowerCase() !== "keep-alive") return undefined;
    } else if (!NEUTRAL.has(name)) return undefined;
  }
  return hosts === 1 ? bodyBytes : undefined;
}
