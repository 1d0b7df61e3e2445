// The table of transitions, once: messages, Query/Transitions, the diagram of docs/orders.md and tests derive from it.

import { OrderAction, OrderRole, OrderStatus, type Transition } from "../../gen/stateset/orders/v1/types.ts";

/** One row: who may do what in which status, and where it leads. */
export interface TransitionRow {
  readonly from: OrderStatus;
  readonly action: OrderAction;
  readonly roles: readonly OrderRole[];
  /** The possible statuses afterwards, the usual one first. */
  readonly to: readonly OrderStatus[];
  readonly note: string;
}

type StatusName =
  | "CREATED"
  | "PAID"
  | "FULFILLED"
  | "SHIPPED"
  | "DELIVERED"
  | "HELD"
  | "CANCELLED"
  | "RETURNED"
  | "REFUNDED"
  | "DISPUTED";
type ActionName =
  | "PAY"
  | "FULFILL"
  | "SHIP"
  | "DELIVER"
  | "CANCEL"
  | "HOLD"
  | "RELEASE"
  | "RETURN"
  | "REFUND"
  | "OPEN_DISPUTE"
  | "RESOLVE_DISPUTE"
  | "CAPTURE"
  | "EXPIRE";

const status = (name: StatusName): OrderStatus => OrderStatus[`ORDER_STATUS_${name}`];

const ANYONE = [OrderRole.ORDER_ROLE_ANYONE];
const CHAIN = [OrderRole.ORDER_ROLE_CHAIN];
const CUSTOMER = [OrderRole.ORDER_ROLE_CUSTOMER];
const SELLER = [OrderRole.ORDER_ROLE_MERCHANT, OrderRole.ORDER_ROLE_OPERATOR];
const ARBITER = [OrderRole.ORDER_ROLE_ARBITER];
const AUTHORITY = [OrderRole.ORDER_ROLE_AUTHORITY];

const SELLER_SIDE = [...SELLER, ...AUTHORITY];
const EVERY_PARTY = [...CUSTOMER, ...SELLER, ...AUTHORITY];
const REFUNDERS = [...SELLER, ...ARBITER, ...AUTHORITY];

function row(
  from: StatusName,
  action: ActionName,
  roles: readonly OrderRole[],
  to: readonly StatusName[],
  note = "",
): TransitionRow {
  return { from: status(from), action: OrderAction[`ORDER_ACTION_${action}`], roles, to: to.map(status), note };
}

const PARTLY = "stays while other items are not as far";
const REFUND_NOTE = "REFUNDED when the whole is refunded and has arrived";
const UNPREPARED = "the customer only while no item is prepared; what was paid is refunded";
const EARLY = "before its time";

/** All that is allowed. What is not listed is refused. */
export const TRANSITIONS: readonly TransitionRow[] = [
  row("CREATED", "PAY", ANYONE, ["PAID", "CREATED"], "stays while something is due"),
  row("CREATED", "CANCEL", EVERY_PARTY, ["CANCELLED"], "what was paid is refunded"),
  row("CREATED", "HOLD", SELLER_SIDE, ["HELD"], "nobody can pay meanwhile"),
  row("CREATED", "EXPIRE", CHAIN, ["CANCELLED"], "not paid in time; what was paid is refunded"),
  row("PAID", "FULFILL", SELLER, ["FULFILLED", "PAID"], PARTLY),
  row("PAID", "SHIP", SELLER, ["PAID"], "items that are prepared before others"),
  row("PAID", "DELIVER", [...CUSTOMER, ...SELLER], ["PAID"], "items that are shipped before others"),
  row("PAID", "CANCEL", EVERY_PARTY, ["CANCELLED"], UNPREPARED),
  row("PAID", "HOLD", SELLER_SIDE, ["HELD"]),
  row("PAID", "REFUND", REFUNDERS, ["REFUNDED", "PAID"], REFUND_NOTE),
  row("PAID", "OPEN_DISPUTE", CUSTOMER, ["DISPUTED"]),
  row("PAID", "CAPTURE", [...CUSTOMER, ...AUTHORITY], ["PAID"], EARLY),
  row("FULFILLED", "SHIP", SELLER, ["SHIPPED", "FULFILLED"], PARTLY),
  row("FULFILLED", "DELIVER", [...CUSTOMER, ...SELLER], ["FULFILLED"], "items that are shipped before others"),
  row("FULFILLED", "CANCEL", SELLER_SIDE, ["CANCELLED"], "what was paid is refunded"),
  row("FULFILLED", "HOLD", SELLER_SIDE, ["HELD"]),
  row("FULFILLED", "REFUND", REFUNDERS, ["REFUNDED", "FULFILLED"], REFUND_NOTE),
  row("FULFILLED", "OPEN_DISPUTE", CUSTOMER, ["DISPUTED"]),
  row("FULFILLED", "CAPTURE", [...CUSTOMER, ...AUTHORITY], ["FULFILLED"], EARLY),
  row("SHIPPED", "DELIVER", [...CUSTOMER, ...SELLER], ["DELIVERED", "SHIPPED"], PARTLY),
  row("SHIPPED", "RETURN", SELLER, ["RETURNED", "SHIPPED", "DELIVERED"], PARTLY),
  row("SHIPPED", "REFUND", REFUNDERS, ["REFUNDED", "SHIPPED"], REFUND_NOTE),
  row("SHIPPED", "OPEN_DISPUTE", CUSTOMER, ["DISPUTED"]),
  row("SHIPPED", "CAPTURE", [...CUSTOMER, ...AUTHORITY], ["SHIPPED"], EARLY),
  row("DELIVERED", "RETURN", SELLER, ["RETURNED", "DELIVERED"], PARTLY),
  row("DELIVERED", "REFUND", REFUNDERS, ["REFUNDED", "DELIVERED"], REFUND_NOTE),
  row("DELIVERED", "OPEN_DISPUTE", CUSTOMER, ["DISPUTED"], "within the dispute window"),
  row("DELIVERED", "CAPTURE", EVERY_PARTY, ["DELIVERED"], "the merchant's side after the dispute window"),
  row("HELD", "RELEASE", SELLER_SIDE, ["CREATED", "PAID", "FULFILLED"], "back to where it was held from"),
  row("HELD", "CANCEL", EVERY_PARTY, ["CANCELLED"], UNPREPARED),
  row("RETURNED", "REFUND", REFUNDERS, ["REFUNDED", "RETURNED"], REFUND_NOTE),
  row("RETURNED", "CAPTURE", [...CUSTOMER, ...ARBITER, ...AUTHORITY], ["RETURNED"], "what is not refunded"),
  row(
    "DISPUTED",
    "RESOLVE_DISPUTE",
    [...ARBITER, ...AUTHORITY],
    ["REFUNDED", "PAID", "FULFILLED", "SHIPPED", "DELIVERED"],
    "back to where it was, or REFUNDED when the whole is refunded and has arrived",
  ),
];

/** The message that does an action; none for what the chain itself does. */
export const ACTION_TYPE_URLS: ReadonlyMap<OrderAction, string> = new Map(
  (
    [
      ["PAY", "PayOrder"],
      ["FULFILL", "FulfillOrder"],
      ["SHIP", "ShipOrder"],
      ["DELIVER", "DeliverOrder"],
      ["CANCEL", "CancelOrder"],
      ["HOLD", "HoldOrder"],
      ["RELEASE", "ReleaseOrder"],
      ["RETURN", "ReturnOrder"],
      ["REFUND", "RefundOrder"],
      ["OPEN_DISPUTE", "OpenDispute"],
      ["RESOLVE_DISPUTE", "ResolveDispute"],
      ["CAPTURE", "CapturePayment"],
    ] as const
  ).map(([action, name]) => [OrderAction[`ORDER_ACTION_${action}`], `/stateset.orders.v1.Msg${name}`]),
);

const rows = new Map(TRANSITIONS.map((entry) => [`${entry.from} ${entry.action}`, entry]));
const rolesByAction = new Map<OrderAction, ReadonlySet<OrderRole>>();
for (const { action, roles } of TRANSITIONS) {
  rolesByAction.set(action, new Set([...(rolesByAction.get(action) ?? []), ...roles]));
}

/** The row of an action in a status; undefined when there is none. */
export function findTransition(from: OrderStatus, action: OrderAction): TransitionRow | undefined {
  return rows.get(`${from} ${action}`);
}

/** Who may do an action in any status. */
export function rolesFor(action: OrderAction): ReadonlySet<OrderRole> {
  return rolesByAction.get(action) ?? new Set();
}

/** `ORDER_STATUS_PAID` → `PAID`, and the same for actions and roles. */
function shortName(names: Readonly<Record<string, number>>, prefix: string, value: number): string {
  const name = Object.keys(names).find((key) => names[key] === value) ?? String(value);
  return name.slice(prefix.length);
}

/** `PAID` */
export function statusName(value: OrderStatus): string {
  return shortName(OrderStatus, "ORDER_STATUS_", value);
}

/** `OPEN_DISPUTE` */
export function actionName(value: OrderAction): string {
  return shortName(OrderAction, "ORDER_ACTION_", value);
}

/** `CUSTOMER` */
export function roleName(value: OrderRole): string {
  return shortName(OrderRole, "ORDER_ROLE_", value);
}

/** The table as Query/Transitions tells it. */
export function transitionsToProto(): Transition[] {
  return TRANSITIONS.map(({ from, action, roles, to, note }) => ({
    from,
    action,
    msgTypeUrl: ACTION_TYPE_URLS.get(action) ?? "",
    roles: [...roles],
    to: [...to],
    note,
  }));
}
