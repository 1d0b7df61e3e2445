// The JSON text of a message as generated code holds it, in one pass: what `messageToJson` and Go's escapes give, without
// encoding the message, reading it by its descriptor and building the JSON in between. Orders' events carry whole orders, so
// that this was a fifth of what creating one cost.

import { Any } from "../../gen/google/protobuf/any.ts";
import { fromUtf8, toBase64, utf8 } from "./bytes.ts";
import { formatDuration } from "./duration.ts";
import { emptyMessage } from "./dynamicMessage.ts";
import { escapeAsGo, goJsonString } from "./goJson.ts";
import type { FieldPlan, MessagePlan } from "./messagePlan.ts";
import { type JsonValue, messageToJson, textJson, timestampJson, toJson } from "./protoJson.ts";
import type { TypeRegistry } from "./registry.ts";
import { TextBuffer } from "./textBuffer.ts";
import { TIME_SECONDS_MIN } from "./time.ts";

/** The text of a value. */
export type TextOf = (value: unknown) => string;

/** Writes the text of a value of one field to `out`. */
type WriteText = (value: unknown) => void;

/** A field with what writes it. */
interface FieldText {
  /** `"order_id":` */
  readonly label: Uint8Array;
  /** The same behind another field: `,"order_id":` */
  readonly nextLabel: Uint8Array;
  readonly localName: string;
  readonly isOmittedWhenAbsent: boolean;
  readonly write: WriteText;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where a text is written. One for all: a text is whole before the next one begins. */
const out = new TextBuffer();

function textOf(write: WriteText): TextOf {
  return (value) => {
    // What an error left half written is no part of this text.
    out.clear();
    write(value);
    return out.take();
  };
}

/** Writers of the fields of one registry's types, made when they are first asked for. */
export class MessageTexts {
  readonly #registry: TypeRegistry;
  readonly #messages = new Map<string, WriteText>();

  constructor(registry: TypeRegistry) {
    this.#registry = registry;
  }

  /** The text of a field of a generated message, absent or not. */
  field(field: FieldPlan): TextOf {
    return textOf(this.#field(field));
  }

  /** The text of a generated message. */
  message(plan: MessagePlan): TextOf {
    return textOf(this.#message(plan));
  }

  #field(field: FieldPlan): WriteText {
    if (field.repeated) return writeList(this.#single(field));
    const absent = this.#absentText(field);
    const single = this.#single(field);
    if (field.kind === "message" || field.explicit) {
      return (value) => (value === undefined ? out.add(absent) : single(value));
    }
    return field.kind === "bytes"
      ? (value) => ((value as Uint8Array).length === 0 ? out.add(absent) : single(value))
      : single;
  }

  /** One value that is there. Generated code gives each kind its type, which the casts name. */
  #single(field: FieldPlan): WriteText {
    const { kind, enumNames, options } = field;
    const isNumber = options.isDec || options.isInt;
    switch (kind) {
      case "string":
        return isNumber
          ? (value) => out.add(stringify(textJson(field, value as string)))
          : (value) => writeString(value as string);
      case "bytes":
        if (isNumber) return (value) => out.add(stringify(textJson(field, fromUtf8(value as Uint8Array))));
        return (value) => writeString(toBase64(value as Uint8Array));
      case "enum":
        return (value) => {
          const name = enumNames?.get(value as number);
          if (name === undefined) out.add(String(value));
          else writeString(name);
        };
      case "int64":
        return (value) => writeString((value as bigint).toString());
      case "message":
        return this.#message(field.message());
      default:
        return (value) => out.add(String(value));
    }
  }

  #message(plan: MessagePlan): WriteText {
    switch (plan.typeName) {
      case "google.protobuf.Timestamp":
        return (value) => writeString(timestampJson(value as { seconds: bigint; nanos: number }));
      case "google.protobuf.Duration":
        return (value) => writeString(formatDuration(value as { seconds: bigint; nanos: number }));
      case "google.protobuf.Any":
        return (value) =>
          out.add(stringify(messageToJson(this.#registry, Any.$type, Any.encode(value as Any).finish())));
      default:
        // Made at its first use: types may hold themselves.
        return (value) => this.#object(plan)(value);
    }
  }

  #object(plan: MessagePlan): WriteText {
    const known = this.#messages.get(plan.typeName);
    if (known !== undefined) return known;
    if (plan.typeName.startsWith("google.protobuf.")) throw new Error(`no text of ${plan.typeName} in a message`);
    const made = writeObject(
      plan.fields.map((field) => ({
        label: utf8(`"${field.name}":`),
        nextLabel: utf8(`,"${field.name}":`),
        localName: field.localName,
        isOmittedWhenAbsent: field.oneof !== undefined,
        write: this.#field(field),
      })),
    );
    this.#messages.set(plan.typeName, made);
    return made;
  }

  #absentText(field: FieldPlan): string {
    const { nullable, isStdTime } = field.options;
    if (field.kind !== "message" || nullable) return "null";
    if (isStdTime) return `"${timestampJson({ seconds: TIME_SECONDS_MIN, nanos: 0 })}"`;
    return stringify(toJson(this.#registry, emptyMessage(field.message()), 1));
  }
}

function writeList(single: WriteText): WriteText {
  return (value) => {
    const items = value as readonly unknown[];
    out.add("[");
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) out.add(",");
      single(items[index]);
    }
    out.add("]");
  };
}

function writeObject(fields: readonly FieldText[]): WriteText {
  return (message) => {
    let isFirst = true;
    out.add("{");
    for (let index = 0; index < fields.length; index += 1) {
      const { label, nextLabel, localName, isOmittedWhenAbsent, write } = fields[index]!;
      const value = (message as Fields)[localName];
      if (isOmittedWhenAbsent && value === undefined) continue;
      out.addAscii(isFirst ? label : nextLabel);
      isFirst = false;
      write(value);
    }
    out.add("}");
  };
}

function stringify(json: JsonValue): string {
  return escapeAsGo(JSON.stringify(json));
}

/** 1 for each printable ASCII character that stands in a JSON string of Go as it is. */
const IS_PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x20 && code < 0x7f && !'"&<>\\'.includes(String.fromCharCode(code)) ? 1 : 0,
);

function writeString(text: string): void {
  // Text on the wire has no half surrogates: each would be U+FFFD there.
  if (!out.addQuoted(text, IS_PLAIN)) out.add(goJsonString(fromUtf8(utf8(text))));
}
