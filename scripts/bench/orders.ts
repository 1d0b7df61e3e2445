// `npm run bench -- orders-create | orders-pay | orders-update | orders-query`: one order, payment, change of status or
// question each. What a bench needs to be there is sent first and not measured.

import { QueryOrderRequest, QueryOrderResponse } from "../../gen/stateset/orders/v1/query.ts";
import { MsgCreateAndPayOrder, MsgCreateOrder, MsgFulfillOrder, MsgPayOrder } from "../../gen/stateset/orders/v1/tx.ts";
import { OrderStatus } from "../../gen/stateset/orders/v1/types.ts";
import { fromBase64, toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { makeId } from "../../x/orders/ids.ts";
import {
  BENCH_CHAIN_ID,
  benchLoad,
  errorNameOf,
  type Load,
  type LoadTx,
  measuredOf,
  parseLoadOptions,
  withLoadedNode,
} from "./load.ts";
import { RawConnection } from "./rawHttp.ts";
import { type Measured, percentilesOf, rateOf } from "./report.ts";

const TOTAL = "1097470000";
const GAS_LIMIT = 500_000n;

/** The seed's order, made by its merchant for another account. */
function newOrder(merchant: string, customer: string) {
  return {
    ...{ merchant, customer, customerId: "cust_123", denom: "uusdc", total: TOTAL },
    items: [{ sku: "LAPTOP-001", quantity: 1, unitPrice: "999990000" }],
    ...{ tax: "87490000", shippingCost: "9990000" },
    metadata: [{ key: "channel", value: "web" }],
  };
}

function load<T>(codec: MessageCodec<T>, message: object, feeUusdc: bigint): LoadTx {
  const value = codec.encode(codec.fromPartial(message)).finish();
  return { typeUrl: `/${codec.$type}`, value, feeUusdc, gasLimit: GAS_LIMIT };
}

const AMOUNT = { denom: "uusdc", amount: TOTAL };

function create(sender: string, customer: string): LoadTx {
  return load(MsgCreateOrder, { creator: sender, order: newOrder(sender, customer) }, 1000n);
}

function createPaid(sender: string, customer: string): LoadTx {
  return load(MsgCreateAndPayOrder, { creator: sender, order: newOrder(sender, customer), amount: AMOUNT }, 11_000n);
}

/** The order that an account made in a round of the preparation. */
function orderOf(creator: string, round: number): string {
  return makeId("ord", BENCH_CHAIN_ID, creator, BigInt(round + 1));
}

function pay(payer: string, _customer: string, round: number): LoadTx {
  return load(MsgPayOrder, { payer, orderId: orderOf(payer, round), amount: AMOUNT }, 10_000n);
}

function fulfill(signer: string, _customer: string, round: number): LoadTx {
  const tracking = { carrier: "UPS", trackingNumber: "1Z999AA10123456784" };
  return load(MsgFulfillOrder, { signer, orderId: orderOf(signer, round), ...tracking }, 500n);
}

/** Asks for an order, and gives the answer of abci_query. */
function askOrder(connection: RawConnection, orderId: string): Promise<string> {
  const data = toHex(QueryOrderRequest.encode({ orderId }).finish());
  const params = { path: "/stateset.orders.v1.Query/Order", data };
  return connection.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "abci_query", params }));
}

/** Throws unless the first order of an account has a status. */
function verifyStatus(status: OrderStatus): NonNullable<Load["verify"]> {
  return async (node, { address }) => {
    const connection = await RawConnection.open("127.0.0.1", node.rpcPort);
    const answer = JSON.parse(await askOrder(connection, orderOf(address, 0)));
    connection.close();
    const { order } = QueryOrderResponse.decode(fromBase64(answer.result.response.value ?? ""));
    if (order?.status !== status) throw new Error(`the first order is in status ${order?.status}, expected ${status}`);
  };
}

/** Makes orders. */
export function benchOrdersCreate(args: string[]): Promise<Measured> {
  return benchLoad(
    { name: "orders-create", measure: create, verify: verifyStatus(OrderStatus.ORDER_STATUS_CREATED) },
    args,
  );
}

/** Pays orders. */
export function benchOrdersPay(args: string[]): Promise<Measured> {
  const verify = verifyStatus(OrderStatus.ORDER_STATUS_PAID);
  return benchLoad({ name: "orders-pay", prepare: create, measure: pay, verify }, args);
}

/** Changes the status of paid orders. */
export function benchOrdersUpdate(args: string[]): Promise<Measured> {
  const verify = verifyStatus(OrderStatus.ORDER_STATUS_FULFILLED);
  return benchLoad({ name: "orders-update", prepare: createPaid, measure: fulfill, verify }, args);
}

/** Asks for orders by abci_query. */
export async function benchOrdersQuery(args: string[]): Promise<Measured> {
  const options = parseLoadOptions(args);
  return withLoadedNode({ name: "orders-query", prepare: create }, options, async (node, accounts) => {
    const answeredMs = new Float64Array(options.txs);
    let next = 0;
    const errors: Record<string, number> = {};
    const before = await node.probe.sample();
    const startedMs = performance.now();
    const ask = async (): Promise<void> => {
      const connection = await RawConnection.open("127.0.0.1", node.rpcPort);
      while (next < options.txs) {
        const index = next;
        next += 1;
        const { address } = accounts[index % accounts.length]!;
        const orderId = orderOf(address, Math.trunc(index / accounts.length));
        const sentMs = performance.now();
        const answer = await askOrder(connection, orderId);
        answeredMs[index] = performance.now() - sentMs;
        if (answer.includes('"code":0')) continue;
        const name = errorNameOf(answer);
        errors[name] = (errors[name] ?? 0) + 1;
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: options.connections }, ask));
    const seconds = (performance.now() - startedMs) / 1000;
    const refused = Object.values(errors).reduce((sum, count) => sum + count, 0);
    const latencyMs = percentilesOf(answeredMs);
    const loop = { ...rateOf(options.txs - refused, seconds), latencyMs, acknowledgedMs: latencyMs, errors };
    const used = node.probe.used(before, await node.probe.sample(), options.txs);
    return measuredOf(options, { loop, used });
  });
}
