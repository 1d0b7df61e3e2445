// An attester for tests of others: chains from flags, keys that protect nothing, controls, no rate limit.

import type { Logger } from "pino";
import type { ChainConfig } from "../chains/chainConfig.ts";
import { ConfigError } from "../chains/configTable.ts";
import { EndpointError, isRecord, JsonRpcEndpoint } from "../chains/jsonRpc.ts";
import { parseChainConfig } from "../chains/parseChainConfig.ts";
import type { AttesterOptions } from "./attesterOptions.ts";
import { rateOfBps } from "./fees.ts";
import { deriveKeys, KEYS_MAX } from "./keyRing.ts";

/** The flags of the command line. */
export interface FixtureFlags {
  readonly chain?: readonly string[];
  readonly state?: string;
  readonly port: string;
  readonly adminPort: string;
  readonly seed: string;
  readonly keys: string;
  readonly fastBps: string;
}

const NAMES = ["name", "domain", "rpc", "ws", "kind", "v1", "v2", "fast", "standard", "start", "poll"];
const POLL_INTERVAL_MS = 100;
const REQUEST_TIMEOUT_MS = 5_000;
/** A chain that is younger is read from its beginning; an older one, which may be a fork of a real one, from now on. */
const YOUNG_HEIGHT = 10_000;
const DIGITS = /^[0-9]{1,9}$/;
const KEYS = /^([0-9]{1,2})\/([0-9]{1,2})$/;

/** The pairs of a `--chain` flag. Throws ConfigError. */
function pairsOf(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split(",")) {
    const [name = "", ...rest] = pair.split("=");
    if (!NAMES.includes(name)) throw new ConfigError(`--chain ${name}`, `expected one of ${NAMES.join(", ")}`);
    pairs.set(name, rest.join("="));
  }
  return pairs;
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!DIGITS.test(text)) throw new ConfigError(name, "expected a whole number");
  return Number(text);
}

/** `TRANSMITTER/MESSENGER` as the contracts of a version. */
function contractsOf(text: string | undefined): object | undefined {
  if (text === undefined) return undefined;
  const [messageTransmitter, tokenMessenger, ...more] = text.split("/");
  if (tokenMessenger === undefined || more.length > 0) {
    throw new ConfigError("--chain v1, v2", "expected MESSAGE_TRANSMITTER/TOKEN_MESSENGER");
  }
  // The minter is of no interest here.
  return { messageTransmitter, tokenMessenger, tokenMinter: tokenMessenger };
}

/** What an endpoint says of itself: chain id and height. Rejects with ConfigError when it does not answer. */
async function askChain(kind: string, url: string): Promise<{ chainId: unknown; height: number }> {
  if (!URL.canParse(url)) throw new ConfigError("--chain rpc", "expected a URL");
  const endpoint = new JsonRpcEndpoint(url, REQUEST_TIMEOUT_MS);
  try {
    if (kind === "evm") {
      const [chainId, height] = [await endpoint.call("eth_chainId", []), await endpoint.call("eth_blockNumber", [])];
      return { chainId: Number(chainId), height: Number(height) };
    }
    const status = await endpoint.call("status", {});
    const [node, sync] = isRecord(status) ? [status["node_info"], status["sync_info"]] : [];
    if (!isRecord(node) || !isRecord(sync)) throw endpoint.fault("no status of CometBFT");
    return { chainId: node["network"], height: Number(sync["latest_block_height"]) };
  } catch (error) {
    if (error instanceof EndpointError) throw new ConfigError("--chain rpc", error.message);
    throw error;
  }
}

/** The chain of a `--chain` flag; its endpoint is asked for what the flag leaves out. Rejects with ConfigError. */
async function fixtureChain(text: string): Promise<ChainConfig> {
  const pairs = pairsOf(text);
  const kind = pairs.get("kind") ?? "evm";
  const rpc = pairs.get("rpc") ?? "";
  const domain = number("--chain domain", pairs.get("domain"));
  const { chainId, height } = await askChain(kind, rpc);
  const common = {
    kind,
    name: pairs.get("name") ?? `chain-${domain}`,
    domain,
    chainId,
    rpcUrls: [rpc],
    wsUrl: pairs.get("ws"),
    pollIntervalMs: number("--chain poll", pairs.get("poll")) ?? POLL_INTERVAL_MS,
    finality: {
      fast: number("--chain fast", pairs.get("fast")) ?? 0,
      standard: number("--chain standard", pairs.get("standard")) ?? 0,
    },
    startHeight: number("--chain start", pairs.get("start")) ?? (height < YOUNG_HEIGHT ? 0 : height),
  };
  // Who only reads a chain asks for no token and no gas.
  const evm = { usdc: `0x${"00".repeat(20)}`, v1: contractsOf(pairs.get("v1")), v2: contractsOf(pairs.get("v2")) };
  const cosmos = { bech32Prefix: "unused", denom: "uusdc", gasPrice: "0uusdc" };
  return parseChainConfig({ ...common, ...(kind === "evm" ? evm : cosmos) }, "--chain");
}

/** The options of a fixture. Rejects with ConfigError when the flags make no sense, or a chain does not answer. */
export async function fixtureOptions(flags: FixtureFlags, home: string, logger: Logger): Promise<AttesterOptions> {
  if (flags.chain === undefined) throw new ConfigError("--chain", "give one at least");
  const [, threshold = "", count = ""] = KEYS.exec(flags.keys) ?? [];
  if (count === "" || Number(count) > KEYS_MAX) throw new ConfigError("--keys", `expected m/n, at most ${KEYS_MAX}`);
  const keys = (version: 1 | 2) =>
    deriveKeys(flags.seed, { version, count: Number(count), threshold: Number(threshold) });
  return {
    home,
    chains: await Promise.all(flags.chain.map(fixtureChain)),
    keys: { v1: keys(1), v2: keys(2), rotationSeed: flags.seed },
    http: { port: number("--port", flags.port) ?? 0 },
    admin: { port: number("--admin-port", flags.adminPort) ?? 0 },
    fees: { routes: [], otherwise: { fast: fastRate(flags.fastBps), standard: 0n } },
    logger,
  };
}

function fastRate(text: string): bigint {
  try {
    return rateOfBps(text.trim() === "" ? Number.NaN : Number(text));
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError("--fast-bps", error.message);
    throw error;
  }
}
