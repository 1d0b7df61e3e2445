// The process of a devnet's gateway: does what the devnet says, and ends when the devnet does, however that came to be.

import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { utf8 } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import { type RunningGateway, startGateway } from "../gateway/gateway.ts";
import type { GatewayKeys } from "../gateway/gatewayConfig.ts";
import { Problem } from "../gateway/http/problem.ts";
import { idempotency } from "../gateway/idempotency/plugin.ts";
import { type ApiKey, SCOPES } from "../gateway/parts.ts";
import { FolderInUseError } from "../gateway/sql/pgliteDatabase.ts";
import { type MasterKeys, masterKeysOf } from "../gateway/vault/masterKeys.ts";
import { type GatewayOrder, type GatewayReport, type GatewaySettings, toldError } from "./gatewayMessages.ts";
import { createLogger, type Logger } from "./logger.ts";

/** The gateway of a devnet that was killed writes down what it holds, and ends. */
const LEFTOVER_ATTEMPTS_MAX = 100;
const LEFTOVER_INTERVAL_MS = 100;

let running: Promise<RunningGateway> | undefined;

function report(told: GatewayReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(told, () => resolve());
    else resolve();
  });
}

async function end(error: unknown): Promise<never> {
  await report({ kind: "failed", error: toldError(error) });
  process.exit(1);
}

function keysOf({ apiKey, merchant, signer }: GatewaySettings, masterKeys: MasterKeys, logger: Logger): GatewayKeys {
  const key: ApiKey = {
    ...{ id: "key_devnet", kind: "test", scopes: new Set(SCOPES) },
    ...{ merchant, signer: signer.address },
  };
  return {
    plugins: [idempotency({ masterKeys, warn: (what, error) => logger.warn({ err: error }, what) })],
    async authenticate({ headers }) {
      if (headers.authorization === `Bearer ${apiKey}`) return key;
      throw new Problem("unauthorized", "there is no such API key");
    },
    findKey: async (id) => (id === key.id ? key : undefined),
    signers: {
      async privKeyOf(address) {
        if (address === signer.address) return signer.privKey;
        throw new Problem("internal", "a devnet signs for one account");
      },
    },
  };
}

async function start(settings: GatewaySettings): Promise<RunningGateway> {
  const { chainId, rpcUrl, folder, http, metrics, customer, paymentChains } = settings;
  const masterKeys = masterKeysOf([sha256(utf8(`${chainId} gateway`))]);
  const logger = createLogger(settings.logLevel);
  return startGateway({
    ...{ rpcUrl, http, metrics, masterKeys, paymentChains, logger },
    database: { folder: join(folder, "database") },
    folder: join(folder, "files"),
    testPayer: customer,
    webhookNetworks: ["127.0.0.0/8", "::1/128"],
    openKeys: async () => keysOf(settings, masterKeys, logger),
    onOtherChain: "rebuild",
    onFailure: (error) => void end(error),
  });
}

async function startPatiently(settings: GatewaySettings): Promise<RunningGateway> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(settings);
    } catch (error) {
      if (!(error instanceof FolderInUseError) || attempt === LEFTOVER_ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, LEFTOVER_INTERVAL_MS));
    }
  }
}

async function obey(order: GatewayOrder): Promise<void> {
  if (order.kind === "start") {
    running = startPatiently(order.settings);
    const { url, metricsUrl } = await running;
    await report({ kind: "ready", url, metricsUrl });
    return;
  }
  try {
    const { database, folder } = (await running)!.parts;
    await database.copyTo?.(join(order.folder, "database"));
    // A file is there before the row that names it.
    if (folder !== undefined && existsSync(folder)) await cp(folder, join(order.folder, "files"), { recursive: true });
    await report({ kind: "copied", error: undefined });
  } catch (error) {
    await report({ kind: "copied", error: toldError(error) });
  }
}

process.on("message", (order: GatewayOrder) => void obey(order).catch(end));
process.once("disconnect", () => {
  const closed = Promise.resolve(running).then((gateway) => gateway?.close());
  closed.then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
