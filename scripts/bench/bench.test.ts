// Each bench of load in a very short form, and then what makes its figures honest: the home runs with the settings of
// production, all invariants hold, as many orders are there as were announced in blocks, signatures are checked,
// transactions, their events and orders can be read from a node that is started again, and a node that is killed under load
// tells what its restart took.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp, STORE_NAMES } from "../../app/app.ts";
import { QueryAccountInfoRequest, QueryAccountInfoResponse } from "../../gen/cosmos/auth/v1beta1/query.ts";
import { QueryOrderRequest, QueryOrderResponse } from "../../gen/stateset/orders/v1/query.ts";
import { fromBase64, toHex } from "../../src/codec/bytes.ts";
import { DEFAULT_NODE_CONFIG, homeFiles, loadNodeConfig, pruningOf } from "../../src/devnet/nodeConfig.ts";
import { openStateDisk } from "../../src/store/stateDisk.ts";
import { ORDER_PREFIX } from "../../x/orders/keys.ts";
import { makeAccounts, signLoadTx } from "./load/accounts.ts";
import { endNode, type StartedNode, startNode } from "./load/benchNode.ts";
import type { LoadReport } from "./load/loadBench.ts";
import { benchOrdersCreate, benchOrdersMixed, benchOrdersPay, benchOrdersQuery, benchOrdersUpdate } from "./orders.ts";
import { createOrder, orderIdOf } from "./orderTxs.ts";
import { RawConnection } from "./rawHttp.ts";
import type { Bench, Measured } from "./report.ts";
import { benchSend } from "./send.ts";

const ACCOUNTS = 40;
const PRELOAD = 2_000;
const CREATE_TYPE = "/stateset.orders.v1.MsgCreateOrder";

let folder: string;
const cacheBefore = process.env["BENCH_CACHE"];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-test-"));
  process.env["BENCH_CACHE"] = join(folder, "cache");
});

afterAll(() => {
  if (cacheBefore === undefined) delete process.env["BENCH_CACHE"];
  else process.env["BENCH_CACHE"] = cacheBefore;
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Runs a bench, and gives its report and the home that it leaves. */
async function run(name: string, bench: Bench, flags: readonly string[]): Promise<{ report: Measured; home: string }> {
  const home = join(folder, name);
  const size = ["--preload", String(PRELOAD), "--accounts", String(ACCOUNTS), "--connections", "16"];
  const report = await bench([...size, "--warm-up", "200", "--seconds", "1", "--home", home, ...flags]);
  return { report, home };
}

/** How many operations of a kind were done over all loops. */
function doneOf({ details }: Measured, name: string): number {
  const done = (details?.["done"] ?? {}) as Readonly<Record<string, number>>;
  return done[name] ?? 0;
}

/** What is broken in the state of a stopped node, and how many orders it has. */
async function stateOf(home: string): Promise<{ broken: readonly string[]; orders: number }> {
  const disk = await openStateDisk({
    folder: homeFiles(home).data,
    names: STORE_NAMES,
    pruning: pruningOf(loadNodeConfig(home)),
  });
  try {
    const app = createApp({ stores: disk.store });
    const orders = [...app.orders.store.view(app.queryContext(), ORDER_PREFIX).iterate()].length;
    return { broken: app.brokenInvariants(), orders };
  } finally {
    await disk.close();
  }
}

async function call(node: StartedNode, method: string, params: object) {
  const connection = await RawConnection.open("127.0.0.1", node.rpcPort);
  const { error, result } = JSON.parse(
    await connection.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })),
  );
  connection.close();
  expect(error).toBeUndefined();
  return result;
}

/** The answer to a query of the application. */
async function query(node: StartedNode, path: string, request: Uint8Array): Promise<Uint8Array> {
  const { response } = await call(node, "abci_query", { path, data: toHex(request) });
  return fromBase64(response.value);
}

function expectHonest(report: Measured, home: string): void {
  expect(report.errors).toEqual({});
  expect(report.operations).toBeGreaterThan(0);
  expect(report.latencyMs?.p50).toBeGreaterThan(0);
  expect(report.cpuMicrosPerOperation?.nodeMain).toBeGreaterThan(0);
  const { state, mempool, verifyWorkers, consensus, abci } = loadNodeConfig(home);
  const { emptyBlockIntervalMs } = DEFAULT_NODE_CONFIG.consensus;
  expect({ state, mempool, verifyWorkers, abci }).toEqual({
    state: DEFAULT_NODE_CONFIG.state,
    mempool: DEFAULT_NODE_CONFIG.mempool,
    verifyWorkers: DEFAULT_NODE_CONFIG.verifyWorkers,
    abci: DEFAULT_NODE_CONFIG.abci,
  });
  expect(consensus.emptyBlockIntervalMs).toBe(emptyBlockIntervalMs);
}

/** What orders-create wrote can be read from a node that is started again, and it refuses a false signature. */
async function expectReadable(report: Measured, home: string): Promise<void> {
  const node = await startNode(home);
  try {
    const found = await call(node, "tx_search", { query: `message.action='${CREATE_TYPE}'`, per_page: "1" });
    expect(Number(found.total_count)).toBe(doneOf(report, "MsgCreateOrder"));
    const hash = Buffer.from(found.txs[0].hash, "hex").toString("base64");
    expect((await call(node, "tx", { hash })).tx_result.code).toBe(0);
    const [merchant, customer] = makeAccounts(2);
    const orderId = orderIdOf(merchant!.address, PRELOAD / ACCOUNTS + 1);
    const asked = await query(node, "/stateset.orders.v1.Query/Order", QueryOrderRequest.encode({ orderId }).finish());
    expect(QueryOrderResponse.decode(asked).order?.merchant).toBe(merchant!.address);
    const request = QueryAccountInfoRequest.encode({ address: merchant!.address }).finish();
    const { info } = QueryAccountInfoResponse.decode(
      await query(node, "/cosmos.auth.v1beta1.Query/AccountInfo", request),
    );
    const place = { accountNumber: 0n, sequence: info!.sequence };
    const signed = Buffer.from(signLoadTx(merchant!, createOrder(merchant!.address, customer!.address), place));
    const spoiled = Buffer.from(signed);
    // The signature is what a transaction ends with.
    spoiled[spoiled.length - 1]! ^= 1;
    const submit = (tx: Buffer) => call(node, "broadcast_tx_sync", { tx: tx.toString("base64") });
    expect(await submit(spoiled)).toMatchObject({ codespace: "sdk", code: 4 });
    expect(await submit(signed)).toMatchObject({ code: 0 });
  } finally {
    await endNode(node);
  }
}

interface Case {
  readonly bench: Bench;
  readonly flags?: readonly string[];
  readonly also?: (report: Measured, home: string) => Promise<void>;
}

const NO_OPEN = ["--open-share", "0"];
const CASES: Readonly<Record<string, Case>> = {
  send: {
    bench: benchSend,
    flags: ["--kill-after", "2"],
    also: async ({ open, details }) => {
      expect(open?.operations).toBeGreaterThan(0);
      const { start, restart } = details as LoadReport["details"];
      expect(start.keys).toBeGreaterThan(8 * PRELOAD);
      expect(start.stateBytes).toBeGreaterThan(start.keys);
      expect(start.residentBytes).toBeGreaterThan(start.stateBytes);
      expect(restart?.seconds).toBeGreaterThan(0);
      expect(restart?.keys).toBeGreaterThanOrEqual(start.keys);
      // Transfers, in blocks behind those that a chain is filled with.
      expect(restart?.versions).toBeGreaterThan(100);
      expect(restart?.changes).toBeGreaterThan(restart!.versions);
      expect(restart?.diskBytes).toBeGreaterThan(0);
    },
  },
  "orders-create": { bench: benchOrdersCreate, flags: NO_OPEN, also: expectReadable },
  "orders-pay": { bench: benchOrdersPay, flags: [...NO_OPEN, "--transport", "batch"] },
  "orders-update": { bench: benchOrdersUpdate, flags: [...NO_OPEN, "--transport", "ws"] },
  "orders-query": { bench: benchOrdersQuery, flags: NO_OPEN },
  "orders-mixed": { bench: benchOrdersMixed, flags: NO_OPEN },
};

/** A bench starts a node, which takes its time on a machine that others use. */
const TIMEOUT_MS = 240_000;

describe("a bench of load leaves a chain whose invariants hold, with every order that was announced", () => {
  test.each(Object.keys(CASES))("default: %s", { timeout: TIMEOUT_MS }, async (name) => {
    const { bench, flags = [], also } = CASES[name]!;
    const { report, home } = await run(name, bench, flags);
    expectHonest(report, home);
    // The node was killed: what it had announced was on the disk.
    expect(await stateOf(home)).toEqual({ broken: [], orders: PRELOAD + doneOf(report, "MsgCreateOrder") });
    await also?.(report, home);
  });
});
