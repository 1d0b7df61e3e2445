// The target of an HTTP request, decoded: path segments and query parameters.

import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { PATH_SEGMENTS_MAX } from "./pathTemplate.ts";

/** Longest request target, in characters. */
export const URL_LENGTH_MAX = 8_192;

/** Query parameters of one request. */
export const QUERY_PARAMETERS_MAX = 100;

/** A decoded request target. */
export interface RequestUrl {
  /** What stands between the slashes, each segment decoded by itself: an escaped slash stays within its segment. */
  readonly segments: readonly string[];
  /** Values by name, in the order in which they were sent. */
  readonly parameters: ReadonlyMap<string, readonly string[]>;
}

/** Decodes `/a/b?c=d`. Throws QueryError InvalidArgument on a malformed or too long target. */
export function parseRequestUrl(target: string): RequestUrl {
  if (target.length > URL_LENGTH_MAX) throw invalid(`URL is longer than ${URL_LENGTH_MAX} characters`);
  if (!target.startsWith("/")) throw invalid("URL does not begin with a slash");
  const withoutFragment = target.split("#", 1)[0] ?? "";
  const mark = withoutFragment.indexOf("?");
  const path = mark < 0 ? withoutFragment : withoutFragment.slice(0, mark);
  const segments = path.slice(1).split("/");
  if (segments.length > PATH_SEGMENTS_MAX) throw invalid(`path has more than ${PATH_SEGMENTS_MAX} segments`);
  return {
    segments: segments.map((segment) => decode(segment)),
    parameters: mark < 0 ? new Map() : parseQuery(withoutFragment.slice(mark + 1)),
  };
}

function parseQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const parts = text.split("&").filter((part) => part !== "");
  if (parts.length > QUERY_PARAMETERS_MAX) throw invalid(`query has more than ${QUERY_PARAMETERS_MAX} parameters`);
  const parameters = new Map<string, string[]>();
  for (const part of parts) {
    const equals = part.indexOf("=");
    const plain = part.replaceAll("+", " ");
    const name = decode(equals < 0 ? plain : plain.slice(0, equals));
    const values = parameters.get(name) ?? [];
    values.push(equals < 0 ? "" : decode(plain.slice(equals + 1)));
    parameters.set(name, values);
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("URL has a malformed percent escape");
  }
}

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}
