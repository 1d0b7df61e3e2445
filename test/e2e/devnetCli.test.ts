// `statesetd devnet` as a person and as a script runs it, and the package's entry. Runs what `npm run build` made. Cases:
// the JSON document, and that all of it answers; Ctrl-C; SIGKILL and the next start; an EVM chain that dies; --reset and
// --ephemeral; a home in use; a port in use; flags that are wrong; `import "stateset/devnet"` from another package.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createPublicClient, http, numberToHex } from "viem";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DevnetInfo } from "../../src/devnet/devnetInfo.ts";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const PROGRAM = join(REPOSITORY, "dist/src/cli/main.js");

let home: string;
const children = new Set<ChildProcess>();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "devnet-cli-"));
});

afterEach(async () => {
  for (const child of children) await end(child, "SIGINT");
  children.clear();
  rmSync(home, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly info: DevnetInfo;
  /** All that it said on standard error. */
  readonly complaints: () => string;
}

/** Starts a devnet on free ports and waits for its document, which must be all that it prints. */
async function start(...flags: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [PROGRAM, "--home", home, "devnet", "--free-ports", "--json", ...flags]);
  children.add(child);
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  let text = "";
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.endsWith("}\n")) return { child, info: JSON.parse(text), complaints: () => complaints };
  }
  throw new Error(`the devnet did not start: ${complaints}`);
}

/** Ends a process and resolves with its exit code. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

/** A devnet that is not expected to run: its exit code, and what it said. */
function attempt(...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [PROGRAM, "--home", home, "devnet", ...args], (error, _stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stderr });
    });
  });
}

function evmClient({ info }: Running, index: number) {
  return createPublicClient({ transport: http(info.evm[index]!.rpc_url, { retryCount: 0 }) });
}

function pidOf({ info }: Running, index: number): number {
  return Number(readFileSync(join(info.home, "evm", info.evm[index]!.name, "anvil.pid"), "utf8"));
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

describe("a devnet that runs", () => {
  test("default: tells all as JSON, and all of it is so", async () => {
    const running = await start("--ephemeral");
    const { chain, evm, evm_accounts, attester, relayer } = running.info;
    const bridge = [`${attester?.url}/v2/publicKeys`, `${attester?.admin_url}/faults`, `${relayer?.url}/health`];
    for (const url of [
      chain.rpc_url,
      `${chain.rest_url}/`,
      `${chain.metrics_url}/metrics`,
      chain.faucet_url,
      ...bridge,
    ]) {
      expect(await answers(url), url).toBe(true);
    }
    expect(chain.accounts.length).toBe(16);
    expect(evm.map(({ name, domain, chain_id }) => [name, domain, chain_id])).toEqual([
      ["ethereum", 0, 3133700],
      ["base", 6, 3133706],
    ]);
    for (const [index, { chain_id, usdc, v1, v2 }] of evm.entries()) {
      const client = evmClient(running, index);
      expect(await client.getChainId()).toBe(chain_id);
      for (const address of [usdc, ...Object.values(v1), ...Object.values(v2)] as `0x${string}`[]) {
        expect(await client.getCode({ address })).toMatch(/^0x60/);
      }
      const richest = evm_accounts!.accounts[1]!.address as `0x${string}`;
      expect(await client.getBalance({ address: richest })).toBe(10n ** 22n);
    }
    expect(await end(running.child, "SIGINT")).toBe(0);
    expect(running.complaints()).toBe("");
    expect(existsSync(running.info.home)).toBe(false);
    for (const { rpc_url } of evm) expect(await answers(rpc_url)).toBe(false);
  });

  test("behavior: killed, it takes the EVM chains with it, and the next start goes on with every block", async () => {
    const first = await start("--block-interval", "10");
    const client = evmClient(first, 0);
    for (let count = 0; count < 5; count += 1) await client.request({ method: "evm_mine" } as never);
    const head = await client.getBlock();
    await end(first.child, "SIGKILL");
    await expect.poll(() => answers(first.info.evm[0]!.rpc_url), { timeout: 10_000 }).toBe(false);
    const second = await start();
    const block = await evmClient(second, 0).getBlock({ blockNumber: head.number });
    expect(block.hash).toBe(head.hash);
    expect(second.info.chain.height).toBeGreaterThanOrEqual(first.info.chain.height);
    expect(second.complaints()).toBe("");
  });

  test("behavior: an EVM chain that dies takes the devnet with it, and is named", async () => {
    const running = await start();
    const exited = once(running.child, "exit");
    process.kill(pidOf(running, 1), "SIGKILL");
    await exited;
    expect(running.child.exitCode).toBe(1);
    expect(running.complaints()).toMatch(/^Error: the chain base ended by SIGKILL; see \S+anvil\.log$/m);
    expect(await answers(running.info.evm[0]!.rpc_url)).toBe(false);
    expect(await answers(running.info.chain.rpc_url)).toBe(false);
  });

  test("behavior: --reset begins anew and leaves alone what is not the devnet's; a home serves one at a time", async () => {
    const first = await start();
    await evmClient(first, 0).request({ method: "anvil_mine", params: [numberToHex(50)] } as never);
    const { code, stderr } = await attempt("--free-ports");
    expect(code).toBe(1);
    expect(stderr).toContain(`${first.info.home}: a devnet runs in it; stop it, choose another --home`);
    expect((await attempt("--free-ports", "--reset")).stderr).toContain("a devnet runs in it");
    await end(first.child, "SIGTERM");
    writeFileSync(join(first.info.home, "notes.txt"), "mine");
    const second = await start("--reset");
    expect(await evmClient(second, 0).getBlockNumber()).toBeLessThan(50n);
    expect(readFileSync(join(first.info.home, "notes.txt"), "utf8")).toBe("mine");
  });

  test("behavior: without EVM chains", async () => {
    const { info } = await start("--no-evm", "--ephemeral");
    expect(info).toMatchObject({ evm: [], evm_accounts: null, attester: null, relayer: null });
  });
});

describe("a devnet that cannot run", () => {
  test("error: a port in use, with the way out", async () => {
    // The first of the known ports; it serves the test as well when somebody else has it.
    const server = createServer();
    await new Promise<void>((done) => {
      server.once("error", () => done());
      server.listen(26657, "127.0.0.1", done);
    });
    const { code, stderr } = await attempt("--ephemeral");
    server.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: port 26657 is in use: .*; end what has it, or take free ports with --free-ports$/m);
  });

  test.each([
    [2, ["--ephemeral", "--reset"], "--ephemeral begins anew each time"],
    [2, ["--evm-block-time", "0"], "--evm-block-time: expected seconds"],
    [1, ["--cctp-artifacts", "/nowhere"], "/nowhere: no such folder"],
    [1, ["--ephemeral", "--load", "/nowhere"], "/nowhere: no such file"],
  ])("error: %i for %j", async (code, flags, text) => {
    const outcome = await attempt("--free-ports", ...flags);
    expect(outcome.stderr).toContain(text);
    expect(outcome.code).toBe(code);
  });
});

test("default: another package imports it from stateset/devnet", async () => {
  const script = join(home, "use.mjs");
  mkdirSync(join(home, "node_modules"));
  symlinkSync(REPOSITORY, join(home, "node_modules", "stateset"));
  writeFileSync(
    script,
    `import { createDevnet, describeDevnet } from "stateset/devnet";
     const devnet = await createDevnet();
     console.log(JSON.stringify(describeDevnet(devnet).evm.map(({ domain }) => domain)));
     await devnet.stop();`,
  );
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const chunk of child.stdout) said += String(chunk);
  expect(JSON.parse(said)).toEqual([0, 6]);
  expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0);
});
