// Real anvils. Cases: what stands on a new chain, and who may what; contracts with libraries and behind proxies; contracts
// that fail; restarts: after an orderly end, the death of anvil, of its parent, and an end that was cut off while it wrote;
// snapshots with clock, base fee and waiting transactions; folders that do not fit; an end that nobody asked for.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, createPublicClient, http, parseAbi, webSocket } from "viem";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compileContracts } from "../../../scripts/contracts.ts";
import { MESSAGE_TRANSMITTER_ABI, TOKEN_MESSENGER_V1_ABI, USDC_ABI } from "../../cctp/evmAbi.ts";
import type { EvmArtifact } from "../../chains/evmArtifact.ts";
import { ATTESTER_KEYS, EVM_MNEMONIC, evmAccounts, RELAYER_KEY } from "../bridgeKeys.ts";
import { EVM_CHAINS, planBridge } from "../bridgePlan.ts";
import { startAnvil } from "./anvil.ts";
import { anvilClient } from "./anvilClient.ts";
import { OUR_ARTIFACTS, readCctpArtifacts } from "./cctpArtifacts.ts";
import { type DeploymentOptions, planContracts } from "./cctpDeployment.ts";
import { type EvmChainOptions, type LocalEvmChain, startEvmChain } from "./evmChain.ts";
import { PROXIED_SOURCE } from "./testing/proxiedContracts.ts";

const STRANGER: Address = "0x00000000000000000000000000000000000beef1";
const ETHER = 10n ** 18n;
const MINTER_ABI = parseAbi([
  "function getLocalToken(uint32, bytes32) view returns (address)",
  "function burnLimitsPerMessage(address) view returns (uint256)",
  "function localTokenMessenger() view returns (address)",
]);

const accounts = await evmAccounts();
const OURS = planBridge(OUR_ARTIFACTS, accounts).deployments[0]!;
const SPEC = EVM_CHAINS[0]!;

let folder: string;
let chainFolder: string;
let nowSeconds: number;
let failures: unknown[];
const running = new Set<LocalEvmChain>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evm-chain-test-"));
  chainFolder = join(folder, "ethereum");
  nowSeconds = 1_800_000_000;
  failures = [];
});

afterEach(async () => {
  await Promise.allSettled([...running].map((chain) => chain.stop()));
  running.clear();
  rmSync(folder, { recursive: true });
});

async function start(changes: Partial<EvmChainOptions> = {}): Promise<LocalEvmChain> {
  const chain = await startEvmChain({
    name: SPEC.name,
    chainId: SPEC.chainId,
    folder: chainFolder,
    port: 0,
    accounts,
    deployment: OURS,
    payers: [RELAYER_KEY.evmAddress],
    now: () => nowSeconds,
    onFailure: (error) => failures.push(error),
    ...changes,
  });
  running.add(chain);
  return chain;
}

/** Everything that a watcher reads of a chain. */
async function historyOf({ client }: LocalEvmChain) {
  const head = await client.getBlockNumber();
  const logs = await client.getLogs({ fromBlock: 0n, toBlock: head });
  const hashes = [...new Set(logs.map((log) => log.transactionHash))];
  const numbers = Array.from({ length: Number(head) + 1 }, (_, number) => BigInt(number));
  return {
    logs,
    blocks: await Promise.all(numbers.map((blockNumber) => client.getBlock({ blockNumber }))),
    receipts: await Promise.all(hashes.map((hash) => client.getTransactionReceipt({ hash }))),
  };
}

function usdcOf({ client, contracts }: LocalEvmChain, account: Address): Promise<bigint> {
  return client.readContract({ address: contracts.usdc, abi: USDC_ABI, functionName: "balanceOf", args: [account] });
}

/** What the contracts of a new chain must say, whoever compiled them. */
async function expectDeployed({ client, contracts }: LocalEvmChain, { remotes }: DeploymentOptions): Promise<void> {
  const { usdc, v1, v2 } = contracts;
  for (const [version, { messageTransmitter, tokenMessenger, tokenMinter }] of [v1, v2].entries()) {
    const transmitter = { address: messageTransmitter, abi: MESSAGE_TRANSMITTER_ABI } as const;
    const names = ["localDomain", "version", "signatureThreshold", "getNumEnabledAttesters"] as const;
    const numbers = names.map((functionName) => client.readContract({ ...transmitter, functionName }));
    expect(await Promise.all(numbers)).toEqual([0, version, 2n, 2n]);
    const enabled = ATTESTER_KEYS.map(({ evmAddress }) =>
      client.readContract({ ...transmitter, functionName: "isEnabledAttester", args: [evmAddress] }),
    );
    expect(await Promise.all(enabled)).toEqual([true, true]);
    const minter = { address: tokenMinter, abi: MINTER_ABI } as const;
    expect(await client.readContract({ ...minter, functionName: "localTokenMessenger" })).toBe(tokenMessenger);
    const limit = client.readContract({ ...minter, functionName: "burnLimitsPerMessage", args: [usdc] });
    expect(await limit).toBe(10n ** 13n);
    for (const remote of remotes) {
      const words = [remote.domain, remote.usdc] as const;
      expect(await client.readContract({ ...minter, functionName: "getLocalToken", args: words })).toBe(usdc);
      const messenger = { address: tokenMessenger, abi: TOKEN_MESSENGER_V1_ABI } as const;
      const known = client.readContract({ ...messenger, functionName: "remoteTokenMessengers", args: [remote.domain] });
      const wanted = version === 0 ? remote.tokenMessengerV1 : remote.tokenMessengerV2;
      expect(await known).toBe(wanted.toLowerCase());
    }
  }
}

const SIX = [
  "MessageTransmitter",
  "TokenMessenger",
  "TokenMinter",
  "MessageTransmitterV2",
  "TokenMessengerV2",
  "TokenMinterV2",
] as const;

/** Where the compiler left room for the one library that there is. */
function linkReferencesOf(bytecode: string): object {
  const places = [...bytecode.matchAll(/__\$/g)].map(({ index }) => ({ start: index / 2 - 1, length: 20 }));
  return places.length === 0 ? {} : { "Proxied.sol": { Slots: places } };
}

/** Writes contracts as Foundry does: ours, or what stands behind proxies in their place. */
async function writeFoundryOutput(out: string, isProxied: boolean): Promise<void> {
  const write = (name: string, { abi, bytecode }: EvmArtifact): void => {
    const json = { abi, bytecode: { object: bytecode, linkReferences: linkReferencesOf(bytecode) } };
    mkdirSync(join(out, `${name}.sol`), { recursive: true });
    writeFileSync(join(out, `${name}.sol`, `${name}.json`), JSON.stringify(json));
  };
  for (const name of SIX) write(name, OUR_ARTIFACTS[name]);
  if (!isProxied) return;
  const names = ["Slots", "AdminUpgradableProxy", "MessageTransmitterV2", "TokenMessengerV2"] as const;
  const contracts = names.map((name) => [name, "Proxied.sol"] as const);
  const compiled = await compileContracts(contracts, new Map([["Proxied.sol", PROXIED_SOURCE]]));
  for (const name of names) write(name, compiled.get(name)!);
}

describe("a new chain", () => {
  test("default: contracts, links, balances, and what its watchers are told", async () => {
    const chain = await start();
    await expectDeployed(chain, OURS);
    for (const { address } of chain.accounts) expect(await usdcOf(chain, address)).toBe(10n ** 12n);
    expect(await chain.client.getBalance({ address: RELAYER_KEY.evmAddress })).toBe(10_000n * ETHER);
    await Promise.all([100n, 100n, 23n].map((amount) => chain.fundUsdc(STRANGER, amount)));
    expect(await usdcOf(chain, STRANGER)).toBe(223n);
    await expect(chain.fundUsdc(STRANGER, 10n ** 30n)).rejects.toThrow();
    await chain.fundUsdc(STRANGER, 1n);
    const { config } = chain;
    expect(config).toMatchObject({ kind: "evm", domain: 0, chainId: SPEC.chainId, usdc: chain.contracts.usdc });
    const byHttp = createPublicClient({ transport: http(config.rpcUrls[0]) });
    const byWebSocket = createPublicClient({ transport: webSocket(config.wsUrl) });
    expect(await byHttp.getChainId()).toBe(config.chainId);
    expect(await byWebSocket.getChainId()).toBe(config.chainId);
    (await byWebSocket.transport.getRpcClient()).close();
    expect(failures).toEqual([]);
  });

  test("behavior: somebody's contracts, with a library, behind proxies", async () => {
    const out = join(folder, "out");
    await writeFoundryOutput(out, true);
    const deployment = planBridge(readCctpArtifacts(out), accounts).deployments[0]!;
    const chain = await start({ deployment });
    expect(chain.contracts.v2.tokenMessenger).not.toBe(planContracts(OURS).v2.tokenMessenger);
    await expectDeployed(chain, deployment);
  });

  test("error: contracts that refuse to be deployed", async () => {
    const out = join(folder, "out");
    await writeFoundryOutput(out, false);
    const file = join(out, "TokenMinter.sol", "TokenMinter.json");
    // PUSH0 PUSH0 REVERT
    writeFileSync(file, JSON.stringify({ abi: OUR_ARTIFACTS.TokenMinter.abi, bytecode: "0x5f5ffd" }));
    const deployment = planBridge(readCctpArtifacts(out), accounts).deployments[0]!;
    await expect(start({ deployment })).rejects.toMatchObject({
      code: "transaction_failed",
      message: expect.stringContaining("the creation of TokenMinter failed"),
    });
    writeFileSync(file, JSON.stringify({ abi: [], bytecode: "0x5f5ffd" }));
    expect(() => planBridge(readCctpArtifacts(out), accounts)).toThrow(
      "the constructor of TokenMinter is not Circle's",
    );
  });
});

describe("a restart", () => {
  test("default: goes on with all blocks, logs and receipts, and not back in time", async () => {
    const first = await start();
    for (let count = 0; count < 3; count += 1) await first.fundUsdc(STRANGER, 5n);
    nowSeconds += 100_000;
    await first.syncTime();
    const history = await historyOf(first);
    await first.stop();
    expect(readdirSync(chainFolder).sort()).toEqual(["anvil.log", "chain.json", "state.json"]);
    // The clock of the restarted system may be behind the last block: it was moved by hand.
    nowSeconds -= 50_000;
    const second = await start();
    expect(await historyOf(second)).toEqual(history);
    expect(second.contracts).toEqual(first.contracts);
    await second.fundUsdc(STRANGER, 1n);
    expect(await usdcOf(second, STRANGER)).toBe(16n);
    const head = await second.client.getBlock();
    const last = history.blocks.at(-1)!;
    expect(head.timestamp).toBeGreaterThanOrEqual(last.timestamp);
    expect(head.parentHash).toBe(last.hash);
    expect(await historyOf(await restarted(second))).toMatchObject({ blocks: [...history.blocks, head] });
  });

  async function restarted(chain: LocalEvmChain): Promise<LocalEvmChain> {
    await chain.stop();
    return start();
  }

  test("behavior: the death of anvil costs no block that is older than a few seconds", async () => {
    const first = await start();
    await first.fundUsdc(STRANGER, 5n);
    const history = await historyOf(first);
    const state = join(chainFolder, "state.json");
    await expect
      .poll(() => existsSync(state) && readFileSync(state, "utf8").includes(history.blocks[3]!.transactionsRoot), {
        timeout: 10_000,
      })
      .toBe(true);
    process.kill(first.pid, "SIGKILL");
    await expect.poll(() => failures, { timeout: 10_000 }).toMatchObject([{ code: "anvil_ended" }]);
    expect(String(failures[0])).toContain("the chain ethereum ended by SIGKILL");
    await first.stop();
    expect(failures.length).toBe(1);
    expect(await historyOf(await start())).toEqual(history);
  });

  test("behavior: what anvil wrote at its end is taken, unless it was cut off", async () => {
    const first = await start();
    const before = await historyOf(first);
    await first.stop();
    const stateFile = join(chainFolder, "state.json");
    const stateBefore = readFileSync(stateFile);
    const second = await start();
    await second.fundUsdc(STRANGER, 5n);
    const after = await historyOf(second);
    // As the watcher ends anvil when our process is killed.
    process.kill(second.pid, "SIGTERM");
    const exitFile = join(chainFolder, "exit.json");
    await expect.poll(() => failures.length, { timeout: 10_000 }).toBe(1);
    const whole = readFileSync(exitFile);
    writeFileSync(exitFile, whole.subarray(0, whole.length - 10));
    writeFileSync(stateFile, stateBefore);
    const cut = await start();
    expect(await historyOf(cut)).toEqual(before);
    await cut.stop();
    writeFileSync(exitFile, whole);
    expect(await historyOf(await start())).toEqual(after);
  });

  test("behavior: it waits for the anvil of a devnet that was killed", async () => {
    await (await start()).stop();
    const left = await startAnvil({
      chainId: SPEC.chainId,
      port: 0,
      mnemonic: EVM_MNEMONIC,
      accountCount: 1,
      genesisTime: nowSeconds,
      logFile: join(folder, "left.log"),
      stateFile: join(chainFolder, "state.json"),
      exitFile: join(chainFolder, "exit.json"),
      blockTimeSeconds: undefined,
    });
    await anvilClient(left.port).mine({ blocks: 7 });
    writeFileSync(join(chainFolder, "anvil.pid"), String(left.pid));
    const starting = start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await left.stop();
    expect(await (await starting).client.getBlockNumber()).toBe(9n);
  });

  test("error: a folder that holds another chain", async () => {
    await (await start()).stop();
    const held = join(chainFolder, "chain.json");
    await expect(start({ chainId: 3133706 })).rejects.toThrow(
      `${held} holds another chain: chainId is 3133700, not 3133706`,
    );
    const deployment = planBridge(OUR_ARTIFACTS, accounts).deployments[1]!;
    await expect(start({ deployment })).rejects.toMatchObject({ code: "state_unusable" });
  });
});

describe("a snapshot", () => {
  test("default: blocks, logs, balances, base fee, waiting transactions and the clock go back", async () => {
    const chain = await start();
    const { client } = chain;
    await chain.fundUsdc(STRANGER, 1n);
    const history = await historyOf(chain);
    const { baseFeePerGas } = await client.getBlock({ blockTag: "pending" });
    const id = await chain.snapshot();
    await chain.fundUsdc(STRANGER, 1n);
    nowSeconds += 3600;
    await chain.syncTime();
    await chain.mine(20);
    expect(Number((await client.getBlock()).timestamp)).toBeGreaterThanOrEqual(nowSeconds);
    await client.setAutomine(false);
    const waiting = { from: accounts[1]!.address, to: STRANGER, value: "0x1" } as const;
    await client.request({ method: "eth_sendTransaction", params: [waiting] });
    nowSeconds -= 3600;
    await chain.revert(id);
    await client.setAutomine(true);
    expect(await historyOf(chain)).toEqual(history);
    expect(await usdcOf(chain, STRANGER)).toBe(1n);
    expect(await client.getTxpoolStatus()).toEqual({ pending: 0, queued: 0 });
    await chain.mine();
    const head = await client.getBlock();
    expect(head).toMatchObject({ baseFeePerGas, parentHash: history.blocks.at(-1)!.hash, transactions: [] });
    expect(Number(head.timestamp)).toBeLessThan(nowSeconds + 60);
  });

  test("behavior: serves once, and those after it are gone; also after a restart of the chain", async () => {
    const first = await start();
    await first.mine();
    await first.stop();
    const chain = await start();
    const earlier = await chain.snapshot();
    await chain.mine();
    const later = await chain.snapshot();
    await chain.mine();
    await chain.revert(earlier);
    expect(await chain.client.getBlockNumber()).toBe(3n);
    for (const id of [earlier, later, "0x99"] as const) {
      await expect(chain.revert(id)).rejects.toThrow(`there is no snapshot ${id} of the chain ethereum`);
    }
  });
});
