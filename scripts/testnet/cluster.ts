// A network on this machine: for each home an application and a CometBFT, as processes that can be started, stopped and
// killed one by one. Their output goes to app.log and comet.log in the home.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { CometRpc } from "../../src/consensus/abci/cometRpc.ts";
import type { NodePorts, TestnetHome } from "../../src/devnet/testnet.ts";
import { ensureCometbft } from "../cometbft.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PROGRAM = join(ROOT, "dist", "src", "cli", "main.js");
/** A process that does not end by itself within this time after SIGTERM is killed. */
const STOP_GRACE_MS = 10_000;
const POLL_MS = 50;

/** Where the chain stands at one node. */
export interface NodeStatus {
  readonly height: number;
  /** After the block before `height`: it stands in that header. */
  readonly appHash: string;
  readonly blockHash: string;
  readonly isSyncing: boolean;
}

/** Waits until something is so. Rejects, with what was last seen, when it takes too long. */
export async function until(what: string, isSo: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < endMs) {
    try {
      if (await isSo()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: last });
}

/** Ports that are free now, one set for each node. */
export async function freePorts(nodes: number): Promise<NodePorts[]> {
  const names = ["p2p", "rpc", "cometMetrics", "abci", "grpc", "rest", "metrics"] as const;
  const servers = await Promise.all(Array.from({ length: nodes * names.length }, listenAnywhere));
  const ports = servers.map(({ port }) => port);
  await Promise.all(servers.map(({ close }) => close()));
  return Array.from({ length: nodes }, (_, node) => {
    const own = ports.slice(node * names.length, (node + 1) * names.length);
    return Object.fromEntries(names.map((name, index) => [name, own[index]])) as unknown as NodePorts;
  });
}

function listenAnywhere(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") return reject(new Error("no port"));
      resolve({ port: address.port, close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection({ host, port });
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

/** A process whose output goes to a file. */
class Process {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;

  constructor(command: string, args: readonly string[], logFile: string) {
    const out = openSync(logFile, "a");
    // In a group of its own: Ctrl-C reaches the parent alone, which stops them in their order.
    this.child = spawn(command, args, { stdio: ["ignore", out, out], detached: true });
    closeSync(out);
    this.ended = new Promise((resolve) => this.child.once("exit", () => resolve()));
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (!this.isRunning) return;
    this.child.kill(signal);
    const force = setTimeout(() => this.child.kill("SIGKILL"), STOP_GRACE_MS);
    await this.ended;
    clearTimeout(force);
  }
}

/** Where the processes of a node run. */
export interface NodePlace {
  /** The host at which they are reached from here. */
  readonly host: string;
  /** What starts a program there, as the words before it. */
  readonly command?: readonly string[];
}

/** One node: an application and its CometBFT. */
export class ClusterNode {
  readonly home: string;
  readonly moniker: string;
  readonly ports: NodePorts;
  readonly peer: string;
  readonly rpcUrl: string;
  readonly #place: NodePlace;
  readonly #rpc: CometRpc;
  #app: Process | undefined;
  #comet: Process | undefined;

  constructor(home: TestnetHome, place: NodePlace = { host: home.host }) {
    this.home = home.home;
    this.moniker = home.moniker;
    this.ports = home.ports;
    this.peer = home.peer;
    this.#place = place;
    this.rpcUrl = `http://${place.host}:${home.ports.rpc}`;
    this.#rpc = new CometRpc(this.rpcUrl);
  }

  /** Both run. */
  get isRunning(): boolean {
    return this.isAppRunning && this.isCometRunning;
  }

  get isAppRunning(): boolean {
    return this.#app?.isRunning === true;
  }

  get isCometRunning(): boolean {
    return this.#comet?.isRunning === true;
  }

  /** Process ids of the application and of CometBFT; 0 when one does not run. */
  get pids(): { readonly app: number; readonly comet: number } {
    return { app: this.#app?.child.pid ?? 0, comet: this.#comet?.child.pid ?? 0 };
  }

  /** Starts what does not run: the application first, since CometBFT tries again after three seconds only. */
  async start(): Promise<void> {
    if (!this.isAppRunning) {
      const app = this.#spawn([process.execPath, PROGRAM, "--home", this.home, "start"], "app.log");
      this.#app = app;
      const isThere = async () => !app.isRunning || isListening(this.#place.host, this.ports.abci);
      await until(`the application of ${this.moniker}`, isThere);
      if (!app.isRunning) throw new Error(`the application of ${this.moniker} ended; see ${this.home}/app.log`);
    }
    if (!this.isCometRunning) {
      this.#comet = this.#spawn([await ensureCometbft(), "start", "--home", this.home], "comet.log");
    }
  }

  #spawn(words: readonly string[], logFile: string): Process {
    const [command, ...args] = [...(this.#place.command ?? []), ...words];
    return new Process(command!, args, join(this.home, logFile));
  }

  /** Ends both: CometBFT first, as its application's end would be a failure to it. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    if (signal === "SIGKILL") await Promise.all([this.#comet?.stop(signal), this.#app?.stop(signal)]);
    await this.#comet?.stop(signal);
    await this.#app?.stop(signal);
  }

  /**
   * Kills the application alone. CometBFT ends by itself then, or hangs when it was about to execute a block: it is ended
   * as a supervisor would.
   */
  async killApp(): Promise<void> {
    await this.#app?.stop("SIGKILL");
    await this.#comet?.stop("SIGTERM");
  }

  /** Kills CometBFT alone. The application waits for the next one. */
  async killComet(): Promise<void> {
    await this.#comet?.stop("SIGKILL");
  }

  /** Calls its CometBFT. */
  call(...args: Parameters<CometRpc["call"]>): ReturnType<CometRpc["call"]> {
    return this.#rpc.call(...args);
  }

  async status(): Promise<NodeStatus> {
    const sync = (await this.call("status")).at("sync_info");
    return {
      height: sync.at("latest_block_height").number(),
      appHash: sync.at("latest_app_hash").text(),
      blockHash: sync.at("latest_block_hash").text(),
      isSyncing: sync.at("catching_up").boolean(),
    };
  }

  /** App hash and block hash that the header of a height has. */
  async headerOf(height: number): Promise<{ readonly appHash: string; readonly blockHash: string }> {
    const block = await this.call("block", { height: String(height) });
    return {
      appHash: block.at("block").at("header").at("app_hash").text(),
      blockHash: block.at("block_id").at("hash").text(),
    };
  }

  /** Waits until it has a block of that height. */
  reaches(height: number, timeoutMs?: number): Promise<void> {
    const isThere = async () => (await this.status()).height >= height;
    return until(`${this.moniker} at height ${height}`, isThere, timeoutMs);
  }
}

/** Starts all nodes and waits for their first block. */
export async function startAll(nodes: readonly ClusterNode[]): Promise<void> {
  await ensureCometbft();
  await Promise.all(nodes.map((node) => node.start()));
  await Promise.all(nodes.map((node) => node.reaches(1, 60_000)));
}

/** Stops all nodes. */
export async function stopAll(nodes: readonly ClusterNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.stop()));
}
