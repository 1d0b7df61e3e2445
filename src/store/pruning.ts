// Which versions are kept for queries and proofs (cosmos-sdk store/v1 pruning/types/options.go).

/** How many versions are kept. */
export interface PruningOptions {
  /** Versions kept besides the latest; undefined keeps all. */
  readonly keepRecent: number | undefined;
}

/** The names of the SDK's options. `default` keeps the last 100 heights. */
export type PruningName = "default" | "nothing" | "everything" | "custom";

const DEFAULT_KEEP_RECENT = 100;
const EVERYTHING_KEEP_RECENT = 2;

/** The options by their name. `keepRecent` counts with `custom` only, and must be at least 2. */
export function pruningOptions(name: PruningName, keepRecent = DEFAULT_KEEP_RECENT): PruningOptions {
  switch (name) {
    case "default":
      return { keepRecent: DEFAULT_KEEP_RECENT };
    case "nothing":
      return { keepRecent: undefined };
    case "everything":
      return { keepRecent: EVERYTHING_KEEP_RECENT };
    case "custom":
      if (!Number.isSafeInteger(keepRecent) || keepRecent < EVERYTHING_KEEP_RECENT) {
        throw new RangeError(`pruning: keepRecent must be at least ${EVERYTHING_KEEP_RECENT}, got ${keepRecent}`);
      }
      return { keepRecent };
  }
}
