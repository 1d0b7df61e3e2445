// Blocks with made-up contents, for tests of what stores and finds them.

import { type Event, ExecTxResult } from "../../../gen/tendermint/abci/types.ts";
import { Commit, Header } from "../../../gen/tendermint/types/types.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { CommittedBlock } from "../chainNode.ts";

const sha = (text: string) => new Uint8Array(sha256(new TextEncoder().encode(text)));

/** An event whose attributes are all indexed. */
export function sampleEvent(type: string, attributes: Readonly<Record<string, string>>): Event {
  return { type, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value, index: true })) };
}

/** The commit for a sample block. */
export function sampleCommit(height: number): Commit {
  return Commit.fromPartial({
    height: BigInt(height),
    blockId: { hash: sha(`block ${height}`), partSetHeader: { total: 1, hash: sha(`parts ${height}`) } },
    signatures: [{ blockIdFlag: 2, validatorAddress: new Uint8Array(20), signature: new Uint8Array(64) }],
  });
}

/** A block whose transactions have these events. */
export function sampleBlock(
  height: number,
  txEvents: readonly (readonly Event[])[],
  blockEvents: readonly Event[] = [],
): CommittedBlock {
  const txs = txEvents.map((events, index) => {
    const tx = new TextEncoder().encode(`tx ${height}/${index}`);
    const result = ExecTxResult.fromPartial({ gasWanted: 5n, gasUsed: 4n, events: [...events] });
    return { hash: sha256(tx), height, index, tx, result };
  });
  return {
    height,
    blockId: { hash: sha(`block ${height}`), partSetHeader: { total: 1, hash: sha(`parts ${height}`) } },
    sizeBytes: 1000 + height,
    block: {
      header: Header.fromPartial({
        version: { block: 11n, app: 0n },
        chainId: "sample-1",
        height: BigInt(height),
        time: { seconds: BigInt(height), nanos: 5 },
        lastBlockId: {
          hash: sha(`block ${height - 1}`),
          partSetHeader: { total: 1, hash: sha(`parts ${height - 1}`) },
        },
      }),
      data: { txs: txs.map((tx) => tx.tx) },
      evidence: { evidence: [] },
      lastCommit: height === 1 ? Commit.fromPartial({ blockId: { partSetHeader: {} } }) : sampleCommit(height - 1),
    },
    txs,
    results: {
      height,
      txResults: txs.map((tx) => tx.result),
      events: blockEvents,
      validatorUpdates: [],
      consensusParamUpdates: undefined,
      appHash: sha(`app ${height}`),
    },
  };
}
