// Where the read model hears of blocks: any node, by CometBFT's RPC.

import { Buffer } from "node:buffer";
import WebSocket from "ws";
import { sha256 } from "../../crypto/hash.ts";
import { nodeCalls, RefusedError } from "../nodeCalls.ts";

/** An event of a block, with its place. */
export interface ChainEvent {
  /** Position of the transaction in the block; -1 at the block's beginning, the number of transactions at its end. */
  readonly txIndex: number;
  /** Position among the events of the same place. */
  readonly eventIndex: number;
  /** 64 upper-case hex digits; empty for events of the block itself. */
  readonly txHash: string;
  readonly type: string;
  /** In the chain's order; a key may stand more than once. */
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

/** A block as far as the read model needs it. */
export interface ChainBlock {
  readonly height: number;
  /** 64 upper-case hex digits. */
  readonly hash: string;
  /** That of the block before; empty for the first. */
  readonly previousHash: string;
  /** RFC 3339, nanoseconds. */
  readonly time: string;
  readonly events: readonly ChainEvent[];
}

/** What a source knows of the chain right now. */
export interface ChainTip {
  readonly chainId: string;
  readonly height: number;
  /** The oldest block that it still has. */
  readonly earliestHeight: number;
}

/** Gives blocks. Every method rejects with SourceError when the node does not answer: worth another try. */
export interface BlockSource {
  tip(): Promise<ChainTip>;
  /** Hash of a block; undefined when the chain has none at that height (any more, or yet). */
  blockHash(height: number): Promise<string | undefined>;
  block(height: number): Promise<ChainBlock>;
  /** Calls back when there may be new blocks, now and then without one. Returns how to stop. */
  watch(onBlock: () => void): () => void;
}

interface RawEvent {
  readonly type: string;
  readonly attributes?: readonly { readonly key: string; readonly value: string }[];
}

/** Without a word from the WebSocket the tip is looked at this often. */
const POLL_INTERVAL_MS = 1_000;
const RECONNECT_MS = 1_000;

/** Blocks by the RPC of a node, `http://127.0.0.1:26657`. */
export function rpcBlockSource(rpcUrl: string, { call, rawBlock } = nodeCalls(rpcUrl)): BlockSource {
  const blockHash = async (height: number) => {
    try {
      const { block_id } = await call<{ block_id: { hash: string } }>("block", { height: String(height) });
      return block_id.hash === "" ? undefined : block_id.hash;
    } catch (error) {
      if (error instanceof RefusedError) return undefined;
      throw error;
    }
  };
  return {
    async tip() {
      const { node_info, sync_info } = await call<StatusResult>("status", {});
      return {
        chainId: node_info.network,
        height: Number(sync_info.latest_block_height),
        earliestHeight: Number(sync_info.earliest_block_height),
      };
    },
    blockHash,
    async block(height) {
      const raw = await rawBlock(height);
      const { block, block_id } = raw.block as BlockResult;
      const results = raw.results as BlockResultsResult;
      return {
        height,
        hash: block_id.hash,
        previousHash: block.header.last_block_id.hash,
        time: block.header.time,
        events: eventsOf(block.data.txs ?? [], results),
      };
    },
    watch: (onBlock) => watchBlocks(rpcUrl, onBlock),
  };
}

interface StatusResult {
  readonly node_info: { readonly network: string };
  readonly sync_info: { readonly latest_block_height: string; readonly earliest_block_height: string };
}

interface BlockResult {
  readonly block_id: { readonly hash: string };
  readonly block: {
    readonly header: { readonly time: string; readonly last_block_id: { readonly hash: string } };
    readonly data: { readonly txs: readonly string[] | null };
  };
}

interface BlockResultsResult {
  readonly txs_results: readonly { readonly events?: readonly RawEvent[] | null }[] | null;
  readonly finalize_block_events: readonly RawEvent[] | null;
}

function isBeginBlock({ attributes }: RawEvent): boolean {
  return attributes?.some(({ key, value }) => key === "mode" && value === "BeginBlock") === true;
}

/** All events in the order in which they happened: block's beginning, transactions, block's end. */
function eventsOf(txs: readonly string[], results: BlockResultsResult): readonly ChainEvent[] {
  const block = results.finalize_block_events ?? [];
  const ofTxs = results.txs_results ?? [];
  const at = (txIndex: number, txHash: string, events: readonly RawEvent[]) =>
    events.map(({ type, attributes }, eventIndex) => ({
      txIndex,
      eventIndex,
      txHash,
      type,
      attributes: attributes ?? [],
    }));
  return [
    ...at(-1, "", block.filter(isBeginBlock)),
    ...ofTxs.flatMap(({ events }, index) => at(index, hashOf(txs[index] ?? ""), events ?? [])),
    ...at(
      ofTxs.length,
      "",
      block.filter((event) => !isBeginBlock(event)),
    ),
  ];
}

function hashOf(txBase64: string): string {
  return Buffer.from(sha256(Buffer.from(txBase64, "base64")))
    .toString("hex")
    .toUpperCase();
}

const SUBSCRIBE = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "subscribe",
  params: { query: "tm.event='NewBlockHeader'" },
});

/** Says so at each new block by WebSocket, and once a second in any case: a silent connection loses nothing. */
export function watchBlocks(rpcUrl: string, onBlock: () => void): () => void {
  const url = `${rpcUrl.replace(/^http/, "ws").replace(/\/$/, "")}/websocket`;
  let isStopped = false;
  let socket: WebSocket | undefined;
  let reconnect: NodeJS.Timeout | undefined;
  const connect = () => {
    const opened = new WebSocket(url);
    socket = opened;
    opened.on("open", () => opened.send(SUBSCRIBE));
    opened.on("message", onBlock);
    // Whatever is wrong ends in `close`, and polling goes on meanwhile.
    opened.on("error", () => opened.terminate());
    opened.on("close", () => {
      if (!isStopped) reconnect = setTimeout(connect, RECONNECT_MS);
    });
  };
  connect();
  const poll = setInterval(onBlock, POLL_INTERVAL_MS);
  return () => {
    isStopped = true;
    clearInterval(poll);
    clearTimeout(reconnect);
    socket?.terminate();
  };
}
