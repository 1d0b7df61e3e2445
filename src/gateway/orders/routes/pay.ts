// Paying orders.

import { Type } from "typebox";
import type { Any } from "../../../../gen/google/protobuf/any.ts";
import { MsgPayOrders, MsgPayOrdersResponse } from "../../../../gen/stateset/orders/v1/tx.ts";
import { decodeAddress } from "../../../codec/address.ts";
import { fromBase64, fromHex } from "../../../codec/bytes.ts";
import { formatMoney, parseMoney } from "../../http/money.ts";
import { Problem } from "../../http/problem.ts";
import type { GatewayApp } from "../../http/routeModule.ts";
import { ref } from "../../http/schemas.ts";
import type { ApiKey, WriteOutcome } from "../../parts.ts";
import { lockedRatio } from "../../pricing/evaluateOrder.ts";
import { convert } from "../../pricing/ratio.ts";
import type { ChainObject } from "../../readModel/blockRows.ts";
import type { OrderDetails } from "../../readModel/orderQueries.ts";
import { type Pay, PayBody, PaymentsBody, type RefundAddressInput } from "../bodies.ts";
import { actAs, anyOf, responseOf } from "../messages.ts";
import { guestId } from "../newOrder.ts";
import type { OrderReads } from "../orderReads.ts";
import { howToPay, paymentMessage, requireGrant, requirePayer } from "../payer.ts";
import { PaidSchema } from "../schemas.ts";
import { readSignedPayment } from "../signedTx.ts";
import { amountDue, orderSummary, paymentView } from "../view.ts";
import { answerWrite } from "../writes.ts";
import { OrderParams, writeAnswers } from "./context.ts";

const ZERO = formatMoney(0n);

/** What a payment brings: what is due unless the client says less. Throws Problem `amount_mismatch` where it says more. */
export function amountOf(given: string | undefined, field: string, due: bigint): bigint {
  const amount = given === undefined ? due : parseMoney(given, field);
  if (amount > 0n && amount <= due) return amount;
  const detail = due === 0n ? "nothing is due" : `${formatMoney(due)} is due`;
  throw new Problem("amount_mismatch", { detail, field, extra: { amount_due: formatMoney(due) } });
}

function amountField(body: Pay): readonly [amount: string | undefined, field: string] {
  const { amount, payment_method } = body;
  if (amount !== undefined && payment_method?.amount !== undefined && amount !== payment_method.amount) {
    throw new Problem("invalid_request", { detail: "this is given twice, and differs", field: "/amount" });
  }
  return amount === undefined ? [payment_method?.amount, "/payment_method/amount"] : [amount, "/amount"];
}

/** Only what can be paid is paid: the chain says the same, but not how much is due. */
export function requirePayable({ order }: OrderDetails): void {
  const status = orderSummary(order).status;
  if (status === "CREATED") return;
  throw new Problem("conflict", { detail: `an order that is ${status} takes no payment`, extra: { status } });
}

/** A refund address as the chain takes it. Throws Problem `invalid_request`. */
export function refundAddressMessage(input: RefundAddressInput): object {
  if (!("domain" in input)) {
    try {
      decodeAddress(input.address);
    } catch (cause) {
      throw new Problem(
        "invalid_request",
        { detail: "this is no address", field: "/refund_address/address" },
        { cause },
      );
    }
    return { localAddress: input.address };
  }
  const bytes = fromHex(input.address.slice(2));
  const word = new Uint8Array(32);
  word.set(bytes, 32 - bytes.length);
  return { domain: input.domain, address: word };
}

/** What the API says of a payment that was just made. */
export async function paidView(reads: OrderReads, key: ApiKey, orderId: string, outcome: WriteOutcome) {
  const { order, payments } = await reads.freshOrder(key, orderId);
  // The newest one of this block; a payment by transfer tells no id of its own.
  const payment = payments.findLast(({ height }) => Number(height) === outcome.height) ?? payments.at(-1);
  if (payment === undefined) throw new Error(`${orderId} has no payment at ${outcome.height}`);
  const { id, amount_applied, currency, paid_at } = paymentView(payment);
  const { status, payment_status } = orderSummary(order);
  return {
    payment_id: id,
    order_id: orderId,
    status,
    payment_status,
    amount: amount_applied,
    amount_due: formatMoney(amountDue(order)),
    currency,
    transaction_hash: outcome.txHash,
    paid_at,
    fees: { network_fee: formatMoney(outcome.networkFee), processing_fee: ZERO },
  };
}

/** Adds the routes. */
export function addPayRoutes(app: GatewayApp, reads: OrderReads): void {
  const { parts } = reads;

  /** What the body says is paid, in USDC: an amount in the currency that the order was priced in is at the locked rate. */
  async function usdcAmount(order: ChainObject, body: Pay): Promise<ReturnType<typeof amountField>> {
    const [amount, field] = amountField(body);
    const { currency } = body;
    if (currency === undefined || currency === "USDC") return [amount, field];
    const ratio = lockedRatio((await reads.notes(order)).evaluation, currency);
    if (ratio === undefined) {
      throw new Problem("not_supported", { detail: `the order is not priced in ${currency}`, field: "/currency" });
    }
    return [amount === undefined ? undefined : formatMoney(convert(parseMoney(amount, field), ratio)), field];
  }

  /** The message by which a wallet pays that lets the key's signer. */
  async function payFromWallet(key: ApiKey, { order }: OrderDetails, body: Pay) {
    const due = amountDue(order);
    const [given, field] = await usdcAmount(order, body);
    const amount = amountOf(given, field, due);
    const how = { ...howToPay(parts, order), amount_due: formatMoney(due) };
    const payer = requirePayer(parts, key, body.payment_method?.wallet_address, how);
    const refundAddress = body.refund_address === undefined ? undefined : refundAddressMessage(body.refund_address);
    return actAs(key, payer, await paymentMessage(parts, key, { payer, order, amount, refundAddress }));
  }

  /** The transaction by which the payer pays; what the body says beside it must be the same. */
  async function paySigned({ order }: OrderDetails, body: Pay, signedTx: string) {
    const [given, field] = await usdcAmount(order, body);
    return {
      bytes: fromBase64(signedTx),
      allow(messages: readonly Any[]) {
        const { orderId, amount } = readSignedPayment(messages);
        if (orderId !== order["id"]) {
          throw new Problem("invalid_request", { detail: "the transaction pays another order", field: "/signed_tx" });
        }
        if (given !== undefined && parseMoney(given, field) !== amount) {
          throw new Problem("amount_mismatch", { detail: `the transaction pays ${formatMoney(amount)}`, field });
        }
        amountOf(formatMoney(amount), "/signed_tx", amountDue(order));
      },
    };
  }

  /** Billing data goes to the vault, to the customer of the order. Gives how to forget it. */
  async function keepBilling(
    { merchant }: ApiKey,
    { order }: OrderDetails,
    address: Pay["billing_address"],
  ): Promise<() => Promise<void>> {
    if (address === undefined) return async () => undefined;
    const billing = typeof address === "string" ? { address_line_1: address, raw: address } : address;
    const customerId = String(order["customer_id"] ?? "") || guestId();
    const data = { billing_address: { ...billing } };
    const record = { merchant, customerId, orderId: String(order["id"]), kind: "billing", data };
    const { commitment } = await parts.vault.put(record);
    return () => parts.vault.discard(merchant, commitment);
  }

  app.post(
    "/v1/orders/:order_id/pay",
    {
      config: { scope: "payments:write" },
      schema: {
        operationId: "payOrder",
        tags: ["payments"],
        summary: "Pay an order, wholly or in part",
        description:
          "By a wallet that granted MsgPayOrder, or transfers, to the API key's signer; or by a transaction that the payer signed. Without a wallet, test keys pay from the gateway's test wallet.",
        params: OrderParams,
        body: PayBody,
        response: writeAnswers(200, ref(PaidSchema)),
      },
    },
    async (request, reply) => {
      const { apiKey, body } = request;
      const { order_id: orderId } = request.params;
      const details = await reads.freshOrder(apiKey, orderId);
      requirePayable(details);
      const message =
        body.signed_tx === undefined
          ? await payFromWallet(apiKey, details, body)
          : await paySigned(details, body, body.signed_tx);
      const onRefused = await keepBilling(apiKey, details, body.billing_address);
      return answerWrite(
        reads,
        { request, reply },
        {
          message,
          orderIds: [orderId],
          onRefused,
          answer: (outcome) => paidView(reads, apiKey, orderId, outcome),
        },
      );
    },
  );

  app.post(
    "/v1/orders/bulk/pay",
    {
      config: { scope: "payments:write" },
      schema: {
        operationId: "payOrders",
        tags: ["payments"],
        summary: "Pay many orders from one wallet, all or none",
        body: PaymentsBody,
        response: writeAnswers(200, Type.Object({ payments: Type.Array(ref(PaidSchema)) })),
      },
    },
    async (request, reply) => {
      const { apiKey, body } = request;
      const ids = body.payments.map(({ order_id }) => order_id);
      if (new Set(ids).size !== ids.length) {
        throw new Problem("invalid_request", { detail: "an order is named twice", field: "/payments" });
      }
      const payer = requirePayer(parts, apiKey, body.payment_method?.wallet_address);
      const payments = await Promise.all(
        body.payments.map(async ({ order_id: orderId, amount }, index) => {
          const details = await reads.freshOrder(apiKey, orderId);
          requirePayable(details);
          const micro = amountOf(amount, `/payments/${index}/amount`, amountDue(details.order));
          return { orderId, amount: { denom: String(details.order["denom"]), amount: micro.toString() } };
        }),
      );
      const message = anyOf(MsgPayOrders, { payer, payments });
      await requireGrant(parts, apiKey, { payer, typeUrl: message.typeUrl });
      return answerWrite(
        reads,
        { request, reply },
        {
          message: actAs(apiKey, payer, message),
          orderIds: ids,
          answer: async (outcome) => {
            // Reading the response proves that the chain paid all of them.
            responseOf(MsgPayOrdersResponse, outcome);
            return { payments: await Promise.all(ids.map((orderId) => paidView(reads, apiKey, orderId, outcome))) };
          },
        },
      );
    },
  );
}
