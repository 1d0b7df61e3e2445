// Queries of x/orders. Wide filters belong to a read model outside of the chain: here they read order after order, a
// bounded number for each page.

import type { PageRequest, PageResponse } from "../../gen/cosmos/base/query/v1beta1/pagination.ts";
import * as q from "../../gen/stateset/orders/v1/query.ts";
import { Order, Payment, PaymentException, Price } from "../../gen/stateset/orders/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { PAGE_SCAN_MAX, pageBounds, paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8 } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { checkDenom } from "../../src/codec/coins.ts";
import { storedFieldsCodec, textFields } from "../../src/codec/storedFields.ts";
import { timestampToNs } from "../../src/codec/time.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { padAddress } from "./keeper/refundAddress.ts";
import type { OrdersKeeper } from "./keeper.ts";
import { EXCEPTION_PREFIX, ORDER_PREFIX } from "./keys.ts";
import { transitionsToProto } from "./transitions.ts";
import { amountDue } from "./types.ts";

const SERVICE = "/stateset.orders.v1.Query";
/** Entries of a page at most: orders are large. */
export const PAGE_MAX = 100;
/** Entries that one page of a filtered list reads at most; it may end short of its limit, and goes on from `next_key`. */
export const PAGE_READ_MAX = 10_000;

function invalid(text: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, text);
}

/** What a keeper finds, with a miss as NotFound. */
function found<T>(find: () => T): T {
  try {
    return find();
  } catch (thrown) {
    if (thrown instanceof ChainError) throw new QueryError(GRPC_STATUS.NOT_FOUND, thrown.message);
    throw thrown;
  }
}

/** An argument, parsed; InvalidArgument where it is malformed. */
function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    throw invalid(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function account(text: string): string {
  return parsed(() => encodeAddress(decodeAddress(text)));
}

/** A denomination; one that is malformed would be read as something else in a key. */
function denomination(text: string): string {
  const problem = checkDenom(text);
  if (problem !== undefined) throw invalid(problem);
  return text;
}

function requirePage(page: PageRequest | undefined): void {
  if ((page?.limit ?? 0n) > BigInt(PAGE_MAX)) throw invalid(`pagination limit ${page?.limit} is above ${PAGE_MAX}`);
}

/** A page of what passes a filter, read by key. Offsets and counts would read everything: refused. */
function filteredPage<T>(
  store: KvStore,
  page: PageRequest | undefined,
  toItem: (value: Uint8Array) => T | undefined,
): { items: T[]; pagination: PageResponse } {
  requirePage(page);
  const { limit } = pageBounds(page);
  if ((page?.offset ?? 0n) > 0n || page?.countTotal === true || page?.reverse === true) {
    throw invalid("this list is paged by key, forwards, and is not counted");
  }
  const items: T[] = [];
  let read = 0;
  for (const [key, value] of store.iterate({ start: page?.key.length ? page.key : undefined })) {
    if (items.length >= limit || read >= PAGE_READ_MAX) return { items, pagination: { nextKey: key, total: 0n } };
    read += 1;
    const item = toItem(value);
    if (item !== undefined) items.push(item);
  }
  return { items, pagination: { nextKey: new Uint8Array(0), total: 0n } };
}

/** Whether an order passes the filters of a request. */
function orderFilter(request: q.QueryOrdersRequest): (order: Order) => boolean {
  const customer = request.customer === "" ? undefined : account(request.customer);
  const merchant = request.merchant === "" ? undefined : account(request.merchant);
  const { createdAfter, createdBefore } = request;
  const after = createdAfter && parsed(() => timestampToNs(createdAfter));
  const before = createdBefore && parsed(() => timestampToNs(createdBefore));
  return (order) => {
    if (customer !== undefined && order.customer !== customer) return false;
    if (merchant !== undefined && order.merchant !== merchant) return false;
    if (request.status !== 0 && order.status !== request.status) return false;
    const created = order.createdAt === undefined ? 0n : timestampToNs(order.createdAt);
    return (after === undefined || created >= after) && (before === undefined || created < before);
  };
}

function refundsOf(keeper: OrdersKeeper, ctx: Context, orderId: string, page: PageRequest | undefined) {
  return paginate(keeper.store.refundStore(ctx, orderId), page, (_key, id) =>
    keeper.store.requireRefund(ctx, fromUtf8(id)),
  );
}

/** The order, its payments and its refunds are handed out as they are stored. */
const ORDER_RESPONSE = storedFieldsCodec(q.QueryOrderResponse, { order: 1, payments: 2, refunds: 3 });
const ALL_REFUNDS: PageRequest = {
  key: new Uint8Array(0),
  offset: 0n,
  limit: BigInt(PAGE_SCAN_MAX / PAGE_MAX),
  countTotal: false,
  reverse: false,
};
/** Numbers of the fields of an order that tell what is due. */
const TOTAL = 16;
const AMOUNT_PAID = 17;
const AMOUNT_TOLERATED = 18;

function amountDueOf(order: Uint8Array): string {
  const texts = textFields(order, [TOTAL, AMOUNT_PAID, AMOUNT_TOLERATED]);
  const amounts = { total: texts[TOTAL], amountPaid: texts[AMOUNT_PAID], amountTolerated: texts[AMOUNT_TOLERATED] };
  return amountDue(amounts).toString();
}

function orderQueries(keeper: OrdersKeeper): readonly QueryHandler[] {
  const { store } = keeper;
  return [
    queryHandler(`${SERVICE}/Order`, q.QueryOrderRequest, ORDER_RESPONSE, (ctx, { orderId }) => {
      const order = found(() => store.requireOrderBytes(ctx, orderId));
      const payments = [...store.paymentStore(ctx, orderId).iterate()].map(([, value]) => value);
      const refunds = paginate(store.refundStore(ctx, orderId), ALL_REFUNDS, (_key, id) =>
        store.requireRefundBytes(ctx, fromUtf8(id)),
      ).items;
      return { order, payments, refunds, amountDue: amountDueOf(order) };
    }),
    queryHandler(`${SERVICE}/Orders`, q.QueryOrdersRequest, q.QueryOrdersResponse, (ctx, request) => {
      const passes = orderFilter(request);
      const { items, pagination } = filteredPage(store.view(ctx, ORDER_PREFIX), request.pagination, (value) => {
        const order = Order.decode(value);
        return passes(order) ? order : undefined;
      });
      return { orders: items, pagination };
    }),
    queryHandler(
      `${SERVICE}/DepositAddress`,
      q.QueryDepositAddressRequest,
      q.QueryDepositAddressResponse,
      (ctx, { orderId }) => {
        const { depositAddress } = found(() => store.requireOrder(ctx, orderId));
        return { depositAddress, mintRecipient: padAddress(decodeAddress(depositAddress)) };
      },
    ),
    queryHandler(
      `${SERVICE}/OrderByDepositAddress`,
      q.QueryOrderByDepositAddressRequest,
      q.QueryOrderByDepositAddressResponse,
      (ctx, { depositAddress }) => {
        const id = store.orderIdByDeposit(ctx, decodeAddress(account(depositAddress)));
        return { order: found(() => store.requireOrder(ctx, id ?? depositAddress)) };
      },
    ),
  ];
}

function moneyQueries(keeper: OrdersKeeper): readonly QueryHandler[] {
  const { store } = keeper;
  return [
    queryHandler(
      `${SERVICE}/Payments`,
      q.QueryPaymentsRequest,
      q.QueryPaymentsResponse,
      (ctx, { orderId, pagination }) => {
        requirePage(pagination);
        const page = paginate(store.paymentStore(ctx, orderId), pagination, (_key, value) => Payment.decode(value));
        return { payments: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(`${SERVICE}/Payment`, q.QueryPaymentRequest, q.QueryPaymentResponse, (ctx, { paymentId }) => ({
      payment: found(() => store.requirePayment(ctx, paymentId)),
    })),
    queryHandler(
      `${SERVICE}/Refunds`,
      q.QueryRefundsRequest,
      q.QueryRefundsResponse,
      (ctx, { orderId, pagination }) => {
        requirePage(pagination);
        const page = refundsOf(keeper, ctx, orderId, pagination);
        return { refunds: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(`${SERVICE}/Refund`, q.QueryRefundRequest, q.QueryRefundResponse, (ctx, { refundId }) => ({
      refund: found(() => store.requireRefund(ctx, refundId)),
    })),
    queryHandler(`${SERVICE}/Exceptions`, q.QueryExceptionsRequest, q.QueryExceptionsResponse, (ctx, request) => {
      const { items, pagination } = filteredPage(store.view(ctx, EXCEPTION_PREFIX), request.pagination, (value) => {
        const exception = PaymentException.decode(value);
        if (request.orderId !== "" && exception.orderId !== request.orderId) return undefined;
        return request.status === 0 || exception.status === request.status ? exception : undefined;
      });
      return { exceptions: items, pagination };
    }),
    queryHandler(`${SERVICE}/Exception`, q.QueryExceptionRequest, q.QueryExceptionResponse, (ctx, { exceptionId }) => ({
      exception: found(() => store.requireException(ctx, exceptionId)),
    })),
  ];
}

/** The handlers. */
export function ordersQueries(keeper: OrdersKeeper): readonly QueryHandler[] {
  const { store } = keeper;
  return [
    ...orderQueries(keeper),
    ...moneyQueries(keeper),
    queryHandler(`${SERVICE}/Merchant`, q.QueryMerchantRequest, q.QueryMerchantResponse, (ctx, { address }) => ({
      merchant: store.merchant(ctx, account(address)),
    })),
    queryHandler(`${SERVICE}/Price`, q.QueryPriceRequest, q.QueryPriceResponse, (ctx, { merchant, sku, denom }) => {
      const price = store.getPrice(ctx, { merchant: account(merchant), sku, denom: denomination(denom) });
      if (price === undefined) throw new QueryError(GRPC_STATUS.NOT_FOUND, "the merchant has no such price");
      return { price };
    }),
    queryHandler(
      `${SERVICE}/Prices`,
      q.QueryPricesRequest,
      q.QueryPricesResponse,
      (ctx, { merchant, denom, pagination }) => {
        requirePage(pagination);
        const prices = store.priceStore(ctx, account(merchant), denom === "" ? "" : denomination(denom));
        const page = paginate(prices, pagination, (_key, value) => Price.decode(value));
        return { prices: [...page.items], pagination: page.pagination };
      },
    ),
    queryHandler(`${SERVICE}/Params`, q.QueryParamsRequest, q.QueryParamsResponse, (ctx) => ({
      params: store.params(ctx),
      pausedMsgTypeUrls: store.pausedTypes(ctx),
    })),
    queryHandler(`${SERVICE}/Transitions`, q.QueryTransitionsRequest, q.QueryTransitionsResponse, () => ({
      transitions: transitionsToProto(),
    })),
  ];
}
