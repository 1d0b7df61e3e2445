// Which blocks CometBFT must keep (cosmos-sdk v0.53 baseapp/abci.go GetBlockRetentionHeight).

/**
 * The lowest height that must be kept; 0 keeps all. Evidence may name blocks of the last `evidenceBlocks`, and a node that
 * joins from a snapshot needs the blocks after it.
 */
export function retainHeight(parts: {
  /** The last block. */
  readonly height: number;
  readonly minRetainBlocks: number;
  readonly evidenceBlocks: number;
  /** Of the snapshots that are offered; undefined when there is none. */
  readonly oldestSnapshot: number | undefined;
}): number {
  const { height, minRetainBlocks, evidenceBlocks, oldestSnapshot } = parts;
  if (minRetainBlocks === 0) return 0;
  const kept = Math.max(minRetainBlocks, evidenceBlocks);
  return Math.max(0, Math.min(height - kept, oldestSnapshot ?? Number.POSITIVE_INFINITY));
}
