// Home folders of a network of validators: each for an application and the CometBFT beside it, which share the folder.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import {
  generateNodeKey,
  type NodeKey,
  nodeIdOf,
  writeJsonFile,
  writeNodeKey,
  writeValidatorKey,
} from "../consensus/solo/nodeFiles.ts";
import { type CometPace, type CometStateSync, cometConfigToml, DEFAULT_PACE } from "./cometConfig.ts";
import { homeFiles, writeJson } from "./nodeConfig.ts";

/** The ports of one node, all on its host. */
export interface NodePorts {
  readonly p2p: number;
  /** CometBFT's JSON-RPC. */
  readonly rpc: number;
  readonly cometMetrics: number;
  /** Where CometBFT reaches the application. */
  readonly abci: number;
  readonly grpc: number;
  readonly rest: number;
  readonly metrics: number;
}

/** The ports that everybody knows, for a node that has a machine to itself. */
export const STANDARD_PORTS: NodePorts = Object.freeze({
  p2p: 26656,
  rpc: 26657,
  cometMetrics: 26661,
  abci: 26658,
  grpc: 9090,
  rest: 1317,
  metrics: 26660,
});

/** Ports of the n-th node of one machine: ten for each, from `basePort`. */
export function localPorts(basePort: number, index: number): NodePorts {
  const first = basePort + 10 * index;
  return {
    p2p: first,
    rpc: first + 1,
    abci: first + 2,
    cometMetrics: first + 3,
    grpc: first + 4,
    rest: first + 5,
    metrics: first + 6,
  };
}

/** One node of a network that is written. */
export interface TestnetNode {
  /** The host that the others reach it at. */
  readonly host: string;
  readonly ports: NodePorts;
}

/** A network that is to be written. */
export interface TestnetOptions {
  /** Gets one folder for each node, `node0` and so on. */
  readonly output: string;
  readonly nodes: readonly TestnetNode[];
  /** The genesis over the validators' keys. */
  readonly genesisOf: (validators: readonly { readonly pubKey: Uint8Array; readonly name: string }[]) => GenesisDoc;
  readonly pace?: CometPace;
  /** Blocks between two snapshots of the state. */
  readonly snapshotInterval?: number;
  readonly logLevel?: string;
}

/** A written node. */
export interface TestnetHome extends TestnetNode {
  readonly home: string;
  readonly moniker: string;
  /** `id@host:port`, as the others' `persistent_peers` have it. */
  readonly peer: string;
}

/** Writes the homes of a network. Throws an Error when one of them is there already. */
export function writeTestnet(options: TestnetOptions): readonly TestnetHome[] {
  const keys = options.nodes.map((node, index) => ({ node, name: `node${index}`, validator: generateNodeKey() }));
  const genesis = options.genesisOf(keys.map(({ name, validator }) => ({ pubKey: validator.pubKey, name })));
  const made = keys.map(({ node, name, validator }) => {
    const home = resolve(options.output, name);
    const nodeKey = writeKeys(home, validator);
    const peer = `${nodeIdOf(nodeKey)}@${node.host}:${node.ports.p2p}`;
    return { ...node, home, moniker: name, peer };
  });
  for (const node of made) {
    const peers = made.filter((other) => other !== node).map(({ peer }) => peer);
    writeSettings(node, { genesis, peers, options });
  }
  return made;
}

/** Writes the home of a node that follows a network without a vote, from a snapshot when `stateSync` says so. */
export function writeFollower(
  node: TestnetNode & { readonly home: string; readonly moniker: string },
  network: {
    readonly genesis: GenesisDoc;
    readonly peers: readonly string[];
    readonly stateSync?: CometStateSync | undefined;
    readonly options?: Pick<TestnetOptions, "pace" | "snapshotInterval" | "logLevel">;
  },
): TestnetHome {
  const nodeKey = writeKeys(node.home, generateNodeKey());
  const made = { ...node, peer: `${nodeIdOf(nodeKey)}@${node.host}:${node.ports.p2p}` };
  writeSettings(made, { ...network, options: network.options ?? {} });
  return made;
}

function writeKeys(home: string, validatorKey: NodeKey): NodeKey {
  const files = homeFiles(home);
  if (existsSync(files.genesis)) throw new Error(`${files.genesis} is there already`);
  mkdirSync(files.data, { recursive: true });
  const nodeKey = generateNodeKey();
  writeValidatorKey(files.validatorKey, validatorKey);
  writeNodeKey(files.nodeKey, nodeKey);
  // CometBFT does not start without it.
  writeJsonFile(files.validatorState, { height: "0", round: 0, step: 0 });
  return nodeKey;
}

function writeSettings(
  node: TestnetHome,
  network: {
    readonly genesis: GenesisDoc;
    readonly peers: readonly string[];
    readonly stateSync?: CometStateSync | undefined;
    readonly options: Pick<TestnetOptions, "pace" | "snapshotInterval" | "logLevel">;
  },
): void {
  const { home, moniker, host, ports } = node;
  const { genesis, peers, stateSync, options } = network;
  const isLocal = isLoopback(host);
  const listenHost = "127.0.0.1";
  const proxyApp = `tcp://127.0.0.1:${ports.abci}`;
  writeJson(homeFiles(home).genesis, genesis);
  writeJson(homeFiles(home).config, {
    moniker,
    grpc: { host: listenHost, port: ports.grpc },
    rest: { host: listenHost, port: ports.rest },
    metrics: { host: listenHost, port: ports.metrics },
    abci: { address: proxyApp, cometRpc: `http://127.0.0.1:${ports.rpc}` },
    ...(options.snapshotInterval === undefined ? {} : { state: { snapshotInterval: options.snapshotInterval } }),
    ...(options.logLevel === undefined ? {} : { logLevel: options.logLevel }),
  });
  writeFileSync(
    join(home, "config", "config.toml"),
    cometConfigToml({
      moniker,
      proxyApp,
      rpc: { host: listenHost, port: ports.rpc },
      p2p: { host: isLocal ? host : "0.0.0.0", port: ports.p2p },
      metricsPort: ports.cometMetrics,
      peers,
      isLocal,
      pace: options.pace ?? DEFAULT_PACE,
      stateSync,
    }),
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || /^127\./.test(host);
}
