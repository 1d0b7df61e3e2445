// An embedded node over memory, for tests of the node alone: the test application, a simple mempool, a disk that can
// fail or lose what was not written, as after a kill.

import { toHex } from "../../codec/bytes.ts";
import type { StoreChanges, StoreCommit } from "../../store/multiStore.ts";
import { BlockStore } from "../blockStore.ts";
import type { GenesisDoc } from "../genesisDoc.ts";
import { Mempool } from "../mempool.ts";
import { BlockClock } from "../solo/blockClock.ts";
import { genesisState, initChainRequest, readChainState } from "../solo/chainState.ts";
import { type NodeKey, nodeKeyFromSeed } from "../solo/nodeFiles.ts";
import type { PaceOptions } from "../solo/pace.ts";
import type { SoloBatch, SoloDisk } from "../solo/parts.ts";
import { PrivValidator } from "../solo/privValidator.ts";
import { type NodeObserver, SoloNode } from "../solo/soloNode.ts";
import { TxIndex } from "../txIndex.ts";
import { KvApp, kvStores } from "./kvApp.ts";
import { MemoryDatabase } from "./memoryDatabase.ts";

/** A disk in memory. */
export class MemoryDisk implements SoloDisk {
  readonly db = new MemoryDatabase();
  store = kvStores();
  /** Change sets by version - 1: what the state log would hold. */
  changes: (readonly StoreChanges[])[] = [];
  /** The next write fails with this. */
  failure: Error | undefined;
  /** Writes wait for this. */
  writing: Promise<void> = Promise.resolve();
  writes = 0;
  #staged: (() => void)[] = [];

  batch(): SoloBatch {
    const batch = this.db.batch();
    const staged: (() => void)[] = [];
    this.#staged = staged;
    return {
      put: (key, value) => batch.put(key, value),
      delete: (key) => batch.delete(key),
      write: async () => {
        await this.writing;
        if (this.failure !== undefined) throw this.failure;
        batch.apply();
        for (const apply of staged) apply();
        this.writes++;
      },
    };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.db.get(key);
  }

  /** The state as it is on the disk. */
  open(): void {
    this.store = kvStores(this.changes);
  }

  putState(_batch: SoloBatch, commit: StoreCommit): void {
    this.#staged.push(() => void this.changes.push(commit.changes));
  }

  async truncateState(_batch: SoloBatch, height: number): Promise<void> {
    this.#staged.push(() => void this.changes.splice(height));
  }

  async copyTo(): Promise<void> {
    throw new Error("a disk in memory has no folder");
  }

  async close(): Promise<void> {
    // Memory needs no closing.
  }
}

/** The validator and node key of test nodes. */
export const TEST_KEY: NodeKey = nodeKeyFromSeed(new Uint8Array(32).fill(7));

/** A genesis for the test application. `maxBytes` limits a block. */
export function testGenesis(maxBytes = 1_000_000): GenesisDoc {
  return {
    genesis_time: "2026-01-01T00:00:00Z",
    chain_id: "test-1",
    initial_height: "1",
    consensus_params: {
      block: { max_bytes: String(maxBytes), max_gas: "-1" },
      evidence: { max_age_num_blocks: "100000", max_age_duration: "172800000000000", max_bytes: "1048576" },
      validator: { pub_key_types: ["ed25519"] },
      version: {},
      abci: { vote_extensions_enable_height: "0" },
    },
    validators: [
      {
        address: toHex(TEST_KEY.address).toUpperCase(),
        pub_key: { type: "tendermint/PubKeyEd25519", value: Buffer.from(TEST_KEY.pubKey).toString("base64") },
        power: "10",
        name: "test",
      },
    ],
    app_hash: "",
    app_state: {},
  };
}

/** A node with what a test may reach into. */
export interface TestNode {
  readonly node: SoloNode;
  readonly app: KvApp;
  readonly disk: MemoryDisk;
  readonly blockStore: BlockStore;
  readonly clock: BlockClock;
  /** The machine's clock, nanoseconds since 1970. */
  readonly machine: { nowNs: bigint };
}

/** What a test node starts with. By default it makes blocks on demand only. */
export interface TestNodeOptions {
  readonly disk?: MemoryDisk;
  readonly genesis?: GenesisDoc;
  readonly pace?: PaceOptions;
  readonly observer?: NodeObserver;
  readonly stateFile?: string;
}

/** Opens a node over a disk; the same disk again is a restart. */
export async function openTestNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const disk = options.disk ?? new MemoryDisk();
  const genesis = options.genesis ?? testGenesis();
  const blockStore = await BlockStore.open(disk.db);
  disk.open();
  const app = new KvApp(disk.store);
  const request = initChainRequest(genesis);
  const state =
    blockStore.latestHeight === 0
      ? genesisState({ request, response: app.initChain(), genesis, validatorKey: TEST_KEY })
      : await readChainState(blockStore);
  const machine = { nowNs: 1_800_000_000_000_000_000n };
  const clock = new BlockClock(() => machine.nowNs);
  const node = new SoloNode({
    genesis,
    moniker: "test",
    nodeKey: TEST_KEY,
    validator: PrivValidator.open(TEST_KEY, options.stateFile, blockStore.latestHeight),
    app,
    mempool: new Mempool(),
    blockStore,
    txIndex: await TxIndex.open(disk.db, blockStore),
    disk,
    state,
    clock,
    pace: options.pace ?? { blockIntervalMs: 1_000_000_000, emptyBlockIntervalMs: undefined },
    observer: options.observer,
  });
  return { node, app, disk, blockStore, clock, machine };
}
