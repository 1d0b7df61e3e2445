// How a source chain is read: new blocks at once, and each block again when it is final, so that what a reorganisation or
// a slow endpoint hid is found. Pure: from what was read and how far the chain is, to what to read next.

import type { HeightRange } from "../../chains/chainReader.ts";
import type { Cursor } from "../journal/record.ts";

/** How far a chain is: its newest height, and the newest that is final at each level (-1 for none). */
export interface Heads {
  readonly latest: bigint;
  readonly fast: bigint;
  readonly standard: bigint;
}

/** What to read, and the cursor once that is in the journal. */
export interface ScanPlan {
  /** Ascending, apart from each other. */
  readonly ranges: readonly HeightRange[];
  readonly scanned: bigint;
  readonly fast: bigint;
  readonly standard: bigint;
  /** The chain has more blocks than are read at once. */
  readonly hasMore: boolean;
}

/** Blocks that are read at once when a relayer catches up. */
export const SCAN_BLOCKS_MAX = 5000n;
/** Hashes that a cursor remembers. */
export const HASHES_MAX = 64;

/** A cursor of a chain that was never read: the first block to read is `start`. */
export function newCursor(domain: number, start: bigint): Cursor {
  const before = start - 1n;
  return { domain, scanned: before, fast: before, standard: before, hashes: [] };
}

/** The smaller of two. */
export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The larger of two. */
export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/**
 * What to read next, at most `blocksMax` blocks for each reason to read them. A chain that is behind the cursor (an
 * endpoint that lags) gives nothing to read.
 */
export function planScan(cursor: Cursor, heads: Heads, blocksMax: bigint = SCAN_BLOCKS_MAX): ScanPlan {
  const upTo = (done: bigint, goal: bigint) => larger(done, smaller(goal, done + blocksMax));
  const scanned = upTo(cursor.scanned, heads.latest);
  const fast = upTo(cursor.fast, smaller(heads.fast, scanned));
  const standard = upTo(cursor.standard, smaller(heads.standard, scanned));
  const ranges = mergeRanges([
    { from: cursor.standard + 1n, to: standard },
    { from: cursor.fast + 1n, to: fast },
    { from: cursor.scanned + 1n, to: scanned },
  ]);
  const isBehind = fast < smaller(heads.fast, scanned) || standard < smaller(heads.standard, scanned);
  return { ranges, scanned, fast, standard, hasMore: scanned < heads.latest || isBehind };
}

/** The same heights in as few ranges as possible; empty ones are left out. */
export function mergeRanges(ranges: readonly HeightRange[]): HeightRange[] {
  const given = ranges.filter(({ from, to }) => from <= to).sort((a, b) => (a.from < b.from ? -1 : 1));
  const merged: HeightRange[] = [];
  for (const range of given) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 1n)
      merged[merged.length - 1] = { from: last.from, to: larger(last.to, range.to) };
    else merged.push(range);
  }
  return merged;
}

/** Whether a height is in one of the ranges. */
export function isInRanges(ranges: readonly HeightRange[], height: bigint): boolean {
  return ranges.some(({ from, to }) => from <= height && height <= to);
}

/**
 * The cursor after a reorganisation: everything above the newest remembered block that still stands is read again. When
 * none of them stands, everything that was not final. Deeper than finality it goes too: then the rule was wrong.
 */
export function rewind(cursor: Cursor, ancestor: bigint | undefined, latest: bigint): Cursor {
  const stands = smaller(latest, ancestor ?? cursor.standard);
  return {
    domain: cursor.domain,
    scanned: smaller(cursor.scanned, stands),
    fast: smaller(cursor.fast, stands),
    standard: smaller(cursor.standard, stands),
    hashes: ancestor === undefined ? [] : cursor.hashes.filter(({ height }) => height <= ancestor),
  };
}

/** The cursor after a plan was carried out, with the hash of the newest block that was read. */
export function advance(cursor: Cursor, plan: ScanPlan, tip: string | undefined): Cursor {
  const { scanned, fast, standard } = plan;
  const isNew = tip !== undefined && scanned > (cursor.hashes.at(-1)?.height ?? -1n);
  const hashes = isNew ? [...cursor.hashes, { height: scanned, hash: tip }].slice(-HASHES_MAX) : cursor.hashes;
  return { domain: cursor.domain, scanned, fast, standard, hashes };
}
