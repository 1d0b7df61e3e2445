// `npm run bench -- writes`: the gateway's writer alone, without HTTP: orders of some signers, as many at a time as said. The
// node and PostgreSQL are processes of their own. CPU of the load is that of the writer, too: both are in this process.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { devnetAccounts } from "../../src/devnet/devnetKeys.ts";
import { openDatabase } from "../../src/gateway/sql/openDatabase.ts";
import { freePort, startPostgres } from "../../src/gateway/testing/postgresServer.ts";
import { ChainWriter } from "../../src/gateway/writes/chainWriter.ts";
import { nodeRpc } from "../../src/gateway/writes/nodeRpc.ts";
import { devnetKeys, orderMessage, ownKey } from "../../src/gateway/writes/testing/writerWorld.ts";
import { startProcess } from "./api.ts";
import { cpuSeconds, peakMemoryBytes } from "./processUsage.ts";
import { type Measured, percentilesOf, rateOf, roundTo } from "./report.ts";

/** Accounts 0 and 13 to 15 have roles. */
const FIRST_ACCOUNT = 1;
const SIGNERS_MAX = 12;

/** Runs the bench. */
export async function benchWrites(args: string[]): Promise<Measured> {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: "string", default: "10000" },
      signers: { type: "string", default: "1" },
      "in-flight": { type: "string", default: "1000" },
      database: { type: "string", default: "postgres" },
    },
  });
  const [requests, signers, inFlight] = [values.requests, values.signers, values["in-flight"]].map(Number) as [
    number,
    number,
    number,
  ];
  if (!(signers >= 1 && signers <= SIGNERS_MAX)) throw new Error(`--signers: expected 1 to ${SIGNERS_MAX}`);
  const home = mkdtempSync(join(tmpdir(), "bench-writes-"));
  const postgres = values.database === "postgres" ? await startPostgres() : undefined;
  const port = await freePort();
  const node = await startProcess({ role: "node", home: join(home, "node"), port, blockIntervalMs: 100 });
  const database = await openDatabase(postgres === undefined ? { folder: join(home, "sql") } : { url: postgres.url });
  const accounts = await devnetAccounts();
  const writer = new ChainWriter({
    ...{ database, node: nodeRpc(`http://127.0.0.1:${port}`), chainId: "stateset-devnet-1", nowMs: Date.now },
    ...{ keys: devnetKeys({ accounts }), warn: (what: string, error: unknown) => console.error(what, error) },
  });
  try {
    await writer.start();
    while (!writer.isReady) await new Promise((resolve) => setTimeout(resolve, 20));
    const answeredMs = new Float64Array(requests);
    const transactions = new Set<string>();
    let next = 0;
    const ask = async () => {
      for (let index = next++; index < requests; index = next++) {
        const { address } = accounts[FIRST_ACCOUNT + (index % signers)]!;
        const sentMs = performance.now();
        const { outcome } = await writer.submit({
          apiKey: ownKey(address),
          message: orderMessage(address, `c-${index}`),
        });
        transactions.add((await outcome).txHash);
        answeredMs[index] = performance.now() - sentMs;
      }
    };
    const cpuBefore = process.cpuUsage();
    const nodeCpuBefore = cpuSeconds(node.pid!);
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: inFlight }, ask));
    const seconds = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const latencyMs = percentilesOf(answeredMs);
    const load = (user + system) / 1e6;
    const ofNode = cpuSeconds(node.pid!) - nodeCpuBefore;
    return {
      options: { requests, signers, inFlight, database: values.database },
      ...rateOf(requests, seconds),
      errors: {},
      latencyMs,
      load: [{ mode: "closed" }],
      closed: { ...rateOf(requests, seconds), latencyMs, acknowledgedMs: latencyMs, errors: {} },
      cpuSeconds: { node: roundTo(ofNode, 2), load: roundTo(load, 2) },
      peakRssBytes: peakMemoryBytes(node.pid!),
      details: { transactions: transactions.size },
    };
  } finally {
    await writer.close();
    await database.close();
    node.kill("SIGKILL");
    postgres?.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}
