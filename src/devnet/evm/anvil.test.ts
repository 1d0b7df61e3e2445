// Cases: a free port; a port that is taken; a state that is no state; an end that nobody asked for; who writes what.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EVM_MNEMONIC } from "../bridgeKeys.ts";
import { PortInUseError } from "../portInUse.ts";
import { type AnvilOptions, startAnvil } from "./anvil.ts";
import { anvilPath } from "./anvilBinary.ts";
import { anvilClient } from "./anvilClient.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "anvil-test-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function options(changes: Partial<AnvilOptions> = {}): AnvilOptions {
  return {
    chainId: 3133799,
    port: 0,
    mnemonic: EVM_MNEMONIC,
    accountCount: 3,
    genesisTime: 1_700_000_000,
    logFile: join(folder, "anvil.log"),
    stateFile: undefined,
    exitFile: join(folder, "exit.json"),
    blockTimeSeconds: undefined,
    ...changes,
  };
}

test("default: listens on a free port of loopback, and writes log and state", async () => {
  expect(anvilPath()).toMatch(/node_modules/);
  const [one, other] = await Promise.all([
    startAnvil(options()),
    startAnvil(options({ logFile: join(folder, "b.log"), exitFile: join(folder, "b.json") })),
  ]);
  expect(one.port).not.toBe(other.port);
  const client = anvilClient(one.port);
  expect(await client.getChainId()).toBe(3133799);
  expect((await client.getBlock()).timestamp).toBe(1_700_000_000n);
  await Promise.all([one.stop(), other.stop()]);
  expect(await one.ended).toEqual({ exitCode: 0, signal: null });
  expect(JSON.parse(readFileSync(join(folder, "exit.json"), "utf8"))).toHaveProperty("best_block_number");
  expect(readFileSync(join(folder, "anvil.log"), "utf8")).toContain("eth_chainId");
});

test("behavior: blocks come by themselves when they are to", async () => {
  const anvil = await startAnvil(options({ blockTimeSeconds: 1 }));
  const client = anvilClient(anvil.port);
  await expect.poll(() => client.getBlockNumber(), { timeout: 10_000 }).toBeGreaterThan(1n);
  await anvil.stop();
});

test("error: a port that is taken", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const refused = startAnvil(options({ port }));
  await expect(refused).rejects.toThrow(PortInUseError);
  await expect(refused).rejects.toThrow(`port ${port} is in use: the EVM chain 3133799 wants it`);
  server.close();
});

test("error: a state that is none, in anvil's words", async () => {
  const stateFile = join(folder, "state.json");
  writeFileSync(stateFile, '{"block":');
  await expect(startAnvil(options({ stateFile }))).rejects.toMatchObject({
    code: "anvil_ended",
    message: expect.stringContaining("failed to parse json file"),
  });
});

test("error: an end that nobody asked for", async () => {
  const anvil = await startAnvil(options());
  process.kill(anvil.pid, "SIGKILL");
  expect(await anvil.ended).toEqual({ exitCode: null, signal: "SIGKILL" });
  await expect(anvil.stop()).rejects.toThrow(/ended by SIGKILL/);
});
