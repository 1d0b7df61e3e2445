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

/** Simulates messages together: the gas they use. Rejects with QueryRefusedError when they would fail. */
export type Simulate = (messages: readonly EncodedMsg[]) => Promise<bigint>;

/** Simulates until what is left would pass; `items` is empty when nothing is. Other rejections of `simulate` pass through. */
export async function planBatch(given: readonly BatchItem[], simulate: Simulate): Promise<BatchPlan> {
  const refused: RefusedItem[] = [];
  let items = given;
  // Each round ends, or makes the batch smaller.
  while (items.length > 0) {
    const outcome = await simulated(items, simulate);
    if (typeof outcome === "bigint") return { kind: "ready", items, gas: outcome, refused };
    const expected = expectedSequence(outcome);
    if (expected !== undefined) return { kind: "sequence", expected };
    const bad = await badItems(items, outcome, simulate);
    refused.push(...bad);
    const left = items.filter((item) => bad.every((refusedItem) => refusedItem.item !== item));
    // Each would pass alone: together they are too much.
    items = bad.length === 0 ? items.slice(0, Math.ceil(items.length / 2)) : left;
  }
  return { kind: "ready", items, gas: 0n, refused };
}

/** Which of several fail: the one that the text names, or those that fail alone. */
async function badItems(items: readonly BatchItem[], log: string, simulate: Simulate): Promise<RefusedItem[]> {
  const named = items[items.length === 1 ? 0 : (failedIndex(log) ?? items.length)];
  if (named !== undefined) return [{ item: named, refusal: refusalOfLog(log), log }];
  const bad: RefusedItem[] = [];
  for (const item of items) {
    const outcome = await simulated([item], simulate);
    if (typeof outcome === "string") bad.push({ item, refusal: refusalOfLog(outcome), log: outcome });
  }
  return bad;
}

/** The gas, or why it would fail. */
async function simulated(items: readonly BatchItem[], simulate: Simulate): Promise<bigint | string> {
  try {
    return await simulate(items.map(({ msg }) => msg));
  } catch (error) {
    if (error instanceof QueryRefusedError) return error.message;
    throw error;
  }
}
