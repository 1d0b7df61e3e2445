// Protobuf events as ABCI events (cosmos-sdk v0.53 types/events.go, TypedEventToEvent).

import type { Event, EventAttribute } from "../../gen/tendermint/abci/types.ts";
import type { MessageCodec } from "./message.ts";
import { MessageTexts, type TextOf } from "./messageText.ts";
import { TypeRegistry } from "./registry.ts";

/** A field of an event type. */
interface Attribute {
  readonly key: string;
  readonly localName: string;
  readonly isOmittedWhenAbsent: boolean;
  readonly textOf: TextOf;
}

/** Events have no registry of their own application: every type in `gen/` is known. Built at the first event. */
let registry: TypeRegistry | undefined;

/** The fields of an event type, by name in byte order. */
const sortedAttributes = new Map<string, readonly Attribute[]>();

/** Events in Go are made of empty byte strings, not of absent ones, which would be null. */
const NO_BYTES = '""';

function attributesOf(typeName: string): readonly Attribute[] {
  registry ??= new TypeRegistry();
  const plan = registry.plan(typeName);
  if (plan === undefined) throw new Error(`no descriptor of event ${typeName}`);
  const texts = new MessageTexts(registry);
  return [...plan.fields]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((field) => {
      const textOf = texts.field(field);
      const isBytes = field.kind === "bytes" && !field.repeated;
      return {
        ...{ key: field.name, localName: field.localName, isOmittedWhenAbsent: field.oneof !== undefined },
        textOf: isBytes ? (value) => (value === undefined || isEmpty(value) ? NO_BYTES : textOf(value)) : textOf,
      };
    });
}

function isEmpty(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 0;
}

/**
 * An event whose type is the message's full name; each field is an attribute, sorted by name, whose value is the JSON
 * text of the field as Go writes it: strings in quotes, 64-bit integers too. All attributes are indexed.
 */
export function typedEvent<T>(codec: MessageCodec<T>, message: T): Event {
  let known = sortedAttributes.get(codec.$type);
  if (known === undefined) {
    known = attributesOf(codec.$type);
    sortedAttributes.set(codec.$type, known);
  }
  // PERF: made as long as it will be, since it lives until its block is written.
  const attributes = new Array<EventAttribute>(known.length);
  let count = 0;
  for (const { key, localName, isOmittedWhenAbsent, textOf } of known) {
    const value = (message as Readonly<Record<string, unknown>>)[localName];
    if (isOmittedWhenAbsent && value === undefined) continue;
    attributes[count] = { key, value: textOf(value), index: true };
    count += 1;
  }
  attributes.length = count;
  return { type: codec.$type, attributes };
}
