// From the events of blocks to rows. Every event of x/orders carries the objects that it changed as they are afterwards
// (x/orders/README.md, Events), so that the last one in a block says all; nothing else of the chain is read.

import { Buffer } from "node:buffer";
import type { ChainBlock, ChainEvent } from "./blockSource.ts";

/** A value of an event, as proto JSON has it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** An object of the chain, as proto JSON has it. */
export interface ChainObject {
  readonly [key: string]: Json;
}

/** A row of `events`, before it has its place among all. */
export interface EventRow {
  /** `evt_` height `_` transaction `_` event: the same whenever and wherever it is derived. */
  readonly id: string;
  readonly height: number;
  readonly time: string;
  readonly tx_hash: string;
  /** Without the package: `EventOrderPaid`. */
  readonly type: string;
  readonly order_id: string;
  readonly document: ChainObject;
}

/** What a run of blocks changed; of each object its last state. */
export interface BlockRows {
  readonly orders: readonly ChainObject[];
  readonly payments: readonly ChainObject[];
  readonly refunds: readonly ChainObject[];
  readonly exceptions: readonly ChainObject[];
  readonly merchants: readonly ChainObject[];
  readonly events: readonly EventRow[];
}

const PACKAGE = "stateset.orders.v1.";

type ObjectTable = Exclude<keyof BlockRows, "events">;

/** Which fields of events hold objects, and of which table. */
const TABLE_OF_FIELD: Readonly<Record<string, ObjectTable>> = {
  order: "orders",
  payment: "payments",
  payments: "payments",
  refund: "refunds",
  exception: "exceptions",
  exceptions: "exceptions",
  merchant: "merchants",
};

/** An event of the chain that is not what its type says: the read model would be wrong from here on. */
export class EventFormatError extends Error {
  readonly code = "event_format";

  constructor(id: string, message: string) {
    super(`${id}: ${message}`);
    this.name = "EventFormatError";
  }
}

function isObject(value: Json): value is ChainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * PostgreSQL has no place in text for U+0000, nor for half of a surrogate pair. What people write into metadata must not
 * stop the read model.
 */
function storable(_key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  return Buffer.from(value, "utf8").toString("utf8").replaceAll("\u0000", "\ufffd");
}

function documentOf(id: string, { attributes }: ChainEvent): ChainObject {
  const document: Record<string, Json> = {};
  for (const { key, value } of attributes) {
    // Added by the chain to every event of its kind, and no field of it.
    if (key === "msg_index" || key === "mode") continue;
    try {
      document[key] = JSON.parse(value, storable) as Json;
    } catch {
      throw new EventFormatError(id, `${key} is not JSON`);
    }
  }
  return document;
}

/** The objects that a field holds: none, one, or several. */
function objectsOf(value: Json): readonly ChainObject[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Of two states of an order the one with the higher revision is the newer; other objects come in order. */
function isNewer(next: ChainObject, known: ChainObject | undefined): boolean {
  if (known === undefined || known["revision"] === undefined) return true;
  return BigInt(textOf(next["revision"])) >= BigInt(textOf(known["revision"]));
}

/** Collects what blocks changed. One for each transaction of the database. */
export class RowCollector {
  readonly #objects: Record<ObjectTable, Map<string, ChainObject>> = {
    orders: new Map(),
    payments: new Map(),
    refunds: new Map(),
    exceptions: new Map(),
    merchants: new Map(),
  };
  readonly #events: EventRow[] = [];

  /** How many events were collected: the measure of a batch. */
  get size(): number {
    return this.#events.length;
  }

  /** Takes a block in. Throws EventFormatError. */
  add({ height, time, events }: ChainBlock): void {
    for (const event of events) {
      if (event.type.startsWith(PACKAGE)) this.#addEvent(height, time, event);
    }
  }

  #addEvent(height: number, time: string, event: ChainEvent): void {
    // The block's beginning is at place 0, so that the text never holds a sign.
    const id = `evt_${height}_${event.txIndex + 1}_${event.eventIndex}`;
    const document = documentOf(id, event);
    for (const [field, value] of Object.entries(document)) {
      const table = TABLE_OF_FIELD[field];
      if (table !== undefined) for (const object of objectsOf(value)) this.#put(id, table, object);
    }
    this.#events.push({
      id,
      height,
      time,
      tx_hash: event.txHash,
      type: event.type.slice(PACKAGE.length),
      order_id: textOf(document["order_id"]),
      document,
    });
  }

  #put(id: string, table: ObjectTable, object: ChainObject): void {
    const key = textOf(object[table === "merchants" ? "address" : "id"]);
    if (key === "") throw new EventFormatError(id, `an object of ${table} without its name`);
    const objects = this.#objects[table];
    if (isNewer(object, objects.get(key))) objects.set(key, object);
  }

  /** What was collected; objects in the order in which they were first seen. */
  rows(): BlockRows {
    const { orders, payments, refunds, exceptions, merchants } = this.#objects;
    return {
      orders: [...orders.values()],
      payments: [...payments.values()],
      refunds: [...refunds.values()],
      exceptions: [...exceptions.values()],
      merchants: [...merchants.values()],
      events: this.#events,
    };
  }
}
