// `npm run bench -- cluster` in a short form: every transaction is done, in the network and in the embedded node beside it,
// and at a moderate load blocks are final within a second.

import { expect, test } from "vitest";
import { benchCluster } from "../../scripts/bench/cluster.ts";

const [TXS, MODERATE_TXS] = [200, 100];

/** The figures of one target that are looked at. */
interface Figures {
  readonly fast: { readonly loop: { readonly operations: number }; readonly nodeCpuSeconds: number };
  readonly moderate: Figures["fast"];
}

test("default: both targets take all transactions, and the network is final within a second", async () => {
  const short = ["--accounts", "50", "--in-flight", "50", "--moderate-per-second", "25"];
  const report = await benchCluster([...short, "--txs", String(TXS), "--moderate-txs", String(MODERATE_TXS)]);
  expect(report.errors).toEqual({});
  expect(report.operations).toBe(TXS);
  expect(report.latencyMs?.p50).toBeGreaterThan(0);
  expect(report.latencyMs?.p95).toBeLessThan(1_000);
  const { cluster, solo } = report.details as unknown as { readonly cluster: Figures; readonly solo: Figures };
  for (const { fast, moderate } of [cluster, solo]) {
    expect([fast.loop.operations, moderate.loop.operations]).toEqual([TXS, MODERATE_TXS]);
    expect(fast.nodeCpuSeconds).toBeGreaterThan(0);
  }
}, 180_000);
