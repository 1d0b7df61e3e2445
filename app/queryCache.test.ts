// Cases: after each of many random blocks over orders, bank and CCTP every query of every module gives what its handler
// gives of the committed state, though most answers are kept from block to block; and what holds stored bytes is what the
// codec writes of the same messages.

import { describe, expect, test } from "vitest";
import { QueryAllBalancesRequest } from "../gen/cosmos/bank/v1beta1/query.ts";
import {
  QueryDepositAddressRequest,
  QueryOrderRequest,
  QueryOrderResponse,
  QueryOrdersRequest,
  QueryOrdersResponse,
} from "../gen/stateset/orders/v1/query.ts";
import { keyText, toHex } from "../src/codec/bytes.ts";
import { amountDue } from "../x/orders/types.ts";
import type { ChainApp } from "./app.ts";
import { CrossChainSimulation } from "./testing/crossChainSimulation.ts";

const SEED = 20261125;
const BLOCKS = 60;
const MOVES_PER_BLOCK = 6;
const ORDERS = "/stateset.orders.v1.Query";

/** A question, as abci_query brings it. */
interface Question {
  readonly path: string;
  readonly data: Uint8Array;
}

/** The answer by the handler itself; undefined when it refuses. */
function answerByHandler(app: ChainApp, { path, data }: Question): Uint8Array | undefined {
  const handler = app.router.query(path)!;
  try {
    return handler.response.encode(handler.handle(app.queryContext(), handler.request.decode(data))).finish();
  } catch {
    return undefined;
  }
}

function questionsAbout(app: ChainApp): readonly Question[] {
  const all = {
    path: `${ORDERS}/Orders`,
    data: QueryOrdersRequest.encode(QueryOrdersRequest.fromPartial({})).finish(),
  };
  const { orders } = QueryOrdersResponse.decode(answerByHandler(app, all)!);
  return [
    ...app.router.queryPaths().map((path) => ({ path, data: new Uint8Array(0) })),
    ...orders.flatMap(({ id: orderId, merchant, customer }) => [
      { path: `${ORDERS}/Order`, data: QueryOrderRequest.encode({ orderId }).finish() },
      { path: `${ORDERS}/DepositAddress`, data: QueryDepositAddressRequest.encode({ orderId }).finish() },
      {
        path: `${ORDERS}/Orders`,
        data: QueryOrdersRequest.encode(QueryOrdersRequest.fromPartial({ merchant })).finish(),
      },
      {
        path: "/cosmos.bank.v1beta1.Query/AllBalances",
        data: QueryAllBalancesRequest.encode(QueryAllBalancesRequest.fromPartial({ address: customer })).finish(),
      },
    ]),
  ];
}

describe("kept answers", () => {
  test(`default: equal to the handlers' after each of ${BLOCKS} blocks`, { timeout: 120_000 }, () => {
    const simulation = new CrossChainSimulation(SEED);
    const { app } = simulation.world;
    const before = new Map<string, Uint8Array>();
    const counts = { kept: 0, changed: 0, refused: 0, withMoney: 0 };
    for (let block = 1; block <= BLOCKS; block += 1) {
      expect(simulation.block(MOVES_PER_BLOCK)).toEqual([]);
      for (const question of questionsAbout(app)) {
        const { code, value, height } = app.query({ ...question, height: 0n, prove: false });
        const expected = answerByHandler(app, question);
        const label = `block ${block} ${question.path} ${toHex(question.data)}`;
        expect(height, label).toBe(BigInt(app.block.height));
        expect(code === 0 ? toHex(value) : undefined, label).toBe(expected && toHex(expected));
        const id = `${question.path} ${keyText(question.data)}`;
        if (code !== 0) counts.refused += 1;
        else if (before.get(id) === value) counts.kept += 1;
        else if (before.has(id)) counts.changed += 1;
        if (code === 0) before.set(id, value);
        if (code === 0 && question.path === `${ORDERS}/Order`) {
          const answer = QueryOrderResponse.decode(value);
          expect(toHex(QueryOrderResponse.encode(answer).finish()), label).toBe(toHex(value));
          expect(answer.amountDue, label).toBe(amountDue(answer.order!).toString());
          counts.withMoney += answer.payments.length + answer.refunds.length > 0 ? 1 : 0;
        }
      }
    }
    expect(counts.kept).toBeGreaterThan(5 * counts.changed);
    expect(counts.changed).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(0);
    expect(counts.withMoney).toBeGreaterThan(100);
  });
});
