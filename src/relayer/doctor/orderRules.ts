// From what was observed of an order to what is open about its money. Pure.

import type { Cause } from "./causes.ts";
import type { Action, Finding, OrderDiagnosis, RefundDiagnosis, TransferDiagnosis } from "./diagnosis.ts";
import type { OrderFacts, OrderState, PaymentFacts, RefundFacts } from "./orderFacts.ts";
import { diagnoseTransfer } from "./steps.ts";
import { duration, usdc } from "./texts.ts";
import { exceptionAction, exceptionText } from "./transferRules.ts";

const NOTHING: Action = { kind: "none" };

function finding(cause: Cause, state: Finding["state"], text: string, action: Action): Finding {
  return { cause, state, text, action };
}

/** Diagnoses an order, or money that named none. */
export function diagnoseOrder(facts: OrderFacts): OrderDiagnosis {
  const { order, payments, refunds, exceptions, unswept } = facts;
  const inbound = facts.inbound.map(diagnoseTransfer);
  const open = exceptions.filter(({ status }) => status === "OPEN");
  return {
    orderId: order?.id ?? "",
    status: order?.status ?? "",
    total: order?.total ?? 0n,
    paid: order?.paid ?? 0n,
    due: order?.due ?? 0n,
    payments: payments.map(paymentText),
    findings: [
      ...(order === undefined ? [] : [stateOf(order, inbound)]),
      ...(order === undefined || unswept === 0n ? [] : [unsweptOf(order, unswept)]),
      ...open.map((entry) => finding("exception_open", "stuck", exceptionText(entry), exceptionAction(entry))),
    ],
    refunds: refunds.map(diagnoseRefund),
    inbound,
  };
}

function paymentText({ id, method, amount, applied, sourceDomain, height }: PaymentFacts): string {
  const from = sourceDomain === undefined ? "" : ` from domain ${sourceDomain}`;
  const kept = amount === applied ? "" : ` of ${usdc(amount)}`;
  return `${id}: ${usdc(applied)}${kept} by ${method}${from} at height ${height}`;
}

function stateOf(order: OrderState, inbound: readonly TransferDiagnosis[]): Finding {
  const { status, total, paid, due, cancelCause, id } = order;
  if (status !== "CREATED") {
    const isEnded = status === "CANCELLED" || status === "REFUNDED" || status === "RETURNED";
    const why = status === "CANCELLED" && cancelCause !== "" ? ` (${cancelCause})` : "";
    const text = `${id} is ${status}${why}; ${usdc(paid)} of ${usdc(total)} were paid`;
    return finding(isEnded ? "order_ended" : "order_settled", "done", text, NOTHING);
  }
  const underWay = inbound.reduce((sum, { amount = 0n }) => sum + amount, 0n);
  const coming = underWay === 0n ? "nothing is on its way" : `${usdc(underWay)} on their way`;
  const text = `${usdc(due)} of ${usdc(total)} are due, ${coming}`;
  return finding(paid === 0n ? "payment_due" : "payment_partial", "waiting", text, {
    kind: "wait",
    for: `a payment, to ${order.depositAddress} or by the hook${expiryText(order)}`,
    seconds: undefined,
  });
}

function expiryText({ secondsToExpiry }: OrderState): string {
  if (secondsToExpiry === undefined) return "";
  return secondsToExpiry <= 0 ? "; its deadline has passed" : `; it is cancelled in ${duration(secondsToExpiry)}`;
}

function unsweptOf({ id, depositAddress }: OrderState, amount: bigint): Finding {
  const text = `${usdc(amount)} lie at ${depositAddress} and are not credited`;
  return finding("deposit_unswept", "stuck", text, { kind: "sweepDeposit", orderId: id });
}

function diagnoseRefund(facts: RefundFacts): RefundDiagnosis {
  const { id: refundId, amount, phase } = facts;
  const transfer = facts.transfer === undefined ? undefined : diagnoseTransfer(facts.transfer);
  return { refundId, amount, phase, finding: refundFinding(facts, transfer), transfer };
}

/** Phases that are about the order's chain alone, and what each calls for. */
function refundFinding(facts: RefundFacts, transfer: TransferDiagnosis | undefined): Finding {
  const { id, amount, phase, failure } = facts;
  switch (phase) {
    case "COMPLETED": {
      const there = facts.destinationTxHash === "" ? "" : `, by ${facts.destinationTxHash} as reported`;
      return finding("refund_completed", "done", `${usdc(amount)} arrived${there}`, NOTHING);
    }
    case "CLAIMABLE": {
      const command = `statesetd tx orders claim-refund --refund-id ${id} --refund-address <address> --from <customer's key>`;
      const action: Action = { kind: "person", who: "the customer, or the authority", command };
      return finding("refund_claimable", "stuck", `${usdc(amount)} wait for an address to go to`, action);
    }
    case "PENDING": {
      const why = failure === "" ? "" : `: ${failure}`;
      const text = `${usdc(amount)} could not be burned (${facts.attempts} attempts)${why}`;
      return finding("refund_pending", "stuck", text, { kind: "retryRefund", refundId: id });
    }
    default:
      return refundOnItsWay(facts, transfer);
  }
}

/** Burned, attested or failed: what the far chain says counts for more than what was reported here. */
function refundOnItsWay({ id, phase, failure }: RefundFacts, transfer: TransferDiagnosis | undefined): Finding {
  if (transfer === undefined) {
    const action: Action = { kind: "wait", for: "the burn to be found: its block may be pruned", seconds: undefined };
    return finding("refund_burned", "waiting", "it was burned, and its message is not in the newest blocks", action);
  }
  const { state, text, action, cause } = transfer.finding;
  if (cause === "minted") {
    // Whoever carries it once more finds it delivered, and reports that if its key may.
    const { sourceDomain: domain, txHash = "" } = transfer;
    return finding("refund_unreported", "stuck", `it arrived, and nobody has told: ${text}`, {
      kind: "relay",
      domain,
      txHash,
    });
  }
  if (phase === "FAILED") {
    const retry: Action =
      state === "stuck" && action.kind === "person" ? action : { kind: "retryRefund", refundId: id };
    return finding("refund_failed", "stuck", `reported as refused: ${failure}; now: ${text}`, retry);
  }
  return finding("refund_burned", state, text, action);
}
