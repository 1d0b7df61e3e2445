// The flags that all loads on a node have.

import { parseArgs } from "node:util";
import { TRANSPORTS, type Transport } from "./lanes.ts";

/** Flags of a load. */
export interface LoadOptions {
  /** Orders, and as many accounts, that the chain holds before. */
  readonly preload: number;
  /** Accounts that sign. */
  readonly accounts: number;
  /** Operations before anything is measured: enough for the node's code to be compiled. */
  readonly warmUp: number;
  /** How long each loop is. */
  readonly seconds: number;
  /** Most operations of the closed loop; 0 is no bound. */
  readonly txs: number;
  /** The open loop's pace, of what the closed loop gave; 0 leaves it out. */
  readonly openShare: number;
  readonly transport: Transport;
  /** Calls in a batch, with `--transport batch`. */
  readonly batch: number;
  /** Requests at one time. */
  readonly connections: number;
  /** Closed loop: transactions that wait for their block at one time. */
  readonly inFlight: number;
  readonly blockIntervalMs: number;
  /**
   * Behind the loops the load goes on for at most so many seconds until the node is killed at the worst moment, and started
   * again; 0 leaves it out.
   */
  readonly killAfter: number;
  /** Folder into which the node writes a .cpuprofile of each of its threads when it ends. It runs slower then. */
  readonly profile: string | undefined;
  /** Where the home lies, and stays; else in a folder that is removed. */
  readonly home: string | undefined;
}

const FLAGS = {
  preload: { type: "string" },
  accounts: { type: "string", default: "1000" },
  "warm-up": { type: "string", default: "5000" },
  seconds: { type: "string", default: "10" },
  txs: { type: "string", default: "0" },
  "open-share": { type: "string", default: "0.7" },
  transport: { type: "string", default: "http" },
  batch: { type: "string", default: "10" },
  connections: { type: "string", default: "128" },
  "in-flight": { type: "string", default: "1500" },
  "block-interval-ms": { type: "string", default: "100" },
  "kill-after": { type: "string", default: "0" },
  profile: { type: "string" },
  home: { type: "string" },
} as const;

/** Orders that the chain of a headline bench holds. */
const PRELOAD = 100_000;

function isTransport(text: string): text is Transport {
  return (TRANSPORTS as readonly string[]).includes(text);
}

/** Reads the flags. Throws an Error that names the one that is wrong. */
export function parseLoadOptions(args: string[], preload = PRELOAD): LoadOptions {
  const { values } = parseArgs({ args, options: FLAGS });
  const number = (flag: keyof typeof FLAGS, least: number, isWhole = true): number => {
    const value = Number(values[flag]);
    if (!(value >= least) || (isWhole && !Number.isSafeInteger(value))) {
      throw new Error(`--${flag}: expected ${isWhole ? "a whole number" : "a number"} of at least ${least}`);
    }
    return value;
  };
  const { transport } = values;
  if (!isTransport(transport)) throw new Error(`--transport: expected one of ${TRANSPORTS.join(", ")}`);
  return {
    preload: values.preload === undefined ? preload : number("preload", 0),
    accounts: number("accounts", 2),
    warmUp: number("warm-up", 1),
    seconds: number("seconds", 0.1, false),
    txs: number("txs", 0),
    openShare: number("open-share", 0, false),
    transport,
    batch: number("batch", 1),
    connections: number("connections", 1),
    inFlight: number("in-flight", 1),
    blockIntervalMs: number("block-interval-ms", 0),
    killAfter: number("kill-after", 0, false),
    profile: values.profile,
    home: values.home,
  };
}

/** The flags as the report shows them. */
export function shownOptions({ profile: _profile, home: _home, ...shown }: LoadOptions) {
  return shown;
}

/** Takes a flag with its value off the others. */
export function takeFlag(args: readonly string[], flag: string, fallback: string): { value: string; rest: string[] } {
  const at = args.indexOf(flag);
  if (at < 0) return { value: fallback, rest: [...args] };
  return { value: args[at + 1] ?? "", rest: args.filter((_, index) => index !== at && index !== at + 1) };
}
