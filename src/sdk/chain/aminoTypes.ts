// Our messages as amino JSON for CosmJS: what Ledger and wallets sign that know SIGN_MODE_LEGACY_AMINO_JSON alone.

import { fromBase64, toBase64 } from "@cosmjs/encoding";
import { type AminoConverters, AminoTypes, createDefaultAminoConverters } from "@cosmjs/stargate";
import { AMINO_MESSAGES, AMINO_NAMES, type AminoField } from "./aminoFields.ts";
import { stateSetMessageTypes } from "./registry.ts";

type Fields = Readonly<Record<string, unknown>>;

const NANOS = 1_000_000_000n;

interface Moment {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** RFC 3339 with as many decimals as there are. */
function momentText({ seconds, nanos }: Moment): string {
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);
  const fraction = nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
  return `${whole}${fraction}Z`;
}

function textMoment(text: string): Moment {
  const [, whole = "", fraction = ""] = /^([0-9T:-]{19})(?:\.([0-9]{1,9}))?Z$/.exec(text) ?? [];
  const ms = Date.parse(`${whole}Z`);
  if (Number.isNaN(ms)) throw new Error(`expected an RFC 3339 time in UTC, got ${text.slice(0, 64)}`);
  return { seconds: BigInt(ms / 1_000), nanos: Number(fraction.padEnd(9, "0")) };
}

const DECIMALS = 18;

/** Units of a decimal, which is what protobuf carries, with their point; and back. */
function decText(units: string): string {
  const digits = units.replace("-", "").padStart(DECIMALS + 1, "0");
  return `${units.startsWith("-") ? "-" : ""}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

function textDec(text: string): string {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(DECIMALS, "0")).toString();
}

/** A message's fields by full name. */
function fieldsOf(typeName: string): readonly AminoField[] {
  const fields = AMINO_MESSAGES[typeName];
  if (fields === undefined) throw new Error(`no fields of ${typeName}`);
  return fields;
}

/** A value that is there, as amino's JSON has it. The generated types say what it is. */
function singleToAmino(field: AminoField, value: unknown): unknown {
  switch (field.kind) {
    case "int64":
      return String(value);
    case "bytes":
      return toBase64(value as Uint8Array);
    case "timestamp":
      return momentText(value as Moment);
    case "duration": {
      const { seconds, nanos } = value as Moment;
      return String(seconds * NANOS + BigInt(nanos));
    }
    case "message":
      return toAmino(field.type!, value as Fields);
    case "dec":
      return decText(String(value));
    default:
      return value;
  }
}

function isEmpty({ kind }: AminoField, value: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (kind === "message" || kind === "timestamp" || kind === "duration") return false;
  return value === "" || value === 0 || value === 0n || value === false;
}

function toAmino(typeName: string, message: Fields): Fields {
  const json: Record<string, unknown> = {};
  for (const field of fieldsOf(typeName)) {
    const value = message[field.key];
    if (!isEmpty(field, value)) {
      json[field.name] = Array.isArray(value)
        ? value.map((each) => singleToAmino(field, each))
        : singleToAmino(field, value);
    } else if (field.empty !== undefined) {
      json[field.name] = field.empty;
    }
  }
  return json;
}

function singleFromAmino(field: AminoField, json: unknown): unknown {
  switch (field.kind) {
    case "int64":
      return BigInt(String(json));
    case "bytes":
      return fromBase64(String(json));
    case "timestamp":
      return textMoment(String(json));
    case "duration":
      return { seconds: BigInt(String(json)) / NANOS, nanos: Number(BigInt(String(json)) % NANOS) };
    case "message":
      return fromAmino(field.type!, json as Fields);
    case "dec":
      return textDec(String(json));
    default:
      return json;
  }
}

function fromAmino(typeName: string, json: Fields): Fields {
  const message: Record<string, unknown> = {};
  for (const field of fieldsOf(typeName)) {
    const value = json[field.name];
    if (value === undefined || value === null) continue;
    message[field.key] = Array.isArray(value)
      ? value.map((each) => singleFromAmino(field, each))
      : singleFromAmino(field, value);
  }
  return message;
}

/** As much of a generated type as filling in defaults needs. */
interface Partials {
  fromPartial(object: Fields): unknown;
}

/** Converters of this chain's own messages. */
function stateSetAminoConverters(): AminoConverters {
  const entries = stateSetMessageTypes.map(([typeUrl, type]) => {
    const typeName = typeUrl.slice(1);
    // Each is a type of ts-proto, which has this.
    const partials = type as unknown as Partials;
    const converter = {
      aminoType: AMINO_NAMES[typeUrl] ?? typeUrl,
      toAmino: (message: Fields) => toAmino(typeName, message),
      fromAmino: (json: Fields) => partials.fromPartial(fromAmino(typeName, json)),
    };
    return [typeUrl, converter] as const;
  });
  return Object.fromEntries(entries);
}

/** Amino's JSON of all messages that this chain takes and CosmJS knows, and of its own. */
export function stateSetAminoTypes(): AminoTypes {
  return new AminoTypes({ ...createDefaultAminoConverters(), ...stateSetAminoConverters() });
}
