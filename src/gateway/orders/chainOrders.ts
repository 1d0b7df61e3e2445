// What the chain itself says of orders: for answers to writes, and where the read model is not as far yet.

import { QueryGrantsRequest, QueryGrantsResponse } from "../../../gen/cosmos/authz/v1beta1/query.ts";
import {
  QueryMerchantRequest,
  QueryOrderRequest,
  QueryPriceRequest,
  QueryPriceResponse,
  QueryPricesRequest,
  QueryPricesResponse,
} from "../../../gen/stateset/orders/v1/query.ts";
import type { Price } from "../../../gen/stateset/orders/v1/types.ts";
import { encodeMessage } from "../../codec/message.ts";
import { messageToJson } from "../../codec/protoJson.ts";
import { TypeRegistry } from "../../codec/registry.ts";
import { ChainQueryError } from "../chainReader.ts";
import type { ChainReader } from "../parts.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import type { OrderDetails } from "../readModel/orderQueries.ts";

const ORDERS = "/stateset.orders.v1.Query";

let registry: TypeRegistry | undefined;

/** The types of the chain; made when they are first needed. */
export function chainTypes(): TypeRegistry {
  registry ??= new TypeRegistry();
  return registry;
}

/** Proto JSON of a message, as the chain's events have it. */
export function chainJson(typeName: string, bytes: Uint8Array): ChainObject {
  // Messages are objects in proto JSON, but for the few well-known types that nobody asks for here.
  return messageToJson(chainTypes(), typeName, bytes) as ChainObject;
}

/** A query's answer; undefined when there is no such thing. */
async function found(answer: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ChainQueryError && error.isMissing) return undefined;
    throw error;
  }
}

/** An order at the latest height; undefined when there is none. Its exceptions are not told. */
export async function chainOrder(chain: ChainReader, orderId: string): Promise<OrderDetails | undefined> {
  const request = encodeMessage(QueryOrderRequest, QueryOrderRequest.fromPartial({ orderId }));
  const bytes = await found(chain.query(`${ORDERS}/Order`, request));
  if (bytes === undefined) return undefined;
  const { order, payments, refunds } = chainJson("stateset.orders.v1.QueryOrderResponse", bytes);
  return {
    order: order as ChainObject,
    payments: payments as readonly ChainObject[],
    refunds: refunds as readonly ChainObject[],
    exceptions: [],
  };
}

/** What a merchant has set; the chain's defaults for one who has set nothing. */
export async function chainMerchant(chain: ChainReader, address: string): Promise<ChainObject> {
  const request = encodeMessage(QueryMerchantRequest, QueryMerchantRequest.fromPartial({ address }));
  const bytes = await chain.query(`${ORDERS}/Merchant`, request);
  return chainJson("stateset.orders.v1.QueryMerchantResponse", bytes)["merchant"] as ChainObject;
}

/** Names a price. */
export interface PriceName {
  readonly merchant: string;
  readonly sku: string;
  readonly denom: string;
}

/** A price of a merchant's book; undefined when it has none. */
export async function chainPrice(chain: ChainReader, name: PriceName): Promise<Price | undefined> {
  const request = encodeMessage(QueryPriceRequest, QueryPriceRequest.fromPartial(name));
  const bytes = await found(chain.query(`${ORDERS}/Price`, request));
  return bytes === undefined ? undefined : QueryPriceResponse.decode(bytes).price;
}

/** A page of a merchant's prices, by SKU. */
export async function chainPrices(
  chain: ChainReader,
  merchant: string,
  page: { readonly key: Uint8Array; readonly limit: number },
): Promise<QueryPricesResponse> {
  const pagination = { key: page.key, limit: BigInt(page.limit) };
  const request = encodeMessage(
    QueryPricesRequest,
    QueryPricesRequest.fromPartial({ merchant, denom: "uusdc", pagination }),
  );
  return QueryPricesResponse.decode(await chain.query(`${ORDERS}/Prices`, request));
}

/** Whether somebody lets another send messages of a type in his name. */
export async function hasGrant(
  chain: ChainReader,
  { granter, grantee, msgTypeUrl }: { readonly granter: string; readonly grantee: string; readonly msgTypeUrl: string },
): Promise<boolean> {
  const request = encodeMessage(QueryGrantsRequest, QueryGrantsRequest.fromPartial({ granter, grantee, msgTypeUrl }));
  const bytes = await found(chain.query("/cosmos.authz.v1beta1.Query/Grants", request));
  return bytes !== undefined && QueryGrantsResponse.decode(bytes).grants.length > 0;
}
