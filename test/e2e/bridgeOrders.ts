// Orders on a bridged devnet: made here, paid by burns on EVM chains, refunded to where the payer said.

import {
  QueryOrderRequest,
  QueryOrderResponse,
  QueryRefundRequest,
  QueryRefundResponse,
  QueryRefundsRequest,
  QueryRefundsResponse,
} from "../../gen/stateset/orders/v1/query.ts";
import { MsgCreateOrderResponse, MsgRefundOrderResponse } from "../../gen/stateset/orders/v1/tx.ts";
import type { Order, Refund } from "../../gen/stateset/orders/v1/types.ts";
import { encodeOrderHook } from "../../src/cctp/orderHook.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { hexOf } from "../../src/relayer/journal/record.ts";
import { burnOnEvm, LOCAL_DOMAIN, padded, type Signer, sendMessage, type TestBridge } from "./bridge.ts";

/** An order that waits for its payment. */
export interface TestOrder {
  readonly orderId: string;
  readonly depositAddress: string;
}

/** Orders of one merchant. */
export class TestOrders {
  readonly #bridge: TestBridge;
  readonly #merchant: Signer;

  constructor(bridge: TestBridge, merchant: Signer) {
    this.#bridge = bridge;
    this.#merchant = merchant;
  }

  /** An order over an amount, that the merchant makes for a customer. */
  async create(total: bigint): Promise<TestOrder> {
    const { address } = this.#merchant;
    const customer = this.#bridge.devnet.chain.accounts[3]!.address;
    const items = [{ sku: "LAPTOP-001", quantity: 1, unitPrice: total.toString() }];
    const order = { merchant: address, customer, denom: "uusdc", total: total.toString(), items };
    const made = await sendMessage(this.#merchant, "/stateset.orders.v1.MsgCreateOrder", { creator: address, order });
    return MsgCreateOrderResponse.decode(made.msgResponses[0]!.value);
  }

  /** Pays from an EVM chain, saying where a refund goes there. */
  async pay(order: TestOrder, chain: LocalEvmChain, amount: bigint, refundTo: string): Promise<void> {
    const refund = { domain: chain.domain, address: Buffer.from(padded(refundTo).slice(2), "hex") };
    const hookData = hexOf(encodeOrderHook({ orderId: order.orderId, refund }));
    await burnOnEvm(chain, 1, { version: 2, to: LOCAL_DOMAIN, recipient: order.depositAddress, amount, hookData });
  }

  /** Refunds all of it; returns the refunds' ids, one for each payment. */
  async refund({ orderId }: TestOrder): Promise<string[]> {
    const value = { signer: this.#merchant.address, orderId, amount: "", paymentId: "", reason: "wrong size" };
    const refunded = await sendMessage(this.#merchant, "/stateset.orders.v1.MsgRefundOrder", value);
    return MsgRefundOrderResponse.decode(refunded.msgResponses[0]!.value).refundIds;
  }

  get({ orderId }: TestOrder): Order {
    const data = QueryOrderRequest.encode({ orderId }).finish();
    return this.#query("/stateset.orders.v1.Query/Order", data, QueryOrderResponse).order!;
  }

  /** Refunds of an order. */
  refundsOf({ orderId }: TestOrder): readonly Refund[] {
    const data = QueryRefundsRequest.encode(QueryRefundsRequest.fromPartial({ orderId })).finish();
    return this.#query("/stateset.orders.v1.Query/Refunds", data, QueryRefundsResponse).refunds;
  }

  refundOf(refundId: string): Refund {
    const data = QueryRefundRequest.encode({ refundId }).finish();
    return this.#query("/stateset.orders.v1.Query/Refund", data, QueryRefundResponse).refund!;
  }

  #query<T>(path: string, data: Uint8Array, response: { decode(bytes: Uint8Array): T }): T {
    return response.decode(this.#bridge.devnet.chain.node.query({ path, data, height: 0n, prove: false }).value);
  }

  /** Names of the reports about a refund that are in blocks, in order. */
  async reportsOf(refundId: string): Promise<string[]> {
    const names: string[] = [];
    for (const name of ["EventCrossChainRefundAttested", "EventCrossChainRefundCompleted"]) {
      const found = await this.#bridge.cosmos.searchTx(`stateset.orders.v1.${name}.order_id EXISTS`);
      const isOf = ({ type, attributes }: (typeof found)[0]["events"][0]) =>
        type.endsWith(name) && attributes.some(({ value }) => value.includes(refundId));
      names.push(...found.flatMap(({ events }) => events.filter(isOf).map(() => name)));
    }
    return names;
  }
}
