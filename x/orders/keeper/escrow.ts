// The money that the module account holds for orders: in, out to the merchant's side, and back from the merchant.
//
// Invariant of each order: paid = escrowed + released + refunding + refunded. So no micro-unit is both released and
// refunded: what a merchant gives back after a release is taken off `released` first.

import { EventEscrowReleased } from "../../../gen/stateset/orders/v1/events.ts";
import type { Order } from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { decodeAddress } from "../../../src/codec/address.ts";
import { bytesEqual } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import type { Coin } from "../../../src/codec/coins.ts";
import { moduleAddress } from "../../../src/crypto/address.ts";
import { ErrFundsReleased } from "../errors.ts";
import type { OrdersBank } from "../expected.ts";
import { ORDERS } from "../keys.ts";
import { feeOf, splitAmount } from "../split.ts";
import { addToOrder, amountOf } from "../types.ts";
import type { OrderStore } from "./store.ts";
import { leaveRelease } from "./timeline.ts";

/** Where the processing fee goes unless the parameters name somebody. */
export const FEE_COLLECTOR_MODULE = "fee_collector";

/** The escrow account. */
export const ESCROW_ADDRESS = moduleAddress(ORDERS);

/** Coins of one denomination; none for zero. */
export function coinsOf(denom: string, amount: bigint): Coin[] {
  return amount === 0n ? [] : [{ denom, amount }];
}

/** Moves money of orders. Changes the order in memory; the caller saves it unless a method says that it does. */
export class Escrow {
  readonly #bank: OrdersBank;
  readonly #store: OrderStore;

  constructor(bank: OrdersBank, store: OrderStore) {
    this.#bank = bank;
    this.#store = store;
  }

  /** What the module account has. */
  balance(ctx: Context, denom: string): bigint {
    return this.#bank.balance(ctx, ESCROW_ADDRESS, denom);
  }

  /** All that the module account has. */
  balances(ctx: Context): Coin[] {
    return this.#bank.balances(ctx, ESCROW_ADDRESS);
  }

  /** What an account has. */
  balanceOf(ctx: Context, address: Uint8Array, denom: string): bigint {
    return this.#bank.balance(ctx, address, denom);
  }

  /** Takes money from an account. Throws ErrInsufficientFunds. */
  take(ctx: Context, from: Uint8Array, denom: string, amount: bigint): void {
    if (amount > 0n) this.#bank.sendCoinsFromAccountToModule(ctx, from, ORDERS, coinsOf(denom, amount));
  }

  /**
   * Gives money to an account of this chain. Whoever may be named was asked whether it is blocked then; here nothing
   * refuses, since at the end of a block nothing may fail: a module that paid gets its own money back.
   */
  give(ctx: Context, to: string, denom: string, amount: bigint): void {
    if (amount > 0n) this.#bank.sendCoins(ctx, ESCROW_ADDRESS, decodeAddress(to), coinsOf(denom, amount));
  }

  /** Whether an account receives nothing from users: a module's, the escrow itself among them. */
  isBlocked(address: string): boolean {
    const bytes = decodeAddress(address);
    return bytesEqual(bytes, ESCROW_ADDRESS) || this.#bank.isBlocked(bytes);
  }

  /** Throws ErrSendDisabled. */
  requireSendEnabled(ctx: Context, denom: string, amount: bigint): void {
    this.#bank.requireSendEnabled(ctx, coinsOf(denom, amount));
  }

  /** Pays the whole escrow of an order out, saves the order, and gives what it was. Event: EventEscrowReleased. */
  release(ctx: Context, order: Order): bigint {
    const amount = amountOf(order.amountEscrowed);
    leaveRelease(ctx, this.#store, order);
    if (amount === 0n) return 0n;
    const fee = feeOf(amount, order.processingFeeBasisPoints);
    const parts = splitAmount(amount - fee, order.revenueSplit, order.merchant);
    addToOrder(order, "amountEscrowed", -amount);
    addToOrder(order, "amountReleased", amount);
    addToOrder(order, "processingFee", fee);
    this.#store.saveOrder(ctx, order);
    this.#payFee(ctx, order.denom, fee);
    for (const part of parts) this.give(ctx, part.address, order.denom, part.amount);
    ctx.events.emitTyped(EventEscrowReleased, {
      orderId: order.id,
      order,
      amount: amount.toString(),
      processingFee: fee.toString(),
      payouts: parts.map((part) => ({ address: part.address, amount: part.amount.toString() })),
    });
    return amount;
  }

  #payFee(ctx: Context, denom: string, fee: bigint): void {
    if (fee === 0n) return;
    const { feeRecipient } = this.#store.params(ctx);
    if (feeRecipient !== "") this.give(ctx, feeRecipient, denom, fee);
    else this.#bank.sendCoinsFromModuleToModule(ctx, ORDERS, FEE_COLLECTOR_MODULE, coinsOf(denom, fee));
  }

  /**
   * Makes sure that an order has so much in escrow. What was released already comes back from the merchant's account,
   * when its side asks for it; else ErrFundsReleased. Throws ErrInsufficientFunds when the merchant has less.
   */
  refill(ctx: Context, order: Order, amount: bigint, isSeller: boolean): void {
    const lacking = amount - amountOf(order.amountEscrowed);
    if (lacking <= 0n) return;
    if (!isSeller) throw new ChainError(ErrFundsReleased, `${lacking} of ${amount}`);
    this.take(ctx, decodeAddress(order.merchant), order.denom, lacking);
    addToOrder(order, "amountReleased", -lacking);
    addToOrder(order, "amountEscrowed", lacking);
  }
}
