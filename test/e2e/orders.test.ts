// Orders by an unmodified CosmJS client on a running devnet. Cases: made and paid; a refusal with its code; many made at
// once, with gas by simulation; gas "auto" for messages with flat fees, alone, mixed and by authz; a
// price book; the devnet's operator governs; a transfer to the deposit address; events found by search; the REST paths.

import { coins, isDeliverTxSuccess, type SigningStargateClient } from "@cosmjs/stargate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { addressOf, directWallet, signingClient, startTestChain, type TestChain } from "./testChain.ts";

const TOTAL = "1097470000";
const FEE = { amount: coins(20_000, "uusdc"), gas: "600000" };

let chain: TestChain;
let client: SigningStargateClient;
let customer: string;
let merchant: string;

beforeAll(async () => {
  chain = await startTestChain();
  const wallets = await Promise.all([directWallet(chain, 0), directWallet(chain, 1)]);
  [customer, merchant] = (await Promise.all(wallets.map(addressOf))) as [string, string];
  client = await signingClient(chain, wallets[0]!);
  register(client);
});

afterAll(async () => {
  client?.disconnect();
  await chain?.close();
});

const CODECS = [
  ...[tx.MsgCreateOrder, tx.MsgCreateOrders, tx.MsgPayOrder, tx.MsgFulfillOrder, tx.MsgCancelOrder],
  ...[tx.MsgPause, tx.MsgUnpause, tx.MsgSetPrice],
];

/** Teaches a client the messages: the generated codecs are what CosmJS wants. */
function register(target: SigningStargateClient): void {
  for (const codec of CODECS) target.registry.register(`/${codec.$type}`, codec as never);
}

function message<T>(codec: MessageCodec<T>, value: object) {
  return { typeUrl: `/${codec.$type}`, value: codec.fromPartial(value) };
}

function newOrder() {
  return {
    ...{ merchant, customer, denom: "uusdc", total: TOTAL, tax: "87490000", shippingCost: "9990000" },
    items: [{ sku: "LAPTOP-001", quantity: 1, unitPrice: "999990000" }],
  };
}

async function createOrder(): Promise<tx.MsgCreateOrderResponse> {
  const create = message(tx.MsgCreateOrder, { creator: customer, order: newOrder() });
  const result = await client.signAndBroadcast(customer, [create], FEE);
  expect(result.rawLog ?? "").toBe("");
  return tx.MsgCreateOrderResponse.decode(result.msgResponses[0]!.value);
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of another program.
async function rest(path: string): Promise<{ status: number; json: any }> {
  const answer = await fetch(`${chain.devnet.restUrl}${path}`);
  return { status: answer.status, json: await answer.json() };
}

describe("orders by CosmJS", () => {
  test("default: made and paid; found by its event and by REST", async () => {
    const { orderId } = await createOrder();
    const pay = message(tx.MsgPayOrder, { payer: customer, orderId, amount: { denom: "uusdc", amount: TOTAL } });
    expect(isDeliverTxSuccess(await client.signAndBroadcast(customer, [pay], FEE))).toBe(true);
    const { json } = await rest(`/stateset/orders/v1/orders/${orderId}`);
    expect(json).toMatchObject({
      order: { id: orderId, status: "ORDER_STATUS_PAID", payment_status: "PAYMENT_STATUS_PAID", total: TOTAL },
      payments: [{ payer: customer, amount_applied: TOTAL }],
      amount_due: "0",
    });
    const found = await client.searchTx(`stateset.orders.v1.EventOrderPaid.order_id='"${orderId}"'`);
    expect(found).toHaveLength(1);
  });

  test("error: what the table forbids has its code", async () => {
    const { orderId } = await createOrder();
    const fulfill = message(tx.MsgFulfillOrder, { signer: customer, orderId });
    const result = await client.signAndBroadcast(customer, [fulfill], FEE);
    expect(result.code).toBe(6);
    expect(result.rawLog).toContain("signer may not do this to the order");
  });

  test("behavior: many orders are made at once", async () => {
    const create = message(tx.MsgCreateOrders, { creator: customer, orders: [newOrder(), newOrder(), newOrder()] });
    const result = await client.signAndBroadcast(customer, [create], "auto");
    expect(tx.MsgCreateOrdersResponse.decode(result.msgResponses[0]!.value).orderIds).toHaveLength(3);
  });

  test('behavior: gas "auto" offers enough for messages with flat fees', async () => {
    const { orderId } = await createOrder();
    const amount = (text: string) => ({ denom: "uusdc", amount: text });
    const pay = (text: string) => message(tx.MsgPayOrder, { payer: customer, orderId, amount: amount(text) });
    const transfer = { fromAddress: customer, toAddress: merchant, amount: coins(1, "uusdc") };
    const send = { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: transfer };
    const inner = { typeUrl: pay("7").typeUrl, value: tx.MsgPayOrder.encode(pay("7").value as never).finish() };
    const exec = { typeUrl: "/cosmos.authz.v1beta1.MsgExec", value: { grantee: customer, msgs: [inner] } };
    const create = message(tx.MsgCreateOrder, { creator: customer, order: newOrder() });
    for (const messages of [[pay("5")], [pay("6"), send], [exec], [create], [pay("1"), pay("2")]]) {
      const result = await client.signAndBroadcast(customer, messages, "auto");
      expect(result.rawLog ?? "").toBe("");
      // What is reported is what to ask for; what counts is what was used.
      expect(result.gasUsed).toBeLessThan(300_000n);
    }
  });

  test("behavior: a plain transfer to the deposit address pays", async () => {
    const { orderId, depositAddress } = await createOrder();
    await client.sendTokens(customer, depositAddress, coins(TOTAL, "uusdc"), FEE);
    const { json } = await rest(`/stateset/orders/v1/deposit_addresses/${depositAddress}/order`);
    expect(json.order).toMatchObject({ id: orderId, status: "ORDER_STATUS_PAID" });
  });

  test("behavior: an item without a price takes the merchant's, which REST tells", async () => {
    const book = message(tx.MsgSetPrice, {
      ...{ signer: customer, merchant: customer },
      prices: [{ sku: "tea/green 1", denom: "uusdc", unitPrice: "2500000" }],
    });
    const order = {
      merchant: customer,
      denom: "uusdc",
      total: "5000000",
      items: [{ sku: "tea/green 1", quantity: 2 }],
    };
    const create = message(tx.MsgCreateOrder, { creator: customer, order });
    const result = await client.signAndBroadcast(customer, [book, create], "auto");
    expect(result.rawLog ?? "").toBe("");
    const base = `/stateset/orders/v1/merchants/${customer}`;
    const { json } = await rest(`${base}/price?sku=${encodeURIComponent("tea/green 1")}&denom=uusdc`);
    expect(json.price).toMatchObject({ sku: "tea/green 1", unit_price: "2500000" });
    expect((await rest(`${base}/prices?pagination.limit=1`)).json.prices).toHaveLength(1);
    expect((await rest(`${base}/price?sku=none&denom=uusdc`)).status).toBe(404);
  });

  test("behavior: the operator of a devnet is its authority", async () => {
    expect((await rest("/stateset/authority/v1/authority")).json).toEqual({
      authority: customer,
      pending_authority: "",
    });
    const msgTypeUrls = [`/${tx.MsgHoldOrder.$type}`];
    for (const codec of [tx.MsgPause, tx.MsgUnpause]) {
      const result = await client.signAndBroadcast(
        customer,
        [message(codec, { authority: customer, msgTypeUrls })],
        FEE,
      );
      expect(result.rawLog ?? "").toBe("");
      const { paused_msg_type_urls: paused } = (await rest("/stateset/orders/v1/params")).json;
      expect(paused).toEqual(codec === tx.MsgPause ? msgTypeUrls : []);
    }
  });

  test("behavior: the REST paths", async () => {
    expect((await rest("/stateset/orders/v1/params")).json.params.denoms).toEqual(["uusdc"]);
    expect((await rest("/stateset/orders/v1/transitions")).json.transitions.length).toBeGreaterThan(30);
    const list = await rest(`/stateset/orders/v1/orders?customer=${customer}&pagination.limit=2`);
    expect(list.json.orders).toHaveLength(2);
    expect((await rest("/stateset/orders/v1/orders/ord_none")).status).toBe(404);
    expect((await rest(`/stateset/orders/v1/merchants/${merchant}`)).json.merchant.address).toBe(merchant);
  });
});
