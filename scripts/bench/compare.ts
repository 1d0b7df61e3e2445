// `npm run bench -- compare REV`: benches of another revision and of this working tree in turn, A B A B, figure by figure.
// Benches that load a node send the same load, this tree's, to the node of each revision, so that what differs is the node
// alone. Benches that contain what they measure are each revision's own.

import { parseArgs } from "node:util";
import { compareRounds, comparisonTable, type RawReport, type Round } from "./comparison.ts";
import { commitOf, git, Workshop } from "./revisions.ts";
import { runBench } from "./runBench.ts";

/** Benches that load a node in another process, started as it was built. */
const LOADS = ["send", "orders-create", "orders-pay", "orders-update", "orders-query", "orders-mixed"];

/** The end is that of the operations, so that both revisions do as many, however busy the machine is. */
const SHORT_LOAD = ["--preload", "2000", "--txs", "3000", "--seconds", "30", "--open-share", "0"];

/** Flags under which a bench takes a few seconds and still measures more than its start. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(LOADS.map((bench) => [bench, SHORT_LOAD])),
  store: ["--keys", "100000", "--blocks", "5"],
};

/** What to run of two revisions. */
export interface ComparePlan {
  readonly benches: readonly string[];
  readonly rounds: number;
  readonly isShort: boolean;
}

/** What the rounds gave, and why some benches gave nothing. */
export interface RoundsRun {
  readonly rounds: readonly Round[];
  readonly failures: readonly string[];
}

function runOn(workshop: Workshop, folder: string, bench: string, isShort: boolean): Promise<RawReport> {
  const scriptsOf = LOADS.includes(bench) ? process.cwd() : folder;
  const flags = isShort ? (SHORT[bench] ?? []) : [];
  return runBench(workshop, { bench, flags, cwd: folder, scriptsOf });
}

/** Runs each bench on both builds, round after round. A bench that fails on the other revision alone is left out. */
export async function runRounds(workshop: Workshop, baseFolder: string, plan: ComparePlan): Promise<RoundsRun> {
  const rounds: Round[] = [];
  const failures = new Map<string, string>();
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const bench of plan.benches.filter((name) => !failures.has(name))) {
      process.stderr.write(`round ${round} of ${plan.rounds}: ${bench}\n`);
      let base: RawReport;
      try {
        base = await runOn(workshop, baseFolder, bench, plan.isShort);
      } catch (error) {
        failures.set(bench, error instanceof Error ? error.message : String(error));
        continue;
      }
      rounds.push({ bench, base, here: await runOn(workshop, process.cwd(), bench, plan.isShort) });
    }
  }
  return {
    rounds: rounds.filter(({ bench }) => !failures.has(bench)),
    failures: [...failures].map(([bench, words]) => `${bench} fails there: ${words}`),
  };
}

/** Builds a commit, gives it to `use`, and leaves nothing of it. */
export async function withBuild<T>(
  commit: string,
  use: (workshop: Workshop, folder: string) => Promise<T>,
): Promise<T> {
  const workshop = new Workshop();
  try {
    process.stderr.write(`building ${git("log", "-1", "--format=%h %s", commit)}\n`);
    return await use(workshop, await workshop.build(commit));
  } finally {
    workshop.close();
  }
}

/** A whole number of at least 1. Throws an Error that names the flag. */
export function countOf(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${flag}: expected a whole number of at least 1`);
  return value;
}

/** Runs the command; gives what it prints. */
export async function compare(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      bench: { type: "string", default: "orders-create,send,execute" },
      rounds: { type: "string", default: "3" },
      short: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const [revision = "", ...others] = positionals;
  const commit = others.length === 0 ? commitOf(revision) : undefined;
  if (commit === undefined) throw new Error(`expected one revision to compare with, got "${positionals.join(" ")}"`);
  const plan = { benches: values.bench.split(","), rounds: countOf("rounds", values.rounds), isShort: values.short };
  const run = await withBuild(commit, (workshop, folder) => runRounds(workshop, folder, plan));
  if (run.rounds.length === 0) throw new Error(`nothing could be compared\n${run.failures.join("\n")}`);
  const comparison = compareRounds(run.rounds);
  const whole = { ...comparison, incomparable: [...comparison.incomparable, ...run.failures] };
  if (values.json) return JSON.stringify({ base: commit, plan, ...whole, rounds: run.rounds });
  return comparisonTable(whole, { base: commit.slice(0, 7), here: "here" });
}
