// A real anvil for tests, with contracts that emit MessageSent: all that a reader sees of Circle's transmitters.

import solc from "solc";
import { encodeDeployData, encodeFunctionData, type Hex, parseAbi } from "viem";
import { toHex } from "../../codec/bytes.ts";
import { type Anvil, startAnvil } from "../../devnet/evm/anvil.ts";
import type { EvmChainConfig } from "../chainConfig.ts";
import { JsonRpcEndpoint, REQUEST_TIMEOUT_MS } from "../jsonRpc.ts";
import { TOKEN_MESSENGER } from "./testMessages.ts";

const RECEIPT_TRIES = 200;
const RECEIPT_WAIT_MS = 20;
const ABI = parseAbi(["constructor(uint32 domain, uint32 version_)", "function send(bytes[] messages)"]);
const SOURCE = `// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;
contract Emitter {
  event MessageSent(bytes message);
  uint32 public immutable localDomain;
  uint32 public immutable version;
  constructor(uint32 domain, uint32 version_) { localDomain = domain; version = version_; }
  function send(bytes[] calldata messages) external {
    for (uint256 i = 0; i < messages.length; i++) emit MessageSent(messages[i]);
  }
}`;

let bytecode: Hex | undefined;

/** PERF: the compiler takes a second, once for each test file. */
function emitterBytecode(): Hex {
  if (bytecode !== undefined) return bytecode;
  const input = {
    language: "Solidity",
    sources: { "Emitter.sol": { content: SOURCE } },
    settings: { outputSelection: { "*": { "*": ["evm.bytecode.object"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  bytecode = `0x${output.contracts["Emitter.sol"].Emitter.evm.bytecode.object}`;
  return bytecode;
}

/** Where a transaction went. */
export interface SentTx {
  readonly txHash: string;
  readonly height: bigint;
  readonly blockHash: string;
}

/** What a test's EVM chain may differ in. */
export interface TestEvmOptions {
  readonly name?: string;
  readonly domain?: number;
  readonly chainId?: number;
  /** 0 picks a free port. */
  readonly port?: number;
}

/** The receipt of a transaction, once it is in a block. */
async function receiptOf(rpc: JsonRpcEndpoint, txHash: unknown): Promise<Readonly<Record<string, string>>> {
  for (let tries = 0; tries < RECEIPT_TRIES; tries++) {
    const receipt = await rpc.call("eth_getTransactionReceipt", [txHash]);
    // What anvil answers here is its own: it is trusted.
    if (receipt !== null) return receipt as Record<string, string>;
    await new Promise((resolve) => setTimeout(resolve, RECEIPT_WAIT_MS));
  }
  throw new Error(`${String(txHash)} is in no block`);
}

/** An anvil that runs, with an emitter for each version of CCTP. */
export class TestEvm {
  readonly config: EvmChainConfig;
  readonly port: number;
  readonly #anvil: Anvil;
  readonly #rpc: JsonRpcEndpoint;
  readonly #from: string;
  readonly #emitters: ReadonlyMap<1 | 2, Hex>;

  private constructor(
    anvil: Anvil,
    rpc: JsonRpcEndpoint,
    from: string,
    emitters: ReadonlyMap<1 | 2, Hex>,
    config: EvmChainConfig,
  ) {
    this.#anvil = anvil;
    this.#rpc = rpc;
    this.#from = from;
    this.#emitters = emitters;
    this.config = config;
    this.port = anvil.port;
  }

  /** Starts anvil and deploys the emitters: V1 in block 1, V2 in block 2. */
  static async start(options: TestEvmOptions = {}): Promise<TestEvm> {
    const { name = "evm", domain = 0, chainId = 31337, port = 0 } = options;
    const anvil = await startAnvil({ chainId, port, slotsInAnEpoch: 2 });
    const { url } = anvil;
    const rpc = new JsonRpcEndpoint(url, REQUEST_TIMEOUT_MS);
    const [from] = (await rpc.call("eth_accounts", [])) as string[];
    const deploy = async (version: 1 | 2): Promise<Hex> => {
      const data = encodeDeployData({ abi: ABI, bytecode: emitterBytecode(), args: [domain, version - 1] });
      const receipt = await receiptOf(rpc, await rpc.call("eth_sendTransaction", [{ from, data }]));
      return receipt["contractAddress"] as Hex;
    };
    const emitters = new Map([
      [1 as const, await deploy(1)],
      [2 as const, await deploy(2)],
    ]);
    const tokenMessenger: Hex = `0x${toHex(TOKEN_MESSENGER)}`;
    const contracts = (version: 1 | 2) => ({
      messageTransmitter: emitters.get(version)!,
      tokenMessenger,
      tokenMinter: tokenMessenger,
    });
    const config: EvmChainConfig = {
      kind: "evm",
      name,
      domain,
      chainId,
      rpcUrls: [url],
      pollIntervalMs: 50,
      finality: { fast: { kind: "blocks", blocks: 1 }, standard: { kind: "blocks", blocks: 3 } },
      startHeight: 0n,
      usdc: emitters.get(1)!,
      v1: contracts(1),
      v2: contracts(2),
      logRangeMax: 1_000,
    };
    return new TestEvm(anvil, rpc, from!, emitters, config);
  }

  /** Any call of anvil's own. */
  rpc(method: string, params: readonly unknown[] = []): Promise<unknown> {
    return this.#rpc.call(method, params);
  }

  /** Emits messages in one transaction, from the transmitter of a version. */
  async send(version: 1 | 2, ...messages: readonly Uint8Array[]): Promise<SentTx> {
    const args = [messages.map((message): Hex => `0x${toHex(message)}`)] as const;
    const data = encodeFunctionData({ abi: ABI, functionName: "send", args });
    // With a fixed price the hash follows from sender, nonce and content: the same after a revert.
    const gas = { gas: "0x1c9c380", gasPrice: "0x77359400" };
    const tx = { from: this.#from, to: this.#emitters.get(version), data, ...gas };
    const txHash = String(await this.rpc("eth_sendTransaction", [tx]));
    const receipt = await receiptOf(this.#rpc, txHash);
    return { txHash, height: BigInt(receipt["blockNumber"]!), blockHash: receipt["blockHash"]! };
  }

  async mine(blocks = 1): Promise<void> {
    await this.rpc("anvil_mine", [`0x${blocks.toString(16)}`]);
  }

  /** Puts empty blocks in the place of the newest ones, and as many. */
  async reorg(depth: number): Promise<void> {
    await this.rpc("anvil_reorg", [depth, []]);
  }

  stop(): Promise<void> {
    return this.#anvil.stop();
  }
}
