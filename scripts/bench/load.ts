// Pre-signed transactions from many accounts through the RPC of a node in another process, with an fsync for each block:
// what `send` and the benches of orders have in common. A transaction is in flight from its submission until the block that holds it is announced over
// the WebSocket; the generator keeps a fixed number in flight, so that latency and throughput are both the node's.

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import WebSocket from "ws";
import { appRegistry } from "../../app/registry.ts";
import { encodeDraft, newDraft, type TxOptions } from "../../src/cli/tx/draft.ts";
import { signDraft } from "../../src/cli/tx/signDraft.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { addressOfSecp256k1 } from "../../src/crypto/address.ts";
import { encodePubKey } from "../../src/crypto/pubKey.ts";
import { publicKeyOf } from "../../src/crypto/secp256k1.ts";
import { writeBenchHome } from "./benchHome.ts";
import { failedTxs, NodeProbe } from "./nodeProbe.ts";
import { cpuSeconds, peakMemoryBytes } from "./processUsage.ts";
import { RawConnection } from "./rawHttp.ts";
import { type LoopResult, type Measured, mergedErrors, percentilesOf, rateOf, roundTo, say } from "./report.ts";

/** The flags. */
export interface LoadOptions {
  readonly accounts: number;
  readonly txs: number;
  readonly inFlight: number;
  readonly connections: number;
  readonly blockIntervalMs: number;
  /** Folder into which the node writes a .cpuprofile of each of its threads when it ends. It runs slower then. */
  readonly profile?: string | undefined;
}

/** An account with money. */
export interface Account {
  readonly privKey: Uint8Array;
  readonly pubKey: Uint8Array;
  readonly address: string;
}

/** Chain id of the node under test: ids of orders follow from it. */
export const BENCH_CHAIN_ID = "stateset-bench-1";

/** One transaction of a load: a message and what it costs. */
export interface LoadTx {
  readonly typeUrl: string;
  readonly value: Uint8Array;
  readonly feeUusdc: bigint;
  readonly gasLimit: bigint;
}

/** What a bench sends. `round` counts the transactions of one account from 0, over all phases. */
export interface Load {
  readonly name: string;
  /** Sent and waited for first, one for each measured transaction; not measured. */
  readonly prepare?: (sender: string, recipient: string, round: number) => LoadTx;
  readonly measure: (sender: string, recipient: string, round: number) => LoadTx;
  /** Throws when the transactions did not do what they are for: one that fails in its block counts as committed. */
  readonly verify?: (node: StartedNode, account: Account) => Promise<void>;
}

const NO_OPTIONS: TxOptions = {
  memo: "",
  timeoutHeight: 0n,
  unorderedUntilNs: undefined,
  feePayer: "",
  feeGranter: "",
};

/** Reads the flags. */
export function parseLoadOptions(args: string[]): LoadOptions {
  const { values } = parseArgs({
    args,
    options: {
      accounts: { type: "string", default: "1000" },
      txs: { type: "string", default: "60000" },
      "in-flight": { type: "string", default: "500" },
      connections: { type: "string", default: "64" },
      "block-interval-ms": { type: "string", default: "100" },
      profile: { type: "string" },
    },
  });
  return {
    accounts: Number(values.accounts),
    txs: Number(values.txs),
    inFlight: Number(values["in-flight"]),
    connections: Number(values.connections),
    blockIntervalMs: Number(values["block-interval-ms"]),
    profile: values.profile,
  };
}

/** Accounts with known keys. */
export function makeAccounts(count: number): Account[] {
  return Array.from({ length: count }, (_, index) => {
    const privKey = createHash("sha256").update(`bench account ${index}`).digest();
    const pubKey = publicKeyOf(privKey);
    return { privKey, pubKey, address: encodeAddress(addressOfSecp256k1(pubKey)) };
  });
}

/**
 * Signs `options.txs` transactions, account after account in rounds, each account's sequences ascending from
 * `firstSequence`.
 */
export function signAll(
  accounts: readonly Account[],
  make: Load["measure"],
  options: Pick<LoadOptions, "txs">,
  firstSequence: number,
): string[] {
  const registry = appRegistry();
  return Array.from({ length: options.txs }, (_, index) => {
    const at = index % accounts.length;
    const round = Math.trunc(index / accounts.length);
    const sender = accounts[at]!;
    const recipient = accounts[(at + 1) % accounts.length]!;
    const { typeUrl, value, feeUusdc, gasLimit } = make(sender.address, recipient.address, round);
    const fee = { amount: [{ denom: "uusdc", amount: feeUusdc }], gasLimit };
    const draft = newDraft([{ typeUrl, value }], NO_OPTIONS, fee);
    // Genesis numbers accounts in the order in which it lists them.
    const place = { chainId: BENCH_CHAIN_ID, accountNumber: BigInt(at), sequence: BigInt(firstSequence + round) };
    const key = { publicKey: encodePubKey({ kind: "secp256k1", key: sender.pubKey }), privKey: sender.privKey };
    const tx = encodeDraft(signDraft(registry, draft, key, { place, mode: "direct", overwrite: true }));
    return Buffer.from(tx).toString("base64");
  });
}

/** A node that runs, and where it listens. */
export interface StartedNode {
  readonly process: ChildProcess;
  readonly rpcPort: number;
  readonly probe: NodeProbe;
}

/** Starts the node that people run, as it was built, and waits until it says where it listens. */
function startNode(home: string, profile: string | undefined): Promise<StartedNode> {
  const profiling = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const child = spawn(process.execPath, [...profiling, "dist/src/cli/main.js", "--home", home, "start"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", (code) => reject(new Error(`the node ended with ${code}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [, port, metricsUrl] = /RPC +http:\/\/\S+:([0-9]+)[\s\S]*metrics +(http:\S+)\n/.exec(text) ?? [];
      if (port === undefined || metricsUrl === undefined) return;
      resolve({ process: child, rpcPort: Number(port), probe: new NodeProbe(child.pid ?? 0, metricsUrl, home) });
    });
  });
}

/** Ends a node; at once unless it has a profile to write. */
async function endNode({ process: child }: StartedNode, profile: string | undefined): Promise<void> {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(profile === undefined ? "SIGKILL" : "SIGTERM");
  await ended;
}

/**
 * Calls `onTxs` with each block's transactions (base64) and the moment the block was announced. Only headers are
 * subscribed to, and the transactions are read then: a NewBlock event carries every result of the block.
 */
async function watchBlocks(
  port: number,
  onTxs: (txs: readonly string[], announcedMs: number) => void,
): Promise<{ close(): void }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  let reading = Promise.resolve();
  const read = async (height: string, announcedMs: number): Promise<void> => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":"${height}"}}`;
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body });
    // An RPC's answer, in CometBFT's shape.
    const answer = (await response.json()) as { result: { block: { data: { txs: readonly string[] } } } };
    onTxs(answer.result.block.data.txs, announcedMs);
  };
  socket.on("message", (data) => {
    const announcedMs = performance.now();
    const height: string | undefined = JSON.parse(String(data)).result?.data?.value?.header?.height;
    if (height !== undefined) reading = reading.then(() => read(height, announcedMs));
  });
  const params = { query: "tm.event='NewBlockHeader'" };
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params }));
  return {
    close() {
      socket.close();
    },
  };
}

/** Starts a node, sends what is to be prepared, and gives both to `measure`. */
export async function withLoadedNode<T>(
  load: Pick<Load, "name" | "prepare">,
  options: LoadOptions,
  measure: (node: StartedNode, accounts: readonly Account[], round: number) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), `bench-${load.name}-`));
  const accounts = makeAccounts(options.accounts);
  writeBenchHome({
    home,
    chainId: BENCH_CHAIN_ID,
    blockIntervalMs: options.blockIntervalMs,
    addresses: accounts.map((account) => account.address),
  });
  const node = await startNode(home, options.profile);
  try {
    if (load.prepare === undefined) return await measure(node, accounts, 0);
    say(`preparing ${options.txs} transactions`);
    const prepared = await run(targetOf(node), signAll(accounts, load.prepare, options, 0), options);
    if (prepared.loop.operations < options.txs) {
      throw new Error(`preparing transactions failed: ${JSON.stringify(prepared.loop.errors)}`);
    }
    return await measure(node, accounts, Math.ceil(options.txs / accounts.length));
  } finally {
    await endNode(node, options.profile);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs a load. See `parseLoadOptions` for the flags. */
export async function benchLoad(load: Load, args: string[]): Promise<Measured> {
  const options = parseLoadOptions(args);
  return withLoadedNode(load, options, async (node, accounts, firstSequence) => {
    say(`signing ${options.txs} transactions`);
    const txs = signAll(accounts, load.measure, options, firstSequence);
    const result = await run(targetOf(node), txs, options);
    await load.verify?.(node, accounts[0]!);
    return measuredOf(options, result);
  });
}

/** A closed loop as the report has it. */
export function measuredOf(
  { profile: _, ...options }: LoadOptions,
  { loop, used }: Pick<LoadRun, "loop" | "used">,
): Measured {
  const { operations, seconds, opsPerSecond, errors, latencyMs, acknowledgedMs } = loop;
  return {
    ...{ options, operations, seconds, opsPerSecond, errors, latencyMs, acknowledgedMs },
    ...{ load: [{ mode: "closed" }], closed: loop, ...used },
  };
}

/** What a load is sent to: each account's transactions always to the same node. */
export interface LoadTarget {
  readonly rpcPorts: readonly number[];
  /** All processes that work on it. */
  readonly pids: readonly number[];
  /** Tells where the time goes; for a single node only. */
  readonly probe?: NodeProbe;
}

function targetOf({ process, rpcPort, probe }: StartedNode): LoadTarget {
  return { rpcPorts: [rpcPort], pids: [process.pid ?? 0], probe };
}

/** Transactions of a load for one node, in the order in which they are to be sent. */
class Queue {
  readonly #indexes: readonly number[];
  #next = 0;

  constructor(indexes: readonly number[]) {
    this.#indexes = indexes;
  }

  take(): number | undefined {
    const index = this.#indexes[this.#next];
    this.#next += 1;
    return index;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What a run of a load gave. */
export interface LoadRun {
  readonly loop: LoopResult;
  /** CPU seconds of all processes that worked on it. */
  readonly nodeCpuSeconds: number;
  readonly peakRssBytes: number;
  /** Where a single node's time went. */
  readonly used: ReturnType<NodeProbe["used"]> | undefined;
}

/**
 * Sends signed transactions and measures until the last one is committed. With `perSecond` they are sent at that pace;
 * else as fast as `inFlight` allows.
 */
export async function run(
  target: LoadTarget,
  txs: readonly string[],
  options: Pick<LoadOptions, "accounts" | "inFlight" | "connections"> & { readonly perSecond?: number },
): Promise<LoadRun> {
  const nodes = target.rpcPorts.length;
  const queues = target.rpcPorts.map(
    (_, node) => new Queue([...txs.keys()].filter((index) => (index % options.accounts) % nodes === node)),
  );
  const submittedMs = new Map<string, number>();
  const acknowledgeMs = new Float64Array(txs.length);
  const commitMs = new Float64Array(txs.length);
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let committed = 0;
  let inFlight = 0;
  let refused = 0;
  const refusals: Record<string, number> = {};
  let wake: (() => void)[] = [];
  const blocks = await watchBlocks(target.rpcPorts[0]!, (blockTxs, nowMs) => {
    for (const tx of blockTxs) {
      const startedMs = submittedMs.get(tx);
      if (startedMs === undefined) continue;
      submittedMs.delete(tx);
      commitMs[committed] = nowMs - startedMs;
      committed += 1;
      inFlight -= 1;
    }
    const waiting = wake;
    wake = [];
    for (const resume of waiting) resume();
    if (committed + refused === txs.length) finish();
  });
  const cpuBefore = sum(target.pids.map(cpuSeconds));
  const before = await target.probe?.sample();
  const startedMs = performance.now();
  const report = setInterval(() => say(`${committed} of ${txs.length} committed`), 2000);

  const send = async (node: number): Promise<void> => {
    const connection = await RawConnection.open("127.0.0.1", target.rpcPorts[node]!);
    for (;;) {
      if (inFlight >= options.inFlight) {
        await new Promise<void>((resume) => wake.push(resume));
        continue;
      }
      const index = queues[node]!.take();
      if (index === undefined) break;
      inFlight += 1;
      if (options.perSecond !== undefined) {
        const dueMs = startedMs + (index * 1000) / options.perSecond - performance.now();
        if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      }
      const tx = txs[index]!;
      const sentMs = performance.now();
      submittedMs.set(tx, sentMs);
      const answer = await connection.post(
        `{"jsonrpc":"2.0","id":${index},"method":"broadcast_tx_sync","params":{"tx":"${tx}"}}`,
      );
      acknowledgeMs[index] = performance.now() - sentMs;
      if (!answer.includes('"code":0')) {
        if (refused === 0) say(`refused: ${answer}`);
        refused += 1;
        const name = errorNameOf(answer);
        refusals[name] = (refusals[name] ?? 0) + 1;
        inFlight -= 1;
        submittedMs.delete(tx);
        if (committed + refused === txs.length) finish();
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: options.connections }, (_, index) => send(index % nodes)));
  await done;
  clearInterval(report);
  const seconds = (performance.now() - startedMs) / 1000;
  blocks.close();
  const after = await target.probe?.sample();
  const failed = before !== undefined && after !== undefined ? failedTxs(before, after) : {};
  const operations = committed - Object.values(failed).reduce((total, count) => total + count, 0);
  return {
    loop: {
      ...rateOf(operations, seconds),
      latencyMs: percentilesOf(commitMs.subarray(0, committed)),
      acknowledgedMs: percentilesOf(acknowledgeMs),
      errors: mergedErrors([refusals, failed]),
    },
    nodeCpuSeconds: roundTo(sum(target.pids.map(cpuSeconds)) - cpuBefore, 2),
    peakRssBytes: sum(target.pids.map(peakMemoryBytes)),
    used: before && after && target.probe?.used(before, after, operations),
  };
}

/** "codespace:code" of a transaction that was refused, else the code of the JSON-RPC error. */
export function errorNameOf(answer: string): string {
  const { error, result } = JSON.parse(answer);
  if (error !== undefined) return `rpc:${error.code}`;
  const { codespace, code } = result.response ?? result;
  return `${codespace}:${code}`;
}
