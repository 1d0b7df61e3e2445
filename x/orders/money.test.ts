// Cases: the way of an order that all goes well on; sums; partial payment, over-payment and dust; revenue split and fee;
// instant release; refunds in part and in full; cancelling what is paid, with the merchant's own money after a release;
// expiry, top-up; disputes and their outcomes; deposits by transfer. Balances and events after each, invariants always.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MsgMultiSend, MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import {
  MsgCancelOrder,
  MsgCapturePayment,
  MsgCreateAndPayOrder,
  type MsgCreateAndPayOrderResponse,
  MsgDeliverOrder,
  MsgFulfillOrder,
  MsgHoldOrder,
  MsgOpenDispute,
  MsgPayOrder,
  MsgRefundOrder,
  MsgReleaseOrder,
  MsgResolveDispute,
  MsgReturnOrder,
  MsgShipOrder,
  MsgUpdateMerchant,
  type NewOrder,
} from "../../gen/stateset/orders/v1/tx.ts";
import {
  CancelCause,
  DisputeOutcome,
  FulfillmentStatus,
  OrderStatus,
  PaymentStatus,
  ReleaseMode,
} from "../../gen/stateset/orders/v1/types.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { ESCROW_ADDRESS } from "./keeper/escrow.ts";
import { coin, eventNames, OrdersWorld, PEOPLE, SAMPLE_TOTAL, sampleOrder } from "./testing/ordersWorld.ts";

const { customer, merchant, arbiter, stranger, partner } = PEOPLE;
const START = 10_000_000_000n;
const DAY = 86_400;

let world: OrdersWorld;
beforeEach(() => {
  world = new OrdersWorld();
});
afterEach(() => {
  expect(world.broken()).toEqual([]);
});

function pay(orderId: string, amount: bigint, payer: string = customer) {
  return world.must(MsgPayOrder, { payer, orderId, amount: coin(amount) });
}

function act<Req extends { signer: string; orderId: string }>(
  codec: MessageCodec<Req>,
  orderId: string,
  signer: string,
  rest: Partial<Req> = {},
) {
  return world.must(codec, { signer, orderId, ...rest } as Partial<Req>);
}

/** An order that has come to DELIVERED. */
function delivered(parts: Partial<NewOrder> = {}): string {
  const id = world.create(parts);
  pay(id, SAMPLE_TOTAL);
  act(MsgFulfillOrder, id, merchant, { carrier: "UPS", trackingNumber: "1Z" });
  act(MsgShipOrder, id, merchant);
  act(MsgDeliverOrder, id, merchant);
  return id;
}

describe("the way of an order", () => {
  test("default: created, paid, fulfilled, shipped, delivered, and paid out after the dispute window", () => {
    const id = world.create();
    expect(id).toMatch(/^ord_[1-9A-HJ-NP-Za-km-z]{12}$/);
    expect(world.order(id)).toMatchObject({ total: "1097470000", subtotal: "999990000", paymentStatus: 1 });
    pay(id, SAMPLE_TOTAL);
    expect(world.balance(customer)).toBe(START - SAMPLE_TOTAL);
    expect(world.escrow()).toBe(SAMPLE_TOTAL);
    act(MsgFulfillOrder, id, merchant, { carrier: "UPS", trackingNumber: "1Z" });
    act(MsgShipOrder, id, merchant);
    act(MsgDeliverOrder, id, customer);
    expect(world.order(id).timeline.map(({ status }) => status)).toEqual([1, 2, 3, 4, 5]);
    world.nextBlock(14 * DAY - 2);
    expect(eventNames(world.nextBlock(2))).toEqual([]);
    expect(eventNames(world.nextBlock())).toEqual(["EventEscrowReleased"]);
    expect(world.balance(merchant)).toBe(START + SAMPLE_TOTAL);
    expect(world.order(id)).toMatchObject({ amountReleased: "1097470000", amountEscrowed: "0", releaseAt: undefined });
  });

  test("behavior: the same genesis and messages give the same ids, another creator others", () => {
    const other = new OrdersWorld();
    expect(world.create()).toBe(other.create());
    expect(world.create({}, merchant)).not.toBe(world.create());
  });

  test("behavior: items move by themselves, the status when all have come as far", () => {
    const items = ["a", "b"].map((sku) => ({
      ...{ sku, quantity: 2, unitPrice: "5000000", totalPrice: "", descriptionHash: new Uint8Array(0) },
    }));
    const id = world.create({ items, tax: "", shippingCost: "", total: "20000000" });
    pay(id, 20_000_000n);
    const tracking = { carrier: "UPS", trackingNumber: "1Z" };
    act(MsgFulfillOrder, id, merchant, { itemIndexes: [1], ...tracking });
    act(MsgShipOrder, id, merchant, { itemIndexes: [1] });
    expect(world.order(id)).toMatchObject({
      status: OrderStatus.ORDER_STATUS_PAID,
      fulfillmentStatus: FulfillmentStatus.FULFILLMENT_STATUS_PARTIALLY_SHIPPED,
    });
    act(MsgFulfillOrder, id, merchant);
    expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_FULFILLED);
    act(MsgDeliverOrder, id, merchant, { itemIndexes: [1] });
    act(MsgShipOrder, id, merchant);
    expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_SHIPPED);
    act(MsgDeliverOrder, id, merchant);
    expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_DELIVERED);
    act(MsgReturnOrder, id, merchant, { itemIndexes: [0] });
    expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_DELIVERED);
    act(MsgReturnOrder, id, merchant);
    expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_RETURNED);
  });

  test("behavior: a hold goes back to where it came from, and gives an unpaid order its time back", () => {
    const id = world.create();
    const before = world.order(id).expiresAt!.seconds;
    act(MsgHoldOrder, id, merchant, { reason: "check" });
    expect(world.send(MsgPayOrder, { payer: customer, orderId: id, amount: coin(1n) }).failure?.code).toBe(7);
    world.nextBlock(3 * DAY);
    act(MsgReleaseOrder, id, merchant);
    expect(world.order(id)).toMatchObject({ status: OrderStatus.ORDER_STATUS_CREATED, hold: undefined });
    expect(world.order(id).expiresAt!.seconds).toBe(before + BigInt(3 * DAY));
    expect(world.order(id).timeline.map(({ status }) => status)).toEqual([1, 6, 11]);
  });
});

describe("payment", () => {
  test("behavior: parts add up, and only the whole makes an order PAID", () => {
    const id = world.create();
    pay(id, 1n);
    expect(world.order(id)).toMatchObject({ status: 1, paymentStatus: PaymentStatus.PAYMENT_STATUS_PARTIALLY_PAID });
    pay(id, SAMPLE_TOTAL - 1n, stranger);
    expect(world.order(id)).toMatchObject({ status: 2, paymentStatus: PaymentStatus.PAYMENT_STATUS_PAID });
  });

  test("behavior: what is not due stays with the payer", () => {
    const id = world.create();
    const answer = pay(id, SAMPLE_TOTAL + 5n);
    expect(answer).toMatchObject({ amountApplied: "1097470000", amountReturned: "5", status: 2 });
    expect(world.balance(customer)).toBe(START - SAMPLE_TOTAL);
  });

  test("behavior: dust locks nobody out: after 100 payments one that completes the order is taken, and no other", () => {
    const id = world.create();
    for (let index = 0; index < 100; index += 1) pay(id, 1n, stranger);
    const part = { payer: customer, orderId: id, amount: coin(SAMPLE_TOTAL - 101n) };
    expect(world.send(MsgPayOrder, part).failure).toMatchObject({ codespace: "orders", code: 40 });
    const toAddress = world.order(id).depositAddress;
    const transfer = { fromAddress: customer, toAddress, amount: [coin(SAMPLE_TOTAL - 101n)] };
    expect(world.send(MsgSend, transfer).failure).toMatchObject({ codespace: "orders", code: 40 });
    pay(id, SAMPLE_TOTAL);
    expect(world.order(id)).toMatchObject({ status: 2, paymentCount: 101, amountPaid: SAMPLE_TOTAL.toString() });
    act(MsgCancelOrder, id, merchant);
    expect([world.balance(customer), world.balance(stranger)]).toEqual([START, START]);
  });

  test("behavior: an order is made and paid in one message", () => {
    const message = { creator: customer, order: sampleOrder(), amount: coin(SAMPLE_TOTAL) };
    const answer = world.must<MsgCreateAndPayOrder, MsgCreateAndPayOrderResponse>(MsgCreateAndPayOrder, message);
    expect(world.order(answer.orderId).status).toBe(OrderStatus.ORDER_STATUS_PAID);
  });

  test("behavior: an instant release pays fee and shares at once, and every unit goes somewhere", () => {
    world = new OrdersWorld({ processingFeeBasisPoints: 30, feeRecipient: stranger });
    const revenueSplit = [
      { address: merchant, basisPoints: 7000 },
      { address: partner, basisPoints: 2500 },
      { address: arbiter, basisPoints: 500 },
    ];
    const releaseMode = ReleaseMode.RELEASE_MODE_INSTANT;
    const id = world.create({ releaseMode, revenueSplit }, merchant);
    pay(id, SAMPLE_TOTAL);
    const fee = (SAMPLE_TOTAL * 30n) / 10_000n;
    const rest = SAMPLE_TOTAL - fee;
    expect(world.balance(stranger)).toBe(START + fee);
    const gained = [merchant, partner, arbiter].map((person) => world.balance(person) - START);
    expect(gained.reduce((sum, part) => sum + part, 0n)).toBe(rest);
    expect(gained).toEqual([765_924_313n, 273_544_398n, 54_708_879n]);
    expect(world.escrow()).toBe(0n);
  });

  test("behavior: a transfer to the deposit address pays, and the excess comes back", () => {
    const id = world.create();
    const toAddress = world.order(id).depositAddress;
    world.must(MsgSend, { fromAddress: stranger, toAddress, amount: [coin(1_000_000_000n)] });
    expect(world.order(id).amountPaid).toBe("1000000000");
    const outputs = [{ address: toAddress, coins: [coin(100_000_000n)] }];
    world.must(MsgMultiSend, { inputs: [{ address: stranger, coins: [coin(100_000_000n)] }], outputs });
    expect(world.order(id)).toMatchObject({ status: 2, amountPaid: "1097470000" });
    expect(world.balance(stranger)).toBe(START - SAMPLE_TOTAL);
    expect(world.balance(toAddress)).toBe(0n);
  });

  test("error: a transfer that cannot pay fails, and the sender keeps the money", () => {
    const id = world.create();
    const toAddress = world.order(id).depositAddress;
    const transfer = (amount: bigint) =>
      world.send(MsgSend, { fromAddress: stranger, toAddress, amount: [coin(amount)] });
    expect(transfer(9_999n).failure).toMatchObject({ codespace: "orders", code: 27 });
    act(MsgCancelOrder, id, customer);
    expect(transfer(SAMPLE_TOTAL).failure).toMatchObject({ codespace: "orders", code: 7 });
    expect(world.balance(stranger)).toBe(START);
  });

  test("error: nobody sends to the escrow itself, shares it or is refunded to it", () => {
    const escrow = encodeAddress(ESCROW_ADDRESS);
    const send = world.send(MsgSend, { fromAddress: stranger, toAddress: escrow, amount: [coin(5n)] });
    expect(send.failure).toMatchObject({ codespace: "sdk", code: 4 });
    const many = {
      inputs: [{ address: stranger, coins: [coin(5n)] }],
      outputs: [{ address: escrow, coins: [coin(5n)] }],
    };
    expect(world.send(MsgMultiSend, many).failure).toMatchObject({ codespace: "sdk", code: 4 });
    expect(() => world.create({ merchant: escrow })).toThrow("invalid party");
  });

  test("behavior: nobody pays in time, and the order ends", () => {
    const id = world.create();
    world.nextBlock(DAY);
    expect(world.send(MsgPayOrder, { payer: customer, orderId: id, amount: coin(1n) }).failure?.code).toBe(41);
    expect(eventNames(world.nextBlock())).toEqual(["EventOrderCancelled"]);
    expect(world.order(id)).toMatchObject({ status: 7, cancelCause: CancelCause.CANCEL_CAUSE_EXPIRED });
  });

  test("behavior: a part of the payment gives time for the rest, and goes back when that has passed", () => {
    const id = world.create();
    pay(id, 500n, stranger);
    world.nextBlock(DAY + 3599);
    expect(eventNames(world.nextBlock())).toEqual([]);
    expect(eventNames(world.nextBlock())).toEqual([
      "EventOrderCancelled",
      "EventRefundInitiated",
      "EventOrderRefunded",
    ]);
    expect(world.balance(stranger)).toBe(START);
    expect(world.order(id)).toMatchObject({ status: 7, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUNDED });
  });
});

describe("refunds on this chain", () => {
  test("behavior: a part keeps the status, the rest makes it REFUNDED; the newest payment goes first", () => {
    const id = world.create();
    pay(id, 97_470_000n, stranger);
    pay(id, 1_000_000_000n);
    act(MsgRefundOrder, id, merchant, { amount: "1000000001", reason: "goodwill" });
    expect(world.balance(customer)).toBe(START);
    expect(world.balance(stranger)).toBe(START - 97_469_999n);
    expect(world.order(id)).toMatchObject({
      status: 2,
      paymentStatus: PaymentStatus.PAYMENT_STATUS_PARTIALLY_REFUNDED,
    });
    act(MsgRefundOrder, id, merchant);
    expect(world.order(id)).toMatchObject({ status: 9, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUNDED });
    expect(world.escrow()).toBe(0n);
  });

  test("behavior: cancelling what is paid refunds it in the same message", () => {
    const id = world.create();
    pay(id, SAMPLE_TOTAL);
    act(MsgCancelOrder, id, customer);
    expect(world.order(id)).toMatchObject({ status: 7, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUNDED });
    expect(world.balance(customer)).toBe(START);
  });

  test("behavior: the refund address of a payment, not its payer, receives the refund", () => {
    const id = world.create();
    const refundAddress = { localAddress: partner, domain: 0, address: new Uint8Array(0) };
    world.must(MsgPayOrder, { payer: stranger, orderId: id, amount: coin(SAMPLE_TOTAL), refundAddress });
    act(MsgRefundOrder, id, merchant);
    expect([world.balance(stranger), world.balance(partner)]).toEqual([START - SAMPLE_TOTAL, START + SAMPLE_TOTAL]);
  });

  test("behavior: what was released comes back from the merchant, when its side asks; error: when nobody of it does", () => {
    const id = delivered({});
    world.nextBlock(14 * DAY);
    world.nextBlock();
    expect(world.balance(merchant)).toBe(START + SAMPLE_TOTAL);
    expect(world.send(MsgRefundOrder, { signer: arbiter, orderId: id }).failure?.code).toBe(29);
    act(MsgRefundOrder, id, merchant, { amount: "470000" });
    expect(world.order(id)).toMatchObject({ amountReleased: "1097000000", amountRefunded: "470000", status: 5 });
    expect(world.balance(merchant)).toBe(START + SAMPLE_TOTAL - 470_000n);
  });
});

describe("disputes and capture", () => {
  test("behavior: full refund", () => {
    const id = delivered();
    act(MsgOpenDispute, id, customer, { reason: "broken" });
    expect(world.order(id).releaseAt).toBeUndefined();
    act(MsgResolveDispute, id, arbiter, { outcome: DisputeOutcome.DISPUTE_OUTCOME_REFUND_FULL });
    expect(world.order(id)).toMatchObject({ status: 9, dispute: { amountRefunded: "1097470000" } });
    expect(world.balance(customer)).toBe(START);
  });

  test("behavior: partial refund, and the rest is paid out at the old time", () => {
    const id = delivered();
    const releaseAt = world.order(id).releaseAt;
    act(MsgOpenDispute, id, customer);
    const outcome = DisputeOutcome.DISPUTE_OUTCOME_REFUND_PARTIAL;
    act(MsgResolveDispute, id, arbiter, { outcome, refundAmount: "97470000" });
    expect(world.order(id)).toMatchObject({ status: 5, releaseAt, amountEscrowed: "1000000000" });
    world.nextBlock(14 * DAY);
    world.nextBlock();
    expect(world.balance(merchant)).toBe(START + 1_000_000_000n);
  });

  test("behavior: for the merchant, after the window: paid out with the next block", () => {
    const id = delivered();
    act(MsgOpenDispute, id, customer);
    world.nextBlock(30 * DAY);
    act(MsgResolveDispute, id, arbiter, { outcome: DisputeOutcome.DISPUTE_OUTCOME_MERCHANT });
    expect(eventNames(world.nextBlock())).toEqual(["EventEscrowReleased"]);
    expect(world.balance(merchant)).toBe(START + SAMPLE_TOTAL);
  });

  test("behavior: from each status, a dispute for the merchant goes back to it, and a hold where there is one", () => {
    const steps: readonly (readonly [OrderStatus, (id: string) => void])[] = [
      [OrderStatus.ORDER_STATUS_PAID, () => undefined],
      [OrderStatus.ORDER_STATUS_FULFILLED, (id) => act(MsgFulfillOrder, id, merchant)],
      [
        OrderStatus.ORDER_STATUS_SHIPPED,
        (id) => act(MsgShipOrder, id, merchant, { carrier: "U", trackingNumber: "1" }),
      ],
      [OrderStatus.ORDER_STATUS_DELIVERED, (id) => act(MsgDeliverOrder, id, merchant)],
    ];
    const id = world.create();
    pay(id, SAMPLE_TOTAL);
    for (const [status, step] of steps) {
      step(id);
      act(MsgOpenDispute, id, customer);
      expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_DISPUTED);
      act(MsgResolveDispute, id, arbiter, { outcome: DisputeOutcome.DISPUTE_OUTCOME_MERCHANT });
      expect(world.order(id).status).toBe(status);
      const held = world.send(MsgHoldOrder, { signer: merchant, orderId: id });
      if (status > OrderStatus.ORDER_STATUS_FULFILLED) expect(held.failure?.code).toBe(7);
      else act(MsgReleaseOrder, id, merchant);
      expect(world.order(id).status).toBe(status);
    }
    const timeline = world.order(id).timeline.map(({ status }) => status);
    expect(timeline).toEqual([1, 2, 10, 12, 6, 11, 3, 10, 12, 6, 11, 4, 10, 12, 5, 10, 12]);
  });

  test("error: after the window there is no dispute", () => {
    const id = delivered();
    world.nextBlock(14 * DAY);
    expect(world.send(MsgOpenDispute, { signer: customer, orderId: id }).failure?.code).toBe(30);
  });

  test("behavior: the customer pays out early; error: the merchant does not", () => {
    const id = delivered();
    expect(world.send(MsgCapturePayment, { signer: merchant, orderId: id }).failure?.code).toBe(31);
    act(MsgCapturePayment, id, customer);
    expect(world.balance(merchant)).toBe(START + SAMPLE_TOTAL);
    expect(world.send(MsgCapturePayment, { signer: customer, orderId: id }).failure?.code).toBe(32);
  });
});

test("behavior: a merchant's settings hold for later orders, not for earlier ones", () => {
  const before = world.create();
  const settings = {
    releaseMode: ReleaseMode.RELEASE_MODE_INSTANT,
    disputeWindowSeconds: 60n,
    paymentDeadlineSeconds: 600n,
    revenueSplit: [],
    arbiter: stranger,
    feeTolerance: "7",
  };
  world.must(MsgUpdateMerchant, { merchant, settings });
  const after = world.create();
  expect(world.order(before)).toMatchObject({ releaseMode: 2, arbiter, feeTolerance: "0" });
  expect(world.order(after)).toMatchObject({ releaseMode: 1, arbiter: stranger, feeTolerance: "7" });
});
