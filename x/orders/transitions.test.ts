// Cases: the table itself (each row once, roles and statuses known); every status, message and actor tried against it on
// the real module, 10 statuses × 12 messages × 6 actors.

import { describe, expect, test } from "vitest";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import { DisputeOutcome, OrderAction, OrderRole, OrderStatus } from "../../gen/stateset/orders/v1/types.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { coin, GOV, OrdersWorld, PEOPLE, SAMPLE_TOTAL } from "./testing/ordersWorld.ts";
import {
  ACTION_TYPE_URLS,
  actionName,
  findTransition,
  rolesFor,
  statusName,
  TRANSITIONS,
  transitionsToProto,
} from "./transitions.ts";

type AnyMessage = Record<string, unknown>;

const { customer, merchant, operator, arbiter, stranger } = PEOPLE;
const A = OrderAction;
const R = OrderRole;
const S = OrderStatus;

const ACTORS: readonly (readonly [name: string, address: string, role: OrderRole])[] = [
  ["customer", customer, R.ORDER_ROLE_CUSTOMER],
  ["merchant", merchant, R.ORDER_ROLE_MERCHANT],
  ["operator", operator, R.ORDER_ROLE_OPERATOR],
  ["arbiter", arbiter, R.ORDER_ROLE_ARBITER],
  ["authority", GOV, R.ORDER_ROLE_AUTHORITY],
  ["stranger", stranger, R.ORDER_ROLE_ANYONE],
];

/** The message of an action, and what makes it complete in each status. */
const MESSAGES: readonly (readonly [OrderAction, MessageCodec<never>, AnyMessage])[] = [
  [A.ORDER_ACTION_PAY, tx.MsgPayOrder as never, { amount: coin(SAMPLE_TOTAL) }],
  [A.ORDER_ACTION_FULFILL, tx.MsgFulfillOrder as never, {}],
  [A.ORDER_ACTION_SHIP, tx.MsgShipOrder as never, { carrier: "UPS", trackingNumber: "1Z" }],
  [A.ORDER_ACTION_DELIVER, tx.MsgDeliverOrder as never, {}],
  [A.ORDER_ACTION_CANCEL, tx.MsgCancelOrder as never, {}],
  [A.ORDER_ACTION_HOLD, tx.MsgHoldOrder as never, {}],
  [A.ORDER_ACTION_RELEASE, tx.MsgReleaseOrder as never, {}],
  [A.ORDER_ACTION_RETURN, tx.MsgReturnOrder as never, {}],
  [A.ORDER_ACTION_REFUND, tx.MsgRefundOrder as never, { amount: "1" }],
  [A.ORDER_ACTION_OPEN_DISPUTE, tx.MsgOpenDispute as never, {}],
  [A.ORDER_ACTION_RESOLVE_DISPUTE, tx.MsgResolveDispute as never, { outcome: DisputeOutcome.DISPUTE_OUTCOME_MERCHANT }],
  [A.ORDER_ACTION_CAPTURE, tx.MsgCapturePayment as never, {}],
];

const ITEM = { sku: "a", quantity: 1, unitPrice: "1000000", totalPrice: "", descriptionHash: new Uint8Array(0) };

/** How an order of two items comes to a status, so that a further step of each kind has an item to move. */
const WAYS: ReadonlyMap<OrderStatus, readonly (readonly [MessageCodec<never>, string, AnyMessage])[]> = (() => {
  type Way = readonly (readonly [MessageCodec<never>, string, AnyMessage])[];
  const step = (codec: unknown, signer: string, rest: AnyMessage = {}) => [codec as never, signer, rest] as const;
  const created: Way = [];
  const paid = [step(tx.MsgPayOrder, customer, { amount: coin(2_000_000n) })];
  const track = { carrier: "UPS", trackingNumber: "1Z" };
  const fulfilled = [...paid, step(tx.MsgFulfillOrder, merchant)];
  const shipped = [...fulfilled, step(tx.MsgShipOrder, merchant, track)];
  const delivered = [...shipped, step(tx.MsgDeliverOrder, merchant)];
  return new Map<OrderStatus, Way>([
    [S.ORDER_STATUS_CREATED, created],
    [S.ORDER_STATUS_PAID, paid],
    [S.ORDER_STATUS_FULFILLED, fulfilled],
    [S.ORDER_STATUS_SHIPPED, shipped],
    [S.ORDER_STATUS_DELIVERED, delivered],
    [S.ORDER_STATUS_HELD, [...paid, step(tx.MsgHoldOrder, merchant)]],
    [S.ORDER_STATUS_CANCELLED, [...paid, step(tx.MsgCancelOrder, merchant)]],
    [S.ORDER_STATUS_RETURNED, [...delivered, step(tx.MsgReturnOrder, merchant)]],
    [S.ORDER_STATUS_REFUNDED, [...paid, step(tx.MsgRefundOrder, merchant)]],
    [S.ORDER_STATUS_DISPUTED, [...paid, step(tx.MsgOpenDispute, customer)]],
  ]);
})();

/** Items that must have moved ahead of the order so that a step which moves items only finds one. */
const AHEAD = new Map<string, readonly unknown[]>([
  [`${S.ORDER_STATUS_PAID} ${A.ORDER_ACTION_SHIP}`, [tx.MsgFulfillOrder]],
  [`${S.ORDER_STATUS_PAID} ${A.ORDER_ACTION_DELIVER}`, [tx.MsgFulfillOrder, tx.MsgShipOrder]],
]);

function send(world: OrdersWorld, codec: MessageCodec<never>, id: string, signer: string, rest: AnyMessage) {
  const message = { signer, payer: signer, orderId: id, ...rest };
  return world.send(codec, message as never);
}

/** An order in a status. */
function orderIn(world: OrdersWorld, status: OrderStatus, action: OrderAction): string {
  const id = world.create({ items: [ITEM, ITEM], tax: "", shippingCost: "", total: "2000000" });
  const must = (codec: MessageCodec<never>, signer: string, rest: AnyMessage) => {
    const { failure } = send(world, codec, id, signer, rest);
    if (failure !== undefined) throw new Error(failure.log);
  };
  for (const [codec, signer, rest] of WAYS.get(status) ?? []) must(codec, signer, rest);
  for (const codec of AHEAD.get(`${status} ${action}`) ?? []) {
    must(codec as never, merchant, { itemIndexes: [0], carrier: "UPS", trackingNumber: "1Z" });
  }
  if (status === S.ORDER_STATUS_FULFILLED && action === A.ORDER_ACTION_DELIVER) {
    must(tx.MsgShipOrder as never, merchant, { itemIndexes: [0], carrier: "UPS", trackingNumber: "1Z" });
  }
  return id;
}

function newWorld(): OrdersWorld {
  const world = new OrdersWorld();
  world.must(tx.MsgAddOperator, { merchant, operator });
  world.fund(GOV, "10000000000uusdc");
  return world;
}

/** The code that the table demands: undefined when the message must pass. */
function expectedCode(status: OrderStatus, action: OrderAction, role: OrderRole): number | undefined {
  const may = (roles: Iterable<OrderRole>) => [...roles].some((r) => r === role || r === R.ORDER_ROLE_ANYONE);
  if (!may(rolesFor(action))) return 6;
  const row = findTransition(status, action);
  if (row === undefined) return 7;
  return may(row.roles) ? undefined : 6;
}

describe("the table", () => {
  test("default: each status and action once, with roles and targets", () => {
    const keys = TRANSITIONS.map(({ from, action }) => `${from} ${action}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { roles, to } of TRANSITIONS) expect(Math.min(roles.length, to.length)).toBeGreaterThan(0);
    expect(transitionsToProto()).toHaveLength(TRANSITIONS.length);
  });

  test("behavior: the seed's transitions are all in it", () => {
    const printed: Readonly<Record<string, readonly string[]>> = {
      CREATED: ["PAID", "CANCELLED"],
      PAID: ["FULFILLED", "HELD", "REFUNDED"],
      FULFILLED: ["SHIPPED", "CANCELLED"],
      SHIPPED: ["DELIVERED", "RETURNED"],
      DELIVERED: ["RETURNED"],
      HELD: ["CANCELLED"],
      RETURNED: ["REFUNDED"],
    };
    for (const [from, targets] of Object.entries(printed)) {
      const reached = TRANSITIONS.filter((row) => statusName(row.from) === from).flatMap((row) =>
        row.to.map(statusName),
      );
      expect(reached).toEqual(expect.arrayContaining([...targets]));
    }
  });

  test("behavior: every action but EXPIRE has a message that is handled", () => {
    const { router } = newWorld();
    for (const { action } of TRANSITIONS) {
      const typeUrl = ACTION_TYPE_URLS.get(action);
      if (action !== A.ORDER_ACTION_EXPIRE) expect(router.findMsg(typeUrl ?? "")).toBeDefined();
      else expect(typeUrl).toBeUndefined();
    }
  });
});

describe.each([...WAYS.keys()].map((status) => [statusName(status), status] as const))("%s", (_, status) => {
  test.each(MESSAGES.map((entry) => [actionName(entry[0]), ...entry] as const))(
    "behavior: %s by each actor does what the table says",
    (_name, action, codec, rest) => {
      for (const [name, address, role] of ACTORS) {
        const world = newWorld();
        const id = orderIn(world, status, action);
        expect(world.order(id).status).toBe(status);
        // The merchant captures only after the dispute window.
        if (action === A.ORDER_ACTION_CAPTURE && status === S.ORDER_STATUS_DELIVERED) world.timeNs += 10n ** 18n;
        const { failure } = send(world, codec, id, address, rest);
        const code = failure === undefined ? undefined : failure.code;
        expect([name, code, failure?.codespace ?? "orders"]).toEqual([
          name,
          expectedCode(status, action, role),
          "orders",
        ]);
        const after = world.order(id).status;
        if (failure !== undefined) expect(after).toBe(status);
        else expect(findTransition(status, action)?.to).toContain(after);
        expect(world.broken()).toEqual([]);
      }
    },
  );
});
