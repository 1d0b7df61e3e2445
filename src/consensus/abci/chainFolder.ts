// The state of an application whose blocks CometBFT keeps: where it was left, and what of the last block execution needs.

import type { BaseApp } from "../../baseapp/baseApp.ts";
import { maxGasOf } from "../../baseapp/baseApp.ts";
import type { BlockInfo } from "../../baseapp/context.ts";
import { fromHex, fromUtf8, toHex, utf8 } from "../../codec/bytes.ts";
import type { DbBatch } from "../../store/database.ts";
import type { PruningOptions } from "../../store/pruning.ts";
import type { SnapshotSchedule } from "../../store/snapshotKeeper.ts";
import { openStateDisk, type StateDisk, type StateDiskOptions } from "../../store/stateDisk.ts";
import type { AddedStores } from "../../store/stateLoad.ts";
import { META_KEY, metaKey } from "../dbKeys.ts";
import type { GenesisDoc } from "../genesisDoc.ts";
import { genesisParams } from "../solo/chainState.ts";
import { type AppParts, DataFolderError } from "../solo/openSoloNode.ts";
import type { SignatureParts } from "../solo/soloApp.ts";

/** The application, and how its signatures are verified on other threads. */
export interface DrivenApp {
  readonly app: BaseApp;
  readonly signatures: SignatureParts;
}

/** What a folder is opened with. */
export interface ChainFolderOptions {
  readonly genesis: GenesisDoc;
  /** Holds the database and the snapshots of the state. */
  readonly dataFolder: string;
  /** The application's stores, in any order. */
  readonly storeNames: readonly string[];
  readonly addedStores?: AddedStores | undefined;
  readonly pruning: PruningOptions;
  readonly snapshots?: SnapshotSchedule | undefined;
  /** Makes the application over the state as it was loaded. */
  readonly createApp: (parts: AppParts) => DrivenApp;
  readonly onProgress?: StateDiskOptions["onProgress"];
  readonly onSnapshotError?: StateDiskOptions["onSnapshotError"];
}

/** An open folder. */
export interface ChainFolder extends DrivenApp {
  readonly disk: StateDisk;
}

/** Opens a folder. Throws DataFolderError, and what the database and the application throw; it is closed then. */
export async function openChainFolder(options: ChainFolderOptions): Promise<ChainFolder> {
  const disk = await openStateDisk({
    folder: options.dataFolder,
    names: options.storeNames,
    added: options.addedStores,
    pruning: options.pruning,
    schedule: options.snapshots,
    nowMs: () => performance.now(),
    onProgress: options.onProgress,
    onSnapshotError: options.onSnapshotError,
  });
  try {
    const lastBlock = readHead(disk, options.genesis.chain_id);
    const maxGas = maxGasOf(genesisParams(options.genesis));
    return { disk, ...options.createApp({ stores: disk.store, lastBlock, maxGas }) };
  } catch (error) {
    await disk.close();
    throw error;
  }
}

/** Adds the last block to the batch of its state. */
export function putHead(batch: Pick<DbBatch, "put">, block: BlockInfo): void {
  const { chainId, height, timeNs, proposerAddress } = block;
  const json = { chainId, height, timeNs: timeNs.toString(), proposer: toHex(proposerAddress) };
  batch.put(metaKey(META_KEY.abciHead), utf8(JSON.stringify(json)));
}

/** The last block; undefined before the first. Throws DataFolderError when it is not of this chain and state. */
function readHead(disk: StateDisk, chainId: string): BlockInfo | undefined {
  const { version } = disk.store;
  if (version === 0) return undefined;
  const bytes = disk.get(metaKey(META_KEY.abciHead));
  if (bytes === undefined) {
    throw new DataFolderError(
      `the data folder holds ${version} blocks that the embedded node made; CometBFT cannot go on with them`,
    );
  }
  // `putHead` wrote it, in one batch with the state.
  const head = JSON.parse(fromUtf8(bytes)) as {
    readonly chainId: string;
    readonly height: number;
    readonly timeNs: string;
    readonly proposer: string;
  };
  if (head.chainId !== chainId)
    throw new DataFolderError(`the data folder is of chain ${head.chainId}, not ${chainId}`);
  if (head.height !== version) {
    throw new DataFolderError(`the state is of block ${version}, the last block is ${head.height}`);
  }
  return { chainId, height: version, timeNs: BigInt(head.timeNs), proposerAddress: fromHex(head.proposer) };
}
