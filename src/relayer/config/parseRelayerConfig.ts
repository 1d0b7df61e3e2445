// Reads the relayer's configuration: TOML text, or the same as an object. Every key is checked, and an error names it.

import { parse } from "smol-toml";
import type { ChainConfig } from "../../chains/chainConfig.ts";
import { ConfigError, ConfigTable } from "../../chains/configTable.ts";
import { parseChainConfig } from "../../chains/parseChainConfig.ts";
import { decodeBech32 } from "../../codec/address.ts";
import { fromHex, toHex } from "../../codec/bytes.ts";
import type { RouteFilter } from "../routes.ts";
import type { AttestationServiceConfig, KeySource, RelayerConfig, RouteConfig, WalletConfig } from "./relayerConfig.ts";

const MS_PER_DAY = 86_400_000;
const PORT = { min: 0, max: 65_535, default: 4601 };
const INTERVAL_MS = { min: 10, max: 600_000, default: 1_000 };
const DELAY_MS = { min: 0, max: 86_400_000, default: 0 };
const STALL_MS = { min: 0, max: 86_400_000, default: 300_000 };
const RETENTION_DAYS = { min: 1, max: 36_500, default: 90 };
const STUCK_MS = { min: 100, max: 86_400_000, default: 60_000 };
const IN_FLIGHT = { min: 1, max: 256, default: 16 };
const CONFIRMATIONS = { min: 1, max: 1_000, default: 1 };
const MAX_FEE_GWEI = { min: 0.000_000_001, max: 1_000_000 };
const GAS_LIMIT = { min: 100_000, max: 30_000_000, default: 1_000_000 };
const BATCH = { min: 1, max: 200, default: 20 };
const TIMEOUT_BLOCKS = { min: 10, max: 100_000, default: 200 };
/** Circle blocks above 35. */
const REQUESTS_PER_SECOND = { min: 1, max: 10_000, default: 30 };
const BLOCKED_MS = { min: 100, max: 3_600_000, default: 300_000 };
const POLL_MS = { min: 20, max: 3_600_000, first: 2_000, longest: 60_000 };
/** A destination that refuses is asked again: soon at first, then every half hour. */
const REFUSED_MS = { first: 5_000, longest: 1_800_000 };
const BACKOFF_FACTOR = 1.5;
const REFUSED_FACTOR = 2;

/** Wei below which a wallet is called dry: a few deliveries on a dear day. */
const EVM_BALANCE_MIN = 5_000_000_000_000_000n;
/** Micro-units below which a wallet is called dry. */
const COSMOS_BALANCE_MIN = 100_000n;

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const KEY = /^(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|keyring:[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63})$/;
const UINT = /^(?:0|[1-9][0-9]{0,38})$/;
const HOST = /^[A-Za-z0-9.:-]{1,253}$/;
const BYTES32 = 32;
const ADDRESS_BYTES = 20;

/** The configuration in a TOML text. Throws ConfigError. */
export function parseRelayerToml(text: string): RelayerConfig {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new ConfigError("configuration", `not TOML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return parseRelayerConfig(value);
}

/** The configuration in an object with the keys of the file. Throws ConfigError, which names the key. */
export function parseRelayerConfig(value: unknown): RelayerConfig {
  const file = new ConfigTable(value, "");
  const chains = chainsOf(file);
  const wallets = walletsOf(file, chains);
  const attestation = servicesOf(file);
  const config: RelayerConfig = {
    journal: file.text("journal") ?? file.fail("journal", "is missing"),
    retentionMs: (file.integer("retentionDays", RETENTION_DAYS) ?? RETENTION_DAYS.default) * MS_PER_DAY,
    intervalMs: file.integer("intervalMs", INTERVAL_MS) ?? INTERVAL_MS.default,
    delayMs: file.integer("delayMs", DELAY_MS) ?? DELAY_MS.default,
    refusedBackoff: {
      firstMs: file.integer("refusedFirstMs", POLL_MS) ?? REFUSED_MS.first,
      factor: REFUSED_FACTOR,
      maxMs: file.integer("refusedMaxMs", POLL_MS) ?? REFUSED_MS.longest,
    },
    stallAfterMs: file.integer("stallAfterMs", STALL_MS) ?? STALL_MS.default,
    http: httpOf(file),
    chains,
    wallets,
    attestation,
    routes: routesOf(file, { chains, wallets, attestation }),
  };
  file.end();
  return config;
}

/** Tables of a list that must not be empty. */
function requiredTables(file: ConfigTable, key: string): readonly ConfigTable[] {
  const tables = file.tables(key) ?? [];
  return tables.length === 0 ? file.fail(key, "is missing or empty") : tables;
}

function chainsOf(file: ConfigTable): readonly ChainConfig[] {
  const list = file.value("chains");
  if (!Array.isArray(list) || list.length === 0) return file.fail("chains", "expected a list of at least one table");
  const chains = list.map((item, index) => parseChainConfig(item, `chains[${index}]`));
  for (const [index, { name, domain }] of chains.entries()) {
    const before = chains.slice(0, index);
    if (before.some((other) => other.name === name)) file.fail(`chains[${index}].name`, `${name} is there twice`);
    if (before.some((other) => other.domain === domain))
      file.fail(`chains[${index}].domain`, `${domain} is there twice`);
  }
  return chains;
}

function httpOf(file: ConfigTable): RelayerConfig["http"] {
  if (file.value("http") === false) return undefined;
  const table = file.table("http");
  if (table === undefined) return { host: "127.0.0.1", port: PORT.default };
  const host = table.textLike("host", HOST, "a host name or address") ?? "127.0.0.1";
  const port = table.integer("port", PORT) ?? PORT.default;
  table.end();
  return { host, port };
}

/** The chain that a key names. */
function chainNamed(table: ConfigTable, key: string, chains: readonly ChainConfig[]): ChainConfig {
  const name = table.text(key) ?? table.fail(key, "is missing");
  const chain = chains.find((candidate) => candidate.name === name);
  return chain ?? table.fail(key, `there is no chain ${name}; expected one of ${chains.map((c) => c.name).join(", ")}`);
}

function uint(table: ConfigTable, key: string): bigint | undefined {
  const value = table.value(key);
  if (value === undefined) return undefined;
  const text = typeof value === "number" || typeof value === "bigint" ? value.toString() : value;
  if (typeof text === "string" && UINT.test(text)) return BigInt(text);
  return table.fail(key, "expected a whole number in the smallest unit");
}

function walletsOf(file: ConfigTable, chains: readonly ChainConfig[]): readonly WalletConfig[] {
  const wallets = requiredTables(file, "wallets").map((table) => walletOf(table, chains));
  for (const [index, { chain }] of wallets.entries()) {
    const isTwice = wallets.slice(0, index).some((other) => other.chain === chain);
    if (isTwice) file.fail(`wallets[${index}].chain`, `${chain} has a wallet already`);
  }
  return wallets;
}

function keyOf(table: ConfigTable): KeySource {
  const text = table.text("key") ?? table.fail("key", "is missing");
  // What stands there may be the key itself: it is not repeated.
  if (!KEY.test(text)) table.fail("key", "expected env:NAME or keyring:NAME; the key itself does not belong here");
  const [kind, name = ""] = text.split(":");
  return { kind: kind === "env" ? "env" : "keyring", name };
}

function walletOf(table: ConfigTable, chains: readonly ChainConfig[]): WalletConfig {
  const chain = chainNamed(table, "chain", chains);
  const gwei = chain.kind === "evm" ? table.number("maxFeeGwei", MAX_FEE_GWEI) : undefined;
  const evmOnly = <T>(value: () => T, fallback: T) => (chain.kind === "evm" ? value() : fallback);
  const cosmosOnly = <T>(value: () => T, fallback: T) => (chain.kind === "cosmos" ? value() : fallback);
  const wallet: WalletConfig = {
    chain: chain.name,
    key: keyOf(table),
    balanceMin: uint(table, "balanceMin") ?? (chain.kind === "evm" ? EVM_BALANCE_MIN : COSMOS_BALANCE_MIN),
    stuckAfterMs: table.integer("stuckAfterMs", STUCK_MS) ?? STUCK_MS.default,
    inFlightMax: evmOnly(() => table.integer("inFlightMax", IN_FLIGHT), undefined) ?? IN_FLIGHT.default,
    confirmations: evmOnly(() => table.integer("confirmations", CONFIRMATIONS), undefined) ?? CONFIRMATIONS.default,
    maxFeePerGas: gwei === undefined ? undefined : BigInt(Math.round(gwei * 1e9)),
    gasLimitMax: BigInt(evmOnly(() => table.integer("gasLimitMax", GAS_LIMIT), undefined) ?? GAS_LIMIT.default),
    batchMax: cosmosOnly(() => table.integer("batchMax", BATCH), undefined) ?? BATCH.default,
    timeoutBlocks:
      cosmosOnly(() => table.integer("timeoutBlocks", TIMEOUT_BLOCKS), undefined) ?? TIMEOUT_BLOCKS.default,
  };
  // A setting of the other kind of chain was not asked for, and is refused here.
  table.end();
  return wallet;
}

function servicesOf(file: ConfigTable): readonly AttestationServiceConfig[] {
  const services = requiredTables(file, "attestation").map((table) => {
    const url = table.text("url") ?? table.fail("url", "is missing");
    const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    if (!isHttp) table.fail("url", "expected a URL that begins with http:// or https://");
    const firstMs = table.integer("pollMs", POLL_MS) ?? POLL_MS.first;
    const service: AttestationServiceConfig = {
      name: table.textLike("name", NAME, "lower-case letters, digits and -") ?? "default",
      url: url.replace(/\/+$/, ""),
      requestsPerSecond: table.integer("requestsPerSecond", REQUESTS_PER_SECOND) ?? REQUESTS_PER_SECOND.default,
      blockedMs: table.integer("blockedMs", BLOCKED_MS) ?? BLOCKED_MS.default,
      backoff: {
        firstMs,
        factor: BACKOFF_FACTOR,
        maxMs: Math.max(firstMs, table.integer("pollMaxMs", POLL_MS) ?? POLL_MS.longest),
      },
    };
    table.end();
    return service;
  });
  for (const [index, { name }] of services.entries()) {
    const isTwice = services.slice(0, index).some((other) => other.name === name);
    if (isTwice) file.fail(`attestation[${index}].name`, `${name} is there twice`);
  }
  return services;
}

type Ends = Pick<RelayerConfig, "chains" | "wallets" | "attestation">;

function hasVersion(chain: ChainConfig, version: 1 | 2): boolean {
  if (chain.kind === "cosmos") return version === 1 || chain.hasV2;
  return (version === 1 ? chain.v1 : chain.v2) !== undefined;
}

function routesOf(file: ConfigTable, ends: Ends): readonly RouteConfig[] {
  const routes = requiredTables(file, "routes").map((table) => routeOf(table, ends));
  for (const [index, route] of routes.entries()) {
    const isTwice = routes
      .slice(0, index)
      .some(
        ({ from, to, versions }) =>
          from === route.from && to === route.to && versions.some((v) => route.versions.includes(v)),
      );
    if (isTwice) file.fail(`routes[${index}]`, `from ${route.from} to ${route.to} is there twice`);
  }
  return routes;
}

function routeOf(table: ConfigTable, { chains, wallets, attestation }: Ends): RouteConfig {
  const from = chainNamed(table, "from", chains);
  const to = chainNamed(table, "to", chains);
  if (from === to) table.fail("to", `${to.name} is where it comes from`);
  if (!wallets.some(({ chain }) => chain === to.name)) table.fail("to", `${to.name} has no wallet: nobody would pay`);
  const route: RouteConfig = {
    from: from.name,
    to: to.name,
    versions: versionsOf(table, from, to),
    attestation: serviceOf(table, attestation),
    filter: filterOf(table),
  };
  table.end();
  return route;
}

function versionsOf(table: ConfigTable, from: ChainConfig, to: ChainConfig): readonly (1 | 2)[] {
  const both = ([1, 2] as const).filter((version) => hasVersion(from, version) && hasVersion(to, version));
  const given = table.value("versions");
  if (given === undefined) {
    return both.length === 0 ? table.fail("versions", `${from.name} and ${to.name} have none in common`) : both;
  }
  const list = Array.isArray(given) ? given.map(Number) : [];
  const versions = ([1, 2] as const).filter((version) => list.includes(version));
  if (versions.length === 0 || versions.length !== list.length) table.fail("versions", "expected [1], [2] or [1, 2]");
  const missing = versions.find((version) => !both.includes(version));
  if (missing !== undefined) table.fail("versions", `${from.name} and ${to.name} do not both have V${missing}`);
  return versions;
}

function serviceOf(table: ConfigTable, services: readonly AttestationServiceConfig[]): string {
  const name = table.text("attestation") ?? (services.length === 1 ? services[0]?.name : undefined);
  if (name === undefined) return table.fail("attestation", "is missing: there is more than one service");
  if (!services.some((service) => service.name === name)) table.fail("attestation", `there is no service ${name}`);
  return name;
}

function filterOf(table: ConfigTable): RouteFilter {
  const recipients = table.texts("mintRecipients");
  const amountMax = uint(table, "amountMaxUusdc");
  const filter: RouteFilter = {
    mintRecipients:
      recipients === undefined
        ? undefined
        : new Set(recipients.map((text, index) => recipientOf(table, `mintRecipients[${index}]`, text))),
    amountMin: uint(table, "amountMinUusdc") ?? 0n,
    amountMax,
    callers: table.textLike("callers", /^(?:any|ours)$/, "any or ours") === "ours" ? "ours" : "any",
    genericMessages: table.bool("genericMessages") ?? false,
  };
  if (amountMax !== undefined && amountMax < filter.amountMin) table.fail("amountMaxUusdc", "is below amountMinUusdc");
  return filter;
}

/** The low 20 bytes of an address: 0x and 40 or 64 hex digits, or bech32. */
function recipientOf(table: ConfigTable, key: string, text: string): string {
  const bytes = /^0x(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(text) ? fromHex(text.slice(2)) : bech32Bytes(text);
  if (bytes === undefined || (bytes.length !== ADDRESS_BYTES && bytes.length !== BYTES32)) {
    return table.fail(key, "expected an address: 0x and 40 or 64 hex digits, or bech32");
  }
  return toHex(bytes.subarray(bytes.length - ADDRESS_BYTES));
}

function bech32Bytes(text: string): Uint8Array | undefined {
  try {
    return decodeBech32(text).bytes;
  } catch {
    // Neither hex nor bech32: the caller says where.
    return undefined;
  }
}
