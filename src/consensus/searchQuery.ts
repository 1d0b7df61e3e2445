// A query as the search reads it: the hash and the heights apart from the conditions on events, as CometBFT's kv indexer
// takes them out (state/txindex/kv/utils.go, state/indexer/block/kv/util.go, v0.38).

import { fromHex } from "../codec/bytes.ts";
import { HEIGHT_MAX, type HeightRange } from "./eventIndex.ts";
import { type Condition, parseQuery } from "./query/query.ts";

/** A condition on events. */
export interface SearchCondition extends Condition {
  /** The value that an equality asks for, which the index can look up. */
  readonly equals: string | undefined;
}

/** A query, taken apart. */
export interface Search {
  /** Of `tx.hash='…'`: decides alone. Empty when it is no hash, and nothing is found. */
  readonly hash: Uint8Array | undefined;
  /** Heights that all conditions on the height leave; empty when `min` is above `max`. */
  readonly heights: HeightRange;
  /** The others: they must hold within one event. */
  readonly conditions: readonly SearchCondition[];
}

const NOTHING: HeightRange = { min: 1, max: 0 };

/** Takes a query apart. Throws QuerySyntaxError. */
export function parseSearch(text: string, kind: "tx" | "block"): Search {
  let hash: Uint8Array | undefined;
  let heights: HeightRange = { min: 0, max: HEIGHT_MAX };
  const conditions: SearchCondition[] = [];
  for (const condition of parseQuery(text).conditions) {
    if (kind === "tx" && condition.tag === "tx.hash" && condition.operator === "=") {
      hash = parseHash(condition.argument?.text ?? "");
    } else if (condition.tag === `${kind}.height`) {
      const { min, max } = heightRange(condition);
      heights = { min: Math.max(heights.min, min), max: Math.min(heights.max, max) };
    } else {
      conditions.push(searchCondition(condition));
    }
  }
  return { hash, heights, conditions };
}

function searchCondition(condition: Condition): SearchCondition {
  const { operator, argument } = condition;
  if (operator !== "=" || argument === undefined || argument.kind === "time" || argument.kind === "date") {
    return { ...condition, equals: undefined };
  }
  // The indexer compares texts, also when the argument is a number; subscriptions compare numbers.
  const { text } = argument;
  return { ...condition, equals: text, matches: (value) => value === text };
}

function parseHash(text: string): Uint8Array {
  return /^[0-9a-fA-F]{64}$/.test(text) ? fromHex(text) : new Uint8Array(0);
}

/** The heights for which a condition on the height holds. */
function heightRange({ operator, argument }: Condition): HeightRange {
  if (operator === "EXISTS") return { min: 0, max: HEIGHT_MAX };
  if (argument === undefined || !/^[0-9]+(\.[0-9]*)?$/.test(argument.text)) return NOTHING;
  const wanted = Math.min(Number(argument.text), HEIGHT_MAX);
  switch (operator) {
    case "=":
      return Number.isInteger(wanted) ? { min: wanted, max: wanted } : NOTHING;
    case ">":
      return { min: Math.floor(wanted) + 1, max: HEIGHT_MAX };
    case ">=":
      return { min: Math.ceil(wanted), max: HEIGHT_MAX };
    case "<":
      return { min: 0, max: Math.ceil(wanted) - 1 };
    case "<=":
      return { min: 0, max: Math.floor(wanted) };
    default:
      return NOTHING;
  }
}
