// Amino JSON to the proto JSON of the same message: other names, Anys as {type, value}, durations in nanoseconds, keys as
// their bytes. What the values themselves look like is left to `jsonToMessage`.

import { planOfAminoName } from "./aminoNames.ts";
import { durationFromNs, formatDuration } from "./duration.ts";
import type { FieldPlan, MessagePlan } from "./messagePlan.ts";
import { jsonToMessage } from "./protoJson.ts";
import type { TypeRegistry } from "./registry.ts";
import { MESSAGE_DEPTH_MAX } from "./unknownFields.ts";

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** The Any of `{"type":"cosmos-sdk/MsgSend","value":{…}}`. Throws an Error that says what is wrong. */
export function anyFromAminoJson(registry: TypeRegistry, json: unknown): { typeUrl: string; value: Uint8Array } {
  const { "@type": typeUrl, ...content } = anyJson(registry, json, 0);
  const typeName = String(typeUrl).slice(1);
  // What was built from JSON, field by field, is JSON.
  return { typeUrl: String(typeUrl), value: jsonToMessage(registry, typeName, content as never) };
}

function anyJson(registry: TypeRegistry, json: unknown, depth: number): JsonObject {
  if (!isObject(json) || typeof json["type"] !== "string")
    throw new Error("expected an object with a type and a value");
  const plan = planOfAminoName(registry, json["type"]);
  if (plan === undefined) throw new Error(`unrecognized concrete type name ${json["type"].slice(0, 100)}`);
  return { "@type": `/${plan.typeName}`, ...contentJson(registry, plan, json["value"], depth + 1) };
}

function contentJson(registry: TypeRegistry, plan: MessagePlan, json: unknown, depth: number): JsonObject {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
  if (plan.aminoEncoding === "key_field") return { key: json };
  if (!isObject(json)) throw new Error(`${plan.typeName}: expected an object`);
  if (plan.aminoEncoding === "threshold_string") return thresholdJson(registry, json, depth);
  const fields = new Map(plan.fields.map((field) => [field.options.aminoName, field]));
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = fields.get(name);
      if (field === undefined) throw new Error(`${plan.typeName}: unknown field ${name.slice(0, 100)}`);
      return [field.name, fieldJson(registry, field, value, depth)];
    }),
  );
}

function thresholdJson(registry: TypeRegistry, json: JsonObject, depth: number): JsonObject {
  const { threshold, pubkeys } = json;
  if (!Array.isArray(pubkeys)) throw new Error("pubkeys: expected a list");
  return { threshold: Number(threshold), public_keys: pubkeys.map((key) => anyJson(registry, key, depth + 1)) };
}

function fieldJson(registry: TypeRegistry, field: FieldPlan, json: unknown, depth: number): unknown {
  if (json === null || field.kind !== "message") return json;
  if (!field.repeated) return singleJson(registry, field, json, depth);
  if (!Array.isArray(json)) throw new Error(`${field.name}: expected a list`);
  return json.map((item) => singleJson(registry, field, item, depth));
}

function singleJson(registry: TypeRegistry, field: FieldPlan, json: unknown, depth: number): unknown {
  const plan = field.message();
  switch (plan.typeName) {
    case "google.protobuf.Any":
      return anyJson(registry, json, depth + 1);
    case "google.protobuf.Timestamp":
      return json;
    case "google.protobuf.Duration":
      if (typeof json !== "string" || !/^-?[0-9]{1,19}$/.test(json))
        throw new Error(`${field.name}: expected nanoseconds`);
      return formatDuration(durationFromNs(BigInt(json)));
    default:
      return contentJson(registry, plan, json, depth + 1);
  }
}
