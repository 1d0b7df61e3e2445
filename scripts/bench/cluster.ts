// `npm run bench -- cluster`: MsgSend from many accounts to four validators on this machine, each a CometBFT and an
// application, and the same transactions to one embedded node beside it. Two loads: as fast as the network takes them, and a
// moderate pace at which the time to finality counts.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultAppState } from "../../app/genesis.ts";
import { createGenesisDoc } from "../../src/devnet/genesisFile.ts";
import { writeTestnet } from "../../src/devnet/testnet.ts";
import { ClusterNode, freePorts, startAll, stopAll } from "../testnet/cluster.ts";
import { type Account, BENCH_CHAIN_ID, makeAccounts } from "./load/accounts.ts";
import { BlockWatch } from "./load/blockWatch.ts";
import { openLanes } from "./load/lanes.ts";
import { withLoadedNode } from "./load/loadBench.ts";
import { parseLoadOptions } from "./load/loadOptions.ts";
import { type LoopOptions, type LoopRun, runLoop } from "./load/loop.ts";
import { Supply } from "./load/supply.ts";
import { cpuSeconds, peakMemoryBytes } from "./processUsage.ts";
import { type Measured, roundTo, say } from "./report.ts";
import { SEND_LOAD } from "./send.ts";

const BALANCE_UUSDC = 10n ** 12n;

interface ClusterOptions {
  readonly validators: number;
  readonly accounts: number;
  /** Transactions of the fast load. */
  readonly txs: number;
  /** Transactions of the moderate load, and how many a second. */
  readonly moderateTxs: number;
  readonly moderatePerSecond: number;
  readonly inFlight: number;
  readonly connections: number;
  readonly blockIntervalMs: number;
}

function parseOptions(args: string[]): ClusterOptions {
  const { values } = parseArgs({
    args,
    options: {
      validators: { type: "string", default: "4" },
      accounts: { type: "string", default: "1000" },
      txs: { type: "string", default: "15000" },
      "moderate-txs": { type: "string", default: "1500" },
      "moderate-per-second": { type: "string", default: "50" },
      "in-flight": { type: "string", default: "500" },
      connections: { type: "string", default: "16" },
      "block-interval-ms": { type: "string", default: "100" },
    },
  });
  return {
    validators: Number(values.validators),
    accounts: Number(values.accounts),
    txs: Number(values.txs),
    moderateTxs: Number(values["moderate-txs"]),
    moderatePerSecond: Number(values["moderate-per-second"]),
    inFlight: Number(values["in-flight"]),
    connections: Number(values.connections),
    blockIntervalMs: Number(values["block-interval-ms"]),
  };
}

/** Both loads on one target. */
interface Loads {
  readonly fast: MeasuredRun;
  readonly moderate: MeasuredRun;
}

interface MeasuredRun {
  readonly loop: LoopRun["result"];
  /** Of all processes that worked on it. */
  readonly nodeCpuSeconds: number;
  readonly peakRssBytes: number;
}

type Run = (options: Omit<LoopOptions, "inFlight">) => Promise<LoopRun>;

/** A load that ends when so many operations are done. */
const NO_TIME_LIMIT = Number.MAX_SAFE_INTEGER;

/** The fast load, then the moderate one. */
async function measureBoth(pids: readonly number[], supply: Supply, run: Run, options: ClusterOptions): Promise<Loads> {
  const { txs, moderateTxs, moderatePerSecond } = options;
  say(`signing ${txs + moderateTxs} transactions`);
  supply.prepare(txs + moderateTxs);
  const fast = await measured(pids, () => run({ seconds: NO_TIME_LIMIT, operations: txs }));
  const moderate = await measured(pids, () =>
    run({ seconds: moderateTxs / moderatePerSecond, perSecond: moderatePerSecond }),
  );
  return { fast, moderate };
}

async function measured(pids: readonly number[], run: () => Promise<LoopRun>): Promise<MeasuredRun> {
  const sum = (of: (pid: number) => number) => pids.map(of).reduce((total, value) => total + value, 0);
  const before = sum(cpuSeconds);
  const { result } = await run();
  return { loop: result, nodeCpuSeconds: roundTo(sum(cpuSeconds) - before, 2), peakRssBytes: sum(peakMemoryBytes) };
}

async function measureCluster(options: ClusterOptions, accounts: readonly Account[]): Promise<Loads> {
  const output = mkdtempSync(join(tmpdir(), "bench-cluster-"));
  const homes = writeTestnet({
    output,
    nodes: (await freePorts(options.validators)).map((ports) => ({ host: "127.0.0.1", ports })),
    genesisOf: (validators) =>
      createGenesisDoc({
        chainId: BENCH_CHAIN_ID,
        timeNs: BigInt(Date.now()) * 1_000_000n,
        validators,
        accounts: accounts.map(({ address }) => ({ address, coins: [{ denom: "uusdc", amount: BALANCE_UUSDC }] })),
        appState: defaultAppState(),
      }),
    pace: { commitMs: options.blockIntervalMs, emptyBlockMs: 5_000 },
    logLevel: "warn",
  });
  const nodes = homes.map((home) => new ClusterNode(home));
  try {
    await startAll(nodes);
    const ports = nodes.map((node) => node.ports.rpc);
    const pids = nodes.flatMap((node) => [node.pids.app, node.pids.comet]);
    const { connections, inFlight } = options;
    const lanes = await openLanes(ports, { transport: "http", batch: 1, lanes: connections });
    const watch = await BlockWatch.open(ports[0]!);
    const supply = new Supply(accounts, SEND_LOAD.make({ accounts, ordersEach: 0, preload: 0 }), connections);
    try {
      return await measureBoth(
        pids,
        supply,
        (loop) => runLoop({ lanes, watch, supply }, { ...loop, inFlight }),
        options,
      );
    } finally {
      watch.close();
      for (const lane of lanes) lane.close();
    }
  } finally {
    await stopAll(nodes);
    rmSync(output, { recursive: true, force: true });
  }
}

/** The same for one embedded node. */
function measureSolo({ accounts, connections, inFlight, blockIntervalMs, ...options }: ClusterOptions): Promise<Loads> {
  const load = { ...parseLoadOptions([], 0), accounts, connections, inFlight, blockIntervalMs };
  return withLoadedNode(SEND_LOAD, load, ({ node, supply, run }) =>
    measureBoth([node.pid], supply, run, { ...options, accounts, connections, inFlight, blockIntervalMs }),
  );
}

/** Runs the benchmark. The figures above are the cluster's; those of both are in the details. */
export async function benchCluster(args: string[]): Promise<Measured> {
  const options = parseOptions(args);
  const cluster = await measureCluster(options, makeAccounts(options.accounts));
  const solo = await measureSolo(options);
  const { operations, seconds, opsPerSecond, errors } = cluster.fast.loop;
  const { latencyMs, acknowledgedMs } = cluster.moderate.loop;
  return {
    ...{ options: { ...options }, operations, seconds, opsPerSecond, errors, latencyMs, acknowledgedMs },
    load: [{ mode: "closed" }, { mode: "open", ratePerSecond: options.moderatePerSecond }],
    ...{ closed: cluster.fast.loop, open: cluster.moderate.loop, peakRssBytes: cluster.moderate.peakRssBytes },
    details: { cluster, solo },
  };
}
