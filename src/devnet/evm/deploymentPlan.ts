// Transactions of one deployer, written down before its chain runs: the addresses of contracts follow from the deployer
// and its nonces, so that other chains can be told of them first.

import { type Abi, type Address, encodeDeployData, encodeFunctionData, getContractAddress, type Hex } from "viem";
import { type LinkedArtifact, linkBytecode } from "./cctpArtifacts.ts";
import { EvmError } from "./evmError.ts";

/** One transaction of the deployer. Nonces follow each other, with gaps that are wanted. */
export interface PlannedTx {
  readonly nonce: number;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  readonly data: Hex;
  /** What it does, for errors. */
  readonly label: string;
}

/** Writes a plan, from the nonce 0 on. */
export class PlanWriter {
  readonly transactions: PlannedTx[] = [];
  readonly #deployer: Address;
  readonly #libraries: ReadonlyMap<string, LinkedArtifact>;
  /** Libraries that the plan has created. */
  readonly #created = new Map<string, Address>();
  #nonce = 0;

  constructor(deployer: Address, libraries: ReadonlyMap<string, LinkedArtifact>) {
    this.#deployer = deployer;
    this.#libraries = libraries;
  }

  /** Leaves out the nonces below one. Throws RangeError when it is used up. */
  skipTo(nonce: number): void {
    if (nonce < this.#nonce) throw new RangeError(`the nonce ${nonce} is used up`);
    this.#nonce = nonce;
  }

  /**
   * Creates a contract, and before it the libraries that it links to. Throws EvmError `artifact_invalid` when a library
   * is missing or the constructor takes other arguments.
   */
  create(name: string, artifact: LinkedArtifact, args: readonly unknown[] = []): Address {
    const bytecode = linkBytecode(artifact, (library) => this.#library(library));
    const address = getContractAddress({ from: this.#deployer, nonce: BigInt(this.#nonce) });
    this.#add(undefined, encodeCreation(name, artifact.abi, bytecode, args), `the creation of ${name}`);
    return address;
  }

  #library(name: string): Address {
    const created = this.#created.get(name);
    if (created !== undefined) return created;
    const artifact = this.#libraries.get(name);
    if (artifact === undefined) throw new EvmError("artifact_invalid", `there is no library ${name}`);
    const address = this.create(name, artifact);
    this.#created.set(name, address);
    return address;
  }

  /** Calls a contract. Throws viem's errors when the ABI has no such function. */
  call(to: Address, abi: Abi, functionName: string, args: readonly unknown[]): void {
    this.#add(to, encodeFunctionData({ abi, functionName, args }), `${functionName} at ${to}`);
  }

  #add(to: Address | undefined, data: Hex, label: string): void {
    this.transactions.push({ nonce: this.#nonce, to, data, label });
    this.#nonce += 1;
  }
}

function encodeCreation(name: string, abi: Abi, bytecode: Hex, args: readonly unknown[]): Hex {
  try {
    return encodeDeployData({ abi, bytecode, args });
  } catch (cause) {
    const [reason] = cause instanceof Error ? cause.message.split("\n") : [];
    throw new EvmError("artifact_invalid", `the constructor of ${name} is not Circle's: ${reason}`, { cause });
  }
}
