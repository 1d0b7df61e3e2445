// Executes all blocks of a store again in a fresh application and compares what comes out, block by block: the proof
// that execution depends on nothing but the blocks.

import type { RequestInitChain } from "../../../gen/tendermint/abci/types.ts";
import { bytesEqual, toHex } from "../../codec/bytes.ts";
import { timestampToNs } from "../../codec/time.ts";
import type { BlockStore } from "../blockStore.ts";
import type { CommittedBlock } from "../chainNode.ts";
import { lastResultsHash } from "../hashing.ts";
import type { SoloApp } from "./parts.ts";
import { ChainCheckError } from "./verifyChain.ts";

/** A fresh application, before its genesis. */
export type ReplayApp = Pick<SoloApp, "initChain" | "decode" | "finalizeBlock" | "commit">;

/** What a replay did. */
export interface ReplayReport {
  readonly blocks: number;
  readonly txs: number;
  /** After the last block. */
  readonly appHash: Uint8Array;
}

/**
 * Executes blocks 1 to `to` (default: the last). Throws ChainCheckError at the first block whose app hash, results
 * hash or event count comes out differently.
 * @param progress called after each block
 */
export async function replayBlocks(parts: {
  readonly blocks: BlockStore;
  readonly app: ReplayApp;
  readonly genesis: RequestInitChain;
  readonly to?: number | undefined;
  readonly progress?: ((height: number) => void) | undefined;
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
    appHash = replayOne(app, block);
    txs += block.txs.length;
    progress?.(height);
  }
  return { blocks: to, txs, appHash };
}

function replayOne(app: ReplayApp, { height, block, blockId, txs, results }: CommittedBlock): Uint8Array {
  const header = block.header!;
  const { response } = app.finalizeBlock({
    txs: txs.map((tx) => app.decode(tx.tx)),
    height,
    timeNs: timestampToNs(header.time!),
    hash: blockId.hash,
    nextValidatorsHash: header.nextValidatorsHash,
    proposerAddress: header.proposerAddress,
  });
  const check = (what: string, actual: Uint8Array, expected: Uint8Array) => {
    if (bytesEqual(actual, expected)) return;
    throw new ChainCheckError(height, `replayed, its ${what} is ${toHex(actual)}, not ${toHex(expected)}`);
  };
  check("results hash", lastResultsHash(response.txResults), lastResultsHash(results.txResults));
  check("app hash", response.appHash, results.appHash);
  const events = response.txResults.map((result) => result.events.length).join();
  if (events !== results.txResults.map((result) => result.events.length).join()) {
    throw new ChainCheckError(height, "replayed, its transactions emit other events");
  }
  app.commit();
  return response.appHash;
}
