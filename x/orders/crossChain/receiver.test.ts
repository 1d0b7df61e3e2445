// Cases: attribution by deposit address and by envelope; what is credited; every kind of exception with its policy; the
// known exploits (a receipt for somebody else, an amount that only a body claims, money for an order that has ended, the
// burn's sender as refund address); whatever strangers send, a mint is never refused and no money is lost.

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as tx from "../../../gen/stateset/orders/v1/tx.ts";
import {
  ExceptionKind,
  ExceptionPolicy,
  ExceptionStatus,
  OrderStatus,
  PaymentStatus,
  RefundPhase,
} from "../../../gen/stateset/orders/v1/types.ts";
import { decodeAddress } from "../../../src/codec/address.ts";
import { concatBytes, toHex, utf8 } from "../../../src/codec/bytes.ts";
import { DEFAULT_PARAMS } from "../params.ts";
import { depositOf, EXCHANGE, exceptionsOf, hookFor, mint, refundsOf, remoteAccount } from "../testing/mints.ts";
import { coin, eventNames, GOV, LOCAL_DOMAIN, OrdersWorld, PEOPLE, SAMPLE_TOTAL } from "../testing/ordersWorld.ts";

const { customer, merchant, stranger } = PEOPLE;
const KIND = ExceptionKind;
const OPEN = ExceptionStatus.EXCEPTION_STATUS_OPEN;

let world: OrdersWorld;
let id: string;
beforeEach(() => {
  world = new OrdersWorld();
  id = world.create();
});
afterEach(() => {
  expect(world.broken()).toEqual([]);
});

const status = () => world.order(id).status;
const deposit = () => depositOf(world, id);

describe("attribution", () => {
  test("default: a mint to the deposit address pays, by V1 and without any hook", () => {
    const events = mint(world, { cctpVersion: 1, mintRecipient: deposit(), amount: SAMPLE_TOTAL });
    expect(status()).toBe(OrderStatus.ORDER_STATUS_PAID);
    expect(world.escrow()).toBe(SAMPLE_TOTAL);
    expect(eventNames(events)).toEqual([
      "EventCrossChainPaymentReceived",
      "EventCrossChainPaymentApplied",
      "EventOrderPaid",
    ]);
  });

  test("behavior: the seed's event has the seed's fields", () => {
    const events = mint(world, { mintRecipient: deposit(), amount: 5_000_000n, sourceDomain: 6 });
    const received = events.find(({ type }) => type.endsWith("EventCrossChainPaymentReceived"));
    const attributes = Object.fromEntries((received?.attributes ?? []).map(({ key, value }) => [key, value]));
    expect(attributes).toMatchObject({ order_id: `"${id}"`, source_chain: "6", amount: '"5000000"' });
    expect(attributes["message_hash"]).toMatch(/^"[0-9a-f]{64}"$/);
  });

  test("behavior: an envelope names the order, at the escrow and at the deposit address", () => {
    mint(world, { hookData: hookFor(id) });
    mint(world, { mintRecipient: deposit(), hookData: hookFor(id), amount: 97_470_000n });
    expect(world.order(id)).toMatchObject({ status: OrderStatus.ORDER_STATUS_PAID, amountPaid: "1097470000" });
  });

  test("behavior: hook data that is not ours does not stop a deposit", () => {
    for (const hookData of [utf8("cctp-forward"), utf8("SORD"), hookFor("ord_x").subarray(0, 43)]) {
      mint(world, { mintRecipient: deposit(), hookData, amount: 10_000_000n });
    }
    expect(world.order(id).amountPaid).toBe("30000000");
  });

  test.each<readonly [string, () => Parameters<typeof mint>[1], ExceptionKind]>([
    ["no hook at the escrow", () => ({}), KIND.EXCEPTION_KIND_UNMATCHED],
    ["an unknown order", () => ({ hookData: hookFor("ord_unknown") }), KIND.EXCEPTION_KIND_UNMATCHED],
    ["a broken envelope at the escrow", () => ({ hookData: utf8("SORD\u0001") }), KIND.EXCEPTION_KIND_UNMATCHED],
    [
      "deposit and envelope disagree",
      () => ({ mintRecipient: deposit(), hookData: hookFor(world.create({}, merchant)) }),
      KIND.EXCEPTION_KIND_CONFLICT,
    ],
    ["another denomination", () => ({ mintRecipient: deposit(), denom: "ueurc" }), KIND.EXCEPTION_KIND_FOREIGN_DENOM],
  ])("behavior: %s goes to the ledger, and only the authority sends it back", (_what, parts, kind) => {
    mint(world, parts());
    const [entry] = exceptionsOf(world);
    expect(entry).toMatchObject({ kind, status: OPEN, orderId: "", amount: "1000000000" });
    expect(world.order(id).amountPaid).toBe("0");
    const message = { exceptionId: entry!.id, action: tx.ExceptionAction.EXCEPTION_ACTION_REFUND };
    expect(world.send(tx.MsgResolveException, { ...message, signer: merchant }).failure?.code).toBe(6);
    const refundAddress = { localAddress: "", ...remoteAccount(7) };
    world.must(tx.MsgResolveException, { ...message, signer: GOV, refundAddress });
    expect(refundsOf(world)).toMatchObject([{ phase: RefundPhase.REFUND_PHASE_BURNED, amount: "1000000000" }]);
    expect(world.escrow()).toBe(0n);
  });
});

describe("what is credited", () => {
  test("behavior: under-payment accumulates, from several chains", () => {
    mint(world, { mintRecipient: deposit(), sourceDomain: 0 });
    expect(world.order(id)).toMatchObject({ paymentStatus: PaymentStatus.PAYMENT_STATUS_PARTIALLY_PAID, status: 1 });
    mint(world, { mintRecipient: deposit(), sourceDomain: 6, amount: 97_470_000n });
    expect(status()).toBe(OrderStatus.ORDER_STATUS_PAID);
  });

  test("behavior: what is too much waits, or goes back at once where an address is known", () => {
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL + 5n });
    expect(world.order(id)).toMatchObject({ amountExcess: "5", paymentStatus: PaymentStatus.PAYMENT_STATUS_OVERPAID });
    expect(exceptionsOf(world)).toMatchObject([{ kind: KIND.EXCEPTION_KIND_OVERPAID, status: OPEN, amount: "5" }]);
    id = world.create();
    mint(world, { hookData: hookFor(id, remoteAccount(7)), amount: SAMPLE_TOTAL + 6n });
    expect(world.burner.burns).toMatchObject([{ amount: 6n, destinationDomain: 3 }]);
    expect(world.order(id)).toMatchObject({ amountExcess: "0", paymentStatus: PaymentStatus.PAYMENT_STATUS_PAID });
  });

  test("behavior: what waits for an address goes back when the customer says one; what waits for a decision does not", () => {
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL + 5n });
    world.must(tx.MsgPause, { authority: GOV, msgTypeUrls: ["/stateset.orders.v1.MsgPayOrder"] });
    const other = world.create();
    mint(world, { mintRecipient: depositOf(world, other), amount: 7_000_000n });
    for (const orderId of [id, other]) {
      const refundAddress = { localAddress: "", ...remoteAccount(7) };
      const { events } = world.send(tx.MsgSetRefundAddress, { signer: customer, orderId, refundAddress });
      expect(eventNames(events)[0]).toBe("EventRefundAddressSet");
    }
    expect(world.burner.burns).toMatchObject([{ amount: 5n, destinationDomain: 3 }]);
    expect(world.order(id)).toMatchObject({ amountExcess: "0", paymentStatus: PaymentStatus.PAYMENT_STATUS_PAID });
    const waiting = exceptionsOf(world).filter((entry) => entry.status === OPEN);
    expect(waiting).toMatchObject([{ orderId: other, amount: "7000000", refundAddress: { domain: 3 } }]);
  });

  test("behavior: the 101st payment waits, unless it completes the order", () => {
    for (let index = 0; index < 100; index += 1) {
      world.must(tx.MsgPayOrder, { payer: stranger, orderId: id, amount: coin(1n) });
    }
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL - 101n });
    const [entry] = exceptionsOf(world);
    expect(entry).toMatchObject({ kind: KIND.EXCEPTION_KIND_TOO_SMALL, status: OPEN });
    const apply = { signer: merchant, exceptionId: entry!.id, action: tx.ExceptionAction.EXCEPTION_ACTION_APPLY };
    expect(world.send(tx.MsgResolveException, apply).failure?.code).toBe(40);
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL - 100n });
    expect(world.order(id)).toMatchObject({ status: 2, paymentCount: 101 });
  });

  test("behavior: money for an order that is paid is repeated, for one that has ended late; neither changes it", () => {
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL });
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL });
    expect(exceptionsOf(world)).toMatchObject([{ kind: KIND.EXCEPTION_KIND_REPEATED, status: OPEN, orderId: id }]);
    expect(world.order(id)).toMatchObject({ status: 2, amountPaid: "1097470000", amountExcess: "1097470000" });
    id = world.create();
    world.must(tx.MsgCancelOrder, { signer: customer, orderId: id });
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL });
    expect(world.order(id)).toMatchObject({ status: 7, amountPaid: "0", amountExcess: "1097470000" });
  });

  test("behavior: after the deadline money is late, unless late money is accepted", () => {
    world.timeNs += 90_000_000_000_000n;
    mint(world, { mintRecipient: deposit() });
    expect(exceptionsOf(world)).toMatchObject([{ kind: KIND.EXCEPTION_KIND_LATE }]);
    const params = { ...DEFAULT_PARAMS, acceptLate: true };
    world.must(tx.MsgUpdateParams, { authority: GOV, params });
    mint(world, { mintRecipient: deposit() });
    expect(world.order(id).amountPaid).toBe("1000000000");
  });

  test("behavior: short by the fee is noted, and let pass up to the merchant's tolerance", () => {
    const pay = () => mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL - 100n, feeExecuted: 100n });
    pay();
    expect(status()).toBe(OrderStatus.ORDER_STATUS_CREATED);
    const note = { kind: KIND.EXCEPTION_KIND_FEE_SHORT, status: ExceptionStatus.EXCEPTION_STATUS_NOTED, amount: "0" };
    expect(exceptionsOf(world)).toMatchObject([note]);
    const { settings } = tx.MsgUpdateMerchant.fromPartial({ settings: { feeTolerance: "100" } });
    world.must(tx.MsgUpdateMerchant, { merchant, settings });
    id = world.create();
    pay();
    expect(world.order(id)).toMatchObject({ status: 2, amountTolerated: "100", amountPaid: "1097469900" });
  });

  test("behavior: a large order wants standard finality; the merchant may take the money all the same", () => {
    const big = { items: [{ ...world.order(id).items[0]!, totalPrice: "", quantity: 20 }], total: "19999800000" };
    id = world.create({ ...big, tax: "", shippingCost: "" });
    mint(world, { mintRecipient: deposit(), amount: 19_999_800_000n, finalityThresholdExecuted: 1000 });
    const [entry] = exceptionsOf(world);
    expect(entry).toMatchObject({ kind: KIND.EXCEPTION_KIND_LOW_FINALITY, status: OPEN });
    const action = tx.ExceptionAction.EXCEPTION_ACTION_APPLY;
    world.must(tx.MsgResolveException, { signer: merchant, exceptionId: entry!.id, action });
    expect(world.order(id)).toMatchObject({ status: 2, amountExcess: "0", amountPaid: "19999800000" });
    expect(world.send(tx.MsgResolveException, { signer: merchant, exceptionId: entry!.id, action }).failure?.code).toBe(
      7,
    );
  });

  test("behavior: dust, a held order and a pause do not credit, and lose nothing", () => {
    mint(world, { mintRecipient: deposit(), amount: 9_999n });
    world.must(tx.MsgHoldOrder, { signer: merchant, orderId: id });
    mint(world, { mintRecipient: deposit() });
    world.must(tx.MsgReleaseOrder, { signer: merchant, orderId: id });
    world.must(tx.MsgPause, { authority: GOV, msgTypeUrls: ["/stateset.orders.v1.MsgPayOrder"] });
    mint(world, { mintRecipient: deposit() });
    const kinds = exceptionsOf(world).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual([KIND.EXCEPTION_KIND_NOT_PAYABLE, KIND.EXCEPTION_KIND_NOT_PAYABLE, 9]);
    expect(world.order(id)).toMatchObject({ amountPaid: "0", amountExcess: "2000009999" });
  });

  test("behavior: the policy CREDIT pays the customer on this chain", () => {
    const policies = [{ kind: KIND.EXCEPTION_KIND_OVERPAID, policy: ExceptionPolicy.EXCEPTION_POLICY_CREDIT }];
    world.must(tx.MsgUpdateParams, { authority: GOV, params: { ...DEFAULT_PARAMS, policies } });
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL + 42n });
    expect(world.balance(customer)).toBe(10_000_000_042n);
    expect(exceptionsOf(world)).toMatchObject([{ status: ExceptionStatus.EXCEPTION_STATUS_CREDITED }]);
  });

  test("behavior: what nobody told of is swept", () => {
    world.fund(world.order(id).depositAddress, "30000uusdc");
    world.must(tx.MsgSweepDeposit, { signer: stranger, orderId: id });
    expect(world.order(id).amountPaid).toBe("30000");
    expect(world.send(tx.MsgSweepDeposit, { signer: stranger, orderId: id }).failure?.code).toBe(42);
  });
});

describe("known exploits", () => {
  test("behavior: a mint to somebody else credits nothing, whatever its hook data says", () => {
    mint(world, { mintRecipient: decodeAddress(stranger), hookData: hookFor(id), amount: SAMPLE_TOTAL });
    expect(world.order(id)).toMatchObject({ status: 1, amountPaid: "0" });
    expect(exceptionsOf(world)).toEqual([]);
  });

  test("behavior: what counts is what was minted, not what a body says; one micro-unit pays one micro-unit at most", () => {
    const hookData = concatBytes(hookFor(id), utf8('{"amount":"1097470000"}'));
    mint(world, { mintRecipient: deposit(), amount: 1n, hookData });
    expect(world.order(id)).toMatchObject({ status: 1, amountPaid: "0", amountExcess: "1" });
    mint(world, { mintRecipient: deposit(), amount: 0n });
    expect(exceptionsOf(world)).toHaveLength(1);
  });

  test("behavior: nothing is ever sent back to the sender of the burn", () => {
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL + 5n });
    world.must(tx.MsgRefundOrder, { signer: merchant, orderId: id });
    const phases = refundsOf(world).map(({ phase }) => phase);
    expect(phases).toEqual([RefundPhase.REFUND_PHASE_CLAIMABLE]);
    expect(world.order(id)).toMatchObject({ status: 2, paymentStatus: PaymentStatus.PAYMENT_STATUS_REFUND_PENDING });
    expect(world.burner.burns.map(({ mintRecipient }) => toHex(mintRecipient))).not.toContain(toHex(EXCHANGE));
    expect(world.burner.burns).toEqual([]);
  });

  test("behavior: nothing brings an order back from its end: no mint, no entry, no message", () => {
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL, hookData: hookFor(id, remoteAccount(7)) });
    world.must(tx.MsgCancelOrder, { signer: customer, orderId: id });
    mint(world, { mintRecipient: deposit(), amount: SAMPLE_TOTAL });
    const [entry] = exceptionsOf(world);
    const action = tx.ExceptionAction.EXCEPTION_ACTION_APPLY;
    expect(world.send(tx.MsgResolveException, { signer: GOV, exceptionId: entry!.id, action }).failure?.code).toBe(7);
    expect(world.send(tx.MsgPayOrder, { payer: stranger, orderId: id, amount: coin(1n) }).failure?.code).toBe(7);
    expect(status()).toBe(OrderStatus.ORDER_STATUS_CANCELLED);
  });

  test("behavior: whatever strangers send, a mint is not refused and every unit is accounted for", () => {
    const target = fc.constantFrom("deposit", "escrow");
    const hook = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.uint8Array({ maxLength: 90 }).map((rest) => concatBytes(utf8("SORD\u0001"), rest)),
      fc.constant("named" as const),
    );
    const domain = fc.constantFrom(0, 3, LOCAL_DOMAIN);
    const scene = fc.record({
      target,
      hook,
      domain,
      amount: fc.bigInt(1n, 3_000_000_000n),
      address: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      finality: fc.constantFrom(500, 1000, 2000),
      fee: fc.bigInt(0n, 1_000_000n),
    });
    fc.assert(
      fc.property(fc.array(scene, { maxLength: 6 }), (scenes) => {
        world = new OrdersWorld();
        id = world.create();
        let minted = 0n;
        for (const { target: to, hook: data, domain: refundDomain, amount, address, finality, fee } of scenes) {
          const isZero = address.every((byte) => byte === 0);
          const refund = isZero ? undefined : { domain: refundDomain, address };
          mint(world, {
            amount,
            ...(to === "deposit" ? { mintRecipient: deposit() } : {}),
            hookData: data === "named" ? hookFor(id, refund) : data,
            finalityThresholdExecuted: finality,
            feeExecuted: fee,
          });
          minted += amount;
        }
        const burned = world.burner.burns.reduce((sum, { amount }) => sum + amount, 0n);
        const paidOut = refundsOf(world)
          .filter(({ phase, refundAddress }) => phase === 4 && refundAddress?.localAddress !== "")
          .reduce((sum, { amount }) => sum + BigInt(amount), 0n);
        expect(world.escrow() + burned + paidOut).toBe(minted);
        expect(world.broken()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
