// Which versions are kept for queries and proofs (cosmos-sdk store/v1 pruning/types/options.go).

/** How many versions are kept. */
export interface PruningOptions {
  /** Versions kept besides the latest; undefined keeps all. */
  readonly keepRecent: number | undefined;
  /** Versions are pruned at each multiple of it only, so that up to so many more are kept; absent is 1. */
  readonly interval?: number | undefined;
}

/** The names of the SDK's options. `default` keeps the last 100 heights. */
export type PruningName = "default" | "nothing" | "everything" | "custom";

/** The oldest version that is kept once `version` is committed; 0 when all are. */
export function oldestKept({ keepRecent, interval = 1 }: PruningOptions, version: number): number {
  return keepRecent === undefined ? 0 : Math.max(0, version - (version % interval) - keepRecent);
}

const DEFAULT_KEEP_RECENT = 100;
const EVERYTHING_KEEP_RECENT = 2;

/**
 * The options by their name. `keepRecent` (at least 2) and `interval` (at least 1) count with `custom` only.
 * Throws a RangeError when they are out of range.
 */
export function pruningOptions(name: PruningName, keepRecent = DEFAULT_KEEP_RECENT, interval = 1): PruningOptions {
  switch (name) {
    case "default":
      return { keepRecent: DEFAULT_KEEP_RECENT };
    case "nothing":
      return { keepRecent: undefined };
    case "everything":
      return { keepRecent: EVERYTHING_KEEP_RECENT };
    case "custom":
      requireAtLeast("keepRecent", keepRecent, EVERYTHING_KEEP_RECENT);
      requireAtLeast("interval", interval, 1);
      return { keepRecent, interval };
  }
}

function requireAtLeast(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`pruning: ${what} must be at least ${least}, got ${value}`);
}
