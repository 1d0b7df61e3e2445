// A shop on our chain: makes orders, sends goods, gives refunds, all by CosmJS; and looks at what became of an order.

import { setTimeout as wait } from "node:timers/promises";
import { DirectSecp256k1Wallet, type EncodeObject } from "@cosmjs/proto-signing";
import { type DeliverTxResponse, QueryClient } from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { QueryRemoteDomainsRequest, QueryRemoteDomainsResponse } from "../../gen/stateset/issuer/v1/query.ts";
import { MsgCreateOrderResponse, NewOrder } from "../../gen/stateset/orders/v1/tx.ts";
import type { Order, PaymentException, Refund } from "../../gen/stateset/orders/v1/types.ts";
import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import type { Devnet } from "../../src/devnet/devnet.ts";
import { type OrdersExtension, setupOrdersExtension } from "../../src/sdk/chain/ordersExtension.ts";
import { SigningStateSetClient } from "../../src/sdk/chain/signingClient.ts";

const PREFIX = "stateset";
const POLL_MS = 50;
/** A transfer over a devnet's bridge takes a second or two; on a busy machine more. */
const WAIT_MS = 90_000;
/** The most that a message of x/orders is charged on a devnet. */
const FEE = { amount: [{ denom: "uusdc", amount: "20000" }], gas: "600000" };

/** An order that waits for its payment. */
export interface OpenOrder {
  readonly id: string;
  /** 32 bytes: what a burn on another chain names as its recipient. */
  readonly deposit: Uint8Array;
}

/** The shop of one of the devnet's accounts. */
export class Shop {
  readonly address: string;
  readonly #client: SigningStateSetClient;
  readonly #queries: QueryClient & OrdersExtension;

  private constructor(address: string, client: SigningStateSetClient, queries: QueryClient & OrdersExtension) {
    this.address = address;
    this.#client = client;
    this.#queries = queries;
  }

  static async open(devnet: Devnet, account: number): Promise<Shop> {
    const { privKey, address } = devnet.accounts[account]!;
    const wallet = await DirectSecp256k1Wallet.fromKey(privKey, PREFIX);
    const options = { broadcastPollIntervalMs: POLL_MS };
    const client = await SigningStateSetClient.connectWithSigner(devnet.rpcUrl, wallet, options);
    const comet = await Comet38Client.connect(devnet.rpcUrl);
    return new Shop(address, client, QueryClient.withExtensions(comet, setupOrdersExtension));
  }

  close(): void {
    this.#client.disconnect();
  }

  /** Makes an order for an amount in micro-USDC. */
  async create(sku: string, amount: bigint, terms: Partial<NewOrder> = {}): Promise<OpenOrder & { txHash: string }> {
    const order = NewOrder.fromPartial({
      merchant: this.address,
      customerId: "cust_123",
      items: [{ sku, quantity: 1, unitPrice: amount.toString() }],
      denom: "uusdc",
      total: amount.toString(),
      ...terms,
    });
    const result = await this.#send("MsgCreateOrder", { creator: this.address, order });
    const [response] = result.msgResponses;
    const { orderId, depositAddress } = MsgCreateOrderResponse.decode(response!.value);
    return { id: orderId, deposit: addressToBytes32(decodeAddress(depositAddress)), txHash: result.transactionHash };
  }

  /** Something that the shop does to an order: `MsgShipOrder` and so on. Gives the hash of the transaction. */
  async act(message: string, orderId: string, fields: object = {}): Promise<string> {
    return (await this.#send(message, { signer: this.address, orderId, ...fields })).transactionHash;
  }

  async order(orderId: string): Promise<Order> {
    const { order } = await this.#queries.stateSetOrders.order({ orderId });
    if (order === undefined) throw new Error(`there is no order ${orderId}`);
    return order;
  }

  async refunds(orderId: string): Promise<readonly Refund[]> {
    return (await this.#queries.stateSetOrders.refunds({ orderId })).refunds;
  }

  async exceptions(orderId: string): Promise<readonly PaymentException[]> {
    return (await this.#queries.stateSetOrders.exceptions({ orderId })).exceptions;
  }

  /** What was minted here and burned here, over all other chains, in micro-USDC. */
  async bridged(): Promise<{ readonly minted: bigint; readonly burned: bigint }> {
    const request = QueryRemoteDomainsRequest.encode(QueryRemoteDomainsRequest.fromPartial({})).finish();
    const { value } = await this.#queries.queryAbci("/stateset.issuer.v1.Query/RemoteDomains", request);
    const { remoteDomains } = QueryRemoteDomainsResponse.decode(value);
    const sum = (field: "minted" | "burned") => remoteDomains.reduce((total, each) => total + BigInt(each[field]), 0n);
    return { minted: sum("minted"), burned: sum("burned") };
  }

  async balance(): Promise<bigint> {
    return BigInt((await this.#client.getBalance(this.address, "uusdc")).amount);
  }

  async #send(message: string, value: object): Promise<DeliverTxResponse> {
    const encoded: EncodeObject = { typeUrl: `/stateset.orders.v1.${message}`, value };
    const result = await this.#client.signAndBroadcast(this.address, [encoded], FEE);
    if (result.code !== 0) throw new Error(`${message}: ${result.rawLog}`);
    return result;
  }
}

/** Asks again and again until the answer is what was waited for. Rejects when that takes too long. */
export async function until<T>(what: string, ask: () => Promise<T>, isReached: (answer: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + WAIT_MS;
  for (;;) {
    const answer = await ask();
    if (isReached(answer)) return answer;
    if (performance.now() > deadlineMs) throw new Error(`${what}: not within ${WAIT_MS / 1000} s`);
    await wait(POLL_MS);
  }
}
