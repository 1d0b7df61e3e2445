// Reads the attester's configuration: TOML text, or the same as an object. README.md lists the settings.

import { parse } from "smol-toml";
import { evmAddressOfPublicKey } from "../cctp/addresses.ts";
import type { ChainConfig } from "../chains/chainConfig.ts";
import { ConfigError, ConfigTable } from "../chains/configTable.ts";
import { parseChainConfig } from "../chains/parseChainConfig.ts";
import { fromHex } from "../codec/bytes.ts";
import { fullPublicKey } from "../crypto/secp256k1.ts";
import { AttesterConfigError, type AttesterOptions, checkChains, type DestinationOptions } from "./attesterOptions.ts";
import { type FeeSchedule, type RouteFee, type RouteRates, rateOfBps } from "./fees.ts";
import { KEYS_MAX, type PublicKey } from "./keyRing.ts";
import { type KeyPlace, parseKeyPlace } from "./keySources.ts";
import type { ListenOptions } from "./listen.ts";
import { CIRCLE_RATE_LIMIT, type RateLimitOptions } from "./rateLimit.ts";

/** The keys of one version, and where they lie. */
export interface KeyPlaces {
  readonly keys: readonly KeyPlace[];
  readonly threshold: number;
  readonly retired: readonly PublicKey[];
}

/** Everything that stands in the file; keys only by their places. */
export interface AttesterConfig extends Omit<AttesterOptions, "keys" | "logger"> {
  readonly v1: KeyPlaces | undefined;
  readonly v2: KeyPlaces | undefined;
  /** The variable that holds the passphrase of sealed key files. */
  readonly passphraseEnv: string | undefined;
}

const DEFAULT_PORT = 3100;
const PORT = { min: 0, max: 65_535 };
const HOST = /^[A-Za-z0-9.:-]{1,253}$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const UINT32 = { min: 0, max: 0xffff_ffff };
const BPS = { min: 0, max: 9_999.999 };
const USDC = { min: 0, max: 1_000_000_000 };
const USDC_UNITS = 1_000_000;
const LIFETIME_BLOCKS = { min: 1, max: 1_000_000_000 };
const REQUESTS_PER_SECOND = { min: 1, max: 1_000_000 };
const BLOCKED_SECONDS = { min: 0, max: 86_400 };
const MS_PER_SECOND = 1_000;

/** The configuration in a TOML text. Throws ConfigError. */
export function parseAttesterToml(text: string): AttesterConfig {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new ConfigError("configuration", `not TOML: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return parseAttesterConfig(value);
}

/** The configuration in an object with the keys of the file. Throws ConfigError, which names the key. */
export function parseAttesterConfig(value: unknown): AttesterConfig {
  const file = new ConfigTable(value, "");
  const config: AttesterConfig = {
    home: file.text("home") ?? file.fail("home", "is missing"),
    chains: chainsOf(file),
    v1: keyPlaces(file, 1),
    v2: keyPlaces(file, 2),
    passphraseEnv: file.textLike("passphraseEnv", ENV_NAME, "the name of an environment variable"),
    http: listenOf(file, "http") ?? { port: DEFAULT_PORT },
    admin: listenOf(file, "admin", { hasHost: false }),
    metrics: listenOf(file, "metrics"),
    rateLimit: rateLimitOf(file),
    fees: feesOf(file),
    ...fastOf(file),
  };
  if (config.v1 === undefined && config.v2 === undefined) file.fail("v2", "neither v1 nor v2 has keys");
  file.end();
  try {
    checkChains(config);
  } catch (error) {
    if (error instanceof AttesterConfigError) throw new ConfigError("chains", error.message);
    throw error;
  }
  return config;
}

function chainsOf(file: ConfigTable): readonly ChainConfig[] {
  const list = file.value("chains");
  if (!Array.isArray(list) || list.length === 0) return file.fail("chains", "expected a list of at least one table");
  return list.map((item, index) => parseChainConfig(item, `chains[${index}]`));
}

function listenOf(
  file: ConfigTable,
  key: string,
  { hasHost = true } = {},
): (ListenOptions & { port: number }) | undefined {
  const table = file.table(key);
  if (table === undefined) return undefined;
  const host = hasHost ? table.textLike("host", HOST, "a host name or address") : undefined;
  const port = table.integer("port", PORT) ?? table.fail("port", "is missing");
  table.end();
  return { host, port };
}

/** Circle's limit unless another one is given; `false` lets everybody through. */
function rateLimitOf(file: ConfigTable): RateLimitOptions | undefined {
  if (file.value("rateLimit") === false) return undefined;
  const table = file.table("rateLimit");
  if (table === undefined) return CIRCLE_RATE_LIMIT;
  const perSecond = table.integer("perSecond", REQUESTS_PER_SECOND) ?? CIRCLE_RATE_LIMIT.perSecond;
  const blockedSeconds = table.number("blockedSeconds", BLOCKED_SECONDS);
  table.end();
  const blockedMs = blockedSeconds === undefined ? CIRCLE_RATE_LIMIT.blockedMs : blockedSeconds * MS_PER_SECOND;
  return { perSecond, blockedMs };
}

function keyPlaces(file: ConfigTable, version: 1 | 2): KeyPlaces | undefined {
  const table = file.table(`v${version}`);
  if (table === undefined) return undefined;
  const texts = table.texts("keys") ?? table.fail("keys", "is missing");
  if (texts.length === 0 || texts.length > KEYS_MAX) table.fail("keys", `expected 1 to ${KEYS_MAX} keys`);
  const places = {
    keys: texts.map((text, index) => {
      // The text may be a key that somebody put there by mistake: it is not repeated.
      return parseKeyPlace(text) ?? table.fail(`keys[${index}]`, "expected env:NAME or file:PATH");
    }),
    threshold: table.integer("threshold", { min: 1, max: texts.length }) ?? table.fail("threshold", "is missing"),
    retired: (table.texts("retired") ?? []).map((text, index) => publicKey(table, `retired[${index}]`, version, text)),
  };
  table.end();
  return places;
}

function publicKey(table: ConfigTable, key: string, version: 1 | 2, text: string): PublicKey {
  try {
    const bytes = fullPublicKey(fromHex(text.replace(/^0x/, "")));
    return { version, publicKey: bytes, address: evmAddressOfPublicKey(bytes) };
  } catch (error) {
    // No hex, or no point of the curve.
    if (!(error instanceof Error)) throw error;
  }
  return table.fail(key, "expected a public key of secp256k1 in hex");
}

function feesOf(file: ConfigTable): FeeSchedule {
  const table = file.table("fees");
  const otherwise = table === undefined ? { fast: 0n, standard: 0n } : ratesOf(table);
  const routes = (table?.tables("routes") ?? []).map((route): RouteFee => {
    const source = route.integer("source", UINT32) ?? route.fail("source", "is missing");
    const destination = route.integer("destination", UINT32) ?? route.fail("destination", "is missing");
    const fee = { source, destination, ...ratesOf(route) };
    route.end();
    return fee;
  });
  table?.end();
  return { routes, otherwise };
}

function ratesOf(table: ConfigTable): RouteRates {
  const rate = (key: string): bigint => {
    try {
      return rateOfBps(table.number(key, BPS) ?? 0);
    } catch (error) {
      if (error instanceof RangeError) return table.fail(key, error.message);
      throw error;
    }
  };
  return { fast: rate("fastBps"), standard: rate("standardBps") };
}

function fastOf(file: ConfigTable): Pick<AttesterConfig, "fast" | "lifetimeBlocks" | "destinations"> {
  const table = file.table("fast");
  if (table === undefined) return {};
  const limits = { allowance: usdc(table, "allowanceUsdc"), amountMax: usdc(table, "amountMaxUsdc") };
  const fast = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  const lifetimeBlocks = blocks(table);
  const destinations = (table.tables("destinations") ?? []).map((each): DestinationOptions => {
    const destination = {
      domain: each.integer("domain", UINT32) ?? each.fail("domain", "is missing"),
      lifetimeBlocks: blocks(each),
      heightOf: each.integer("heightOf", UINT32),
    };
    each.end();
    return destination;
  });
  table.end();
  return { fast, lifetimeBlocks, destinations };
}

function blocks(table: ConfigTable): bigint | undefined {
  const count = table.integer("lifetimeBlocks", LIFETIME_BLOCKS);
  return count === undefined ? undefined : BigInt(count);
}

/** Whole USDC or less, in base units. */
function usdc(table: ConfigTable, key: string): bigint | undefined {
  const amount = table.number(key, USDC);
  if (amount === undefined) return undefined;
  const units = Math.round(amount * USDC_UNITS);
  if (Math.abs(amount * USDC_UNITS - units) > 1e-3) table.fail(key, "has more than six decimals");
  return BigInt(units);
}
