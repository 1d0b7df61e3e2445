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
import { type Account, BENCH_CHAIN_ID, type LoadTarget, makeAccounts, run, signAll, withLoadedNode } from "./load.ts";
import { type Measured, say } from "./report.ts";
import { send } from "./send.ts";

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

async function withCluster<T>(
  options: ClusterOptions,
  accounts: readonly Account[],
  measure: (target: LoadTarget) => Promise<T>,
): Promise<T> {
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
    return await measure({
      rpcPorts: nodes.map(({ ports }) => ports.rpc),
      pids: nodes.flatMap(({ pids }) => [pids.app, pids.comet]),
    });
  } finally {
    await stopAll(nodes);
    rmSync(output, { recursive: true, force: true });
  }
}

/** Both loads, one after the other, to one target. */
async function measureBoth(target: LoadTarget, loads: Loads, options: ClusterOptions) {
  const fast = await run(target, loads.fast, options);
  const paced = { ...options, perSecond: options.moderatePerSecond };
  return { fast, moderate: await run(target, loads.moderate, paced) };
}

interface Loads {
  readonly fast: readonly string[];
  readonly moderate: readonly string[];
}

/** The cluster's loads as the report has them; the moderate one is an open loop. */
function measuredOfCluster({ fast, moderate }: Awaited<ReturnType<typeof measureBoth>>): Omit<Measured, "options"> {
  const { operations, seconds, opsPerSecond, errors } = fast.loop;
  return {
    ...{ operations, seconds, opsPerSecond, errors },
    ...{ latencyMs: moderate.loop.latencyMs, acknowledgedMs: moderate.loop.acknowledgedMs },
    ...{ load: [{ mode: "closed" }, { mode: "open" }], closed: fast.loop, open: moderate.loop },
    peakRssBytes: moderate.peakRssBytes,
  };
}

/** Runs the benchmark. */
export async function benchCluster(args: string[]): Promise<Measured> {
  const options = parseOptions(args);
  const accounts = makeAccounts(options.accounts);
  say(`signing ${options.txs + options.moderateTxs} transactions`);
  const rounds = Math.ceil(options.txs / options.accounts);
  const loads: Loads = {
    // Whole rounds, so that every account goes on with the same sequence.
    fast: signAll(accounts, send, { txs: rounds * options.accounts }, 0),
    moderate: signAll(accounts, send, { txs: options.moderateTxs }, rounds),
  };
  const cluster = await withCluster(options, accounts, (target) => measureBoth(target, loads, options));
  const solo = await withLoadedNode({ name: "solo" }, options, ({ process: child, rpcPort }) =>
    measureBoth({ rpcPorts: [rpcPort], pids: [child.pid ?? 0] }, loads, options),
  );
  return { ...measuredOfCluster(cluster), options: { ...options }, details: { cluster, solo } };
}
