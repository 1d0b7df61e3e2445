// Schemas that more than one part of the API uses. Each with an `$id` is a component of the OpenAPI document.

import { type Static, type TSchema, Type } from "typebox";
import { decodeAddress } from "../../codec/address.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";

/** A moment, RFC 3339 in UTC. */
export const Time = Type.String({
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z$",
  description: "RFC 3339, UTC.",
  examples: ["2026-06-25T12:00:00Z"],
});

/** A name that somebody or something has: ids of orders, payments, keys. */
export const Id = Type.String({ pattern: "^[A-Za-z0-9_.:-]{1,64}$", examples: ["ord_7x9kPm2nQ1bC"] });

function isAddress(text: string): boolean {
  try {
    return decodeAddress(text).length > 0;
  } catch {
    return false;
  }
}

/** Formats of our own: what a pattern cannot say. */
export const FORMATS = { "stateset-address": isAddress } as const;

/** An account of the chain. */
export const Address = Type.String({
  format: "stateset-address",
  pattern: "^stateset1[02-9ac-hj-np-z]{38,58}$",
  description: "bech32 with the prefix stateset.",
});

/** Hash of a transaction of this chain. */
export const TxHash = Type.String({ pattern: "^[0-9A-F]{64}$", description: "64 upper-case hex digits." });

/** Rows of a page. */
export const LIMIT_DEFAULT = 50;
export const LIMIT_MAX = 100;
/** Rows that may be skipped by number; a cursor goes further. */
export const OFFSET_MAX = 1_000_000;

/** Query parameters of every list. */
export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: OFFSET_MAX })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: "next_cursor of the page before" })),
});

/** What every list answers beside its rows. `next_cursor` is null on the last page. */
export const PageFields = {
  total_count: Type.Integer({ minimum: 0, description: "Over all pages." }),
  has_more: Type.Boolean(),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
};

/** A problem document, RFC 9457. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    request_id: Type.String(),
    code: Type.Enum(Object.keys(PROBLEMS) as ProblemCode[], { description: "Stable: act upon this." }),
    field: Type.Optional(Type.String({ description: "JSON pointer into the body, or name of a parameter." })),
    chain: Type.Optional(
      Type.Object(
        { codespace: Type.String(), code: Type.Integer(), message: Type.String() },
        { description: "What the chain said." },
      ),
    ),
  },
  { $id: "Problem", additionalProperties: true },
);

/** Refers to a schema with an `$id` that was added by `app.addSchema`, with its static type. */
export function ref<T extends TSchema>(schema: T) {
  const { $id } = schema as { $id?: string };
  if ($id === undefined) throw new Error("a schema without $id cannot be referred to");
  return Type.Unsafe<Static<T>>({ $ref: `${$id}#` });
}

/** An answer that is a problem document. */
export const ProblemAnswer = {
  description: "A problem document.",
  content: { "application/problem+json": { schema: ref(ProblemSchema) } },
};

/** A schema with a `type`, or null. Serialized faster than a union. */
export function nullable<T extends TSchema>(schema: T) {
  const { type, enum: values, $id: _, ...rest } = schema as { type?: string; enum?: readonly unknown[]; $id?: string };
  const nulls = values === undefined ? {} : { enum: [...values, null] };
  return Type.Unsafe<Static<T> | null>({ ...rest, ...nulls, type: [type ?? "string", "null"] });
}

/** One of these texts. */
export function oneOf<const T extends string>(values: readonly T[], description?: string) {
  return Type.Unsafe<T>({ type: "string", enum: values, ...(description === undefined ? {} : { description }) });
}

/** One event of a stream of server-sent events, as OpenAPI 3.1 tools read them: field by field, `data` as text. */
export const SERVER_SENT_EVENT = {
  type: "object",
  properties: {
    id: { type: "string" },
    event: { type: "string" },
    data: { type: "string" },
    retry: { type: "integer" },
  },
} as const;
