// The legacy amino JSON of messages, from their annotations, and the document that SIGN_MODE_LEGACY_AMINO_JSON signs:
// cosmossdk.io/x/tx v0.14 signing/aminojson. Keys are sorted at every level, there are no spaces, and text is escaped as
// Go does; so the bytes agree with what CosmJS and Ledger sign.

import { fromUtf8, toBase64, utf8 } from "./bytes.ts";
import { ChainError } from "./chainError.ts";
import type { Coin, ProtoCoin } from "./coins.ts";
import { formatDec } from "./decimal.ts";
import { durationToNs } from "./duration.ts";
import {
  type DynamicMessage,
  type FieldValue,
  getValue,
  hasValue,
  readMessage,
  type SingleValue,
} from "./dynamicMessage.ts";
import { messageOf } from "./errorText.ts";
import { goJsonString } from "./goJson.ts";
import type { FieldPlan, MessagePlan } from "./messagePlan.ts";
import { anyParts, parseUnits, secondsAndNanos } from "./protoJson.ts";
import type { TypeRegistry } from "./registry.ts";
import { ErrInvalidRequest, ErrJSONMarshal } from "./sdkErrors.ts";
import { formatTimestamp, type Timestamp } from "./time.ts";
import type { DecodedTx } from "./tx.ts";
import { MESSAGE_DEPTH_MAX } from "./unknownFields.ts";

/** A field, with what of its JSON does not depend on its value. */
interface AminoField {
  readonly plan: FieldPlan;
  /** `"from_address":` */
  readonly key: string;
  /** What the field is sorted by: the name of its oneof, in Go's camel case, when it is in one. */
  readonly sortName: string;
  /** `"Sum":{"type":"…","value":{` before a set member of a oneof; "" otherwise. */
  readonly oneofOpen: string;
  /** Other members of the oneof, itself included. */
  readonly rivals: readonly FieldPlan[];
}

const sortedFields = new WeakMap<MessagePlan, readonly AminoField[]>();

function aminoFields(plan: MessagePlan): readonly AminoField[] {
  let fields = sortedFields.get(plan);
  if (fields === undefined) {
    fields = plan.fields.map((field) => aminoField(plan, field)).sort((a, b) => (a.sortName < b.sortName ? -1 : 1));
    sortedFields.set(plan, fields);
  }
  return fields;
}

function aminoField(plan: MessagePlan, field: FieldPlan): AminoField {
  const { aminoName, aminoOneofName } = field.options;
  const key = `${goJsonString(aminoName)}:`;
  if (field.oneof === undefined) return { plan: field, key, sortName: aminoName, oneofOpen: "", rivals: [] };
  if (aminoOneofName === undefined) {
    throw new Error(`field ${field.name} within a oneof must have the amino.oneof_type_name option set`);
  }
  const sortName = goCamelCase(field.oneof);
  const rivals = plan.fields.filter((other) => other.oneof === field.oneof);
  return { plan: field, key, sortName, oneofOpen: `"${sortName}":{"type":"${aminoOneofName}","value":{`, rivals };
}

/** `some_name` → `SomeName`. */
function goCamelCase(name: string): string {
  return name.replace(/(?:^|_)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/**
 * The amino JSON of a message as it stands in a sign document: `{"type":"cosmos-sdk/MsgSend","value":{…}}`. Throws
 * ErrJSONMarshal when the bytes or what they hold cannot be written.
 */
export function aminoJson(registry: TypeRegistry, typeUrl: string, bytes: Uint8Array): string {
  try {
    return typedJson(registry, typeUrl, bytes, 0);
  } catch (cause) {
    throw new ChainError(ErrJSONMarshal, messageOf(cause));
  }
}

function typedJson(registry: TypeRegistry, typeUrl: string, bytes: Uint8Array, depth: number): string {
  const plan = registry.planOfUrl(typeUrl);
  if (plan === undefined) throw new Error(`can't resolve type URL ${typeUrl}`);
  const value = messageJson(registry, readMessage(plan, bytes), depth);
  return `{"type":"${plan.aminoName ?? typeUrl}","value":${value}}`;
}

function messageJson(registry: TypeRegistry, message: DynamicMessage, depth: number): string {
  if (depth >= MESSAGE_DEPTH_MAX) throw new Error("recursion limit reached");
  switch (message.plan.typeName) {
    case "google.protobuf.Timestamp":
      return `"${formatTimestamp(secondsAndNanos(message))}"`;
    case "google.protobuf.Duration":
      return durationJson(message);
    case "google.protobuf.Any": {
      const { typeUrl, value } = anyParts(message);
      return typedJson(registry, typeUrl, value, depth + 1);
    }
  }
  switch (message.plan.aminoEncoding) {
    case undefined:
      return objectJson(registry, message, depth);
    case "key_field":
      return keyJson(message);
    case "threshold_string":
      return thresholdJson(registry, message, depth);
    case "module_account":
      return moduleAccountJson(message);
    default:
      return objectJson(registry, message, depth);
  }
}

const INT64_MAX = (1n << 63n) - 1n;

/** Nanoseconds as text; Go keeps a duration in 64 bits. */
function durationJson(message: DynamicMessage): string {
  const ns = durationToNs(secondsAndNanos(message));
  if (ns > INT64_MAX || ns < -INT64_MAX) throw new Error(`duration of ${ns} ns overflows an int64`);
  return `"${ns}"`;
}

function objectJson(registry: TypeRegistry, message: DynamicMessage, depth: number): string {
  let json = "";
  let nullOneof = "";
  for (const field of aminoFields(message.plan)) {
    const value = message.values[field.plan.index];
    if (hasValue(field.plan, value)) {
      const text = `${field.oneofOpen}${field.key}${valueJson(registry, field.plan, value, depth)}`;
      json += `${json === "" ? "" : ","}${text}${field.oneofOpen === "" ? "" : "}}"}`;
    } else if (field.oneofOpen !== "") {
      // A oneof without any member is written once, as null. Its members stand together in the order.
      if (nullOneof === field.sortName || field.rivals.some((rival) => message.values[rival.index] !== undefined))
        continue;
      nullOneof = field.sortName;
      json += `${json === "" ? "" : ","}"${field.sortName}":null`;
    } else if (field.plan.options.aminoDontOmitEmpty) {
      json += `${json === "" ? "" : ","}${field.key}${emptyJson(field.plan)}`;
    }
  }
  return `{${json}}`;
}

/** The JSON of an empty field that must not be omitted. */
function emptyJson(field: FieldPlan): string {
  if (field.repeated) return field.options.aminoEncoding === "legacy_coins" ? "[]" : "null";
  switch (field.kind) {
    case "string":
      return field.options.scalarName === "cosmos.Int" || isDecField(field) ? '"0"' : '""';
    case "bytes":
      return "null";
    case "bool":
      return "false";
    case "int64":
      return '"0"';
    case "message":
      throw new Error(`not supported: dont_omit_empty=true on invalid (nil?) message field: ${field.name}`);
    default:
      return "0";
  }
}

/** Annotated as a decimal and kept as one: other decimal texts already have their point. */
function isDecField(field: FieldPlan): boolean {
  return field.options.scalarName === "cosmos.Dec" && field.options.isDec;
}

function valueJson(registry: TypeRegistry, field: FieldPlan, value: FieldValue, depth: number): string {
  if (!Array.isArray(value)) return value === undefined ? "null" : singleJson(registry, field, value, depth);
  let list = "";
  for (const item of value) list += `${list === "" ? "" : ","}${singleJson(registry, field, item, depth)}`;
  return `[${list}]`;
}

function singleJson(registry: TypeRegistry, field: FieldPlan, value: SingleValue, depth: number): string {
  if (typeof value === "string") {
    return isDecField(field) ? `"${formatDec(parseUnits(value))}"` : goJsonString(value);
  }
  if (typeof value === "bigint") return `"${value}"`;
  if (typeof value === "number") return value.toString();
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value instanceof Uint8Array) {
    return isDecField(field) ? `"${formatDec(parseUnits(fromUtf8(value)))}"` : `"${toBase64(value)}"`;
  }
  return messageJson(registry, value, depth + 1);
}

/** A key is its bytes. */
function keyJson(message: DynamicMessage): string {
  const key = getValue(message, "key");
  return key instanceof Uint8Array && key.length > 0 ? `"${toBase64(key)}"` : "null";
}

/** A multisig key; its threshold is text. */
function thresholdJson(registry: TypeRegistry, message: DynamicMessage, depth: number): string {
  const keys = getValue(message, "public_keys");
  const texts = Array.isArray(keys) ? keys.map((key) => messageJson(registry, asMessage(key), depth + 1)) : [];
  const threshold = getValue(message, "threshold");
  return `{"pubkeys":[${texts.join(",")}],"threshold":"${typeof threshold === "number" ? threshold : 0}"}`;
}

function asMessage(value: FieldValue): DynamicMessage {
  if (typeof value === "object" && "plan" in value) return value;
  throw new Error("expected a message");
}

/** A module account, flattened; 64-bit integers are numbers here, as in Go. */
function moduleAccountJson(message: DynamicMessage): string {
  const base = getValue(message, "base_account");
  const account = base === undefined ? undefined : asMessage(base);
  const number = (name: string) => String((account === undefined ? undefined : getValue(account, name)) ?? 0);
  const text = (owner: DynamicMessage | undefined, name: string) =>
    goJsonString(String((owner === undefined ? undefined : getValue(owner, name)) ?? ""));
  const permissions = getValue(message, "permissions");
  const list = Array.isArray(permissions)
    ? `[${permissions.map((name) => goJsonString(String(name))).join(",")}]`
    : "null";
  return (
    `{"account_number":${number("account_number")},"address":${text(account, "address")},` +
    `"name":${text(message, "name")},"permissions":${list},"public_key":"","sequence":${number("sequence")}}`
  );
}

/** What a legacy amino signature covers. */
export interface AminoSignDoc {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  /** 0 is none. */
  readonly timeoutHeight: bigint;
  readonly memo: string;
  readonly fee: {
    readonly amount: readonly (Readonly<ProtoCoin> | Coin)[];
    readonly gasLimit: bigint;
    /** Addresses; "" is none. */
    readonly payer: string;
    readonly granter: string;
  };
  /** The messages' bytes, as they stand in the body. */
  readonly messages: readonly { readonly typeUrl: string; readonly bytes: Uint8Array }[];
  /** Default false. */
  readonly unordered?: boolean;
  readonly timeoutTimestamp?: Timestamp | undefined;
}

/**
 * The bytes that are signed (after sha256) in SIGN_MODE_LEGACY_AMINO_JSON. Throws ErrJSONMarshal when a message cannot
 * be written. PERF: about 5 us for a MsgSend.
 */
export function aminoSignBytes(registry: TypeRegistry, doc: AminoSignDoc): Uint8Array {
  const messages = doc.messages.map(({ typeUrl, bytes }) => aminoJson(registry, typeUrl, bytes));
  const parts = [
    `"account_number":"${doc.accountNumber}"`,
    `"chain_id":${goJsonString(doc.chainId)}`,
    `"fee":${feeJson(doc.fee)}`,
    `"memo":${goJsonString(doc.memo)}`,
    `"msgs":${messages.length === 0 ? "null" : `[${messages.join(",")}]`}`,
    `"sequence":"${doc.sequence}"`,
  ];
  if (doc.timeoutHeight !== 0n) parts.push(`"timeout_height":"${doc.timeoutHeight}"`);
  if (doc.timeoutTimestamp !== undefined) parts.push(`"timeout_timestamp":"${timeText(doc.timeoutTimestamp)}"`);
  if (doc.unordered === true) parts.push('"unordered":true');
  return utf8(`{${parts.join(",")}}`);
}

function timeText(time: Timestamp): string {
  try {
    return formatTimestamp(time);
  } catch (cause) {
    throw new ChainError(ErrJSONMarshal, messageOf(cause));
  }
}

function feeJson(fee: AminoSignDoc["fee"]): string {
  const coins = fee.amount.map(feeCoinJson);
  const granter = fee.granter === "" ? "" : `,"granter":${goJsonString(fee.granter)}`;
  const payer = fee.payer === "" ? "" : `,"payer":${goJsonString(fee.payer)}`;
  return `{"amount":[${coins.join(",")}],"gas":"${fee.gasLimit}"${granter}${payer}}`;
}

/** As the annotations of cosmos.base.v1beta1.Coin say: the amount always, the denomination unless it is empty. */
function feeCoinJson(coin: Readonly<ProtoCoin> | Coin): string {
  const amount = coin.amount === "" ? "0" : coin.amount.toString();
  return `{"amount":${goJsonString(amount)}${coin.denom === "" ? "" : `,"denom":${goJsonString(coin.denom)}`}}`;
}

/**
 * The sign bytes of a decoded transaction for one signer. Throws ErrInvalidRequest for what amino cannot express (unknown
 * non-critical fields, extension options, no fee), ErrJSONMarshal as `aminoSignBytes`.
 */
export function aminoSignBytesOfTx(
  registry: TypeRegistry,
  tx: DecodedTx,
  signer: { readonly chainId: string; readonly accountNumber: bigint; readonly sequence: bigint },
): Uint8Array {
  const { body } = tx;
  if (tx.bodyHasNonCritical === true) throw unsupported("unknown fields");
  if (body.extensionOptions.length > 0 || body.nonCriticalExtensionOptions.length > 0) {
    throw unsupported("protobuf extension options");
  }
  const fee = tx.authInfo.fee;
  if (fee === undefined) throw new ChainError(ErrInvalidRequest, "fee cannot be nil when tipper is not signer");
  return aminoSignBytes(registry, {
    ...signer,
    timeoutHeight: body.timeoutHeight,
    memo: body.memo,
    fee,
    messages: tx.messages,
    unordered: body.unordered,
    timeoutTimestamp: body.timeoutTimestamp,
  });
}

function unsupported(what: string): ChainError {
  return new ChainError(ErrInvalidRequest, `SIGN_MODE_LEGACY_AMINO_JSON does not support ${what}`);
}
