// Message types as flat tables: what the scan for unknown fields, the reader of any message and the JSON writers need
// to know of a type, looked up once in its descriptor and then read as plain properties.

import {
  type DescExtension,
  type DescField,
  type DescMessage,
  type FileRegistry,
  getOption,
  hasOption,
  ScalarType,
} from "@bufbuild/protobuf";

/** Wire types of protobuf that this chain speaks; groups are refused. */
export const WIRE = Object.freeze({ VARINT: 0, FIXED64: 1, BYTES: 2, FIXED32: 5 });

/** What a single value of a field is. */
export type ValueKind = "bool" | "int32" | "int64" | "enum" | "string" | "bytes" | "message";

/** One field of a message type. */
export interface FieldPlan {
  readonly number: number;
  /** Place in `MessagePlan.fields`. */
  readonly index: number;
  /** As in the .proto: `from_address`. */
  readonly name: string;
  /** As in generated code and in camelCase JSON: `fromAddress`. */
  readonly localName: string;
  readonly kind: ValueKind;
  /** The scalar type; ScalarType.INT32 for enums, ScalarType.BYTES for messages. */
  readonly scalar: ScalarType;
  /** Wire type of one value. */
  readonly wire: number;
  readonly repeated: boolean;
  /** Repeated and of a type that may come packed. */
  readonly packable: boolean;
  /** Fields of one oneof, and each other singular field, share a slot: a message has at most one value in each. */
  readonly slot: number;
  readonly oneof: string | undefined;
  /** Has presence though it is a scalar: in a oneof, or `optional`. */
  readonly explicit: boolean;
  readonly enumNames: ReadonlyMap<number, string> | undefined;
  readonly enumNumbers: ReadonlyMap<string, number> | undefined;
  /** The plan of the message type; throws a programmer's error when the field is no message. */
  readonly message: () => MessagePlan;
  readonly isAny: boolean;
  readonly options: FieldOptions;
}

/** The annotations of a field that change its JSON. */
export interface FieldOptions {
  /** gogoproto.nullable, true unless said otherwise: an absent message is null rather than an empty one. */
  readonly nullable: boolean;
  /** gogoproto.stdtime: a Go time.Time, whose absence is the year 1 and not 1970. */
  readonly isStdTime: boolean;
  /** A decimal whose wire form is its units: gogoproto.customtype LegacyDec. */
  readonly isDec: boolean;
  /** gogoproto.customtype Int: an integer as text; absent is "0". */
  readonly isInt: boolean;
  /** cosmos_proto.scalar, such as `cosmos.Int`. */
  readonly scalarName: string | undefined;
  /** cosmos_proto.accepts_interface: what the content of an Any must implement. */
  readonly acceptsInterface: string | undefined;
  /** amino.field_name, or the name. */
  readonly aminoName: string;
  /** amino.oneof_name */
  readonly aminoOneofName: string | undefined;
  readonly aminoDontOmitEmpty: boolean;
  /** amino.encoding, such as `legacy_coins`. */
  readonly aminoEncoding: string | undefined;
}

/** A message type. */
export interface MessagePlan {
  /** Full name: `cosmos.bank.v1beta1.MsgSend`. */
  readonly typeName: string;
  readonly desc: DescMessage;
  /** In the order of the .proto. */
  readonly fields: readonly FieldPlan[];
  /** By field number, for numbers below 64; the others are in `byNumber`. */
  readonly low: readonly (FieldPlan | undefined)[];
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
  /** By both names that JSON may use. */
  readonly byJsonName: ReadonlyMap<string, FieldPlan>;
  /** How many slots the singular fields have. */
  readonly slotCount: number;
  /** amino.name */
  readonly aminoName: string | undefined;
  /** amino.message_encoding */
  readonly aminoEncoding: string | undefined;
  /** cosmos_proto.implements_interface: `cosmos.authz.v1beta1.Authorization` and so on. */
  readonly implementedInterfaces: readonly string[];
  /** cosmos.msg.v1.signer: names of the fields that name the signers; empty when it is no transaction message. */
  readonly signerFields: readonly string[];
}

const LOW_NUMBERS = 64;

/** The field with this number, or `undefined`. */
export function fieldOf(plan: MessagePlan, number: number): FieldPlan | undefined {
  return number < LOW_NUMBERS ? plan.low[number] : plan.byNumber.get(number);
}

/** Makes and keeps the plans of one registry's types. */
export class MessagePlans {
  readonly #registry: FileRegistry;
  readonly #plans = new Map<string, MessagePlan>();
  readonly #extensions = new Map<string, DescExtension | undefined>();

  constructor(registry: FileRegistry) {
    this.#registry = registry;
  }

  /** The plan of a type by full name, or `undefined` when no descriptor is known. PERF: a map look-up after the first. */
  get(typeName: string): MessagePlan | undefined {
    const known = this.#plans.get(typeName);
    if (known !== undefined) return known;
    const desc = this.#registry.getMessage(typeName);
    return desc === undefined ? undefined : this.#planOf(desc);
  }

  #planOf(desc: DescMessage): MessagePlan {
    const known = this.#plans.get(desc.typeName);
    if (known !== undefined) return known;
    const plan = this.#compile(desc);
    this.#plans.set(desc.typeName, plan);
    return plan;
  }

  #compile(desc: DescMessage): MessagePlan {
    const slots = new Map<string, number>();
    const fields = desc.fields.map((field, index) => this.#field(field, index, slots));
    const low: (FieldPlan | undefined)[] = new Array(LOW_NUMBERS).fill(undefined);
    for (const field of fields) if (field.number < LOW_NUMBERS) low[field.number] = field;
    return {
      typeName: desc.typeName,
      desc,
      fields,
      low,
      byNumber: new Map(fields.map((field) => [field.number, field])),
      byJsonName: new Map(
        fields.flatMap((field) => [field.name, field.localName].map((name) => [name, field] as const)),
      ),
      slotCount: slots.size,
      aminoName: this.#text(desc, "amino.name"),
      aminoEncoding: this.#text(desc, "amino.message_encoding"),
      implementedInterfaces: this.#option<readonly string[]>(desc, "cosmos_proto.implements_interface") ?? [],
      signerFields: this.#option<readonly string[]>(desc, "cosmos.msg.v1.signer") ?? [],
    };
  }

  #field(field: DescField, index: number, slots: Map<string, number>): FieldPlan {
    if (field.fieldKind === "map") throw new Error(`map field ${field.parent.typeName}.${field.name} is not supported`);
    const kind = valueKind(field);
    const repeated = field.fieldKind === "list";
    const scalar = field.scalar ?? (kind === "enum" ? ScalarType.INT32 : ScalarType.BYTES);
    const wire = wireOf(scalar);
    const slotName = field.oneof === undefined ? `.${field.name}` : field.oneof.name;
    if (!repeated && !slots.has(slotName)) slots.set(slotName, slots.size);
    const inner = field.message;
    return {
      number: field.number,
      index,
      name: field.name,
      localName: protoCamelCase(field.name),
      kind,
      scalar,
      wire,
      repeated,
      packable: repeated && wire !== WIRE.BYTES,
      slot: repeated ? -1 : (slots.get(slotName) ?? -1),
      oneof: field.oneof?.name,
      explicit: field.oneof !== undefined || field.proto.proto3Optional,
      enumNames: field.enum === undefined ? undefined : new Map(field.enum.values.map((v) => [v.number, v.name])),
      enumNumbers: field.enum === undefined ? undefined : new Map(field.enum.values.map((v) => [v.name, v.number])),
      message: () => {
        if (inner === undefined) throw new Error(`${field.parent.typeName}.${field.name} is no message`);
        return this.#planOf(inner);
      },
      isAny: inner?.typeName === "google.protobuf.Any",
      options: this.#options(field),
    };
  }

  #options(field: DescField): FieldOptions {
    const customType = this.#text(field, "gogoproto.customtype") ?? "";
    return {
      nullable: this.#option<boolean>(field, "gogoproto.nullable") ?? true,
      isStdTime: this.#option<boolean>(field, "gogoproto.stdtime") ?? false,
      isDec: /\bLegacyDec$|\btypes\.Dec$/.test(customType),
      isInt: /\bmath\.Int$|\btypes\.Int$/.test(customType),
      scalarName: this.#text(field, "cosmos_proto.scalar"),
      acceptsInterface: this.#text(field, "cosmos_proto.accepts_interface"),
      aminoName: this.#text(field, "amino.field_name") ?? field.name,
      aminoOneofName: this.#text(field, "amino.oneof_name"),
      aminoDontOmitEmpty: this.#option<boolean>(field, "amino.dont_omitempty") ?? false,
      aminoEncoding: this.#text(field, "amino.encoding"),
    };
  }

  #text(desc: DescMessage | DescField, extension: string): string | undefined {
    return this.#option<string>(desc, extension);
  }

  /** An option of a descriptor, `undefined` when it is not set. The caller names the type that the .proto declares. */
  #option<T>(desc: DescMessage | DescField, typeName: string): T | undefined {
    if (!this.#extensions.has(typeName)) this.#extensions.set(typeName, this.#registry.getExtension(typeName));
    const extension = this.#extensions.get(typeName);
    if (extension === undefined || !hasOption(desc, extension)) return undefined;
    return getOption(desc, extension) as T;
  }
}

/** `from_address` → `fromAddress`, as protobuf derives JSON names and the generated code its properties. */
export function protoCamelCase(name: string): string {
  return name.replace(/_+([a-zA-Z0-9])/g, (_, next: string) => next.toUpperCase()).replace(/_+$/, "");
}

function valueKind(field: DescField): ValueKind {
  if (field.message !== undefined) return "message";
  if (field.enum !== undefined) return "enum";
  switch (field.scalar) {
    case ScalarType.BOOL:
      return "bool";
    case ScalarType.STRING:
      return "string";
    case ScalarType.BYTES:
      return "bytes";
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.SINT32:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return "int32";
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return "int64";
    default:
      throw new Error(`field ${field.parent.typeName}.${field.name} has a type that no state-machine code may use`);
  }
}

function wireOf(scalar: ScalarType): number {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WIRE.BYTES;
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WIRE.FIXED64;
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WIRE.FIXED32;
    default:
      return WIRE.VARINT;
  }
}
