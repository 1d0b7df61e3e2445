// A transaction in a block as the command line shows it.

import { toHex } from "../../codec/bytes.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import type { Json } from "../output.ts";
import { txJson } from "./txFile.ts";

/** What CosmJS tells of a transaction in a block. */
export interface FoundTx {
  readonly hash: Uint8Array;
  readonly height: number;
  readonly tx: Uint8Array;
  readonly result: {
    readonly code: number;
    readonly codespace?: string | undefined;
    readonly log?: string | undefined;
    readonly gasWanted: bigint;
    readonly gasUsed: bigint;
    readonly events: readonly { type: string; attributes: readonly { key: string; value: string }[] }[];
  };
}

/** The JSON, in the shape of the SDK's TxResponse. */
export function foundTxJson(registry: TypeRegistry, found: FoundTx): Json {
  const { code, codespace, log, gasWanted, gasUsed, events } = found.result;
  return {
    txhash: toHex(found.hash).toUpperCase(),
    height: String(found.height),
    code,
    codespace: codespace ?? "",
    raw_log: log ?? "",
    gas_wanted: String(gasWanted),
    gas_used: String(gasUsed),
    events: events.map(({ type, attributes }) => ({
      type,
      attributes: attributes.map(({ key, value }) => ({ key, value })),
    })),
    tx: txJson(registry, found.tx),
  };
}
