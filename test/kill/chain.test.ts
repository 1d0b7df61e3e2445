// The node that people run, with the real application: killed with SIGKILL at random instants under a load of signed
// transfers, and after each kill everything is checked in a fresh process: hash links, commits, app hash and results hash
// of every block by replay, the supply, and that what was announced as committed is there. Some kills hit the start.
//
// CHAIN_KILLS=100 SEED=7 npx vitest run test/kill/chain     the number of kills and the instants; both are printed

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import { signTestTx } from "../../app/testing/signTestTx.ts";
import { sendMessage } from "../../app/testing/testChain.ts";
import { writeBenchHome } from "../../scripts/bench/benchHome.ts";
import { RawConnection } from "../../scripts/bench/rawHttp.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { addressOfSecp256k1 } from "../../src/crypto/address.ts";
import { publicKeyOf } from "../../src/crypto/secp256k1.ts";
import { randomFrom } from "../randomFrom.ts";

const KILLS = Number(process.env["CHAIN_KILLS"] ?? "10");
const SEED = Number(process.env["SEED"] ?? String(Date.now() % 1_000_000));
const CHAIN_ID = "kill-1";
const ACCOUNTS = 50;
/** So many send at a time. */
const SENDERS = 2;
const ROOT = new URL("../../", import.meta.url).pathname;

const keys = Array.from({ length: ACCOUNTS }, (_, index) => createHash("sha256").update(`kill ${index}`).digest());
const addresses = keys.map((key) => encodeAddress(addressOfSecp256k1(publicKeyOf(key))));
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "kill-chain-"));
  writeBenchHome({ home, chainId: CHAIN_ID, blockIntervalMs: 20, addresses });
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

function spawnNode(): ChildProcess {
  return spawn(process.execPath, [`${ROOT}dist/src/cli/main.js`, "--home", home, "start"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function startNode(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawnNode();
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", (code) => reject(new Error(`the node ended with ${code}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const port = /RPC +http:\/\/\S+:([0-9]+)/.exec(text)?.[1];
      if (port !== undefined) resolve({ child, port: Number(port) });
    });
  });
}

async function call(connection: RawConnection, method: string, params: object): Promise<Record<string, never>> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  return JSON.parse(await connection.post(body)).result;
}

/** The next sequence of each account, from the committed state. */
async function sequences(connection: RawConnection): Promise<number[]> {
  const next = new Array<number>(ACCOUNTS).fill(0);
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const { total_count: count } = await call(connection, "tx_search", {
      query: `message.sender='${addresses[index]}'`,
      per_page: "1",
    });
    next[index] = Number(count);
  }
  return next;
}

/** Sends transfers until the node dies: every SENDERS-th account in turn, each in its order. */
async function load(connection: RawConnection, sender: number, next: number[]): Promise<void> {
  for (let count = sender; ; count += SENDERS) {
    const index = count % ACCOUNTS;
    const tx = signTestTx({
      chainId: CHAIN_ID,
      privKey: keys[index]!,
      accountNumber: BigInt(index),
      sequence: BigInt(next[index]!),
      messages: [sendMessage(addresses[index]!, addresses[(index + 1) % ACCOUNTS]!, "3uusdc")],
      fee: "2500uusdc",
      gasLimit: 120_000n,
    });
    next[index] = next[index]! + 1;
    await call(connection, "broadcast_tx_sync", { tx: Buffer.from(tx).toString("base64") });
  }
}

/** Collects the hashes that are announced as committed. */
async function listen(port: number, announced: Set<string>): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
  socket.on("error", () => socket.terminate());
  await new Promise((resolve) => socket.once("open", resolve));
  socket.on("message", (data) => {
    const hash: string | undefined = JSON.parse(String(data)).result?.events?.["tx.hash"]?.[0];
    if (hash !== undefined) announced.add(hash);
  });
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params: { query: "tm.event='Tx'" } }));
}

/** Replays all blocks in a fresh process: throws when one comes out differently. */
function replay(): { blocks: number; txs: number; appHash: string; broken: string[] } {
  const text = execFileSync(process.execPath, ["--import", "tsx", "scripts/replay.ts", "--home", home], {
    cwd: ROOT,
    encoding: "utf8",
    // What it says of a failure is in the error; of a success, nobody needs to read it here.
    stdio: ["ignore", "pipe", "pipe"],
  });
  return JSON.parse(text.trim().split("\n").at(-1) ?? "");
}

/** Starts the node, sends to it, and kills it: this many milliseconds after its first transfers. */
async function liveUnderLoad(lifeMs: number, announced: Set<string>): Promise<void> {
  const { child, port } = await startNode();
  child.removeAllListeners("exit");
  const died = new Promise((resolve) => child.once("exit", resolve));
  await listen(port, announced);
  const connections = await Promise.all(Array.from({ length: SENDERS }, () => RawConnection.open("127.0.0.1", port)));
  const next = await sequences(connections[0]!);
  // The load ends with the node: its last requests are never answered.
  const loads = connections.map((connection, sender) => load(connection, sender, next).catch(() => undefined));
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  child.kill("SIGKILL");
  await died;
  await Promise.all(loads);
}

/** Kills the node this many milliseconds after its process was started. */
async function killAtStart(delayMs: number): Promise<void> {
  const child = spawnNode();
  const died = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill("SIGKILL");
  await died;
}

/** Whatever was announced is found by its hash in a node that is started again. */
async function expectAllFound(announced: ReadonlySet<string>): Promise<void> {
  const { child, port } = await startNode();
  child.removeAllListeners("exit");
  const connection = await RawConnection.open("127.0.0.1", port);
  for (const hash of announced) {
    const found = await call(connection, "tx", { hash: Buffer.from(hash, "hex").toString("base64") });
    expect(found?.["hash"], `SEED=${SEED}`).toBe(hash);
  }
  connection.close();
  child.kill("SIGKILL");
}

test(
  `behavior: ${KILLS} kills of the real node under load lose nothing`,
  async () => {
    console.log(`kill test of the real node: CHAIN_KILLS=${KILLS} SEED=${SEED} (CHAIN_KILLS=100 for the full run)`);
    const random = randomFrom(SEED);
    const announced = new Set<string>();
    let txs = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      // The first life makes the chain.
      if (kill > 0 && random() < 0.2) await killAtStart(random() * 1200);
      else await liveUnderLoad(100 + random() * 1000, announced);
      const report = replay();
      expect(report.broken, `SEED=${SEED}, kill ${kill}`).toEqual([]);
      expect(report.txs, `SEED=${SEED}, kill ${kill}`).toBeGreaterThanOrEqual(Math.max(txs, announced.size));
      txs = report.txs;
    }
    expect(announced.size).toBeGreaterThan(KILLS);
    await expectAllFound(announced);
    console.log(`${KILLS} kills and replays: ${announced.size} transactions announced, ${txs} on the chain`);
  },
  60_000 + KILLS * 30_000,
);
