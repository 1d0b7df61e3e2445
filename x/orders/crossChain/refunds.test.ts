// Cases: a refund to another chain through its phases; several payments each back to their own chain and version; burns
// that are not possible wait and are retried by anybody; claimable refunds and who may claim; reports and who may make
// them; a failed one is watched again and never burned twice; cancel and dispute with refunds to other chains.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as tx from "../../../gen/stateset/orders/v1/tx.ts";
import {
  DisputeOutcome,
  OrderStatus,
  PaymentStatus,
  type RefundAddress,
  RefundPhase,
} from "../../../gen/stateset/orders/v1/types.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { padAddress } from "../keeper/refundAddress.ts";
import { depositOf, hookFor, mint, refundsOf, remoteAccount } from "../testing/mints.ts";
import { eventNames, GOV, LOCAL_DOMAIN, OrdersWorld, PEOPLE, SAMPLE_TOTAL } from "../testing/ordersWorld.ts";

const { customer, merchant, arbiter, stranger, relayer, partner } = PEOPLE;
const P = RefundPhase;
const HASH = new Uint8Array(32).fill(5);

let world: OrdersWorld;
let id: string;
beforeEach(() => {
  world = new OrdersWorld();
  id = world.create();
});
afterEach(() => {
  expect(world.broken()).toEqual([]);
});

function remote(byte: number, domain = 3): RefundAddress {
  return { localAddress: "", ...remoteAccount(byte, domain) };
}

/** Pays the order by V2 with a refund address in the envelope. */
function payWithAddress(): void {
  mint(world, { hookData: hookFor(id, remoteAccount(7)), amount: SAMPLE_TOTAL });
}

function refundAll() {
  return world.send(tx.MsgRefundOrder, { signer: merchant, orderId: id });
}

const phase = () => refundsOf(world)[0]?.phase;
const refundId = () => refundsOf(world)[0]!.id;

test("default: burned, attested, completed; only then is the order REFUNDED", () => {
  payWithAddress();
  expect(eventNames(refundAll().events)).toEqual(["EventRefundInitiated", "EventCrossChainRefundInitiated"]);
  expect(world.burner.burns).toMatchObject([
    { cctpVersion: 2, amount: SAMPLE_TOTAL, destinationDomain: 3, mintRecipient: remoteAccount(7).address },
  ]);
  expect(world.order(id)).toMatchObject({ status: 2, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUND_PENDING });
  expect(world.escrow()).toBe(0n);
  world.must(tx.MsgReportRefundAttested, { signer: relayer, refundId: refundId(), attestedMessageHash: HASH });
  expect(phase()).toBe(P.REFUND_PHASE_ATTESTED);
  const message = { signer: relayer, refundId: refundId(), destinationTxHash: "0xabc" };
  const { events } = world.send(tx.MsgReportRefundCompleted, message);
  expect(eventNames(events)).toEqual(["EventOrderRefunded", "EventCrossChainRefundCompleted"]);
  expect(refundsOf(world)[0]).toMatchObject({ phase: P.REFUND_PHASE_COMPLETED, destinationTxHash: "0xabc" });
  expect(world.order(id)).toMatchObject({ status: 9, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUNDED });
});

test("behavior: while everything is on its way back the order goes nowhere", () => {
  payWithAddress();
  refundAll();
  for (const codec of [tx.MsgFulfillOrder, tx.MsgHoldOrder]) {
    expect(world.send(codec as never, { signer: merchant, orderId: id } as never).failure?.code).toBe(34);
  }
  expect(world.send(tx.MsgOpenDispute, { signer: customer, orderId: id }).failure?.code).toBe(34);
  expect(refundAll().failure?.code).toBe(28);
  expect(world.burner.burns).toHaveLength(1);
});

test("behavior: several payments go back each to its own chain, as they came, the newest first", () => {
  mint(world, { cctpVersion: 1, sourceDomain: 0, mintRecipient: depositOf(world, id), amount: 500_000_000n });
  world.must(tx.MsgSetRefundAddress, { signer: customer, orderId: id, refundAddress: remote(1, 0) });
  mint(world, { sourceDomain: 6, hookData: hookFor(id, remoteAccount(2, 6)), amount: 597_470_000n });
  world.must(tx.MsgRefundOrder, { signer: merchant, orderId: id, amount: "600000000" });
  world.must(tx.MsgRefundOrder, { signer: merchant, orderId: id });
  expect(world.burner.burns).toMatchObject([
    { cctpVersion: 2, destinationDomain: 6, amount: 597_470_000n, mintRecipient: remoteAccount(2).address },
    { cctpVersion: 1, destinationDomain: 0, amount: 2_530_000n, mintRecipient: remoteAccount(1).address },
    { cctpVersion: 1, destinationDomain: 0, amount: 497_470_000n },
  ]);
});

test("behavior: a burn that is not possible waits, and anybody retries it", () => {
  payWithAddress();
  world.burner.isOpen = false;
  const { events } = refundAll();
  expect(eventNames(events)).toEqual(["EventRefundInitiated", "EventCrossChainRefundFailed"]);
  expect(refundsOf(world)[0]).toMatchObject({ phase: P.REFUND_PHASE_PENDING, failure: "sdk 37", attempts: 1 });
  expect(world.escrow()).toBe(SAMPLE_TOTAL);
  const retry = () => world.must(tx.MsgRetryRefund, { signer: stranger, refundId: refundId() });
  expect(retry()).toEqual({ phase: P.REFUND_PHASE_PENDING });
  world.burner.isOpen = true;
  expect(retry()).toEqual({ phase: P.REFUND_PHASE_BURNED });
  expect(world.send(tx.MsgRetryRefund, { signer: stranger, refundId: refundId() }).failure?.code).toBe(36);
  expect(world.burner.burns).toHaveLength(1);
});

describe("without an address", () => {
  beforeEach(() => {
    mint(world, { mintRecipient: depositOf(world, id), amount: SAMPLE_TOTAL });
  });

  test("behavior: the refund waits until the customer says where it goes", () => {
    refundAll();
    expect(phase()).toBe(P.REFUND_PHASE_CLAIMABLE);
    const claim = (signer: string, refundAddress = remote(4)) =>
      world.send(tx.MsgClaimRefund, { signer, refundId: refundId(), refundAddress });
    for (const signer of [stranger, merchant, arbiter]) expect(claim(signer).failure?.code).toBe(6);
    expect(claim(customer, remote(0)).failure?.code).toBe(35);
    expect(world.send(tx.MsgRetryRefund, { signer: customer, refundId: refundId() }).failure?.code).toBe(36);
    expect(claim(customer).value).toEqual({ phase: P.REFUND_PHASE_BURNED });
    expect(claim(customer).failure?.code).toBe(36);
  });

  test("behavior: a claim to this chain arrives at once, also by its CCTP domain", () => {
    refundAll();
    const refundAddress = { localAddress: "", domain: LOCAL_DOMAIN, address: padAddress(decodeAddress(partner)) };
    world.must(tx.MsgClaimRefund, { signer: customer, refundId: refundId(), refundAddress });
    expect(phase()).toBe(P.REFUND_PHASE_COMPLETED);
    expect(world.balance(partner)).toBe(10_000_000_000n + SAMPLE_TOTAL);
    expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_REFUNDED);
  });

  test("error: deposit addresses and modules are no refund addresses", () => {
    refundAll();
    const deposit = encodeAddress(depositOf(world, world.create()));
    for (const localAddress of [GOV, deposit]) {
      const refundAddress = { localAddress, domain: 0, address: new Uint8Array(0) };
      const message = { signer: customer, refundId: refundId(), refundAddress };
      expect(world.send(tx.MsgClaimRefund, message).failure?.code).toBe(35);
    }
  });

  test("behavior: the customer says it beforehand, once; others and the payer's own word stand above it", () => {
    const set = (signer: string, refundAddress = remote(4)) =>
      world.send(tx.MsgSetRefundAddress, { signer, orderId: id, refundAddress }).failure?.code;
    expect(set(stranger)).toBe(6);
    expect(set(merchant)).toBe(6);
    expect(set(customer)).toBeUndefined();
    const [payment] = world.orders.store.payments(world.context(), id);
    const again = { signer: customer, orderId: id, paymentId: payment!.id, refundAddress: remote(5) };
    expect(world.send(tx.MsgSetRefundAddress, again).failure?.code).toBe(6);
    refundAll();
    expect(world.burner.burns).toMatchObject([{ mintRecipient: remote(4).address }]);
  });
});

describe("reports", () => {
  beforeEach(() => {
    payWithAddress();
    refundAll();
  });

  test("error: only reporters and the authority; a hash of 32 bytes", () => {
    const attested = (signer: string, attestedMessageHash = HASH) =>
      world.send(tx.MsgReportRefundAttested, { signer, refundId: refundId(), attestedMessageHash }).failure?.code;
    for (const signer of [customer, merchant, stranger]) expect(attested(signer)).toBe(37);
    expect(attested(relayer, HASH.subarray(1))).toBe(19);
    expect(attested(GOV)).toBeUndefined();
    expect(world.send(tx.MsgReportRefundFailed, { signer: relayer, refundId: "ref_x" }).failure?.code).toBe(4);
  });

  test("behavior: a failed one is watched again, and burned once", () => {
    world.must(tx.MsgReportRefundFailed, { signer: relayer, refundId: refundId(), failure: "blacklisted" });
    expect(refundsOf(world)[0]).toMatchObject({ phase: P.REFUND_PHASE_FAILED, failure: "blacklisted" });
    world.must(tx.MsgRetryRefund, { signer: stranger, refundId: refundId() });
    expect(phase()).toBe(P.REFUND_PHASE_BURNED);
    expect(world.burner.burns).toHaveLength(1);
    world.must(tx.MsgReportRefundCompleted, { signer: relayer, refundId: refundId(), destinationTxHash: "0x1" });
    const again = { signer: relayer, refundId: refundId(), destinationTxHash: "0x2" };
    expect(world.send(tx.MsgReportRefundCompleted, again).failure?.code).toBe(36);
  });
});

test("behavior: cancelling refunds to the other chain; the order is CANCELLED at once, its money later", () => {
  payWithAddress();
  world.must(tx.MsgCancelOrder, { signer: customer, orderId: id });
  expect(world.order(id)).toMatchObject({ status: 7, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUND_PENDING });
  world.must(tx.MsgReportRefundCompleted, { signer: relayer, refundId: refundId(), destinationTxHash: "0x1" });
  expect(world.order(id)).toMatchObject({ status: 7, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUNDED });
});

test("behavior: an arbiter's full refund ends the order when it has arrived", () => {
  payWithAddress();
  world.must(tx.MsgOpenDispute, { signer: customer, orderId: id });
  const outcome = DisputeOutcome.DISPUTE_OUTCOME_REFUND_FULL;
  world.must(tx.MsgResolveDispute, { signer: arbiter, orderId: id, outcome });
  expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_PAID);
  world.must(tx.MsgReportRefundCompleted, { signer: relayer, refundId: refundId(), destinationTxHash: "0x1" });
  expect(world.order(id).status).toBe(OrderStatus.ORDER_STATUS_REFUNDED);
});
