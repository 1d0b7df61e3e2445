// A local EVM chain with USDC, CCTP V1 and CCTP V2: an anvil whose state stays in a folder, whose clock is set by whoever
// runs it, and which knows its remote chains from its first blocks on.

import { setTimeout as wait } from "node:timers/promises";
import { type Address, encodeFunctionData, type Hex, numberToHex, parseEther } from "viem";
import type { EvmChainConfig } from "../../chains/chainConfig.ts";
import { EVM_MNEMONIC, type EvmAccount } from "../bridgeKeys.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { type AnvilClient, anvilClient } from "./anvilClient.ts";
import {
  ADMIN_ABI,
  type DeploymentOptions,
  type EvmContracts,
  planContracts,
  planDeployment,
} from "./cctpDeployment.ts";
import { ChainFolder, type ChainRecord } from "./chainFolder.ts";
import { deploy } from "./deploy.ts";
import { EvmError } from "./evmError.ts";
import { StateSaver } from "./stateSaver.ts";

/** What an account without a key in anvil begins with. */
const ETHER_OF_OTHERS = parseEther("10000");
/** The end of a process shows a little after the end of its connections. */
const DEATH_SHOWS_MS = 1000;
const LOG_RANGE_MAX = 10_000;
/** New blocks are told over the WebSocket; this is for when it has nothing to say, and costs CPU. */
const POLL_INTERVAL_MS = 1000;

/** Which chain it is to be. */
export interface EvmChainOptions {
  /** Lower-case letters, digits and `-`. */
  readonly name: string;
  readonly chainId: number;
  /** Holds state and log; made when it does not exist. */
  readonly folder: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The accounts at m/44'/60'/0'/0/n of EVM_MNEMONIC, whose keys anvil has; the first is the operator. */
  readonly accounts: readonly EvmAccount[];
  readonly deployment: DeploymentOptions;
  /** Accounts without a key in anvil that begin with 10,000 ether. */
  readonly payers: readonly Address[];
  /** The time that the chain is to have now, seconds since 1970. */
  readonly now: () => number;
  /** A block each so many seconds, beside those that transactions make. */
  readonly blockTimeSeconds?: number | undefined;
  readonly finality?: EvmChainConfig["finality"] | undefined;
  /** Hears what goes wrong without anybody having asked for it: a state that cannot be written, the end of anvil. */
  readonly onFailure: (error: unknown) => void;
}

/** An EVM chain that runs. */
export interface LocalEvmChain {
  readonly name: string;
  readonly domain: number;
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly pid: number;
  readonly contracts: EvmContracts;
  readonly accounts: readonly EvmAccount[];
  /** As attester and relayer take it. */
  readonly config: EvmChainConfig;
  /** viem's test client and public client of the chain. */
  readonly client: AnvilClient;
  /** Sets the clock to the time that the chain is to have, and mines a block that has it. */
  syncTime(): Promise<void>;
  mine(blocks?: number): Promise<void>;
  /** The id serves once, as long as the process lives. */
  snapshot(): Promise<Hex>;
  /**
   * Drops blocks, state and waiting transactions after a snapshot, and sets the clock to the time that the chain is to
   * have. Throws EvmError `state_unusable` on an unknown id.
   */
  revert(id: Hex): Promise<void>;
  /** Mints USDC, in millionths. */
  fundUsdc(address: Address, amountUusdc: bigint): Promise<void>;
  /** Writes a copy into another folder, which must be empty, as the chain stands now. */
  copyTo(folder: string): Promise<void>;
  /** Ends anvil, with its state written. If it has died, which was told then, there is nothing left to do. */
  stop(): Promise<void>;
}

/**
 * Starts a chain; makes it first when the folder is empty. Rejects with EvmError or PortInUseError, and nothing runs then.
 * Two chains must not be started in one folder: who owns the folder above has to see to that.
 */
export async function startEvmChain(options: EvmChainOptions): Promise<LocalEvmChain> {
  const folder = new ChainFolder(options.folder);
  await folder.untilFree();
  folder.adoptExitState();
  const { name, chainId, deployment } = options;
  const record = folder.claim({
    name,
    domain: deployment.domain,
    chainId,
    genesisTime: options.now(),
    contracts: planContracts(deployment),
  });
  const { stateFile } = folder;
  const anvil = await startAnvil({
    chainId,
    port: options.port,
    mnemonic: EVM_MNEMONIC,
    accountCount: options.accounts.length,
    genesisTime: record.genesisTime,
    logFile: folder.logFile,
    stateFile,
    exitFile: folder.exitFile,
    blockTimeSeconds: options.blockTimeSeconds,
  });
  folder.writePid(anvil.pid);
  const chain = new RunningEvmChain({ options, folder, record, anvil });
  try {
    await chain.prepare(stateFile === undefined);
    return chain;
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

interface RunningParts {
  readonly options: EvmChainOptions;
  readonly folder: ChainFolder;
  readonly record: ChainRecord;
  readonly anvil: Anvil;
}

class RunningEvmChain implements LocalEvmChain {
  readonly name: string;
  readonly domain: number;
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly pid: number;
  readonly contracts: EvmContracts;
  readonly accounts: readonly EvmAccount[];
  readonly config: EvmChainConfig;
  readonly client: AnvilClient;
  readonly #options: EvmChainOptions;
  readonly #folder: ChainFolder;
  readonly #record: ChainRecord;
  readonly #anvil: Anvil;
  /** The base fee that the block after a snapshot was to have: anvil leaves it where it is. */
  readonly #baseFees = new Map<Hex, bigint>();
  #saver: StateSaver | undefined;
  /** Never rejects. */
  #lastFunding: Promise<void> = Promise.resolve();
  #isStopping = false;
  /** It ended without having been asked to, which was told then. */
  #hasDied = false;

  constructor({ options, folder, record, anvil }: RunningParts) {
    this.name = record.name;
    this.domain = record.domain;
    this.chainId = record.chainId;
    this.rpcUrl = anvil.url;
    this.wsUrl = `ws://127.0.0.1:${anvil.port}`;
    this.pid = anvil.pid;
    this.contracts = record.contracts;
    this.accounts = options.accounts;
    this.config = {
      kind: "evm",
      name: this.name,
      domain: this.domain,
      rpcUrls: [this.rpcUrl],
      wsUrl: this.wsUrl,
      pollIntervalMs: POLL_INTERVAL_MS,
      finality: options.finality ?? AT_ONCE,
      startHeight: 0n,
      chainId: this.chainId,
      ...record.contracts,
      logRangeMax: LOG_RANGE_MAX,
    };
    this.client = anvilClient(anvil.port);
    this.#options = options;
    this.#folder = folder;
    this.#record = record;
    this.#anvil = anvil;
    void anvil.ended.then(({ exitCode, signal }) => {
      if (this.#isStopping) return;
      this.#hasDied = true;
      const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
      options.onFailure(new EvmError("anvil_ended", `the chain ${this.name} ended ${how}; see ${folder.logFile}`));
    });
  }

  /** Deploys on a new chain, and lets the clock of an old one go on. */
  async prepare(isNew: boolean): Promise<void> {
    const { deployment, payers } = this.#options;
    await this.#setTime();
    if (isNew) {
      await Promise.all(payers.map((address) => this.client.setBalance({ address, value: ETHER_OF_OTHERS })));
      await deploy(this.client, deployment.operator, planDeployment(deployment));
    }
    await this.#requireContracts();
    this.#saver = new StateSaver(this.client, this.#folder, (error) => void this.#saveFailed(error));
  }

  /** Tells why a state could not be written, unless it is that anvil has died, which is told elsewhere. */
  async #saveFailed(cause: unknown): Promise<void> {
    await Promise.race([this.#anvil.ended, wait(DEATH_SHOWS_MS, undefined, { ref: false })]);
    if (this.#hasDied || this.#isStopping) return;
    const message = `the state of the chain ${this.name} could not be written`;
    this.#options.onFailure(new EvmError("state_unusable", message, { cause }));
  }

  async #requireContracts(): Promise<void> {
    const code = await this.client.getCode({ address: this.contracts.usdc });
    if (code !== undefined) return;
    throw new EvmError("state_unusable", `the state of the chain ${this.name} has no USDC at ${this.contracts.usdc}`);
  }

  /** anvil forgets its clock with its process, and after a revert: blocks would go back in time. */
  async #setTime(): Promise<void> {
    const { timestamp } = await this.client.getBlock({ blockTag: "latest" });
    await this.client.request({
      method: "evm_setTime",
      params: [numberToHex(Math.max(this.#options.now(), Number(timestamp)))],
    });
  }

  async syncTime(): Promise<void> {
    await this.#setTime();
    await this.mine();
  }

  async mine(blocks = 1): Promise<void> {
    await this.client.mine({ blocks });
  }

  async snapshot(): Promise<Hex> {
    const { baseFeePerGas } = await this.client.getBlock({ blockTag: "pending" });
    const id = await this.client.snapshot();
    if (baseFeePerGas !== null) this.#baseFees.set(id, baseFeePerGas);
    return id;
  }

  async revert(id: Hex): Promise<void> {
    const baseFeePerGas = this.#baseFees.get(id);
    if (baseFeePerGas === undefined) {
      throw new EvmError("state_unusable", `there is no snapshot ${id} of the chain ${this.name}`);
    }
    await this.client.request({ method: "anvil_dropAllTransactions", params: [] });
    await this.client.revert({ id });
    // As in anvil, a snapshot serves once, and those taken after it are gone with their blocks.
    for (const other of this.#baseFees.keys()) if (BigInt(other) >= BigInt(id)) this.#baseFees.delete(other);
    await this.client.setNextBlockBaseFeePerGas({ baseFeePerGas });
    await this.#setTime();
  }

  fundUsdc(address: Address, amountUusdc: bigint): Promise<void> {
    // anvil gives two equal transactions one nonce when the second comes before the first is in a block.
    const funded = this.#lastFunding.then(() => this.#mint(address, amountUusdc));
    this.#lastFunding = funded.catch(() => undefined);
    return funded;
  }

  async #mint(address: Address, amountUusdc: bigint): Promise<void> {
    const data = encodeFunctionData({ abi: ADMIN_ABI, functionName: "mint", args: [address, amountUusdc] });
    const from = this.#options.deployment.operator;
    const hash = await this.client.request({
      method: "eth_sendTransaction",
      params: [{ from, to: this.contracts.usdc, data }],
    });
    const { status } = await this.client.waitForTransactionReceipt({ hash });
    if (status !== "success")
      throw new EvmError("transaction_failed", `minting ${amountUusdc} for ${address} failed: ${hash}`);
  }

  async copyTo(path: string): Promise<void> {
    const copy = new ChainFolder(path);
    copy.claim(this.#record);
    await copy.saveState(this.client);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#saver?.stop();
    try {
      if (!this.#hasDied) await this.#anvil.stop();
    } finally {
      this.#folder.adoptExitState();
      this.#folder.removePid();
    }
  }
}

/** Each transaction has its own block, and no block is ever replaced but by a revert. */
const AT_ONCE: EvmChainConfig["finality"] = Object.freeze({
  fast: { kind: "blocks", blocks: 0 },
  standard: { kind: "blocks", blocks: 0 },
});
