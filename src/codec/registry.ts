// The types this chain speaks: descriptors for reflection, generated codecs for the hot path, and what the annotations
// of cosmos-sdk v0.53 (cosmos.msg.v1, amino, google.api.http) say about messages and services.

import {
  type DescExtension,
  type DescMethod,
  type DescService,
  type FileRegistry,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import { decodeAddress, encodeAddress } from "./address.ts";
import { ChainError } from "./chainError.ts";
import { fileRegistry } from "./descriptors.ts";
import type { MessageCodec } from "./message.ts";
import { type FieldPlan, type MessagePlan, MessagePlans } from "./messagePlan.ts";
import { ErrUnpackAny } from "./sdkErrors.ts";
import { decodeValidatorAddress } from "./validatorAddress.ts";

/** One way to reach a method over HTTP (google.api.HttpRule). */
export interface HttpRule {
  readonly verb: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  /** `/cosmos/bank/v1beta1/balances/{address}/by_denom` */
  readonly path: string;
  /** The field that the request body holds, `*` for the whole message, "" for none. */
  readonly body: string;
}

/** A method of a service. */
export interface MethodInfo {
  /** `Balance` */
  readonly name: string;
  /** `/cosmos.bank.v1beta1.Query/Balance`: the path of gRPC and of abci_query. */
  readonly path: string;
  /** Full names, without a slash. */
  readonly inputType: string;
  readonly outputType: string;
  /** The rule and its additional bindings; empty when the method has no HTTP form. */
  readonly http: readonly HttpRule[];
}

/** A service that clients may call. */
export interface ServiceInfo {
  /** `cosmos.bank.v1beta1.Query` */
  readonly name: string;
  /** Annotated with cosmos.msg.v1.service: its methods are transaction messages, not queries. */
  readonly isMsgService: boolean;
  readonly methods: readonly MethodInfo[];
}

/** Addresses, as text, of the signers that a decoded message names. */
type SignerReader = (value: unknown, out: string[]) => void;

/** Nesting of messages that a signer annotation may go through (maxRecursionDepth of the SDK). */
const SIGNER_DEPTH_MAX = 32;

/** Services that are spoken between node and application, never by clients. */
const INTERNAL_SERVICES: ReadonlySet<string> = new Set(["tendermint.abci.ABCI"]);

/** All types of the chain. One for each application; filled at start, read-only afterwards. */
export class TypeRegistry {
  /** Descriptors of every .proto file in `gen/descriptors.ts`. */
  readonly descriptors: FileRegistry;
  readonly #plans: MessagePlans;
  readonly #codecs = new Map<string, MessageCodec<unknown>>();
  readonly #signers = new Map<string, SignerReader>();
  #services: readonly ServiceInfo[] | undefined;
  #implementations: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(descriptors: FileRegistry = fileRegistry()) {
    this.descriptors = descriptors;
    this.#plans = new MessagePlans(descriptors);
  }

  /** Adds a generated codec; needed for messages of transactions and for Anys that modules open. Twice is once. */
  register<T>(codec: MessageCodec<T>): void {
    if (this.#plans.get(codec.$type) === undefined) throw new Error(`no descriptor of ${codec.$type}`);
    // A codec is only ever applied to the type it was registered for.
    this.#codecs.set(`/${codec.$type}`, codec as MessageCodec<unknown>);
  }

  /** The registered codec of `/cosmos.bank.v1beta1.MsgSend`, or `undefined`. */
  codec(typeUrl: string): MessageCodec<unknown> | undefined {
    return this.#codecs.get(typeUrl);
  }

  /** The registered codec; throws ErrUnpackAny `unable to resolve type URL …`. */
  requireCodec(typeUrl: string): MessageCodec<unknown> {
    const codec = this.#codecs.get(typeUrl);
    if (codec === undefined) throw new ChainError(ErrUnpackAny, `unable to resolve type URL ${typeUrl}`);
    return codec;
  }

  /** The table of a message type by full name, or `undefined`. */
  plan(typeName: string): MessagePlan | undefined {
    return this.#plans.get(typeName);
  }

  /** The table of the type an Any names, or `undefined`. The URL is a slash and the full name. */
  planOfUrl(typeUrl: string): MessagePlan | undefined {
    return typeUrl.charCodeAt(0) === 47 ? this.#plans.get(typeUrl.slice(1)) : undefined;
  }

  /** The legacy amino name (amino.name), or `undefined`. Takes a full name without a slash. */
  aminoName(typeName: string): string | undefined {
    return this.#plans.get(typeName)?.aminoName;
  }

  /** The fields that name the signers (cosmos.msg.v1.signer), as in the .proto; empty when there are none. */
  signerFields(typeName: string): readonly string[] {
    return this.#plans.get(typeName)?.signerFields ?? [];
  }

  /**
   * Addresses (raw bytes) of the signers that a message names, in the order of the annotation, not deduplicated. Takes
   * the decoded value, or the bytes of a type with a registered codec. Throws ErrInvalidAddress on a bad address, a
   * plain Error when the type has no signer annotation.
   */
  signersOf(typeUrl: string, message: unknown): Uint8Array[] {
    const value = message instanceof Uint8Array ? this.requireCodec(typeUrl).decode(message) : message;
    const texts: string[] = [];
    this.#signerReader(typeUrl)(value, texts);
    const signers: Uint8Array[] = [];
    for (const text of texts) signers.push(decodeAddress(text));
    return signers;
  }

  #signerReader(typeUrl: string): SignerReader {
    const known = this.#signers.get(typeUrl);
    if (known !== undefined) return known;
    const plan = this.planOfUrl(typeUrl);
    if (plan === undefined) throw new Error(`unable to resolve type URL ${typeUrl}`);
    const reader = compileSigners(plan, 0);
    this.#signers.set(typeUrl, reader);
    return reader;
  }

  /**
   * Type URLs of all messages that are annotated as implementing an interface, such as
   * `cosmos.authz.v1beta1.Authorization`, in the order of the descriptors.
   */
  implementations(interfaceName: string): readonly string[] {
    this.#implementations ??= this.#collectImplementations();
    return this.#implementations.get(interfaceName) ?? [];
  }

  #collectImplementations(): ReadonlyMap<string, readonly string[]> {
    const option = this.#requireExtension("cosmos_proto.implements_interface");
    const found = new Map<string, string[]>();
    for (const type of this.descriptors) {
      if (type.kind !== "message" || !hasOption(type, option)) continue;
      // The option is declared as a repeated string.
      for (const name of getOption(type, option) as readonly string[]) {
        found.set(name, [...(found.get(name) ?? []), `/${type.typeName}`]);
      }
    }
    return found;
  }

  /** Every service that clients may call, in the order of the descriptors. */
  services(): readonly ServiceInfo[] {
    this.#services ??= this.#collectServices();
    return this.#services;
  }

  #collectServices(): readonly ServiceInfo[] {
    const isMsgService = this.#requireExtension("cosmos.msg.v1.service");
    const http = this.#requireExtension("google.api.http");
    const services: ServiceInfo[] = [];
    for (const type of this.descriptors) {
      if (type.kind !== "service" || INTERNAL_SERVICES.has(type.typeName)) continue;
      services.push({
        name: type.typeName,
        isMsgService: hasOption(type, isMsgService) && getOption(type, isMsgService) === true,
        methods: type.methods
          .filter((method) => method.methodKind === "unary")
          .map((method) => methodInfo(type, method, http)),
      });
    }
    return services;
  }

  #requireExtension(typeName: string): DescExtension {
    const extension = this.descriptors.getExtension(typeName);
    if (extension === undefined) throw new Error(`no descriptor of option ${typeName}`);
    return extension;
  }
}

/** What google.api.HttpRule decodes to, as far as it is used. */
interface HttpRuleMessage {
  readonly pattern: { readonly case: string | undefined; readonly value?: unknown };
  readonly body: string;
  readonly additionalBindings: readonly HttpRuleMessage[];
}

function methodInfo(service: DescService, method: DescMethod, http: DescExtension): MethodInfo {
  return {
    name: method.name,
    path: `/${service.typeName}/${method.name}`,
    inputType: method.input.typeName,
    outputType: method.output.typeName,
    // The extension google.api.http is of type google.api.HttpRule.
    http: hasOption(method, http) ? httpRules(getOption(method, http) as HttpRuleMessage) : [],
  };
}

const VERBS: ReadonlyMap<string | undefined, HttpRule["verb"]> = new Map([
  ["get", "GET"],
  ["post", "POST"],
  ["put", "PUT"],
  ["delete", "DELETE"],
  ["patch", "PATCH"],
]);

/** A rule and its additional bindings, which do not nest. */
function httpRules(rule: HttpRuleMessage): HttpRule[] {
  const rules: HttpRule[] = [];
  for (const { pattern, body } of [rule, ...rule.additionalBindings]) {
    const verb = VERBS.get(pattern.case);
    if (verb !== undefined && typeof pattern.value === "string") rules.push({ verb, path: pattern.value, body });
  }
  return rules;
}

/** cosmos_proto.scalar of a validator's operator, who signs with the account that has the same bytes. */
export const VALIDATOR_ADDRESS = "cosmos.ValidatorAddressString";

function accountOfOperator(text: string): string {
  return encodeAddress(decodeValidatorAddress(text));
}

/** Follows the annotation cosmos.msg.v1.signer as cosmos-sdk v0.53 x/tx/signing/context.go does. */
function compileSigners(plan: MessagePlan, depth: number): SignerReader {
  const names = plan.signerFields;
  if (names.length === 0) {
    const hint = "use DefineCustomGetSigners to specify a custom getter";
    throw new Error(`no cosmos.msg.v1.signer option found for message ${plan.typeName}; ${hint}`);
  }
  if (depth > SIGNER_DEPTH_MAX) throw new Error("maximum recursion depth exceeded");
  if (depth > 0 && names.length !== 1) {
    throw new Error(`nested cosmos.msg.v1.signer option in message ${plan.typeName} must contain only one value`);
  }
  const readers = names.map((name) => {
    const field = plan.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`field ${name} not found in message ${plan.typeName}`);
    return fieldSigners(plan, field, depth);
  });
  const [only] = readers;
  if (only !== undefined && readers.length === 1) return only;
  return (value, out) => {
    for (const read of readers) read(value, out);
  };
}

function fieldSigners(plan: MessagePlan, field: FieldPlan, depth: number): SignerReader {
  const name = field.localName;
  // Values come from the generated codec of this very type, so that the property has the declared type.
  if (field.kind === "string" && !field.explicit) {
    if (field.options.scalarName === VALIDATOR_ADDRESS && !field.repeated) {
      return (value, out) => out.push(accountOfOperator((value as Record<string, string>)[name] ?? ""));
    }
    if (!field.repeated) return (value, out) => out.push((value as Record<string, string>)[name] ?? "");
    return (value, out) => {
      for (const text of (value as Record<string, readonly string[]>)[name] ?? []) out.push(text);
    };
  }
  if (field.kind !== "message") {
    throw new Error(`unexpected type of cosmos.msg.v1.signer field ${field.name} in message ${plan.typeName}`);
  }
  const inner = compileSigners(field.message(), depth + 1);
  if (!field.repeated) {
    return (value, out) => inner((value as Record<string, unknown>)[name] ?? {}, out);
  }
  return (value, out) => {
    for (const item of (value as Record<string, readonly unknown[]>)[name] ?? []) inner(item, out);
  };
}
