// Writes src/sdk/chain/aminoFields.ts: what CosmJS's amino converters need to know of our messages, from their
// descriptors. `npx tsx scripts/sdkAmino.ts` writes; `npm run check` compares.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { FieldPlan, MessagePlan } from "../src/codec/messagePlan.ts";
import { TypeRegistry } from "../src/codec/registry.ts";
import type { AminoField, AminoKind } from "../src/sdk/chain/aminoFields.ts";
import { stateSetMessageTypes } from "../src/sdk/chain/registry.ts";

const FILE = "src/sdk/chain/aminoFields.ts";

const HEAD = `// Made from the descriptors by scripts/sdkAmino.ts. Not to be edited.

/** What a single value of a field is. */
export type AminoKind = "bool" | "number" | "int64" | "string" | "bytes" | "timestamp" | "duration" | "dec" | "message";

/** One field of a message. */
export interface AminoField {
  /** In amino's JSON. */
  readonly name: string;
  /** In the generated types. */
  readonly key: string;
  readonly kind: AminoKind;
  readonly repeated?: true;
  /** Type of a message. */
  readonly type?: string;
  /** What is written where there is nothing; left out where nothing is. */
  readonly empty?: string | number | boolean | null | readonly never[];
}
`;

function kindOf({ kind, message, options }: FieldPlan): AminoKind {
  if (options.isDec) return "dec";
  if (kind === "int32" || kind === "enum") return "number";
  if (kind !== "message") return kind;
  const { typeName, aminoEncoding } = message();
  if (typeName === "google.protobuf.Timestamp") return "timestamp";
  if (typeName === "google.protobuf.Duration") return "duration";
  if (typeName.startsWith("google.protobuf.") || aminoEncoding !== undefined) {
    throw new Error(`${typeName}: no converter for this`);
  }
  return "message";
}

/** As the chain writes a field that is empty and must not be left out (x/tx aminojson). */
function emptyOf(field: FieldPlan): AminoField["empty"] {
  if (!field.options.aminoDontOmitEmpty) return undefined;
  if (field.repeated) return field.options.aminoEncoding === "legacy_coins" ? [] : null;
  if (field.kind === "string") return field.options.scalarName === "cosmos.Int" || field.options.isDec ? "0" : "";
  if (field.kind === "bytes" || field.kind === "message") return null;
  if (field.kind === "bool") return false;
  return field.kind === "int64" ? "0" : 0;
}

function fieldOf(field: FieldPlan): AminoField {
  if (field.oneof !== undefined) throw new Error(`${field.name}: no converter for this`);
  const kind = kindOf(field);
  const empty = emptyOf(field);
  return {
    name: field.options.aminoName,
    key: field.localName,
    kind,
    ...(field.repeated ? { repeated: true } : {}),
    ...(kind === "message" ? { type: field.message().typeName } : {}),
    ...(empty === undefined ? {} : { empty }),
  };
}

function formatted(source: string): string {
  const done = spawnSync("node_modules/.bin/biome", ["format", `--stdin-file-path=${FILE}`], {
    encoding: "utf8",
    input: source,
  });
  if (done.status !== 0) throw new Error(`biome: ${done.stderr}`);
  return done.stdout;
}

/** The file as it should be. */
function aminoFieldsFile(): string {
  const registry = new TypeRegistry();
  const messages = new Map<string, readonly AminoField[]>();
  const visit = (plan: MessagePlan): void => {
    if (messages.has(plan.typeName)) return;
    messages.set(plan.typeName, []);
    const fields = plan.fields.map(fieldOf);
    messages.set(plan.typeName, fields);
    plan.fields.forEach((field, index) => {
      if (fields[index]?.kind === "message") visit(field.message());
    });
  };
  const names = stateSetMessageTypes.map(([typeUrl]) => {
    const plan = registry.planOfUrl(typeUrl);
    if (plan === undefined) throw new Error(`no descriptor of ${typeUrl}`);
    visit(plan);
    return [typeUrl, plan.aminoName ?? typeUrl] as const;
  });
  const table = (name: string, type: string, of: object) =>
    `export const ${name}: Readonly<Record<string, ${type}>> = ${JSON.stringify(of)};`;
  return formatted(
    [
      HEAD,
      "/** Amino's names of the messages, by type URL. */",
      table("AMINO_NAMES", "string", Object.fromEntries(names)),
      "\n/** Fields of the messages and of what is in them, by full name. */",
      table("AMINO_MESSAGES", "readonly AminoField[]", Object.fromEntries(messages)),
      "",
    ].join("\n"),
  );
}

/** What is stale, for `npm run check`; empty when the table is fresh. */
export async function sdkAminoProblems(): Promise<string> {
  return readFileSync(FILE, "utf8") === aminoFieldsFile()
    ? ""
    : `${FILE} is stale: run \`npx tsx scripts/sdkAmino.ts\``;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(FILE, aminoFieldsFile());
