// Cases: with stored bytes in some fields a message is what its own codec writes of it, whatever is in these fields, also
// when they are empty; texts are found by number, wherever they stand.

import fc from "fast-check";
import { expect, test } from "vitest";
import { QueryOrderResponse } from "../../gen/stateset/orders/v1/query.ts";
import { Order, Payment, Refund } from "../../gen/stateset/orders/v1/types.ts";
import { toHex } from "./bytes.ts";
import { encodeMessage } from "./message.ts";
import { storedFieldsCodec, textFields } from "./storedFields.ts";

const CODEC = storedFieldsCodec(QueryOrderResponse, { order: 1, payments: 2, refunds: 3 });

const text = fc.string({ unit: "binary", maxLength: 300 });
const order = fc.record({ id: text, denom: text, total: text, amountPaid: text, revision: fc.bigInt(0n, 1n << 63n) });
const money = fc.array(fc.record({ id: text, orderId: text, amount: text }), { maxLength: 3 });

test("storedFieldsCodec: writes what the message's own codec writes", () => {
  fc.assert(
    fc.property(order, money, money, text, (orderParts, paymentParts, refundParts, amountDue) => {
      const message = QueryOrderResponse.fromPartial({
        order: orderParts,
        payments: paymentParts,
        refunds: refundParts,
        amountDue,
      });
      const stored = {
        order: encodeMessage(Order, message.order!),
        payments: message.payments.map((payment) => encodeMessage(Payment, payment)),
        refunds: message.refunds.map((refund) => encodeMessage(Refund, refund)),
        amountDue: message.amountDue,
      };
      const bytes = encodeMessage(CODEC, stored);
      expect(toHex(bytes)).toBe(toHex(QueryOrderResponse.encode(message).finish()));
      expect(CODEC.decode(bytes)).toEqual(QueryOrderResponse.decode(bytes));
    }),
  );
});

test("textFields: gives the texts that were asked for", () => {
  fc.assert(
    fc.property(order, (parts) => {
      const bytes = encodeMessage(Order, Order.fromPartial(parts));
      const { total, amountPaid, denom } = Order.decode(bytes);
      expect(textFields(bytes, [16, 17, 11])).toEqual({ 16: total, 17: amountPaid, 11: denom });
    }),
  );
  expect(textFields(new Uint8Array(0), [1])).toEqual({ 1: "" });
});
