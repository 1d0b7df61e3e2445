// What a person asks about: a hash of 64 hex digits, which may be of a transaction or of a message on any chain, or the id
// of an order or of something that belongs to one.

/** Things of the orders module that have ids. */
export type OrderThing = "order" | "payment" | "refund" | "exception";

/** What is to be diagnosed. */
export type Subject =
  /** 64 lower-case hex digits, without `0x`. */
  { readonly kind: "hash"; readonly hash: string } | { readonly kind: OrderThing; readonly id: string };

/** Neither a hash nor an id. */
export class SubjectError extends Error {
  readonly code = "malformed_subject";
}

const HASH = /^(?:0[xX])?([0-9a-fA-F]{64})$/;
/** x/orders/ids.ts: a prefix and 12 characters of base58. */
const ID = /^(ord|pay|ref|exc)_[1-9A-HJ-NP-Za-km-z]{12}$/;
const THING_OF: Readonly<Record<string, OrderThing>> = {
  ord: "order",
  pay: "payment",
  ref: "refund",
  exc: "exception",
};
const SHOWN_LENGTH = 80;

/** Reads a subject. Throws SubjectError. */
export function parseSubject(text: string): Subject {
  const hash = HASH.exec(text)?.[1];
  if (hash !== undefined) return { kind: "hash", hash: hash.toLowerCase() };
  const kind = THING_OF[ID.exec(text)?.[1] ?? ""];
  if (kind !== undefined) return { kind, id: text };
  const expected =
    "expected a transaction or message hash (64 hex digits), or an id as in ord_…, pay_…, ref_… or exc_…";
  throw new SubjectError(`${expected}, got ${JSON.stringify(text.slice(0, SHOWN_LENGTH))}`);
}
