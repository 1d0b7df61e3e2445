// Cases: items without a price take the merchant's as it is then, in one order, in many and with a payment; a price of its
// own stands; a missing one is refused with its own code; setting, replacing and removing with their events; who may; the
// refusals in their order; queries with paging; genesis; keys, pinned.

import { describe, expect, test } from "vitest";
import { GenesisState } from "../../gen/stateset/orders/v1/genesis.ts";
import * as q from "../../gen/stateset/orders/v1/query.ts";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import type { Price } from "../../gen/stateset/orders/v1/types.ts";
import { QueryError } from "../../src/baseapp/queryError.ts";
import { toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { priceKey } from "./keys.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { coin, eventNames, GOV, OrdersWorld, PEOPLE, sampleOrder } from "./testing/ordersWorld.ts";

const { customer, merchant, operator, partner, stranger } = PEOPLE;
const NONE = new Uint8Array(0);
const BARE = { tax: "", shippingCost: "" };

const item = (sku: string, quantity: number, unitPrice = "") =>
  ({ sku, quantity, unitPrice, totalPrice: "", descriptionHash: NONE }) as const;
const entry = (sku: string, unitPrice: string, denom = "uusdc") => ({ sku, denom, unitPrice });

function codeOf({ failure }: { readonly failure: { codespace: string; code: number } | undefined }) {
  return failure === undefined ? undefined : `${failure.codespace} ${failure.code}`;
}

/** A merchant with an operator, who asks 2.50 for a widget and 10 for a gadget. */
function shop(): OrdersWorld {
  const world = new OrdersWorld({ denoms: ["ueurc", "uusdc"] });
  world.must(tx.MsgAddOperator, { merchant, operator });
  world.must(tx.MsgSetPrice, {
    signer: merchant,
    merchant,
    prices: [entry("widget", "2500000"), entry("gadget", "10000000")],
  });
  return world;
}

function set(world: OrdersWorld, prices: readonly tx.NewPrice[], signer: string = merchant) {
  return world.send(tx.MsgSetPrice, { signer, merchant, prices: [...prices] });
}

describe("items without a price", () => {
  test("default: they take the merchant's, and the chain checks the sums", () => {
    const world = shop();
    const id = world.create({ ...BARE, items: [item("widget", 10), item("gadget", 5)], total: "75000000" });
    expect(world.order(id)).toMatchObject({
      subtotal: "75000000",
      items: [
        { sku: "widget", unitPrice: "2500000", totalPrice: "25000000" },
        { sku: "gadget", unitPrice: "10000000", totalPrice: "50000000" },
      ],
    });
    const wrong = sampleOrder({ ...BARE, items: [item("widget", 10)], total: "24999999" });
    expect(codeOf(world.send(tx.MsgCreateOrder, { creator: customer, order: wrong }))).toBe("orders 17");
  });

  test("behavior: in many orders, and in one that is paid with the same message", () => {
    const world = shop();
    const order = sampleOrder({ ...BARE, items: [item("widget", 1)], total: "2500000" });
    const { orderIds } = world.must<tx.MsgCreateOrders, tx.MsgCreateOrdersResponse>(tx.MsgCreateOrders, {
      creator: customer,
      orders: [order, order],
    });
    expect(orderIds.map((id) => world.order(id).total)).toEqual(["2500000", "2500000"]);
    const paid = world.must<tx.MsgCreateAndPayOrder, tx.MsgCreateAndPayOrderResponse>(tx.MsgCreateAndPayOrder, {
      ...{ creator: customer, order, amount: coin(2_500_000n) },
    });
    expect(paid.status).toBe(2);
  });

  test("behavior: a price of its own stands; a later price changes no order", () => {
    const world = shop();
    const items = [item("widget", 1, "7"), item("widget", 1)];
    const id = world.create({ ...BARE, items, total: "2500007" });
    world.must(tx.MsgSetPrice, { signer: operator, merchant, prices: [entry("widget", "9000000")] });
    expect(world.order(id).items.map(({ unitPrice }) => unitPrice)).toEqual(["7", "2500000"]);
    expect(world.order(world.create({ ...BARE, items: [item("widget", 1)], total: "9000000" })).total).toBe("9000000");
  });

  test.each<readonly [string, Parameters<typeof sampleOrder>[0], string]>([
    ["unknown goods", { items: [item("gizmo", 1)] }, "orders 47"],
    ["another denomination", { items: [item("widget", 1)], denom: "ueurc" }, "orders 47"],
    ["another merchant", { items: [item("widget", 1)], merchant: partner }, "orders 47"],
    ["an unknown denomination first", { items: [item("gizmo", 1)], denom: "uatom" }, "orders 13"],
    ["a wrong item first", { items: [item("gizmo", 0)] }, "orders 12"],
    ["the sums afterwards", { items: [item("widget", 1), item("gizmo", 1)], total: "1" }, "orders 47"],
  ])("error: %s", (_what, parts, code) => {
    const world = shop();
    const order = sampleOrder({ ...BARE, total: "2500000", ...parts });
    expect(codeOf(world.send(tx.MsgCreateOrder, { creator: customer, order }))).toBe(code);
  });
});

describe("MsgSetPrice", () => {
  test("behavior: each change has its event; what is gone already has none", () => {
    const world = shop();
    const { events } = set(world, [entry("widget", "3"), entry("gadget", ""), entry("gizmo", ""), entry("new", "4")]);
    expect(eventNames(events)).toEqual(["EventPriceSet", "EventPriceRemoved", "EventPriceSet"]);
    const attributes = Object.fromEntries(events[0]!.attributes.map(({ key, value }) => [key, JSON.parse(value)]));
    expect(attributes).toMatchObject({
      merchant,
      price: { merchant, sku: "widget", denom: "uusdc", unit_price: "3", updated_at: expect.any(String) },
    });
    const order = sampleOrder({ ...BARE, items: [item("gadget", 1)], total: "10000000" });
    expect(codeOf(world.send(tx.MsgCreateOrder, { creator: customer, order }))).toBe("orders 47");
  });

  test("behavior: an operator may until it is removed; a denomination that is no longer accepted is removed still", () => {
    const world = shop();
    expect(codeOf(set(world, [entry("widget", "5", "ueurc")], operator))).toBeUndefined();
    world.must(tx.MsgRemoveOperator, { merchant, operator });
    expect(codeOf(set(world, [entry("widget", "6")], operator))).toBe("orders 6");
    world.must(tx.MsgUpdateParams, { authority: GOV, params: DEFAULT_PARAMS });
    expect(codeOf(set(world, [entry("widget", "6", "ueurc")]))).toBe("orders 13");
    expect(eventNames(set(world, [entry("widget", "", "ueurc")]).events)).toEqual(["EventPriceRemoved"]);
  });

  const rows: readonly (readonly [string, Partial<tx.MsgSetPrice>, string])[] = [
    ["malformed signer", { signer: "x", merchant: "y" }, "sdk 7"],
    ["malformed merchant", { merchant: "x", prices: [] }, "sdk 7"],
    ["a stranger", { signer: stranger, prices: [] }, "orders 6"],
    ["the customer", { signer: customer }, "orders 6"],
    ["no prices", { prices: [] }, "orders 21"],
    ["101 prices", { prices: Array.from({ length: 101 }, () => entry("a", "1")) }, "orders 21"],
    ["no sku", { prices: [entry("", "x", "uatom")] }, "orders 12"],
    ["a sku of 65 bytes", { prices: [entry("s".repeat(65), "1")] }, "orders 12"],
    ["another denomination", { prices: [entry("a", "x", "uatom")] }, "orders 13"],
    ["a malformed denomination that is removed", { prices: [entry("a", "", "uusdc\0a")] }, "orders 13"],
    ["a price of zero", { prices: [entry("a", "0")] }, "orders 14"],
    ["a negative price", { prices: [entry("a", "-1")] }, "orders 14"],
    ["a fraction", { prices: [entry("a", "1.5")] }, "orders 15"],
    ["too high a price", { prices: [entry("a", "9".repeat(19))] }, "orders 16"],
    ["the second of two", { prices: [entry("a", "1"), entry("b", "0")] }, "orders 14"],
    ["paused, after all that", { prices: [entry("a", "1")] }, "orders 8"],
  ];
  test.each(rows)("error: %s", (what, parts, code) => {
    const world = shop();
    world.must(tx.MsgPause, { authority: GOV, msgTypeUrls: ["/stateset.orders.v1.MsgSetPrice"] });
    const before = world.exported();
    const good = { signer: merchant, merchant, prices: [entry("a", "1")] };
    expect([what, codeOf(world.send(tx.MsgSetPrice, { ...good, ...parts }))]).toEqual([what, code]);
    expect(world.exported()).toEqual(before);
  });
});

describe("queries", () => {
  function ask<Res>(world: OrdersWorld, name: string, request: MessageCodec<never>, message: object): Res {
    const handler = world.router.query(`/stateset.orders.v1.Query/${name}`)!;
    const bytes = request.encode(request.fromPartial(message) as never).finish();
    return handler.handle(world.context("query"), handler.request.decode(bytes)) as Res;
  }
  const price = (world: OrdersWorld, message: object) =>
    ask<q.QueryPriceResponse>(world, "Price", q.QueryPriceRequest as never, message).price;
  const prices = (world: OrdersWorld, message: object) =>
    ask<q.QueryPricesResponse>(world, "Prices", q.QueryPricesRequest as never, message);
  const names = ({ prices: list }: q.QueryPricesResponse) => list.map(({ denom, sku }) => `${denom} ${sku}`);

  test("default: one price; all of a merchant by denomination and sku, in pages", () => {
    const world = shop();
    set(world, [entry("widget", "7", "ueurc"), entry("ärger/ü", "8"), entry("z\0z", "9")]);
    world.must(tx.MsgSetPrice, { signer: partner, merchant: partner, prices: [entry("widget", "1")] });
    expect(price(world, { merchant, sku: "ärger/ü", denom: "uusdc" })).toMatchObject({ unitPrice: "8", merchant });
    const all = ["ueurc widget", "uusdc gadget", "uusdc widget", "uusdc z\0z", "uusdc ärger/ü"];
    expect(names(prices(world, { merchant }))).toEqual(all);
    expect(names(prices(world, { merchant, denom: "uusdc" }))).toEqual(all.slice(1));
    expect(names(prices(world, { merchant: stranger }))).toEqual([]);
    const seen: string[] = [];
    let key = NONE as Uint8Array;
    do {
      const page = prices(world, { merchant, pagination: { key, limit: 2n } });
      seen.push(...names(page));
      key = page.pagination?.nextKey ?? NONE;
    } while (key.length > 0);
    expect(seen).toEqual(all);
    const counted = prices(world, { merchant, pagination: { countTotal: true, limit: 1n, offset: 3n, reverse: true } });
    expect([names(counted), counted.pagination?.total]).toEqual([[all[1]], 5n]);
  });

  test("error: what is not there, and what is malformed", () => {
    const world = shop();
    set(world, [entry("a\0b", "9")]);
    const statusOf = (run: () => unknown) => {
      try {
        return run();
      } catch (thrown) {
        if (thrown instanceof QueryError) return thrown.status;
        throw thrown;
      }
    };
    expect(statusOf(() => price(world, { merchant, sku: "gizmo", denom: "uusdc" }))).toBe(5);
    expect(statusOf(() => price(world, { merchant, sku: "b", denom: "uusdc\0a" }))).toBe(3);
    expect(statusOf(() => price(world, { merchant: "x", sku: "widget", denom: "uusdc" }))).toBe(3);
    expect(statusOf(() => prices(world, { merchant: "" }))).toBe(3);
    expect(statusOf(() => prices(world, { merchant, denom: "!" }))).toBe(3);
    expect(statusOf(() => prices(world, { merchant, pagination: { limit: 101n } }))).toBe(3);
  });
});

describe("genesis", () => {
  const exported = () => {
    const world = shop();
    set(world, [entry("widget", "7", "ueurc"), entry("\u{1f600}", "8"), entry("\uffee", "9")]);
    return GenesisState.decode(GenesisState.encode(world.exported() as GenesisState).finish());
  };
  const genesisOf = (world: OrdersWorld) => world.modules.at(-1)!.genesis!;

  test("behavior: prices come out as they went in, in byte order", () => {
    const genesis = exported();
    expect(genesis.prices.map(({ sku }) => sku)).toEqual(["widget", "gadget", "widget", "\uffee", "\u{1f600}"]);
    const world = new OrdersWorld({ denoms: ["ueurc", "uusdc"] });
    genesisOf(world).validate(genesis);
    genesisOf(world).init(world.context("genesis"), genesis);
    expect((world.exported() as GenesisState).prices).toEqual(genesis.prices);
  });

  test.each<readonly [string, (prices: Price[]) => void, RegExp]>([
    ["unsorted", (prices) => prices.reverse(), /is not behind/],
    ["twice", (prices) => prices.push(prices.at(-1)!), /is not behind/],
    ["without an amount", (prices) => Object.assign(prices[0]!, { unitPrice: "" }), /amount/],
    ["of nobody", (prices) => Object.assign(prices[0]!, { merchant: "x" }), /merchant/],
    ["in another spelling", (prices) => Object.assign(prices[0]!, { merchant: merchant.toUpperCase() }), /lower case/],
    ["of nothing", (prices) => Object.assign(prices[0]!, { sku: "" }), /sku/],
    ["in a malformed denomination", (prices) => Object.assign(prices[0]!, { denom: "u\0" }), /denom/],
  ])("error: a price %s", (_what, breakIt, text) => {
    const genesis = exported();
    breakIt(genesis.prices);
    expect(() => genesisOf(shop()).validate(genesis)).toThrow(text);
  });
});

test("behavior: the key, pinned", () => {
  const key = priceKey({ merchant: "stateset1a", denom: "uusdc", sku: "w" });
  expect(toHex(key)).toBe("0f7374617465736574316175757364630077");
});
