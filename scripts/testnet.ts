// Runs a network of validators on this machine until Ctrl-C: `npx tsx scripts/testnet.ts --validators 4 [--output DIR]
// [--base-port 26656]`. Without --base-port the ports are free ones. The homes are made when --output is empty; they are
// used again when it holds some, and are removed at the end when --output is left out. Needs `npm run build` and Go.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { devnetGenesis } from "../src/devnet/devnet.ts";
import { devnetAccounts } from "../src/devnet/devnetKeys.ts";
import { writeJson } from "../src/devnet/nodeConfig.ts";
import { localPorts, type TestnetHome, writeTestnet } from "../src/devnet/testnet.ts";
import { ClusterNode, freePorts, startAll, stopAll } from "./testnet/cluster.ts";

const STATUS_MS = 2_000;
const HOMES_FILE = "testnet.json";

/** The homes of a folder, made when there are none. */
async function homesIn(output: string, count: number, basePort: number | undefined): Promise<readonly TestnetHome[]> {
  const file = join(output, HOMES_FILE);
  // The last run wrote it.
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as readonly TestnetHome[];
  if (existsSync(output) && readdirSync(output).length > 0) throw new Error(`${output} is not empty`);
  const ports =
    basePort === undefined
      ? await freePorts(count)
      : Array.from({ length: count }, (_, index) => localPorts(basePort, index));
  const accounts = await devnetAccounts();
  const homes = writeTestnet({
    output,
    nodes: ports.map((own) => ({ host: "127.0.0.1", ports: own })),
    genesisOf: (validators) => devnetGenesis({ chainId: "stateset-testnet-1", validators, accounts }),
  });
  writeJson(file, homes);
  return homes;
}

async function showStatus(nodes: readonly ClusterNode[]): Promise<void> {
  const lines = await Promise.all(
    nodes.map(async (node) => {
      if (!node.isRunning) return `${node.moniker}: down; see ${node.home}/comet.log and app.log`;
      const status = await node.status().catch(() => undefined);
      if (status === undefined) return `${node.moniker}: starting`;
      return `${node.moniker}: ${status.height} ${status.appHash.slice(0, 12)}${status.isSyncing ? " syncing" : ""}`;
    }),
  );
  console.log(lines.join("  |  "));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      validators: { type: "string", default: "4" },
      output: { type: "string" },
      "base-port": { type: "string" },
    },
  });
  const output = resolve(values.output ?? mkdtempSync(join(tmpdir(), "testnet-")));
  const basePort = values["base-port"] === undefined ? undefined : Number(values["base-port"]);
  const homes = await homesIn(output, Number(values.validators), basePort);
  const nodes = homes.map((home) => new ClusterNode(home));
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  try {
    await Promise.race([startAll(nodes), stopped]);
    for (const { moniker, rpcUrl, ports } of nodes) {
      console.log(`${moniker}  RPC ${rpcUrl}  gRPC 127.0.0.1:${ports.grpc}  REST http://127.0.0.1:${ports.rest}`);
    }
    const timer = setInterval(() => void showStatus(nodes), STATUS_MS);
    await stopped;
    clearInterval(timer);
  } finally {
    await stopAll(nodes);
    if (values.output === undefined) rmSync(output, { recursive: true, force: true });
  }
}

await main();
