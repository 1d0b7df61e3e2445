// A local EVM chain for a test: transactions that are in a block when they return, calls that tell why they failed,
// and state that goes back to where it was.

import {
  type Abi,
  type Address,
  type ContractFunctionName,
  createClient,
  decodeErrorResult,
  type EncodeFunctionDataParameters,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  http,
  numberToHex,
  publicActions,
  RpcRequestError,
  type TransactionReceipt,
  testActions,
} from "viem";
import type { EvmArtifact } from "../../src/chains/evmArtifact.ts";
import { type Anvil, startAnvil } from "../../src/devnet/evm/anvil.ts";

export interface Call {
  readonly from: Address;
  readonly to: Address;
  readonly data: Hex;
}

/** A call of a function, typed by the contract's ABI. */
export function call<const abi extends Abi, name extends ContractFunctionName<abi>>(
  from: Address,
  to: Address,
  parameters: EncodeFunctionDataParameters<abi, name>,
): Call {
  return { from, to, data: encodeFunctionData(parameters) };
}

/** What a call did: `reason` is the text of a revert, undefined where it gave none. */
export type Outcome =
  | { readonly ok: true; readonly data: Hex }
  | { readonly ok: false; readonly reason: string | undefined; readonly data: Hex };

/** The text of a revert; undefined where a call did what it was to do, or failed without one. */
export function reasonOf(outcome: Outcome): string | undefined {
  return outcome.ok ? undefined : outcome.reason;
}

/** How often a receipt is asked for. The node mines at once, but beside the call. */
const POLLING_MS = 5;

/** Deployers use few nonces; further on there is none that belongs to an address wanted. */
const NONCE_MAX = 64;

function revertReason(data: Hex): string | undefined {
  if (data === "0x") return undefined;
  const { errorName, args } = decodeErrorResult({ abi: [] as Abi, data });
  if (errorName !== "Error") throw new Error(`a revert that is no Error(string): ${errorName}(${String(args)})`);
  return String(args?.[0]);
}

function connect(url: string) {
  return createClient({ transport: http(url, { retryCount: 0 }) })
    .extend(publicActions)
    .extend(testActions({ mode: "anvil" }));
}

export class TestChain {
  readonly client: ReturnType<typeof connect>;
  readonly #anvil: Anvil;

  private constructor(anvil: Anvil) {
    this.#anvil = anvil;
    this.client = connect(anvil.url);
  }

  static async start(options: { readonly chainId: number }): Promise<TestChain> {
    return new TestChain(await startAnvil({ ...options, port: 0 }));
  }

  stop(): Promise<void> {
    return this.#anvil.stop();
  }

  /**
   * Sends from an account of the node and answers the receipt. Throws when the transaction fails. The nonce is the
   * state's: anvil's own would be the one after its pool's last, and the pool may still hold what is in a block; after
   * `setNonce` such a transaction would wait for ever.
   */
  async send(transaction: {
    readonly from: Address;
    readonly to?: Address;
    readonly data: Hex;
  }): Promise<TransactionReceipt> {
    const nonce = numberToHex(await this.client.getTransactionCount({ address: transaction.from }));
    const hash = await this.client.request({ method: "eth_sendTransaction", params: [{ ...transaction, nonce }] });
    const receipt = await this.client.waitForTransactionReceipt({ hash, pollingInterval: POLLING_MS });
    if (receipt.status !== "success") throw new Error(`transaction ${hash} failed`);
    return receipt;
  }

  /** Calls on the latest state, at another height if one is given. */
  async tryCall(call: Call, atHeight?: bigint): Promise<Outcome> {
    const block = atHeight === undefined ? {} : { number: numberToHex(atHeight) };
    try {
      return { ok: true, data: await this.client.request({ method: "eth_call", params: [call, "latest", {}, block] }) };
    } catch (error) {
      if (!(error instanceof RpcRequestError) || typeof error.data !== "string") throw error;
      const data = error.data as Hex;
      return { ok: false, reason: revertReason(data), data };
    }
  }

  /** Why a call is refused after some transactions; undefined where it is not. The state stays as it was. */
  async refusal(attempt: Call, ...before: readonly Call[]): Promise<string | undefined> {
    if (before.length > 0) {
      return this.aside(async () => {
        for (const each of before) await this.send(each);
        return this.refusal(attempt);
      });
    }
    const outcome = await this.tryCall(attempt);
    if (!outcome.ok && outcome.reason === undefined) throw new Error("the call failed without a reason");
    return reasonOf(outcome);
  }

  async deploy(from: Address, artifact: EvmArtifact, args: readonly unknown[] = []): Promise<Address> {
    const data = encodeDeployData({ abi: artifact.abi, bytecode: artifact.bytecode, args });
    const { contractAddress } = await this.send({ from, data });
    if (contractAddress === null || contractAddress === undefined) throw new Error("no contract was made");
    return contractAddress;
  }

  /** Deploys where the deployer's contract of some nonce stands, by setting that nonce. */
  async deployAt(address: Address, from: Address, artifact: EvmArtifact, args: readonly unknown[] = []): Promise<void> {
    let nonce = 0;
    while (getContractAddress({ from, nonce: BigInt(nonce) }).toLowerCase() !== address.toLowerCase()) {
      nonce += 1;
      if (nonce > NONCE_MAX) throw new Error(`${from} deploys to ${address} under no nonce up to ${NONCE_MAX}`);
    }
    await this.client.setNonce({ address: from, nonce });
    await this.deploy(from, artifact, args);
  }

  /** Runs something and puts the state back to where it was. */
  async aside<T>(run: () => Promise<T>): Promise<T> {
    const id = await this.client.snapshot();
    try {
      return await run();
    } finally {
      await this.client.revert({ id });
    }
  }
}
