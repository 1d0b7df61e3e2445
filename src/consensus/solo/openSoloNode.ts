// Opens the embedded node: database, block store, indexes, application, validator; checks that they belong together, and
// finds where the chain stands. After a kill at any instant this is where the chain goes on: blocks and state became
// durable in one write, so that there is nothing to repair.

import type { BlockInfo } from "../../baseapp/context.ts";
import { bytesEqual, toHex, utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { Database } from "../../store/database.ts";
import type { CommitMultiStore } from "../../store/multiStore.ts";
import type { PruningOptions } from "../../store/pruning.ts";
import type { SnapshotSchedule } from "../../store/snapshotKeeper.ts";
import { openStateDisk, type StateDisk } from "../../store/stateDisk.ts";
import type { AddedStores } from "../../store/stateLoad.ts";
import { BlockStore } from "../blockStore.ts";
import { META_KEY, metaKey } from "../dbKeys.ts";
import type { GenesisDoc } from "../genesisDoc.ts";
import { Mempool, type MempoolLimits } from "../mempool.ts";
import { TxIndex } from "../txIndex.ts";
import { type AdminOptions, createAdmin } from "./admin.ts";
import { BlockClock } from "./blockClock.ts";
import {
  blockInfoOf,
  genesisState,
  initChainRequest,
  readChainState,
  requireHead,
  requireValidator,
} from "./chainState.ts";
import type { NodeKey } from "./nodeFiles.ts";
import type { PaceOptions } from "./pace.ts";
import { blockLimits, type SoloApp } from "./parts.ts";
import { PrivValidator } from "./privValidator.ts";
import { type NodeObserver, SoloNode } from "./soloNode.ts";

/** What a node is opened with. */
export interface OpenSoloOptions {
  readonly genesis: GenesisDoc;
  readonly moniker: string;
  readonly nodeKey: NodeKey;
  readonly validatorKey: NodeKey;
  /** Holds the database and the snapshots of the state. */
  readonly dataFolder: string;
  /** The application's stores, in any order. */
  readonly storeNames: readonly string[];
  readonly addedStores?: AddedStores | undefined;
  readonly pruning: PruningOptions;
  readonly snapshots?: SnapshotSchedule | undefined;
  /** `priv_validator_state.json`: the second witness against signing a height twice. */
  readonly validatorStateFile: string | undefined;
  /** Makes the application over the state as it was loaded. */
  readonly createApp: (parts: AppParts) => SoloApp;
  readonly mempool?: Partial<MempoolLimits>;
  /** Default: a block at most every 100 ms, an empty one after 5 s. */
  readonly pace?: PaceOptions;
  /** Devnet only: allows the controls of chainNode's DevnetAdmin. */
  readonly admin?: Omit<AdminOptions, "disk" | "clock"> | undefined;
  readonly observer?: NodeObserver | undefined;
  /** Now, nanoseconds since 1970; default: the machine's clock. */
  readonly now?: () => bigint;
}

/** What the application is made over. */
export interface AppParts {
  readonly stores: CommitMultiStore;
  /** The last durable block; undefined for a new chain. */
  readonly lastBlock: BlockInfo | undefined;
  /** The consensus parameters' gas limit for the next block; undefined is unlimited, or a new chain. */
  readonly maxGas: bigint | undefined;
}

/** The pace of a devnet. */
export const DEFAULT_PACE: PaceOptions = Object.freeze({ blockIntervalMs: 100, emptyBlockIntervalMs: 5000 });

/** A data folder that does not fit the node that opens it. */
export class DataFolderError extends Error {
  readonly code = "data_folder_mismatch";

  constructor(message: string) {
    super(message);
    this.name = "DataFolderError";
  }
}

/**
 * Opens a node; it makes blocks after `start`. Throws DataFolderError, BlockStoreError, GenesisError, DoubleSignError,
 * and what the database and the application throw; the database is closed then.
 */
export async function openSoloNode(options: OpenSoloOptions): Promise<SoloNode> {
  const { observer } = options;
  const disk = await openStateDisk({
    folder: options.dataFolder,
    names: options.storeNames,
    added: options.addedStores,
    pruning: options.pruning,
    schedule: options.snapshots,
    nowMs: () => performance.now(),
    onProgress: (progress) => observer?.loading?.(progress),
    onSnapshot: ({ version, bytes }) => observer?.snapshot?.({ height: version, bytes }),
    onSnapshotError: (error) => observer?.snapshotFailed?.(error),
  });
  try {
    return await openOn(disk, options);
  } catch (error) {
    await disk.close();
    throw error;
  }
}

async function openOn(disk: StateDisk, options: OpenSoloOptions): Promise<SoloNode> {
  const { genesis, validatorKey, nodeKey, moniker, observer } = options;
  const blockStore = await BlockStore.open(disk);
  const height = disk.store.version;
  if (height !== blockStore.latestHeight) {
    throw new DataFolderError(`the state is of block ${height}, the last block is ${blockStore.latestHeight}`);
  }
  requireValidator(genesis, validatorKey);
  await claimFolder(disk, blockStore, genesis);
  const { app, state } = height === 0 ? startChain(disk, options) : await resumeChain(disk, blockStore, options);
  const clock = new BlockClock(options.now ?? machineNow);
  if (options.admin !== undefined && height > 0) clock.resume(state.timeNs);
  const node = new SoloNode({
    genesis,
    moniker,
    nodeKey,
    validator: PrivValidator.open(validatorKey, options.validatorStateFile, height),
    app,
    mempool: new Mempool(options.mempool ?? {}),
    blockStore,
    txIndex: await TxIndex.open(disk, blockStore),
    disk,
    state,
    clock,
    pace: options.pace ?? DEFAULT_PACE,
    observer,
  });
  if (options.admin !== undefined) node.admin = createAdmin(node, { ...options.admin, disk, clock });
  const { baseVersion, notes } = disk.loaded;
  observer?.opened?.({ height, appHash: disk.store.appHash, replayedBlocks: height - baseVersion, notes });
  return node;
}

/** Runs the genesis; block 1 makes it durable. */
function startChain(disk: StateDisk, { genesis, validatorKey, createApp, observer }: OpenSoloOptions) {
  const request = initChainRequest(genesis);
  observer?.importing?.({ stateBytes: request.appStateBytes.length });
  const app = createApp({ stores: disk.store, lastBlock: undefined, maxGas: undefined });
  return { app, state: genesisState({ request, response: app.initChain(request), genesis, validatorKey }) };
}

async function resumeChain(disk: StateDisk, blocks: BlockStore, { createApp }: OpenSoloOptions) {
  const state = await readChainState(blocks);
  if (!bytesEqual(state.appHash, disk.store.appHash)) {
    const hashes = `${toHex(disk.store.appHash)}, block ${state.height} gave ${toHex(state.appHash)}`;
    throw new DataFolderError(`the app hash of the state is ${hashes}`);
  }
  const { maxGas } = blockLimits(state.params);
  return { app: createApp({ stores: disk.store, lastBlock: blockInfoOf(requireHead(blocks)), maxGas }), state };
}

/** A data folder belongs to the genesis that it was first opened with. */
async function claimFolder(db: Database, blocks: BlockStore, genesis: GenesisDoc): Promise<void> {
  const hash = sha256(utf8(JSON.stringify(genesis)));
  const known = db.get(metaKey(META_KEY.genesis));
  if (known === undefined || blocks.latestHeight === 0) {
    const batch = db.batch();
    batch.put(metaKey(META_KEY.genesis), hash);
    await batch.write();
    return;
  }
  if (!bytesEqual(known, hash)) {
    throw new DataFolderError(
      `the data folder holds ${blocks.latestHeight} blocks of another genesis than that of ${genesis.chain_id}`,
    );
  }
}

function machineNow(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
