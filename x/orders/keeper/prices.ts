// What merchants ask for their goods: the price book that items without a price of their own take theirs from.

import { EventPriceRemoved, EventPriceSet } from "../../../gen/stateset/orders/v1/events.ts";
import type { NewItem, NewOrder, NewPrice } from "../../../gen/stateset/orders/v1/tx.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { checkDenom } from "../../../src/codec/coins.ts";
import { timestampFromNs } from "../../../src/codec/time.ts";
import { ErrPriceRequired, ErrUnknownDenom } from "../errors.ts";
import { requireSku } from "../limits.ts";
import { parsePositive } from "../types.ts";
import type { OrderStore } from "./store.ts";

/** Keeps prices. */
export class Prices {
  readonly #store: OrderStore;

  constructor(store: OrderStore) {
    this.#store = store;
  }

  /** Throws ErrUnknownDenom unless orders may be made in a denomination. */
  requireDenom(ctx: Context, denom: string): void {
    if (this.#store.params(ctx).denoms.includes(denom)) return;
    throw new ChainError(ErrUnknownDenom, JSON.stringify(denom.slice(0, 128)));
  }

  /** Throws ErrInvalidItem, ErrUnknownDenom, and as amounts do. A price is removed in whatever denomination it was. */
  require(ctx: Context, prices: readonly NewPrice[]): void {
    for (const [index, { sku, denom, unitPrice }] of prices.entries()) {
      const name = `prices[${index}]`;
      requireSku(name, sku);
      if (unitPrice === "") {
        const problem = checkDenom(denom);
        if (problem !== undefined) throw new ChainError(ErrUnknownDenom, problem);
        continue;
      }
      this.requireDenom(ctx, denom);
      parsePositive(`${name}.unit_price`, unitPrice);
    }
  }

  /** Sets prices, and removes those that are empty; one that is not there is gone already. Events: one for each change. */
  set(ctx: Context, merchant: string, prices: readonly NewPrice[]): void {
    for (const { sku, denom, unitPrice } of prices) {
      if (unitPrice === "") {
        if (this.#store.getPrice(ctx, { merchant, sku, denom }) === undefined) continue;
        this.#store.removePrice(ctx, { merchant, sku, denom });
        ctx.events.emitTyped(EventPriceRemoved, { merchant, sku, denom });
        continue;
      }
      const price = { merchant, sku, denom, unitPrice, updatedAt: timestampFromNs(ctx.block.timeNs) };
      this.#store.setPrice(ctx, price);
      ctx.events.emitTyped(EventPriceSet, { merchant, price });
    }
  }

  /** The items of a new order, each with a price. Throws ErrPriceRequired. PERF: one store read for each without one. */
  priced(ctx: Context, merchant: string, { items, denom }: NewOrder): NewItem[] {
    return items.map((item, index) => {
      if (item.unitPrice !== "") return item;
      const price = this.#store.getPrice(ctx, { merchant, sku: item.sku, denom });
      if (price === undefined) throw new ChainError(ErrPriceRequired, `items[${index}] ${JSON.stringify(item.sku)}`);
      return { ...item, unitPrice: price.unitPrice };
    });
  }
}
