// Genesis of x/orders: every object as it is. Indexes and queues follow from the objects.

import { GenesisState } from "../../gen/stateset/orders/v1/genesis.ts";
import {
  ExceptionStatus,
  Merchant,
  Order,
  OrderStatus,
  Payment,
  PaymentException,
  Price,
  Refund,
} from "../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { compareBytes, fromUtf8 } from "../../src/codec/bytes.ts";
import { checkDenom } from "../../src/codec/coins.ts";
import { decodeUint64BE } from "../../src/codec/integer.ts";
import { timestampToNs } from "../../src/codec/time.ts";
import { type IdKind, isId } from "./ids.ts";
import type { OrdersKeeper } from "./keeper.ts";
import {
  COUNTER_PREFIX,
  EXCEPTION_PREFIX,
  EXPIRY_PREFIX,
  MERCHANT_PREFIX,
  ORDER_PREFIX,
  PAYMENT_PREFIX,
  PRICE_PREFIX,
  priceKey,
  REFUND_PREFIX,
  RELEASE_PREFIX,
} from "./keys.ts";
import { requireAccount, requireSku } from "./limits.ts";
import { checkParams, DEFAULT_PARAMS } from "./params.ts";
import { parsePositive } from "./types.ts";

function requireSorted(what: string, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const before = names[index - 1];
    if (before !== undefined && before >= name) throw new Error(`${what}: ${name} is not behind ${before}`);
  }
}

function requireIds(kind: IdKind, objects: readonly { readonly id: string }[]): void {
  for (const { id } of objects) if (!isId(kind, id)) throw new Error(`${id} is not the id of a ${kind}`);
}

/** Throws unless each price is one, stands once, and they are in the order of their keys. */
function requirePrices(prices: readonly Price[]): void {
  for (const [index, price] of prices.entries()) {
    const { merchant, sku, denom, unitPrice } = price;
    if (requireAccount("merchant", merchant) !== merchant) throw new Error(`${merchant}: expected lower case`);
    requireSku(`prices[${index}]`, sku);
    const problem = checkDenom(denom);
    if (problem !== undefined) throw new Error(problem);
    parsePositive(`prices[${index}].unit_price`, unitPrice);
    const before = prices[index - 1];
    if (before !== undefined && compareBytes(priceKey(before), priceKey(price)) >= 0) {
      throw new Error(`prices: ${sku} of ${merchant} is not behind ${before.sku} of ${before.merchant}`);
    }
  }
}

function validate(genesis: GenesisState): void {
  const problem = genesis.params === undefined ? "params are missing" : checkParams(genesis.params);
  if (problem !== undefined) throw new Error(problem);
  requireIds("ord", genesis.orders);
  requireIds("pay", genesis.payments);
  requireIds("ref", genesis.refunds);
  requireIds("exc", genesis.exceptions);
  const ids = (objects: readonly { readonly id: string }[]) => objects.map(({ id }) => id);
  requireSorted("orders", ids(genesis.orders));
  requireSorted("refunds", ids(genesis.refunds));
  requireSorted("exceptions", ids(genesis.exceptions));
  const place = ({ orderId, sequence }: Payment) => `${orderId} ${sequence.toString().padStart(10, "0")}`;
  requireSorted("payments", genesis.payments.map(place));
  requireSorted(
    "merchants",
    genesis.merchants.map(({ address }) => address),
  );
  requireSorted("paused_msg_type_urls", genesis.pausedMsgTypeUrls);
  const known = new Set(ids(genesis.orders));
  const stray = genesis.payments.find(({ orderId }) => !known.has(orderId));
  if (stray !== undefined) throw new Error(`payment ${stray.id} is of ${stray.orderId}, which there is not`);
  for (const { address } of genesis.merchants) decodeAddress(address);
  requirePrices(genesis.prices);
  for (const { depositAddress } of genesis.orders) decodeAddress(depositAddress);
}

/** Queues an order where its state says that it waits. */
function enqueue(ctx: Context, { store }: OrdersKeeper, order: Order): void {
  if (order.status === OrderStatus.ORDER_STATUS_CREATED && order.expiresAt !== undefined) {
    store.enqueue(ctx, EXPIRY_PREFIX, timestampToNs(order.expiresAt), order.id);
  }
  if (order.releaseAt === undefined) return;
  store.enqueue(ctx, RELEASE_PREFIX, timestampToNs(order.releaseAt), order.id);
}

function init(ctx: Context, keeper: OrdersKeeper, genesis: GenesisState): void {
  const { store } = keeper;
  const params = genesis.params ?? DEFAULT_PARAMS;
  const problem = keeper.checkParams(params);
  if (problem !== undefined) throw new Error(problem);
  store.setParams(ctx, params);
  for (const order of genesis.orders) {
    store.setOrder(ctx, order);
    store.setDeposit(ctx, decodeAddress(order.depositAddress), order.id);
    enqueue(ctx, keeper, order);
  }
  for (const payment of genesis.payments) store.addPayment(ctx, payment);
  for (const refund of genesis.refunds) {
    store.setRefund(ctx, refund);
    store.listRefund(ctx, refund);
  }
  for (const exception of genesis.exceptions) {
    store.setException(ctx, exception, exception.status === ExceptionStatus.EXCEPTION_STATUS_OPEN);
  }
  for (const merchant of genesis.merchants) store.setMerchant(ctx, merchant);
  for (const price of genesis.prices) store.setPrice(ctx, price);
  for (const typeUrl of genesis.pausedMsgTypeUrls) store.setPaused(ctx, typeUrl, true);
  for (const { creator, count } of genesis.counters) store.setCounter(ctx, creator, count);
  if (genesis.exceptionCount > 0n) store.setExceptionCount(ctx, genesis.exceptionCount);
}

function exportState(ctx: Context, { store }: OrdersKeeper): GenesisState {
  const all = <T>(prefix: Uint8Array, decode: (value: Uint8Array) => T) =>
    [...store.view(ctx, prefix).iterate()].map(([, value]) => decode(value));
  return {
    params: store.params(ctx),
    orders: all(ORDER_PREFIX, (value) => Order.decode(value)),
    payments: all(PAYMENT_PREFIX, (value) => Payment.decode(value)),
    refunds: all(REFUND_PREFIX, (value) => Refund.decode(value)),
    exceptions: all(EXCEPTION_PREFIX, (value) => PaymentException.decode(value)),
    merchants: all(MERCHANT_PREFIX, (value) => Merchant.decode(value)),
    pausedMsgTypeUrls: store.pausedTypes(ctx),
    counters: [...store.view(ctx, COUNTER_PREFIX).iterate()].map(([creator, count]) => ({
      creator: fromUtf8(creator),
      count: decodeUint64BE(count),
    })),
    exceptionCount: store.exceptionCount(ctx),
    prices: all(PRICE_PREFIX, (value) => Price.decode(value)),
  };
}

/** Genesis of the module. */
export function ordersGenesis(keeper: OrdersKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => GenesisState.fromPartial({ params: DEFAULT_PARAMS }),
    validate,
    init: (ctx, genesis) => init(ctx, keeper, genesis),
    export: (ctx) => exportState(ctx, keeper),
  };
}
