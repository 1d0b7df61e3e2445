// Making orders.

import { EventOrderCreated } from "../../../gen/stateset/orders/v1/events.ts";
import type { NewItem, NewOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import {
  CancelCause,
  FulfillmentStatus,
  ItemStatus,
  type Merchant,
  type MerchantSettings,
  type Order,
  type OrderItem,
  OrderStatus,
  PaymentStatus,
  ReleaseMode,
  type RevenueShare,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { timestampFromNs } from "../../../src/codec/time.ts";
import {
  ErrInvalidParty,
  ErrInvalidSettings,
  ErrInvalidSplit,
  ErrNotAllowed,
  ErrOrderExists,
  ErrOverrideNotAllowed,
} from "../errors.ts";
import { depositAddressOf, makeId } from "../ids.ts";
import { NAME_MAX, requireAccount, requireHash, requireItems, requireMetadata, requireText } from "../limits.ts";
import { checkSettings } from "../params.ts";
import { requireShares } from "../split.ts";
import { checkedSums, type Sums } from "../types.ts";
import type { Access } from "./access.ts";
import type { Escrow } from "./escrow.ts";
import type { Prices } from "./prices.ts";
import type { OrderStore } from "./store.ts";
import { addEntry, secondsFromNow, setExpiry } from "./timeline.ts";

/** Counters that are tried until an id is free. Ids are hashes of 70 bits: the first is. */
const ID_ATTEMPTS = 4n;

/** Makes orders. */
export class Creation {
  readonly #store: OrderStore;
  readonly #access: Access;
  readonly #escrow: Escrow;
  readonly #prices: Prices;

  constructor(store: OrderStore, parts: { readonly access: Access; readonly escrow: Escrow; readonly prices: Prices }) {
    this.#store = store;
    this.#access = parts.access;
    this.#escrow = parts.escrow;
    this.#prices = parts.prices;
  }

  /**
   * Makes an order. Refusals in the order of x/orders/README.md: parties, creator, items, denomination, prices, sums,
   * texts, settings. Event: EventOrderCreated.
   */
  create(ctx: Context, creator: string, given: NewOrder): Order {
    const merchant = requireAccount("merchant", given.merchant, ErrInvalidParty);
    const customer = given.customer === "" ? "" : requireAccount("customer", given.customer, ErrInvalidParty);
    const isSeller = this.#requireParties(ctx, creator, merchant, customer);
    requireItems(given.items);
    this.#prices.requireDenom(ctx, given.denom);
    const order = { ...given, items: this.#prices.priced(ctx, merchant, given) };
    const sums = checkedSums(order);
    requireText("customer_id", given.customerId, NAME_MAX);
    requireMetadata(given.metadata);
    requireHash("personal_data_commitment", given.personalDataCommitment);
    if (!isSeller) requireNoOverride(given);
    const settings = this.#settingsOf(ctx, given, this.#store.merchant(ctx, merchant), customer);
    const parties = { creator, customer, merchant };
    return this.#write(ctx, parties, order, { sums, settings });
  }

  /** Whether the creator is of the merchant's side. Throws ErrInvalidParty, ErrNotAllowed. */
  #requireParties(ctx: Context, creator: string, merchant: string, customer: string): boolean {
    if (merchant === customer) throw new ChainError(ErrInvalidParty, "merchant and customer are the same");
    for (const party of [merchant, customer]) {
      if (party !== "" && this.#escrow.isBlocked(party)) throw new ChainError(ErrInvalidParty, `${party} is a module`);
    }
    const isSeller = this.#access.isSeller(ctx, merchant, creator);
    if (!isSeller && creator !== customer) {
      throw new ChainError(ErrNotAllowed, "the creator is neither the customer nor of the merchant's side");
    }
    return isSeller;
  }

  /** The settings that hold for the order: its own, else the merchant's, else the parameters. */
  #settingsOf(ctx: Context, given: NewOrder, { address, settings }: Merchant, customer: string): MerchantSettings {
    const params = this.#store.params(ctx);
    const first = (...values: readonly bigint[]) => values.find((value) => value > 0n) ?? 0n;
    const effective: MerchantSettings = {
      releaseMode: given.releaseMode || settings?.releaseMode || ReleaseMode.RELEASE_MODE_ON_DELIVERY,
      disputeWindowSeconds: first(
        given.disputeWindowSeconds,
        settings?.disputeWindowSeconds ?? 0n,
        params.disputeWindowSeconds,
      ),
      paymentDeadlineSeconds: first(
        given.paymentDeadlineSeconds,
        settings?.paymentDeadlineSeconds ?? 0n,
        params.paymentDeadlineSeconds,
      ),
      revenueSplit: given.revenueSplit.length > 0 ? given.revenueSplit : [...(settings?.revenueSplit ?? [])],
      arbiter: settings?.arbiter || params.arbiter,
      feeTolerance: settings?.feeTolerance || "0",
    };
    const problem = checkSettings(effective, params);
    if (problem !== undefined) throw new ChainError(ErrInvalidSettings, problem);
    effective.revenueSplit = this.parseShares(effective.revenueSplit);
    // Nobody decides their own dispute.
    if (effective.arbiter === address || effective.arbiter === customer) effective.arbiter = "";
    return effective;
  }

  /** Shares in their one spelling. Throws ErrInvalidSplit. */
  parseShares(shares: readonly RevenueShare[]): RevenueShare[] {
    const parsed = shares.map(({ address, basisPoints }) => {
      const account = requireAccount("revenue_split", address, ErrInvalidSplit);
      if (this.#escrow.isBlocked(account)) throw new ChainError(ErrInvalidSplit, `${account} is a module`);
      return { address: account, basisPoints };
    });
    requireShares(parsed);
    return parsed;
  }

  /** An id that is free, and the counter behind it. Throws ErrOrderExists. */
  #nextId(ctx: Context, creator: string): string {
    const count = this.#store.counter(ctx, creator);
    for (let next = count + 1n; next <= count + ID_ATTEMPTS; next += 1n) {
      const id = makeId("ord", ctx.block.chainId, creator, next);
      if (this.#store.hasOrder(ctx, id)) continue;
      this.#store.setCounter(ctx, creator, next);
      return id;
    }
    throw new ChainError(ErrOrderExists, `the next ${ID_ATTEMPTS} ids of ${creator}`);
  }

  #write(
    ctx: Context,
    parties: Pick<Order, "creator" | "customer" | "merchant">,
    given: NewOrder,
    { sums, settings }: { readonly sums: Sums; readonly settings: MerchantSettings },
  ): Order {
    const id = this.#nextId(ctx, parties.creator);
    const deposit = depositAddressOf(ctx.block.chainId, id);
    // PERF: one literal of all fields; `fromPartial` and spreads cost 15 us.
    const order: Order = {
      id,
      creator: parties.creator,
      customer: parties.customer,
      customerId: given.customerId,
      merchant: parties.merchant,
      arbiter: settings.arbiter,
      status: OrderStatus.ORDER_STATUS_CREATED,
      paymentStatus: PaymentStatus.PAYMENT_STATUS_UNSPECIFIED,
      fulfillmentStatus: FulfillmentStatus.FULFILLMENT_STATUS_UNSPECIFIED,
      items: given.items.map((item, index) => newItem(item, sums.itemTotals[index] ?? 0n)),
      denom: given.denom,
      subtotal: sums.subtotal.toString(),
      discount: sums.discount.toString(),
      tax: sums.tax.toString(),
      shippingCost: sums.shippingCost.toString(),
      total: sums.total.toString(),
      amountPaid: "0",
      amountTolerated: "0",
      amountEscrowed: "0",
      amountReleased: "0",
      amountRefunding: "0",
      amountRefunded: "0",
      amountExcess: "0",
      processingFee: "0",
      processingFeeBasisPoints: this.#store.params(ctx).processingFeeBasisPoints,
      feeTolerance: settings.feeTolerance,
      releaseMode: settings.releaseMode,
      disputeWindowSeconds: settings.disputeWindowSeconds,
      revenueSplit: settings.revenueSplit,
      depositAddress: encodeAddress(deposit),
      personalDataCommitment: given.personalDataCommitment,
      metadata: [...given.metadata],
      shipping: undefined,
      hold: undefined,
      dispute: undefined,
      timeline: [],
      createdAt: timestampFromNs(ctx.block.timeNs),
      updatedAt: undefined,
      expiresAt: undefined,
      releaseAt: undefined,
      cancelCause: CancelCause.CANCEL_CAUSE_UNSPECIFIED,
      paymentCount: 0,
      refundCount: 0,
      revision: 0n,
      disputeCount: 0,
      holdCount: 0,
    };
    addEntry(ctx, order, OrderStatus.ORDER_STATUS_CREATED, { actor: parties.creator });
    setExpiry(ctx, this.#store, order, secondsFromNow(ctx, settings.paymentDeadlineSeconds));
    this.#store.setDeposit(ctx, deposit, id);
    this.#store.saveOrder(ctx, order);
    ctx.events.emitTyped(EventOrderCreated, { orderId: id, order });
    return order;
  }
}

function newItem({ sku, quantity, unitPrice, descriptionHash }: NewItem, total: bigint): OrderItem {
  const status = ItemStatus.ITEM_STATUS_PENDING;
  return { sku, quantity, unitPrice, totalPrice: total.toString(), descriptionHash, status };
}

/** Throws ErrOverrideNotAllowed: a customer cannot decide when and to whom the merchant is paid. */
function requireNoOverride({ releaseMode, disputeWindowSeconds, revenueSplit }: NewOrder): void {
  if (
    releaseMode === ReleaseMode.RELEASE_MODE_UNSPECIFIED &&
    disputeWindowSeconds === 0n &&
    revenueSplit.length === 0
  ) {
    return;
  }
  throw new ChainError(ErrOverrideNotAllowed, "release_mode, dispute_window_seconds or revenue_split");
}
