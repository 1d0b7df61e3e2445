// Cases, on every database: after hundreds of random blocks the tables are the state of the chain; in one go, step by
// step and made anew they are the same, event by event; a failing node, and a database that fails in the middle of a
// batch, lose and double nothing; two gateways on one database share the work; a hook is part of the transaction; a
// reverted chain, another chain and a pruned one are noticed; reading waits for a height; text with U+0000 passes; whoever
// keeps orders hears of each that changed, and when any may have.

import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { GenesisState } from "../../../gen/stateset/orders/v1/genesis.ts";
import { messageToJson } from "../../codec/protoJson.ts";
import { type Database, DatabaseError } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { SimulatedChain } from "../testing/simulatedChain.ts";
import type { ChainObject } from "./blockRows.ts";
import { getOrder } from "./orderQueries.ts";
import { clearReadModel, loadProjection, OtherChainError, type ProjectionHook, Projector } from "./projector.ts";

const WAIT_MS = 30_000;
const TABLES = ["orders", "payments", "refunds", "exceptions"] as const;

function nobodyHears(error: unknown): void {
  throw error;
}

function keyOf(row: ChainObject): string {
  return String(row["id"]);
}

function byKey(rows: readonly ChainObject[]): ChainObject[] {
  return [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What the chain itself says it holds. */
function chainState({ simulation: { world } }: SimulatedChain): Record<string, ChainObject[]> {
  const bytes = GenesisState.encode(world.exported() as GenesisState).finish();
  return messageToJson(world.registry, GenesisState.$type, bytes) as Record<string, ChainObject[]>;
}

async function tableOf(database: Database, table: string): Promise<readonly ChainObject[]> {
  const rows = await database.query<{ document: ChainObject }>(`select document from ${table}`);
  return byKey(rows.map(({ document }) => document));
}

async function eventIds(database: Database): Promise<string[]> {
  const rows = await database.query<{ id: string; sequence: string; order_id: string }>(
    "select id, order_id, sequence from events order by position",
  );
  return rows.map(({ id, order_id, sequence }) => `${id} ${order_id} ${sequence}`);
}

async function expectState(database: Database, chain: SimulatedChain): Promise<void> {
  const state = chainState(chain);
  for (const table of TABLES) expect(await tableOf(database, table)).toEqual(byKey(state[table] ?? []));
}

const kinds = testDatabases();
afterAll(async () => {
  for (const kind of kinds) await kind.stop();
});

describe.each(kinds)("a read model in $name", (kind) => {
  let database: Database;
  let projectors: Projector[];

  beforeEach(async () => {
    database = await kind.open();
    projectors = [];
    return async () => {
      for (const projector of projectors) await projector.stop();
      await database.close();
    };
  });

  interface Options {
    readonly onOtherChain?: "stop" | "rebuild";
    readonly hooks?: readonly ProjectionHook[];
    readonly on?: Database;
    readonly onRetry?: (error: unknown) => void;
  }

  async function follow(chain: SimulatedChain, options: Options = {}): Promise<Projector> {
    const { on, ...rest } = options;
    const projector = new Projector({ database: on ?? database, source: chain, onOtherChain: "stop", ...rest });
    projectors.push(projector);
    await projector.start(nobodyHears);
    return projector;
  }

  test("default: the tables are the state of the chain", async () => {
    const chain = new SimulatedChain(11);
    chain.grow(150);
    const projector = await follow(chain);
    expect(await projector.reached(150, WAIT_MS)).toBe(true);
    await expectState(database, chain);
    for (const table of TABLES) expect((await tableOf(database, table)).length).toBeGreaterThan(10);
    const [dates] = await database.query<{ count: string }>(
      "select count(*) as count from orders where status = 'DELIVERED' and (paid_at is null or delivered_at < paid_at)",
    );
    expect(dates?.count).toBe("0");
    const sources = await database.query("select 1 from orders where source_domain is not null");
    expect(sources.length).toBeGreaterThan(0);
  });

  test("behavior: block by block, at once, or made anew: the same events with the same names and numbers", async () => {
    const chain = new SimulatedChain(12);
    const projector = await follow(chain);
    for (let height = 1; height <= 40; height += 1) {
      chain.grow(1);
      await projector.reached(height, WAIT_MS);
    }
    const stepwise = await eventIds(database);
    await projector.stop();
    await clearReadModel(database);
    const again = await follow(chain);
    await again.reached(40, WAIT_MS);
    expect(await eventIds(database)).toEqual(stepwise);
    expect(stepwise.length).toBeGreaterThan(100);
    await expectState(database, chain);
  });

  test("behavior: a node that fails now and then loses nothing", async () => {
    const chain = new SimulatedChain(13);
    let retries = 0;
    const projector = await follow(chain, { onRetry: () => (retries += 1) });
    chain.failures = 1;
    chain.grow(20);
    expect(await projector.reached(20, WAIT_MS)).toBe(true);
    expect(retries).toBeGreaterThan(0);
    await expectState(database, chain);
  });

  test("behavior: a hook that fails takes its batch back, and hears it again", async () => {
    const chain = new SimulatedChain(14);
    const heard: string[][] = [];
    const hook: ProjectionHook = async (sql, events) => {
      heard.push(events.map(({ id }) => id));
      await sql.query("insert into merchants (address, document) values ($1, '{}')", [`hook-${heard.length}`]);
      if (heard.length === 1) throw new DatabaseError(Object.assign(new Error("serialization"), { code: "40001" }));
    };
    const projector = await follow(chain, { hooks: [hook] });
    chain.grow(5);
    expect(await projector.reached(5, WAIT_MS)).toBe(true);
    const [first, second] = heard;
    expect(second?.slice(0, first?.length)).toEqual(first);
    const hooks = await database.query<{ address: string }>(
      "select address from merchants where address like 'hook-%'",
    );
    expect(hooks.map(({ address }) => address)).not.toContain("hook-1");
    await expectState(database, chain);
  });

  test("behavior: two gateways on one database do each block once", async () => {
    const chain = new SimulatedChain(15);
    const [one, two] = [await follow(chain), await follow(chain)];
    for (let height = 5; height <= 60; height += 5) {
      chain.grow(5);
      await Promise.all([one.reached(height, WAIT_MS), two.reached(height, WAIT_MS)]);
    }
    expect((await loadProjection(database))?.height).toBe(60);
    await expectState(database, chain);
    const ids = await eventIds(database);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("behavior: who keeps orders hears of each that changed", async () => {
    const chain = new SimulatedChain(23);
    const told: (ReadonlySet<string> | undefined)[] = [];
    const projector = await follow(chain);
    projector.onChange((ids) => told.push(ids));
    let before = new Map<string, string>();
    for (let height = 1; height <= 25; height += 1) {
      chain.grow(1);
      expect(await projector.reached(height, WAIT_MS)).toBe(true);
      const ids = (await tableOf(database, "orders")).map(keyOf);
      const details = await Promise.all(
        ids.map(async (id) => [id, JSON.stringify(await getOrder(database, id))] as const),
      );
      const now = new Map(details);
      const changed = ids.filter((id) => now.get(id) !== before.get(id));
      expect([...(told.at(-1) ?? [])]).toEqual(expect.arrayContaining(changed));
      before = now;
    }
    expect(before.size).toBeGreaterThan(10);
    // What another gateway writes it has not seen.
    const other: (ReadonlySet<string> | undefined)[] = [];
    const late = await follow(chain);
    late.onChange((ids) => other.push(ids));
    for (let height = 26; height <= 40; height += 1) {
      chain.grow(1);
      await Promise.all([projector.reached(height, WAIT_MS), late.reached(height, WAIT_MS)]);
    }
    expect([...told, ...other]).toContain(undefined);
  });

  test("behavior: a devnet that was reverted is followed anew", async () => {
    const chain = new SimulatedChain(16);
    chain.grow(10);
    const projector = await follow(chain, { onOtherChain: "rebuild" });
    await projector.reached(10, WAIT_MS);
    chain.revert(4);
    // The chain grows past the old height before anybody looks.
    chain.grow(6);
    await projector.reached(12, WAIT_MS);
    const kept = (await eventIds(database)).map((id) => id.split(" ")[0]);
    const said = chain.blocks.flatMap(({ height, events }) =>
      events
        .filter(({ type }) => type.startsWith("stateset.orders.v1."))
        .map(({ txIndex, eventIndex }) => `evt_${height}_${txIndex + 1}_${eventIndex}`),
    );
    expect(kept).toEqual(said);
  });

  test("error: a chain that was reverted, where money is at stake", async () => {
    const chain = new SimulatedChain(17);
    chain.grow(5);
    const fatal: unknown[] = [];
    const projector = new Projector({ database, source: chain, onOtherChain: "stop" });
    await projector.start((error) => fatal.push(error));
    await projector.reached(5, WAIT_MS);
    chain.revert(2);
    chain.grow(3);
    await projector.reached(6, 3_000);
    await projector.stop();
    expect(fatal).toEqual([expect.any(OtherChainError)]);
    expect((await loadProjection(database))?.height).toBe(5);
  });

  test("error: another chain, and a node whose first blocks are gone", async () => {
    const chain = new SimulatedChain(18);
    chain.grow(3);
    const projector = await follow(chain);
    await projector.reached(3, WAIT_MS);
    await projector.stop();
    chain.chainId = "other-1";
    await expect(follow(chain)).rejects.toThrow(OtherChainError);
    chain.chainId = "simulated-1";
    chain.earliestHeight = 10;
    await expect(follow(chain)).rejects.toThrow("all blocks");
    await clearReadModel(database);
    await expect(follow(chain)).rejects.toThrow("all blocks");
  });

  test("behavior: who waits for a height gets it, or hears that it takes too long", async () => {
    const chain = new SimulatedChain(19);
    const projector = await follow(chain);
    expect(await projector.reached(1, 20)).toBe(false);
    const wait = projector.reached(2, WAIT_MS);
    chain.grow(2);
    expect(await wait).toBe(true);
    expect(projector.tip).toBe(2);
  });

  test("behavior: text that PostgreSQL has no place for does not stop anything", async () => {
    const chain = new SimulatedChain(20);
    chain.grow(3);
    const height = chain.blocks.findIndex(({ events }) =>
      events.some(({ type }) => type.endsWith("EventOrderCreated")),
    );
    const block = chain.blocks[height]!;
    const events = block.events.map((event) => ({
      ...event,
      attributes: event.attributes.map(({ key, value }) => ({
        key,
        value: value.replace(/"customer_id":"[^"]*"/, '"customer_id":"a\\u0000b\\ud800"'),
      })),
    }));
    chain.blocks[height] = { ...block, events };
    const projector = await follow(chain);
    expect(await projector.reached(3, WAIT_MS)).toBe(true);
  });
});
