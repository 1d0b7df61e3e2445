// A node with everything around it, in one process: the chain, its RPC, gRPC, REST and metrics.

import { type ChainApp, createApp, STORE_NAMES } from "../../app/app.ts";
import { UPGRADES } from "../../app/upgrades.ts";
import { UpgradeHalt } from "../baseapp/upgradeHalt.ts";
import { toHex } from "../codec/bytes.ts";
import type { CommittedBlock } from "../consensus/chainNode.ts";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import type { AdminOptions } from "../consensus/solo/admin.ts";
import { readNodeKey, readValidatorKey } from "../consensus/solo/nodeFiles.ts";
import { openSoloNode } from "../consensus/solo/openSoloNode.ts";
import { soloAppOf } from "../consensus/solo/soloApp.ts";
import type { BlockTimings, NodeObserver, SoloNode } from "../consensus/solo/soloNode.ts";
import { createVerifyPool } from "../crypto/verifyPool.ts";
import { startCometRpc } from "../rpc/comet/cometServer.ts";
import { startGrpc } from "../rpc/grpc/grpcServer.ts";
import { NodeMetrics, startMetrics } from "../rpc/metrics/metricsServer.ts";
import { startRest } from "../rpc/rest/restServer.ts";
import { createQueryRouter, type QueryRouter } from "../rpc/services/queryRouter.ts";
import type { TreeMultiStore } from "../store/commitStore.ts";
import { DEFAULT_SNAPSHOT_SCHEDULE } from "../store/snapshotKeeper.ts";
import { type Closers, withClosers } from "./closers.ts";
import type { Logger } from "./logger.ts";
import { homeFiles, type NodeConfig, pruningOf } from "./nodeConfig.ts";
import { paced } from "./paced.ts";
import { hostPort, startServer, urlOf } from "./servers.ts";
import { addedStoresOf, writeUpgradeInfo } from "./upgradeInfo.ts";

/** What a node is started with. */
export interface NodeOptions {
  readonly home: string;
  readonly config: NodeConfig;
  readonly genesis: GenesisDoc;
  readonly logger: Logger;
  /** Devnet only: allows to mine, to set the clock, to revert, to set balances. */
  readonly admin?: Omit<AdminOptions, "disk" | "clock"> | undefined;
}

/** A node that runs. URLs are undefined for servers that are turned off. */
export interface RunningNode {
  readonly node: SoloNode;
  readonly app: ChainApp;
  readonly router: QueryRouter;
  /** `http://127.0.0.1:26657` */
  readonly rpcUrl: string | undefined;
  /** `127.0.0.1:9090` */
  readonly grpcAddress: string | undefined;
  readonly restUrl: string | undefined;
  readonly metricsUrl: string | undefined;
  /** Resolves with what stopped the node, should it stop by itself: the process should end. */
  readonly failed: Promise<Error>;
  /** Stops taking requests, lets the running block become durable, and closes everything. */
  close(): Promise<void>;
}

/** Pause between two lines that say how far loading is. */
const LOADING_LOG_MS = 1_000;

/** Says how far a start is that takes long. */
function logLoading(logger: Logger): NonNullable<NodeObserver["loading"]> {
  let nextMs = performance.now() + LOADING_LOG_MS;
  return ({ stage, done, total }) => {
    const nowMs = performance.now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + LOADING_LOG_MS;
    logger.info({ stage, done, total }, "loading the state");
  };
}

/** Tells logs and metrics what the node does. */
function observe(logger: Logger, metrics: NodeMetrics, onFailed: (error: Error) => void): NodeObserver {
  return {
    loading: logLoading(logger),
    opened: ({ height, appHash, replayedBlocks, notes }) => {
      for (const note of notes) logger.warn({ note }, "state");
      logger.info({ height, appHash: toHex(appHash), replayedBlocks }, "opened at the last durable block");
    },
    importing: ({ stateBytes }) => logger.info({ stateBytes }, "executing the genesis"),
    snapshot: (written) => logger.info(written, "a snapshot of the state was written"),
    snapshotFailed: (error) => logger.error({ err: error }, "a snapshot of the state could not be written"),
    block: (timings: BlockTimings, block: CommittedBlock) => {
      const { height, stagesMs, txCount, failures } = timings;
      metrics.block({ height, stagesMs, txCount, failures });
      const level = timings.txCount > 0 ? "info" : "debug";
      logger[level](
        { height, txCount, failed: failures.length, stagesMs, appHash: toHex(block.results.appHash) },
        "block",
      );
    },
    checked: (response) => metrics.checked(response),
    failed: (error) => {
      logger.fatal({ err: error }, "the node has stopped");
      onFailed(error);
    },
    listenerFailed: (error) => logger.error({ err: error }, "a listener failed"),
  };
}

/** The node's least gas price, as it tells clients. */
export const MINIMUM_GAS_PRICE = "0.001uusdc";

/** Under load signatures go to the verifying threads this often. The default time between blocks is 100 ms. */
export const VERIFY_INTERVAL_MS = 4;

/** Opens the chain in a home directory and starts its servers. Rejects, with everything closed, when one cannot. */
export function startNode(options: NodeOptions): Promise<RunningNode> {
  return withClosers((closers) => startParts(options, closers));
}

async function startParts(options: NodeOptions, closers: Closers): Promise<RunningNode> {
  const { config, logger } = options;
  const pool = createVerifyPool({
    workers: config.verifyWorkers,
    defer: paced(VERIFY_INTERVAL_MS),
    nowMs: () => performance.now(),
  });
  closers.add(() => pool.close());
  let opened: { node?: SoloNode; app?: ChainApp; stores?: TreeMultiStore } = {};
  const metrics = new NodeMetrics({
    mempool: () => opened.node?.mempool,
    stores: () => opened.stores?.sizes ?? [],
  });
  const files = homeFiles(options.home);
  const { consensus, state } = config;
  const pruning = pruningOf(config);
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const node = await openSoloNode({
    genesis: options.genesis,
    moniker: config.moniker,
    nodeKey: readNodeKey(files.nodeKey),
    validatorKey: readValidatorKey(files.validatorKey),
    dataFolder: files.data,
    storeNames: STORE_NAMES,
    addedStores: addedStoresOf(files.data, UPGRADES),
    pruning,
    snapshots: { everyVersions: state.snapshotInterval, everyChanges: SNAPSHOT_CHANGES },
    validatorStateFile: files.validatorState,
    mempool: config.mempool,
    pace: {
      blockIntervalMs: consensus.blockIntervalMs,
      emptyBlockIntervalMs: consensus.emptyBlockIntervalMs === 0 ? undefined : consensus.emptyBlockIntervalMs,
    },
    admin: options.admin,
    observer: observe(logger, metrics, (error) => {
      noteUpgrade(files.data, error);
      fail(error);
    }),
    createApp: (parts) => {
      const app = createApp(parts);
      // The stores that the node opens are trees in memory; they can tell their size.
      opened = { ...opened, app, stores: parts.stores as TreeMultiStore };
      return soloAppOf(app, { work: (tx) => app.signatureWork(tx), verdicts: app.verdicts, pool });
    },
  });
  closers.add(() => node.stop());
  const { app } = opened;
  if (app === undefined) throw new Error("the node was opened without its application");
  opened.node = node;
  const router = createQueryRouter(node, app.registry, {
    queryPaths: app.router.queryPaths(),
    minimumGasPrice: MINIMUM_GAS_PRICE,
    pruning,
    onInternalError: (path, error) => logger.error({ path, err: error }, "a query failed"),
  });
  await node.start();
  const servers = await startServers({ options, node, app, router, metrics }, closers);
  return { node, app, router, failed, ...servers, close: () => closers.close() };
}

/** Leaves word for the next program when this one stopped because it is too old. */
export function noteUpgrade(dataFolder: string, error: Error): void {
  const halt = error instanceof UpgradeHalt ? error : error.cause;
  if (halt instanceof UpgradeHalt && halt.code === "upgrade_needed") writeUpgradeInfo(dataFolder, halt.plan);
}

/** Changed keys after which a snapshot of the state is due. */
export const SNAPSHOT_CHANGES = DEFAULT_SNAPSHOT_SCHEDULE.everyChanges;

interface ServerParts {
  readonly options: NodeOptions;
  readonly node: SoloNode;
  readonly app: ChainApp;
  readonly router: QueryRouter;
  readonly metrics: NodeMetrics;
}

async function startServers({ options, node, app, router, metrics }: ServerParts, closers: Closers) {
  const { config, logger } = options;
  const rpc = await startServer(closers, config.rpc, (listen) =>
    startCometRpc(node, {
      ...listen,
      corsOrigins: config.rpc.corsOrigins,
      admin: options.admin !== undefined,
      query: (path, data, height, prove) => router.query(path, data, height, prove),
      observer: {
        request: (method, isOk, durationMs) => metrics.request(method, isOk, durationMs),
        internalError: (method, error) => logger.error({ method, err: error }, "an RPC request failed"),
      },
    }),
  );
  const grpc = await startServer(closers, config.grpc, (listen) => startGrpc(node, app.registry, router, listen));
  const rest = await startServer(closers, config.rest, (listen) =>
    startRest(node, app.registry, router, { ...listen, corsOrigins: config.rest.corsOrigins }),
  );
  const metricsServer = await startServer(closers, config.metrics, (listen) => startMetrics(metrics, listen));
  return {
    rpcUrl: urlOf(rpc),
    grpcAddress: grpc === undefined ? undefined : hostPort(grpc),
    restUrl: urlOf(rest),
    metricsUrl: urlOf(metricsServer),
  };
}
