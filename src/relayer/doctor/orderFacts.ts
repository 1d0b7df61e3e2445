// What was observed of an order, or of money that named none: the input of the rules. Names as in the protobuf enums,
// without their prefixes; amounts in micro-units.

import type { ExceptionFacts, TransferFacts } from "./transferFacts.ts";

/** An order by itself. */
export interface OrderState {
  readonly id: string;
  readonly status: string;
  readonly paymentStatus: string;
  readonly cancelCause: string;
  readonly total: bigint;
  readonly paid: bigint;
  readonly due: bigint;
  readonly depositAddress: string;
  /** Seconds until it is cancelled unless it is paid; undefined when that is not planned. */
  readonly secondsToExpiry: number | undefined;
}

/** A payment. */
export interface PaymentFacts {
  readonly id: string;
  /** `CCTP` */
  readonly method: string;
  readonly amount: bigint;
  readonly applied: bigint;
  /** Domain of the burn; undefined for what came on this chain. */
  readonly sourceDomain: number | undefined;
  readonly height: bigint;
}

/** A refund, and its burn where there is one. */
export interface RefundFacts {
  readonly id: string;
  readonly phase: string;
  readonly amount: bigint;
  readonly failure: string;
  readonly attempts: number;
  /** Set once it was burned, and its message was found. */
  readonly transfer: TransferFacts | undefined;
  /** Goes to another chain. */
  readonly isRemote: boolean;
  readonly destinationTxHash: string;
}

/** Everything about an order's money. */
export interface OrderFacts {
  /** Undefined for money that named no order. */
  readonly order: OrderState | undefined;
  readonly payments: readonly PaymentFacts[];
  readonly refunds: readonly RefundFacts[];
  readonly exceptions: readonly ExceptionFacts[];
  /** At the deposit address now, and credited to nobody. */
  readonly unswept: bigint;
  /** Burns for it in the newest blocks of other chains that have not arrived. */
  readonly inbound: readonly TransferFacts[];
}
