// Blocks in CometBFT's JSON (types/block.go, types/block_meta.go v0.38).

import type { Block } from "../../../gen/tendermint/types/block.ts";
import { toBase64 } from "../../codec/bytes.ts";
import type { StoredBlock } from "../../consensus/chainNode.ts";
import { evidenceJson } from "./encodeEvidence.ts";
import { blockIdJson, commitJson, headerJson } from "./encodeHeader.ts";
import type { Json } from "./json.ts";

/** A block without its id. */
export function blockJson(block: Block): Json {
  return {
    header: block.header === undefined ? null : headerJson(block.header),
    data: { txs: (block.data?.txs ?? []).map(toBase64) },
    evidence: { evidence: (block.evidence?.evidence ?? []).map(evidenceJson) },
    last_commit: commitJson(block.lastCommit),
  };
}

/** A block with its id; CometBFT gives an empty answer, not an error, for one that it does not have. */
export function resultBlockJson(stored: StoredBlock | undefined): Json {
  return { block_id: blockIdJson(stored?.blockId), block: stored === undefined ? null : blockJson(stored.block) };
}

/** A block's meta data, as `blockchain` gives it. */
export function blockMetaJson({ blockId, block, sizeBytes }: StoredBlock): Json {
  return {
    block_id: blockIdJson(blockId),
    block_size: String(sizeBytes),
    header: block.header === undefined ? null : headerJson(block.header),
    num_txs: String(block.data?.txs.length ?? 0),
  };
}
