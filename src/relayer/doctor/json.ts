// A diagnosis as JSON for programs: amounts as decimal text, absent fields as null.

import type { Action, Diagnosis, Finding, OrderDiagnosis, TransferDiagnosis } from "./diagnosis.ts";

/** JSON. */
export type JsonView = null | string | number | boolean | readonly JsonView[] | { readonly [field: string]: JsonView };

/** The JSON of a diagnosis. */
export function diagnosisView({ subject, order, transfers }: Diagnosis): JsonView {
  return {
    subject: subject.kind === "hash" ? `0x${subject.hash}` : subject.id,
    order: order === undefined ? null : orderView(order),
    transfers: transfers.map(transferView),
  };
}

function transferView(transfer: TransferDiagnosis): JsonView {
  const { cctpVersion, route, amount, sourceDomain, txHash, messageHash, steps, finding } = transfer;
  return {
    cctp_version: cctpVersion,
    route,
    source_domain: sourceDomain,
    tx_hash: txHash ?? null,
    message_hash: messageHash,
    amount: amount?.toString() ?? null,
    steps: steps.map((step) => ({ ...step })),
    ...findingView(finding),
  };
}

function findingView({ cause, state, text, action }: Finding): { readonly [field: string]: JsonView } {
  return { cause, state, text, action: actionView(action) };
}

/** Data of an action; undefined becomes null. */
export function actionView(action: Action): JsonView {
  return Object.fromEntries(Object.entries(action).map(([key, value]) => [key, value ?? null]));
}

function orderView(order: OrderDiagnosis): JsonView {
  const { orderId, status, total, paid, due, payments, findings, refunds, inbound } = order;
  return {
    order_id: orderId,
    status,
    total: total.toString(),
    paid: paid.toString(),
    due: due.toString(),
    payments,
    findings: findings.map(findingView),
    refunds: refunds.map(({ refundId, amount, phase, finding, transfer }) => ({
      refund_id: refundId,
      amount: amount.toString(),
      phase,
      ...findingView(finding),
      transfer: transfer === undefined ? null : transferView(transfer),
    })),
    inbound: inbound.map(transferView),
  };
}
