// A block that must be there, or the refusal that says why it is not (cometbft v0.38 rpc/core/env.go getHeight).

import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import type { ChainClient, StoredBlock } from "../../consensus/chainNode.ts";

/** The block of a height from 1 to the latest. Rejects with NotFound when it is pruned. */
export async function requireBlock(node: ChainClient, height: number): Promise<StoredBlock> {
  const block = await node.getBlock(height);
  if (block !== undefined) return block;
  const text = `height ${height} is not available, lowest height is ${node.earliestHeight}`;
  throw new QueryError(GRPC_STATUS.NOT_FOUND, text);
}

/** The latest block. Rejects with Unavailable before the first. */
export async function requireLatestBlock(node: ChainClient): Promise<StoredBlock> {
  if (node.latestHeight === 0)
    throw new QueryError(GRPC_STATUS.UNAVAILABLE, "no block yet; please wait for first block");
  return requireBlock(node, node.latestHeight);
}
