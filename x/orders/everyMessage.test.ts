// Every message of the module, each in a state in which it passes. Cases: it passes; somebody with a grant of x/authz
// executes it for its signer, to the same state and with the same events; without the grant, or with one for another
// message, it is refused and nothing moves; while its type is paused it is refused, and no other is; those that undo a
// pause cannot be paused.

import { describe, expect, test } from "vitest";
import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { MsgExec, MsgGrant } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import { DisputeOutcome } from "../../gen/stateset/orders/v1/types.ts";
import { type MessageCodec, typeUrlOf } from "../../src/codec/message.ts";
import { DEFAULT_PARAMS } from "./params.ts";
import { depositOf, exceptionsOf, mint, refundsOf, remoteAccount } from "./testing/mints.ts";
import { coin, eventNames, GOV, OrdersWorld, PEOPLE, SAMPLE_TOTAL, sampleOrder } from "./testing/ordersWorld.ts";

const { customer, merchant, operator, arbiter, stranger, relayer } = PEOPLE;
const TRACKING = { carrier: "UPS", trackingNumber: "1Z" };
const HASH = new Uint8Array(32).fill(7);
const REMOTE = { localAddress: "", ...remoteAccount(7) };

/** Brings a world to where a message passes, and gives the message without its signer. */
type Setup = (world: OrdersWorld) => object;

function paid(world: OrdersWorld): string {
  const orderId = world.create();
  world.must(tx.MsgPayOrder, { payer: customer, orderId, amount: coin(SAMPLE_TOTAL) });
  return orderId;
}

function fulfilled(world: OrdersWorld): string {
  const orderId = paid(world);
  world.must(tx.MsgFulfillOrder, { signer: merchant, orderId, ...TRACKING });
  return orderId;
}

function shipped(world: OrdersWorld): string {
  const orderId = fulfilled(world);
  world.must(tx.MsgShipOrder, { signer: merchant, orderId });
  return orderId;
}

/** An order paid from another chain, by a mint that is the same in every world. */
function paidFromElsewhere(world: OrdersWorld, amount = SAMPLE_TOTAL): string {
  const orderId = world.create();
  mint(world, { mintRecipient: depositOf(world, orderId), amount, nonce: HASH, messageHash: HASH });
  return orderId;
}

/** A refund of such an order: claimable, or on its way. */
function refundElsewhere(world: OrdersWorld, options: { readonly isDirected: boolean }): string {
  const orderId = paidFromElsewhere(world);
  if (options.isDirected) world.must(tx.MsgSetRefundAddress, { signer: customer, orderId, refundAddress: REMOTE });
  world.must(tx.MsgRefundOrder, { signer: merchant, orderId });
  return refundsOf(world)[0]!.id;
}

const MESSAGES: readonly (readonly [codec: unknown, signer: string, setup: Setup])[] = [
  [tx.MsgCreateOrder, customer, () => ({ order: sampleOrder() })],
  [tx.MsgCreateOrders, customer, () => ({ orders: [sampleOrder(), sampleOrder()] })],
  [tx.MsgPayOrder, customer, (world) => ({ orderId: world.create(), amount: coin(SAMPLE_TOTAL) })],
  [tx.MsgPayOrders, customer, (world) => ({ payments: [{ orderId: world.create(), amount: coin(5n) }] })],
  [tx.MsgCreateAndPayOrder, customer, () => ({ order: sampleOrder(), amount: coin(SAMPLE_TOTAL) })],
  [tx.MsgFulfillOrder, operator, (world) => ({ orderId: paid(world) })],
  [tx.MsgShipOrder, operator, (world) => ({ orderId: fulfilled(world) })],
  [tx.MsgDeliverOrder, customer, (world) => ({ orderId: shipped(world) })],
  [tx.MsgCancelOrder, customer, (world) => ({ orderId: paid(world) })],
  [tx.MsgHoldOrder, merchant, (world) => ({ orderId: paid(world), reason: "check" })],
  [
    tx.MsgReleaseOrder,
    merchant,
    (world) => {
      const orderId = paid(world);
      world.must(tx.MsgHoldOrder, { signer: merchant, orderId });
      return { orderId };
    },
  ],
  [tx.MsgReturnOrder, merchant, (world) => ({ orderId: shipped(world) })],
  [tx.MsgRefundOrder, merchant, (world) => ({ orderId: paid(world), amount: "5" })],
  [tx.MsgOpenDispute, customer, (world) => ({ orderId: paid(world), evidenceHash: HASH })],
  [
    tx.MsgResolveDispute,
    arbiter,
    (world) => {
      const orderId = paid(world);
      world.must(tx.MsgOpenDispute, { signer: customer, orderId });
      return { orderId, outcome: DisputeOutcome.DISPUTE_OUTCOME_REFUND_PARTIAL, refundAmount: "7" };
    },
  ],
  [tx.MsgCapturePayment, customer, (world) => ({ orderId: shipped(world) })],
  [tx.MsgSetRefundAddress, customer, (world) => ({ orderId: paidFromElsewhere(world), refundAddress: REMOTE })],
  [
    tx.MsgClaimRefund,
    customer,
    (world) => ({ refundId: refundElsewhere(world, { isDirected: false }), refundAddress: REMOTE }),
  ],
  [
    tx.MsgRetryRefund,
    arbiter,
    (world) => {
      world.burner.isOpen = false;
      const refundId = refundElsewhere(world, { isDirected: true });
      world.burner.isOpen = true;
      return { refundId };
    },
  ],
  [
    tx.MsgReportRefundAttested,
    relayer,
    (world) => ({ refundId: refundElsewhere(world, { isDirected: true }), attestedMessageHash: HASH }),
  ],
  [
    tx.MsgReportRefundCompleted,
    relayer,
    (world) => ({ refundId: refundElsewhere(world, { isDirected: true }), destinationTxHash: "0xabc" }),
  ],
  [
    tx.MsgReportRefundFailed,
    relayer,
    (world) => ({ refundId: refundElsewhere(world, { isDirected: true }), failure: "blacklisted" }),
  ],
  [
    tx.MsgResolveException,
    merchant,
    (world) => {
      paidFromElsewhere(world, SAMPLE_TOTAL + 5n);
      return { exceptionId: exceptionsOf(world)[0]!.id, action: tx.ExceptionAction.EXCEPTION_ACTION_REFUND };
    },
  ],
  [
    tx.MsgSweepDeposit,
    arbiter,
    (world) => {
      const orderId = world.create();
      world.fund(world.order(orderId).depositAddress, "30000uusdc");
      return { orderId };
    },
  ],
  [tx.MsgUpdateMerchant, merchant, () => ({ settings: { feeTolerance: "7", releaseMode: 1 } })],
  [tx.MsgAddOperator, merchant, () => ({ operator: stranger })],
  [tx.MsgRemoveOperator, merchant, () => ({ operator })],
  [tx.MsgSetPrice, operator, () => ({ merchant, prices: [{ sku: "a", denom: "uusdc", unitPrice: "5" }] })],
  [tx.MsgPause, GOV, () => ({ msgTypeUrls: [typeUrlOf(tx.MsgHoldOrder)] })],
  [
    tx.MsgUnpause,
    GOV,
    (world) => {
      world.must(tx.MsgPause, { authority: GOV, msgTypeUrls: [typeUrlOf(tx.MsgHoldOrder)] });
      return { msgTypeUrls: [typeUrlOf(tx.MsgHoldOrder)] };
    },
  ],
  [tx.MsgUpdateParams, GOV, () => ({ params: { ...DEFAULT_PARAMS, acceptLate: true } })],
];

/** Those that nobody may shut away. */
const UNPAUSABLE = new Set([tx.MsgPause, tx.MsgUnpause, tx.MsgUpdateParams].map(typeUrlOf));
const ALL = MESSAGES.map(([codec]) => typeUrlOf(codec as MessageCodec<unknown>));

/** The field that names the signer, as the descriptors say. */
function signed(world: OrdersWorld, codec: MessageCodec<unknown>, signer: string, message: object): object {
  const [field = ""] = world.registry.signerFields(codec.$type);
  return { ...message, [field]: signer };
}

function newWorld(): OrdersWorld {
  const world = new OrdersWorld();
  world.must(tx.MsgAddOperator, { merchant, operator });
  world.fund(GOV, "5uusdc");
  return world;
}

/** Everything that a message of the module can change. */
function stateOf(world: OrdersWorld): unknown {
  return { orders: world.exported(), balances: Object.values(PEOPLE).map((person) => world.balance(person)) };
}

test("default: the table has every message of the module", () => {
  const handled = newWorld()
    .modules.at(-1)!
    .msgs.map(({ typeUrl }) => typeUrl);
  expect(ALL.toSorted()).toEqual(handled.toSorted());
});

describe.each(MESSAGES.map((row) => [typeUrlOf(row[0] as MessageCodec<unknown>), ...row] as const))(
  "%s",
  (typeUrl, given, signer, setup) => {
    const codec = given as MessageCodec<unknown>;
    const prepare = () => {
      const world = newWorld();
      const message = codec.fromPartial(signed(world, codec, signer, setup(world)));
      const value = codec.encode(message).finish();
      const exec = () => world.send(MsgExec, { grantee: stranger, msgs: [{ typeUrl, value }] });
      const grant = (msg: string) => {
        const authorization = {
          typeUrl: typeUrlOf(GenericAuthorization),
          value: GenericAuthorization.encode({ msg }).finish(),
        };
        world.must(MsgGrant, { granter: signer, grantee: stranger, grant: { authorization, expiration: undefined } });
      };
      const send = () => world.send(codec, message as object);
      return { world, exec, grant, send };
    };

    test("default: passes, and by x/authz does the same", () => {
      const direct = prepare();
      const before = stateOf(direct.world);
      const sent = direct.send();
      expect(sent.failure).toBeUndefined();
      expect(stateOf(direct.world)).not.toEqual(before);
      expect(direct.world.broken()).toEqual([]);
      const granted = prepare();
      granted.grant(typeUrl);
      const executed = granted.exec();
      expect(executed.failure).toBeUndefined();
      expect(stateOf(granted.world)).toEqual(stateOf(direct.world));
      expect(eventNames(executed.events)).toEqual(eventNames(sent.events));
    });

    test("error: without a grant, or with one for another message", () => {
      const { world, exec, grant } = prepare();
      const before = stateOf(world);
      expect(exec().failure).toMatchObject({ codespace: "authz" });
      grant(ALL[(ALL.indexOf(typeUrl) + 1) % ALL.length]!);
      expect(exec().failure).toMatchObject({ codespace: "authz" });
      expect(stateOf(world)).toEqual(before);
    });

    test("error: while it is paused, and only then", () => {
      const { world, send } = prepare();
      const pause = (...msgTypeUrls: readonly string[]) =>
        world.send(tx.MsgPause, { authority: GOV, msgTypeUrls: [...msgTypeUrls] });
      if (UNPAUSABLE.has(typeUrl)) {
        expect(pause(typeUrl).failure).toMatchObject({ codespace: "orders", code: 45 });
        return;
      }
      expect(pause(typeUrl).failure).toBeUndefined();
      const before = stateOf(world);
      expect(send().failure).toMatchObject({ codespace: "orders", code: 8 });
      expect(stateOf(world)).toEqual(before);
      const others = ALL.filter((other) => other !== typeUrl && !UNPAUSABLE.has(other));
      expect(pause(...others).failure).toBeUndefined();
      world.must(tx.MsgUnpause, { authority: GOV, msgTypeUrls: [typeUrl] });
      expect(send().failure).toBeUndefined();
    });
  },
);
