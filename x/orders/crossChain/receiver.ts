// What a mint by CCTP means to orders. An order is credited only by the mint's receipt: what this chain minted, in this
// message, to the order's deposit address or to the escrow. A message's body may say which order is meant; what it says of
// amounts, and any message that minted nothing, is worth nothing here.

import {
  type CrossChainOrigin,
  ExceptionKind,
  type Order,
  PaymentMethod,
} from "../../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import type { MintReceipt } from "../../../src/cctp/mintReceipt.ts";
import { type OrderHook, readOrderHook } from "../../../src/cctp/orderHook.ts";
import { bytesEqual } from "../../../src/codec/bytes.ts";
import { ESCROW_ADDRESS } from "../keeper/escrow.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { ORDERS } from "../keys.ts";
import type { Inbound, InboundMoney } from "./inbound.ts";

const KIND = ExceptionKind;

/** Receives the receipts of mints. */
export class OrderPayments {
  /** For the event that tells of a receiver's refusal. */
  readonly name = ORDERS;
  readonly #keeper: OrdersKeeper;
  readonly #inbound: InboundMoney;

  constructor(keeper: OrdersKeeper, inbound: InboundMoney) {
    this.#keeper = keeper;
    this.#inbound = inbound;
  }

  /** Called by x/cctp after each mint. Mints to others are nothing to us. */
  onCctpMessageReceived(ctx: Context, receipt: MintReceipt): void {
    const depositOf = this.#keeper.store.orderIdByDeposit(ctx, receipt.mintRecipient);
    const isEscrow = bytesEqual(receipt.mintRecipient, ESCROW_ADDRESS);
    if (!isEscrow && depositOf === undefined) return;
    // No mint is of nothing, but a transfer of nothing would be refused.
    if (receipt.amount <= 0n) return;
    if (!isEscrow) this.#keeper.escrow.take(ctx, receipt.mintRecipient, receipt.denom, receipt.amount);
    const hook = hookOf(receipt);
    const inbound = this.#inboundOf(ctx, receipt, hook.hook);
    const order = this.#attribute(ctx, depositOf, hook);
    if ("kind" in order) this.#inbound.park(ctx, inbound, order);
    else this.#inbound.processCrossChainPayment(ctx, order.order, inbound);
  }

  /** The order that is meant, or why none can be told. */
  #attribute(
    ctx: Context,
    depositOf: string | undefined,
    { hook, fault }: ReadHook,
  ): { readonly order: Order } | { readonly kind: ExceptionKind; readonly detail: string } {
    // Hook data that cannot be read names no order; a deposit address does so all the same.
    if (fault !== undefined && depositOf === undefined) {
      return { kind: KIND.EXCEPTION_KIND_UNMATCHED, detail: `hook data: ${fault}` };
    }
    if (depositOf !== undefined && hook !== undefined && hook.orderId !== depositOf) {
      return { kind: KIND.EXCEPTION_KIND_CONFLICT, detail: `deposit of ${depositOf}, hook names ${hook.orderId}` };
    }
    const orderId = depositOf ?? hook?.orderId;
    if (orderId === undefined) return { kind: KIND.EXCEPTION_KIND_UNMATCHED, detail: "no hook data names an order" };
    const order = this.#keeper.store.getOrder(ctx, orderId);
    return order === undefined ? { kind: KIND.EXCEPTION_KIND_UNMATCHED, detail: `no order ${orderId}` } : { order };
  }

  #inboundOf(ctx: Context, receipt: MintReceipt, hook: OrderHook | undefined): Inbound {
    const target = hook?.refund;
    const given = target && { localAddress: "", domain: target.domain, address: target.address };
    return {
      denom: receipt.denom,
      amount: receipt.amount,
      method: PaymentMethod.PAYMENT_METHOD_CCTP,
      // Never the burn's sender: that may be an exchange or a router.
      refundAddress: this.#keeper.refundAddresses.tryParse(ctx, given),
      origin: originOf(receipt),
    };
  }
}

interface ReadHook {
  readonly hook: OrderHook | undefined;
  readonly fault: string | undefined;
}

function hookOf({ hookData }: MintReceipt): ReadHook {
  const reading = readOrderHook(hookData);
  if (reading.kind === "order") return { hook: reading.hook, fault: undefined };
  return { hook: undefined, fault: reading.kind === "malformed" ? reading.reason : undefined };
}

function originOf(receipt: MintReceipt): CrossChainOrigin {
  return {
    cctpVersion: receipt.cctpVersion,
    sourceDomain: receipt.sourceDomain,
    nonce: receipt.nonce,
    messageHash: receipt.messageHash,
    burnToken: receipt.burnToken,
    messageSender: receipt.messageSender,
    feeExecuted: receipt.feeExecuted.toString(),
    finalityThresholdExecuted: receipt.finalityThresholdExecuted,
  };
}
