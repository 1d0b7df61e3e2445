// What is asked about an order before it is made: taxes, exchange rates, fraud, screening. Whoever answers is a part of the
// gateway; without one, orders are in USDC and name their own taxes.

import { Problem } from "../http/problem.ts";
import type { Json } from "../readModel/blockRows.ts";
import type { NewOrder } from "./bodies.ts";

/** A line of an order before it is made. */
export interface DraftItem {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: bigint;
  /** The price is in USDC, whatever the order's currency: it is the one of the merchant's book. */
  readonly isSettled: boolean;
}

/** An order before it is made. Amounts are micro-units of `currency`. */
export interface OrderDraft {
  readonly merchant: string;
  readonly customerId: string | undefined;
  readonly customerWallet: string | undefined;
  readonly email: string | undefined;
  readonly currency: string;
  readonly items: readonly DraftItem[];
  readonly discount: bigint;
  readonly shippingCost: bigint;
  /** As the client named it; undefined where it is to be computed, or there is none. */
  readonly tax: bigint | undefined;
  /** Personal data: for the evaluation alone, not to be kept. */
  readonly shippingAddress: Readonly<Record<string, string>> | undefined;
  readonly billingAddress: Readonly<Record<string, string>> | undefined;
  readonly options: Pick<NewOrder, "exchange_rate" | "tax_calculation" | "fraud_check" | "compliance">;
}

/** What was found. Amounts are micro-units of USDC. */
export interface OrderEvaluation {
  /** Of the items, in their order. */
  readonly unitPrices: readonly bigint[];
  readonly discount: bigint;
  readonly shippingCost: bigint;
  readonly tax: bigint;
  readonly fraudScore?: number | undefined;
  readonly complianceStatus?: string | undefined;
  /** Kept with the order and shown: no personal data. */
  readonly notes?: Readonly<Record<string, Json>> | undefined;
  /** Goes to the chain with the order's own metadata. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The order is held as soon as it is made, for this reason. */
  readonly holdReason?: string | undefined;
}

export type EvaluateOrder = (draft: OrderDraft) => Promise<OrderEvaluation>;

/** Evaluates what needs nobody else. Throws Problem `not_supported`. */
export async function plainEvaluation(draft: OrderDraft): Promise<OrderEvaluation> {
  const { tax_calculation, fraud_check, compliance, exchange_rate } = draft.options;
  const wanted = [
    ["/currency", draft.currency !== "USDC"],
    ["/exchange_rate", exchange_rate !== undefined],
    ["/tax_calculation", tax_calculation?.enabled === true],
    ["/fraud_check", fraud_check?.enabled === true],
    ["/compliance", Object.values(compliance ?? {}).includes(true)],
  ] as const;
  const missing = wanted.find(([, isWanted]) => isWanted);
  if (missing !== undefined) {
    throw new Problem("not_supported", { detail: "this gateway has no provider for this", field: missing[0] });
  }
  return {
    unitPrices: draft.items.map(({ unitPrice }) => unitPrice),
    discount: draft.discount,
    shippingCost: draft.shippingCost,
    tax: draft.tax ?? 0n,
  };
}
