// A shop's day, by the SDK alone: an order that is paid at once, one that is paid from another chain, sent and delivered, one
// that is sent back with its money; and what the shop hears of it by webhook.

import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { encodeOrderHook } from "../../src/cctp/orderHook.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import type { CreatedOrder, StateSetClient } from "../../src/sdk/index.ts";
import { EvmWallet } from "../demo/evmWallet.ts";
import { until } from "../demo/shop.ts";
import type { Teller } from "../demo/story.ts";
import type { WebhookInbox } from "./webhookInbox.ts";

const LOCAL_DOMAIN = 7770;
const MICRO = 1_000_000;

/** What the day needs. */
export interface ShopDay {
  readonly devnet: DevnetSystem;
  readonly client: StateSetClient;
  readonly inbox: WebhookInbox;
  readonly tell: Teller;
}

/** How it ended. */
export interface ShopEnding {
  readonly orders: number;
  readonly paid: number;
  readonly refunded: number;
  /** Events that came by webhook, each with a valid signature. */
  readonly webhooks: number;
}

/** Micro-USDC of a decimal text that has at most six decimals. */
function micro(text: string): bigint {
  return BigInt(Math.round(Number(text) * MICRO));
}

/** Burns on the wallet's chain for an order, and says where a refund would go. */
async function payFrom(wallet: EvmWallet, { id, total, deposit_address }: CreatedOrder): Promise<string> {
  const address = addressToBytes32(Buffer.from(wallet.address.slice(2), "hex"));
  const hook = encodeOrderHook({ orderId: id, refund: { domain: wallet.chain.domain, address } });
  const recipient = addressToBytes32(decodeAddress(deposit_address));
  return wallet.burnV2({ amount: micro(total), domain: LOCAL_DOMAIN, recipient, hook });
}

async function quickStart({ client, inbox, tell }: ShopDay): Promise<string> {
  tell.chapter("A laptop: created and paid in one call");
  const order = await client.orders.createAndPay({
    items: [{ sku: "LAPTOP-001", quantity: 1, price: "999.99" }],
    customer: { id: "cust_123", email: "customer@example.com" },
    payment: { method: "usdc", amount: "999.99" },
    shipping: { address: "123 Main St, San Francisco, CA 94105", method: "standard" },
  });
  tell.step(`order ${order.id} is ${order.status}`, order.payments[0]?.transaction_hash);
  await inbox.until("order.paid", order.id);
  tell.step("webhook order.paid: received and verified");
  return order.id;
}

async function paidFromElsewhere(day: ShopDay, wallet: EvmWallet, sku: string, price: string): Promise<CreatedOrder> {
  const { client, inbox, tell } = day;
  const order = await client.orders.create({ customer_id: "cust_456", items: [{ sku, quantity: 1, price }] });
  tell.step(`order ${order.id} for ${sku}: ${order.payment_url}`);
  tell.step(`${order.total} USDC burned on ${wallet.chain.name}`, await payFrom(wallet, order));
  await inbox.until("order.paid", order.id);
  tell.step("webhook order.paid: the money has arrived on this chain");
  return order;
}

async function crossChain(day: ShopDay, wallet: EvmWallet): Promise<string> {
  const { client, inbox, tell } = day;
  tell.chapter("A phone: paid from another chain, prepared, sent, delivered");
  const { id } = await paidFromElsewhere(day, wallet, "PHONE-001", "499.00");
  await client.orders.fulfill(id, { carrier: "fedex", tracking_number: "FEDEX123456" });
  tell.step("fulfilled");
  await client.orders.ship(id);
  await inbox.until("order.shipped", id);
  tell.step("shipped: webhook order.shipped");
  await client.orders.deliver(id);
  const { status, timeline } = await client.orders.get(id);
  tell.step(`${status}, by way of ${timeline.map((entry) => entry.status).join(" → ")}`);
  return id;
}

async function refund(day: ShopDay, wallet: EvmWallet): Promise<string> {
  const { client, inbox, tell } = day;
  tell.chapter("A watch that is sold out: the money goes back to where it came from");
  const before = await wallet.balance();
  const { id } = await paidFromElsewhere(day, wallet, "WATCH-001", "250.00");
  await client.orders.refund(id, { reason: "sold out" });
  tell.step("refund begun");
  await inbox.until("order.refunded", id);
  tell.step("webhook order.refunded");
  await until(
    `${wallet.chain.name}: refund`,
    () => wallet.balance(),
    (balance) => balance === before,
  );
  const settled = await until(
    `${id} refunded`,
    () => client.orders.get(id, { cache: "bypass" }),
    ({ status }) => status === "REFUNDED",
  );
  tell.step(`minted back on ${wallet.chain.name}`, settled.refunds[0]?.destination_tx_hash ?? undefined);
  return id;
}

/** Tells the day. Rejects when anything is not as it should be. */
export async function tellShopDay(day: ShopDay): Promise<ShopEnding> {
  const { client, inbox, tell, devnet } = day;
  const wallet = new EvmWallet(devnet.evmChain("ethereum"), 1);
  const sold = [await quickStart(day), await crossChain(day, wallet)];
  const returned = await refund(day, wallet);
  tell.chapter("What the shop has");
  const counts = { orders: 0, paid: 0, refunded: 0 };
  for await (const order of client.orders.list()) {
    tell.step(`${order.id}  ${order.status.padEnd(10)} ${order.total.padStart(8)} USDC`);
    counts.orders += 1;
    if (sold.includes(order.id)) counts.paid += 1;
    if (order.id === returned && order.status === "REFUNDED") counts.refunded += 1;
  }
  if (inbox.refused > 0) throw new Error(`${inbox.refused} webhooks had no valid signature`);
  return { ...counts, webhooks: inbox.events.size };
}
