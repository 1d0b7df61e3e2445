// Cases: every metric of the README is served; blocks, checks and requests are counted by their labels; numbers that are
// read when they are asked for; other paths.

import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { MempoolView } from "../../consensus/chainNode.ts";
import type { RunningServer } from "../services/runningServer.ts";
import { NodeMetrics, startMetrics } from "./metricsServer.ts";

let server: RunningServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function read(metrics: NodeMetrics, path = "/metrics"): Promise<{ status: number; type: string; text: string }> {
  server ??= await startMetrics(metrics, { port: 0 });
  const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`);
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    text: await response.text(),
  };
}

function metricsOf(mempool: () => MempoolView | undefined = () => undefined): NodeMetrics {
  return new NodeMetrics({ stores: () => [{ name: "bank", keys: 12, memoryBytes: 3_400 }], mempool });
}

const STAGES_MS = { execute: 20, tree: 1, commit: 3, publish: 0.2 };
const FAILURE = { codespace: "sdk", code: 5 };

describe("metrics", () => {
  test("default: every metric of the README is there, and those of the process", async () => {
    const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
    const names = [...readme.matchAll(/^\| `(stateset_[a-z_]+)/gm)].map(([, name]) => name!);
    const metrics = metricsOf();
    metrics.block({ height: 2, stagesMs: STAGES_MS, txCount: 1, failures: [] });
    metrics.checked({ codespace: "", code: 0 });
    metrics.request("status", true, 1);
    const { status, type, text } = await read(metrics);
    expect(status).toBe(200);
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    const served = [...text.matchAll(/^# TYPE (stateset_[a-z_]+) /gm)].map(([, name]) => name!);
    expect(served.sort()).toEqual(names.sort());
    for (const name of ["nodejs_eventloop_lag_seconds", "process_resident_memory_bytes", "process_cpu_seconds_total"]) {
      expect(text).toContain(name);
    }
  });

  test("default: blocks by stage, transactions and checks by code, requests by method", async () => {
    const metrics = metricsOf();
    metrics.block({ height: 2, stagesMs: STAGES_MS, txCount: 3, failures: [FAILURE] });
    metrics.block({ height: 3, stagesMs: STAGES_MS, txCount: 1, failures: [FAILURE] });
    metrics.checked({ codespace: "sdk", code: 32 });
    metrics.request("block", true, 2);
    metrics.request("block", true, 700);
    metrics.request("block", false, 2);
    const { text } = await read(metrics);
    for (const line of [
      "stateset_block_height 3",
      "stateset_block_txs 1",
      'stateset_txs_total{codespace="",code="0"} 2',
      'stateset_txs_total{codespace="sdk",code="5"} 2',
      'stateset_checks_total{codespace="sdk",code="32"} 1',
      'stateset_rpc_requests_total{method="block",outcome="ok"} 2',
      'stateset_rpc_requests_total{method="block",outcome="error"} 1',
      'stateset_rpc_request_seconds_bucket{le="0.5",method="block"} 2',
      'stateset_rpc_request_seconds_count{method="block"} 3',
      'stateset_rpc_request_seconds_bucket{le="+Inf",method="block"} 3',
      'stateset_rpc_request_seconds_sum{method="block"} 0.704',
      'stateset_block_stage_seconds_count{stage="execute"} 2',
      'stateset_block_stage_seconds_bucket{le="0.02",stage="execute"} 2',
      'stateset_block_stage_seconds_bucket{le="0.01",stage="execute"} 0',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });

  test("behavior: the mempool and the state are asked when somebody reads", async () => {
    let mempool: MempoolView | undefined;
    const metrics = metricsOf(() => mempool);
    expect((await read(metrics)).text).toContain("stateset_mempool_txs 0\n");
    mempool = { size: 4, sizeBytes: 900, list: () => [] };
    const { text } = await read(metrics);
    for (const line of [
      "stateset_mempool_txs 4",
      "stateset_mempool_bytes 900",
      'stateset_state_keys{store="bank"} 12',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
    expect(text).toContain('stateset_state_memory_bytes{store="bank"} 3400\n');
  });

  test("error: another path, and a number that cannot be read", async () => {
    expect((await read(metricsOf(), "/elsewhere")).status).toBe(404);
    await server?.close();
    server = undefined;
    const broken = new NodeMetrics({
      stores: () => {
        throw new Error("the trees are closed");
      },
      mempool: () => undefined,
    });
    expect(await read(broken)).toMatchObject({ status: 500, text: "the trees are closed" });
  });
});
