// Cases: a file with everything; the defaults; each setting broken, and the path in its error; keys never in an error.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../chains/configTable.ts";
import { parseRelayerConfig, parseRelayerToml } from "./parseRelayerConfig.ts";

const TOML = `
journal = "/var/lib/relayer"
delayMs = 3000

[http]
port = 4700

[[chains]]
preset = "ethereum-sepolia"
rpcUrls = ["https://rpc.example/secret-key"]

[[chains]]
kind = "cosmos"
name = "stateset"
domain = 7770
chainId = "stateset-1"
rpcUrls = ["http://127.0.0.1:26657"]
bech32Prefix = "stateset"
denom = "uusdc"
gasPrice = "0.001uusdc"
hasV2 = true

[[wallets]]
chain = "ethereum-sepolia"
key = "env:SEPOLIA_KEY"
maxFeeGwei = 1.5
balanceMin = "20000000000000000000"

[[wallets]]
chain = "stateset"
key = "keyring:relayer"
batchMax = 50

[[attestation]]
name = "own"
url = "http://127.0.0.1:4600/"
pollMs = 500

[[routes]]
from = "ethereum-sepolia"
to = "stateset"
amountMinUusdc = 1000000
mintRecipients = ["stateset1azqr9p8g6pywgeeqpr6pddp8ajvzallv7fgafr", "0x00000000000000000000000000000000000000000000000000000000000000AB"]

[[routes]]
from = "stateset"
to = "ethereum-sepolia"
versions = [2]
callers = "ours"
genericMessages = true
`;

describe("a file", () => {
  const config = parseRelayerToml(TOML);

  test("default: what it says", () => {
    expect(config).toMatchObject({
      journal: "/var/lib/relayer",
      delayMs: 3000,
      http: { host: "127.0.0.1", port: 4700 },
    });
    expect(config.chains.map(({ name, domain }) => [name, domain])).toEqual([
      ["ethereum-sepolia", 0],
      ["stateset", 7770],
    ]);
    expect(config.wallets[0]).toMatchObject({
      key: { kind: "env", name: "SEPOLIA_KEY" },
      maxFeePerGas: 1_500_000_000n,
      balanceMin: 20_000_000_000_000_000_000n,
    });
    expect(config.wallets[1]).toMatchObject({ key: { kind: "keyring", name: "relayer" }, batchMax: 50 });
    expect(config.attestation).toMatchObject([{ url: "http://127.0.0.1:4600", backoff: { firstMs: 500 } }]);
    expect(config.routes[0]).toMatchObject({ versions: [1, 2], attestation: "own", filter: { amountMin: 1_000_000n } });
    expect([...config.routes[0]!.filter.mintRecipients!]).toEqual([
      "e8803284e8d048e4672008f416b427ec982effec",
      `${"0".repeat(38)}ab`,
    ]);
    expect(config.routes[1]).toMatchObject({ versions: [2], filter: { callers: "ours", genericMessages: true } });
  });

  test("default: README.md's example is one", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const example = /```toml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    expect(parseRelayerToml(example).routes.length).toBeGreaterThan(0);
  });
});

const chain = {
  kind: "cosmos",
  name: "stateset",
  domain: 7770,
  chainId: "stateset-1",
  rpcUrls: ["http://127.0.0.1:26657"],
  bech32Prefix: "stateset",
  denom: "uusdc",
  gasPrice: "0.001uusdc",
};
const sepolia = { preset: "ethereum-sepolia", rpcUrls: ["https://rpc.example/secret-key"] };
const minimal = {
  journal: "j",
  chains: [sepolia, chain],
  wallets: [{ chain: "stateset", key: "env:KEY" }],
  attestation: [{ url: "https://iris-api-sandbox.circle.com" }],
  routes: [{ from: "ethereum-sepolia", to: "stateset" }],
};
const route = minimal.routes[0]!;
const wallet = minimal.wallets[0]!;

test("default: what is left out has a default", () => {
  expect(parseRelayerConfig(minimal)).toMatchObject({
    http: { host: "127.0.0.1", port: 4601 },
    delayMs: 0,
    wallets: [{ balanceMin: 100_000n, batchMax: 20, confirmations: 1 }],
    attestation: [{ name: "default", requestsPerSecond: 30, blockedMs: 300_000 }],
    routes: [{ versions: [1], attestation: "default", filter: { callers: "any", genericMessages: false } }],
  });
  expect(parseRelayerConfig({ ...minimal, http: false }).http).toBeUndefined();
});

describe("errors name the path", () => {
  test.each<[path: string, text: string, over: object]>([
    ["journal", "is missing", { journal: undefined }],
    ["journl", "no such setting", { journl: "j" }],
    ["delayMs", "whole number", { delayMs: -1 }],
    ["retentionDays", "whole number", { retentionDays: 0.5 }],
    ["stallAfterMs", "whole number", { stallAfterMs: "5" }],
    ["http.port", "whole number", { http: { port: 70_000 } }],
    ["http.host", "host name", { http: { host: "a b" } }],
    ["http.tls", "no such setting", { http: { tls: true } }],
    ["chains", "at least one", { chains: [] }],
    ["chains[1].name", "twice", { chains: [sepolia, { ...chain, name: "ethereum-sepolia" }] }],
    ["chains[1].domain", "twice", { chains: [sepolia, { ...chain, domain: 0 }] }],
    ["chains[0].rpcUrls", "is missing", { chains: [{ preset: "ethereum-sepolia" }, chain] }],
    ["wallets", "missing or empty", { wallets: [] }],
    ["wallets[0].chain", "no chain base", { wallets: [{ ...wallet, chain: "base" }] }],
    ["wallets[1].chain", "has a wallet already", { wallets: [wallet, wallet] }],
    ["wallets[0].key", "is missing", { wallets: [{ chain: "stateset" }] }],
    ["wallets[0].key", "env:NAME or keyring:NAME", { wallets: [{ ...wallet, key: "ab".repeat(32) }] }],
    ["wallets[0].balanceMin", "smallest unit", { wallets: [{ ...wallet, balanceMin: 0.5 }] }],
    ["wallets[0].maxFeeGwei", "no such setting", { wallets: [{ ...wallet, maxFeeGwei: 1 }] }],
    ["wallets[0].batchMax", "no such setting", { wallets: [{ ...wallet, chain: "ethereum-sepolia", batchMax: 1 }] }],
    ["wallets[0].batchMax", "whole number", { wallets: [{ ...wallet, batchMax: 0 }] }],
    ["attestation", "missing or empty", { attestation: undefined }],
    ["attestation[0].url", "is missing", { attestation: [{}] }],
    ["attestation[0].url", "http:// or https://", { attestation: [{ url: "ftp://x" }] }],
    ["attestation[1].name", "twice", { attestation: [{ url: "http://a" }, { url: "http://b" }] }],
    ["routes", "missing or empty", { routes: [] }],
    ["routes[0].from", "is missing", { routes: [{ to: "stateset" }] }],
    ["routes[0].to", "no chain base", { routes: [{ ...route, to: "base" }] }],
    ["routes[0].to", "where it comes from", { routes: [{ from: "stateset", to: "stateset" }] }],
    ["routes[0].to", "no wallet", { routes: [{ from: "stateset", to: "ethereum-sepolia" }] }],
    ["routes[1]", "twice", { routes: [route, route] }],
    ["routes[0].versions", "do not both have V2", { routes: [{ ...route, versions: [2] }] }],
    ["routes[0].versions", "expected [1], [2] or [1, 2]", { routes: [{ ...route, versions: [3] }] }],
    ["routes[0].versions", "none in common", { chains: [{ ...sepolia, v1: false }, chain] }],
    ["routes[0].attestation", "no service other", { routes: [{ ...route, attestation: "other" }] }],
    [
      "routes[0].attestation",
      "more than one service",
      {
        attestation: [
          { name: "a", url: "http://a" },
          { name: "b", url: "http://b" },
        ],
      },
    ],
    ["routes[0].callers", "any or ours", { routes: [{ ...route, callers: "mine" }] }],
    ["routes[0].amountMaxUusdc", "below", { routes: [{ ...route, amountMinUusdc: 2, amountMaxUusdc: 1 }] }],
    ["routes[0].amountMinUusdc", "smallest unit", { routes: [{ ...route, amountMinUusdc: "1.5" }] }],
    [
      "routes[0].mintRecipients[1]",
      "expected an address",
      { routes: [{ ...route, mintRecipients: [`0x${"ab".repeat(20)}`, "stateset1q"] }] },
    ],
    ["routes[0].genericMessages", "true or false", { routes: [{ ...route, genericMessages: 1 }] }],
  ])("error: %s: %s", (path, text, over) => {
    const parse = () => parseRelayerConfig({ ...minimal, ...over });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(`${path}: `);
    expect(parse).toThrow(text);
  });

  test("error: a private key in the place of its name is not repeated", () => {
    const key = "ab".repeat(32);
    try {
      parseRelayerConfig({ ...minimal, wallets: [{ ...wallet, key }] });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(key.slice(0, 16));
    }
  });

  test("error: what is no TOML", () => {
    expect(() => parseRelayerToml("journal = ")).toThrow("configuration: not TOML");
  });
});
