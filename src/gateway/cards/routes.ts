// Paying an order by card: the processor takes the money, and the treasury's wallet pays the order on chain.

import { type Static, Type } from "typebox";
import { Money } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp } from "../http/routeModule.ts";
import { oneOf, ref } from "../http/schemas.ts";
import { newId } from "../ids.ts";
import { actAs } from "../orders/messages.ts";
import type { OrderReads } from "../orders/orderReads.ts";
import { paymentMessage } from "../orders/payer.ts";
import { OrderParams } from "../orders/routes/context.ts";
import { amountOf, paidView, requirePayable } from "../orders/routes/pay.ts";
import { PaidSchema } from "../orders/schemas.ts";
import { amountDue } from "../orders/view.ts";
import type { ApiKey, WriteOutcome } from "../parts.ts";
import type { Sql } from "../sql/database.ts";
import { refuseCardNumbers } from "./cardNumbers.ts";
import { testCardProcessor } from "./cardProcessor.ts";

/** Every text of the body is looked through. */
const BODY_BYTES_MAX = 16 * 1024;
const STRICT = { additionalProperties: false } as const;

const CardPayment = Type.Object(
  {
    payment_method: Type.Object(
      {
        type: oneOf(["card"]),
        token: Type.String({
          pattern: "^tok_[A-Za-z0-9_-]{1,64}$",
          description: "The processor's name of the card. A card number is refused, wherever it stands.",
        }),
        last4: Type.Optional(Type.String({ pattern: "^[0-9]{4}$" })),
        brand: Type.Optional(Type.String({ pattern: "^[a-z_]{1,20}$", examples: ["visa"] })),
      },
      STRICT,
    ),
    amount: Type.Optional(Type.String({ ...Money, description: "What is due, unless given." })),
  },
  STRICT,
);

const CardPaid = Type.Object(
  {
    ...PaidSchema.properties,
    card: Type.Object({
      processor: Type.String(),
      reference: Type.String(),
      last4: Type.Optional(Type.String()),
      brand: Type.Optional(Type.String()),
    }),
  },
  { $id: "CardPayment" },
);

type Card = Static<typeof CardPayment>["payment_method"];

/** The wallet that pays what cards brought. Throws Problem `not_supported`. */
function treasuryOf(key: ApiKey, testPayer: string | undefined): string {
  if (key.kind === "test" && testPayer !== undefined) return testPayer;
  throw new Problem("not_supported", {
    detail: "this gateway has a test processor only, which takes cards for test keys where a test wallet is set up",
    field: "/payment_method/type",
  });
}

async function setStatus(sql: Sql, id: string, status: "PAID" | "RELEASED", txHash: string | null): Promise<void> {
  await sql.query("update card_payments set status = $2, tx_hash = $3, updated_at = now() where id = $1", [
    id,
    status,
    txHash,
  ]);
}

/** Adds the route. */
export function addCardRoutes(app: GatewayApp, reads: OrderReads): void {
  const { parts } = reads;
  const processor = testCardProcessor();
  app.addSchema(CardPaid);

  /** Rejects with Problem `card_declined`. */
  async function authorize(key: ApiKey, orderId: string, { card, amount }: { card: Card; amount: bigint }) {
    const result = await processor.authorize({ token: card.token, orderId, amount });
    if (!result.isApproved) {
      throw new Problem("card_declined", {
        detail: `the card was declined: ${result.reason}`,
        field: "/payment_method/token",
        extra: { decline_reason: result.reason },
      });
    }
    const id = newId("card");
    await parts.database.query(
      `insert into card_payments (id, merchant, order_id, processor, reference, brand, last4, amount, status, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'AUTHORIZED', now(), now())`,
      [
        id,
        key.merchant,
        orderId,
        processor.name,
        result.reference,
        card.brand ?? null,
        card.last4 ?? null,
        amount.toString(),
      ],
    );
    return { id, reference: result.reference };
  }

  app.post(
    "/v1/orders/:order_id/payments",
    {
      config: { scope: "payments:write" },
      schema: {
        operationId: "createPayment",
        tags: ["payments"],
        summary: "Pay an order by card, whose processor gave a token for it",
        params: OrderParams,
        body: CardPayment,
        response: { 201: ref(CardPaid) },
      },
      bodyLimit: BODY_BYTES_MAX,
      preValidation: async ({ body }) => refuseCardNumbers(body),
    },
    async (request, reply) => {
      const { apiKey: key, body } = request;
      const { order_id: orderId } = request.params;
      const details = await reads.freshOrder(key, orderId);
      requirePayable(details);
      const { order } = details;
      const payer = treasuryOf(key, parts.testPayer);
      const amount = amountOf(body.amount, "/amount", amountDue(order));
      const message = actAs(key, payer, await paymentMessage(parts, key, { payer, order, amount }));
      const { token: _token, type: _type, ...shown } = body.payment_method;
      const card = await authorize(key, orderId, { card: body.payment_method, amount });
      let outcome: WriteOutcome;
      try {
        const idempotencyKey = request.headers["idempotency-key"] as string | undefined;
        outcome = await (await parts.writer.submit({ apiKey: key, message, idempotencyKey })).outcome;
      } catch (error) {
        // Only what the chain refused is sure not to be paid: anything else stays AUTHORIZED until somebody looks.
        if (error instanceof Problem && error.code === "chain_refused") {
          await processor.release(card.reference);
          await setStatus(parts.database, card.id, "RELEASED", null);
        }
        throw error;
      }
      await setStatus(parts.database, card.id, "PAID", outcome.txHash);
      reads.lastWrites.wrote(key.merchant, [orderId], outcome.height);
      return reply.code(201).send({
        ...(await paidView(reads, key, orderId, outcome)),
        card: { processor: processor.name, reference: card.reference, ...shown },
      });
    },
  );
}
