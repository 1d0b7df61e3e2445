// Cases, on every database: every event of the chain is in the table; after hundreds of random blocks each type came, with the
// data that the table names and the order as it was; ids and sequences without gaps, the same step by step, at once and made
// anew; money that names no order is nobody's; pages and filters; another merchant sees nothing.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PEOPLE } from "../../../x/orders/testing/ordersWorld.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import { CursorError } from "../readModel/cursor.ts";
import { clearReadModel, Projector } from "../readModel/projector.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { SimulatedChain } from "../testing/simulatedChain.ts";
import { apiEvent } from "./apiEvent.ts";
import { eventPosition, eventsBehind, getEvent, listEvents } from "./eventQueries.ts";
import { EVENT_TABLE, EVENT_TYPES, rulesFor, SILENT_EVENTS } from "./eventTable.ts";
import { tell } from "./gatewayEvents.ts";
import { writeApiEvents } from "./writeApiEvents.ts";

const URL = "https://api.example.com";
const BLOCKS = 150;
/** Behind this block the gateway tells of something itself. */
const TOLD_AT = 60;
const { merchant } = PEOPLE;

test("default: the table tells of every event of the chain, or says that it does not", () => {
  const proto = readFileSync(
    new globalThis.URL("../../../proto/stateset/orders/v1/events.proto", import.meta.url),
    "utf8",
  );
  const declared = [...proto.matchAll(/^message (Event\w+)/gm)].map(([, name]) => name);
  const known = [...EVENT_TABLE.map(({ chain }) => chain), ...SILENT_EVENTS];
  expect([...new Set(known)].filter((name) => name.startsWith("Event")).sort()).toEqual(declared.sort());
  expect(new Set(EVENT_TABLE.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES));
});

test.each([
  ["a refund of an exception", "EventOrderRefunded", { refund: { payment_id: "" } }, ["refund.settled"]],
  [
    "a refund of a payment",
    "EventOrderRefunded",
    { refund: { payment_id: "pay_1" } },
    ["refund.settled", "order.refunded"],
  ],
  [
    "an order that was cancelled",
    "EventOrderCancelled",
    { order: { cancel_cause: "CANCEL_CAUSE_REQUESTED" } },
    ["order.cancelled"],
  ],
  [
    "an order that expired",
    "EventOrderCancelled",
    { order: { cancel_cause: "CANCEL_CAUSE_EXPIRED" } },
    ["order.cancelled", "order.expired"],
  ],
  [
    "too much money",
    "EventPaymentException",
    { exception: { kind: "EXCEPTION_KIND_OVERPAID", status: "EXCEPTION_STATUS_OPEN" } },
    ["payment.unapplied", "payment.overpaid"],
  ],
  [
    "late money",
    "EventCrossChainPaymentException",
    { exception: { kind: "EXCEPTION_KIND_LATE", status: "EXCEPTION_STATUS_OPEN" } },
    ["payment.unapplied", "payment.late"],
  ],
  [
    "late money that went back",
    "EventCrossChainPaymentException",
    { exception: { kind: "EXCEPTION_KIND_LATE", status: "EXCEPTION_STATUS_REFUNDED" } },
    ["payment.resolved"],
  ],
  [
    "a note",
    "EventPaymentException",
    { exception: { kind: "EXCEPTION_KIND_FEE_SHORT", status: "EXCEPTION_STATUS_NOTED" } },
    [],
  ],
  ["settings", "EventMerchantUpdated", {}, []],
] as const)("behavior: %s", (_name, chain, document, types) => {
  expect(rulesFor(chain, document as ChainObject).map(({ type }) => type)).toEqual(types);
});

const kinds = testDatabases();

describe.each(kinds)("events in $name", (kind) => {
  let database: Database;
  let chain: SimulatedChain;

  async function follow(upTo: number): Promise<void> {
    const projector = new Projector({
      database,
      source: chain,
      hooks: [async (sql, events) => void (await writeApiEvents(sql, events))],
      onOtherChain: "rebuild",
    });
    await projector.start((error) => {
      throw error;
    });
    expect(await projector.reached(upTo, 30_000)).toBe(true);
    await projector.stop();
  }

  const rows = () =>
    database.query<{ id: string; order_id: string; sequence: string; position: string; merchant: string | null }>(
      "select * from api_events order by position",
    );
  const all = () => eventsBehind(database, { merchant }, 100_000);

  beforeAll(async () => {
    database = await kind.open();
    chain = new SimulatedChain(31);
    chain.grow(TOLD_AT);
    await follow(TOLD_AT);
    const [order] = await database.query<{ id: string }>("select id from orders where merchant = $1 limit 1", [
      merchant,
    ]);
    for (const [about, subscription] of [
      [order!.id, { id: "sub_1", status: "PAST_DUE" }],
      ["sub_2", { id: "sub_2", status: "UNPAID" }],
    ] as const) {
      await tell(database, { name: "GatewayChargeFailed", merchant, about, document: { subscription } });
    }
    const card = { payment_id: "card_1", amount: "1.00", status: "DECLINED" };
    await tell(database, { name: "GatewayCardFailed", merchant, about: order!.id, document: { card } });
    chain.grow(1);
    await follow(TOLD_AT + 1);
    chain.grow(BLOCKS - TOLD_AT - 1);
    await follow(BLOCKS);
  });
  afterAll(() => kind.stop());

  test("default: every type comes, with the data of the table", async () => {
    const seen = new Map<string, number>();
    for (const stored of await all()) {
      const event = apiEvent(stored, URL);
      seen.set(event.event, (seen.get(event.event) ?? 0) + 1);
      const rule = EVENT_TABLE.find((each) => each.chain === stored.chain_type && each.type === event.event);
      expect(Object.keys(event.data)).toEqual(rule?.data);
      // A reason may be missing; everything else is there.
      const { reason: _, ...rest } = event.data;
      if (stored.order_id === "sub_2") {
        expect(event.data).toEqual({ order: null, subscription: { id: "sub_2", status: "UNPAID" } });
        continue;
      }
      for (const value of Object.values(rest)) expect(value).not.toBeNull();
      expect(event.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
      const order = event.data["order"] as { id: string; merchant: string; payment_url: string };
      expect(order).toMatchObject({ id: stored.order_id, merchant, payment_url: `${URL}/pay/${stored.order_id}` });
      expect(JSON.stringify(event)).not.toContain("undefined");
    }
    expect(EVENT_TYPES.filter((type) => !seen.has(type))).toEqual([]);
  });

  test("behavior: the order is as it was at the event", async () => {
    const created = (await all()).filter(({ type }) => type === "order.created").map((stored) => apiEvent(stored, URL));
    expect(created.length).toBeGreaterThan(20);
    for (const { data, sequence } of created) {
      expect(sequence).toBe(1);
      expect(data["order"]).toMatchObject({ status: expect.stringMatching(/^(CREATED)$/), amount_paid: "0.00" });
    }
    const revisions = new Map<string, number>();
    for (const { order_id, order_document } of await all()) {
      if (order_id === "sub_2") continue;
      const revision = Number(order_document?.["revision"]);
      expect(revision).toBeGreaterThanOrEqual(revisions.get(order_id) ?? 1);
      revisions.set(order_id, revision);
    }
  });

  test("behavior: what the gateway tells stands behind the block after which it was told", async () => {
    const told = (await all()).filter(({ chain_type }) => chain_type.startsWith("Gateway"));
    expect(told.map(({ type }) => type)).toEqual([
      ...["subscription.charge_failed", "subscription.charge_failed", "subscription.unpaid", "payment.failed"],
    ]);
    const heights = await database.query("select distinct height from api_events where event_position is null");
    expect(heights).toEqual([{ height: String(TOLD_AT + 1) }]);
  });

  test("behavior: ids are unique, positions and sequences have no gap", async () => {
    const events = await rows();
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.map(({ position }) => Number(position))).toEqual(events.map((_, index) => index + 1));
    const last = new Map<string, number>();
    for (const { order_id, sequence } of events) {
      expect(Number(sequence)).toBe((last.get(order_id) ?? 0) + 1);
      last.set(order_id, Number(sequence));
    }
  });

  test("behavior: made anew, and block by block, they are the same", async () => {
    const before = await rows();
    const said = (await all()).map((stored) => apiEvent(stored, URL));
    await clearReadModel(database);
    const whole = chain.blocks.slice();
    for (let height = 1; height <= BLOCKS; height += 7) {
      chain.blocks.splice(0, chain.blocks.length, ...whole.slice(0, height));
      await follow(height);
    }
    chain.blocks.splice(0, chain.blocks.length, ...whole);
    await follow(BLOCKS);
    expect(await rows()).toEqual(before);
    expect((await all()).map((stored) => apiEvent(stored, URL))).toEqual(said);
  });

  test("behavior: money that names no order is of no merchant", async () => {
    const events = await rows();
    expect(events.some(({ merchant: of }) => of === null)).toBe(true);
    for (const { merchant: of, order_id } of events) expect(of === null).toBe(order_id === "");
  });

  test.each([
    [
      "a type",
      { types: ["order.paid", "order.shipped"] },
      (type: string) => ["order.paid", "order.shipped"].includes(type),
    ],
    ["nothing", {}, () => true],
  ] as const)(
    "behavior: pages, filtered by %s, have each event once in both orders",
    async (_name, filter, matches) => {
      const expected = (await all()).filter(({ type }) => matches(type)).map(({ id }) => id);
      for (const sort of ["created_at", "-created_at"] as const) {
        const ids: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await listEvents(database, { filter: { merchant, ...filter }, sort, limit: 37, cursor });
          ids.push(...page.events.map(({ id }) => id));
          cursor = page.nextCursor ?? undefined;
          expect(page.totalCount).toBe(expected.length);
          expect(page.hasMore).toBe(cursor !== undefined);
        } while (cursor !== undefined);
        expect(sort === "created_at" ? ids : ids.reverse()).toEqual(expected);
      }
    },
  );

  test("behavior: bounds are exclusive, by place and by time; an order's own", async () => {
    const events = await all();
    const [one, two] = [events[10]!, events[20]!];
    const between = await eventsBehind(
      database,
      { merchant, afterPosition: one.position, beforePosition: two.position },
      1_000,
    );
    expect(between.map(({ id }) => id)).toEqual(events.slice(11, 20).map(({ id }) => id));
    const late = await eventsBehind(
      database,
      { merchant, afterTime: two.time, beforeTime: events.at(-1)!.time },
      1_000,
    );
    expect(late.every(({ time }) => time > two.time && time < events.at(-1)!.time)).toBe(true);
    expect(late.length).toBeGreaterThan(0);
    const ofOrder = await eventsBehind(database, { merchant, orderId: one.order_id }, 1_000);
    expect(ofOrder.map(({ sequence }) => Number(sequence))).toEqual(ofOrder.map((_, index) => index + 1));
  });

  test("error: another merchant's, and cursors of another order", async () => {
    const [first] = await all();
    expect(await eventsBehind(database, { merchant: PEOPLE.customer }, 10)).toEqual([]);
    expect(await getEvent(database, first!.id, PEOPLE.customer)).toBeUndefined();
    expect(await eventPosition(database, first!.id, PEOPLE.customer)).toBeUndefined();
    expect((await getEvent(database, first!.id, merchant))?.id).toBe(first!.id);
    const page = await listEvents(database, { filter: { merchant }, sort: "created_at", limit: 1 });
    const request = { filter: { merchant }, sort: "-created_at", limit: 1, cursor: page.nextCursor! } as const;
    await expect(listEvents(database, request)).rejects.toThrow(CursorError);
  });
});
