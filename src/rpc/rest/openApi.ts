// An OpenAPI 3 document of the routes, made from the descriptors.

import { type DescEnum, type DescField, type DescMessage, type JsonObject, ScalarType } from "@bufbuild/protobuf";
import type { Route } from "./routes.ts";

/** Nesting of query parameters that is spelled out: `pagination.limit` has depth 2. */
const PARAMETER_DEPTH_MAX = 3;

const ERROR_SCHEMA = {
  type: "object",
  properties: {
    code: { type: "integer", format: "int32", description: "gRPC status" },
    message: { type: "string" },
    details: { type: "array", items: { $ref: "#/components/schemas/google.protobuf.Any" } },
  },
};

/** Message types whose JSON is not an object of their fields. */
const WELL_KNOWN: Readonly<Record<string, JsonObject>> = {
  "google.protobuf.Any": { type: "object", properties: { "@type": { type: "string" } }, additionalProperties: true },
  "google.protobuf.Timestamp": { type: "string", format: "date-time" },
  "google.protobuf.Duration": { type: "string" },
};

/** The document. Every message that a route reaches is a schema under its full name. */
export function createOpenApi(routes: readonly Route[], version: string): JsonObject {
  const schemas = new Map<string, JsonObject>([["google.protobuf.Any", WELL_KNOWN["google.protobuf.Any"] ?? {}]]);
  const paths: Record<string, JsonObject> = {};
  const pathsByShape = new Map<string, string>();
  for (const route of routes) {
    const path = route.rule.path.replace(/\{([^=}]+)=[^}]*\}/g, "{$1}");
    // Two annotations may share a path and differ in their variables only, which OpenAPI does not allow: the first stands
    // for both.
    const shape = path.replace(/\{[^}]*\}/g, "{}");
    const first = pathsByShape.get(shape) ?? path;
    if (first !== path) continue;
    pathsByShape.set(shape, path);
    const operations = paths[path] ?? {};
    operations[route.rule.verb.toLowerCase()] ??= operationOf(route, schemas);
    paths[path] = operations;
  }
  return {
    openapi: "3.0.3",
    info: { title: "stateset", version, description: "Queries and transactions of a node, as JSON over HTTP." },
    paths,
    components: { schemas: { ...Object.fromEntries(schemas), Error: ERROR_SCHEMA } },
  };
}

function operationOf(route: Route, schemas: Map<string, JsonObject>): JsonObject {
  const { service, method, rule, template, input, output } = route;
  const inPath = new Set(template.variables.map((variable) => variable.field));
  const parameters = [...inPath].map((name) => pathParameter(input, name));
  if (rule.body !== "*")
    parameters.push(...queryParameters(input, "", 1).filter(({ name }) => !inPath.has(String(name))));
  return {
    operationId: `${service.name}.${method.name}`,
    tags: [service.name],
    parameters,
    ...(rule.body === "" ? {} : { requestBody: { required: true, content: jsonContent(bodySchema(route, schemas)) } }),
    responses: {
      "200": { description: "The answer.", content: jsonContent(messageSchema(output, schemas)) },
      default: { description: "A refusal.", content: jsonContent({ $ref: "#/components/schemas/Error" }) },
    },
  };
}

function bodySchema({ rule, input }: Route, schemas: Map<string, JsonObject>): JsonObject {
  const field = input.fields.find((candidate) => candidate.name === rule.body);
  return field === undefined ? messageSchema(input, schemas) : fieldSchema(field, schemas);
}

function jsonContent(schema: JsonObject): JsonObject {
  return { "application/json": { schema } };
}

function pathParameter(input: DescMessage, name: string): JsonObject {
  const field = input.fields.find((candidate) => candidate.name === name);
  const schema = field?.fieldKind === "scalar" ? scalarSchema(field.scalar) : { type: "string" };
  return { name, in: "path", required: true, schema };
}

/** A parameter for each field that has a text form, with nested ones under `outer.inner`. */
function queryParameters(message: DescMessage, prefix: string, depth: number): JsonObject[] {
  const parameters: JsonObject[] = [];
  for (const field of message.fields) {
    const name = `${prefix}${field.name}`;
    if (field.fieldKind === "message" && WELL_KNOWN[field.message.typeName] === undefined) {
      if (depth < PARAMETER_DEPTH_MAX) parameters.push(...queryParameters(field.message, `${name}.`, depth + 1));
      continue;
    }
    const schema = parameterSchema(field);
    if (schema !== undefined) parameters.push({ name, in: "query", schema });
  }
  return parameters;
}

/** The schema of a field in a query; undefined for fields that have no text form. */
function parameterSchema(field: DescField): JsonObject | undefined {
  if (field.fieldKind === "message") {
    return field.message.typeName === "google.protobuf.Any" ? undefined : WELL_KNOWN[field.message.typeName];
  }
  if (field.fieldKind === "map" || (field.fieldKind === "list" && field.listKind === "message")) return undefined;
  // Nothing of what is left refers to a schema of its own.
  return fieldSchema(field, new Map());
}

/** A reference to the message's schema, which is added with all that it holds when it is not there yet. */
function messageSchema(message: DescMessage, schemas: Map<string, JsonObject>): JsonObject {
  const reference = { $ref: `#/components/schemas/${message.typeName}` };
  if (schemas.has(message.typeName)) return reference;
  const properties: Record<string, JsonObject> = {};
  const schema: JsonObject = WELL_KNOWN[message.typeName] ?? { type: "object", properties };
  // Entered before its fields are looked at: messages may hold themselves.
  schemas.set(message.typeName, schema);
  if (WELL_KNOWN[message.typeName] === undefined) {
    for (const field of message.fields) properties[field.name] = fieldSchema(field, schemas);
  }
  return reference;
}

function fieldSchema(field: DescField, schemas: Map<string, JsonObject>): JsonObject {
  switch (field.fieldKind) {
    case "scalar":
      return scalarSchema(field.scalar);
    case "enum":
      return enumSchema(field.enum);
    case "message":
      return messageSchema(field.message, schemas);
    case "list":
      return { type: "array", items: elementSchema(field.listKind, field, schemas) };
    case "map":
      return { type: "object", additionalProperties: elementSchema(field.mapKind, field, schemas) };
  }
}

function elementSchema(
  kind: "scalar" | "enum" | "message",
  field: DescField & { fieldKind: "list" | "map" },
  schemas: Map<string, JsonObject>,
): JsonObject {
  if (kind === "message" && field.message !== undefined) return messageSchema(field.message, schemas);
  if (kind === "enum" && field.enum !== undefined) return enumSchema(field.enum);
  return scalarSchema(field.scalar ?? ScalarType.STRING);
}

function enumSchema(type: DescEnum): JsonObject {
  return { type: "string", enum: type.values.map((value) => value.name) };
}

/** 64-bit integers are text in proto JSON: JavaScript's numbers cannot hold them. */
function scalarSchema(type: ScalarType): JsonObject {
  switch (type) {
    case ScalarType.BOOL:
      return { type: "boolean" };
    case ScalarType.BYTES:
      return { type: "string", format: "byte" };
    case ScalarType.STRING:
      return { type: "string" };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: "number" };
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return { type: "string", format: "int64" };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { type: "string", format: "uint64" };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: "integer", format: "int64" };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: "integer", format: "int32" };
  }
}
