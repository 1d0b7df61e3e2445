// The commands that run a node, and those that work on its files while it is stopped.

import { existsSync, mkdirSync } from "node:fs";
import type { Command } from "commander";
import { type ChainApp, createApp, STORE_NAMES } from "../../../app/app.ts";
import { defaultAppState } from "../../../app/genesis.ts";
import type { GenesisDoc } from "../../consensus/genesisDoc.ts";
import { generateNodeKey, nodeIdOf, writeNodeKey, writeValidatorKey } from "../../consensus/solo/nodeFiles.ts";
import { type AbciNodeOptions, startAbciNode } from "../../devnet/abciNode.ts";
import { checkChainId, createGenesisDoc, genesisValidator } from "../../devnet/genesisFile.ts";
import { createLogger } from "../../devnet/logger.ts";
import { type RunningNode, startNode } from "../../devnet/node.ts";
import {
  DEFAULT_NODE_CONFIG,
  homeFiles,
  loadNodeConfig,
  type NodeConfig,
  parseNodeConfig,
  pruningOf,
  writeJson,
} from "../../devnet/nodeConfig.ts";
import { openStateDisk } from "../../store/stateDisk.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions, type Json, print, progressLine } from "../output.ts";
import { loadGenesis } from "./genesis.ts";

const DEFAULT_CHAIN_ID = "stateset-1";

/** Milliseconds as a flag gives them. Throws CliError. */
export function parseMs(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,9}$/.test(text)) throw new CliError("usage", `--${name}: expected milliseconds`);
  return Number(text);
}

/** Runs until somebody asks it to stop, or until `failed` resolves, with whose error it rejects once all is closed. */
export function untilStopped(close: () => Promise<void>, failed?: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false;
    void failed?.then((error) => {
      isStopping = true;
      // What fails to close then fails for the same reason.
      close().then(
        () => reject(error),
        () => reject(error),
      );
    });
    const stop = (): void => {
      // Asked twice, it stops at once: every block is durable when it is announced.
      if (isStopping) process.exit(1);
      isStopping = true;
      close().then(resolve, reject);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}

function addInit(program: Command): void {
  program
    .command("init <moniker>")
    .description("make the keys, the settings and the genesis of a new chain in --home")
    .addHelpText("after", "\nExample:\n  statesetd init shop-1 --chain-id shop-1 --home ./shop")
    .action((moniker: string, _flags: unknown, self: Command) => {
      const options = globalOptions(self);
      const files = homeFiles(options.home);
      if (existsSync(files.genesis)) throw new CliError("failed", `${files.genesis} is there already`);
      const chainId = options.chainId ?? DEFAULT_CHAIN_ID;
      orCliError("usage", () => checkChainId(chainId));
      mkdirSync(options.home, { recursive: true });
      const validatorKey = generateNodeKey();
      const nodeKey = generateNodeKey();
      writeValidatorKey(files.validatorKey, validatorKey);
      writeNodeKey(files.nodeKey, nodeKey);
      writeJson(files.config, { ...DEFAULT_NODE_CONFIG, moniker });
      writeJson(
        files.genesis,
        createGenesisDoc({
          chainId,
          timeNs: BigInt(Date.now()) * 1_000_000n,
          validators: [{ pubKey: validatorKey.pubKey, name: moniker }],
          accounts: [],
          appState: defaultAppState(),
        }),
      );
      print(options, { moniker, chain_id: chainId, node_id: nodeIdOf(nodeKey), home: options.home });
    });
}

interface StartFlags {
  readonly pruning?: string;
  readonly pruningKeepRecent?: string;
  readonly pruningInterval?: string;
  readonly logLevel?: string;
  readonly blockInterval?: string;
  readonly abci?: string;
  readonly cometRpc?: string;
}

function startConfig(home: string, flags: StartFlags): NodeConfig {
  const config = loadNodeConfig(home);
  const blockIntervalMs = parseMs("block-interval", flags.blockInterval);
  const given: NodeConfig = {
    ...config,
    consensus: { ...config.consensus, ...(blockIntervalMs === undefined ? {} : { blockIntervalMs }) },
    abci: {
      ...config.abci,
      ...(flags.abci === undefined ? {} : { address: flags.abci }),
      ...(flags.cometRpc === undefined ? {} : { cometRpc: flags.cometRpc }),
    },
    state: { ...config.state, ...pruningFlags(flags) },
    logLevel: flags.logLevel ?? config.logLevel,
  };
  // The file is sound: what is refused now is a flag.
  return orCliError("usage", () => parseNodeConfig(given));
}

function pruningFlags({ pruning, pruningKeepRecent, pruningInterval }: StartFlags): Partial<NodeConfig["state"]> {
  return {
    ...(pruning === undefined ? {} : { pruning }),
    ...(pruningKeepRecent === undefined
      ? {}
      : { pruningKeepRecent: parseCount("pruning-keep-recent", pruningKeepRecent) }),
    ...(pruningInterval === undefined ? {} : { pruningInterval: parseCount("pruning-interval", pruningInterval) }),
  };
}

function parseCount(name: string, text: string): number {
  if (!/^[0-9]{1,10}$/.test(text)) throw new CliError("usage", `--${name}: expected a number of blocks`);
  return Number(text);
}

function addStart(program: Command): void {
  program
    .command("start")
    .description("run the node of --home")
    .option("--pruning <name>", "default, nothing, everything or custom")
    .option("--pruning-keep-recent <n>", "heights kept for queries and proofs; with --pruning custom")
    .option("--pruning-interval <n>", "blocks after which older heights go; with --pruning custom")
    .option("--block-interval <ms>", "least time between two blocks")
    .option("--log-level <level>", "silent, error, warn, info, debug or trace")
    .option("--abci <address>", "let a CometBFT make the blocks, which connects to unix:///path or tcp://host:port")
    .option("--comet-rpc <url>", "RPC of that CometBFT")
    .addHelpText(
      "after",
      "\nExamples:\n  statesetd start --home ./shop --pruning nothing\n" +
        "  statesetd start --home ./shop --abci unix:///run/stateset/abci.sock",
    )
    .action(async (flags: StartFlags, self: Command) => {
      const { home } = globalOptions(self);
      const config = startConfig(home, flags);
      const genesis = loadGenesis(home);
      const logger = createLogger(config.logLevel);
      if (config.abci.address !== "") return startApplication({ home, config, genesis, logger });
      const running = await startNode({ home, config, genesis, logger });
      showAddresses(running);
      await untilStopped(() => running.close(), running.failed);
    });
}

/** Runs the application behind CometBFT until it is stopped. */
async function startApplication(options: AbciNodeOptions): Promise<void> {
  const running = await startAbciNode({
    ...options,
    // The state on the disk is whole; the next start says where it stands.
    onFailed: (error) => {
      console.error(error.message);
      process.exit(1);
    },
  });
  const { node, abciAddress, grpcAddress, restUrl, metricsUrl } = running;
  console.log(`chain ${node.chainId} at height ${node.latestHeight}, driven by CometBFT`);
  showRows([
    ["ABCI", abciAddress],
    ["gRPC", grpcAddress],
    ["REST", restUrl],
    ["metrics", metricsUrl === undefined ? undefined : `${metricsUrl}/metrics`],
  ]);
  await untilStopped(() => running.close());
}

function showRows(rows: readonly (readonly [name: string, address: string | undefined])[]): void {
  for (const [name, address] of rows) if (address !== undefined) console.log(`  ${name.padEnd(8)} ${address}`);
}

/** Prints where the servers of a node listen. */
export function showAddresses({ rpcUrl, restUrl, grpcAddress, metricsUrl, node }: RunningNode): void {
  console.log(`chain ${node.chainId} at height ${node.latestHeight}`);
  showRows([
    ["RPC", rpcUrl],
    ["gRPC", grpcAddress],
    ["REST", restUrl],
    ["metrics", metricsUrl === undefined ? undefined : `${metricsUrl}/metrics`],
  ]);
}

/** The application over the state of a stopped node. */
async function withStoppedApp<T>(home: string, work: (app: ReturnType<typeof createApp>) => T): Promise<T> {
  const config = loadNodeConfig(home);
  const files = homeFiles(home);
  if (!existsSync(files.data)) throw new CliError("failed", `${files.data}: no such folder; has the node run?`);
  const show = progressLine("loading blocks");
  const disk = await openStateDisk({
    folder: files.data,
    names: STORE_NAMES,
    pruning: pruningOf(config),
    onProgress: ({ done, total }) => show(done, total),
  });
  try {
    return work(createApp({ stores: disk.store }));
  } finally {
    await disk.close();
  }
}

function exportedValidators(validators: ReturnType<ChainApp["exportValidators"]>): Partial<GenesisDoc> {
  if (validators.length === 0) return {};
  return { validators: validators.map(({ power, ...validator }) => genesisValidator(validator, power)) };
}

function addExport(program: Command): void {
  program
    .command("export")
    .description("the state of a stopped node as a genesis file")
    .option("--height <n>", "state after this block; the last one when left out")
    .addHelpText("after", "\nExample:\n  statesetd export --home ./shop --height 100 > genesis.json")
    .action(async (flags: { height?: string }, self: Command) => {
      const { home } = globalOptions(self);
      const height = flags.height === undefined ? undefined : Number(flags.height);
      if (height !== undefined && !(Number.isSafeInteger(height) && height > 0)) {
        throw new CliError("usage", "--height: expected a block height");
      }
      const genesis = loadGenesis(home);
      const exported = await withStoppedApp(home, (app) => ({
        app_state: app.exportGenesis(height),
        // A state from before x/staking has none: they are those of the genesis still.
        ...exportedValidators(app.exportValidators(height)),
      }));
      console.log(JSON.stringify({ ...genesis, ...exported }, undefined, 2));
    });
}

function addInvariants(program: Command): void {
  program
    .command("invariants")
    .description("check over the state of a stopped node that all money adds up")
    .addHelpText("after", "\nExample:\n  statesetd invariants --home ./shop")
    .action(async (_flags: unknown, self: Command) => {
      const options = globalOptions(self);
      const broken = await withStoppedApp(options.home, (app) => app.brokenInvariants());
      print(options, { broken: [...broken] as Json });
      if (broken.length > 0) throw new CliError("failed", `${broken.length} invariants are broken`);
    });
}

/** Adds `init`, `start`, `export` and `invariants`. */
export function addNodeCommands(program: Command): void {
  addInit(program);
  addStart(program);
  addExport(program);
  addInvariants(program);
}
