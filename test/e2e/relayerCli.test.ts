// `statesetd relayer` as processes of its own: started from a file, asked, ended. Cases: a transfer from start to end; status,
// list, retry, tx; what is wrong with a file, a key or a port in one line; ended by SIGTERM.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stringify } from "smol-toml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHex } from "../../src/codec/bytes.ts";
import { RELAYER_KEY } from "../../src/devnet/bridgeKeys.ts";
import { burnOnEvm, evmBalance, freshEvmAddress, startBridge, type TestBridge, until } from "./bridge.ts";

const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;
const KEY = toHex(RELAYER_KEY.privKey);

let bridge: TestBridge;
let folder: string;
let running: ChildProcess;
let url: string;

beforeAll(async () => {
  bridge = await startBridge();
  folder = mkdtempSync(join(tmpdir(), "relayer-cli-"));
  running = launch("start", "--config", configFile({}));
  for await (const line of createInterface(running.stdout!)) {
    url = /relayer running at (\S+)/.exec(line)?.[1] ?? "";
    if (url !== "") break;
  }
});

afterAll(async () => {
  running?.kill("SIGKILL");
  await bridge?.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;

function configFile(over: object): string {
  files += 1;
  const file = join(folder, `${files}.toml`);
  const table = { ...bridge.configTable(), journal: join(folder, `journal ${files}`) };
  const wallets = ["ethereum", "base", "stateset"].map((chain) => ({ chain, key: "env:RELAYER_KEY" }));
  writeFileSync(file, stringify({ ...table, wallets, ...over }));
  return file;
}

function launch(...args: readonly string[]): ChildProcess {
  const env = { ...process.env, RELAYER_KEY: KEY };
  return spawn(process.execPath, [PROGRAM, "relayer", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: readonly string[]): Promise<Outcome> {
  const child = launch(...args);
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr!.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

async function ask(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(...args, "--url", url, "--output", "json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("a running relayer", () => {
  test("default: carries a burn, and tells of it", async () => {
    const ethereum = bridge.devnet.evmChain("ethereum");
    const base = bridge.devnet.evmChain("base");
    const recipient = freshEvmAddress();
    const [hash] = await burnOnEvm(ethereum, 1, { version: 2, to: base.domain, recipient, amount: 42n });
    await until("it arrived", async () => (await evmBalance(base, recipient)) === 42n);
    await until("it is done", async () => (await (await fetch(`${url}/messages?state=done`)).text()).includes(hash!));
    expect(await ask("list", "--state", "done")).toMatchObject({ messages: [{ tx_hash: hash }] });
    expect(await ask("retry", hash!)).toMatchObject({ messages: [{ state: "done", amount: "42" }] });
    expect(await ask("tx", hash!)).toMatchObject({ messages: [{ tx_hash: hash, state: "done" }] });
    expect(await ask("tx", hash!, "--domain", "0")).toMatchObject({ messages: [{ tx_hash: hash }] });
    const status = await ask("status");
    expect(status).toMatchObject({ messages: { done: 1 }, problems: [] });
    expect((status["wallets"] as { address: string }[])[0]?.address).toBe(RELAYER_KEY.evmAddress);
  });

  test("error: no such message, no such transaction, no relayer", async () => {
    const nothing = "0".repeat(64);
    const hints = ["--url", url];
    expect(await run("retry", nothing, ...hints)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no such message"),
    });
    expect(await run("tx", nothing, ...hints)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no source chain"),
    });
    expect(await run("retry", "0x12", ...hints)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("64 hex digits"),
    });
    const away = await run("status", "--url", "http://127.0.0.1:1");
    expect(away).toMatchObject({ code: 3, stderr: expect.stringContaining("no relayer answers") });
  });
});

describe("starting", () => {
  test.each([
    ["a setting that is wrong", { delayMs: -1 }, 2, "delayMs: "],
    ["a chain that is another", { chains: "other" }, 1, "expected chain id"],
    [
      "a variable that is not set",
      { wallets: [{ chain: "base", key: "env:NOBODY_SETS_THIS" }], routes: [{ from: "ethereum", to: "base" }] },
      2,
      "NOBODY_SETS_THIS is not set",
    ],
  ])("error: %s", async (_name, over, code, text) => {
    const chains = bridge
      .tables()
      .map((table) => ("chainId" in table && table.chainId === 3133700 ? { ...table, chainId: 1 } : table));
    const outcome = await run("start", "--config", configFile("chains" in over ? { chains } : over));
    expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(text) });
    expect(`${outcome.stdout}${outcome.stderr}`).not.toContain(KEY);
  });

  test("error: a port that is taken, and a file that is not there", async () => {
    const port = Number(new URL(url).port);
    const taken = await run("start", "--config", configFile({ http: { port } }));
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining("the port of the HTTP API is taken") });
    const missing = await run("start", "--config", join(folder, "nothing.toml"));
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("no such file") });
  });

  test("behavior: SIGTERM ends it with its journal closed", async () => {
    const exited = new Promise((resolve) => running.once("exit", (code, signal) => resolve(signal ?? code)));
    running.kill("SIGTERM");
    expect(await exited).toBe(0);
  });
});
