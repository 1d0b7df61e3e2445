// Subscriptions of a WebSocket connection (CometBFT v0.38 rpc/core/events.go, types/events.go): what happens in a block,
// told in CometBFT's order, to those whose query matches.

import { toBase64 } from "../../codec/bytes.ts";
import type { CommittedBlock } from "../../consensus/chainNode.ts";
import { type EventValues, eventValues, matchesEvents, parseQuery, type Query } from "../../consensus/query/query.ts";
import { blockIdJson, blockJson, eventJson, headerJson, hexBytes, type Json, txResultJson } from "./encode.ts";

/** Something that happened, as it is published. The JSON is made when somebody wants it, and once. */
export interface Happening {
  readonly values: EventValues;
  /** JSON text of `data` and of `events`. */
  json(): { readonly data: string; readonly events: string };
}

function happening(values: Map<string, string[]>, makeData: () => Json): Happening {
  let made: { data: string; events: string } | undefined;
  return {
    values,
    json() {
      made ??= { data: JSON.stringify(makeData()), events: JSON.stringify(Object.fromEntries(values)) };
      return made;
    },
  };
}

function withType(type: string, values: Map<string, string[]> = new Map()): Map<string, string[]> {
  values.set("tm.event", [type]);
  return values;
}

function finalizeJson(block: CommittedBlock): Json {
  const { events, txResults, appHash } = block.results;
  return {
    events: events.map(eventJson),
    tx_results: txResults.map(txResultJson),
    validator_updates: null,
    app_hash: toBase64(appHash),
  };
}

/** Everything that a block publishes, in order: NewBlock, NewBlockHeader, NewBlockEvents, then each Tx. */
export function happeningsOf(block: CommittedBlock): readonly Happening[] {
  const { header } = block.block;
  if (header === undefined) throw new Error("a block without a header");
  const blockEvents = () => eventValues(block.results.events);
  const height = String(block.height);
  const happenings = [
    happening(withType("NewBlock", blockEvents()), () => ({
      type: "tendermint/event/NewBlock",
      value: {
        block: blockJson(block),
        block_id: blockIdJson(block.blockId),
        result_finalize_block: finalizeJson(block),
      },
    })),
    happening(withType("NewBlockHeader", blockEvents()), () => ({
      type: "tendermint/event/NewBlockHeader",
      value: { header: headerJson(header) },
    })),
    happening(withType("NewBlockEvents", blockEvents()), () => ({
      type: "tendermint/event/NewBlockEvents",
      value: { height, events: block.results.events.map(eventJson), num_txs: String(block.txs.length) },
    })),
  ];
  for (const { tx, hash, index, result } of block.txs) {
    const values = withType("Tx", eventValues(result.events));
    values.set("tx.hash", [hexBytes(hash)]);
    values.set("tx.height", [height]);
    happenings.push(
      happening(values, () => ({
        type: "tendermint/event/Tx",
        value: {
          TxResult: { height, ...(index === 0 ? {} : { index }), tx: toBase64(tx), result: txResultJson(result) },
        },
      })),
    );
  }
  return happenings;
}

interface Subscription {
  readonly id: Json;
  readonly query: Query;
}

/** The subscriptions of one connection. */
export class Subscriptions {
  /** By the query's text, as it was sent. */
  readonly #byQuery = new Map<string, Subscription>();

  get size(): number {
    return this.#byQuery.size;
  }

  has(query: string): boolean {
    return this.#byQuery.has(query);
  }

  /** Adds a subscription; its events carry the request's id. Throws QuerySyntaxError. */
  add(id: Json, text: string): void {
    this.#byQuery.set(text, { id, query: parseQuery(text) });
  }

  /** Whether there was one. */
  delete(text: string): boolean {
    return this.#byQuery.delete(text);
  }

  clear(): void {
    this.#byQuery.clear();
  }

  /** The frames that tell of something. */
  framesFor(happened: Happening): string[] {
    const frames: string[] = [];
    for (const { id, query } of this.#byQuery.values()) {
      if (!matchesEvents(query, happened.values)) continue;
      const { data, events } = happened.json();
      const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"query":${JSON.stringify(query.text)}`;
      frames.push(`${start},"data":${data},"events":${events}}}`);
    }
    return frames;
  }
}
