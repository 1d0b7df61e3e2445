// From what was observed of a message to what holds it: a list of rules, of which the first that applies wins. Pure.
//
// The order is the way of a message read backwards where it matters: what is delivered needs no explanation of how its
// attestation looks today, and what is attested needs none of how final its block is by our own rule.

import type { AttestationRefusal } from "../../cctp/attestation.ts";
import { toHex } from "../../codec/bytes.ts";
import type { Cause } from "./causes.ts";
import type { Action, Finding } from "./diagnosis.ts";
import { knownRefusal } from "./refusals.ts";
import { usdc } from "./texts.ts";
import type { ExceptionFacts, ServiceFacts, TransferFacts } from "./transferFacts.ts";

/** The stage that a finding is about. `over` is behind the last. */
export type HeldAt = "burned" | "final" | "attested" | "delivered" | "credited" | "over";

/** What the rules make of a transfer. */
export interface Verdict {
  readonly heldAt: HeldAt;
  readonly finding: Finding & { readonly cause: Cause };
}

type Rule = (facts: TransferFacts) => Verdict | undefined;

const NOTHING: Action = { kind: "none" };

function verdict(heldAt: HeldAt, cause: Cause, state: Finding["state"], text: string, action: Action): Verdict {
  return { heldAt, finding: { cause, state, text, action } };
}

function wait(what: string, seconds?: number): Action {
  return { kind: "wait", for: what, seconds };
}

/** Carrying the burn's transaction on; where only the delivery is known there is nothing to carry. */
function relay({ message, source }: TransferFacts): Action {
  if (source === undefined)
    return { kind: "person", who: "whoever knows the transaction that burned", command: undefined };
  return { kind: "relay", domain: message.sourceDomain, txHash: source.txHash };
}

function complete({ service }: TransferFacts): Extract<ServiceFacts, { kind: "complete" }> | undefined {
  return service.kind === "complete" ? service : undefined;
}

function delivered({ destination, relayer }: TransferFacts): boolean {
  if (destination.kind === "evm" || destination.kind === "cosmos") return destination.delivered !== undefined;
  return relayer.kind === "knows" && relayer.state === "done";
}

// What is delivered.

const creditedToOrder: Rule = (facts) => {
  const { credit } = facts;
  if (!delivered(facts) || credit === undefined) return undefined;
  const open = credit.exceptions.find(({ status }) => status === "OPEN");
  if (open !== undefined) {
    const paid = credit.payment === undefined ? "" : `${usdc(credit.payment.amountApplied)} credited; `;
    return verdict("credited", "order_exception", "stuck", `${paid}${exceptionText(open)}`, exceptionAction(open));
  }
  if (credit.payment !== undefined) {
    const { amountApplied, orderId, status } = credit.payment;
    const text = `${usdc(amountApplied)} credited to ${orderId}, which is ${status}`;
    return verdict("over", "order_paid", "done", text, NOTHING);
  }
  const [settled] = credit.exceptions;
  if (settled === undefined) return undefined;
  return verdict("over", "order_exception", "done", exceptionText(settled), NOTHING);
};

/** An entry of the exception ledger for a person. */
export function exceptionText({ id, kind, amount, status, policy, detail, refundId }: ExceptionFacts): string {
  const more = detail === "" ? "" : ` (${detail})`;
  const refund = refundId === "" ? "" : ` as ${refundId}`;
  return `${usdc(amount)} ${kind}${more}: ${id} is ${status}${refund}, policy ${policy}`;
}

/** Kinds of entries that can still pay their order; the others can only go back. */
const APPLIABLE: ReadonlySet<string> = new Set(["LOW_FINALITY", "NOT_PAYABLE", "TOO_SMALL"]);

/** What is to be done about an open entry. */
export function exceptionAction({ id, orderId, kind }: ExceptionFacts): Action {
  const choice = APPLIABLE.has(kind) && orderId !== "" ? "EXCEPTION_ACTION_APPLY" : "EXCEPTION_ACTION_REFUND";
  const who = orderId === "" ? "the authority of the chain" : "the merchant's side, its arbiter or the authority";
  const address = orderId === "" ? " --refund-address <address>" : "";
  const command = `statesetd tx orders resolve-exception --exception-id ${id} --action ${choice}${address} --from <key>`;
  return { kind: "person", who, command };
}

const minted: Rule = (facts) => {
  if (!delivered(facts)) return undefined;
  const { message, recipient } = facts;
  if (message.burn === undefined) return verdict("over", "minted", "done", "the message was delivered", NOTHING);
  const to = recipient ?? "the mint recipient";
  return verdict("over", "minted", "done", `the money is with ${to}`, NOTHING);
};

// What is not.

const reorganised: Rule = ({ source }) => {
  if (source?.isReorganised !== true) return undefined;
  const text = `block ${source.height} of ${source.chain} was replaced: the burn may come into another, or into none`;
  return verdict("burned", "reorganised", "waiting", text, wait("the transaction to be in a block again"));
};

const notFinal: Rule = (facts) => {
  const { source, service, message } = facts;
  if (source === undefined || source.blocksToFinal === 0n || service.kind === "complete") return undefined;
  const blocks = source.blocksToFinal === 1n ? "1 block" : `${source.blocksToFinal} blocks`;
  const level = message.finality === "fast" ? "confirmed" : "final";
  const text = `its block is ${blocks} short of being ${level} on ${source.chain}`;
  return verdict("final", "not_final", "waiting", text, wait("finality", source.secondsToFinal));
};

const noService: Rule = ({ service, destination, sourceName }) => {
  if (service.kind !== "none" || destination.kind === "unknown") return undefined;
  const text = `the configuration has no route from ${sourceName} to ${destination.chain}, so nobody to ask for an attestation`;
  const action: Action = { kind: "person", who: "the operator", command: "add the route to relayer.toml" };
  return verdict("attested", "service_none", "stuck", text, action);
};

const serviceUnreachable: Rule = ({ service }) => {
  if (service.kind !== "unreachable") return undefined;
  return verdict("attested", "service_unreachable", "stuck", service.why, wait("the attestation service to answer"));
};

const unknownToService: Rule = ({ service }) => {
  if (service.kind !== "unknown") return undefined;
  const text = "the attestation service answers 404, as it does until it has seen the final block";
  return verdict("attested", "unknown_to_service", "waiting", text, wait("the attestation service to see the burn"));
};

const DELAYS: Readonly<Record<string, Cause>> = {
  insufficient_fee: "delayed_fee",
  amount_above_max: "delayed_amount",
  insufficient_allowance_available: "delayed_allowance",
};

const DELAY_TEXTS: Readonly<Partial<Record<Cause, string>>> = {
  delayed_fee: "the burn's maxFee is below the fee of a fast transfer",
  delayed_amount: "it is more than a fast transfer may carry",
  delayed_allowance: "the allowance for fast transfers is used up for now",
};

const pending: Rule = ({ service, source }) => {
  if (service.kind !== "pending") return undefined;
  const { delayReason } = service;
  if (delayReason === undefined) {
    const text = "the attestation service has seen it and has not signed it yet (pending_confirmations)";
    return verdict("attested", "pending", "waiting", text, wait("the attestation"));
  }
  const cause = DELAYS[delayReason] ?? "delayed";
  const why = DELAY_TEXTS[cause] ?? "the attestation service delays it";
  const text = `${why} (${delayReason}): it is attested as a standard transfer`;
  return verdict("attested", cause, "waiting", text, wait("standard finality", source?.secondsToStandard));
};

const MISMATCH_TEXTS = {
  bytes: "its message is none that the transaction emitted",
  nonce: "it gave no nonce",
  finality: "it was attested at a lower finality than the sender asked for",
  fee: "it takes a higher fee than the sender allowed",
} as const;

const mismatch: Rule = ({ service }) => {
  if (service.kind !== "mismatch") return undefined;
  const text = `the attestation is not for what was burned: ${MISMATCH_TEXTS[service.fault]}`;
  const action: Action = { kind: "person", who: "the attestation service's operator", command: undefined };
  return verdict("attested", "mismatch", "stuck", text, action);
};

const unknownDestination: Rule = ({ destination, message }) => {
  if (destination.kind !== "unknown") return undefined;
  const text = `domain ${message.destinationDomain} is not among the configured chains`;
  const action: Action = { kind: "person", who: "the operator", command: "add the chain to relayer.toml" };
  return verdict("delivered", "destination_unknown", "stuck", text, action);
};

const unreachableDestination: Rule = ({ destination }) => {
  if (destination.kind !== "unreachable") return undefined;
  const text = `${destination.chain} does not answer: ${destination.why}`;
  return verdict("delivered", "destination_unreachable", "stuck", text, wait(`${destination.chain} to answer`));
};

const attestationRefused: Rule = (facts) => {
  const refusal = complete(facts)?.refusal;
  if (refusal === undefined) return undefined;
  const text = `the destination would not believe the attestation: ${refusalText(refusal)}`;
  return verdict("attested", "attestation_refused", "stuck", text, renewed(facts));
};

/** Another attestation: V2 is attested anew on request, of V1 there is only one. */
function renewed(facts: TransferFacts): Action {
  const service = complete(facts);
  const { message, source } = facts;
  if (message.cctpVersion === 1 || service === undefined || source === undefined) {
    return { kind: "person", who: "the attestation service's operator", command: undefined };
  }
  const { sourceDomain: from, destinationDomain: to } = message;
  return { kind: "reattest", nonce: service.nonce, from, to, txHash: source.txHash };
}

/** Why signatures are not believed, for a person. Signatures are counted from one. */
export function refusalText(refusal: AttestationRefusal): string {
  switch (refusal.code) {
    case "length":
      return `it has ${refusal.actualBytes} bytes, and the threshold asks for ${refusal.expectedBytes}`;
    case "zeroThreshold":
      return "the destination has no attesters";
    case "highS":
    case "recoveryId":
    case "unrecoverable":
      return `signature ${refusal.index + 1} is malformed (${refusal.code})`;
    case "order":
      return `signature ${refusal.index + 1} is out of order`;
    case "notAttester":
      return `signature ${refusal.index + 1} is of 0x${toHex(refusal.address)}, who is no attester there`;
  }
}

/** Blocks that a delivery may take: an attestation that lives no longer is renewed before it is delivered. */
export const EXPIRY_MARGIN_BLOCKS = 10n;

const expired: Rule = (facts) => {
  const { destination } = facts;
  const expirationBlock = complete(facts)?.expirationBlock ?? 0n;
  if (expirationBlock === 0n || (destination.kind !== "evm" && destination.kind !== "cosmos")) return undefined;
  const isRefusedForIt =
    destination.simulation.kind === "refused" && knownRefusal(destination.simulation.reason).cause === "expired";
  if (!isRefusedForIt && expirationBlock > destination.height + EXPIRY_MARGIN_BLOCKS) return undefined;
  const left = expirationBlock - destination.height;
  const when = left <= 0n ? `${-left} blocks ago` : `in ${left} blocks`;
  const text = `the attestation's expirationBlock is ${expirationBlock} of ${destination.chain}, ${when}: it must be attested anew`;
  return verdict("delivered", "expired", "stuck", text, renewed(facts));
};

const otherCaller: Rule = ({ destination, service }) => {
  if (service.kind !== "complete" || (destination.kind !== "evm" && destination.kind !== "cosmos")) return undefined;
  const { onlyCaller, mayWeDeliver, deliverCommand } = destination;
  if (onlyCaller === undefined || mayWeDeliver) return undefined;
  const text = `the burn names ${onlyCaller} as the only one who may deliver it`;
  return verdict("delivered", "other_caller", "stuck", text, {
    kind: "person",
    who: onlyCaller,
    command: deliverCommand,
  });
};

const refusedThere: Rule = ({ destination }) => {
  if ((destination.kind !== "evm" && destination.kind !== "cosmos") || destination.simulation.kind !== "refused") {
    return undefined;
  }
  const { reason } = destination.simulation;
  const { cause, text, who } = knownRefusal(reason);
  const action: Action = { kind: "person", who: who ?? "the operator", command: undefined };
  // Every cause of the table of refusals is one of ours (refusals.test.ts).
  return verdict("delivered", cause as Cause, "stuck", `${text}: ${destination.chain} says "${reason}"`, action);
};

const onItsWay: Rule = ({ relayer }) => {
  if (relayer.kind !== "knows" || relayer.state !== "submitted") return undefined;
  const text = `the relayer has sent it (attempt ${relayer.attempts}) and waits for the block`;
  return verdict("delivered", "on_its_way", "waiting", text, wait("the block that delivers it"));
};

/** What the relayer says when it does not pay (src/relayer/evm/evmDestination.ts). */
const UNPAID = ["the wallet has", "gas is dearer", "at most", "was never paid"];

const walletDry: Rule = ({ relayer }) => {
  if (relayer.kind !== "knows" || relayer.state === "parked") return undefined;
  const { lastError } = relayer;
  if (lastError === undefined || !UNPAID.some((text) => lastError.includes(text))) return undefined;
  const action: Action = { kind: "person", who: "the relayer's operator", command: "statesetd relayer status" };
  return verdict("delivered", "wallet_dry", "stuck", `the relayer does not pay for it: ${lastError}`, action);
};

const parkedByRelayer: Rule = (facts) => {
  const { relayer } = facts;
  if (relayer.kind !== "knows" || relayer.state !== "parked") return undefined;
  const text = `the relayer set it aside (${relayer.parkReason}): ${relayer.lastError ?? "no reason given"}`;
  return verdict("delivered", "relayer_parked", "stuck", text, relay(facts));
};

const relayerWorking: Rule = ({ relayer }) => {
  if (relayer.kind !== "knows" || relayer.lastError !== undefined) return undefined;
  const text = `the relayer has it in state ${relayer.state} and delivers it next`;
  return verdict("delivered", "relayer_working", "waiting", text, wait("the relayer to deliver it"));
};

const undelivered: Rule = (facts) => {
  const { relayer } = facts;
  const who = {
    off: "no relayer is asked",
    unreachable: "no relayer answers",
    unknown: "the relayer does not know it",
    knows: `the relayer's last error: ${relayer.kind === "knows" ? relayer.lastError : ""}`,
  }[relayer.kind];
  const text = `it is attested, the destination would take it, and nobody has delivered it (${who})`;
  return verdict("delivered", "undelivered", "stuck", text, relay(facts));
};

/** In the order in which they are asked. */
const RULES: readonly Rule[] = [
  creditedToOrder,
  minted,
  reorganised,
  notFinal,
  unknownDestination,
  noService,
  serviceUnreachable,
  unknownToService,
  pending,
  mismatch,
  unreachableDestination,
  attestationRefused,
  expired,
  otherCaller,
  refusedThere,
  onItsWay,
  walletDry,
  parkedByRelayer,
  relayerWorking,
];

/** What holds a transfer, or that nothing does. */
export function judgeTransfer(facts: TransferFacts): Verdict {
  for (const rule of RULES) {
    const found = rule(facts);
    if (found !== undefined) return found;
  }
  // Nothing else is wrong with it.
  return undelivered(facts)!;
}
