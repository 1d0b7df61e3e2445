// The rules of orders as a table. Cases: unpaid, in part, paid, ended; money at the deposit address; an open exception;
// every phase of a refund, with what the far chain says of it.

import { describe, expect, test } from "vitest";
import { readMessage } from "../messageFacts.ts";
import { burnV2 } from "../testing/records.ts";
import { CAUSES } from "./causes.ts";
import { findingsOf } from "./diagnosis.ts";
import type { OrderFacts, OrderState, RefundFacts } from "./orderFacts.ts";
import { diagnoseOrder } from "./orderRules.ts";
import type { TransferFacts } from "./transferFacts.ts";

const ORDER: OrderState = {
  id: "ord_1",
  status: "CREATED",
  paymentStatus: "UNPAID",
  cancelCause: "",
  total: 10_000_000n,
  paid: 0n,
  due: 10_000_000n,
  depositAddress: "stateset1deposit",
  secondsToExpiry: 3_600,
};

const FACTS: OrderFacts = { order: ORDER, payments: [], refunds: [], exceptions: [], unswept: 0n, inbound: [] };

const TRANSFER: TransferFacts = {
  messageHash: "0xab",
  message: readMessage(burnV2()),
  source: {
    chain: "stateset",
    txHash: "AB",
    height: 9n,
    isReorganised: false,
    blocksToFinal: 0n,
    secondsToFinal: undefined,
    secondsToStandard: undefined,
  },
  sourceName: "stateset",
  service: { kind: "unknown" },
  destination: { kind: "unknown" },
  relayer: { kind: "off" },
  credit: undefined,
  recipient: undefined,
};

const ARRIVED: TransferFacts = {
  ...TRANSFER,
  destination: {
    kind: "evm",
    chain: "base",
    height: 5n,
    delivered: { txHash: "0xdd", height: 4n },
    onlyCaller: undefined,
    mayWeDeliver: true,
    simulation: { kind: "skipped" },
    deliverCommand: undefined,
  },
};

const HELD: TransferFacts = {
  ...ARRIVED,
  service: { kind: "complete", message: "0x", attestation: "0x", nonce: "0x", expirationBlock: 0n, refusal: undefined },
  destination: {
    ...(ARRIVED.destination as Extract<TransferFacts["destination"], { kind: "evm" | "cosmos" }>),
    delivered: undefined,
    simulation: { kind: "refused", reason: "Pausable: paused" },
  },
};

function refund(over: Partial<RefundFacts>): RefundFacts {
  return {
    id: "ref_1",
    phase: "BURNED",
    amount: 1_000_000n,
    failure: "",
    attempts: 1,
    transfer: undefined,
    isRemote: true,
    destinationTxHash: "",
    ...over,
  };
}

const late = {
  id: "exc_1",
  orderId: "ord_1",
  kind: "LATE",
  policy: "WAIT",
  status: "OPEN",
  amount: 1n,
  detail: "",
  refundId: "",
};

type Row = readonly [
  name: string,
  over: Partial<OrderFacts>,
  cause: keyof typeof CAUSES,
  state: string,
  action: string,
];

const ROWS: readonly Row[] = [
  ["unpaid", {}, "payment_due", "waiting", "wait"],
  ["in part", { order: { ...ORDER, paid: 4_000_000n, due: 6_000_000n } }, "payment_partial", "waiting", "wait"],
  ["paid", { order: { ...ORDER, status: "PAID", paid: 10_000_000n, due: 0n } }, "order_settled", "done", "none"],
  ["expired", { order: { ...ORDER, status: "CANCELLED", cancelCause: "EXPIRED" } }, "order_ended", "done", "none"],
  ["money at the deposit address", { unswept: 5n }, "deposit_unswept", "stuck", "sweepDeposit"],
  ["an open exception", { exceptions: [late] }, "exception_open", "stuck", "person"],
  ["a refund without an address", { refunds: [refund({ phase: "CLAIMABLE" })] }, "refund_claimable", "stuck", "person"],
  [
    "a refund that cannot be burned",
    { refunds: [refund({ phase: "PENDING", failure: "the amount is above the burn limit" })] },
    "refund_pending",
    "stuck",
    "retryRefund",
  ],
  ["a refund whose burn is not found", { refunds: [refund({})] }, "refund_burned", "waiting", "wait"],
  ["a refund under way", { refunds: [refund({ transfer: TRANSFER })] }, "refund_burned", "stuck", "person"],
  ["a refund that arrived", { refunds: [refund({ transfer: ARRIVED })] }, "refund_unreported", "stuck", "relay"],
  [
    "a refund reported as refused, and still refused",
    { refunds: [refund({ phase: "FAILED", failure: "paused", transfer: HELD })] },
    "refund_failed",
    "stuck",
    "person",
  ],
  [
    "a refund reported as refused, and no more",
    { refunds: [refund({ phase: "FAILED", transfer: { ...HELD, service: { kind: "unknown" } } })] },
    "refund_failed",
    "stuck",
    "retryRefund",
  ],
  ["a refund completed", { refunds: [refund({ phase: "COMPLETED" })] }, "refund_completed", "done", "none"],
];

describe("orders", () => {
  test.each(ROWS)("default: %s", (_name, over, cause, state, action) => {
    const order = diagnoseOrder({ ...FACTS, ...over });
    const findings = findingsOf({ subject: { kind: "order", id: "ord_1" }, order, transfers: [] });
    const found = findings.find((finding) => finding.cause === cause);
    expect(found && { state: found.state, action: found.action.kind }).toEqual({ state, action });
  });

  test("behavior: every cause of orders has a row", () => {
    const ofOrders = /^(payment|order_settled|order_ended|deposit|exception|refund_)/;
    const causes = Object.keys(CAUSES).filter((cause) => ofOrders.test(cause));
    expect(new Set(ROWS.map(([, , cause]) => cause))).toEqual(new Set(causes));
  });

  test("behavior: what is under way is counted", () => {
    const [finding] = diagnoseOrder({ ...FACTS, inbound: [TRANSFER] }).findings;
    expect(finding?.text).toBe("10 USDC of 10 USDC are due, 1 USDC on their way");
  });

  test("behavior: entries that are dealt with are not open", () => {
    const { findings } = diagnoseOrder({ ...FACTS, exceptions: [{ ...late, status: "REFUNDED" }] });
    expect(findings.map(({ cause }) => cause)).toEqual(["payment_due"]);
  });
});
