// Orders through HTTP, against a real chain. Cases: an order's whole life, as the published description tells it; aliases;
// sums; prices; payments by wallet, in parts, in bulk; every action; refunds, disputes, captures; lists and filters; reads of
// one's own writes; writes that are not waited for; validators; other merchants see nothing; what is refused, and how.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MsgGrant } from "../../../gen/cosmos/authz/v1beta1/tx.ts";
import { SendAuthorization } from "../../../gen/cosmos/bank/v1beta1/authz.ts";
import { MsgPayOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { encodeMessage, typeUrlOf } from "../../codec/message.ts";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type ChainGateway, startChainGateway } from "../testing/chainGateway.ts";

let database: Database;
let gateway: ChainGateway;

beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
  gateway = await startChainGateway(database);
}, 60_000);

afterAll(async () => {
  await gateway?.close();
  await database?.close();
});

// biome-ignore lint/suspicious/noExplicitAny: JSON of answers.
type Answer = { status: number; json: any; headers: Record<string, unknown> };

async function call(
  method: "GET" | "POST" | "PUT",
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await gateway.inject({ method, url, ...(payload === undefined ? {} : { payload }), headers });
  const json = answer.body === "" ? undefined : answer.json();
  return { status: answer.statusCode, json, headers: answer.headers };
}

const post = (url: string, payload?: object, headers?: Record<string, string>) => call("POST", url, payload, headers);
const get = (url: string, headers?: Record<string, string>) => call("GET", url, undefined, headers);

const LAPTOP = {
  customer_id: "cust_123",
  items: [{ sku: "LAPTOP-001", quantity: 1, unit_price: "999.99", description: "MacBook Pro 16-inch" }],
  tax: "87.49",
  shipping_cost: "9.99",
  shipping_address: {
    name: "John Doe",
    address_line_1: "123 Main St",
    city: "San Francisco",
    state: "CA",
    postal_code: "94105",
    country: "US",
  },
  metadata: { channel: "web", campaign_id: "summer_sale_2024" },
};

async function created(body: object = {}): Promise<string> {
  const { status, json } = await post("/v1/orders", { ...LAPTOP, ...body });
  expect([status, json.code]).toEqual([201, undefined]);
  return json.id;
}

async function paid(body: object = {}): Promise<string> {
  const id = await created(body);
  expect((await post(`/v1/orders/${id}/pay`, {})).status).toBe(200);
  return id;
}

async function act(id: string, action: string, body?: object): Promise<Answer> {
  return post(`/v1/orders/${id}/${action}`, body);
}

describe("an order's life", () => {
  test("default: made, paid, fulfilled, shipped, delivered", async () => {
    const { json: order, status } = await post("/v1/orders", LAPTOP);
    expect(status).toBe(201);
    expect(order).toMatchObject({
      id: expect.stringMatching(/^ord_[1-9A-Za-z]{12}$/),
      customer_id: "cust_123",
      status: "CREATED",
      items: [
        {
          sku: "LAPTOP-001",
          quantity: 1,
          unit_price: "999.99",
          total_price: "999.99",
          description: "MacBook Pro 16-inch",
        },
      ],
      subtotal: "999.99",
      tax: "87.49",
      shipping: "9.99",
      total: "1097.47",
      amount_due: "1097.47",
      currency: "USDC",
      payment_url: `http://127.0.0.1:8080/pay/${order.id}`,
      metadata: { channel: "web", campaign_id: "summer_sale_2024" },
    });
    expect(Date.parse(order.created_at)).toBeGreaterThan(0);
    const payment = await post(`/v1/orders/${order.id}/pay`, {
      payment_method: { type: "usdc", wallet_address: gateway.customer, amount: "1097.47" },
      billing_address: { name: "John Doe", country: "US" },
    });
    expect(payment.status).toBe(200);
    expect(payment.json).toMatchObject({
      payment_id: expect.stringMatching(/^pay_/),
      order_id: order.id,
      status: "PAID",
      amount: "1097.47",
      amount_due: "0.00",
      currency: "USDC",
      transaction_hash: expect.stringMatching(/^[0-9A-F]{64}$/),
      fees: { network_fee: "0.02", processing_fee: "0.00" },
    });
    const fulfilled = await act(order.id, "fulfill", {
      tracking_number: "FEDEX123456",
      carrier: "fedex",
      items: order.items,
    });
    expect(fulfilled.json).toMatchObject({ status: "FULFILLED", fulfillment_status: "FULFILLED" });
    expect((await act(order.id, "ship")).json.status).toBe("SHIPPED");
    const { json: shipped } = await get(`/v1/orders/${order.id}`);
    expect(shipped).toMatchObject({
      status: "SHIPPED",
      items: [{ status: "SHIPPED" }],
      payment: {
        id: payment.json.payment_id,
        status: "PAID",
        amount: "1097.47",
        method: "USDC",
        paid_at: payment.json.paid_at,
      },
      shipping: { carrier: "fedex", tracking_number: "FEDEX123456" },
      hold: null,
      dispute: null,
      personal_data: { shipping_address: { name: "John Doe", country: "US" } },
    });
    expect(shipped.timeline.map((entry: { status: string }) => entry.status)).toEqual([
      "CREATED",
      "PAID",
      "FULFILLED",
      "SHIPPED",
    ]);
    expect((await act(order.id, "deliver")).json).toMatchObject({
      status: "DELIVERED",
      release_at: expect.any(String),
    });
  });

  test("behavior: personal data is not on the chain, and not for keys without customers:read", async () => {
    const id = await created({ customer: { email: "customer@example.com" } });
    const { json } = await get(`/v1/orders/${id}`, { authorization: "Bearer reader" });
    expect(json.personal_data).toBeUndefined();
    const { json: whole } = await get(`/v1/orders/${id}`);
    expect(whole.personal_data.customer).toEqual({ email: "customer@example.com" });
    const [row] = await database.query<{ document: object }>("select document from orders where id = $1", [id]);
    expect(JSON.stringify(row?.document)).not.toMatch(/John|example\.com|Main St|MacBook/);
  });

  test("behavior: the quick start makes and pays in one transaction", async () => {
    const { status, json } = await post("/v1/orders/create-and-pay", {
      items: [{ sku: "LAPTOP-001", quantity: 1, price: "999.99" }],
      customer: { id: "cust_123", email: "customer@example.com" },
      payment: { method: "usdc", amount: "999.99" },
      shipping: { address: "123 Main St, San Francisco, CA 94105", method: "standard" },
    });
    expect([status, json.code]).toEqual([201, undefined]);
    expect(json).toMatchObject({
      status: "PAID",
      total: "999.99",
      customer_wallet: gateway.customer,
      metadata: { shipping_method: "standard" },
    });
    const { json: read } = await get(`/v1/orders/${json.id}`);
    expect(read.personal_data.shipping_address).toEqual({
      address_line_1: "123 Main St, San Francisco, CA 94105",
      raw: "123 Main St, San Francisco, CA 94105",
    });
  });

  test("behavior: held, released, cancelled with a refund", async () => {
    const id = await paid();
    expect((await act(id, "hold", { reason: "fraud_review" })).json).toMatchObject({
      status: "HELD",
      hold: { held_from: "PAID", reason: "fraud_review" },
    });
    expect((await act(id, "pay", {})).json).toMatchObject({ code: "conflict", status: 409 });
    const { json: released } = await act(id, "release");
    expect(released).toMatchObject({ status: "PAID", hold: null });
    expect(released.timeline.map((entry: { status: string }) => entry.status)).toContain("RELEASED");
    expect((await act(id, "cancel", { reason: "sold out" })).json).toMatchObject({
      status: "CANCELLED",
      payment_status: "REFUNDED",
      cancel_cause: "requested",
      amount_refunded: "1097.47",
      refunds: [
        { status: "COMPLETED", amount: "1097.47", refund_address: { domain: null, address: gateway.customer } },
      ],
    });
  });

  test("behavior: a part is refunded, then the rest", async () => {
    const id = await paid();
    expect((await act(id, "refund", { amount: "97.47", reason: "scratched" })).json).toMatchObject({
      status: "PAID",
      payment_status: "PARTIALLY_REFUNDED",
      amount_refunded: "97.47",
    });
    expect((await act(id, "refund", { amount: "2000" })).json).toMatchObject({
      code: "chain_refused",
      chain: { codespace: "orders", code: 28 },
    });
    expect((await act(id, "refund")).json).toMatchObject({ status: "REFUNDED", amount_refunded: "1097.47" });
    const { json } = await get(`/v1/refunds?order_id=${id}`);
    expect([json.total_count, json.refunds.map(({ amount }: { amount: string }) => amount)]).toEqual([
      2,
      ["1000.00", "97.47"],
    ]);
    expect((await get(`/v1/refunds/${json.refunds[0].id}`)).json).toEqual(json.refunds[0]);
  });

  test("behavior: the customer disputes, the arbiter decides", async () => {
    const id = await paid({ customer_wallet: gateway.customer });
    const opened = await act(id, "dispute", { reason: "not as described", evidence_hash: `0x${"ab".repeat(32)}` });
    expect(opened.json).toMatchObject({
      status: "DISPUTED",
      dispute: { outcome: null, previous_status: "PAID", evidence_hash: `0x${"ab".repeat(32)}` },
    });
    const { json } = await get("/v1/disputes");
    expect(json.disputes).toMatchObject([{ order_id: id, status: "OPEN", reason: "not as described" }]);
    const resolved = await act(id, "resolve", {
      outcome: "partial",
      refund_amount: "100",
      resolution: "half and half",
    });
    expect(resolved.json).toMatchObject({
      status: "PAID",
      dispute: { outcome: "partial", amount_refunded: "100.00", resolution: "half and half" },
    });
    expect((await get("/v1/disputes")).json.total_count).toBe(0);
    const without = await paid();
    expect((await act(without, "dispute", {})).json.code).toBe("not_supported");
  });

  test("behavior: instant release, and a return", async () => {
    const id = await paid({ release_mode: "instant" });
    expect((await get(`/v1/orders/${id}`)).json).toMatchObject({ release_mode: "instant", amount_released: "1097.47" });
    await act(id, "ship", { carrier: "ups", tracking_number: "1Z" });
    await act(id, "fulfill");
    expect(
      (await act(id, "ship", { carrier: "ups", tracking_number: "1Z", estimated_delivery: "2026-12-24T10:00:00Z" }))
        .json,
    ).toMatchObject({
      shipping: { estimated_delivery: "2026-12-24T10:00:00Z" },
    });
    expect((await act(id, "return", { reason: "too small" })).json.status).toBe("RETURNED");
    expect((await act(id, "capture")).json.code).toBe("forbidden");
    expect((await act(id, "sweep")).json).toMatchObject({ code: "chain_refused", chain: { code: 42 } });
  });

  test("behavior: items move apart", async () => {
    const id = await paid({
      items: [
        { sku: "A", quantity: 1, unit_price: "1" },
        { sku: "B", quantity: 2, unit_price: "2" },
        { sku: "A", quantity: 3, unit_price: "3" },
      ],
    });
    const statuses = ({ json }: Answer) => json.items.map(({ status }: { status: string }) => status);
    expect(statuses(await act(id, "fulfill", { items: ["B"] }))).toEqual(["PENDING", "FULFILLED", "PENDING"]);
    expect(statuses(await act(id, "fulfill", { items: [2] }))).toEqual(["PENDING", "FULFILLED", "FULFILLED"]);
    expect(statuses(await act(id, "fulfill", { items: [{ sku: "A", quantity: 1 }] }))).toEqual([
      "FULFILLED",
      "FULFILLED",
      "FULFILLED",
    ]);
    for (const [items, field] of [
      [["C"], "/items/0"],
      [[9], "/items/0"],
      [["B", "B"], "/items/1"],
      [[{ sku: "B", quantity: 1 }], "/items/0/quantity"],
    ] as const) {
      expect((await act(id, "ship", { items: [...items] })).json).toMatchObject({ code: "invalid_request", field });
    }
  });
});

describe("payments", () => {
  test("behavior: in parts, without more than is due", async () => {
    const id = await created({ customer_id: "cust_parts" });
    expect((await act(id, "pay", { amount: "1000" })).json).toMatchObject({
      status: "CREATED",
      payment_status: "PARTIALLY_PAID",
      amount: "1000.00",
      amount_due: "97.47",
    });
    expect(await act(id, "pay", { amount: "98" })).toMatchObject({
      status: 409,
      json: { code: "amount_mismatch", amount_due: "97.47", field: "/amount" },
    });
    expect((await act(id, "pay", { payment_method: { amount: "97.47" } })).json.status).toBe("PAID");
    const { json } = await get(`/v1/payments?order_id=${id}&limit=1`);
    expect(json).toMatchObject({
      total_count: 2,
      has_more: true,
      payments: [
        { amount: "97.47", channel: "message", payer: gateway.customer, transaction_hash: expect.any(String) },
      ],
    });
    const next = await get(`/v1/payments?order_id=${id}&limit=1&cursor=${json.next_cursor}`);
    expect(next.json).toMatchObject({ has_more: false, next_cursor: null, payments: [{ amount: "1000.00" }] });
    expect((await get(`/v1/payments/${next.json.payments[0].id}`)).json).toEqual(next.json.payments[0]);
    expect((await get(`/v1/orders/${id}/payments`)).json.payments).toHaveLength(2);
  });

  test("error: nobody to pay, or no grant", async () => {
    const id = await created();
    const live = await post(
      `/v1/orders/${id}/pay`,
      { payment_method: { type: "usdc" } },
      { authorization: "Bearer live" },
    );
    expect(live).toMatchObject({
      status: 422,
      json: {
        code: "payer_required",
        amount_due: "1097.47",
        deposit_address: expect.any(String),
        payment_url: expect.any(String),
        grantee: gateway.key.signer,
      },
    });
    const stranger = await act(id, "pay", { payment_method: { wallet_address: gateway.stranger } });
    expect(stranger).toMatchObject({ status: 422, json: { code: "grant_required", grantee: gateway.key.signer } });
    const both = await act(id, "pay", { amount: "1", payment_method: { amount: "2" } });
    expect(both.json).toMatchObject({ code: "invalid_request", field: "/amount" });
    expect((await act(id, "pay", { currency: "EUR", amount: "1" })).json.code).toBe("not_supported");
    expect((await act(id, "pay", { payment_method: { type: "card" } })).json.code).toBe("invalid_request");
  });

  test("behavior: by a transaction that the payer signed", async () => {
    const id = await created();
    const other = await created();
    const pay = (orderId: string, micro: string) => ({
      typeUrl: typeUrlOf(MsgPayOrder),
      value: MsgPayOrder.fromPartial({ payer: gateway.stranger, orderId, amount: { denom: "uusdc", amount: micro } }),
    });
    const cases: readonly (readonly [string, object, string])[] = [
      [await gateway.sign(4, [pay(other, "1097470000")]), {}, "invalid_request"],
      [await gateway.sign(4, [pay(id, "1097470001")]), {}, "amount_mismatch"],
      [await gateway.sign(4, [pay(id, "1097470000")]), { amount: "1" }, "amount_mismatch"],
      [await gateway.sign(4, [pay(id, "1"), pay(id, "1")]), {}, "invalid_request"],
      [Buffer.from("none").toString("base64"), {}, "invalid_request"],
    ];
    for (const [signed_tx, body, code] of cases)
      expect((await act(id, "pay", { signed_tx, ...body })).json.code).toBe(code);
    const signed_tx = await gateway.sign(4, [pay(id, "1097470000")]);
    expect((await act(id, "pay", { signed_tx })).json).toMatchObject({ status: "PAID", amount: "1097.47" });
    const { json } = await get(`/v1/orders/${id}`);
    expect(json.payments).toMatchObject([{ payer: gateway.stranger }]);
  });

  test("behavior: a wallet that lets transfers alone pays by the deposit address", async () => {
    const limit = { spendLimit: [{ denom: "uusdc", amount: "2000000000" }] };
    const authorization = {
      typeUrl: typeUrlOf(SendAuthorization),
      value: encodeMessage(SendAuthorization, SendAuthorization.fromPartial(limit)),
    };
    const wallet = gateway.devnet.accounts[5]!.address;
    const grant = { granter: wallet, grantee: gateway.key.signer, grant: { authorization } };
    const granted = await gateway.send(5, [{ typeUrl: typeUrlOf(MsgGrant), value: grant }]);
    expect(granted.rawLog ?? "").toBe("");
    const id = await created();
    const { json } = await act(id, "pay", { payment_method: { type: "usdc", wallet_address: wallet } });
    expect(json).toMatchObject({ status: "PAID", amount: "1097.47" });
    expect((await get(`/v1/orders/${id}`)).json.payments).toMatchObject([{ channel: "transfer", payer: wallet }]);
    // What is left of the grant is less than the next order's total.
    expect((await act(await created(), "pay", { payment_method: { wallet_address: wallet } })).json.code).toBe(
      "chain_refused",
    );
  });

  test("behavior: many at once, all or none", async () => {
    const { json } = await post("/v1/orders/bulk", { orders: [LAPTOP, { ...LAPTOP, customer_id: "cust_456" }] });
    const ids = json.orders.map(({ id }: { id: string }) => id);
    const short = await post("/v1/orders/bulk/pay", {
      payments: [{ order_id: ids[0] }, { order_id: ids[1], amount: "5000" }],
    });
    expect(short.json).toMatchObject({ code: "amount_mismatch", field: "/payments/1/amount" });
    const { status, json: all } = await post("/v1/orders/bulk/pay", {
      payments: ids.map((order_id: string) => ({ order_id, amount: "1097.47" })),
    });
    expect([status, all.payments.map((payment: { status: string }) => payment.status)]).toEqual([
      200,
      ["PAID", "PAID"],
    ]);
    expect(
      (await post("/v1/orders/bulk/pay", { payments: [{ order_id: ids[0] }, { order_id: ids[0] }] })).json.code,
    ).toBe("invalid_request");
  });

  test("error: the quick start pays less than the total", async () => {
    const { status, json } = await post("/v1/orders/create-and-pay", {
      items: [{ sku: "LAPTOP-001", quantity: 1, price: "999.99" }],
      customer: { email: "somebody@example.com" },
      tax: "87.49",
      payment: { method: "usdc", amount: "999.99" },
    });
    expect([status, json.code, json.amount_due]).toEqual([409, "amount_mismatch", "1087.48"]);
    const [row] = await database.query<{ count: number }>(
      "select count(*)::int as count from personal_data where customer_id like 'guest_%'",
    );
    expect(row?.count).toBe(0);
  });
});

describe("what is made", () => {
  test("error: bodies that say two things, or nothing", async () => {
    const cases: readonly (readonly [object, string, string])[] = [
      [{ items: [{ sku: "A", quantity: 1, price: "1", unit_price: "2" }] }, "invalid_request", "/items/0/unit_price"],
      [{ customer: { id: "cust_456" } }, "invalid_request", "/customer_id"],
      [{ shipping: { cost: "1" } }, "invalid_request", "/shipping_cost"],
      [{ total: "1096.47" }, "amount_mismatch", "/total"],
      [{ subtotal: "1" }, "amount_mismatch", "/subtotal"],
      [{ discount: "5000" }, "invalid_request", "/discount"],
      [{ items: [{ sku: "NO-PRICE", quantity: 1 }] }, "price_required", "/items/0/unit_price"],
      [{ items: [] }, "invalid_request", "/items"],
      [{ items: [{ sku: "A", quantity: 0, price: "1" }] }, "invalid_request", "/items/0/quantity"],
      [{ items: [{ sku: "A", quantity: 1, price: 1 }] }, "invalid_request", "/items/0/price"],
      [{ metadata: { a: 1 } }, "invalid_request", "/metadata/a"],
      [{ shipping_address: { country: "Germany" } }, "invalid_request", "/shipping_address/country"],
      [{ unknown: 1 }, "invalid_request", "/unknown"],
      [{ customer_wallet: `stateset1${"q".repeat(38)}` }, "invalid_request", "/customer_wallet"],
    ];
    for (const [body, code, field] of cases) {
      const { json } = await post("/v1/orders", { ...LAPTOP, ...body });
      expect([body, json.code, json.field ?? ""]).toEqual([body, code, field]);
    }
    expect((await post("/v1/orders", { ...LAPTOP, total: "1097.47", subtotal: "999.99" })).status).toBe(201);
    const bulk = await post("/v1/orders/bulk", { orders: [LAPTOP, { items: [{ sku: "NO-PRICE", quantity: 1 }] }] });
    expect(bulk.json).toMatchObject({ code: "price_required", field: "/orders/1/items/0/unit_price" });
  });

  test("behavior: what the chain refuses leaves no personal data", async () => {
    const count = async () =>
      (await database.query<{ count: number }>("select count(*)::int as count from personal_data"))[0]?.count;
    const before = await count();
    expect(
      (await post("/v1/orders", { ...LAPTOP, revenue_split: [{ address: gateway.customer, basis_points: 5000 }] }))
        .json,
    ).toMatchObject({ chain: { code: 24 } });
    expect(await count()).toBe(before);
  });

  test("behavior: prices of the merchant's book", async () => {
    const book = await call("PUT", "/v1/prices", {
      prices: [
        { sku: "WIDGET-001", unit_price: "2.5" },
        { sku: "GADGET-002", unit_price: "10" },
      ],
    });
    expect(book.json.prices).toMatchObject([
      { sku: "WIDGET-001", unit_price: "2.50", currency: "USDC" },
      { unit_price: "10.00" },
    ]);
    const { json } = await post("/v1/orders/bulk", {
      orders: [
        { customer_id: "cust_123", items: [{ sku: "WIDGET-001", quantity: 10 }] },
        { customer_id: "cust_456", items: [{ sku: "GADGET-002", quantity: 5 }] },
      ],
    });
    expect(json.orders.map(({ total }: { total: string }) => total)).toEqual(["25.00", "50.00"]);
    const { json: first } = await get("/v1/prices?limit=1");
    expect(first).toMatchObject({ has_more: true, prices: [{ sku: "GADGET-002" }] });
    expect((await get("/v1/prices?cursor=zzz")).json).toMatchObject({ code: "invalid_request" });
    expect((await get(`/v1/prices?limit=5&cursor=${first.next_cursor}`)).json).toMatchObject({
      has_more: false,
      prices: [{ sku: "WIDGET-001" }],
    });
    expect(
      (await call("PUT", "/v1/prices", { prices: [{ sku: "WIDGET-001", unit_price: null }] })).json.prices,
    ).toEqual([]);
  });

  test("behavior: the merchant's settings", async () => {
    const { json } = await call("PUT", "/v1/merchant", { dispute_window_seconds: 3600, fee_tolerance: "0.5" });
    expect(json).toMatchObject({
      address: gateway.key.merchant,
      operators: [gateway.key.signer],
      dispute_window_seconds: 3600,
      fee_tolerance: "0.50",
      release_mode: "on_delivery",
    });
    expect((await get("/v1/merchant")).json).toEqual(json);
    expect((await call("PUT", "/v1/merchant", { dispute_window_seconds: 31_536_000 })).json).toMatchObject({
      code: "chain_refused",
      chain: { code: 23 },
    });
  });
});

describe("reads", () => {
  test("behavior: the list, by every filter", async () => {
    const id = await paid({ customer_id: "cust_list" });
    const { json } = await get("/v1/orders?customer_id=cust_list&status=PAID&limit=50&offset=0");
    expect(json).toEqual({
      orders: [
        expect.objectContaining({
          id,
          customer_id: "cust_list",
          status: "PAID",
          total: "1097.47",
          currency: "USDC",
          created_at: expect.any(String),
        }),
      ],
      total_count: 1,
      has_more: false,
      next_cursor: null,
    });
    const count = async (query: string) => (await get(`/v1/orders?customer_id=cust_list&${query}`)).json.total_count;
    expect(await count("amount_min=1097.47&amount_max=1097.47")).toBe(1);
    expect(await count("amount_min=1097.48")).toBe(0);
    expect(await count("created_after=2020-01-01&created_before=2100-01-01T00:00:00Z")).toBe(1);
    expect(await count("created_after=2100-01-01T00:00:00%2B02:00")).toBe(0);
    expect(await count("payment_status=PAID&payment_status=UNPAID")).toBe(1);
    expect(await count("customer_wallet=nobody")).toBe(0);
    for (const [query, field] of [
      ["limit=101", "limit"],
      ["offset=-1", "offset"],
      ["status=GONE", "status"],
      ["amount_min=1e3", "amount_min"],
      ["created_after=2026-02-30", "created_after"],
      ["created_after=yesterday", "created_after"],
      ["cursor=abc", "cursor"],
      ["what=1", "what"],
    ]) {
      const refused = await get(`/v1/orders?${query}`);
      expect([query, refused.status, refused.json.field]).toEqual([query, 400, field]);
    }
  });

  test("behavior: another merchant's is not there", async () => {
    const id = await paid();
    const authorization = "Bearer other";
    expect((await get(`/v1/orders/${id}`, { authorization })).json.code).toBe("not_found");
    for (const action of ["pay", "fulfill", "cancel", "refund", "hold"]) {
      expect([action, (await post(`/v1/orders/${id}/${action}`, {}, { authorization })).json.code]).toEqual([
        action,
        "not_found",
      ]);
    }
    expect((await get("/v1/orders", { authorization })).json.total_count).toBe(0);
    expect((await get("/v1/payments", { authorization })).json.total_count).toBe(0);
    const { json } = await get(`/v1/payments?order_id=${id}`);
    expect((await get(`/v1/payments/${json.payments[0].id}`, { authorization })).json.code).toBe("not_found");
    expect((await get("/v1/orders/ord_none")).json.code).toBe("not_found");
    expect((await post("/v1/orders/ord_none/cancel", {})).json.code).toBe("not_found");
  });

  test("behavior: validators", async () => {
    const id = await created();
    const { headers } = await get(`/v1/orders/${id}`);
    expect(headers).toMatchObject({
      etag: expect.stringMatching(/^".{22}"$/),
      "cache-control": "private, no-cache",
      vary: "Authorization",
    });
    const again = await get(`/v1/orders/${id}`, { "if-none-match": String(headers["etag"]) });
    expect([again.status, again.json]).toEqual([304, undefined]);
    await act(id, "hold", {});
    expect((await get(`/v1/orders/${id}`, { "if-none-match": String(headers["etag"]) })).status).toBe(200);
    expect((await get("/v1/orders/ord_none")).headers["cache-control"]).toBe("no-store");
  });

  test("behavior: a write that is not waited for", async () => {
    const { status, json, headers } = await post("/v1/orders", LAPTOP, { prefer: "respond-async" });
    expect([status, json.status, headers["location"]]).toEqual([202, "PENDING", `/v1/writes/${json.id}`]);
    await expect
      .poll(async () => (await get(`/v1/writes/${json.id}`)).json.status, { timeout: 10_000 })
      .toBe("SUCCEEDED");
    const { json: done } = await get(`/v1/writes/${json.id}`);
    expect(done).toMatchObject({
      transaction_hash: expect.any(String),
      result: { order_id: expect.stringMatching(/^ord_/) },
    });
    const id = await created();
    const refused = await post(`/v1/orders/${id}/deliver`, undefined, { prefer: "wait=1, respond-async" });
    await expect
      .poll(async () => (await get(`/v1/writes/${refused.json.id}`)).json.problem?.code, { timeout: 10_000 })
      .toBe("conflict");
    expect((await get("/v1/writes/wrt_none")).status).toBe(404);
  });

  test("error: the wrong order of things", async () => {
    const id = await created();
    expect(await act(id, "ship")).toMatchObject({
      status: 409,
      json: { code: "conflict", chain: { codespace: "orders", code: 7 } },
    });
    expect((await act(id, "release")).status).toBe(409);
    expect((await act(id, "resolve", { outcome: "nobody" })).json).toMatchObject({
      code: "invalid_request",
      field: "/outcome",
    });
    expect((await act(id, "resolve")).status).toBe(400);
    expect((await act(id, "ship", { carrier: "x".repeat(65) })).json.field).toBe("/carrier");
    const reader = await post(`/v1/orders/${id}/cancel`, {}, { authorization: "Bearer reader" });
    expect(reader).toMatchObject({ status: 403, json: { code: "forbidden" } });
  });
});
