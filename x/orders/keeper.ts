// The keeper of orders: its parts by subject, put together. Other files of the module use the parts; other modules see
// OrdersKeeper only through interfaces of their own.

import { MsgPayOrder } from "../../gen/stateset/orders/v1/tx.ts";
import type { Params } from "../../gen/stateset/orders/v1/types.ts";
import type { Authority } from "../../src/baseapp/authority.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import type { Coin } from "../../src/codec/coins.ts";
import { typeUrlOf } from "../../src/codec/message.ts";
import { ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import { ErrPaused } from "./errors.ts";
import type { OrdersBank, RefundBurner } from "./expected.ts";
import { Access } from "./keeper/access.ts";
import { Creation } from "./keeper/creation.ts";
import { ESCROW_ADDRESS, Escrow } from "./keeper/escrow.ts";
import { Exceptions } from "./keeper/exceptions.ts";
import { Fulfillment } from "./keeper/fulfillment.ts";
import { Lifecycle } from "./keeper/lifecycle.ts";
import { Merchants } from "./keeper/merchants.ts";
import { Payments } from "./keeper/payments.ts";
import { Prices } from "./keeper/prices.ts";
import { Queues } from "./keeper/queues.ts";
import { RefundAddresses } from "./keeper/refundAddress.ts";
import { Refunds } from "./keeper/refunds.ts";
import { OrderStore } from "./keeper/store.ts";
import { checkParams } from "./params.ts";

/** While this message is paused, deposits do not pay either. */
export const PAY_ORDER = typeUrlOf(MsgPayOrder);

/** Keeper of orders. */
export class OrdersKeeper {
  readonly store = new OrderStore();
  /** Who governs the chain. */
  readonly authority: Authority;
  readonly access: Access;
  readonly escrow: Escrow;
  readonly refunds: Refunds;
  readonly refundAddresses: RefundAddresses;
  readonly exceptions: Exceptions;
  readonly payments: Payments;
  readonly prices: Prices;
  readonly creation: Creation;
  readonly lifecycle: Lifecycle;
  readonly fulfillment: Fulfillment;
  readonly merchants: Merchants;
  readonly queues: Queues;

  constructor(parts: { readonly bank: OrdersBank; readonly burner: RefundBurner; readonly authority: Authority }) {
    const { store } = this;
    this.authority = parts.authority;
    this.access = new Access(store, parts.authority);
    this.escrow = new Escrow(parts.bank, store);
    this.refunds = new Refunds(store, this.escrow, parts.burner);
    const isDeposit = (ctx: Context, address: Uint8Array) => store.orderIdByDeposit(ctx, address) !== undefined;
    this.refundAddresses = new RefundAddresses(this.escrow, parts.burner, isDeposit);
    this.exceptions = new Exceptions(store, this.escrow, this.refunds);
    this.payments = new Payments(store, this.escrow);
    this.prices = new Prices(store);
    this.creation = new Creation(store, this);
    this.lifecycle = new Lifecycle(store, this.escrow, this.refunds);
    this.fulfillment = new Fulfillment(store);
    this.merchants = new Merchants(store, this.creation);
    this.queues = new Queues(store, this.lifecycle, this.escrow);
  }

  /**
   * A user's transfer on this chain reached an account. Where that is a deposit address it pays the order, or fails
   * altogether: whoever can be told keeps the money. The escrow account itself is not blocked, since it is minted to;
   * what a user sends there would belong to nobody. Throws ErrUnauthorized.
   */
  onCoinsReceived(ctx: Context, transfer: { from: Uint8Array; to: Uint8Array; coins: readonly Coin[] }): void {
    if (bytesEqual(transfer.to, ESCROW_ADDRESS)) {
      throw new ChainError(ErrUnauthorized, `${encodeAddress(transfer.to)} is not allowed to receive funds`);
    }
    const orderId = this.store.orderIdByDeposit(ctx, transfer.to);
    if (orderId === undefined) return;
    this.requireUnpaused(ctx, PAY_ORDER);
    for (const { denom, amount } of transfer.coins) {
      const order = this.store.requireOrder(ctx, orderId);
      const { to: deposit, from: payer } = transfer;
      this.payments.payByTransfer(ctx, order, { deposit, payer, denom, amount });
    }
  }

  /** What is wrong with parameters, or undefined. Fees must reach their recipient: at the end of a block nothing may fail. */
  checkParams(params: Params): string | undefined {
    const problem = checkParams(params);
    if (problem !== undefined || params.feeRecipient === "") return problem;
    return this.escrow.isBlocked(params.feeRecipient) ? "fee_recipient is a module" : undefined;
  }

  /** Throws ErrPaused. */
  requireUnpaused(ctx: Context, typeUrl: string): void {
    if (this.store.isPaused(ctx, typeUrl)) throw new ChainError(ErrPaused, typeUrl);
  }
}
