// What a client is made with, checked before anything is sent.

import type { CacheOptions } from "./cache/cache.ts";
import { ConfigError } from "./errors.ts";
import type { MetricsOptions } from "./metrics/metrics.ts";

/** Which network the client is for: an API key of the other kind is refused before it is sent anywhere. */
export type Network = "mainnet" | "testnet" | "devnet";

/** Options of a StateSetClient. Everything has a default but the endpoint. */
export interface StateSetClientOptions {
  /** Base URL of the gateway; by default the environment's STATESET_ENDPOINT, or a devnet's where `network` says so. */
  readonly endpoint?: string | undefined;
  /** `sk_test_…` or `sk_live_…`; by default the environment's STATESET_API_KEY. */
  readonly apiKey?: string | undefined;
  readonly network?: Network | undefined;
  /** How long a call may take, its retries included, milliseconds; 30000 by default, 0 is for ever. */
  readonly timeout?: number | undefined;
  /** How often a call is tried again; 2 by default. */
  readonly maxRetries?: number | undefined;
  readonly cache?: CacheOptions | undefined;
  /** More gateways over the same data. With `endpoint`, they share the writes by the shard key, and stand in for another. */
  readonly endpoints?: readonly string[] | undefined;
  /** The field by whose value a call is routed, such as `customer_id`; calls without it are routed by their id. */
  readonly shard_key?: string | undefined;
  /** Gateways that only reads go to. */
  readonly replicas?: readonly string[] | undefined;
  /** How many of the replicas the reads of one key are spread over; all of them by default. */
  readonly read_replicas?: number | undefined;
  /** When a write is done. `majority`: two thirds of the validators have its block, which is what the chain does anyway. */
  readonly write_concern?: "majority" | undefined;
  readonly metrics?: MetricsOptions | undefined;
  /** Used in place of the platform's. */
  readonly fetch?: typeof fetch | undefined;
}

/** Options with their defaults. */
export interface Settings {
  readonly primaries: readonly string[];
  readonly replicas: readonly string[];
  readonly readReplicas: number | undefined;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly shardKey: string | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_RETRIES = 2;
const RETRIES_MAX = 20;
const ENDPOINTS_MAX = 64;
const DEVNET_ENDPOINT = "http://127.0.0.1:8080";
const LIVE_KEY = "sk_live_";
const TEST_KEY = "sk_test_";

/** The process's environment; browsers have none. */
function environment(name: string): string | undefined {
  const { process } = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string>> } };
  const value = process?.env?.[name];
  return value === "" ? undefined : value;
}

function baseUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.search === "" && url.hash === "" && url.username === "" && url.password === "";
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || !isPlain) {
    throw new ConfigError(`${name}: expected a URL such as https://api.example.com`);
  }
  return url.href.replace(/\/+$/, "");
}

function wholeNumber(name: string, value: number, most: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > most) {
    throw new ConfigError(`${name}: expected a whole number from 0 to ${most}, got ${value}`);
  }
  return value;
}

function endpointsOf({ endpoint, endpoints = [], network }: StateSetClientOptions): readonly string[] {
  const first = endpoint ?? (endpoints.length > 0 ? undefined : environment("STATESET_ENDPOINT"));
  const given = [...(first === undefined ? [] : [first]), ...endpoints];
  if (given.length === 0 && network === "devnet") return [DEVNET_ENDPOINT];
  if (given.length === 0) throw new ConfigError("endpoint: expected a URL, here or in STATESET_ENDPOINT");
  return [...new Set(given.map((each) => baseUrl("endpoint", each)))];
}

/** A key that would be sent to a network that it is not for. The key itself is in no message. */
function checkKey(apiKey: string | undefined, network: Network | undefined): void {
  if (apiKey === undefined) return;
  if (!/^[!-~]+$/.test(apiKey)) throw new ConfigError("apiKey: expected printable ASCII without spaces");
  if (network === "mainnet" && apiKey.startsWith(TEST_KEY)) throw new ConfigError("apiKey: a test key on mainnet");
  if (network !== undefined && network !== "mainnet" && apiKey.startsWith(LIVE_KEY)) {
    throw new ConfigError(`apiKey: a live key on ${network}`);
  }
}

/** Checks options and fills in the defaults. Throws ConfigError. */
export function settingsOf(options: StateSetClientOptions): Settings {
  const { network, timeout = TIMEOUT_MS, maxRetries = MAX_RETRIES, read_replicas, write_concern } = options;
  if (write_concern !== undefined && write_concern !== "majority") {
    throw new ConfigError(`write_concern: expected "majority", which is what every write has`);
  }
  const apiKey = options.apiKey ?? environment("STATESET_API_KEY");
  checkKey(apiKey, network);
  const replicas = [...new Set((options.replicas ?? []).map((each) => baseUrl("replicas", each)))];
  const primaries = endpointsOf(options);
  wholeNumber("endpoints", primaries.length + replicas.length, ENDPOINTS_MAX);
  return {
    primaries,
    replicas,
    readReplicas: read_replicas === undefined ? undefined : wholeNumber("read_replicas", read_replicas, ENDPOINTS_MAX),
    apiKey,
    timeoutMs: wholeNumber("timeout", timeout, 2 ** 31 - 1),
    maxRetries: wholeNumber("maxRetries", maxRetries, RETRIES_MAX),
    shardKey: options.shard_key,
  };
}
