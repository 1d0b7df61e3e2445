// Cases: homes of one machine and of several: keys of their own, one genesis, all other nodes as peers, ports that do not
// meet; settings that the node reads back; a follower with state sync; a home that is there already.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import { readValidatorKey } from "../consensus/solo/nodeFiles.ts";
import { createGenesisDoc, type GenesisValidator, parseGenesisDoc } from "./genesisFile.ts";
import { homeFiles, loadNodeConfig, readJson } from "./nodeConfig.ts";
import { localPorts, STANDARD_PORTS, type TestnetNode, writeFollower, writeTestnet } from "./testnet.ts";

let output: string;

beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), "testnet-test-"));
});

afterEach(() => {
  rmSync(output, { recursive: true });
});

const genesisOf = (validators: readonly GenesisValidator[]): GenesisDoc =>
  createGenesisDoc({ chainId: "net-1", timeNs: 0n, validators, accounts: [], appState: {} });
const local = (count: number): TestnetNode[] =>
  Array.from({ length: count }, (_, index) => ({ host: "127.0.0.1", ports: localPorts(20_000, index) }));
const configOf = (home: string) => parse(readFileSync(join(home, "config", "config.toml"), "utf8"));

test("default: homes of one machine", () => {
  const homes = writeTestnet({ output, nodes: local(3), genesisOf });
  const ports = homes.flatMap((node) => Object.values(node.ports));
  expect(new Set(ports).size).toBe(ports.length);
  const genesis = homes.map(({ home }) => JSON.stringify(parseGenesisDoc(readJson(homeFiles(home).genesis))));
  expect(new Set(genesis).size).toBe(1);
  const keys = homes.map(({ home }) => Buffer.from(readValidatorKey(homeFiles(home).validatorKey).pubKey));
  const inGenesis = (JSON.parse(genesis[0]!) as GenesisDoc).validators;
  expect(inGenesis.map(({ pub_key }) => pub_key.value)).toEqual(keys.map((key) => key.toString("base64")));
  for (const { home, ports: own, peer } of homes) {
    const others = homes.filter((other) => other.home !== home).map((other) => other.peer);
    expect(configOf(home)).toMatchObject({
      proxy_app: `tcp://127.0.0.1:${own.abci}`,
      p2p: { laddr: `tcp://127.0.0.1:${own.p2p}`, persistent_peers: others.join(","), allow_duplicate_ip: true },
      consensus: { create_empty_blocks: false, create_empty_blocks_interval: "5000ms" },
    });
    expect(peer).toMatch(/^[0-9a-f]{40}@127\.0\.0\.1:/);
    const { abci } = loadNodeConfig(home);
    expect(abci).toMatchObject({ address: `tcp://127.0.0.1:${own.abci}`, cometRpc: `http://127.0.0.1:${own.rpc}` });
  }
});

test("behavior: homes of several machines listen to the others, and to nobody else", () => {
  const nodes = ["a.example", "b.example"].map((host) => ({ host, ports: STANDARD_PORTS }));
  const [one] = writeTestnet({ output, nodes, genesisOf });
  expect(configOf(one!.home)).toMatchObject({
    rpc: { laddr: "tcp://127.0.0.1:26657" },
    p2p: { laddr: "tcp://0.0.0.0:26656", addr_book_strict: true, allow_duplicate_ip: false },
  });
  expect(one!.peer).toMatch(/@a\.example:26656$/);
});

test("behavior: a follower that joins by state sync", () => {
  const home = join(output, "follower");
  const stateSync = { rpcServers: ["http://a:1", "http://b:2"], trustHeight: 7, trustHash: "AB" };
  const node = { ...local(1)[0]!, home, moniker: "follower" };
  writeFollower(node, { genesis: genesisOf([]), peers: ["id@a:1"], stateSync });
  expect(configOf(home)).toMatchObject({
    p2p: { persistent_peers: "id@a:1" },
    statesync: { enable: true, rpc_servers: "http://a:1,http://b:2", trust_height: 7, trust_hash: "AB" },
  });
});

test("error: a home that is there already keeps its keys", () => {
  const [one] = writeTestnet({ output, nodes: local(1), genesisOf });
  const before = readFileSync(homeFiles(one!.home).validatorKey, "utf8");
  expect(() => writeTestnet({ output, nodes: local(1), genesisOf })).toThrow("is there already");
  expect(readFileSync(homeFiles(one!.home).validatorKey, "utf8")).toBe(before);
});
