// Several messages for one transaction, and the smaller batch that is left when some of them would fail: a bad one must
// not take the others with it.

import type { Refusal } from "../deliver/outcomes.ts";
import type { RefundPhase } from "../journal/record.ts";
import { QueryRefusedError } from "./cosmosRpc.ts";
import { type EncodedMsg, expectedSequence, failedIndex, refusalOfLog } from "./receiveMessage.ts";

/** One message of a batch, and whom it concerns. */
export interface BatchItem {
  readonly msg: EncodedMsg;
  /** The message that it delivers, or the refund that it reports. */
  readonly id: string;
  /** Set for a report. */
  readonly phase: RefundPhase | undefined;
}

/** An item that the chain would refuse. */
export interface RefusedItem {
  readonly item: BatchItem;
  readonly refusal: Refusal;
  readonly log: string;
}

/** What simulations made of a batch. */
export type BatchPlan =
  | {
      readonly kind: "ready";
      readonly items: readonly BatchItem[];
      readonly gas: bigint;
      readonly refused: readonly RefusedItem[];
    }
  /** The account's sequence is another; nothing is wrong with the messages. */
  | { readonly kind: "sequence"; readonly expected: number };

/** What a simulation says: the gas, and which messages would fail by themselves, by their place. */
export interface Simulation {
  readonly gas: bigint;
  readonly failures: ReadonlyMap<number, string>;
}

/** Simulates messages together. Rejects with QueryRefusedError when they would fail together. */
export type Simulate = (messages: readonly EncodedMsg[]) => Promise<Simulation>;

/** Simulates until what is left would pass; `items` is empty when nothing is. Other rejections of `simulate` pass through. */
export async function planBatch(given: readonly BatchItem[], simulate: Simulate): Promise<BatchPlan> {
  const refused: RefusedItem[] = [];
  let items = given;
  // Each round ends, or makes the batch smaller.
  while (items.length > 0) {
    const outcome = await simulated(items, simulate);
    if (typeof outcome !== "string" && outcome.failures.size === 0) {
      return { kind: "ready", items, gas: outcome.gas, refused };
    }
    const expected = typeof outcome === "string" ? expectedSequence(outcome) : undefined;
    if (expected !== undefined) return { kind: "sequence", expected };
    const bad = await badItems(items, outcome, simulate);
    refused.push(...bad);
    const left = items.filter((item) => bad.every((refusedItem) => refusedItem.item !== item));
    // Each would pass alone: together they are too much.
    items = bad.length === 0 ? items.slice(0, Math.ceil(items.length / 2)) : left;
  }
  return { kind: "ready", items, gas: 0n, refused };
}

function refusedItem(item: BatchItem, log: string): RefusedItem {
  return { item, refusal: refusalOfLog(log), log };
}

/** Which of several fail: those that failed by themselves, the one that the text names, or those that fail alone. */
async function badItems(
  items: readonly BatchItem[],
  outcome: Simulation | string,
  simulate: Simulate,
): Promise<RefusedItem[]> {
  if (typeof outcome !== "string") {
    return items.flatMap((item, index) => {
      const log = outcome.failures.get(index);
      return log === undefined ? [] : [refusedItem(item, log)];
    });
  }
  const named = items[items.length === 1 ? 0 : (failedIndex(outcome) ?? items.length)];
  if (named !== undefined) return [refusedItem(named, outcome)];
  const bad: RefusedItem[] = [];
  for (const item of items) {
    const alone = await simulated([item], simulate);
    const log = typeof alone === "string" ? alone : alone.failures.get(0);
    if (log !== undefined) bad.push(refusedItem(item, log));
  }
  return bad;
}

/** What a simulation says, or why all would fail together. */
async function simulated(items: readonly BatchItem[], simulate: Simulate): Promise<Simulation | string> {
  try {
    return await simulate(items.map(({ msg }) => msg));
  } catch (error) {
    if (error instanceof QueryRefusedError) return error.message;
    throw error;
  }
}
