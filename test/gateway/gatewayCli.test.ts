// `statesetd gateway` as a person uses it, against a devnet's chain: a key is made, the gateway started, an order made with
// it, the gateway stopped by a signal and started with --rebuild. Cases: all of that; a folder in use; flags that make no sense; no node; a port in use.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Devnet, startDevnet } from "../../src/devnet/devnet.ts";
import { gatewayAccounts } from "../../src/devnet/gatewayState.ts";

const PROGRAM = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;

let folder: string;
let devnet: Devnet;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "gateway-cli-"));
  devnet = await startDevnet({ home: join(folder, "chain"), freePorts: true, blockIntervalMs: 20, logLevel: "silent" });
}, 60_000);

afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await devnet?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Done {
  readonly code: unknown;
  readonly out: string;
  readonly err: string;
}

/** Runs a command. The chain is in this process: it must go on meanwhile. */
async function statesetd(args: readonly string[], input = ""): Promise<Done> {
  const home = join(folder, "home");
  const all = [PROGRAM, "--home", home, "--node", devnet.rpcUrl, "--keyring-backend", "test", "-o", "json", ...args];
  const child = spawn(process.execPath, all);
  running.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code, out, err };
}

async function start(args: readonly string[]): Promise<{ child: ChildProcess; url: string; said: () => string }> {
  const all = [PROGRAM, "--home", join(folder, "home"), "--node", devnet.rpcUrl, "gateway", "start", ...args];
  const child = spawn(process.execPath, all);
  running.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  await vi.waitFor(() => expect(said).toContain("Ctrl-C"), { timeout: 60_000, interval: 100 });
  return { child, url: /gateway +(http\S+)/.exec(said)?.[1] ?? "", said: () => said };
}

test("default: a key, a gateway, an order", { timeout: 180_000 }, async () => {
  const { merchant, customer } = gatewayAccounts(devnet.accounts);
  // The merchant's key, as `keys add --recover` would have it, signs that the new account may act for it.
  const recovered = await statesetd(["keys", "add", "shop", "--recover", "--index", "13"], `${devnet.mnemonic}\n`);
  expect(recovered.code, recovered.err).toBe(0);
  const created = await statesetd(["gateway", "keys", "create", "--from", "shop", "--yes"]);
  expect(created.code, created.err).toBe(0);
  const secret = /"secret": ?"([^"]+)"/.exec(created.out)?.[1] ?? "";
  const gateway = await start([
    "--port",
    "0",
    "--metrics-port",
    "0",
    "--test-payer",
    customer.address,
    "--log-level",
    "warn",
  ]);
  const answer = await fetch(`${gateway.url}/v1/orders`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", "idempotency-key": "one" },
    body: JSON.stringify({ items: [{ sku: "A", quantity: 1, price: "1.50" }] }),
  });
  const order = (await answer.json()) as { total: string; merchant: string; code?: string; detail?: string };
  expect(order).toMatchObject({ total: "1.50", merchant: merchant.address });
  const second = await statesetd(["gateway", "start", "--port", "0", "--metrics-port", "0"]);
  expect([second.code, second.err]).toEqual([1, expect.stringContaining("another process has the database")]);
  gateway.child.kill("SIGTERM");
  const [code] = await once(gateway.child, "exit");
  expect([code, gateway.said().includes(secret)]).toEqual([0, false]);
  // What is made of the chain's blocks is made of them again.
  const again = await start(["--port", "0", "--metrics-port", "0", "--rebuild"]);
  const listed = await fetch(`${again.url}/v1/orders`, { headers: { authorization: `Bearer ${secret}` } });
  expect(await listed.json()).toMatchObject({ total_count: 1, orders: [{ total: "1.50" }] });
  again.child.kill("SIGTERM");
  expect(await once(again.child, "exit")).toEqual([0, null]);
});

test.each([
  [["--port", "x"], 2, "--port"],
  [["--public-url", "ftp://x"], 2, "--public-url"],
  [["--test-payer", "nobody"], 2, "--test-payer"],
  [["--log-level", "loud"], 2, "--log-level"],
  [["--webhook-networks", "10.0.0.0/99"], 2, "--webhook-networks"],
  [["--cors-origins", "https://shop.example,*"], 2, "--cors-origins"],
  [["--redis-url", "http://127.0.0.1"], 2, "--redis-url"],
  [["--tables", "/dev/null"], 1, "/dev/null"],
])("error: %j", { timeout: 60_000 }, async (args, code, word) => {
  const done = await statesetd(["gateway", "start", ...args]);
  expect([done.code, done.err.includes(word)]).toEqual([code, true]);
});

test("error: a port in use", { timeout: 60_000 }, async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const done = await statesetd(["gateway", "start", "--port", String(port), "--metrics-port", "0"]);
  await new Promise((resolve) => server.close(resolve));
  expect([done.code, done.err]).toEqual([1, expect.stringContaining("EADDRINUSE")]);
});
