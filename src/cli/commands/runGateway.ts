// The work of `statesetd gateway start`: serves the Orders API until it is stopped.

import { join } from "node:path";
import type { Command } from "commander";
import type { Redis } from "ioredis";
import { decodeAddress } from "../../codec/address.ts";
import { createLogger, type Logger } from "../../devnet/logger.ts";
import { openApiKeys } from "../../gateway/auth/openApiKeys.ts";
import { type RunningGateway, startGateway } from "../../gateway/gateway.ts";
import type { GatewayConfig } from "../../gateway/gatewayConfig.ts";
import { parseOrigin } from "../../gateway/http/cors.ts";
import { AddressRules } from "../../gateway/webhooks/addresses.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions } from "../output.ts";
import { type GatewayKeyFlags, masterKeysOf } from "./gatewayDatabase.ts";
import { untilStopped } from "./node.ts";

/** The flags of `gateway start`. */
export interface GatewayStartFlags extends GatewayKeyFlags {
  readonly host: string;
  readonly port: string;
  readonly metricsPort: string;
  readonly publicUrl?: string;
  readonly testPayer?: string;
  readonly tables?: string;
  readonly redisUrl?: string;
  readonly webhookNetworks?: string;
  readonly corsOrigins?: string;
  readonly webhookAttemptDays: string;
  readonly rebuild?: boolean;
  readonly followAnyChain?: boolean;
  readonly logLevel: string;
}

/** What a person can do something about, in one line. */
const TOLD_CODES = new Set([
  "EADDRINUSE",
  "EACCES",
  "other_chain",
  "node_unreachable",
  "database_failed",
  "database_in_use",
  "invalid_tables",
  "schema_too_new",
]);

function told(cause: unknown): never {
  if (cause instanceof Error && "code" in cause && TOLD_CODES.has(String(cause.code))) {
    throw new CliError(cause.code === "node_unreachable" ? "unreachable" : "failed", cause.message, { cause });
  }
  throw cause;
}

function portOf(flag: string, text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new CliError("usage", `${flag}: expected a port, got ${text}`);
}

function daysOf(flag: string, text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new CliError("usage", `${flag}: expected days from 1 to 9999, got ${text}`);
}

function urlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = orCliError("usage", () => new URL(text), "--public-url");
  if (!/^https?:$/.test(url.protocol)) throw new CliError("usage", "--public-url: expected http or https");
  return text.replace(/\/+$/, "");
}

function listOf(text: string): readonly string[] {
  return text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()]));
}

/** Origins as `--cors-origins` gives them. Throws CliError. */
function originsOf(text = ""): readonly string[] {
  return orCliError("usage", () => listOf(text).map(parseOrigin), "--cors-origins");
}

/** Networks as `--webhook-networks` gives them. Throws CliError. */
function networksOf(text = ""): readonly string[] {
  const networks = listOf(text);
  orCliError("usage", () => new AddressRules(networks), "--webhook-networks");
  return networks;
}

/** A client for rate limits. Throws CliError. */
async function redisOf(url: string, logger: Logger): Promise<Redis> {
  const { protocol } = orCliError("usage", () => new URL(url), "--redis-url");
  if (!/^rediss?:$/.test(protocol)) throw new CliError("usage", "--redis-url: expected redis://… or rediss://…");
  // Loaded only where there is a Redis.
  const { connectRedis } = await import("../../gateway/auth/redis.ts");
  return connectRedis(url, (error) => logger.warn({ err: error }, "Redis is away: each gateway holds its own limits"));
}

interface ConfigParts {
  readonly logger: Logger;
  readonly redis: Redis | undefined;
  readonly onFailure: (error: unknown) => void;
}

function configOf(
  flags: GatewayStartFlags,
  command: Command,
  { logger, redis, onFailure }: ConfigParts,
): GatewayConfig {
  const { home, node } = globalOptions(command);
  const { host, testPayer } = flags;
  const masterKeys = masterKeysOf(command, flags);
  if (testPayer !== undefined) orCliError("usage", () => decodeAddress(testPayer), "--test-payer");
  const metricsPort = portOf("--metrics-port", flags.metricsPort);
  return {
    rpcUrl: node,
    database: { url: flags.databaseUrl, folder: flags.databaseFolder ?? join(home, "gateway") },
    folder: join(home, "gateway-files"),
    http: { host, port: portOf("--port", flags.port) },
    metrics: metricsPort === 0 ? undefined : { host, port: metricsPort },
    publicUrl: urlOf(flags.publicUrl),
    masterKeys,
    testPayer,
    tablesFile: flags.tables,
    webhookNetworks: networksOf(flags.webhookNetworks),
    corsOrigins: originsOf(flags.corsOrigins),
    webhookAttemptDays: daysOf("--webhook-attempt-days", flags.webhookAttemptDays),
    rebuild: flags.rebuild,
    openKeys: openApiKeys({ masterKeys, liveChainId: flags.liveChainId, rateLimit: { redis }, logger }),
    onOtherChain: flags.followAnyChain === true ? "rebuild" : "stop",
    ...{ logger, onFailure },
  };
}

/** Runs until it is stopped. Rejects with CliError. */
export async function runGateway(flags: GatewayStartFlags, command: Command): Promise<void> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<unknown>((resolve) => {
    fail = resolve;
  });
  const logger = orCliError("usage", () => createLogger(flags.logLevel), "--log-level");
  const redis = flags.redisUrl === undefined ? undefined : await redisOf(flags.redisUrl, logger);
  try {
    const config = configOf(flags, command, { logger, redis, onFailure: (error) => fail(error) });
    const gateway = await startGateway(config).catch(told);
    show(gateway);
    await untilStopped(() => gateway.close(), failed);
  } finally {
    redis?.disconnect();
  }
}

function show({ url, metricsUrl, parts }: RunningGateway): void {
  console.log(`Orders API over ${parts.chain.chainId} at height ${parts.projector.height}`);
  console.log(`  gateway  ${url}`);
  if (parts.publicUrl !== url) console.log(`  public   ${parts.publicUrl}`);
  if (metricsUrl !== undefined) console.log(`  metrics  ${metricsUrl}/metrics`);
  console.log("Ctrl-C stops it; the next start goes on where it stood.");
}
