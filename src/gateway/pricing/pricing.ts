// Puts the parts of pricing together.

import type { Database } from "../sql/database.ts";
import { type Draft, type Evaluation, orderEvaluator } from "./evaluateOrder.ts";
import type { PricingTables } from "./loadTables.ts";
import { Quotes } from "./quotes.ts";
import { Screening } from "./screening.ts";
import { type TaxProvider, tableProvider } from "./tax.ts";

export interface PricingOptions {
  readonly database: Database;
  readonly tables: PricingTables;
  readonly now: () => Date;
  /** Beside the tables of this gateway. */
  readonly taxProviders?: readonly TaxProvider[] | undefined;
}

/** What the gateway asks about orders, and of exchange rates. */
export interface Pricing {
  readonly quotes: Quotes;
  readonly evaluateOrder: (draft: Draft) => Promise<Evaluation>;
}

export function createPricing({ database, tables, now, taxProviders = [] }: PricingOptions): Pricing {
  const quotes = new Quotes({ database, rates: tables.rates, now });
  const providers = [tableProvider(tables.taxes), ...taxProviders];
  const evaluateOrder = orderEvaluator({
    database,
    quotes,
    now,
    taxProviders: new Map(providers.map((provider) => [provider.name, provider])),
    screening: new Screening(tables.screening),
  });
  return { quotes, evaluateOrder };
}
