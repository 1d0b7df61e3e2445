// A load on one node, from the empty folder to the report: a home that holds orders already, the node, a short loop that
// warms it up and tells how much to sign, the closed loop that finds the most it carries, and the open loop at a share of
// that, which gives the latencies. The generator is this process, the node another.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failedTxs, type NodeHolding } from "../nodeProbe.ts";
import { type PreloadTimes, preloadHome } from "../preload/homeCache.ts";
import type { Stage } from "../preload/orderTemplates.ts";
import { peakMemoryBytes } from "../processUsage.ts";
import { type LoopResult, type Measured, mergedErrors, rateOf, roundTo, say } from "../report.ts";
import { type Account, makeAccounts } from "./accounts.ts";
import { endNode, type StartedNode, startNode } from "./benchNode.ts";
import { BlockWatch } from "./blockWatch.ts";
import { openLanes } from "./lanes.ts";
import { type LoadOptions, shownOptions } from "./loadOptions.ts";
import { type LoopOptions, type LoopRun, runLoop } from "./loop.ts";
import { killAndRestart, type Restart } from "./restart.ts";
import { type MakeOperation, Supply } from "./supply.ts";

/** What a load knows of the chain that it is sent to. */
export interface LoadWorld {
  readonly accounts: readonly Account[];
  /** Orders that each account has made before, at least; the first of them have one more where it does not come out even. */
  readonly ordersEach: number;
  /** Orders that were there before. */
  readonly preload: number;
}

/** What a bench sends. */
export interface Load {
  readonly name: string;
  /** Stages of the orders that are there before, over and over; of all kinds unless given. */
  readonly stages?: readonly Stage[];
  /** Whether each operation uses up one of the orders that were there before. */
  readonly usesOrders?: boolean;
  readonly make: (world: LoadWorld) => MakeOperation;
}

/** What a real shop's orders look like: most are done. */
const STAGES_OF_ALL_KINDS: readonly Stage[] = [
  ...(["created", "paid", "paid", "fulfilled", "shipped"] as const),
  ...(["shipped", "delivered", "delivered", "delivered", "delivered"] as const),
];

/** The loop that warms up ends then, on however slow a machine. */
const WARM_UP_SECONDS_MAX = 20;
/** A warm node does more than one that is warming up; what is left is the open loop's. */
const SIGNED_AHEAD = 2.5;
/** Of what a load can send at all, for the loops up to and with the closed one; the rest is the open one's. */
const CLOSED_SHARE = 0.6;

/** A node under load. */
export interface LoadedNode {
  readonly node: StartedNode;
  readonly supply: Supply;
  readonly preload: PreloadTimes;
  readonly home: string;
  run(options: Omit<LoopOptions, "inFlight">): Promise<LoopRun>;
}

/** Starts a node over a chain that holds orders, connects to it, and ends it when `use` is through. */
export async function withLoadedNode<T>(
  load: Load,
  options: LoadOptions,
  use: (loaded: LoadedNode) => Promise<T>,
): Promise<T> {
  const accounts = makeAccounts(options.accounts);
  const parent = options.home === undefined ? mkdtempSync(join(tmpdir(), `bench-${load.name}-`)) : undefined;
  const home = options.home ?? join(parent!, "home");
  try {
    const stages = load.stages ?? STAGES_OF_ALL_KINDS;
    const filling = { signers: accounts, orders: options.preload, stages };
    const preload = await preloadHome(home, filling, options.blockIntervalMs);
    const node = await startNode(home, options.profile);
    try {
      return await connected(load, options, { node, accounts, preload, home }, use);
    } finally {
      await endNode(node, options.profile);
    }
  } finally {
    if (parent !== undefined) rmSync(parent, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function connected<T>(
  load: Load,
  options: LoadOptions,
  parts: Pick<LoadedNode, "node" | "preload" | "home"> & { readonly accounts: readonly Account[] },
  use: (loaded: LoadedNode) => Promise<T>,
): Promise<T> {
  const { node, accounts, preload, home } = parts;
  const { transport, batch, inFlight } = options;
  const count = Math.min(options.connections, accounts.length);
  const lanes = await openLanes([node.rpcPort], { transport, batch, lanes: count });
  const watch = await BlockWatch.open(node.rpcPort);
  const ordersEach = Math.trunc(options.preload / accounts.length);
  const make = load.make({ accounts, ordersEach, preload: options.preload });
  const supply = new Supply(accounts, make, count, load.usesOrders ? ordersEach : undefined);
  if (supply.left === 0) throw new Error("--preload: expected at least one order for each of --accounts");
  try {
    const run = (loop: Omit<LoopOptions, "inFlight">) => runLoop({ lanes, watch, supply }, { ...loop, inFlight });
    return await use({ node, supply, preload, home, run });
  } finally {
    watch.close();
    for (const lane of lanes) lane.close();
  }
}

/** A load's report. */
export interface LoadReport extends Measured {
  readonly details: {
    readonly preload: PreloadTimes;
    /** Until the node answered, over the chain as it was filled: nothing but empty blocks are behind its snapshot. */
    readonly start: NodeHolding & { readonly seconds: number };
    /** With `killAfter`. */
    readonly restart?: Restart;
    /** Operations by name over all loops, the one that warms up included. */
    readonly done: Readonly<Record<string, number>>;
    /** Operations that were signed while they were wanted. */
    readonly madeLate: number;
    readonly garbageMicrosPerOperation: Readonly<Record<string, number>>;
  };
}

/** Runs a load. */
export function benchLoad(load: Load, options: LoadOptions): Promise<LoadReport> {
  return withLoadedNode(load, options, async (loaded) => {
    const { node, supply, preload } = loaded;
    const start = { seconds: node.startSeconds, ...(await node.probe.holding()) };
    const warm = await warmUp(loaded, options);
    const closed = await measuredLoop(loaded, closedOptions(loaded, options, warm.result));
    const open = options.openShare === 0 ? undefined : await measuredLoop(loaded, openOptions(options, closed.result));
    const { latencyMs, acknowledgedMs } = (open ?? closed).result;
    const { operations, seconds, opsPerSecond, errors } = closed.result;
    const peakRssBytes = peakMemoryBytes(node.pid);
    const restart = options.killAfter === 0 ? undefined : await killAndRestart(loaded, options.killAfter);
    return {
      ...{ options: shownOptions(options), operations, seconds, opsPerSecond, errors, latencyMs, acknowledgedMs },
      load: [
        { mode: "closed" },
        ...(open === undefined ? [] : [{ mode: "open" as const, ratePerSecond: open.perSecond ?? 0 }]),
      ],
      closed: closed.result,
      ...(open && { open: open.result }),
      ...closed.used,
      peakRssBytes,
      details: {
        ...closed.used.details,
        preload,
        start,
        ...(restart && { restart }),
        done: mergedErrors([warm, closed, ...(open ? [open] : [])].map(({ counts }) => counts)),
        madeLate: supply.madeLate,
      },
    };
  });
}

function warmUp({ supply, run }: LoadedNode, options: LoadOptions): Promise<LoopRun> {
  const operations = Math.ceil(Math.min(options.warmUp, supply.left * (1 - CLOSED_SHARE) * CLOSED_SHARE));
  say(`warming up with ${operations} operations`);
  supply.prepare(operations);
  return run({ seconds: WARM_UP_SECONDS_MAX, operations });
}

/** The closed loop, with as many operations made ahead as it will take. */
function closedOptions({ supply }: LoadedNode, { seconds, txs }: LoadOptions, warm: LoopResult) {
  const bound = txs === 0 ? Number.POSITIVE_INFINITY : txs;
  const operations = Math.min(bound, Math.ceil(supply.left * CLOSED_SHARE));
  const wanted = Math.ceil(Math.min(operations, warm.opsPerSecond * seconds * SIGNED_AHEAD));
  return { seconds, operations, perSecond: undefined, ahead: wanted };
}

function openOptions({ seconds, openShare }: LoadOptions, closed: LoopResult) {
  const perSecond = Math.max(1, Math.round(closed.opsPerSecond * openShare));
  return { seconds, operations: undefined, perSecond, ahead: Math.ceil(perSecond * seconds) };
}

interface MeasuredLoop extends LoopRun {
  readonly used: ReturnType<StartedNode["probe"]["used"]>;
  readonly perSecond: number | undefined;
}

/** Runs a loop, with what the node used meanwhile. Transactions that failed in their blocks are errors. */
async function measuredLoop(
  { node, supply, run }: LoadedNode,
  { ahead, ...loop }: Omit<LoopOptions, "inFlight"> & { readonly ahead: number },
): Promise<MeasuredLoop> {
  say(`making ${Math.max(0, ahead - supply.ready)} operations`);
  supply.prepare(ahead);
  const { perSecond } = loop;
  say(perSecond === undefined ? "closed loop" : `open loop of ${perSecond}/s`);
  const before = await node.probe.sample();
  const { result, counts } = await run(loop);
  const after = await node.probe.sample();
  const failed = failedTxs(before, after);
  const failures = Object.values(failed).reduce((sum, count) => sum + count, 0);
  const operations = result.operations - failures;
  return {
    result: { ...result, ...rateOf(operations, result.seconds), errors: mergedErrors([result.errors, failed]) },
    counts,
    used: node.probe.used(before, after, operations),
    perSecond: perSecond === undefined ? undefined : roundTo(perSecond, 1),
  };
}
