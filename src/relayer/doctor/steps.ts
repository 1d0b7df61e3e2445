// The stages of a transfer as a timeline: done up to what holds it, ahead behind it.

import { STAGES, type Stage, type Step, type TransferDiagnosis } from "./diagnosis.ts";
import { usdc } from "./texts.ts";
import type { TransferFacts } from "./transferFacts.ts";
import { judgeTransfer, type Verdict } from "./transferRules.ts";

/** Diagnoses one transfer. Pure. */
export function diagnoseTransfer(facts: TransferFacts): TransferDiagnosis {
  const verdict = judgeTransfer(facts);
  const { message, source, sourceName, destination, messageHash } = facts;
  const to = destination.kind === "unknown" ? `domain ${message.destinationDomain}` : destination.chain;
  return {
    cctpVersion: message.cctpVersion,
    route: `${sourceName} → ${to}`,
    amount: message.burn?.amount,
    sourceDomain: message.sourceDomain,
    txHash: source?.txHash,
    messageHash,
    steps: stepsOf(facts, verdict),
    finding: verdict.finding,
  };
}

/** Only mints to orders have something to credit. */
function stagesOf({ credit }: TransferFacts): readonly Stage[] {
  return credit === undefined ? STAGES.filter((stage) => stage !== "credited") : STAGES;
}

function stepsOf(facts: TransferFacts, { heldAt, finding }: Verdict): Step[] {
  const stages = stagesOf(facts);
  const held = heldAt === "over" ? stages.length : stages.indexOf(heldAt);
  return stages.map((stage, index) => {
    if (index === held) return { stage, state: finding.state, detail: finding.text };
    if (index < held) return { stage, state: "done", detail: DETAILS[stage](facts) };
    return { stage, state: "ahead", detail: "" };
  });
}

/** What is known of a stage that is passed. */
const DETAILS: Readonly<Record<Stage, (facts: TransferFacts) => string>> = {
  burned: ({ source, sourceName, message }) => {
    const what = message.burn === undefined ? "message" : usdc(message.burn.amount);
    return source === undefined
      ? `${what} on ${sourceName}; its transaction was not found`
      : `${what} in ${source.txHash} at height ${source.height} of ${source.chain}`;
  },
  final: ({ source, message }) => {
    if (source === undefined) return "";
    return source.blocksToFinal > 0n
      ? "the attestation service did not wait for it"
      : `${message.finality} finality reached`;
  },
  attested: ({ service }) => {
    if (service.kind !== "complete") return "";
    const until = service.expirationBlock === 0n ? "" : `, until height ${service.expirationBlock}`;
    return `nonce ${service.nonce}${until}`;
  },
  delivered: ({ destination }) => {
    if (destination.kind !== "evm" && destination.kind !== "cosmos") return "";
    const { txHash, height } = destination.delivered ?? {};
    return txHash === undefined
      ? `on ${destination.chain}; the transaction is not in its newest blocks`
      : `in ${txHash} at height ${height} of ${destination.chain}`;
  },
  credited: ({ credit }) =>
    credit?.payment === undefined ? "" : `${credit.payment.paymentId} of ${credit.payment.orderId}`,
};
