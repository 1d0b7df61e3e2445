// From what a client wrote to what the chain is told: aliases, prices, sums, and what is kept off the chain.

import { randomBytes } from "node:crypto";
import { NewOrder as ChainOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { ReleaseMode } from "../../../gen/stateset/orders/v1/types.ts";
import { compareBytes, concatBytes, toHex, utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { formatMoney, parseMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import { checkCustomerId } from "../vault/vault.ts";
import type { NewOrder } from "./bodies.ts";
import { chainPrice } from "./chainOrders.ts";
import { type OrderDraft, type OrderEvaluation, plainEvaluation } from "./evaluation.ts";
import type { OrderNotes } from "./view.ts";

const DENOM = "uusdc";

/** An order that is ready for the chain. */
export interface PreparedOrder {
  readonly order: ChainOrder;
  readonly total: bigint;
  readonly notes: OrderNotes;
  readonly holdReason: string | undefined;
  /** Forgets what was kept for it, when the chain refuses it. */
  discard(): Promise<void>;
}

function both<T>(field: string, one: T | undefined, other: T | undefined): T | undefined {
  if (one !== undefined && other !== undefined && one !== other) {
    throw new Problem("invalid_request", { detail: "this is given twice, and differs", field });
  }
  return one ?? other;
}

type PostalAddress = Readonly<Record<string, string>>;

/** Free text is a first line, and kept as it was. */
function addressOf(address: string | PostalAddress | undefined): PostalAddress | undefined {
  return typeof address === "string" ? { address_line_1: address, raw: address } : address;
}

function moneyOr(text: string | undefined, field: string): bigint {
  return text === undefined ? 0n : parseMoney(text, field);
}

/** The price of each item: the client's, or the one of the merchant's book. Rejects with Problem `price_required`. */
async function draftItems({ parts, key, at }: Ordering, { items }: NewOrder): Promise<OrderDraft["items"]> {
  return Promise.all(
    items.map(async ({ sku, quantity, unit_price, price }, index) => {
      const field = `${at}/items/${index}/unit_price`;
      const given = [unit_price, price].map((text) => (text === undefined ? undefined : parseMoney(text, field)));
      const own = both(field, given[0], given[1]);
      if (own !== undefined) return { sku, quantity, unitPrice: own, isSettled: false };
      const known = await chainPrice(parts.chain, { merchant: key.merchant, sku, denom: DENOM });
      if (known === undefined) {
        throw new Problem("price_required", { detail: "neither the item nor the merchant's book has a price", field });
      }
      return { sku, quantity, unitPrice: BigInt(known.unitPrice), isSettled: true };
    }),
  );
}

/** Who orders, with which key, and where in the body the order stands. */
export interface Ordering {
  readonly parts: GatewayParts;
  readonly key: ApiKey;
  /** JSON pointer of the order: empty, or `/orders/3`. */
  readonly at: string;
  /** The buyer's account, where it pays at once. */
  readonly payer?: string | undefined;
}

async function draftOf(ordering: Ordering, body: NewOrder): Promise<OrderDraft> {
  const { key, at, payer } = ordering;
  const { customer, shipping } = body;
  const customerId = both(`${at}/customer_id`, body.customer_id, customer?.id);
  // It goes to the chain whether or not there is anything for the vault.
  if (customerId !== undefined) checkCustomerId(customerId, `${at}/customer_id`);
  return {
    merchant: key.merchant,
    customerId,
    customerWallet: both(
      `${at}/customer_wallet`,
      both(`${at}/customer_wallet`, body.customer_wallet, customer?.wallet_address),
      payer,
    ),
    email: customer?.email,
    currency: body.currency ?? "USDC",
    items: await draftItems(ordering, body),
    discount: moneyOr(body.discount, `${at}/discount`),
    shippingCost: moneyOr(both(`${at}/shipping_cost`, body.shipping_cost, shipping?.cost), `${at}/shipping_cost`),
    tax: body.tax === undefined ? undefined : parseMoney(body.tax, `${at}/tax`),
    shippingAddress: addressOf(body.shipping_address ?? shipping?.address),
    billingAddress: addressOf(body.billing_address),
    options: body,
  };
}

/** The sums. Throws Problem `amount_mismatch` where the client expects others. */
function sums(at: string, body: NewOrder, draft: OrderDraft, evaluation: OrderEvaluation) {
  const { unitPrices, discount, shippingCost, tax } = evaluation;
  const subtotal = draft.items.reduce((sum, { quantity }, index) => sum + BigInt(quantity) * unitPrices[index]!, 0n);
  const total = subtotal - discount + tax + shippingCost;
  if (total <= 0n)
    throw new Problem("invalid_request", { detail: "the total is not above zero", field: `${at}/discount` });
  for (const [name, value] of [
    ["subtotal", subtotal],
    ["total", total],
  ] as const) {
    const expected = body[name];
    if (expected === undefined || parseMoney(expected, `${at}/${name}`) === value) continue;
    throw new Problem("amount_mismatch", {
      detail: `the ${name} is ${formatMoney(value)}`,
      field: `${at}/${name}`,
      extra: { [name]: formatMoney(value) },
    });
  }
  return { subtotal, total };
}

/** Personal data of an order; undefined when there is none. */
function personalData(body: NewOrder, draft: OrderDraft): Record<string, PostalAddress> | undefined {
  const { email, name, phone } = body.customer ?? {};
  const customer = Object.fromEntries(
    Object.entries({ email, name, phone }).filter(([, value]) => value !== undefined),
  );
  const data = {
    ...(Object.keys(customer).length === 0 ? {} : { customer: customer as PostalAddress }),
    ...(draft.shippingAddress === undefined ? {} : { shipping_address: draft.shippingAddress }),
    ...(draft.billingAddress === undefined ? {} : { billing_address: draft.billingAddress }),
  };
  return Object.keys(data).length === 0 ? undefined : data;
}

/** A name for a customer that the merchant gave none: personal data belongs to somebody, who may have it deleted. */
export function guestId(): string {
  return `guest_${toHex(randomBytes(12))}`;
}

function notesOf(body: NewOrder, evaluation: OrderEvaluation): OrderNotes {
  const descriptions = body.items.map(({ description }) => description ?? null);
  return {
    ...(descriptions.every((text) => text === null) ? {} : { descriptions }),
    ...(evaluation.fraudScore === undefined ? {} : { fraud_score: evaluation.fraudScore }),
    ...(evaluation.complianceStatus === undefined ? {} : { compliance_status: evaluation.complianceStatus }),
    ...(evaluation.notes === undefined ? {} : { evaluation: evaluation.notes }),
  };
}

interface Kept {
  readonly commitment: Uint8Array;
  discard(): Promise<void>;
}

/** Keeps what does not go to the chain, before the chain has the order; the order's commitment finds it again. */
async function keep(
  parts: GatewayParts,
  draft: OrderDraft & { readonly customerId: string | undefined },
  kept: { readonly notes: OrderNotes; readonly personal: ReturnType<typeof personalData> },
): Promise<Kept> {
  const { merchant, customerId } = draft;
  const { notes, personal } = kept;
  const hasNotes = Object.keys(notes).length > 0;
  if (personal === undefined && !hasNotes) return { commitment: new Uint8Array(0), discard: async () => undefined };
  const { commitment } =
    personal === undefined
      ? { commitment: sha256(concatBytes(randomBytes(32), utf8(JSON.stringify(notes)))) }
      : await parts.vault.put({ merchant, customerId: customerId!, kind: "order", data: personal });
  if (hasNotes) {
    await parts.database.query("insert into order_notes (commitment, merchant, document) values ($1, $2, $3::jsonb)", [
      commitment,
      merchant,
      JSON.stringify(notes),
    ]);
  }
  return {
    commitment,
    async discard() {
      if (personal !== undefined) await parts.vault.discard(merchant, commitment);
      if (hasNotes) await parts.database.query("delete from order_notes where commitment = $1", [commitment]);
    },
  };
}

const RELEASE_MODES = { instant: ReleaseMode.RELEASE_MODE_INSTANT, on_delivery: ReleaseMode.RELEASE_MODE_ON_DELIVERY };

/** Makes an order ready for the chain. Rejects with Problem. */
export async function prepareOrder(ordering: Ordering, body: NewOrder): Promise<PreparedOrder> {
  const { parts, key, at } = ordering;
  const draft = await draftOf(ordering, body);
  const evaluation = await (parts.evaluateOrder ?? plainEvaluation)(draft);
  const { subtotal, total } = sums(at, body, draft, evaluation);
  const personal = personalData(body, draft);
  const customerId = draft.customerId ?? (personal === undefined ? undefined : guestId());
  const notes = notesOf(body, evaluation);
  const { commitment, discard } = await keep(parts, { ...draft, customerId }, { notes, personal });
  const order = ChainOrder.fromPartial({
    merchant: key.merchant,
    customer: draft.customerWallet ?? "",
    customerId: customerId ?? "",
    items: body.items.map(({ sku, quantity, description }, index) => ({
      sku,
      quantity,
      unitPrice: evaluation.unitPrices[index]!.toString(),
      descriptionHash: description === undefined ? new Uint8Array(0) : sha256(utf8(description)),
    })),
    denom: DENOM,
    subtotal: subtotal.toString(),
    discount: evaluation.discount.toString(),
    tax: evaluation.tax.toString(),
    shippingCost: evaluation.shippingCost.toString(),
    total: total.toString(),
    paymentDeadlineSeconds: BigInt(body.expires_in_seconds ?? 0),
    ...(body.release_mode === undefined ? {} : { releaseMode: RELEASE_MODES[body.release_mode] }),
    disputeWindowSeconds: BigInt(body.dispute_window_seconds ?? 0),
    revenueSplit: (body.revenue_split ?? []).map(({ address, basis_points }) => ({
      address,
      basisPoints: basis_points,
    })),
    personalDataCommitment: commitment,
    metadata: metadataOf(body, evaluation),
  });
  return { order, total, notes, holdReason: evaluation.holdReason, discard };
}

/** Sorted by the bytes of the keys, as the chain wants. */
function metadataOf(
  { metadata = {}, shipping }: NewOrder,
  evaluation: OrderEvaluation,
): { key: string; value: string }[] {
  const method = shipping?.method === undefined ? {} : { shipping_method: shipping.method };
  const all = { ...method, ...metadata, ...evaluation.metadata };
  return Object.entries(all)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => compareBytes(utf8(a.key), utf8(b.key)));
}
