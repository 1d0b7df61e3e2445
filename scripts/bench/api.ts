// `npm run bench -- api`: the Orders API through HTTP, from another process: orders made, paid, fulfilled, asked for one by
// one, and listed. The node, the gateway and PostgreSQL (with --database postgres) are processes of their own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort, startPostgres } from "../../src/gateway/testing/postgresServer.ts";
import { percentile } from "./load.ts";
import { cpuSeconds, peakMemoryBytes } from "./processUsage.ts";

const PROCESS = new URL("../../src/gateway/testing/gatewayProcess.ts", import.meta.url).pathname;
const SECRET = `sk_test_${"b".repeat(32)}`;
const PRICE = "999.99";

interface ApiOptions {
  readonly requests: number;
  readonly connections: number;
  readonly blockIntervalMs: number;
  readonly database: string;
}

function optionsOf(args: string[]): ApiOptions {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: "string", default: "2000" },
      connections: { type: "string", default: "64" },
      "block-interval-ms": { type: "string", default: "100" },
      database: { type: "string", default: "postgres" },
    },
  });
  return {
    requests: Number(values.requests),
    connections: Number(values.connections),
    blockIntervalMs: Number(values["block-interval-ms"]),
    database: values.database,
  };
}

/** Starts a node or a gateway; resolves when it answers. */
export function startProcess(role: object): Promise<ChildProcess> {
  const args = ["--import", "tsx", PROCESS, JSON.stringify(role)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`a process ended with ${code}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("ready")) resolve(child);
    });
  });
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Calls of one gateway over connections that are kept. */
function caller(port: number, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return (method: string, path: string, body?: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers: Record<string, string | number> = { authorization: `Bearer ${SECRET}` };
      if (text !== undefined) {
        headers["content-type"] = "application/json";
        headers["content-length"] = Buffer.byteLength(text);
      }
      const call = request({ agent, host: "127.0.0.1", port, method, path, headers }, (answer) => {
        let given = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => {
          given += part;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: given }));
      });
      call.on("error", reject);
      call.end(text);
    });
}

type Call = (index: number) => Promise<Answer>;

/** Calls from so many connections at a time; gives what a bench prints, and the answers. */
async function measure(
  { requests, connections }: ApiOptions,
  pids: readonly number[],
  call: Call,
): Promise<{ readonly figures: Record<string, unknown>; readonly answers: readonly Answer[] }> {
  const answeredMs = new Float64Array(requests);
  const answers: Answer[] = [];
  let next = 0;
  const cpuBefore = pids.map(cpuSeconds);
  const startedMs = performance.now();
  const ask = async () => {
    for (let index = next++; index < requests; index = next++) {
      const sentMs = performance.now();
      answers[index] = await call(index);
      answeredMs[index] = performance.now() - sentMs;
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  const seconds = (performance.now() - startedMs) / 1000;
  answeredMs.sort();
  const refused = answers.filter(({ status }) => status >= 300);
  if (refused[0] !== undefined) console.error(`refused: ${refused[0].status} ${refused[0].text.slice(0, 500)}`);
  const [gatewayCpu, nodeCpu] = pids.map((pid, index) => cpuSeconds(pid) - cpuBefore[index]!);
  const round = (value: number) => Math.round(value * 100) / 100;
  return {
    answers,
    figures: {
      ...{ answered: requests - refused.length, refused: refused.length, seconds: round(seconds) },
      requestsPerSecond: Math.round(requests / seconds),
      answerMs: {
        p50: percentile(answeredMs, 0.5),
        p95: percentile(answeredMs, 0.95),
        p99: percentile(answeredMs, 0.99),
      },
      ...{ gatewayCpuSeconds: round(gatewayCpu ?? 0), nodeCpuSeconds: round(nodeCpu ?? 0) },
    },
  };
}

/** Runs the bench. */
export async function benchApi(args: string[]): Promise<Record<string, unknown>> {
  const options = optionsOf(args);
  const home = mkdtempSync(join(tmpdir(), "bench-api-"));
  const postgres = options.database === "postgres" ? await startPostgres() : undefined;
  const children: ChildProcess[] = [];
  try {
    const [nodePort, port] = [await freePort(), await freePort()];
    const { blockIntervalMs } = options;
    children.push(await startProcess({ role: "node", home: join(home, "node"), port: nodePort, blockIntervalMs }));
    const database = postgres === undefined ? { folder: join(home, "sql") } : { url: postgres.url };
    const rpcUrl = `http://127.0.0.1:${nodePort}`;
    children.push(await startProcess({ role: "gateway", rpcUrl, port, database, secret: SECRET }));
    const pids = children.map(({ pid }) => pid!).reverse();
    const call = caller(port, options.connections);
    const order = { customer_id: "cust_123", items: [{ sku: "LAPTOP-001", quantity: 1, price: PRICE }] };
    const measured: Record<string, unknown> = {};
    const step = async (name: string, one: Call) => {
      console.error(`${name} …`);
      const { figures, answers } = await measure(options, pids, one);
      measured[name] = figures;
      return answers;
    };
    const made = await step("create", () => call("POST", "/v1/orders", order));
    const ids = made.map(({ text }) => (JSON.parse(text) as { id: string }).id);
    const payment = { payment_method: { type: "usdc", amount: PRICE } };
    const shipment = { tracking_number: "1Z999AA10123456784", carrier: "UPS" };
    await step("pay", (index) => call("POST", `/v1/orders/${ids[index]}/pay`, payment));
    await step("status", (index) => call("POST", `/v1/orders/${ids[index]}/fulfill`, shipment));
    await step("get", (index) => call("GET", `/v1/orders/${ids[index]}`));
    await step("list", () => call("GET", "/v1/orders?status=FULFILLED&limit=50"));
    const peak = (pid: number) => Math.round(peakMemoryBytes(pid) / 1024 / 1024);
    return {
      bench: "api",
      ...measured,
      gatewayPeakMemoryMb: peak(pids[0]!),
      nodePeakMemoryMb: peak(pids[1]!),
      options,
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    postgres?.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}
