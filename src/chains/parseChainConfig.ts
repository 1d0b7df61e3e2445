// A chain in the configuration of attester and relayer: a preset with RPC URLs, or everything by hand.

import { isAddress } from "viem";
import type { CctpContracts, ChainConfig, CosmosChainConfig, EvmChainConfig, FinalityRule } from "./chainConfig.ts";
import { ConfigTable } from "./configTable.ts";
import { CHAIN_PRESETS, type ChainPreset } from "./presets.ts";

/** Most endpoints of one chain. */
const RPC_URLS_MAX = 16;
const POLL_INTERVAL_MS = { min: 10, max: 600_000, default: 2_000 };
const LOG_RANGE = { min: 1, max: 100_000, default: 2_000 };
/** Deepest finality that is counted in blocks: more than a day of the fastest chain that anybody runs. */
const FINALITY_BLOCKS = { min: 0, max: 1_000_000 };
const UINT32 = { min: 0, max: 0xffff_ffff };
const HEIGHT = { min: 0, max: Number.MAX_SAFE_INTEGER };
const EVM_CHAIN_ID = { min: 1, max: Number.MAX_SAFE_INTEGER };

const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const COSMOS_CHAIN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$/;
const BECH32_PREFIX = /^[a-z][a-z0-9]{0,31}$/;
const DENOM = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;
const GAS_PRICE = /^[0-9]{1,9}(?:\.[0-9]{1,18})?[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;

/** The part of a preset that a chain of that kind has. */
type PresetOf<Kind extends ChainConfig["kind"]> = Extract<ChainPreset, { kind: Kind }>;

/**
 * The chain that a table describes; `path` is where the table stands, for errors. With `preset` every other key but
 * `rpcUrls` may be left out, and what is given wins. Throws ConfigError.
 */
export function parseChainConfig(value: unknown, path = "chain"): ChainConfig {
  const table = new ConfigTable(value, path);
  const preset = presetOf(table);
  const kind = table.textLike("kind", /^(?:evm|cosmos)$/, "evm or cosmos") ?? preset?.kind;
  if (kind === undefined) return table.fail("kind", "is missing; expected evm or cosmos, or a preset");
  if (preset !== undefined && preset.kind !== kind) table.fail("kind", `the preset is of kind ${preset.kind}`);
  const config =
    kind === "evm" ? evmConfig(table, preset as PresetOf<"evm">) : cosmosConfig(table, preset as PresetOf<"cosmos">);
  table.end();
  return config;
}

function presetOf(table: ConfigTable): ChainPreset | undefined {
  const name = table.text("preset");
  if (name === undefined) return undefined;
  const preset = CHAIN_PRESETS.get(name);
  return preset ?? table.fail("preset", `expected one of ${[...CHAIN_PRESETS.keys()].join(", ")}`);
}

function commonConfig(table: ConfigTable, preset: ChainPreset | undefined) {
  const startHeight = table.integer("startHeight", HEIGHT);
  return {
    name:
      table.textLike("name", NAME, "lower-case letters, digits and -") ??
      preset?.name ??
      table.fail("name", "is missing"),
    domain: table.integer("domain", UINT32) ?? preset?.domain ?? table.fail("domain", "is missing"),
    rpcUrls: rpcUrls(table),
    wsUrl: urlText(table, "wsUrl", table.text("wsUrl"), /^wss?:$/),
    pollIntervalMs:
      table.integer("pollIntervalMs", POLL_INTERVAL_MS) ?? preset?.pollIntervalMs ?? POLL_INTERVAL_MS.default,
    startHeight: startHeight === undefined ? undefined : BigInt(startHeight),
  };
}

function rpcUrls(table: ConfigTable): readonly string[] {
  const urls = table.texts("rpcUrls") ?? table.fail("rpcUrls", "is missing");
  if (urls.length === 0) table.fail("rpcUrls", "is empty");
  if (urls.length > RPC_URLS_MAX) table.fail("rpcUrls", `more than ${RPC_URLS_MAX} items`);
  for (const [index, url] of urls.entries()) urlText(table, `rpcUrls[${index}]`, url, /^https?:$/);
  return urls;
}

/** The text of a URL of a protocol. The error leaves the text out: it may hold somebody's key. */
function urlText<T extends string | undefined>(table: ConfigTable, key: string, text: T, protocol: RegExp): T {
  if (text === undefined) return text;
  if (!URL.canParse(text) || !protocol.test(new URL(text).protocol)) {
    table.fail(
      key,
      `expected a URL that begins with ${protocol.test("ws:") ? "ws:// or wss://" : "http:// or https://"}`,
    );
  }
  return text;
}

function evmConfig(table: ConfigTable, preset: PresetOf<"evm"> | undefined): EvmChainConfig {
  const v1 = contracts(table, "v1", preset?.v1);
  const v2 = contracts(table, "v2", preset?.v2);
  if (v1 === undefined && v2 === undefined) table.fail("v2", "neither v1 nor v2 is given: there is nothing to watch");
  if (v1 !== undefined && v1.messageTransmitter.toLowerCase() === v2?.messageTransmitter.toLowerCase()) {
    table.fail("v2.messageTransmitter", "is that of v1");
  }
  return {
    kind: "evm",
    ...commonConfig(table, preset),
    chainId: table.integer("chainId", EVM_CHAIN_ID) ?? preset?.chainId ?? table.fail("chainId", "is missing"),
    usdc: address(table, "usdc") ?? preset?.usdc ?? table.fail("usdc", "is missing"),
    v1,
    v2,
    logRangeMax: table.integer("logRangeMax", LOG_RANGE) ?? preset?.logRangeMax ?? LOG_RANGE.default,
    finality: finality(table, preset?.finality),
  };
}

function cosmosConfig(table: ConfigTable, preset: PresetOf<"cosmos"> | undefined): CosmosChainConfig {
  const required = (key: "chainId" | "bech32Prefix" | "denom" | "gasPrice", pattern: RegExp, form: string): string =>
    table.textLike(key, pattern, form) ?? preset?.[key] ?? table.fail(key, "is missing");
  return {
    kind: "cosmos",
    ...commonConfig(table, preset),
    chainId: required("chainId", COSMOS_CHAIN_ID, "a chain id"),
    bech32Prefix: required("bech32Prefix", BECH32_PREFIX, "a bech32 prefix"),
    denom: required("denom", DENOM, "a denomination"),
    gasPrice: required("gasPrice", GAS_PRICE, "a price as 0.025uusdc"),
    hasV2: table.bool("hasV2") ?? preset?.hasV2 ?? false,
    finality: finality(table, preset?.finality ?? AT_ONCE),
  };
}

/** Blocks of CometBFT are final when they are seen. */
const AT_ONCE = { fast: { kind: "blocks", blocks: 0 }, standard: { kind: "blocks", blocks: 0 } } as const;

function address(table: ConfigTable, key: string): `0x${string}` | undefined {
  const text = table.text(key);
  if (text === undefined) return undefined;
  // Mixed case is a checksum, and must be right.
  if (!isAddress(text))
    return table.fail(key, "expected 0x and 40 hex digits, with a right checksum where the case is mixed");
  return text;
}

function contracts(table: ConfigTable, key: "v1" | "v2", preset: CctpContracts | undefined): CctpContracts | undefined {
  // `v1 = false` takes the version away that a preset has.
  if (table.value(key) === false) return undefined;
  const given = table.table(key);
  if (given === undefined) return preset;
  const required = (name: keyof CctpContracts): `0x${string}` =>
    address(given, name) ?? preset?.[name] ?? given.fail(name, "is missing");
  const all = {
    messageTransmitter: required("messageTransmitter"),
    tokenMessenger: required("tokenMessenger"),
    tokenMinter: required("tokenMinter"),
  };
  given.end();
  return all;
}

function finality(table: ConfigTable, preset: ChainConfig["finality"] | undefined): ChainConfig["finality"] {
  const given = table.table("finality");
  if (given === undefined) return preset ?? table.fail("finality", "is missing");
  const rules = {
    fast: finalityRule(given, "fast") ?? preset?.fast ?? given.fail("fast", "is missing"),
    standard: finalityRule(given, "standard") ?? preset?.standard ?? given.fail("standard", "is missing"),
  };
  given.end();
  return rules;
}

/** `12` is so many blocks on top; `"safe"` and `"finalized"` are what the EVM node says. */
function finalityRule(table: ConfigTable, key: string): FinalityRule | undefined {
  const value = table.value(key);
  if (value === "safe" || value === "finalized") return { kind: "tag", tag: value };
  if (typeof value === "string") table.fail(key, 'expected a number of blocks, "safe" or "finalized"');
  const blocks = table.integer(key, FINALITY_BLOCKS);
  return blocks === undefined ? undefined : { kind: "blocks", blocks };
}
