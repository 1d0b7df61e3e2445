// A small application for tests of the node: accounts with a sequence each set keys to values and move money.
// A transaction is JSON: who, with which sequence, does what.

import {
  type ExecTxResult,
  type RequestQuery,
  type ResponseCheckTx,
  ResponseFinalizeBlock,
  type ResponseInfo,
  type ResponseInitChain,
  ResponseQuery,
} from "../../../gen/tendermint/abci/types.ts";
import { fromUtf8, utf8 } from "../../codec/bytes.ts";
import { ChainError } from "../../codec/chainError.ts";
import { ErrTxDecode } from "../../codec/sdkErrors.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import { sha256 } from "../../crypto/hash.ts";
import { createCommitMultiStore, type TreeMultiStore } from "../../store/commitStore.ts";
import type { CommitMultiStore, StoreChanges } from "../../store/multiStore.ts";
import { pruningOptions } from "../../store/pruning.ts";
import type { MempoolPlace } from "../mempool.ts";
import type { ExecutedBlock, FinalizeRequest } from "../solo/blockMaker.ts";
import type { SoloApp } from "../solo/parts.ts";
import { sampleEvent } from "./sampleBlocks.ts";

/**
 * What a transaction says. `fail` makes it fail in the block, with its sequence used up. With an `amount` it moves money
 * to the account `key` instead of setting a value; every account begins with KV_BALANCE.
 */
export interface KvTx {
  readonly from: string;
  readonly sequence: number;
  readonly key: string;
  readonly value: string;
  readonly fail?: boolean;
  readonly amount?: number;
}

/** What an account has before it gives or takes. */
export const KV_BALANCE = 1000;

/** A transaction's bytes. */
export function kvTx(tx: KvTx): Uint8Array {
  return utf8(JSON.stringify(tx));
}

const WRONG_SEQUENCE = 32;

/** The stores of the test application. */
export const KV_STORES: readonly string[] = ["kv"];

/** Stores in memory, with these change sets applied. */
export function kvStores(changes: readonly (readonly StoreChanges[])[] = []): TreeMultiStore {
  const stores = createCommitMultiStore({
    names: KV_STORES,
    pruning: pruningOptions("nothing"),
    nowMs: () => performance.now(),
  });
  for (const version of changes) {
    stores.stage(version);
    stores.commit();
  }
  return stores;
}

/** The application, over a real multistore. */
export class KvApp implements SoloApp {
  readonly stores: CommitMultiStore;
  /** Sequences that checks have used since the last block. */
  #checked = new Map<string, number>();
  /** Verifications wait for this; tests replace it. */
  verifying: Promise<void> = Promise.resolve();
  rechecks = 0;
  /** How long each transaction of a block takes, milliseconds; tests raise it. */
  executionMs = 0;

  constructor(stores: CommitMultiStore) {
    this.stores = stores;
  }

  info(): ResponseInfo {
    return {
      data: "kv",
      version: "1",
      appVersion: 0n,
      lastBlockHeight: BigInt(this.stores.version),
      lastBlockAppHash: this.stores.appHash,
    };
  }

  initChain(): ResponseInitChain {
    return { consensusParams: undefined, validators: [], appHash: this.stores.appHash };
  }

  query(request: RequestQuery): ResponseQuery {
    const value = this.stores.latest().store("kv").get(request.data);
    return ResponseQuery.fromPartial({ value: value ?? new Uint8Array(0), height: BigInt(this.stores.version) });
  }

  simulate(): never {
    throw new Error("the test application does not simulate");
  }

  decode(bytes: Uint8Array): DecodedTx {
    try {
      JSON.parse(fromUtf8(bytes));
    } catch {
      throw new ChainError(ErrTxDecode, "not JSON");
    }
    // The node looks at bytes and hash only.
    return { bytes, hash: sha256(bytes) } as DecodedTx;
  }

  verify(): Promise<void> {
    return this.verifying;
  }

  verifyingMs(): number {
    return 0;
  }

  checkTx(tx: DecodedTx, mode: "check" | "recheck"): ResponseCheckTx {
    if (mode === "recheck") this.rechecks++;
    const { from, sequence } = parse(tx.bytes);
    const expected = this.#checked.get(from) ?? this.sequenceOf(from);
    if (sequence === expected) this.#checked.set(from, sequence + 1);
    return result(sequence === expected ? 0 : WRONG_SEQUENCE);
  }

  placeOf(tx: DecodedTx): MempoolPlace {
    const { from, sequence } = parse(tx.bytes);
    return { sender: from, sequence: BigInt(sequence), isUnordered: false, priority: 1n, gasWanted: 10n };
  }

  *executeBlock(request: FinalizeRequest): Generator<ExecTxResult, ExecutedBlock, void> {
    const writes = new Map<string, string>([["height", String(request.height)]]);
    const txResults: ExecTxResult[] = [];
    for (const tx of request.txs) {
      for (const startedMs = performance.now(); performance.now() - startedMs < this.executionMs; );
      const result = this.#execute(tx, writes);
      txResults.push(result);
      yield result;
    }
    const changes = [...writes]
      .map(([key, value]) => [utf8(key), utf8(value)] as const)
      .sort(([a], [b]) => Buffer.compare(a, b));
    const commit = this.stores.stage([{ name: "kv", changes }]);
    const events = [sampleEvent("clock", { second: String(request.timeNs / 1_000_000_000n) })];
    return { response: ResponseFinalizeBlock.fromPartial({ events, txResults, appHash: commit.appHash }), commit };
  }

  #execute(tx: DecodedTx, writes: Map<string, string>): ExecTxResult {
    const { from, sequence, key, value, fail, amount } = parse(tx.bytes);
    const expected = Number(writes.get(`sequence/${from}`) ?? this.sequenceOf(from));
    if (sequence !== expected) return result(WRONG_SEQUENCE);
    writes.set(`sequence/${from}`, String(sequence + 1));
    if (fail === true) return result(5);
    if (amount !== undefined && !this.#move(writes, from, key, amount)) return result(5);
    if (amount === undefined) writes.set(`value/${key}`, value);
    return {
      ...result(0),
      events: [sampleEvent("message", { sender: from, action: "set" }), sampleEvent("set", { key })],
    };
  }

  #move(writes: Map<string, string>, from: string, to: string, amount: number): boolean {
    const balance = (name: string) =>
      Number(writes.get(`balance/${name}`) ?? this.#read(`balance/${name}`) ?? KV_BALANCE);
    if (amount < 0 || balance(from) < amount) return false;
    writes.set(`balance/${from}`, String(balance(from) - amount));
    writes.set(`balance/${to}`, String(balance(to) + amount));
    return true;
  }

  /** What all accounts together have more than they began with: always 0. */
  surplus(): number {
    let sum = 0;
    for (const [key, value] of this.stores.latest().store("kv").iterate()) {
      if (fromUtf8(key).startsWith("balance/")) sum += Number(fromUtf8(value)) - KV_BALANCE;
    }
    return sum;
  }

  revertTo(): void {
    this.#checked = new Map();
  }

  commit(): void {
    this.stores.commit();
    this.#checked = new Map();
  }

  /** The next sequence of an account. */
  sequenceOf(from: string): number {
    return Number(this.#read(`sequence/${from}`) ?? 0);
  }

  #read(key: string): string | undefined {
    const value = this.stores.latest().store("kv").get(utf8(key));
    return value === undefined ? undefined : fromUtf8(value);
  }
}

function parse(bytes: Uint8Array): KvTx {
  // Only kvTx makes what is parsed here.
  return JSON.parse(fromUtf8(bytes)) as KvTx;
}

function result(code: number): ResponseCheckTx & ExecTxResult {
  return {
    code,
    data: new Uint8Array(0),
    log: code === 0 ? "" : `code ${code}`,
    info: "",
    gasWanted: 10n,
    gasUsed: 5n,
    events: [],
    codespace: code === 0 ? "" : "kv",
  };
}
