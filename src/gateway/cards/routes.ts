// Paying an order by card: the processor takes the money, and the treasury's wallet pays the order on chain.

import { type Static, Type } from "typebox";
import { MsgPayOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { typeUrlOf } from "../../codec/message.ts";
import { Money } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp } from "../http/routeModule.ts";
import { oneOf, ref } from "../http/schemas.ts";
import type { OrderReads } from "../orders/orderReads.ts";
import { requireGrant } from "../orders/payer.ts";
import { OrderParams } from "../orders/routes/context.ts";
import { amountOf, paidView, requirePayable } from "../orders/routes/pay.ts";
import { PaidSchema } from "../orders/schemas.ts";
import { amountDue } from "../orders/view.ts";
import type { ApiKey } from "../parts.ts";
import { refuseCardNumbers } from "./cardNumbers.ts";
import { type CardPaymentRow, CardPayments, cardPaymentId } from "./cardPayments.ts";

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

/** The wallet that pays what cards brought. Throws Problem `not_supported`. */
function treasuryOf(key: ApiKey, testPayer: string | undefined): string {
  if (key.kind === "test" && testPayer !== undefined) return testPayer;
  throw new Problem("not_supported", {
    detail: "this gateway has a test processor only, which takes cards for test keys where a test wallet is set up",
    field: "/payment_method/type",
  });
}

/** The payment of a request that was cut off, where it can go on. Throws Problem `conflict`. */
function requireOpen(row: CardPaymentRow | undefined): CardPaymentRow | undefined {
  if (row?.status !== "RELEASING" && row?.status !== "RELEASED") return row;
  throw new Problem("conflict", "this payment was given up, and the card let go: pay again under another key");
}

/** Adds the route. */
export function addCardRoutes(app: GatewayApp, reads: OrderReads): void {
  const { parts } = reads;
  const payments = new CardPayments(parts);
  app.addSchema(CardPaid);

  /** The payment of a new request. Rejects with Problem. */
  async function begin(key: ApiKey, id: string, orderId: string, body: Static<typeof CardPayment>) {
    const details = await reads.freshOrder(key, orderId);
    requirePayable(details);
    const { order } = details;
    const payer = treasuryOf(key, parts.testPayer);
    const amount = amountOf(body.amount, "/amount", amountDue(order));
    await requireGrant(parts, key, { payer, typeUrl: typeUrlOf(MsgPayOrder) });
    const { brand, last4 } = body.payment_method;
    return payments.begin({ id, key, orderId, payer, amount, brand, last4 });
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
      const idempotencyKey = request.headers["idempotency-key"] as string | undefined;
      const id = cardPaymentId(key, orderId, idempotencyKey);
      const row = requireOpen(await payments.find(id)) ?? (await begin(key, id, orderId, body));
      const { token, type: _type, ...shown } = body.payment_method;
      const isSent = row.status === "SENT" || row.status === "PAID";
      const reference = isSent ? (row.reference ?? "") : await payments.authorize(row, token);
      const outcome = await payments.pay(key, row);
      reads.lastWrites.wrote(key.merchant, [orderId], outcome.height);
      return reply.code(201).send({
        ...(await paidView(reads, key, orderId, outcome)),
        card: { processor: payments.processor.name, reference, ...shown },
      });
    },
  );
}
