// Cases: defaults; overlay; unknown keys; wrong types; bounds; files.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  ConfigError,
  DEFAULT_NODE_CONFIG,
  homeFiles,
  loadNodeConfig,
  parseNodeConfig,
  writeJson,
} from "./nodeConfig.ts";

describe("parseNodeConfig", () => {
  test("default", () => {
    expect(parseNodeConfig({})).toEqual(DEFAULT_NODE_CONFIG);
  });

  test("behavior: a given key replaces the default and leaves its neighbours", () => {
    const config = parseNodeConfig({ rpc: { port: 1 }, consensus: { blockIntervalMs: 0 } });
    expect(config.rpc).toEqual({ ...DEFAULT_NODE_CONFIG.rpc, port: 1 });
    expect(config.consensus).toEqual({ ...DEFAULT_NODE_CONFIG.consensus, blockIntervalMs: 0 });
    expect(config.grpc).toEqual(DEFAULT_NODE_CONFIG.grpc);
  });

  test.each([
    [[], "node.json: expected an object"],
    [{ prot: 1 }, "prot: there is no such setting"],
    [{ rpc: { prot: 1 } }, "rpc.prot: there is no such setting"],
    [{ rpc: 5 }, "rpc: expected an object"],
    [{ rpc: { port: "1" } }, 'rpc.port: expected a number, got "1"'],
    [{ rpc: { port: -1 } }, "rpc.port: expected a whole number that is not negative, got -1"],
    [{ rpc: { port: 65536 } }, "rpc.port: expected 0 to 65535, got 65536"],
    [{ consensus: { emptyBlockIntervalMs: 1e12 } }, "consensus.emptyBlockIntervalMs: expected 0 to 86400000"],
    [{ state: { pruning: "custom", pruningKeepRecent: 1 } }, "state.pruningKeepRecent: expected 2 to"],
    [{ state: { pruningInterval: 0 } }, "state.pruningInterval: expected 1 to"],
    [{ verifyWorkers: 1000 }, "verifyWorkers: expected 0 to 64"],
    [{ logLevel: "loud" }, "logLevel: expected one of silent, fatal, error, warn, info, debug, trace"],
    [{ rpc: { corsOrigins: [1] } }, "rpc.corsOrigins: expected a list of strings"],
    [{ consensus: { blockIntervalMs: 0.5 } }, "consensus.blockIntervalMs: expected a whole number"],
    [{ state: { pruning: "some" } }, "state.pruning: expected default, nothing, everything or custom"],
    [{ moniker: "" }, "moniker: must not be empty"],
    [JSON.parse('{"__proto__": 1}'), "__proto__: there is no such setting"],
  ])("error: %j", (given, message) => {
    expect(() => parseNodeConfig(given)).toThrow(ConfigError);
    expect(() => parseNodeConfig(given)).toThrow(message);
  });
});

describe("loadNodeConfig", () => {
  test("default: a home without settings has the defaults", () => {
    expect(loadNodeConfig(mkdtempSync(join(tmpdir(), "config-")))).toEqual(DEFAULT_NODE_CONFIG);
  });

  test("behavior: reads what writeJson wrote", () => {
    const home = mkdtempSync(join(tmpdir(), "config-"));
    writeJson(homeFiles(home).config, { moniker: "shop" });
    expect(loadNodeConfig(home).moniker).toBe("shop");
  });

  test("error: says which file is wrong", () => {
    const home = mkdtempSync(join(tmpdir(), "config-"));
    const { config } = homeFiles(home);
    writeJson(config, { shop: 1 });
    expect(() => loadNodeConfig(home)).toThrow(`${config}: shop: there is no such setting`);
    writeFileSync(config, "{");
    expect(() => loadNodeConfig(home)).toThrow(`${config}: not JSON`);
  });
});
