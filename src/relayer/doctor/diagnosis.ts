// What the doctor says: how far something came, what holds it, and what is to be done next, all as data.

import type { Subject } from "./subject.ts";

/** Stages of a transfer, in their order. */
export const STAGES = ["burned", "final", "attested", "delivered", "credited"] as const;
export type Stage = (typeof STAGES)[number];

/** How a stage stands. */
export type StepState = "done" | "waiting" | "stuck" | "ahead";

/** One stage of a transfer. */
export interface Step {
  readonly stage: Stage;
  readonly state: StepState;
  /** What is known of it; empty when it lies ahead. */
  readonly detail: string;
}

/** What comes next. */
export type Action =
  /** It is over. */
  | { readonly kind: "none" }
  /** Nobody has to do anything yet. */
  | { readonly kind: "wait"; readonly for: string; readonly seconds: number | undefined }
  /** A relayer, or `resume` by itself, carries the transaction's messages on. */
  | { readonly kind: "relay"; readonly domain: number; readonly txHash: string }
  /** The service is asked for a later attestation, and what comes is delivered. */
  | {
      readonly kind: "reattest";
      readonly nonce: string;
      readonly from: number;
      readonly to: number;
      readonly txHash: string;
    }
  | { readonly kind: "retryRefund"; readonly refundId: string }
  | { readonly kind: "sweepDeposit"; readonly orderId: string }
  /** Only a person can: with another key, or with a decision. */
  | { readonly kind: "person"; readonly who: string; readonly command: string | undefined };

/** What holds something, or that nothing does. */
export interface Finding {
  /** One of `causes.ts`. */
  readonly cause: string;
  /** `done`: nothing is left to do. `waiting`: it goes on by itself. `stuck`: it does not. */
  readonly state: Exclude<StepState, "ahead">;
  readonly text: string;
  readonly action: Action;
}

/** One message. */
export interface TransferDiagnosis {
  readonly cctpVersion: 1 | 2;
  /** `ethereum → stateset` */
  readonly route: string;
  /** Micro-units; undefined for what is no burn. */
  readonly amount: bigint | undefined;
  readonly sourceDomain: number;
  /** Undefined while only its delivery is known. */
  readonly txHash: string | undefined;
  readonly messageHash: string;
  readonly steps: readonly Step[];
  readonly finding: Finding;
}

/** A refund of an order, followed to where it goes. */
export interface RefundDiagnosis {
  readonly refundId: string;
  readonly amount: bigint;
  /** `BURNED` */
  readonly phase: string;
  readonly finding: Finding;
  /** Set once it was burned towards another chain. */
  readonly transfer: TransferDiagnosis | undefined;
}

/** An order and its money. */
export interface OrderDiagnosis {
  /** Empty for money that named no order. */
  readonly orderId: string;
  /** `CREATED` */
  readonly status: string;
  /** Micro-units. */
  readonly total: bigint;
  readonly paid: bigint;
  readonly due: bigint;
  /** One line for each payment. */
  readonly payments: readonly string[];
  /** The order itself first, then what else is open. */
  readonly findings: readonly Finding[];
  readonly refunds: readonly RefundDiagnosis[];
  /** Burns for this order that have not arrived. */
  readonly inbound: readonly TransferDiagnosis[];
}

/** The whole answer. */
export interface Diagnosis {
  readonly subject: Subject;
  readonly order: OrderDiagnosis | undefined;
  readonly transfers: readonly TransferDiagnosis[];
}

/** Everything that a diagnosis found, in the order in which it is shown. */
export function findingsOf({ order, transfers }: Diagnosis): readonly Finding[] {
  const inbound = [...transfers, ...(order?.inbound ?? [])].map(({ finding }) => finding);
  const refunds = (order?.refunds ?? []).map(({ finding }) => finding);
  return [...(order?.findings ?? []), ...refunds, ...inbound];
}
