// Cases: what looks like a card number, and what does not; over a real chain: an order is paid by a token, in part and whole;
// declined; again under an idempotency key; what was cut off is paid or let go, and by one; card numbers in any field; live keys; orders that take no payment; nothing of the card is kept but its last digits.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type ChainGateway, startChainGateway } from "../testing/chainGateway.ts";
import { holdsCardNumber } from "./cardNumbers.ts";
import { type CardPaymentRow, CardPayments, cardSettlements } from "./cardPayments.ts";
import { type CardProcessor, testCardProcessor } from "./cardProcessor.ts";

const VISA = "4242424242424242";

describe("card numbers", () => {
  test.each([
    VISA,
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "378282246310005",
    "card 5555555555554444!",
    "4222222222222",
    `99${VISA}99`,
  ])("default: %s", (text) => {
    expect(holdsCardNumber(text)).toBe(true);
  });

  test.each([
    "4242",
    "tok_secure_token",
    "4242424242424241",
    "999999999999",
    "2026-06-25T12:00:00.123456Z",
    "ord_7x9kPm2nQ1bC",
    "",
  ])("error: not %j", (text) => {
    expect(holdsCardNumber(text)).toBe(false);
  });
});

describe("card payments", () => {
  let database: Database;
  let gateway: ChainGateway;
  /** What was asked of the processor. */
  const asked: string[] = [];
  const processor: CardProcessor = {
    ...testCardProcessor(),
    authorize(charge) {
      asked.push(`authorize ${charge.id}`);
      return testCardProcessor().authorize(charge);
    },
    release: async (id) => void asked.push(`release ${id}`),
  };
  beforeAll(async () => {
    database = await openPglite();
    await migrate(database);
    gateway = await startChainGateway(database, { cardProcessor: processor });
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
    await database.close();
  });

  const post = async (url: string, payload: object, key = "test", more: Record<string, string> = {}) => {
    const headers = { authorization: `Bearer ${key}`, ...more };
    const answer = await gateway.inject({ method: "POST", url, payload, headers });
    return { status: answer.statusCode, json: answer.json() };
  };
  const order = async () => {
    const items = [{ sku: "A", quantity: 1, unit_price: "10.00" }];
    return (await post("/v1/orders", { customer_id: "cust_1", items })).json.id as string;
  };
  const card = (given: object = {}) => ({
    payment_method: { type: "card", token: "tok_secure_token", last4: "4242", brand: "visa", ...given },
  });

  test("default: a token pays the order", async () => {
    const id = await order();
    const part = await post(`/v1/orders/${id}/payments`, { ...card(), amount: "4.00" });
    expect(part).toMatchObject({ status: 201, json: { status: "CREATED", amount: "4.00", amount_due: "6.00" } });
    const rest = await post(`/v1/orders/${id}/payments`, card());
    expect(rest).toMatchObject({
      status: 201,
      json: { status: "PAID", amount: "6.00", card: { processor: "test", last4: "4242", brand: "visa" } },
    });
    expect((await gateway.inject({ url: `/v1/orders/${id}` })).json()).toMatchObject({ status: "PAID" });
    const rows = await database.query<{ row: string; status: string }>(
      "select t::text as row, status from card_payments t",
    );
    expect(rows.map(({ status }) => status)).toEqual(["PAID", "PAID"]);
    expect(JSON.stringify(rows)).not.toContain("tok_");
    expect((await post(`/v1/orders/${id}/payments`, card())).json).toMatchObject({ code: "conflict" });
  });

  test("error: declined", async () => {
    const id = await order();
    const declined = await post(`/v1/orders/${id}/payments`, card({ token: "tok_insufficient_funds" }));
    expect(declined).toMatchObject({
      status: 422,
      json: { code: "card_declined", decline_reason: "insufficient_funds" },
    });
    expect((await gateway.inject({ url: `/v1/orders/${id}` })).json()).toMatchObject({ status: "CREATED" });
  });

  const paymentsOf = (id: string) =>
    database.query<CardPaymentRow>("select * from card_payments where order_id = $1 order by created_at", [id]);

  test("behavior: what is asked for again under its key takes the money once, also when the order is paid", async () => {
    const id = await order();
    const pay = () => post(`/v1/orders/${id}/payments`, card(), "test", { "idempotency-key": `card-${id}` });
    const first = await pay();
    // The answer was lost, and so was that of the chain: this writer has no journal, and the chain takes nothing twice.
    await database.query("update card_payments set status = 'SENT' where order_id = $1", [id]);
    expect([first.status, (await pay()).json.code]).toEqual([201, "chain_refused"]);
    expect((await paymentsOf(id)).length).toBe(1);
    expect((await pay()).json).toMatchObject({ code: "conflict" });
  });

  test("behavior: a payment that was cut off is finished where it was sent, and else let go", async () => {
    const [sent, authorizing, refused] = [await order(), await order(), await order()];
    const payments = new CardPayments(gateway.parts);
    const begin = (orderId: string, amount = 10_000_000n) =>
      payments.begin({ id: `card_${orderId}`, key: gateway.key, orderId, payer: gateway.customer, amount });
    for (const id of [sent, authorizing]) await begin(id);
    await begin(refused);
    for (const id of [sent, refused]) {
      await payments.authorize((await payments.find(`card_${id}`))!, "tok_secure_token");
    }
    await post(`/v1/orders/${refused}/cancel`, { reason: "gone" });
    asked.length = 0;
    // Two gateways look.
    const settle = () =>
      cardSettlements(gateway.parts, {
        findKey: async () => gateway.key,
        now: () => new Date(Date.now() + 120_000),
        onError: (error) => {
          throw error;
        },
      }).tick();
    await Promise.all([settle(), settle()]);
    const states = async () => Promise.all([sent, authorizing, refused].map(async (id) => (await paymentsOf(id))[0]));
    expect((await states()).map((row) => row?.status)).toEqual(["PAID", "RELEASED", "RELEASED"]);
    expect(asked.sort()).toEqual([`release card_${authorizing}`, `release card_${refused}`].sort());
    expect((await gateway.inject({ url: `/v1/orders/${sent}` })).json()).toMatchObject({ status: "PAID" });
    // Whoever was slow finds that it is too late.
    const late = payments.authorize({ ...(await states())[1]!, status: "AUTHORIZING" }, "tok_secure_token");
    await expect(late).rejects.toMatchObject({ code: "conflict" });
    await settle();
    expect((await states()).map((row) => row?.status)).toEqual(["PAID", "RELEASED", "RELEASED"]);
  });

  test.each<readonly [string, object, string]>([
    ["as the token", card({ token: VISA }), "/payment_method/token"],
    ["within the token", card({ token: `tok_${VISA}` }), "/payment_method/token"],
    ["as the last digits", card({ last4: "4242 4242 4242 4242" }), "/payment_method/last4"],
    ["in a field that is none", card({ number: VISA }), "/payment_method/number"],
    ["as a number", card({ number: Number(VISA) }), "/payment_method/number"],
    ["as the name of a field", card({ [VISA]: "x" }), "/payment_method"],
    ["deep within", { ...card(), a: [{ b: `${VISA} 12/27` }] }, "/a/0/b"],
  ])("error: a card number %s", async (_name, payload, field) => {
    const { status, json } = await post(`/v1/orders/${await order()}/payments`, payload);
    expect([status, json.code, json.field]).toEqual([422, "card_data_refused", field]);
    expect(JSON.stringify(json)).not.toContain(VISA);
  });

  test("error: a live key; too much; nobody's order", async () => {
    const id = await order();
    expect((await post(`/v1/orders/${id}/payments`, card(), "live")).json).toMatchObject({ code: "not_supported" });
    expect((await post(`/v1/orders/${id}/payments`, { ...card(), amount: "10.01" })).json).toMatchObject({
      code: "amount_mismatch",
      amount_due: "10.00",
    });
    expect((await post(`/v1/orders/${id}/payments`, card(), "other")).status).toBe(404);
  });
});
