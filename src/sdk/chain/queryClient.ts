// CosmJS's query client with the queries of this chain.

import {
  type AuthExtension,
  type BankExtension,
  QueryClient,
  setupAuthExtension,
  setupBankExtension,
  setupTxExtension,
  type TxExtension,
} from "@cosmjs/stargate";
import { connectComet, type HttpEndpoint } from "@cosmjs/tendermint-rpc";
import { type OrdersExtension, setupOrdersExtension } from "./ordersExtension.ts";

export type StateSetQueries = QueryClient & AuthExtension & BankExtension & TxExtension & OrdersExtension;

/** A query client over a node's RPC, `http://127.0.0.1:26657`, and how to end it. */
export interface StateSetQueryClient {
  readonly queries: StateSetQueries;
  disconnect(): void;
}

/** Connects. */
export async function connectQueries(endpoint: string | HttpEndpoint): Promise<StateSetQueryClient> {
  const comet = await connectComet(endpoint);
  const queries = QueryClient.withExtensions(
    comet,
    setupAuthExtension,
    setupBankExtension,
    setupTxExtension,
    setupOrdersExtension,
  );
  return { queries, disconnect: () => comet.disconnect() };
}
