// A ChainNode over given blocks, in memory: nothing is executed or signed. For tests of what serves a node; each part can
// be replaced to make it fail.

import {
  ExecTxResult,
  type RequestQuery,
  ResponseCheckTx,
  ResponseInfo,
  ResponseQuery,
} from "../../../gen/tendermint/abci/types.ts";
import { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import { bytesEqual } from "../../codec/bytes.ts";
import type { ChainNode, CommittedBlock, SearchOptions, SearchPage, ValidatorInfo } from "../../consensus/chainNode.ts";
import { sampleBlock, sampleCommit, sampleEvent } from "../../consensus/testing/sampleBlocks.ts";
import { testGenesis } from "../../consensus/testing/testNode.ts";
import { addressOfEd25519 } from "../../crypto/address.ts";

/** A fake node, and what a test does to it. */
export interface FakeNode extends ChainNode {
  /** Transactions that were submitted, in their order. */
  readonly submitted: readonly Uint8Array[];
  /** Listeners for blocks. */
  readonly listenerCount: number;
  /** Makes a block the last one and tells of it. */
  commit(block: CommittedBlock): void;
}

const PUB_KEY = new Uint8Array(32).fill(3);

/** The validator of a fake node. */
export const FAKE_VALIDATOR: ValidatorInfo = Object.freeze({
  address: addressOfEd25519(PUB_KEY),
  pubKey: PUB_KEY,
  votingPower: 10n,
  proposerPriority: 0n,
});

/** Three blocks with 0, 2 and 1 transactions. */
export function fakeBlocks(): CommittedBlock[] {
  const transfer = (recipient: string) => [sampleEvent("transfer", { recipient, amount: "5uusdc" })];
  return [
    sampleBlock(1, []),
    sampleBlock(2, [transfer("a"), transfer("b")], [sampleEvent("mint", { amount: "1" })]),
    sampleBlock(3, [transfer("a")]),
  ];
}

function pageOf<T>(items: readonly T[], { page, perPage, order }: SearchOptions): SearchPage<T> {
  const sorted = order === "asc" ? items : [...items].reverse();
  return { items: sorted.slice((page - 1) * perPage, page * perPage), totalCount: items.length };
}

/** Makes a node of blocks that begin at any height and follow each other. */
export function fakeNode(
  blocks: readonly CommittedBlock[] = fakeBlocks(),
  replaced: Partial<ChainNode> = {},
): FakeNode {
  const chain = [...blocks];
  const submitted: Uint8Array[] = [];
  const listeners = new Set<(block: CommittedBlock) => void>();
  const blockAt = (height: number) => chain.find((block) => block.height === height);
  const node: FakeNode = {
    chainId: "sample-1",
    moniker: "fake",
    genesis: testGenesis(),
    nodeId: "ab".repeat(20),
    validatorPubKey: PUB_KEY,
    get latestHeight() {
      return chain.at(-1)?.height ?? 0;
    },
    get earliestHeight() {
      return chain[0]?.height ?? 0;
    },
    mempool: { size: 0, sizeBytes: 0, list: () => [] },
    admin: undefined,
    submitted,
    get listenerCount() {
      return listeners.size;
    },
    info: () => ResponseInfo.fromPartial({ data: "fake", version: "1.0", lastBlockHeight: BigInt(node.latestHeight) }),
    query: ({ path, data }: RequestQuery) =>
      ResponseQuery.fromPartial({ key: data, value: data, log: path, height: BigInt(node.latestHeight) }),
    checkTx: async () => ResponseCheckTx.fromPartial({ gasWanted: 5n }),
    submitTx: async (tx) => {
      submitted.push(tx);
      return ResponseCheckTx.fromPartial({ gasWanted: 5n });
    },
    simulate: () => ({ gasWanted: 0n, gasUsed: 0n, result: ExecTxResult.fromPartial({}), msgResponses: [] }),
    isSyncing: async () => false,
    getBlock: async (height) => blockAt(height),
    getBlockByHash: async (hash) => chain.find(({ blockId }) => bytesEqual(blockId.hash, hash)),
    getCommit: async (height) => {
      const header = blockAt(height)?.block.header;
      return header && { header, commit: sampleCommit(height), canonical: height < node.latestHeight };
    },
    getBlockResults: async (height) => blockAt(height)?.results,
    getValidators: async () => [FAKE_VALIDATOR],
    getConsensusParams: async () => ConsensusParams.fromPartial({ block: { maxBytes: 100n, maxGas: -1n } }),
    getTx: async (hash) => chain.flatMap(({ txs }) => txs).find((tx) => bytesEqual(tx.hash, hash)),
    searchTxs: async (options) =>
      pageOf(
        chain.flatMap(({ txs }) => txs),
        options,
      ),
    searchBlocks: async (options) => pageOf(chain, options),
    onBlock: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    commit: (block) => {
      chain.push(block);
      for (const listener of listeners) listener(block);
    },
  };
  return Object.defineProperties(node, Object.getOwnPropertyDescriptors(replaced));
}
