// The node that people run, with the real application: killed with SIGKILL at random instants under a load of signed
// transfers, and after each kill everything is checked in a fresh process: hash links, commits, app hash and results hash
// of every block by replay, the supply, and that what was announced as committed is there.
// `CHAIN_KILLS=100 npm run test:kill` for the long run.

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

const KILLS = Number(process.env["CHAIN_KILLS"] ?? "6");
const SEED = Number(process.env["SEED"] ?? String(Date.now() % 1_000_000));
const CHAIN_ID = "kill-1";
const ACCOUNTS = 50;
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

/** Numbers that follow from the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function startNode(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [`${ROOT}dist/src/cli/main.js`, "--home", home, "start"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
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

/** Sends transfers until the node dies. Every account in turn, each in its order. */
async function load(connection: RawConnection): Promise<void> {
  const next = await sequences(connection);
  for (let count = 0; ; count += 1) {
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
  });
  return JSON.parse(text.trim().split("\n").at(-1) ?? "");
}

test(
  `behavior: ${KILLS} kills of the real node under load lose nothing`,
  async () => {
    console.log(`kill test of the real node: CHAIN_KILLS=${KILLS} SEED=${SEED}`);
    const random = randomFrom(SEED);
    const announced = new Set<string>();
    let txs = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { child, port } = await startNode();
      child.removeAllListeners("exit");
      const died = new Promise((resolve) => child.once("exit", resolve));
      await listen(port, announced);
      const connection = await RawConnection.open("127.0.0.1", port);
      // The load ends with the node: its last request is never answered.
      const ended = load(connection).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200 + random() * 1200));
      child.kill("SIGKILL");
      await died;
      await ended;
      const report = replay();
      expect(report.broken).toEqual([]);
      expect(report.txs).toBeGreaterThanOrEqual(txs);
      txs = report.txs;
    }
    expect(announced.size).toBeGreaterThan(0);
    expect(txs).toBeGreaterThanOrEqual(announced.size);
    const { child, port } = await startNode();
    child.removeAllListeners("exit");
    const connection = await RawConnection.open("127.0.0.1", port);
    for (const hash of announced) {
      const found = await call(connection, "tx", { hash: Buffer.from(hash, "hex").toString("base64") });
      expect(found["hash"]).toBe(hash);
    }
    connection.close();
    child.kill("SIGKILL");
    console.log(`${announced.size} transactions announced, ${txs} replayed`);
  },
  60_000 + KILLS * 30_000,
);
