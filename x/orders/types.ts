// Amounts of orders: pure rules. On the wire and in the state an amount is a decimal integer of micro-units as text.

import type { NewItem, NewOrder } from "../../gen/stateset/orders/v1/tx.ts";
import type { Order } from "../../gen/stateset/orders/v1/types.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { excerpt } from "../../src/codec/integer.ts";
import { ErrAmountOverflow, ErrInvalidAmount, ErrSumMismatch, ErrTooManyDecimals } from "./errors.ts";

/** A million million dollars: no sum of an order comes near 2^63. */
export const AMOUNT_MAX = 10n ** 18n;
const AMOUNT_DIGITS_MAX = 19;
const DIGITS = /^(?:0|[1-9][0-9]*)$/;
const FRACTION = /^[0-9]*\.[0-9]*$/;

/**
 * An amount that a user wrote: 0 to AMOUNT_MAX micro-units. Throws ErrTooManyDecimals on a fraction of a micro-unit,
 * ErrInvalidAmount on anything else that is no integer, negative ones too, ErrAmountOverflow.
 */
export function parseAmountOrZero(name: string, text: string): bigint {
  if (FRACTION.test(text)) throw new ChainError(ErrTooManyDecimals, `${name} ${excerpt(text)}`);
  if (!DIGITS.test(text)) throw new ChainError(ErrInvalidAmount, `${name} ${excerpt(text)}`);
  const value = text.length > AMOUNT_DIGITS_MAX ? AMOUNT_MAX + 1n : BigInt(text);
  return requireBounded(name, value);
}

/** As `parseAmountOrZero`, and zero is ErrInvalidAmount. */
export function parsePositive(name: string, text: string): bigint {
  const value = parseAmountOrZero(name, text);
  if (value === 0n) throw new ChainError(ErrInvalidAmount, `${name} "0"`);
  return value;
}

function requireBounded(name: string, value: bigint): bigint {
  if (value > AMOUNT_MAX) throw new ChainError(ErrAmountOverflow, `${name} is above ${AMOUNT_MAX}`);
  return value;
}

/** An amount of the state, which was checked when it was written; empty is 0. */
export function amountOf(text: string): bigint {
  return text === "" ? 0n : BigInt(text);
}

/** The sums of an order. */
export interface Sums {
  readonly itemTotals: readonly bigint[];
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly tax: bigint;
  readonly shippingCost: bigint;
  readonly total: bigint;
}

function itemTotal({ quantity, unitPrice, totalPrice }: NewItem, index: number): bigint {
  const name = `items[${index}]`;
  const price = parsePositive(`${name}.unit_price`, unitPrice);
  const total = requireBounded(`${name}.total_price`, price * BigInt(quantity));
  if (totalPrice !== "") requireEqual(`${name}.total_price`, parsePositive(`${name}.total_price`, totalPrice), total);
  return total;
}

function requireEqual(name: string, given: bigint, computed: bigint): void {
  if (given !== computed) throw new ChainError(ErrSumMismatch, `${name} is ${given}, expected ${computed}`);
}

/** The sums of a new order, checked: 999.99 + 87.49 tax + 9.99 shipping makes 1097.47, and nothing else. */
export function checkedSums(order: NewOrder): Sums {
  const itemTotals = order.items.map(itemTotal);
  const subtotal = itemTotals.reduce((sum, value) => requireBounded("subtotal", sum + value), 0n);
  if (order.subtotal !== "") requireEqual("subtotal", parsePositive("subtotal", order.subtotal), subtotal);
  const optional = (name: string, text: string) => (text === "" ? 0n : parseAmountOrZero(name, text));
  const discount = optional("discount", order.discount);
  const tax = optional("tax", order.tax);
  const shippingCost = optional("shipping_cost", order.shippingCost);
  const total = parsePositive("total", order.total);
  if (discount > subtotal) {
    throw new ChainError(ErrSumMismatch, `discount ${discount} is more than the subtotal ${subtotal}`);
  }
  requireEqual("total", total, requireBounded("total", subtotal - discount + tax + shippingCost));
  return { itemTotals, subtotal, discount, tax, shippingCost, total };
}

/** The amounts of an order that change. */
export type OrderAmount =
  | "amountPaid"
  | "amountTolerated"
  | "amountEscrowed"
  | "amountReleased"
  | "amountRefunding"
  | "amountRefunded"
  | "amountExcess"
  | "processingFee";

/** Adds to one amount of an order in memory. Throws an Error when it would be negative: a mistake in our code. */
export function addToOrder(order: Order, field: OrderAmount, delta: bigint): void {
  const value = amountOf(order[field]) + delta;
  if (value < 0n) throw new Error(`${field} of ${order.id} would be ${value}`);
  order[field] = value.toString();
}

/** What is still to be paid. */
export function amountDue(order: Pick<Order, "total" | "amountPaid" | "amountTolerated">): bigint {
  return amountOf(order.total) - amountOf(order.amountPaid) - amountOf(order.amountTolerated);
}

/** What was paid and is not on its way back: the most that can be refunded. */
export function amountKept(order: Order): bigint {
  return amountOf(order.amountPaid) - amountOf(order.amountRefunding) - amountOf(order.amountRefunded);
}
