// Cases: the configuration of the README; what is left out; each thing that can be wrong, by its place.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../chains/configTable.ts";
import { parseAttesterConfig, parseAttesterToml } from "./parseAttesterConfig.ts";
import { CIRCLE_RATE_LIMIT } from "./rateLimit.ts";

const CHAIN = { preset: "ethereum-sepolia", rpcUrls: ["https://rpc.example"] };
const V2 = { keys: ["env:KEY"], threshold: 1 };
const LEAST = { home: "./attester", chains: [CHAIN], v2: V2 };

describe("configurations", () => {
  test("default: the example of the README", () => {
    const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
    const [, example = ""] = /```toml\n([\s\S]*?)```/.exec(readme) ?? [];
    const config = parseAttesterToml(example);
    expect(config).toMatchObject({
      chains: [{ name: "ethereum-sepolia" }, { name: "base-sepolia" }, { name: "shop", domain: 7770 }],
      v1: { threshold: 2, keys: [{ kind: "file" }, { kind: "file" }] },
      v2: { threshold: 1, keys: [{ kind: "env", name: "ATTESTER_V2_KEY" }] },
      fees: { otherwise: { fast: 1_000n }, routes: [{ source: 0, destination: 7770, fast: 1_300n }] },
      fast: { allowance: 500_000_000_000n, amountMax: 100_000_000_000n },
      destinations: [{ domain: 3, heightOf: 0, lifetimeBlocks: 7_200n }],
    });
  });

  test("default: everything that can be left out is left out", () => {
    expect(parseAttesterConfig(LEAST)).toMatchObject({
      v1: undefined,
      v2: { keys: [{ kind: "env", name: "KEY" }], threshold: 1, retired: [] },
      http: { port: 3100 },
      admin: undefined,
      metrics: undefined,
      rateLimit: CIRCLE_RATE_LIMIT,
      fees: { routes: [], otherwise: { fast: 0n, standard: 0n } },
    });
    expect(parseAttesterConfig({ ...LEAST, rateLimit: false }).rateLimit).toBeUndefined();
    expect(parseAttesterConfig({ ...LEAST, rateLimit: { perSecond: 5, blockedSeconds: 0.5 } }).rateLimit).toEqual({
      perSecond: 5,
      blockedMs: 500,
    });
  });
});

describe("errors", () => {
  const SECRET = "ab".repeat(32);
  test.each<[unknown, string]>([
    [7, "configuration: expected a table"],
    [{ ...LEAST, home: undefined }, "home: is missing"],
    [{ ...LEAST, chains: [] }, "chains: expected a list of at least one table"],
    [{ ...LEAST, chains: [CHAIN, { ...CHAIN, domain: -1 }] }, "chains[1].domain: expected a whole number"],
    [{ ...LEAST, chains: [CHAIN, { ...CHAIN, name: "other" }] }, "chains: two chains have one domain"],
    [{ ...LEAST, chains: [CHAIN, { ...CHAIN, domain: 9 }] }, "chains: two chains have one name"],
    [{ ...LEAST, v2: undefined }, "v2: neither v1 nor v2 has keys"],
    [{ ...LEAST, v2: { ...V2, keys: [SECRET] } }, "v2.keys[0]: expected env:NAME or file:PATH"],
    [{ ...LEAST, v2: { ...V2, keys: [] } }, "v2.keys: expected 1 to 32 keys"],
    [{ ...LEAST, v2: { ...V2, threshold: 2 } }, "v2.threshold: expected a whole number of 1 to 1, got 2"],
    [{ ...LEAST, v2: { keys: ["env:A"] } }, "v2.threshold: is missing"],
    [{ ...LEAST, v2: { ...V2, retired: ["0x04"] } }, "v2.retired[0]: expected a public key of secp256k1"],
    [
      { ...LEAST, v2: { ...V2, retired: [`0x05${SECRET}${SECRET}`] } },
      "v2.retired[0]: expected a public key of secp256k1",
    ],
    [{ ...LEAST, v2: { ...V2, more: 1 } }, "v2.more: there is no such setting"],
    [{ ...LEAST, passphraseEnv: "a b" }, "passphraseEnv: expected the name of an environment variable"],
    [{ ...LEAST, http: {} }, "http.port: is missing"],
    [{ ...LEAST, http: { port: 70_000 } }, "http.port: expected a whole number of 0 to 65535"],
    [{ ...LEAST, admin: { port: 1, host: "0.0.0.0" } }, "admin.host: there is no such setting"],
    [{ ...LEAST, rateLimit: { perSecond: 0 } }, "rateLimit.perSecond: expected a whole number"],
    [
      { ...LEAST, fees: { fastBps: 1.00001 } },
      "fees.fastBps: expected basis points below 10000 with at most three decimals",
    ],
    [{ ...LEAST, fees: { routes: [{ source: 0 }] } }, "fees.routes[0].destination: is missing"],
    [{ ...LEAST, fast: { allowanceUsdc: 0.000_000_1 } }, "fast.allowanceUsdc: has more than six decimals"],
    [
      { ...LEAST, fast: { destinations: [{ domain: 3, heightOf: 4 }] } },
      "destination 3: no chain of domain 4 tells its height",
    ],
    [{ ...LEAST, fast: { lifetimeBlocks: 0 } }, "fast.lifetimeBlocks: expected a whole number"],
    [{ ...LEAST, port: 1 }, "port: there is no such setting"],
  ])("error: %#", (value, text) => {
    expect(() => parseAttesterConfig(value)).toThrow(ConfigError);
    expect(() => parseAttesterConfig(value)).toThrow(text);
    expect(() => parseAttesterConfig(value)).not.toThrow(SECRET);
  });

  test("error: no TOML", () => {
    expect(() => parseAttesterToml("home = ")).toThrow(ConfigError);
  });
});
