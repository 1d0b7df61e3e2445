// Executes all blocks of a store again in a fresh application and compares what comes out, block by block: the proof
// that execution depends on nothing but the blocks.

import { type RequestInitChain, ResponseFinalizeBlock } from "../../../gen/tendermint/abci/types.ts";
import type { ValidatorSet } from "../../../gen/tendermint/types/validator.ts";
import { bytesEqual, toHex } from "../../codec/bytes.ts";
import { runToEnd } from "../../codec/steps.ts";
import { timestampToNs } from "../../codec/time.ts";
import { createCommitMultiStore } from "../../store/commitStore.ts";
import type { CommitMultiStore } from "../../store/multiStore.ts";
import { pruningOptions } from "../../store/pruning.ts";
import { openStateDisk } from "../../store/stateDisk.ts";
import { BlockStore } from "../blockStore.ts";
import type { BlockResults, CommittedBlock } from "../chainNode.ts";
import { votesOfCommit } from "../consensusReport.ts";
import type { GenesisDoc } from "../genesisDoc.ts";
import { lastResultsHash } from "../hashing.ts";
import { initChainRequest } from "./chainState.ts";
import type { SoloApp } from "./parts.ts";
import { ChainCheckError, verifyChain } from "./verifyChain.ts";

/** A fresh application, before its genesis. */
export type ReplayApp = Pick<SoloApp, "initChain" | "decode" | "executeBlock" | "commit">;

/** What a replay did. */
export interface ReplayReport {
  readonly blocks: number;
  readonly txs: number;
  /** After the last block. */
  readonly appHash: Uint8Array;
}

/**
 * Executes blocks 1 to `to` (default: the last). Throws ChainCheckError at the first block whose app hash, results
 * hash or events come out differently.
 * @param progress called after each block
 */
export async function replayBlocks(parts: {
  readonly blocks: BlockStore;
  readonly app: ReplayApp;
  readonly genesis: RequestInitChain;
  readonly to?: number | undefined;
  readonly progress?: ((height: number, appHash: Uint8Array) => void) | undefined;
}): Promise<ReplayReport> {
  const { blocks, app, genesis, progress } = parts;
  if (blocks.earliestHeight > 1) throw new ChainCheckError(1, "is not held: a replay begins with it");
  app.initChain(genesis);
  const to = Math.min(parts.to ?? blocks.latestHeight, blocks.latestHeight);
  let txs = 0;
  let appHash: Uint8Array = new Uint8Array(0);
  for (let height = 1; height <= to; height++) {
    const block = await blocks.getCommitted(height);
    if (block === undefined) throw new ChainCheckError(height, "is missing");
    const voters = await blocks.getValidators(height - 1);
    appHash = replayOne(app, block, voters);
    txs += block.txs.length;
    progress?.(height, appHash);
  }
  return { blocks: to, txs, appHash };
}

/** What a home's blocks are replayed with. */
export interface ReplayHomeOptions {
  readonly dataFolder: string;
  readonly storeNames: readonly string[];
  readonly genesis: GenesisDoc;
  /** Makes a fresh application over empty stores. */
  readonly createApp: (stores: CommitMultiStore) => ReplayApp;
  /** Called after each block, with its app hash. */
  readonly progress?: ((height: number, appHash: Uint8Array) => void) | undefined;
}

/**
 * Proves the data folder of a node that is not running: checks every block (verifyChain) and replays all of them.
 * Nothing is written. Throws ChainCheckError, and DatabaseOpenError while a node has it open.
 */
export async function replayHome(options: ReplayHomeOptions): Promise<ReplayReport> {
  const { dataFolder, storeNames, genesis, createApp, progress } = options;
  const pruning = pruningOptions("everything");
  const disk = await openStateDisk({ folder: dataFolder, names: storeNames, pruning });
  try {
    const blocks = await BlockStore.open(disk);
    await verifyChain(blocks);
    const stores = createCommitMultiStore({ names: storeNames, pruning });
    const request = initChainRequest(genesis);
    const report = await replayBlocks({ blocks, app: createApp(stores), genesis: request, progress });
    if (!bytesEqual(report.appHash, disk.store.appHash)) {
      throw new ChainCheckError(report.blocks, "the state on the disk has another app hash than the replay");
    }
    return report;
  } finally {
    await disk.close();
  }
}

function replayOne(
  app: ReplayApp,
  { height, block, blockId, txs, results }: CommittedBlock,
  voters: ValidatorSet | undefined,
): Uint8Array {
  const header = block.header!;
  const { txResults } = results;
  const execution = app.executeBlock({
    txs: txs.map((tx) => app.decode(tx.tx)),
    height,
    timeNs: timestampToNs(header.time!),
    hash: blockId.hash,
    proposerAddress: header.proposerAddress,
    consensus: {
      votes: voters === undefined ? [] : votesOfCommit(block.lastCommit!, voters),
      misbehavior: [],
      nextValidatorsHash: header.nextValidatorsHash,
    },
  });
  const { response } = runToEnd(execution);
  const check = (what: string, actual: Uint8Array, expected: Uint8Array) => {
    if (bytesEqual(actual, expected)) return;
    throw new ChainCheckError(height, `replayed, its ${what} is ${toHex(actual)}, not ${toHex(expected)}`);
  };
  check("results hash", lastResultsHash(response.txResults), lastResultsHash(txResults));
  check("app hash", response.appHash, results.appHash);
  // Clients and indexes live by the events, and no hash covers them.
  if (!bytesEqual(encodeEvents(response), encodeEvents({ events: results.events, txResults }))) {
    throw new ChainCheckError(height, "replayed, it emits other events");
  }
  app.commit();
  return response.appHash;
}

/** All events of a block as bytes, to be compared. */
function encodeEvents(results: Pick<BlockResults, "events" | "txResults">): Uint8Array {
  return ResponseFinalizeBlock.encode(
    ResponseFinalizeBlock.fromPartial({
      events: [...results.events],
      txResults: results.txResults.map(({ events }) => ({ events })),
    }),
  ).finish();
}
