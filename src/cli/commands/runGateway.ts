// The work of `statesetd gateway start`: serves the Orders API until it is stopped.

import { join } from "node:path";
import type { Command } from "commander";
import { decodeAddress } from "../../codec/address.ts";
import { createLogger } from "../../devnet/logger.ts";
import { loadMasterKeys, MASTER_KEY_VARIABLE } from "../../gateway/auth/masterKeyFile.ts";
import { openApiKeys } from "../../gateway/auth/openApiKeys.ts";
import { type RunningGateway, startGateway } from "../../gateway/gateway.ts";
import type { GatewayConfig } from "../../gateway/gatewayConfig.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions } from "../output.ts";
import { untilStopped } from "./node.ts";

/** The flags of `gateway start`. */
export interface GatewayStartFlags {
  readonly host: string;
  readonly port: string;
  readonly metricsPort: string;
  readonly publicUrl?: string;
  readonly testPayer?: string;
  readonly followAnyChain?: boolean;
  readonly logLevel: string;
  readonly databaseUrl?: string;
  readonly databaseFolder?: string;
  readonly masterKeyFile?: string;
  readonly liveChainId?: string;
}

/** What a person can do something about, in one line. */
const TOLD_CODES = new Set([
  "EADDRINUSE",
  "EACCES",
  "other_chain",
  "node_unreachable",
  "database_failed",
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

function urlOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = orCliError("usage", () => new URL(text), "--public-url");
  if (!/^https?:$/.test(url.protocol)) throw new CliError("usage", "--public-url: expected http or https");
  return text.replace(/\/+$/, "");
}

function configOf(flags: GatewayStartFlags, command: Command, onFailure: (error: unknown) => void): GatewayConfig {
  const { home, node } = globalOptions(command);
  const { host, testPayer } = flags;
  const logger = orCliError("usage", () => createLogger(flags.logLevel), "--log-level");
  const keyFile = flags.masterKeyFile ?? join(home, "config", "gateway_master.key");
  const masterKeys = orCliError("usage", () => loadMasterKeys(process.env[MASTER_KEY_VARIABLE], keyFile));
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
    openKeys: openApiKeys({ masterKeys, liveChainId: flags.liveChainId, logger }),
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
  const gateway = await startGateway(configOf(flags, command, (error) => fail(error))).catch(told);
  show(gateway);
  await untilStopped(() => gateway.close(), failed);
}

function show({ url, metricsUrl, parts }: RunningGateway): void {
  console.log(`Orders API over ${parts.chain.chainId} at height ${parts.projector.height}`);
  console.log(`  gateway  ${url}`);
  if (parts.publicUrl !== url) console.log(`  public   ${parts.publicUrl}`);
  if (metricsUrl !== undefined) console.log(`  metrics  ${metricsUrl}/metrics`);
  console.log("Ctrl-C stops it; the next start goes on where it stood.");
}
