// A gateway that runs: its database, the read model that follows the chain, what writes to the chain, and the HTTP server.
// It is put together here and nowhere else.

import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { findApiKey } from "./auth/findApiKey.ts";
import { rpcChainReader } from "./chainReader.ts";
import type { GatewayConfig, ListenAddress } from "./gatewayConfig.ts";
import { GatewayMetrics } from "./health/metrics.ts";
import { createGatewayApp } from "./http/app.ts";
import { PROBLEM_TYPE, problemDocument } from "./http/errors.ts";
import { Problem } from "./http/problem.ts";
import { startMetricsServer } from "./metricsServer.ts";
import { nodeCalls, RefusedError, SourceError } from "./nodeCalls.ts";
import type { GatewayParts } from "./parts.ts";
import { loadTables } from "./pricing/loadTables.ts";
import { createPricing } from "./pricing/pricing.ts";
import { PROJECTION_HOOKS } from "./projectionHooks.ts";
import { rpcBlockSource } from "./readModel/blockSource.ts";
import { clearReadModel, Projector } from "./readModel/projector.ts";
import { startSchedules } from "./schedule/schedules.ts";
import { openDatabase } from "./sql/openDatabase.ts";
import { Vault } from "./vault/vault.ts";
import { addWebhookMetrics } from "./webhooks/metrics.ts";
import { openWebhooks } from "./webhooks/webhooks.ts";
import { ChainWriter } from "./writes/chainWriter.ts";
import { nodeRpc } from "./writes/nodeRpc.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
/** How long requests in flight may take once the gateway is to stop. */
const GRACE_MS = 5_000;
/** Pause between two lines that say how far reading the chain is. */
const PROGRESS_MS = 1_000;

/** A gateway that runs. */
export interface RunningGateway {
  readonly url: string;
  readonly metricsUrl: string | undefined;
  readonly parts: GatewayParts;
  /** Answers what is in flight, then ends everything; state is kept. */
  close(): Promise<void>;
}

/** How often, and how long apart, a node is asked that may be busy or starting. */
const NODE_ATTEMPTS_MAX = 10;
const NODE_RETRY_MS = 300;

/** Asks a node again while it does not answer. Rejects with what it said last. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SourceError) || error instanceof RefusedError || attempt === NODE_ATTEMPTS_MAX)
        throw error;
      await new Promise((resolve) => setTimeout(resolve, NODE_RETRY_MS));
    }
  }
}

/** What was opened, and how to close it: the last one first. */
class Opened {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) await close().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }
}

const TOO_EARLY = new Problem("chain_unavailable", { detail: "the gateway is starting", retryAfterSeconds: 1 });

/** The port is open before the server can answer: routes that are not all there would answer wrongly. */
function answerTooEarly(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(TOO_EARLY.status, { "content-type": PROBLEM_TYPE, "retry-after": "1", connection: "close" });
  response.end(JSON.stringify(problemDocument(TOO_EARLY, `req_${randomBytes(12).toString("hex")}`)));
}

/** Takes the port before anything else needs to know it. */
async function takePort({ host, port }: ListenAddress): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(answerTooEarly);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { server, url: `http://${name}:${address.port}` };
}

/** No new connections; those that are busy may end what they do. */
async function closeServer(server: Server): Promise<void> {
  const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await isClosed;
  clearTimeout(timer);
}

/** Says once a second how far a read model is that is behind. */
function progressLog(logger: GatewayConfig["logger"]): (height: number, tip: number) => void {
  let nextMs = performance.now() + PROGRESS_MS;
  return (height, tip) => {
    const nowMs = performance.now();
    if (height === tip || nowMs < nextMs) return;
    nextMs = nowMs + PROGRESS_MS;
    logger.info({ height, tip, percent: Math.floor((100 * height) / tip) }, "reading the chain's blocks");
  };
}

/** Starts a gateway. Rejects with everything closed when a part cannot start. */
export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const opened = new Opened();
  try {
    return await start(config, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function start(config: GatewayConfig, opened: Opened): Promise<RunningGateway> {
  const { logger, onFailure, onOtherChain } = config;
  const database = await openDatabase(config.database);
  opened.add(() => database.close());
  const calls = nodeCalls(config.rpcUrl);
  const source = rpcBlockSource(config.rpcUrl, calls);
  const { chainId } = await patiently(() => source.tip());
  const projector = new Projector({
    ...{ database, source, hooks: PROJECTION_HOOKS, onOtherChain },
    onRetry: (error) => logger.warn({ err: error }, "the read model tries again"),
    onProgress: progressLog(logger),
  });
  if (config.rebuild === true) await clearReadModel(database);
  await patiently(() => projector.start(onFailure));
  opened.add(() => projector.stop());
  const { server, url } = await takePort(config.http);
  opened.add(() => closeServer(server));
  const keys = await config.openKeys(database, chainId);
  const writer = new ChainWriter({
    ...{ database, chainId, keys: keys.signers },
    node: nodeRpc(config.rpcUrl, calls),
    nowMs: Date.now,
    warn: (what, error) => logger.warn({ err: error }, what),
  });
  await writer.start();
  opened.add(() => writer.close());
  const publicUrl = config.publicUrl ?? url;
  const metrics = new GatewayMetrics(projector);
  const webhooks = openWebhooks({
    ...{ database, projector, publicUrl, masterKeys: config.masterKeys, networks: config.webhookNetworks ?? [] },
    onTry: addWebhookMetrics(metrics.registry, database),
    onError: (error) => logger.warn({ err: error }, "webhooks wait"),
  });
  webhooks.deliverer.start();
  opened.add(webhooks.close);
  const stopping = new AbortController();
  const parts: GatewayParts = {
    ...{ database, source, projector, writer, webhooks, publicUrl },
    ...{ testPayer: config.testPayer, paymentChains: config.paymentChains, folder: config.folder },
    chain: rpcChainReader(config.rpcUrl, chainId, calls.call),
    vault: new Vault({ database, masterKeys: config.masterKeys, now: () => new Date() }),
    ...createPricing({ database, tables: loadTables(config.tablesFile), now: () => new Date() }),
    stopping: stopping.signal,
  };
  let handler: RequestListener = answerTooEarly;
  const app = await createGatewayApp(parts, {
    authenticate: keys.authenticate,
    corsOrigins: config.corsOrigins,
    logger,
    plugins: [metrics.plugin, ...(keys.plugins ?? [])],
    serverFactory: (made) => {
      handler = made;
      return server;
    },
  });
  await app.ready();
  server.off("request", answerTooEarly).on("request", handler);
  opened.add(() => app.close());
  const schedules = startSchedules(parts, {
    webhookAttemptDays: config.webhookAttemptDays,
    findKey: keys.findKey ?? ((apiKeyId) => findApiKey(database, apiKeyId)),
    onError: (error) => logger.error({ err: error }, "what was due was not done"),
  });
  opened.add(() => schedules.stop());
  const metricsServer = config.metrics && (await startMetricsServer(metrics.registry, config.metrics));
  if (metricsServer !== undefined) opened.add(metricsServer.close);
  // What is in flight is answered first: the server closes before what it stands on.
  opened.add(() => closeServer(server));
  opened.add(async () => stopping.abort());
  return { url, metricsUrl: metricsServer?.url, parts, close: () => opened.close() };
}
