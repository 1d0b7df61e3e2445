// Opens the embedded node: database, block store, indexes, application, validator; checks that they belong together, and
// finds where the chain stands. After a kill at any instant this is where the chain goes on: blocks and state became
// durable in one write, so that there is nothing to repair.

import { bytesEqual, toHex, utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { BlockStore } from "../blockStore.ts";
import { META_KEY, metaKey } from "../dbKeys.ts";
import type { GenesisDoc } from "../genesisDoc.ts";
import { Mempool, type MempoolLimits } from "../mempool.ts";
import { TxIndex } from "../txIndex.ts";
import { type AdminOptions, createAdmin } from "./admin.ts";
import { BlockClock } from "./blockClock.ts";
import { genesisState, initChainRequest, readChainState } from "./chainState.ts";
import type { NodeKey } from "./nodeFiles.ts";
import type { PaceOptions } from "./pace.ts";
import type { OpenedApp } from "./parts.ts";
import { PrivValidator } from "./privValidator.ts";
import { type NodeObserver, SoloNode } from "./soloNode.ts";

/** What a node is opened with. */
export interface OpenSoloOptions {
  readonly genesis: GenesisDoc;
  readonly moniker: string;
  readonly nodeKey: NodeKey;
  readonly validatorKey: NodeKey;
  /** The database's folder. */
  readonly dataFolder: string;
  /** `priv_validator_state.json`: the second witness against signing a height twice. */
  readonly validatorStateFile: string | undefined;
  /** Opens the application on the state in the database. */
  readonly openApp: (db: Database) => Promise<OpenedApp>;
  readonly mempool?: Partial<MempoolLimits>;
  /** Default: a block at most every 100 ms, an empty one after 5 s. */
  readonly pace?: PaceOptions;
  /** Devnet only: allows the controls of chainNode's DevnetAdmin. */
  readonly admin?: Omit<AdminOptions, "disk" | "clock"> | undefined;
  readonly observer?: NodeObserver | undefined;
  /** Now, nanoseconds since 1970; default: the machine's clock. */
  readonly now?: () => bigint;
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
  const db = await openDatabase(options.dataFolder);
  try {
    return await openOn(db, options);
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function openOn(db: Database, options: OpenSoloOptions): Promise<SoloNode> {
  const { genesis, validatorKey, nodeKey, moniker, openApp, observer } = options;
  const blockStore = await BlockStore.open(db);
  await claimFolder(db, blockStore, genesis);
  const opened = await openApp(db);
  if (opened.height !== blockStore.latestHeight) {
    throw new DataFolderError(`the state is of block ${opened.height}, the last block is ${blockStore.latestHeight}`);
  }
  const state = opened.height === 0 ? startChain(opened, options) : await readChainState(blockStore);
  if (opened.height > 0 && !bytesEqual(state.appHash, opened.appHash)) {
    const hashes = `${toHex(opened.appHash)}, block ${opened.height} gave ${toHex(state.appHash)}`;
    throw new DataFolderError(`the app hash of the state is ${hashes}`);
  }
  const clock = new BlockClock(options.now ?? machineNow);
  if (options.admin !== undefined && opened.height > 0) clock.resume(state.timeNs);
  const node = new SoloNode({
    genesis,
    moniker,
    nodeKey,
    validator: PrivValidator.open(validatorKey, options.validatorStateFile, opened.height),
    opened,
    reopenApp: () => openApp(db),
    mempool: new Mempool(options.mempool ?? {}),
    blockStore,
    txIndex: await TxIndex.open(db, blockStore),
    disk: db,
    state,
    clock,
    pace: options.pace ?? DEFAULT_PACE,
    observer,
  });
  if (options.admin !== undefined) node.admin = createAdmin(node, { ...options.admin, disk: db, clock });
  observer?.opened?.({ height: opened.height, appHash: opened.appHash, replayedBlocks: opened.replayedBlocks });
  return node;
}

/** Runs the genesis; block 1 makes it durable. */
function startChain(opened: OpenedApp, { genesis, validatorKey }: OpenSoloOptions) {
  const request = initChainRequest(genesis, validatorKey);
  return genesisState({ request, response: opened.app.initChain(request), genesis, validatorKey });
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
