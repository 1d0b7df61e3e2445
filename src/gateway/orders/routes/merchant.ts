// What a merchant has set for its orders, its price book, and writes that were not waited for.

import { Type } from "typebox";
import { MsgSetPrice, MsgUpdateMerchant } from "../../../../gen/stateset/orders/v1/tx.ts";
import { ReleaseMode } from "../../../../gen/stateset/orders/v1/types.ts";
import { fromHex, toHex } from "../../../codec/bytes.ts";
import { formatTimestamp } from "../../../codec/time.ts";
import { formatMoney, Money, MoneyOut, parseMoney } from "../../http/money.ts";
import { Problem } from "../../http/problem.ts";
import type { GatewayApp } from "../../http/routeModule.ts";
import { Address, Id, nullable, oneOf, ref, Time } from "../../http/schemas.ts";
import { CursorError, decodeCursor, encodeCursor } from "../../readModel/cursor.ts";
import { chainMerchant, chainPrice, chainPrices } from "../chainOrders.ts";
import { actAs, anyOf } from "../messages.ts";
import type { OrderReads } from "../orderReads.ts";
import { WriteSchema } from "../schemas.ts";
import { merchantView } from "../view.ts";
import { answerWrite, writeView } from "../writes.ts";
import { writeAnswers } from "./context.ts";

const DENOM = "uusdc";
/** Names the order of prices in cursors. */
const PRICES = "prices";
const STRICT = { additionalProperties: false } as const;
const Sku = Type.String({ minLength: 1, maxLength: 64 });

const Price = Type.Object({ sku: Sku, unit_price: MoneyOut, currency: Type.String(), updated_at: nullable(Time) });
const Prices = Type.Object({
  prices: Type.Array(Price),
  has_more: Type.Boolean(),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
});

const Share = Type.Object({ address: Address, basis_points: Type.Integer({ minimum: 1, maximum: 10_000 }) }, STRICT);
const Seconds = Type.Integer({ minimum: 0, maximum: 31_536_000, description: "0 takes the chain's parameter." });

const Settings = {
  release_mode: oneOf(["instant", "on_delivery"]),
  dispute_window_seconds: Seconds,
  payment_deadline_seconds: Seconds,
  revenue_split: Type.Array(Share, { maxItems: 16 }),
  arbiter: nullable(Address),
};

const MerchantSchema = Type.Object({
  address: Type.String(),
  signer: Type.String({ description: "The account on chain that signs for this API key." }),
  operators: Type.Array(Type.String()),
  ...Settings,
  fee_tolerance: MoneyOut,
});

const MerchantBody = Type.Object(
  {
    release_mode: Type.Optional(Settings.release_mode),
    dispute_window_seconds: Type.Optional(Seconds),
    payment_deadline_seconds: Type.Optional(Seconds),
    revenue_split: Type.Optional(Settings.revenue_split),
    arbiter: Type.Optional(Settings.arbiter),
    fee_tolerance: Type.Optional(Money),
  },
  STRICT,
);

const RELEASE_MODES = { instant: ReleaseMode.RELEASE_MODE_INSTANT, on_delivery: ReleaseMode.RELEASE_MODE_ON_DELIVERY };

/** The chain's key of the next price. Throws CursorError. */
function decodePriceCursor(text: string): Uint8Array {
  const { value } = decodeCursor(text, PRICES);
  if (!/^([0-9a-f]{2})+$/.test(value)) throw new CursorError();
  return fromHex(value);
}

/** Adds the routes. */
export function addMerchantRoutes(app: GatewayApp, reads: OrderReads): void {
  const { chain, writer } = reads.parts;

  app.get(
    "/v1/merchant",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getMerchant",
        tags: ["merchant"],
        summary: "The merchant's settings",
        response: { 200: MerchantSchema },
      },
    },
    async ({ apiKey }) => merchantView(await chainMerchant(chain, apiKey.merchant), apiKey),
  );

  app.put(
    "/v1/merchant",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "updateMerchant",
        tags: ["merchant"],
        summary: "Change settings, for orders made from now on",
        description:
          "Signed by the merchant: where the API key's signer is an operator, the merchant must have granted MsgUpdateMerchant to it.",
        body: MerchantBody,
        response: writeAnswers(200, MerchantSchema),
      },
    },
    async (request, reply) => {
      const { apiKey, body } = request;
      const now = merchantView(await chainMerchant(chain, apiKey.merchant), apiKey);
      const wanted = { ...now, ...body };
      const settings = {
        releaseMode: RELEASE_MODES[wanted.release_mode],
        disputeWindowSeconds: BigInt(wanted.dispute_window_seconds),
        paymentDeadlineSeconds: BigInt(wanted.payment_deadline_seconds),
        revenueSplit: wanted.revenue_split.map(({ address, basis_points }) => ({ address, basisPoints: basis_points })),
        arbiter: wanted.arbiter ?? "",
        feeTolerance: parseMoney(wanted.fee_tolerance, "/fee_tolerance").toString(),
      };
      return answerWrite(
        reads,
        { request, reply },
        {
          message: actAs(apiKey, apiKey.merchant, anyOf(MsgUpdateMerchant, { merchant: apiKey.merchant, settings })),
          answer: async () => merchantView(await chainMerchant(chain, apiKey.merchant), apiKey),
        },
      );
    },
  );

  app.get(
    "/v1/prices",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "listPrices",
        tags: ["merchant"],
        summary: "The merchant's price book",
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
            cursor: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9_-]{1,512}$" })),
          },
          STRICT,
        ),
        response: { 200: Prices },
      },
    },
    async ({ query, apiKey }) => {
      const key = query.cursor === undefined ? new Uint8Array(0) : decodePriceCursor(query.cursor);
      const { prices, pagination } = await chainPrices(chain, apiKey.merchant, { key, limit: query.limit ?? 50 });
      const next = pagination?.nextKey ?? new Uint8Array(0);
      return {
        prices: prices.map(({ sku, unitPrice, updatedAt }) => ({
          sku,
          unit_price: formatMoney(BigInt(unitPrice)),
          currency: "USDC",
          updated_at: updatedAt === undefined ? null : formatTimestamp(updatedAt),
        })),
        has_more: next.length > 0,
        next_cursor: next.length === 0 ? null : encodeCursor({ sort: PRICES, value: toHex(next), position: "0" }),
      };
    },
  );

  app.put(
    "/v1/prices",
    {
      config: { scope: "orders:write" },
      schema: {
        operationId: "setPrices",
        tags: ["merchant"],
        summary: "Set prices, or remove them with null",
        body: Type.Object(
          {
            prices: Type.Array(Type.Object({ sku: Sku, unit_price: nullable(Money) }, STRICT), {
              minItems: 1,
              maxItems: 100,
            }),
          },
          STRICT,
        ),
        response: writeAnswers(200, Type.Object({ prices: Type.Array(Price) })),
      },
    },
    async (request, reply) => {
      const { apiKey, body } = request;
      const prices = body.prices.map(({ sku, unit_price }, index) => ({
        sku,
        denom: DENOM,
        unitPrice: unit_price === null ? "" : parseMoney(unit_price, `/prices/${index}/unit_price`).toString(),
      }));
      const { merchant, signer } = apiKey;
      return answerWrite(
        reads,
        { request, reply },
        {
          message: anyOf(MsgSetPrice, { signer, merchant, prices }),
          answer: async () => {
            const now = await Promise.all(prices.map(({ sku }) => chainPrice(chain, { merchant, sku, denom: DENOM })));
            return {
              prices: now.flatMap((price) =>
                price === undefined
                  ? []
                  : [
                      {
                        sku: price.sku,
                        unit_price: formatMoney(BigInt(price.unitPrice)),
                        currency: "USDC",
                        updated_at: price.updatedAt === undefined ? null : formatTimestamp(price.updatedAt),
                      },
                    ],
              ),
            };
          },
        },
      );
    },
  );

  app.get(
    "/v1/writes/:id",
    {
      config: { scope: "orders:read" },
      schema: {
        operationId: "getWrite",
        tags: ["writes"],
        summary: "What became of a write that was answered with 202",
        params: Type.Object({ id: Id }),
        response: { 200: ref(WriteSchema) },
      },
    },
    async ({ apiKey, params, id: requestId }) => {
      const pending = await writer.find(apiKey.id, params.id);
      if (pending === undefined) throw new Problem("not_found", "there is no such write");
      return writeView(pending, requestId);
    },
  );
}
