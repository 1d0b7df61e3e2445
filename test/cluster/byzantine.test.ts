// One of four validators proposes what no honest application would: the three others refuse it, another proposes, and
// nothing of it is ever executed. Cases: garbage, a wrong order, a transaction that is too large, a forged signature.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePorts } from "../../scripts/testnet/cluster.ts";
import { type AbciProxy, startAbciProxy } from "./abciProxy.ts";
import { editConfig, Load, requireSameChain, startTestCluster, type TestCluster, transfer } from "./testCluster.ts";

let cluster: TestCluster;
let proxy: AbciProxy;
let load: Load;
/** What the liar proposes instead of what its application gave; undefined is the truth. */
let lie: (() => Uint8Array[]) | undefined;

beforeAll(async () => {
  cluster = await startTestCluster({
    validators: 4,
    prepare: async (homes) => {
      const from = (await freePorts(1))[0]!.abci;
      editConfig(homes[3]!.home, { proxy_app: `tcp://127.0.0.1:${from}` });
      proxy = await startAbciProxy({ from, to: homes[3]!.ports.abci }, (request, response) => {
        if (request.prepareProposal === undefined || lie === undefined) return response;
        return { prepareProposal: { txs: lie() } };
      });
    },
  });
  load = new Load(cluster, 1);
}, 120_000);

afterAll(async () => {
  await load.stop();
  await cluster.close();
  await proxy.close();
}, 60_000);

const refusals = (node: number): string[] =>
  readFileSync(join(cluster.nodes[node]!.home, "app.log"), "utf8")
    .split("\n")
    .filter((line) => line.includes("a proposal was refused"))
    .map((line): string => JSON.parse(line).reason);

test.each<[string, () => Uint8Array[], RegExp]>([
  ["garbage", () => [Uint8Array.of(1, 2, 3)], /tx parse error/],
  ["a transaction that is too large", () => [new Uint8Array(1_048_577)], /transaction of 1048577 bytes/],
  [
    "a wrong order",
    () => [transfer(cluster, 9, 1), transfer(cluster, 9, 0)],
    /transaction 0: account sequence mismatch/,
  ],
  [
    "a forged signature",
    () => {
      const tx = transfer(cluster, 9, 0);
      tx[tx.length - 3] = tx[tx.length - 3]! ^ 1;
      return [tx];
    },
    /transaction 0: signature verification failed/,
  ],
])(
  "error: %s",
  async (_, txs, reason) => {
    const seen = [0, 1, 2].map((node) => refusals(node).length);
    const heard = () => [0, 1, 2].map((node) => refusals(node).slice(seen[node]));
    lie = txs;
    // A slow machine lets others propose in its place now and then: it lies until everybody has heard.
    await expect.poll(() => heard().every((reasons) => reasons.length > 0), { timeout: 90_000 }).toBe(true);
    lie = undefined;
    for (const text of heard().flat()) expect(text).toMatch(reason);
    const { height } = await cluster.nodes[0]!.status();
    await Promise.all(cluster.nodes.map((node) => node.reaches(height + 3, 60_000)));
  },
  180_000,
);

test("default: the chain has no block with any of it, and no fork", async () => {
  const { height } = await cluster.nodes[0]!.status();
  await Promise.all(cluster.nodes.map((node) => node.reaches(height, 60_000)));
  await requireSameChain(cluster.nodes, height);
  for (let at = 1; at <= height; at += 1) {
    const results = await cluster.nodes[0]!.call("block_results", { height: String(at) });
    for (const result of results.at("txs_results").items()) expect(result.at("code").number()).toBe(0);
  }
  expect(load.sent).toBeGreaterThan(10);
}, 60_000);
