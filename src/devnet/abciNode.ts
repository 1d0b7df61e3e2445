// The application of a node whose blocks CometBFT makes, with gRPC, REST and metrics in front of it. JSON-RPC is
// CometBFT's own.

import { type ChainApp, createApp, STORE_NAMES } from "../../app/app.ts";
import { UPGRADES } from "../../app/upgrades.ts";
import { toHex } from "../codec/bytes.ts";
import { formatAbciAddress, parseAbciAddress } from "../consensus/abci/abciAddress.ts";
import { AbciApp, type AbciObserver, type ExecutedBlock } from "../consensus/abci/abciApp.ts";
import { AbciNode } from "../consensus/abci/abciNode.ts";
import { startAbciServer } from "../consensus/abci/abciServer.ts";
import { CometRpc } from "../consensus/abci/cometRpc.ts";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import { nodeIdOf, readNodeKey } from "../consensus/solo/nodeFiles.ts";
import { createVerifyPool } from "../crypto/verifyPool.ts";
import { startGrpc } from "../rpc/grpc/grpcServer.ts";
import { NodeMetrics, startMetrics } from "../rpc/metrics/metricsServer.ts";
import { startRest } from "../rpc/rest/restServer.ts";
import { createQueryRouter } from "../rpc/services/queryRouter.ts";
import { type Closers, withClosers } from "./closers.ts";
import type { Logger } from "./logger.ts";
import { MINIMUM_GAS_PRICE, noteUpgrade, SNAPSHOT_CHANGES, VERIFY_INTERVAL_MS } from "./node.ts";
import { homeFiles, type NodeConfig, pruningOf } from "./nodeConfig.ts";
import { paced } from "./paced.ts";
import { hostPort, startServer, urlOf } from "./servers.ts";
import { addedStoresOf } from "./upgradeInfo.ts";

/** What an application is started with. */
export interface AbciNodeOptions {
  readonly home: string;
  /** `abci.address` says where CometBFT connects. */
  readonly config: NodeConfig;
  readonly genesis: GenesisDoc;
  readonly logger: Logger;
  /** The state can no longer be made durable, or the next block needs another program: the process should end. */
  readonly onFailed?: (error: Error) => void;
}

/** An application that runs. URLs are undefined for servers that are turned off. */
export interface RunningAbciNode {
  readonly node: AbciNode;
  readonly abci: AbciApp;
  /** Where it listens for CometBFT, as `proxy_app` wants it. */
  readonly abciAddress: string;
  readonly grpcAddress: string | undefined;
  readonly restUrl: string | undefined;
  readonly metricsUrl: string | undefined;
  /** Closes everything; the last committed block is durable. */
  close(): Promise<void>;
}

/** Opens the application in a home directory and starts its servers. Rejects, with everything closed, when one cannot. */
export function startAbciNode(options: AbciNodeOptions): Promise<RunningAbciNode> {
  return withClosers((closers) => startParts(options, closers));
}

async function startParts(options: AbciNodeOptions, closers: Closers): Promise<RunningAbciNode> {
  const { config, genesis, logger } = options;
  const files = homeFiles(options.home);
  const address = parseAbciAddress(config.abci.address);
  const pool = createVerifyPool({ workers: config.verifyWorkers, defer: paced(VERIFY_INTERVAL_MS) });
  closers.add(() => pool.close());
  let opened: AbciApp | undefined;
  const metrics = new NodeMetrics({
    mempool: () => undefined,
    stores: () => opened?.disk.store.sizes ?? [],
  });
  let application: ChainApp | undefined;
  const abci = await AbciApp.open({
    genesis,
    dataFolder: files.data,
    storeNames: STORE_NAMES,
    addedStores: addedStoresOf(files.data, UPGRADES),
    pruning: pruningOf(config),
    snapshots: { everyVersions: config.state.snapshotInterval, everyChanges: SNAPSHOT_CHANGES },
    minRetainBlocks: config.abci.minRetainBlocks,
    onSnapshotError: (error) => logger.error({ err: error }, "a snapshot of the state could not be written"),
    observer: observe(options, metrics),
    createApp: (parts) => {
      const app = createApp(parts);
      application = app;
      return { app, signatures: { work: (tx) => app.signatureWork(tx), verdicts: app.verdicts, pool } };
    },
  });
  opened = abci;
  closers.add(() => abci.close());
  if (application === undefined) throw new Error("the folder was opened without its application");
  const { store, loaded } = abci.disk;
  for (const note of loaded.notes) logger.warn({ note }, "state");
  const replayedBlocks = store.version - loaded.baseVersion;
  logger.info({ height: store.version, appHash: toHex(store.appHash), replayedBlocks }, "opened at the last block");
  const node = new AbciNode({
    chainId: genesis.chain_id,
    moniker: config.moniker,
    nodeId: nodeIdOf(readNodeKey(files.nodeKey)),
    app: abci,
    rpc: new CometRpc(config.abci.cometRpc),
  });
  const { registry } = application;
  const router = createQueryRouter(node, registry, {
    queryPaths: application.router.queryPaths(),
    minimumGasPrice: MINIMUM_GAS_PRICE,
    pruning: pruningOf(config),
    onInternalError: (path, error) => logger.error({ path, err: error }, "a query failed"),
  });
  // CosmJS simulates by `abci_query`, which CometBFT hands on to us.
  abci.answerQuery = async ({ path, data, height, prove }) => router.query(path, data, height, prove);
  const grpc = await startServer(closers, config.grpc, (listen) => startGrpc(node, registry, router, listen));
  const rest = await startServer(closers, config.rest, (listen) =>
    startRest(node, registry, router, { ...listen, corsOrigins: config.rest.corsOrigins }),
  );
  const metricsServer = await startServer(closers, config.metrics, (listen) => startMetrics(metrics, listen));
  // CometBFT connects last: whoever it tells of a block finds the services there.
  const server = await startAbciServer(abci, {
    address,
    onFailure: (error) => logger.error({ err: error }, "a connection of CometBFT failed"),
  });
  closers.add(() => server.close());
  return {
    node,
    abci,
    abciAddress: formatAbciAddress(server.address),
    grpcAddress: grpc === undefined ? undefined : hostPort(grpc),
    restUrl: urlOf(rest),
    metricsUrl: urlOf(metricsServer),
    close: () => closers.close(),
  };
}

function observe({ home, logger, onFailed }: AbciNodeOptions, metrics: NodeMetrics): AbciObserver {
  return {
    block: (block: ExecutedBlock) => {
      const { height, stagesMs, txResults, appHash } = block;
      const failures = txResults.filter(({ code }) => code !== 0);
      metrics.block({ height, stagesMs, txCount: txResults.length, failures });
      const level = txResults.length > 0 ? "info" : "debug";
      logger[level]({ height, txCount: txResults.length, stagesMs, appHash: toHex(appHash) }, "block");
    },
    checked: (response) => metrics.checked(response),
    proposalRefused: (height, reason) => logger.warn({ height, reason }, "a proposal was refused"),
    snapshotRefused: (height, reason) => logger.warn({ height, reason }, "a snapshot was refused"),
    restored: (height, appHash) => logger.info({ height, appHash: toHex(appHash) }, "restored from a snapshot"),
    failed: (error) => {
      logger.fatal({ err: error }, "the application has stopped");
      noteUpgrade(homeFiles(home).data, error);
      onFailed?.(error);
    },
  };
}
