// What a node is told by its owner: `<home>/config/node.json`, every value with a default, every key checked.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../codec/errorText.ts";
import { type PruningName, type PruningOptions, pruningOptions } from "../store/pruning.ts";
import { LOG_LEVELS } from "./logger.ts";

/** Where a server listens. Port 0 picks a free one. */
export interface ListenConfig {
  readonly enabled: boolean;
  readonly host: string;
  readonly port: number;
}

/** The settings of a node. Intervals are milliseconds. */
export interface NodeConfig {
  readonly moniker: string;
  readonly rpc: ListenConfig & { readonly corsOrigins: readonly string[] };
  readonly grpc: ListenConfig;
  readonly rest: ListenConfig & { readonly corsOrigins: readonly string[] };
  readonly metrics: ListenConfig;
  readonly consensus: {
    /** Least time between two blocks; 0 makes blocks as fast as there is work. */
    readonly blockIntervalMs: number;
    /** Time after which an empty block is made; 0 is never. */
    readonly emptyBlockIntervalMs: number;
  };
  /** A CometBFT that makes the blocks instead of the embedded node. */
  readonly abci: {
    /** Where it reaches the application: `unix:///path` or `tcp://host:port`; empty for the embedded node. */
    readonly address: string;
    /** Its JSON-RPC, which gRPC and REST ask for blocks and transactions. */
    readonly cometRpc: string;
    /** Blocks that it keeps at least; 0 keeps all. */
    readonly minRetainBlocks: number;
  };
  readonly mempool: {
    readonly maxTxs: number;
    readonly maxBytes: number;
    readonly maxTxsPerSender: number;
    /** 0 keeps transactions until they are in a block. */
    readonly ttlBlocks: number;
  };
  readonly state: {
    /** `default`, `nothing`, `everything` or `custom`, as in the SDK. */
    readonly pruning: string;
    /** Heights kept for queries and proofs when pruning is `custom`. */
    readonly pruningKeepRecent: number;
    /** Blocks after which older heights go, when pruning is `custom`. */
    readonly pruningInterval: number;
    /** Blocks between two snapshots of the tree; a restart replays at most that many. */
    readonly snapshotInterval: number;
  };
  /** Threads that verify signatures; 0 verifies on the main thread. */
  readonly verifyWorkers: number;
  readonly logLevel: string;
}

/** The settings of a node that was told nothing. Every server listens on loopback. */
export const DEFAULT_NODE_CONFIG: NodeConfig = Object.freeze({
  moniker: "stateset",
  rpc: { enabled: true, host: "127.0.0.1", port: 26657, corsOrigins: [] },
  grpc: { enabled: true, host: "127.0.0.1", port: 9090 },
  rest: { enabled: true, host: "127.0.0.1", port: 1317, corsOrigins: [] },
  metrics: { enabled: true, host: "127.0.0.1", port: 26660 },
  consensus: { blockIntervalMs: 100, emptyBlockIntervalMs: 5000 },
  abci: { address: "", cometRpc: "http://127.0.0.1:26657", minRetainBlocks: 0 },
  mempool: { maxTxs: 50_000, maxBytes: 256 * 1024 * 1024, maxTxsPerSender: 1000, ttlBlocks: 0 },
  state: { pruning: "default", pruningKeepRecent: 100, pruningInterval: 1, snapshotInterval: 1000 },
  verifyWorkers: 1,
  logLevel: "info",
});

/** A configuration that cannot be used. `path` is the key, as in `rpc.port`. */
export class ConfigError extends Error {
  readonly code = "invalid_config";
  readonly path: string;

  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "ConfigError";
    this.path = path;
  }
}

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Lays `given` over `defaults`, key by key. The defaults say which keys exist and of which type each is. */
function overlay(path: string, defaults: Json, given: Json): Json {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(defaults, key)) throw new ConfigError(`${path}${key}`, "there is no such setting");
  }
  return Object.fromEntries(
    Object.entries(defaults).map(([key, fallback]) => [key, overlayValue(`${path}${key}`, fallback, given[key])]),
  );
}

function overlayValue(path: string, fallback: unknown, value: unknown): unknown {
  if (value === undefined) return fallback;
  if (isRecord(fallback)) {
    if (!isRecord(value)) throw new ConfigError(path, "expected an object");
    return overlay(`${path}.`, fallback, value);
  }
  if (Array.isArray(fallback)) {
    if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
      throw new ConfigError(path, "expected a list of strings");
    }
    return value;
  }
  if (typeof value !== typeof fallback) {
    throw new ConfigError(path, `expected a ${typeof fallback}, got ${JSON.stringify(value)}`);
  }
  if (typeof value === "number" && (!Number.isSafeInteger(value) || value < 0)) {
    throw new ConfigError(path, `expected a whole number that is not negative, got ${value}`);
  }
  return value;
}

/** Numbers that are not free: what a timer, a port or the memory can take. */
const RANGES: readonly (readonly [path: string, least: number, most: number])[] = [
  ["rpc.port", 0, 65_535],
  ["grpc.port", 0, 65_535],
  ["rest.port", 0, 65_535],
  ["metrics.port", 0, 65_535],
  ["consensus.blockIntervalMs", 0, 86_400_000],
  ["consensus.emptyBlockIntervalMs", 0, 86_400_000],
  ["mempool.maxTxs", 1, 10_000_000],
  ["mempool.maxBytes", 1, 2 ** 40],
  ["mempool.maxTxsPerSender", 1, 10_000_000],
  ["state.pruningKeepRecent", 2, 2 ** 31],
  ["state.pruningInterval", 1, 2 ** 31],
  ["state.snapshotInterval", 1, 2 ** 31],
  ["verifyWorkers", 0, 64],
];

function checkRange(config: NodeConfig, [path, least, most]: (typeof RANGES)[number]): void {
  const value = path.split(".").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), config);
  if (typeof value !== "number" || value < least || value > most) {
    throw new ConfigError(path, `expected ${least} to ${most}, got ${value}`);
  }
}

/** Settings over the defaults. Throws ConfigError on an unknown key, a wrong type, and numbers out of range. */
export function parseNodeConfig(given: unknown): NodeConfig {
  if (!isRecord(given)) throw new ConfigError("node.json", "expected an object");
  // `overlay` gives exactly the keys and types of the defaults.
  const config = overlay("", DEFAULT_NODE_CONFIG as unknown as Json, given) as unknown as NodeConfig;
  if (!["default", "nothing", "everything", "custom"].includes(config.state.pruning)) {
    throw new ConfigError("state.pruning", "expected default, nothing, everything or custom");
  }
  if (config.moniker === "") throw new ConfigError("moniker", "must not be empty");
  if (!(LOG_LEVELS as readonly string[]).includes(config.logLevel)) {
    throw new ConfigError("logLevel", `expected one of ${LOG_LEVELS.join(", ")}`);
  }
  for (const range of RANGES) checkRange(config, range);
  return config;
}

/** Which heights a node keeps. */
export function pruningOf({ state }: NodeConfig): PruningOptions {
  // `parseNodeConfig` has checked the name.
  return pruningOptions(state.pruning as PruningName, state.pruningKeepRecent, state.pruningInterval);
}

/** The files of a home directory. */
export function homeFiles(home: string) {
  return {
    config: join(home, "config", "node.json"),
    genesis: join(home, "config", "genesis.json"),
    validatorKey: join(home, "config", "priv_validator_key.json"),
    nodeKey: join(home, "config", "node_key.json"),
    data: join(home, "data"),
    validatorState: join(home, "data", "priv_validator_state.json"),
  } as const;
}

/** Reads a JSON file. Throws ConfigError when it is missing or not JSON. */
export function readJson(file: string): unknown {
  if (!existsSync(file)) throw new ConfigError(file, "no such file; `statesetd init` makes it");
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new ConfigError(file, `not JSON: ${messageOf(cause)}`);
  }
}

/** Writes a JSON file whole or not at all, and makes its folder. */
export function writeJson(file: string, value: unknown, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const scratch = `${file}.tmp`;
  writeFileSync(scratch, `${JSON.stringify(value, undefined, 2)}\n`, { mode });
  renameSync(scratch, file);
}

/** The settings of a home directory; the defaults when it has none. Throws ConfigError, which names the file. */
export function loadNodeConfig(home: string): NodeConfig {
  const file = homeFiles(home).config;
  if (!existsSync(file)) return DEFAULT_NODE_CONFIG;
  const json = readJson(file);
  try {
    return parseNodeConfig(json);
  } catch (cause) {
    throw cause instanceof ConfigError ? new ConfigError(file, cause.message) : cause;
  }
}
