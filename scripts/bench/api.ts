// `npm run bench -- api`: the Orders API through HTTP, from another process: orders made, paid, fulfilled, asked for one by
// one, and listed, each in a closed loop of its own: the figures of each are in the details, those above are of all
// together, and the latency is that of making an order. The node, the gateway and PostgreSQL (with --database postgres) are
// processes of their own.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { freePort, startPostgres } from "../../src/gateway/testing/postgresServer.ts";
import { cpuSeconds, folderBytes, peakMemoryBytes } from "./processUsage.ts";
import { type LoopResult, type Measured, mergedErrors, percentilesOf, rateOf, roundTo, say } from "./report.ts";

const PROCESS = new URL("../../src/gateway/testing/gatewayProcess.ts", import.meta.url).pathname;
const SECRET = `sk_test_${"b".repeat(32)}`;
/** So cheap that the test wallet can pay ten thousand. */
const PRICE = "99.99";

interface ApiOptions {
  readonly requests: number;
  readonly connections: number;
  readonly blockIntervalMs: number;
  readonly database: string;
  /** Folder into which node and gateway write a .cpuprofile when they end. They run slower then. */
  readonly profile: string | undefined;
}

function optionsOf(args: string[]): ApiOptions {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: "string", default: "2000" },
      connections: { type: "string", default: "64" },
      "block-interval-ms": { type: "string", default: "100" },
      database: { type: "string", default: "postgres" },
      profile: { type: "string" },
    },
  });
  return {
    requests: Number(values.requests),
    connections: Number(values.connections),
    blockIntervalMs: Number(values["block-interval-ms"]),
    database: values.database,
    profile: values.profile,
  };
}

/** Starts a node or a gateway; resolves when it answers. */
export function startProcess(role: object, profile?: string): Promise<ChildProcess> {
  const profiling = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const args = [...profiling, "--import", "tsx", PROCESS, JSON.stringify(role)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`a process ended with ${code}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("ready")) resolve(child);
    });
  });
}

/** Ends a process; at once unless it has a profile to write. */
async function endProcess(child: ChildProcess, profile: string | undefined): Promise<void> {
  const ended = once(child, "exit");
  child.kill(profile === undefined ? "SIGKILL" : "SIGTERM");
  await ended;
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

interface Usage {
  readonly gateway: number;
  readonly node: number;
  readonly load: number;
}

interface Processes {
  readonly gateway: number;
  readonly node: number;
}

/** CPU seconds so far. */
function usageOf(pids: Processes): Usage {
  const { user, system } = process.cpuUsage();
  return { gateway: cpuSeconds(pids.gateway), node: cpuSeconds(pids.node), load: (user + system) / 1e6 };
}

function usedSince(before: Usage, pids: Processes): Usage {
  const after = usageOf(pids);
  return {
    gateway: roundTo(after.gateway - before.gateway, 2),
    node: roundTo(after.node - before.node, 2),
    load: roundTo(after.load - before.load, 2),
  };
}

/** One kind of request, measured. */
interface Step {
  readonly loop: LoopResult;
  readonly cpuSeconds: Usage;
  readonly answers: readonly Answer[];
}

/** Calls from so many connections at a time. */
async function measure({ requests, connections }: ApiOptions, pids: Processes, call: Call): Promise<Step> {
  const answeredMs = new Float64Array(requests);
  const answers: Answer[] = [];
  const errors: Record<string, number> = {};
  let next = 0;
  const before = usageOf(pids);
  const startedMs = performance.now();
  const ask = async () => {
    for (let index = next++; index < requests; index = next++) {
      const sentMs = performance.now();
      const answer = await call(index);
      answeredMs[index] = performance.now() - sentMs;
      answers[index] = answer;
      if (answer.status < 300) continue;
      if (Object.keys(errors).length === 0) say(`refused: ${answer.status} ${answer.text.slice(0, 500)}`);
      errors[`http:${answer.status}`] = (errors[`http:${answer.status}`] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  const seconds = (performance.now() - startedMs) / 1000;
  const refused = Object.values(errors).reduce((sum, count) => sum + count, 0);
  const latencyMs = percentilesOf(answeredMs);
  return {
    loop: { ...rateOf(requests - refused, seconds), latencyMs, acknowledgedMs: latencyMs, errors },
    cpuSeconds: usedSince(before, pids),
    answers,
  };
}

/** Runs the bench. */
export async function benchApi(args: string[]): Promise<Measured> {
  const options = optionsOf(args);
  const home = mkdtempSync(join(tmpdir(), "bench-api-"));
  const postgres = options.database === "postgres" ? await startPostgres() : undefined;
  const children: ChildProcess[] = [];
  try {
    const [nodePort, port] = [await freePort(), await freePort()];
    const { blockIntervalMs, profile } = options;
    const node = await startProcess(
      { role: "node", home: join(home, "node"), port: nodePort, blockIntervalMs },
      profile,
    );
    children.push(node);
    const database = postgres === undefined ? { folder: join(home, "sql") } : { url: postgres.url };
    const rpcUrl = `http://127.0.0.1:${nodePort}`;
    const gateway = await startProcess({ role: "gateway", rpcUrl, port, database, secret: SECRET }, profile);
    children.push(gateway);
    const pids = { gateway: gateway.pid!, node: node.pid! };
    const before = folderBytes(home);
    const steps = await runSteps(options, pids, caller(port, options.connections));
    return { ...summaryOf(options, steps, pids), diskBytesPerOperation: grownBytes(before, home, steps) };
  } finally {
    for (const child of children.reverse()) await endProcess(child, options.profile);
    postgres?.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

const WRITES = ["create", "pay", "status"] as const;
type StepName = (typeof WRITES)[number] | "get" | "list";
type Steps = Readonly<Record<StepName, Step>>;

/** Each kind of request, one after the other, over the same orders. */
async function runSteps(options: ApiOptions, pids: Processes, call: ReturnType<typeof caller>): Promise<Steps> {
  const step = (name: StepName, one: Call) => {
    say(`${name} …`);
    return measure(options, pids, one);
  };
  const order = { customer_id: "cust_123", items: [{ sku: "LAPTOP-001", quantity: 1, price: PRICE }] };
  const create = await step("create", () => call("POST", "/v1/orders", order));
  const ids = create.answers.map(({ text }) => (JSON.parse(text) as { id: string }).id);
  const payment = { payment_method: { type: "usdc", amount: PRICE } };
  const shipment = { tracking_number: "1Z999AA10123456784", carrier: "UPS" };
  return {
    create,
    pay: await step("pay", (index) => call("POST", `/v1/orders/${ids[index]}/pay`, payment)),
    status: await step("status", (index) => call("POST", `/v1/orders/${ids[index]}/fulfill`, shipment)),
    get: await step("get", (index) => call("GET", `/v1/orders/${ids[index]}`)),
    list: await step("list", () => call("GET", "/v1/orders?status=FULFILLED&limit=50")),
  };
}

function total(steps: readonly Step[], of: (step: Step) => number): number {
  return steps.reduce((sum, step) => sum + of(step), 0);
}

/** What the writes took of disk in all, SQL that is in a folder included, for each of them. */
function grownBytes(before: number, home: string, steps: Steps): number {
  const writes = WRITES.map((name) => steps[name]);
  return Math.round((folderBytes(home) - before) / total(writes, ({ loop }) => loop.operations));
}

/** The whole as one figure each; the steps are in the details. */
function summaryOf({ requests, connections, blockIntervalMs, database }: ApiOptions, steps: Steps, pids: Processes) {
  const all = Object.values(steps);
  const operations = total(all, ({ loop }) => loop.operations);
  const cpu = {
    node: total(all, ({ cpuSeconds }) => cpuSeconds.node),
    gateway: total(all, ({ cpuSeconds }) => cpuSeconds.gateway),
    load: total(all, ({ cpuSeconds }) => cpuSeconds.load),
  };
  return {
    options: { requests, connections, blockIntervalMs, database },
    ...rateOf(
      operations,
      total(all, ({ loop }) => loop.seconds),
    ),
    errors: mergedErrors(all.map(({ loop }) => loop.errors)),
    latencyMs: steps.create.loop.latencyMs,
    load: [{ mode: "closed" as const }],
    cpuSeconds: { node: roundTo(cpu.node, 2), load: roundTo(cpu.load, 2) },
    peakRssBytes: peakMemoryBytes(pids.node),
    details: {
      gateway: { cpuSeconds: roundTo(cpu.gateway, 2), peakRssBytes: peakMemoryBytes(pids.gateway) },
      ...Object.fromEntries(
        Object.entries(steps).map(([name, { loop, cpuSeconds }]) => [name, { ...loop, cpuSeconds }]),
      ),
    },
  };
}
