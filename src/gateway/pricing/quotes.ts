// Exchange quotes: a rate as a ratio of integers, with an id, a source and an end. What an order was priced with is locked on
// it, whatever rates do afterwards.

import { Problem } from "../http/problem.ts";
import { newId } from "../ids.ts";
import type { Database } from "../sql/database.ts";
import { rfc3339 } from "../sql/times.ts";
import { SETTLEMENT, stepOf } from "./currencies.ts";
import { parseRate, type Ratio, ratioOf } from "./ratio.ts";

/** How long a quote can be used. */
export const QUOTE_SECONDS = 900;

/** Whoever knows rates. Undefined when it does not know the pair. */
export interface RateSource {
  readonly name: string;
  rate(from: string, to: string): Promise<Ratio | undefined>;
}

/** A quote. */
export interface Quote {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly ratio: Ratio;
  /** Who gave the rate. */
  readonly source: string;
  /** The merchant named the rate. */
  readonly isDeclared: boolean;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

export interface QuotesParts {
  readonly database: Database;
  readonly rates: RateSource;
  readonly now: () => Date;
}

/** What an order says of its rate. */
export interface RateRequest {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly rate?: string | undefined;
  readonly source?: string | undefined;
  readonly quote_id?: string | undefined;
}

interface QuoteRow {
  readonly id: string;
  readonly from_currency: string;
  readonly to_currency: string;
  readonly numerator: string;
  readonly denominator: string;
  readonly source: string;
  readonly is_declared: boolean;
  readonly created_at: string;
  readonly expires_at: string;
}

const FIELD = "/exchange_rate";

function quoteOf(row: QuoteRow): Quote {
  return {
    id: row.id,
    from: row.from_currency,
    to: row.to_currency,
    ratio: ratioOf(BigInt(row.numerator), BigInt(row.denominator)),
    source: row.source,
    isDeclared: row.is_declared,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

function requireCurrency(currency: string, field: string): void {
  if (stepOf(currency) !== undefined) return;
  throw new Problem("not_supported", { detail: `the currency ${currency} is not known here`, field });
}

/** Rates from a table: units of USDC for one of each. Declared as examples, for test networks. */
export function tableRates(name: string, usdcFor: Readonly<Record<string, string>>): RateSource {
  return {
    name,
    async rate(from, to) {
      const text = Object.hasOwn(usdcFor, from) ? usdcFor[from] : undefined;
      return to === SETTLEMENT && text !== undefined ? parseRate(text) : undefined;
    },
  };
}

/** Rates that do not move: for test networks, where nothing is worth anything. */
export const EXAMPLE_RATES = tableRates("built_in", {
  USD: "1",
  EUR: "1.09",
  GBP: "1.27",
  CHF: "1.13",
  CAD: "0.73",
  AUD: "0.66",
  JPY: "0.0066",
  SEK: "0.095",
  NOK: "0.094",
  DKK: "0.146",
  PLN: "0.25",
});

export class Quotes {
  readonly #parts: QuotesParts;

  constructor(parts: QuotesParts) {
    this.#parts = parts;
  }

  /** A quote of the gateway's own source. Rejects with Problem `not_supported`. */
  async make(merchant: string, from: string, to: string = SETTLEMENT): Promise<Quote> {
    requireCurrency(from, "/from");
    if (to !== SETTLEMENT) {
      throw new Problem("not_supported", { detail: `orders are settled in ${SETTLEMENT}`, field: "/to" });
    }
    const { rates } = this.#parts;
    const ratio = from === to ? ratioOf(1n, 1n) : await rates.rate(from, to);
    if (ratio === undefined) {
      throw new Problem("not_supported", { detail: `${rates.name} has no rate from ${from} to ${to}`, field: "/from" });
    }
    return this.#insert(merchant, { from, to, ratio, source: rates.name, isDeclared: false });
  }

  /** A quote of the merchant, usable or not. */
  async find(merchant: string, id: string): Promise<Quote | undefined> {
    const [row] = await this.#parts.database.query<QuoteRow>(
      `select id, from_currency, to_currency, numerator, denominator, source, is_declared,
              ${rfc3339("created_at")}, ${rfc3339("expires_at")}
       from quotes where merchant = $1 and id = $2`,
      [merchant, id],
    );
    return row === undefined ? undefined : quoteOf(row);
  }

  /**
   * The quote that an order in `currency` is priced with: the one it names, the rate that the merchant declares, or the
   * gateway's own. Rejects with Problem `invalid_request`, `not_found`, `conflict` (expired), `not_supported`.
   */
  async lock(merchant: string, currency: string, request: RateRequest = {}): Promise<Quote> {
    requireCurrency(currency, "/currency");
    this.#checkPair(currency, request);
    if (request.quote_id !== undefined) return this.#usable(merchant, currency, request.quote_id);
    if (request.rate === undefined) return this.make(merchant, currency);
    const ratio = parseRate(request.rate);
    if (ratio === undefined) {
      throw new Problem("invalid_request", { detail: "a rate is a decimal text above zero", field: `${FIELD}/rate` });
    }
    const source = request.source ?? "merchant";
    return this.#insert(merchant, { from: currency, to: SETTLEMENT, ratio, source, isDeclared: true });
  }

  #checkPair(currency: string, { from = currency, to = SETTLEMENT, rate, quote_id }: RateRequest): void {
    if (from !== currency) {
      throw new Problem("invalid_request", { detail: `the order is in ${currency}`, field: `${FIELD}/from` });
    }
    if (to !== SETTLEMENT) {
      throw new Problem("not_supported", { detail: `orders are settled in ${SETTLEMENT}`, field: `${FIELD}/to` });
    }
    if (rate !== undefined && quote_id !== undefined) {
      throw new Problem("invalid_request", { detail: "a quote has its rate already", field: `${FIELD}/rate` });
    }
  }

  async #usable(merchant: string, currency: string, id: string): Promise<Quote> {
    const field = `${FIELD}/quote_id`;
    const quote = await this.find(merchant, id);
    if (quote === undefined) throw new Problem("not_found", { detail: "no quote of this id", field });
    if (quote.from !== currency) {
      throw new Problem("invalid_request", { detail: `the quote is from ${quote.from}`, field });
    }
    if (Date.parse(quote.expiresAt) <= this.#parts.now().getTime()) {
      throw new Problem("conflict", { detail: "the quote has expired", field });
    }
    return quote;
  }

  async #insert(merchant: string, quote: Omit<Quote, "id" | "createdAt" | "expiresAt">): Promise<Quote> {
    const id = newId("quo");
    const createdAt = this.#parts.now();
    const expiresAt = new Date(createdAt.getTime() + QUOTE_SECONDS * 1000);
    await this.#parts.database.query(
      `insert into quotes (id, merchant, from_currency, to_currency, numerator, denominator, source, is_declared, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10::timestamptz)`,
      [
        id,
        merchant,
        quote.from,
        quote.to,
        quote.ratio.numerator.toString(),
        quote.ratio.denominator.toString(),
        quote.source,
        quote.isDeclared,
        createdAt.toISOString(),
        expiresAt.toISOString(),
      ],
    );
    return { ...quote, id, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  }
}
