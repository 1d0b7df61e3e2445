// The messages that benches of orders send, and the ids of the orders that they are about.

import {
  MsgCancelOrder,
  MsgCreateOrder,
  MsgDeliverOrder,
  MsgFulfillOrder,
  MsgPayOrder,
  MsgRefundOrder,
  MsgShipOrder,
} from "../../gen/stateset/orders/v1/tx.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { makeId } from "../../x/orders/ids.ts";
import { BENCH_CHAIN_ID, type LoadTx } from "./load/accounts.ts";

const TOTAL = "1097470000";
const GAS_LIMIT = 500_000n;
const AMOUNT = { denom: "uusdc", amount: TOTAL };
/** As long as parameters allow: orders of a home that is kept for a week stay payable. */
const DEADLINE_SECONDS = 30n * 24n * 3600n;
const TRACKING = { carrier: "UPS", trackingNumber: "1Z999AA10123456784" };

function load<T>(codec: MessageCodec<T>, message: object, fee: string): LoadTx {
  const value = codec.encode(codec.fromPartial(message)).finish();
  return { typeUrl: `/${codec.$type}`, value, fee, gasLimit: GAS_LIMIT };
}

/** The id of an account's order, counted from 1. */
export function orderIdOf(creator: string, count: number): string {
  return makeId("ord", BENCH_CHAIN_ID, creator, BigInt(count));
}

/** The seed's order, made by its merchant for another account. */
export function createOrder(merchant: string, customer: string): LoadTx {
  const order = {
    ...{ merchant, customer, customerId: "cust_123", denom: "uusdc", total: TOTAL },
    items: [{ sku: "LAPTOP-001", quantity: 1, unitPrice: "999990000" }],
    ...{ tax: "87490000", shippingCost: "9990000", paymentDeadlineSeconds: DEADLINE_SECONDS },
    metadata: [{ key: "channel", value: "web" }],
  };
  return load(MsgCreateOrder, { creator: merchant, order }, "1000uusdc");
}

export function payOrder(payer: string, orderId: string): LoadTx {
  return load(MsgPayOrder, { payer, orderId, amount: AMOUNT }, "10000uusdc");
}

export function fulfillOrder(signer: string, orderId: string): LoadTx {
  return load(MsgFulfillOrder, { signer, orderId, ...TRACKING }, "500uusdc");
}

export function shipOrder(signer: string, orderId: string): LoadTx {
  return load(MsgShipOrder, { signer, orderId, ...TRACKING }, "500uusdc");
}

export function deliverOrder(signer: string, orderId: string): LoadTx {
  return load(MsgDeliverOrder, { signer, orderId }, "500uusdc");
}

export function cancelOrder(signer: string, orderId: string): LoadTx {
  return load(MsgCancelOrder, { signer, orderId, reason: "changed my mind" }, "500uusdc");
}

/** Gives back all that was paid. */
export function refundOrder(signer: string, orderId: string): LoadTx {
  return load(MsgRefundOrder, { signer, orderId, amount: TOTAL, reason: "out of stock" }, "500uusdc");
}
