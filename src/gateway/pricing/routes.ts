// Exchange quotes.

import { type Static, Type } from "typebox";
import { formatMoney, Money, MoneyOut, parseMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import type { RouteModule } from "../http/routeModule.ts";
import { Id, ref, Time } from "../http/schemas.ts";
import type { Quote } from "./quotes.ts";
import { convert } from "./ratio.ts";

const Currency = Type.String({ pattern: "^[A-Z]{3,5}$", examples: ["EUR"] });
const Digits = Type.String({ pattern: "^[1-9][0-9]*$" });

const NewQuote = Type.Object(
  {
    from: Currency,
    to: Type.Optional(Type.String({ ...Currency, description: "USDC, which is the default." })),
    amount: Type.Optional(Type.String({ ...Money, description: "In `from`; the answer tells what it is in `to`." })),
  },
  { additionalProperties: false },
);

const QuoteSchema = Type.Object(
  {
    id: Id,
    from: Currency,
    to: Currency,
    rate_numerator: Digits,
    rate_denominator: Digits,
    source: Type.String(),
    declared_by_merchant: Type.Boolean(),
    created_at: Time,
    expires_at: Time,
    amount: Type.Optional(MoneyOut),
    converted_amount: Type.Optional(MoneyOut),
  },
  { $id: "Quote", description: "1 of `from` is rate_numerator / rate_denominator of `to`." },
);

function view(quote: Quote): Static<typeof QuoteSchema> {
  return {
    id: quote.id,
    from: quote.from,
    to: quote.to,
    rate_numerator: quote.ratio.numerator.toString(),
    rate_denominator: quote.ratio.denominator.toString(),
    source: quote.source,
    declared_by_merchant: quote.isDeclared,
    created_at: quote.createdAt,
    expires_at: quote.expiresAt,
  };
}

export const quoteRoutes: RouteModule = (app, { quotes }) => {
  app.addSchema(QuoteSchema);

  app.post(
    "/v1/quotes",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "createQuote",
        tags: ["quotes"],
        summary: "An exchange rate that an order can be priced with until it expires",
        body: NewQuote,
        response: { 201: ref(QuoteSchema) },
      },
    },
    async ({ apiKey, body: { from, to, amount } }, reply) => {
      const quote = await quotes.make(apiKey.merchant, from, to);
      if (amount === undefined) return reply.code(201).send(view(quote));
      const micro = parseMoney(amount, "/amount");
      return reply.code(201).send({
        ...view(quote),
        amount: formatMoney(micro),
        converted_amount: formatMoney(convert(micro, quote.ratio)),
      });
    },
  );

  app.get(
    "/v1/quotes/:id",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getQuote",
        tags: ["quotes"],
        summary: "A quote, also an expired one",
        params: Type.Object({ id: Id }),
        response: { 200: ref(QuoteSchema) },
      },
    },
    async ({ apiKey, params }) => {
      const quote = await quotes.find(apiKey.merchant, params.id);
      if (quote === undefined) throw new Problem("not_found", "no quote of this id");
      return view(quote);
    },
  );
};
