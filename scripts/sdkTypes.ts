// Writes src/sdk/api/types.ts from the gateway's OpenAPI document: a type for each component, body, query and answer, and
// a table of all operations. `npx tsx scripts/sdkTypes.ts` writes; `npm run check` compares.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { compile } from "json-schema-to-typescript";
import { migrate } from "../src/gateway/sql/migrate.ts";
import { openPglite } from "../src/gateway/sql/pgliteDatabase.ts";
import { testGateway } from "../src/gateway/testing/testGateway.ts";

const FILE = "src/sdk/api/types.ts";
const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const HEADER = `// Made from the gateway's OpenAPI document by scripts/sdkTypes.ts. Not to be edited.`;

type Schema = Readonly<Record<string, unknown>>;

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
  readonly description?: string;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses?: Readonly<Record<string, Content>>;
}

/** As much of an OpenAPI 3.1 document as types are made of. */
export interface OpenApiDocument {
  readonly paths?: Readonly<Record<string, Readonly<Partial<Record<(typeof METHODS)[number], Operation>>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** The gateway's own document. */
export async function gatewayDocument(): Promise<OpenApiDocument> {
  const database = await openPglite();
  await migrate(database);
  const gateway = await testGateway({ database });
  try {
    // What the plugin makes is checked as a document by the gateway's own tests.
    return gateway.app.swagger() as OpenApiDocument;
  } finally {
    await gateway.close();
    await database.close();
  }
}

function pascal(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** The JSON of a body or an answer; undefined where there is none. */
function jsonSchema(content: Content | undefined): Schema | undefined {
  return Object.entries(content?.content ?? {}).find(([type]) => type.startsWith("application/json"))?.[1].schema;
}

/** An object that may be null, as a union, of which the compiler makes the type that is meant; undefined for all others. */
function nullableObject(schema: Schema): Schema | undefined {
  const { type, description, ...rest } = schema;
  if (!Array.isArray(type) || !type.includes("object") || !type.includes("null")) return undefined;
  return { description, anyOf: [{ ...rest, type: "object" }, { type: "null" }] };
}

/** Components are definitions here, and what a schema says about its own name is not its type's name. */
function localSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(localSchema);
  if (typeof value !== "object" || value === null) return value;
  const nullable = nullableObject(value as Schema);
  if (nullable !== undefined) return localSchema(nullable);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => !(key === "title" && typeof each === "string") && key !== "$id")
      .map(([key, each]) => [
        key,
        key === "$ref" && typeof each === "string"
          ? each.replace("#/components/schemas/", "#/definitions/").replace(/#$/, "")
          : localSchema(each),
      ]),
  );
}

function parametersOf(parameters: readonly Parameter[], place: string): Schema | undefined {
  const chosen = parameters.filter((each) => each.in === place);
  if (chosen.length === 0) return undefined;
  const properties = chosen.map(({ name, schema = {}, description }) => [
    name,
    description === undefined ? schema : { ...schema, description },
  ]);
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(properties),
    required: chosen.filter(({ required }) => required === true).map(({ name }) => name),
  };
}

/** One operation, as it stands in the table. */
interface Entry {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string | undefined;
  /** Schemas by the end of their name. */
  readonly schemas: Readonly<Record<"Params" | "Query" | "Body" | "Response", Schema | undefined>>;
  /** Schemas whose value may be left out. */
  readonly optional: ReadonlySet<string>;
}

function entryOf(path: string, method: string, operation: Operation): Entry {
  const { operationId, parameters = [], requestBody, responses = {}, summary } = operation;
  if (operationId === undefined) throw new Error(`${method} ${path} has no operationId`);
  const answer = ["200", "201", "202"]
    .map((status) => jsonSchema(responses[status]))
    .find((schema) => schema !== undefined);
  const query = parametersOf(parameters, "query");
  const optional = new Set<string>();
  if ((query?.["required"] as readonly string[] | undefined)?.length === 0) optional.add("Query");
  const body = jsonSchema(requestBody);
  const isOptional = body !== undefined && nullableObject(body) !== undefined;
  if (requestBody?.required !== true || isOptional) optional.add("Body");
  const schemas = {
    Params: parametersOf(parameters, "path"),
    Query: query,
    // A client that has nothing to say leaves the body out.
    Body: isOptional ? { ...body, type: "object" } : body,
    Response: answer,
  };
  return { id: operationId, method: method.toUpperCase(), path, summary, schemas, optional };
}

function entriesOf(document: OpenApiDocument): readonly Entry[] {
  return Object.entries(document.paths ?? {})
    .flatMap(([path, methods]) =>
      METHODS.flatMap((method) => {
        const operation = methods[method];
        return operation === undefined ? [] : [entryOf(path, method, operation)];
      }),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The name of a type: a component's own, or that of its operation. */
function typeName(id: string, part: string, schema: Schema): string {
  const reference = schema["$ref"];
  return typeof reference === "string" ? reference.replace(/^.*\/|#$/g, "") : `${pascal(id)}${part}`;
}

function tableOf(entries: readonly Entry[]): string {
  const types = entries.map(({ id, summary, schemas, optional }) => {
    const field = (part: keyof Entry["schemas"], name: string) => {
      const schema = schemas[part];
      if (schema === undefined) return `readonly ${name}?: undefined;`;
      return `readonly ${name}${optional.has(part) ? "?" : ""}: ${typeName(id, part, schema)};`;
    };
    const response = schemas.Response === undefined ? "undefined" : typeName(id, "Response", schemas.Response);
    const request = [field("Params", "params"), field("Query", "query"), field("Body", "body")].join(" ");
    return `/** ${summary ?? id} */\n${id}: { readonly request: { ${request} }; readonly response: ${response} };`;
  });
  const rows = entries.map(({ id, method, path }) => `${id}: { method: "${method}", path: "${path}" },`);
  return [
    `/** What each operation is asked with and answers. */\nexport interface Operations {\n${types.join("\n")}\n}`,
    `/** Where each operation is. */\nexport const OPERATIONS = {\n${rows.join("\n")}\n} as const;`,
  ].join("\n\n");
}

function formatted(source: string): string {
  const done = spawnSync("node_modules/.bin/biome", ["format", `--stdin-file-path=${FILE}`], {
    encoding: "utf8",
    input: source,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) throw new Error(`biome: ${done.stderr}`);
  return done.stdout;
}

/** The types of a document. */
export async function sdkTypes(document: OpenApiDocument): Promise<string> {
  const entries = entriesOf(document);
  const definitions: Record<string, unknown> = { ...document.components?.schemas };
  for (const { id, schemas } of entries) {
    for (const [part, schema] of Object.entries(schemas)) {
      if (schema !== undefined && !("$ref" in schema)) definitions[typeName(id, part, schema)] = schema;
    }
  }
  const names = Object.keys(definitions);
  const root = {
    type: "object",
    additionalProperties: false,
    definitions: localSchema(definitions),
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/definitions/${name}` }])),
  };
  const compiled = await compile(root as never, "AllTypes", {
    bannerComment: "",
    format: false,
    ignoreMinAndMaxItems: true,
    additionalProperties: false,
  });
  const types = compiled
    // The root only holds the others together.
    .replace(/export interface AllTypes \{[\s\S]*?\n\}\n/, "")
    // An interface without fields would be anything at all.
    .replace(/export interface (\w+) \{\s*\}/g, "export type $1 = Record<string, never>;");
  return formatted(`${HEADER}\n\n${types}\n${tableOf(entries)}\n`);
}

/** What is stale, for `npm run check`; empty when the types are fresh. */
export async function sdkTypesProblems(): Promise<string> {
  const expected = await sdkTypes(await gatewayDocument());
  return readFileSync(FILE, "utf8") === expected ? "" : `${FILE} is stale: run \`npx tsx scripts/sdkTypes.ts\``;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(FILE, await sdkTypes(await gatewayDocument()));
}
