// `npm run bench -- orders-create | orders-pay | orders-update | orders-query | orders-mixed`: one order, payment, change of
// status or question each, and a mixture of them. The flags are those of load/loadOptions.ts.
//
// - orders-create: a merchant makes an order for a customer; orders of all kinds are there before.
// - orders-pay: the customer pays an order into escrow; all orders that are there before are unpaid, 200,000 unless
//   `--preload` says otherwise, and each is paid once. When they run out a loop ends early, and says in `seconds` when.
// - orders-update: the merchant fulfills a paid order; the same for orders that are paid.
// - orders-query: abci_query for an order, over all orders in a fixed random order, so that no cache of less than all holds
//   what is asked next. There are no blocks in it; latency is that of the answer.
// - orders-mixed: two of three operations are transactions. Each account makes six orders and takes them their ways, twenty
//   transactions in all: 30 % make an order, 20 % pay, 15 % fulfill, 15 % ship, 10 % deliver, 5 % cancel, 5 % refund. The
//   third operation is a question for an order that was there before.

import { QueryOrderRequest } from "../../gen/stateset/orders/v1/query.ts";
import { toHex } from "../../src/codec/bytes.ts";
import type { LoadTx } from "./load/accounts.ts";
import { benchLoad, type Load, type LoadWorld } from "./load/loadBench.ts";
import { parseLoadOptions } from "./load/loadOptions.ts";
import type { MakeOperation, Place, Question } from "./load/supply.ts";
import {
  cancelOrder,
  createOrder,
  deliverOrder,
  fulfillOrder,
  orderIdOf,
  payOrder,
  refundOrder,
  shipOrder,
} from "./orderTxs.ts";
import type { Measured } from "./report.ts";

/** Orders that are used up one by one. */
const PRELOAD_OF_USED = 200_000;

function addressAt({ accounts }: LoadWorld, at: number): string {
  return accounts[(at + accounts.length) % accounts.length]!.address;
}

/** Orders of many merchants. */
export const CREATE_LOAD: Load = {
  name: "orders-create",
  make:
    (world) =>
    ({ at }) =>
      createOrder(addressAt(world, at), addressAt(world, at + 1)),
};

const PAY: Load = {
  name: "orders-pay",
  stages: ["created"],
  usesOrders: true,
  make:
    (world) =>
    ({ at, round }) =>
      payOrder(addressAt(world, at), orderIdOf(addressAt(world, at - 1), round + 1)),
};

const UPDATE: Load = {
  name: "orders-update",
  stages: ["paid"],
  usesOrders: true,
  make:
    (world) =>
    ({ at, round }) =>
      fulfillOrder(addressAt(world, at), orderIdOf(addressAt(world, at), round + 1)),
};

const QUERY: Load = { name: "orders-query", make: questions };

/** A step that reaches all numbers below a count in a scattered order: no factor in common, and far from 1. */
function scatterStep(count: number): number {
  const commonFactor = (a: number, b: number): number => (b === 0 ? a : commonFactor(b, a % b));
  let step = Math.max(1, Math.trunc(count * 0.618));
  while (commonFactor(step, count) !== 1) step += 1;
  return step;
}

/** Questions for the orders that were there before; each is made once. */
function questions(world: LoadWorld): () => Question {
  const { accounts, preload } = world;
  if (preload === 0) throw new Error("--preload: expected at least one order to ask for");
  const made = new Map<number, Question>();
  const step = scatterStep(preload);
  let index = 0;
  return () => {
    index = (index + step) % preload;
    const known = made.get(index);
    if (known !== undefined) return known;
    const orderId = orderIdOf(addressAt(world, index % accounts.length), Math.trunc(index / accounts.length) + 1);
    const data = toHex(QueryOrderRequest.encode({ orderId }).finish());
    const question = { method: "abci_query", params: { path: "/stateset.orders.v1.Query/Order", data } };
    made.set(index, question);
    return question;
  };
}

type Step = (address: string, orderId: string, customer: string) => LoadTx;

const create: Step = (address, _orderId, customer) => createOrder(address, customer);

/** Which of its six new orders an account takes a step further, in twenty transactions. */
const LIVES: readonly (readonly [order: number, step: Step])[] = [
  [0, create],
  [0, payOrder],
  [1, create],
  [0, fulfillOrder],
  [1, payOrder],
  [2, create],
  [0, shipOrder],
  [1, fulfillOrder],
  [2, payOrder],
  [3, create],
  [0, deliverOrder],
  [1, shipOrder],
  [2, fulfillOrder],
  [3, payOrder],
  [4, create],
  [1, deliverOrder],
  [2, shipOrder],
  [3, refundOrder],
  [5, create],
  [4, cancelOrder],
];
const NEW_ORDERS = 6;
/** Every so many operations one is a question. */
const QUESTION_EVERY = 3;

/** The lives of orders, with questions in between. All transactions of an order are its merchant's, one behind the other. */
function mixture(world: LoadWorld): MakeOperation {
  const ask = questions(world);
  const { accounts, preload } = world;
  return ({ at, round }: Place) => {
    // Not all accounts ask in the same round.
    const turn = round + (at % QUESTION_EVERY);
    if (turn % QUESTION_EVERY === QUESTION_EVERY - 1) return ask();
    const asked = Math.trunc(turn / QUESTION_EVERY);
    const sent = turn - asked - (at % QUESTION_EVERY);
    const [order, step] = LIVES[sent % LIVES.length]!;
    const before = Math.ceil((preload - at) / accounts.length);
    const count = before + Math.trunc(sent / LIVES.length) * NEW_ORDERS + order + 1;
    const address = addressAt(world, at);
    return step(address, orderIdOf(address, count), addressAt(world, at + 1));
  };
}

/** The mixture. */
export const MIXED_LOAD: Load = { name: "orders-mixed", make: mixture };

function benchOf(load: Load, preload?: number) {
  return (args: string[]): Promise<Measured> => benchLoad(load, parseLoadOptions(args, preload));
}

/** Makes orders. */
export const benchOrdersCreate = benchOf(CREATE_LOAD);
/** Pays orders. */
export const benchOrdersPay = benchOf(PAY, PRELOAD_OF_USED);
/** Changes the status of paid orders. */
export const benchOrdersUpdate = benchOf(UPDATE, PRELOAD_OF_USED);
/** Asks for orders. */
export const benchOrdersQuery = benchOf(QUERY);
/** Everything that a shop does. */
export const benchOrdersMixed = benchOf(MIXED_LOAD);
