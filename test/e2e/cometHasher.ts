// Hashes a header as CosmJS decoded it from the RPC. CosmJS's own `hashBlock` writes header fields in the amino encoding
// of Tendermint 0.33 and agrees with no CometBFT 0.38 block (src/consensus/hashing.test.ts shows it on CometBFT's own
// vectors), so the hash is ours, which those vectors prove.

import type { comet38 } from "@cosmjs/tendermint-rpc";
import { headerHash } from "../../src/consensus/hashing.ts";

function blockId(id: comet38.BlockId | null) {
  const none = { hash: new Uint8Array(0), partSetHeader: { total: 0, hash: new Uint8Array(0) } };
  return id === null ? none : { hash: id.hash, partSetHeader: id.parts };
}

/** The hash of a header, 32 bytes. */
export function hashBlock(header: comet38.Header): Uint8Array {
  const { time } = header;
  const nanos = (time.getTime() % 1000) * 1_000_000 + (time.nanoseconds ?? 0);
  return headerHash({
    ...header,
    version: { block: BigInt(header.version.block), app: BigInt(header.version.app) },
    height: BigInt(header.height),
    time: { seconds: BigInt(Math.floor(time.getTime() / 1000)), nanos },
    lastBlockId: blockId(header.lastBlockId),
  });
}
