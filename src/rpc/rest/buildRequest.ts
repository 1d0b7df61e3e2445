// The request message of a route, from the path, the query and the body (grpc-gateway v1: a body of `*` takes the whole
// message and the query is not read; a body of a field takes that field; without a body the query fills the rest).

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { fromUtf8 } from "../../codec/bytes.ts";
import { messageOf } from "../../codec/errorText.ts";
import { type JsonValue, jsonToMessage } from "../../codec/protoJson.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { setFieldPath } from "./fieldPath.ts";
import type { Route, RouteMatch } from "./routes.ts";

/** What a request brings besides its path. */
export interface RequestParts {
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
}

/** The encoded request message. Throws QueryError InvalidArgument. */
export function buildRequest(registry: TypeRegistry, match: RouteMatch, parts: RequestParts): Uint8Array {
  const { route, variables } = match;
  const encoded = route.rule.body === "" ? new Uint8Array() : bodyMessage(registry, route, parts.body);
  const message = reflect(route.input, fromBinary(route.input, encoded));
  if (route.rule.body !== "*") {
    for (const [name, texts] of parts.parameters) {
      if (!isBound(route, variables, name)) setFieldPath(message, name, texts);
    }
  }
  for (const [field, text] of variables) setFieldPath(message, field, [text]);
  return toBinary(route.input, message.message);
}

/** Whether the path or the body has the last word on a parameter's field, or on a field around it. */
function isBound(route: Route, variables: ReadonlyMap<string, string>, name: string): boolean {
  const owners = [...variables.keys(), ...(route.rule.body === "" ? [] : [route.rule.body])];
  return owners.some((owner) => name === owner || name.startsWith(`${owner}.`));
}

function bodyMessage(registry: TypeRegistry, route: Route, body: Uint8Array): Uint8Array {
  if (body.length === 0) return new Uint8Array();
  const json = parseJson(body);
  const whole = route.rule.body === "*" ? json : { [route.rule.body]: json };
  try {
    return jsonToMessage(registry, route.input.typeName, whole);
  } catch (cause) {
    throw invalid(messageOf(cause));
  }
}

function parseJson(body: Uint8Array): JsonValue {
  try {
    // JSON.parse gives nothing but JSON values.
    return JSON.parse(fromUtf8(body)) as JsonValue;
  } catch (cause) {
    throw invalid(`body is not JSON: ${messageOf(cause).slice(0, 100)}`);
  }
}

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}
