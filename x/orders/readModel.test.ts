// Cases: a read model that knows nothing but events, and takes each object as an event carries it, comes to the state of
// the chain, after thousands of random steps; also when it hears them in another order.

import { describe, expect, test } from "vitest";
import { GenesisState } from "../../gen/stateset/orders/v1/genesis.ts";
import type { Event } from "../../gen/tendermint/abci/types.ts";
import { messageToJson } from "../../src/codec/protoJson.ts";
import { Simulation } from "./testing/simulation.ts";

type Json = Record<string, unknown>;

const PREFIX = "stateset.orders.v1.";
/** Attributes that hold one object, or several. */
const TABLES: Readonly<Record<string, string>> = {
  order: "orders",
  payment: "payments",
  payments: "payments",
  refund: "refunds",
  exception: "exceptions",
  exceptions: "exceptions",
  merchant: "merchants",
  price: "prices",
};

/** Tables of objects by id (merchants by address, prices by what they are of). */
class ReadModel {
  readonly tables = new Map<string, Map<string, Json>>();

  apply({ type, attributes }: Event): void {
    if (!type.startsWith(PREFIX)) return;
    if (type.endsWith("EventPriceRemoved")) {
      const named = Object.fromEntries(attributes.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
      this.tables.get("prices")?.delete(keyOf(named));
    }
    for (const { key, value } of attributes) {
      const table = TABLES[key];
      if (table === undefined) continue;
      const parsed: unknown = JSON.parse(value);
      for (const row of Array.isArray(parsed) ? parsed : [parsed]) this.#upsert(table, row as Json | null);
    }
  }

  #upsert(table: string, row: Json | null): void {
    // An event of a price names its merchant as text.
    if (row === null || typeof row !== "object") return;
    const rows = this.tables.get(table) ?? new Map<string, Json>();
    this.tables.set(table, rows);
    const id = keyOf(row);
    const known = rows.get(id);
    // Of two states of an order the higher revision is the newer, in whatever order they come.
    if (known?.["revision"] !== undefined && BigInt(String(known["revision"])) > BigInt(String(row["revision"])))
      return;
    rows.set(id, row);
  }

  rows(table: string): Json[] {
    return [...(this.tables.get(table)?.values() ?? [])].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }
}

function keyOf(row: Json): string {
  return String(row["id"] ?? row["address"] ?? [row["merchant"], row["denom"], row["sku"]].join(" "));
}

function stateOf(simulation: Simulation): Record<string, Json[]> {
  const { world } = simulation;
  const bytes = GenesisState.encode(world.exported() as GenesisState).finish();
  return messageToJson(world.registry, GenesisState.$type, bytes) as Record<string, Json[]>;
}

describe("a read model of events alone", () => {
  test("default: every object is as the chain has it", () => {
    const simulation = new Simulation(5);
    const model = new ReadModel();
    simulation.onEvent = (event) => model.apply(event);
    for (let block = 0; block < 250; block += 1) expect(simulation.block(10)).toEqual([]);
    const state = stateOf(simulation);
    const least = { orders: 20, payments: 20, refunds: 20, exceptions: 20, merchants: 1, prices: 1 };
    for (const [table, count] of Object.entries(least)) {
      const expected = [...(state[table] ?? [])].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      expect(expected.length).toBeGreaterThanOrEqual(count);
      expect(model.rows(table)).toEqual(expected);
    }
  });

  test("behavior: orders also when events come in another order", () => {
    const simulation = new Simulation(6);
    const heard: Event[] = [];
    simulation.onEvent = (event) => heard.push(event);
    for (let block = 0; block < 80; block += 1) simulation.block(10);
    const model = new ReadModel();
    for (const event of heard.reverse()) model.apply(event);
    expect(model.rows("orders")).toEqual([...stateOf(simulation)["orders"]!]);
  });
});
