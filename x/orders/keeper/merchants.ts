// Merchants' settings, and the keys that act for them.

import { EventMerchantUpdated } from "../../../gen/stateset/orders/v1/events.ts";
import type { Merchant, MerchantSettings } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrInvalidSettings, ErrOperators } from "../errors.ts";
import { OPERATORS_MAX, requireAccount } from "../limits.ts";
import { checkSettings } from "../params.ts";
import { parseAmountOrZero } from "../types.ts";
import type { Creation } from "./creation.ts";
import type { OrderStore } from "./store.ts";

/** Keeps merchants. */
export class Merchants {
  readonly #store: OrderStore;
  readonly #creation: Creation;

  constructor(store: OrderStore, creation: Creation) {
    this.#store = store;
    this.#creation = creation;
  }

  /** Replaces the settings. Throws ErrInvalidSettings, ErrInvalidSplit, and as amounts do. Event: EventMerchantUpdated. */
  update(ctx: Context, address: string, settings: MerchantSettings): void {
    const problem = checkSettings(settings, this.#store.params(ctx));
    if (problem !== undefined) throw new ChainError(ErrInvalidSettings, problem);
    const revenueSplit = this.#creation.parseShares(settings.revenueSplit);
    const arbiter = settings.arbiter === "" ? "" : requireAccount("arbiter", settings.arbiter, ErrInvalidSettings);
    if (arbiter === address) throw new ChainError(ErrInvalidSettings, "a merchant cannot be its own arbiter");
    const feeTolerance = parseAmountOrZero("fee_tolerance", settings.feeTolerance || "0").toString();
    const merchant = this.#store.merchant(ctx, address);
    merchant.settings = { ...settings, revenueSplit, arbiter, feeTolerance };
    this.#save(ctx, merchant);
  }

  /** Throws ErrOperators when it is one already, is the merchant, or there are too many. Event: EventMerchantUpdated. */
  addOperator(ctx: Context, address: string, operator: string): void {
    const merchant = this.#store.merchant(ctx, address);
    if (operator === address) throw new ChainError(ErrOperators, "the merchant needs no operator's rights");
    if (merchant.operators.includes(operator)) throw new ChainError(ErrOperators, `${operator} is one already`);
    if (merchant.operators.length >= OPERATORS_MAX) throw new ChainError(ErrOperators, `at most ${OPERATORS_MAX}`);
    merchant.operators.push(operator);
    this.#save(ctx, merchant);
  }

  /** Throws ErrOperators when it is none. Event: EventMerchantUpdated. */
  removeOperator(ctx: Context, address: string, operator: string): void {
    const merchant = this.#store.merchant(ctx, address);
    const index = merchant.operators.indexOf(operator);
    if (index === -1) throw new ChainError(ErrOperators, `${operator} is none`);
    merchant.operators.splice(index, 1);
    this.#save(ctx, merchant);
  }

  #save(ctx: Context, merchant: Merchant): void {
    this.#store.setMerchant(ctx, merchant);
    ctx.events.emitTyped(EventMerchantUpdated, { merchant });
  }
}
