// Protobuf events as ABCI events (cosmos-sdk v0.53 types/events.go, TypedEventToEvent).

import type { Event } from "../../gen/tendermint/abci/types.ts";
import { type FieldValue, readMessage } from "./dynamicMessage.ts";
import { escapeAsGo } from "./goJson.ts";
import type { MessageCodec } from "./message.ts";
import type { FieldPlan } from "./messagePlan.ts";
import { fieldJson } from "./protoJson.ts";
import { TypeRegistry } from "./registry.ts";

/** Events have no registry of their own application: every type in `gen/` is known. Built at the first event. */
let registry: TypeRegistry | undefined;

/** The fields of an event type, by name in byte order. */
const sortedFields = new Map<string, readonly FieldPlan[]>();

/** Events in Go are made of empty byte strings, not of absent ones, which would be null. */
const NO_BYTES = '""';

function attributeText(types: TypeRegistry, field: FieldPlan, value: FieldValue): string {
  if (value === undefined && field.kind === "bytes" && !field.repeated) return NO_BYTES;
  return escapeAsGo(JSON.stringify(fieldJson(types, field, value, 0)));
}

/**
 * An event whose type is the message's full name; each field is an attribute, sorted by name, whose value is the JSON
 * text of the field as Go writes it: strings in quotes, 64-bit integers too. All attributes are indexed.
 */
export function typedEvent<T>(codec: MessageCodec<T>, message: T): Event {
  registry ??= new TypeRegistry();
  const plan = registry.plan(codec.$type);
  if (plan === undefined) throw new Error(`no descriptor of event ${codec.$type}`);
  const { values } = readMessage(plan, codec.encode(message).finish());
  let fields = sortedFields.get(codec.$type);
  if (fields === undefined) {
    fields = [...plan.fields].sort((a, b) => (a.name < b.name ? -1 : 1));
    sortedFields.set(codec.$type, fields);
  }
  const attributes = [];
  for (const field of fields) {
    const value = values[field.index];
    if (value === undefined && field.oneof !== undefined) continue;
    attributes.push({ key: field.name, value: attributeText(registry, field, value), index: true });
  }
  return { type: codec.$type, attributes };
}
