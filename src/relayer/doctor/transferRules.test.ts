// The rules as a table: each row breaks one thing of a transfer that is about to be delivered, and names the stage, the
// cause, the state and the action that must come of it. Cases: every cause of a transfer; which of two faults wins; the
// timeline; every known refusal has a cause that the documentation knows.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytes32ToAddress } from "../../cctp/bytes32.ts";
import { readMessage } from "../messageFacts.ts";
import { burnV1, burnV2, txHashOf, word } from "../testing/records.ts";
import { CAUSES } from "./causes.ts";
import type { Action, StepState } from "./diagnosis.ts";
import { knownRefusal } from "./refusals.ts";
import { diagnoseTransfer } from "./steps.ts";
import type { DestinationFacts, ExceptionFacts, ServiceFacts, SourceFacts, TransferFacts } from "./transferFacts.ts";
import { type HeldAt, judgeTransfer } from "./transferRules.ts";

const TX = txHashOf("burn");
const NONCE = `0x${"07".repeat(32)}`;

const SOURCE: SourceFacts = {
  chain: "ethereum",
  txHash: TX,
  height: 100n,
  isReorganised: false,
  blocksToFinal: 0n,
  secondsToFinal: undefined,
  secondsToStandard: undefined,
};

const COMPLETE: Extract<ServiceFacts, { kind: "complete" }> = {
  kind: "complete",
  message: "0x01",
  attestation: "0x02",
  nonce: NONCE,
  expirationBlock: 0n,
  refusal: undefined,
};

type There = Extract<DestinationFacts, { readonly height: bigint }>;

const THERE: There = {
  kind: "evm",
  chain: "base",
  height: 500n,
  delivered: undefined,
  onlyCaller: undefined,
  mayWeDeliver: true,
  simulation: { kind: "passes" },
  deliverCommand: "cast send …",
};

const READY: TransferFacts = {
  messageHash: "0xab",
  message: readMessage(burnV2()),
  source: SOURCE,
  sourceName: "ethereum",
  service: COMPLETE,
  destination: THERE,
  relayer: { kind: "unknown" },
  credit: undefined,
  recipient: "0xc1",
};

const OPEN_LATE: ExceptionFacts = {
  id: "exc_1",
  orderId: "ord_1",
  kind: "LATE",
  policy: "WAIT",
  status: "OPEN",
  amount: 5_000_000n,
  detail: "",
  refundId: "",
};

const DELIVERED: TransferFacts = { ...READY, destination: { ...THERE, delivered: { txHash: "0xdd", height: 499n } } };
const PAYMENT = { paymentId: "pay_1", orderId: "ord_1", amountApplied: 1_000_000n, status: "PAID" };

const refused = (reason: string): Partial<TransferFacts> => ({
  destination: { ...THERE, simulation: { kind: "refused", reason } },
});
const pending = (delayReason: string | undefined): Partial<TransferFacts> => ({
  service: { kind: "pending", delayReason },
});
const knows = (over: object): Partial<TransferFacts> => ({
  relayer: { kind: "knows", state: "attested", parkReason: undefined, attempts: 0, lastError: "reset", ...over },
});
const v1 = readMessage(burnV1(7n));

type Row = readonly [
  name: string,
  broken: Partial<TransferFacts>,
  heldAt: HeldAt,
  cause: keyof typeof CAUSES,
  state: StepState,
  action: Action["kind"],
];

const ROWS: readonly Row[] = [
  ["nothing: nobody delivered", {}, "delivered", "undelivered", "stuck", "relay"],
  ["no relayer is asked", { relayer: { kind: "off" } }, "delivered", "undelivered", "stuck", "relay"],
  ["no relayer answers", { relayer: { kind: "unreachable", url: "" } }, "delivered", "undelivered", "stuck", "relay"],
  [
    "its block was replaced",
    { source: { ...SOURCE, isReorganised: true } },
    "burned",
    "reorganised",
    "waiting",
    "wait",
  ],
  [
    "its block is not final",
    { source: { ...SOURCE, blocksToFinal: 3n, secondsToFinal: 36 }, service: { kind: "unknown" } },
    "final",
    "not_final",
    "waiting",
    "wait",
  ],
  [
    "not final by our rule, and attested all the same",
    { source: { ...SOURCE, blocksToFinal: 3n } },
    "delivered",
    "undelivered",
    "stuck",
    "relay",
  ],
  ["no service", { service: { kind: "none" } }, "attested", "service_none", "stuck", "person"],
  [
    "the service is silent",
    { service: { kind: "unreachable", why: "no" } },
    "attested",
    "service_unreachable",
    "stuck",
    "wait",
  ],
  ["404", { service: { kind: "unknown" } }, "attested", "unknown_to_service", "waiting", "wait"],
  ["pending", pending(undefined), "attested", "pending", "waiting", "wait"],
  ["insufficient_fee", pending("insufficient_fee"), "attested", "delayed_fee", "waiting", "wait"],
  ["amount_above_max", pending("amount_above_max"), "attested", "delayed_amount", "waiting", "wait"],
  [
    "insufficient_allowance_available",
    pending("insufficient_allowance_available"),
    "attested",
    "delayed_allowance",
    "waiting",
    "wait",
  ],
  ["another delay", pending("moon"), "attested", "delayed", "waiting", "wait"],
  [
    "another message was signed",
    { service: { kind: "mismatch", fault: "fee" } },
    "attested",
    "mismatch",
    "stuck",
    "person",
  ],
  [
    "strangers signed V2",
    { service: { ...COMPLETE, refusal: { code: "notAttester", index: 0, address: bytes32ToAddress(word(1)) } } },
    "attested",
    "attestation_refused",
    "stuck",
    "reattest",
  ],
  [
    "strangers signed V1",
    { message: v1, service: { ...COMPLETE, refusal: { code: "zeroThreshold" } } },
    "attested",
    "attestation_refused",
    "stuck",
    "person",
  ],
  ["expired", { service: { ...COMPLETE, expirationBlock: 490n } }, "delivered", "expired", "stuck", "reattest"],
  ["about to expire", { service: { ...COMPLETE, expirationBlock: 510n } }, "delivered", "expired", "stuck", "reattest"],
  [
    "lives long enough",
    { service: { ...COMPLETE, expirationBlock: 511n } },
    "delivered",
    "undelivered",
    "stuck",
    "relay",
  ],
  [
    "another caller",
    { destination: { ...THERE, onlyCaller: "0xee", mayWeDeliver: false } },
    "delivered",
    "other_caller",
    "stuck",
    "person",
  ],
  [
    "the caller is us",
    { destination: { ...THERE, onlyCaller: "0xee", mayWeDeliver: true } },
    "delivered",
    "undelivered",
    "stuck",
    "relay",
  ],
  ["no such chain", { destination: { kind: "unknown" } }, "delivered", "destination_unknown", "stuck", "person"],
  [
    "the destination is silent",
    { destination: { kind: "unreachable", chain: "base", why: "no" } },
    "delivered",
    "destination_unreachable",
    "stuck",
    "wait",
  ],
  ["paused", refused("Pausable: paused"), "delivered", "paused", "stuck", "person"],
  [
    "paused here, V1",
    refused("sending and receiving messages are paused: err in receive message"),
    "delivered",
    "paused",
    "stuck",
    "person",
  ],
  [
    "minting is paused",
    refused("cctp burning and minting is paused"),
    "delivered",
    "minting_paused",
    "stuck",
    "person",
  ],
  ["unlinked token", refused("Mint token not supported"), "delivered", "token_not_linked", "stuck", "person"],
  [
    "unlinked messenger",
    refused("Remote TokenMessenger unsupported"),
    "delivered",
    "messenger_not_linked",
    "stuck",
    "person",
  ],
  ["blacklisted", refused("Blacklistable: account is blacklisted"), "delivered", "blacklisted", "stuck", "person"],
  [
    "no allowance",
    refused("FiatToken: mint amount exceeds minterAllowance"),
    "delivered",
    "allowance",
    "stuck",
    "person",
  ],
  ["fee", refused("Fee exceeds max fee"), "delivered", "fee", "stuck", "person"],
  ["finality", refused("Unsupported finality threshold"), "delivered", "finality", "stuck", "person"],
  ["recipient", refused("FiatToken: mint to the zero address"), "delivered", "recipient", "stuck", "person"],
  ["domain", refused("Invalid destination domain"), "delivered", "wrong_domain", "stuck", "person"],
  ["an unknown refusal", refused("computer says no"), "delivered", "refused", "stuck", "person"],
  ["submitted", knows({ state: "submitted", attempts: 1 }), "delivered", "on_its_way", "waiting", "wait"],
  [
    "a dry wallet",
    knows({ lastError: "the wallet has 1 wei, and needs 2" }),
    "delivered",
    "wallet_dry",
    "stuck",
    "person",
  ],
  [
    "parked",
    knows({ state: "parked", parkReason: "filtered", lastError: "not a burn" }),
    "delivered",
    "relayer_parked",
    "stuck",
    "relay",
  ],
  ["the relayer is about to", knows({ lastError: undefined }), "delivered", "relayer_working", "waiting", "wait"],
  ["the relayer had an error", knows({ lastError: "boom" }), "delivered", "undelivered", "stuck", "relay"],
  ["delivered", DELIVERED, "over", "minted", "done", "none"],
  [
    "delivered, and the transaction is gone from the index",
    { destination: { ...THERE, delivered: {} } },
    "over",
    "minted",
    "done",
    "none",
  ],
  [
    "delivered, and its service and source look bad",
    { ...DELIVERED, service: { kind: "unknown" }, source: { ...SOURCE, isReorganised: true } },
    "over",
    "minted",
    "done",
    "none",
  ],
  ["paid", { ...DELIVERED, credit: { payment: PAYMENT, exceptions: [] } }, "over", "order_paid", "done", "none"],
  [
    "late",
    { ...DELIVERED, credit: { payment: undefined, exceptions: [OPEN_LATE] } },
    "credited",
    "order_exception",
    "stuck",
    "person",
  ],
  [
    "paid, and a part left over",
    { ...DELIVERED, credit: { payment: PAYMENT, exceptions: [{ ...OPEN_LATE, kind: "OVERPAID" }] } },
    "credited",
    "order_exception",
    "stuck",
    "person",
  ],
  [
    "late, and refunded by policy",
    {
      ...DELIVERED,
      credit: { payment: undefined, exceptions: [{ ...OPEN_LATE, status: "REFUNDED", refundId: "ref_1" }] },
    },
    "over",
    "order_exception",
    "done",
    "none",
  ],
  [
    "unknown to all but the delivery",
    { source: undefined, service: { kind: "none" }, destination: { kind: "unknown" } },
    "delivered",
    "destination_unknown",
    "stuck",
    "person",
  ],
];

describe("rules", () => {
  test.each(ROWS)("default: %s", (_name, broken, heldAt, cause, state, action) => {
    const { heldAt: at, finding } = judgeTransfer({ ...READY, ...broken });
    expect({ at, cause: finding.cause, state: finding.state, action: finding.action.kind }).toEqual({
      at: heldAt,
      cause,
      state,
      action,
    });
  });

  test("behavior: every cause of a transfer has a row", () => {
    const ofOrders = /^(payment|order_settled|order_ended|deposit|exception|refund)/;
    const causes = Object.keys(CAUSES).filter((cause) => !ofOrders.test(cause));
    expect(new Set(ROWS.map(([, , , cause]) => cause))).toEqual(new Set(causes));
  });

  test("behavior: actions carry what is needed to do them", () => {
    expect(judgeTransfer(READY).finding.action).toEqual({ kind: "relay", domain: 0, txHash: TX });
    const { action } = judgeTransfer({ ...READY, service: { ...COMPLETE, expirationBlock: 1n } }).finding;
    expect(action).toEqual({ kind: "reattest", nonce: NONCE, from: 0, to: 7770, txHash: TX });
    const late = judgeTransfer({ ...DELIVERED, credit: { payment: undefined, exceptions: [OPEN_LATE] } }).finding;
    expect(late.action).toMatchObject({
      command:
        "statesetd tx orders resolve-exception --exception-id exc_1 --action EXCEPTION_ACTION_REFUND --from <key>",
    });
  });

  test("behavior: Circle's words are kept", () => {
    const { text } = judgeTransfer({ ...READY, ...refused("Pausable: paused") }).finding;
    expect(text).toBe('the destination is paused: base says "Pausable: paused"');
  });
});

describe("timeline", () => {
  test("default: done up to what holds it, ahead behind it", () => {
    const { steps, route } = diagnoseTransfer({ ...READY, service: { kind: "unknown" } });
    expect(route).toBe("ethereum → base");
    expect(steps.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
      "burned done",
      "final done",
      "attested waiting",
      "delivered ahead",
    ]);
  });

  test("behavior: what pays an order has a stage more", () => {
    const { steps } = diagnoseTransfer({ ...DELIVERED, credit: { payment: PAYMENT, exceptions: [] } });
    expect(steps.at(-1)).toEqual({ stage: "credited", state: "done", detail: "pay_1 of ord_1" });
  });
});

describe("refusals", () => {
  test.each([
    ["Message expired and must be re-signed", "expired"],
    ["Invalid signature: not attester", "attestation_refused"],
    ["ECDSA: invalid signature 's' value", "attestation_refused"],
    ["Invalid caller for message", "other_caller"],
    ["the message is to be delivered by somebody else", "other_caller"],
    ["could not retrieve remote token messenger for domain 0: err in receive message", "messenger_not_linked"],
    ["corresponding noble mint token not found: err in receive message", "token_not_linked"],
    ["sending and receiving messages is paused", "paused"],
    ["burning and minting is paused", "minting_paused"],
    ["the burned token is linked to no token here", "token_not_linked"],
    ["the sender is not the token messenger of its domain", "messenger_not_linked"],
  ])("default: %s", (reason, cause) => {
    expect(knownRefusal(reason).cause).toBe(cause);
  });
});

describe("documentation", () => {
  test("behavior: docs/bridge-stuck.md has a row for each cause, and no other", () => {
    const text = readFileSync(new URL("../../../docs/bridge-stuck.md", import.meta.url), "utf8");
    const cells = text.split("\n").flatMap((line) => /^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|/.exec(line)?.[1] ?? []);
    const documented = cells.flatMap((cell) => cell.split(", ").map((name) => name.slice(1, -1)));
    expect([...documented].sort()).toEqual(Object.keys(CAUSES).sort());
  });
});
