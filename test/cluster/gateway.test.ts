// The Orders API over a real CometBFT, unchanged: its RPC is all that a gateway asks for. Cases: an order made, paid by a
// transfer to its deposit address, shipped, listed and told as events; many at once, over blocks that are told of long before
// they are executed; the same after CometBFT was away.

import { afterAll, beforeAll, expect, test } from "vitest";
import { sendMessage } from "../../app/testing/testChain.ts";
import { freePorts, until } from "../../scripts/testnet/cluster.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { createLogger } from "../../src/devnet/logger.ts";
import { type RunningGateway, startGateway } from "../../src/gateway/gateway.ts";
import { Problem } from "../../src/gateway/http/problem.ts";
import { testKey } from "../../src/gateway/testing/testGateway.ts";
import { testMasterKeys } from "../../src/gateway/vault/testing/masterKeys.ts";
import { type AbciProxy, startAbciProxy } from "./abciProxy.ts";
import {
  broadcast,
  CHAIN_ID,
  editConfig,
  sequenceOf,
  signed,
  startTestCluster,
  type TestCluster,
} from "./testCluster.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests say by their expectations what the JSON is.
type AnyJson = any;

const [MERCHANT, CUSTOMER] = [2, 3];

let cluster: TestCluster;
let proxy: AbciProxy;
let gateway: RunningGateway;
/** How much longer the application takes for a block that has transactions. */
let blockMs = 0;

beforeAll(async () => {
  cluster = await startTestCluster({
    validators: 1,
    prepare: async ([home]) => {
      const from = (await freePorts(1))[0]!.abci;
      editConfig(home!.home, { proxy_app: `tcp://127.0.0.1:${from}` });
      proxy = await startAbciProxy({ from, to: home!.ports.abci }, async ({ finalizeBlock }, response) => {
        const isSlow = finalizeBlock !== undefined && finalizeBlock.txs.length > 0;
        if (isSlow) await new Promise((resolve) => setTimeout(resolve, blockMs));
        return response;
      });
    },
  });
  const { address, privKey } = cluster.accounts[MERCHANT]!;
  const key = testKey(address);
  gateway = await startGateway({
    rpcUrl: cluster.nodes[0]!.rpcUrl,
    database: {},
    http: { host: "127.0.0.1", port: 0 },
    masterKeys: testMasterKeys("cluster"),
    openKeys: async () => ({
      async authenticate({ headers }) {
        if (headers.authorization === "Bearer test") return key;
        throw new Problem("unauthorized", "no such API key");
      },
      findKey: async () => key,
      signers: { privKeyOf: async () => privKey },
    }),
    onOtherChain: "stop",
    logger: createLogger("silent"),
    onFailure: (error) => expect.unreachable(String(error)),
  });
}, 120_000);

afterAll(async () => {
  await gateway?.close();
  await cluster?.close();
  await proxy?.close();
}, 60_000);

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; json: AnyJson }> {
  const response = await fetch(`${gateway.url}/v1${path}`, {
    method,
    headers: { authorization: "Bearer test", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: await response.json() };
}

const create = (sku: string) => call("POST", "/orders", { items: [{ sku, quantity: 1, unit_price: "1.25" }] });

async function pay(order: AnyJson): Promise<void> {
  const { address } = cluster.accounts[CUSTOMER]!;
  const [node] = cluster.nodes;
  const message = sendMessage(address, order.deposit_address, "1250000uusdc");
  const tx = signed(cluster, CUSTOMER, await sequenceOf(node!, address), message, 1_000_000n);
  expect(await broadcast(node!, tx)).toBe(0);
  let last: unknown;
  const isPaid = async () => {
    const { status, json } = await call("GET", `/orders/${order.id}`);
    last = { status, order: json.status, error: json.error };
    return json.status === "PAID";
  };
  await until("the order to be paid", isPaid).catch(async (error) => {
    // What a failure must tell: where the payment was lost.
    const found = await fetch(`${node!.rpcUrl}/tx?hash=0x${toHex(sha256(tx))}`).then((answer) => answer.text());
    const waiting = await fetch(`${node!.rpcUrl}/num_unconfirmed_txs`).then((answer) => answer.text());
    const { height, tip } = gateway.parts.projector;
    throw new Error(JSON.stringify({ last, height, tip, found: found.slice(0, 500), waiting }), { cause: error });
  });
}

test("default: an order's life", async () => {
  expect(gateway.parts.chain.chainId).toBe(CHAIN_ID);
  const { status, json: order } = await create("A");
  expect([status, order.status, order.total]).toEqual([201, "CREATED", "1.25"]);
  await pay(order);
  const tracking = { carrier: "fedex", tracking_number: "1" };
  expect((await call("POST", `/orders/${order.id}/fulfill`, tracking)).json.status).toBe("FULFILLED");
  expect((await call("POST", `/orders/${order.id}/ship`)).json.status).toBe("SHIPPED");
  const events = await call("GET", `/events?order_id=${order.id}`);
  const types = events.json.events.map(({ event }: AnyJson) => event);
  expect(new Set(types)).toEqual(
    new Set(["order.created", "payment.received", "order.paid", "order.fulfilled", "order.shipped"]),
  );
});

test.each([1_500, 0])("behavior: many at once are few transactions, and all are there: %i ms a block", async (ms) => {
  blockMs = ms;
  const before = (await call("GET", "/orders")).json.total_count;
  const startedMs = performance.now();
  const made = await Promise.all(Array.from({ length: 40 }, (_, index) => create(`M-${index}`)));
  // Two blocks, and the second look at what is on its way.
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  expect(made.map(({ status }) => status)).toEqual(made.map(() => 201));
  expect(new Set(made.map(({ json }) => json.id)).size).toBe(40);
  expect((await call("GET", "/orders")).json.total_count).toBe(before + 40);
});

test("behavior: while CometBFT is away reads go on, and afterwards writes do", async () => {
  const [node] = cluster.nodes;
  await node!.killComet();
  expect((await call("GET", "/orders")).status).toBe(200);
  const late = create("LATE");
  await node!.start();
  expect((await late).json).toMatchObject({ status: "CREATED" });
  const order = (await create("AFTER")).json;
  await pay(order);
});
