// A diagnosis as a person reads it: a timeline of stages with ✓, … and ✗, and what to do.

import type {
  Action,
  Diagnosis,
  Finding,
  OrderDiagnosis,
  RefundDiagnosis,
  StepState,
  TransferDiagnosis,
} from "./diagnosis.ts";
import { duration, usdc } from "./texts.ts";

const MARKS: Readonly<Record<StepState, string>> = { done: "✓", waiting: "…", stuck: "✗", ahead: "·" };
const STAGE_WIDTH = 10;

/** The text of a diagnosis, without a line break at its end. */
export function renderDiagnosis({ order, transfers }: Diagnosis): string {
  const parts = [...(order === undefined ? [] : [orderLines(order)]), ...transfers.map(transferLines)];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

function transferLines({ cctpVersion, route, amount, messageHash, steps, finding }: TransferDiagnosis): string[] {
  const what = amount === undefined ? "message" : usdc(amount);
  return [
    `V${cctpVersion} ${route}  ${what}  message ${messageHash}`,
    ...steps.map(({ stage, state, detail }) => `  ${MARKS[state]} ${stage.padEnd(STAGE_WIDTH)}${detail}`.trimEnd()),
    ...conclusion(finding),
  ];
}

/** What it is called, and what comes next. */
function conclusion({ cause, state, text, action }: Finding): string[] {
  return [`  ${state}: ${cause}${state === "done" ? `, ${text}` : ""}`, ...actionLines(action)];
}

function actionLines(action: Action): string[] {
  const text = actionText(action);
  return text === undefined ? [] : [`  next: ${text}`];
}

/** An action for a person; undefined when nothing is left to do. */
export function actionText(action: Action): string | undefined {
  switch (action.kind) {
    case "none":
      return undefined;
    case "wait":
      return `wait for ${action.for}${action.seconds === undefined ? "" : ` (about ${duration(action.seconds)})`}`;
    case "relay":
      return `\`statesetd resume ${action.txHash}\` carries it on`;
    case "reattest":
      return `\`statesetd resume ${action.txHash}\` asks for another attestation and delivers it`;
    case "retryRefund":
      return `\`statesetd resume ${action.refundId}\` tries it again`;
    case "sweepDeposit":
      return `\`statesetd resume ${action.orderId}\` credits what lies there`;
    case "person":
      return action.command === undefined ? `only ${action.who} can go on` : `for ${action.who}: ${action.command}`;
  }
}

function orderLines(order: OrderDiagnosis): string[] {
  const { orderId, status, total, paid, due, payments, findings, refunds, inbound } = order;
  const head =
    orderId === ""
      ? "money that named no order"
      : `${orderId}  ${status}  ${usdc(paid)} of ${usdc(total)} paid, ${usdc(due)} due`;
  return [
    head,
    ...payments.map((payment) => `  ${MARKS.done} payment   ${payment}`),
    ...findings.flatMap(findingLines),
    ...refunds.flatMap(refundLines),
    ...inbound.flatMap((transfer) => ["  on its way:", ...transferLines(transfer).map((line) => `    ${line}`)]),
  ];
}

/** What the transfer says already is not said twice. */
function refundLines({ refundId, amount, phase, finding, transfer }: RefundDiagnosis): string[] {
  const head = `  ${MARKS[finding.state]} ${refundId}  ${phase}  ${usdc(amount)}`;
  const isTold = transfer?.finding.text === finding.text;
  return [
    isTold ? head : `${head}  ${finding.text}`,
    ...(transfer === undefined ? [] : transferLines(transfer).map((line) => `    ${line}`)),
    ...(isTold ? [] : actionLines(finding.action)),
  ];
}

function findingLines({ cause, state, text, action }: Finding): string[] {
  return [`  ${MARKS[state]} ${cause}: ${text}`, ...actionLines(action)];
}
