// Queries of x/orders for CosmJS's QueryClient: `QueryClient.withExtensions(comet, setupOrdersExtension)`.

import type { QueryClient } from "@cosmjs/stargate";
import * as orders from "../../../gen/stateset/orders/v1/query.ts";

/** As much of a generated type as a query needs. */
interface Codec<T> {
  readonly $type: string;
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
  // biome-ignore lint/suspicious/noExplicitAny: ts-proto's DeepPartial<T> cannot be named generically.
  fromPartial(object: any): T;
}

interface QueryMethod<Request, Response> {
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}

function method<Request, Response>(request: Codec<Request>, response: Codec<Response>): QueryMethod<Request, Response> {
  return { request, response };
}

/** The rpcs of `stateset.orders.v1.Query` by their names with a small first letter. */
const METHODS = {
  order: method(orders.QueryOrderRequest, orders.QueryOrderResponse),
  orders: method(orders.QueryOrdersRequest, orders.QueryOrdersResponse),
  payments: method(orders.QueryPaymentsRequest, orders.QueryPaymentsResponse),
  payment: method(orders.QueryPaymentRequest, orders.QueryPaymentResponse),
  refunds: method(orders.QueryRefundsRequest, orders.QueryRefundsResponse),
  refund: method(orders.QueryRefundRequest, orders.QueryRefundResponse),
  exceptions: method(orders.QueryExceptionsRequest, orders.QueryExceptionsResponse),
  exception: method(orders.QueryExceptionRequest, orders.QueryExceptionResponse),
  merchant: method(orders.QueryMerchantRequest, orders.QueryMerchantResponse),
  price: method(orders.QueryPriceRequest, orders.QueryPriceResponse),
  prices: method(orders.QueryPricesRequest, orders.QueryPricesResponse),
  params: method(orders.QueryParamsRequest, orders.QueryParamsResponse),
  depositAddress: method(orders.QueryDepositAddressRequest, orders.QueryDepositAddressResponse),
  orderByDepositAddress: method(orders.QueryOrderByDepositAddressRequest, orders.QueryOrderByDepositAddressResponse),
  transitions: method(orders.QueryTransitionsRequest, orders.QueryTransitionsResponse),
} as const;

type Methods = typeof METHODS;
type RequestOf<M> = M extends { readonly request: Codec<infer Request> } ? Request : never;
type ResponseOf<M> = M extends { readonly response: Codec<infer Response> } ? Response : never;

/** The queries of x/orders. Fields that are left out have protobuf's defaults. Each rejects as `queryAbci` does. */
export interface OrdersExtension {
  readonly stateSetOrders: {
    readonly [Name in keyof Methods]: (
      request: Partial<RequestOf<Methods[Name]>>,
      desiredHeight?: number,
    ) => Promise<ResponseOf<Methods[Name]>>;
  };
}

/** `order` → `/stateset.orders.v1.Query/Order`. */
function pathOf(name: string): string {
  return `/stateset.orders.v1.Query/${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function query<Request, Response>(
  base: QueryClient,
  path: string,
  { request, response }: QueryMethod<Request, Response>,
) {
  return async (fields: Partial<Request>, desiredHeight?: number): Promise<Response> => {
    const bytes = request.encode(request.fromPartial(fields)).finish();
    const { value } = await base.queryAbci(path, bytes, desiredHeight);
    return response.decode(value);
  };
}

/** Adds `stateSetOrders` to a QueryClient. */
export function setupOrdersExtension(base: QueryClient): OrdersExtension {
  const entries = Object.entries(METHODS).map(([name, each]) => [
    name,
    query<never, unknown>(base, pathOf(name), each as never),
  ]);
  // Each entry has the types that METHODS gives its name.
  return { stateSetOrders: Object.fromEntries(entries) } as OrdersExtension;
}
