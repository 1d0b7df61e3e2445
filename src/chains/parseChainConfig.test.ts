// Cases: every preset as it is; presets with changes; everything by hand; each thing that can be wrong, by its place.

import { isAddress } from "viem";
import { describe, expect, test } from "vitest";
import { ConfigError } from "./configTable.ts";
import { parseChainConfig } from "./parseChainConfig.ts";
import { CHAIN_PRESETS } from "./presets.ts";

const URL = "https://rpc.example/v3/secret";
const ADDRESS = `0x${"12".repeat(20)}`;
const CONTRACTS = { messageTransmitter: ADDRESS, tokenMessenger: ADDRESS, tokenMinter: ADDRESS };
const EVM = {
  kind: "evm",
  name: "mine",
  domain: 9,
  chainId: 31337,
  rpcUrls: [URL],
  usdc: ADDRESS,
  v2: CONTRACTS,
  finality: { fast: 1, standard: "finalized" },
};
const COSMOS = {
  kind: "cosmos",
  name: "ours",
  domain: 7770,
  chainId: "stateset-1",
  rpcUrls: [URL],
  bech32Prefix: "stateset",
  denom: "uusdc",
  gasPrice: "0.025uusdc",
};

describe("presets", () => {
  test.each([...CHAIN_PRESETS.keys()])("default: %s is whole", (name) => {
    const config = parseChainConfig({ preset: name, rpcUrls: [URL] });
    expect(config).toMatchObject({ ...CHAIN_PRESETS.get(name), name, rpcUrls: [URL], wsUrl: undefined });
    if (config.kind === "cosmos") return;
    const addresses = [config.usdc, ...Object.values(config.v1 ?? {}), ...Object.values(config.v2 ?? {})];
    expect(addresses).toHaveLength(7);
    expect(addresses.filter((address) => !isAddress(address))).toEqual([]);
  });

  test("behavior: names and chain ids are told apart", () => {
    const ids = [...CHAIN_PRESETS.values()].map(({ chainId }) => chainId);
    expect(new Set(ids).size).toBe(CHAIN_PRESETS.size);
  });

  test("behavior: what is given wins, part by part", () => {
    const config = parseChainConfig({
      preset: "ethereum-sepolia",
      name: "eth",
      rpcUrls: [URL],
      wsUrl: "wss://rpc.example",
      v1: false,
      v2: { tokenMinter: ADDRESS },
      finality: { standard: 64 },
      pollIntervalMs: 500,
      startHeight: 12,
    });
    const preset = CHAIN_PRESETS.get("ethereum-sepolia");
    expect(config).toEqual({
      ...preset,
      name: "eth",
      rpcUrls: [URL],
      wsUrl: "wss://rpc.example",
      v1: undefined,
      v2: { ...(preset?.kind === "evm" ? preset.v2 : {}), tokenMinter: ADDRESS },
      finality: { fast: { kind: "blocks", blocks: 2 }, standard: { kind: "blocks", blocks: 64 } },
      pollIntervalMs: 500,
      startHeight: 12n,
    });
  });
});

describe("by hand", () => {
  test("default: an EVM chain and a Cosmos chain", () => {
    expect(parseChainConfig(EVM)).toMatchObject({
      kind: "evm",
      v1: undefined,
      logRangeMax: 2000,
      finality: { fast: { kind: "blocks", blocks: 1 }, standard: { kind: "tag", tag: "finalized" } },
    });
    expect(parseChainConfig(COSMOS)).toMatchObject({
      kind: "cosmos",
      hasV2: false,
      finality: { fast: { kind: "blocks", blocks: 0 }, standard: { kind: "blocks", blocks: 0 } },
    });
  });
});

describe("errors", () => {
  test.each<[string, unknown, string]>([
    ["no table", 7, "expected a table"],
    ["", { ...EVM, kind: undefined }, "chains[0].kind: is missing; expected evm or cosmos, or a preset"],
    ["", { ...EVM, kind: "solana" }, 'chains[0].kind: expected evm or cosmos, got "solana"'],
    ["", { preset: "goerli", rpcUrls: [URL] }, "chains[0].preset: expected one of ethereum"],
    ["", { preset: "noble", kind: "evm", rpcUrls: [URL] }, "chains[0].kind: the preset is of kind cosmos"],
    ["", { preset: "noble" }, "chains[0].rpcUrls: is missing"],
    ["", { ...EVM, rpcUrls: [] }, "chains[0].rpcUrls: is empty"],
    ["", { ...EVM, rpcUrls: URL }, "chains[0].rpcUrls: expected a list"],
    ["", { ...EVM, rpcUrls: Array(17).fill(URL) }, "chains[0].rpcUrls: more than 16 items"],
    [
      "",
      { ...EVM, rpcUrls: [URL, "ws://x/secret"] },
      "chains[0].rpcUrls[1]: expected a URL that begins with http:// or https://",
    ],
    ["", { ...EVM, rpcUrls: [7] }, "chains[0].rpcUrls[0]: expected a text, got 7"],
    ["", { ...EVM, wsUrl: "https://x/secret" }, "chains[0].wsUrl: expected a URL that begins with ws:// or wss://"],
    ["", { ...EVM, name: "Mine" }, 'chains[0].name: expected lower-case letters, digits and -, got "Mine"'],
    ["", { ...EVM, domain: -1 }, "chains[0].domain: expected a whole number of 0 to 4294967295, got -1"],
    ["", { ...EVM, domain: 1.5 }, "chains[0].domain: expected a whole number"],
    ["", { ...EVM, domain: "0" }, 'chains[0].domain: expected a whole number of 0 to 4294967295, got "0"'],
    ["", { ...EVM, chainId: "1" }, "chains[0].chainId: expected a whole number"],
    ["", { ...COSMOS, chainId: 1 }, "chains[0].chainId: expected a text, got 1"],
    ["", { ...EVM, usdc: "0x12" }, "chains[0].usdc: expected 0x and 40 hex digits"],
    [
      "",
      { ...EVM, usdc: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB49" },
      "chains[0].usdc: expected 0x and 40 hex digits",
    ],
    ["", { ...EVM, v2: undefined }, "chains[0].v2: neither v1 nor v2 is given"],
    ["", { ...EVM, v1: CONTRACTS }, "chains[0].v2.messageTransmitter: is that of v1"],
    ["", { ...EVM, v2: { ...CONTRACTS, tokenMinter: undefined } }, "chains[0].v2.tokenMinter: is missing"],
    ["", { ...EVM, v2: { ...CONTRACTS, more: 1 } }, "chains[0].v2.more: there is no such setting"],
    ["", { ...EVM, finality: undefined }, "chains[0].finality: is missing"],
    ["", { ...EVM, finality: { fast: 1 } }, "chains[0].finality.standard: is missing"],
    [
      "",
      { ...EVM, finality: { fast: 1, standard: "latest" } },
      "chains[0].finality.standard: expected a number of blocks",
    ],
    ["", { ...EVM, pollIntervalMs: 1 }, "chains[0].pollIntervalMs: expected a whole number of 10 to 600000, got 1"],
    ["", { ...EVM, logRangeMax: 0 }, "chains[0].logRangeMax: expected a whole number of 1 to 100000, got 0"],
    ["", { ...EVM, bech32Prefix: "x" }, "chains[0].bech32Prefix: there is no such setting"],
    ["", { ...COSMOS, usdc: ADDRESS }, "chains[0].usdc: there is no such setting"],
    ["", { ...COSMOS, gasPrice: "uusdc" }, "chains[0].gasPrice: expected a price as 0.025uusdc"],
    ["", { ...COSMOS, hasV2: "yes" }, "chains[0].hasV2: expected true or false"],
    ["", JSON.parse('{"__proto__": {"preset": "noble"}, "rpcUrls": []}'), "chains[0].kind: is missing"],
  ])("error: %s %j", (_name, value, text) => {
    const parse = () => parseChainConfig(value, "chains[0]");
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(text);
    expect(parse).not.toThrow("secret");
  });
});
