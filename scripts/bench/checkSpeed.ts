// `npm run check:speed`: stops a change after which an operation costs 1.5 times the CPU that it did. CPU time is counted,
// not time on the clock, both revisions run in turn, and who seems too slow is measured once more: a machine that others
// use too makes figures worse, but seldom for one revision only and twice.

import { parseArgs } from "node:util";
import { type ComparePlan, type RoundsRun, runRounds, withBuild } from "./compare.ts";
import { compareRounds, comparisonTable, figureOf, median, type RawReport, type Round } from "./comparison.ts";
import { commitOf, git, isChanged } from "./revisions.ts";

/** CPU of an operation here, as a multiple of what it was, from which on the check fails. */
export const RATIO_MAX = 1.5;

const PLAN: ComparePlan = { benches: ["execute", "orders-create"], rounds: 3, isShort: true };

/** Whatever of the repository can change what an operation costs. */
const COSTLY_PATHS = ["app", "contracts", "package-lock.json", "proto", "scripts/bench", "src", "x"];

/** What is compared with, or why nothing is. */
export type Base = { readonly commit: string } | { readonly reason: string };

/**
 * CPU microseconds of an operation: of a fast block where the bench tells it, as then nobody disturbed, else of all
 * threads of the node. Undefined when the bench tells neither.
 */
function cpuMicrosOf(report: RawReport): number | undefined {
  const main = figureOf(report, "main thread, us/op");
  const whole = main === undefined ? undefined : main + (figureOf(report, "other threads, us/op") ?? 0);
  return figureOf(report, "fast blocks, us/op") ?? whole;
}

/** How many times the CPU of the base an operation of a bench takes here: the median of its rounds. */
export function cpuRatio(rounds: readonly Round[], bench: string): number | undefined {
  const ratios = rounds.flatMap((round) => {
    if (round.bench !== bench) return [];
    const [base, here] = [cpuMicrosOf(round.base), cpuMicrosOf(round.here)];
    return base === undefined || here === undefined ? [] : [here / base];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Benches of some rounds that take too much CPU here. */
export function tooSlow(rounds: readonly Round[]): string[] {
  const benches = [...new Set(rounds.map(({ bench }) => bench))];
  return benches.filter((bench) => (cpuRatio(rounds, bench) ?? 0) >= RATIO_MAX);
}

/** Measures, and what is too slow once more. Gives the benches that were too slow both times. */
export async function slowTwice(plan: ComparePlan, run: (plan: ComparePlan) => Promise<RoundsRun>): Promise<string[]> {
  const slowOnce = tooSlow((await run(plan)).rounds);
  if (slowOnce.length === 0) return [];
  process.stderr.write(`${slowOnce.join(", ")}: at least ${RATIO_MAX} times the CPU; measuring once more\n`);
  return tooSlow((await run({ ...plan, benches: slowOnce })).rounds);
}

/**
 * The commit that this working tree is compared with: where it left `origin/main`, or `main` where there is no such
 * remote; the parent when it left nowhere, since it is main itself.
 */
export function baseOf(wanted: string | undefined): Base {
  if (wanted !== undefined) {
    const commit = commitOf(wanted);
    return commit === undefined ? { reason: `there is no revision ${wanted}` } : { commit };
  }
  const head = commitOf("HEAD");
  if (head === undefined) return { reason: "this is no git repository with a commit" };
  const main = commitOf("origin/main") ?? commitOf("main") ?? head;
  const fork = mergeBase(head, main);
  if (fork === undefined) return { reason: "the history here is too short to tell where this left main" };
  if (fork !== head) return { commit: fork };
  const parent = commitOf("HEAD^");
  return parent === undefined
    ? { reason: "HEAD has no parent here: a first commit or a shallow clone" }
    : { commit: parent };
}

function mergeBase(one: string, other: string): string | undefined {
  try {
    return git("merge-base", one, other);
  } catch {
    // No common commit is here, which git tells by its exit code.
    return undefined;
  }
}

/** Runs the check; gives what it prints, and sets the exit code to 1 when it fails. */
export async function checkSpeed(args: string[]): Promise<string> {
  const { values } = parseArgs({ args, options: { base: { type: "string" } } });
  const base = baseOf(values.base);
  if ("reason" in base) return `speed: nothing to compare with: ${base.reason}`;
  const short = base.commit.slice(0, 7);
  if (!isChanged(base.commit, COSTLY_PATHS)) return `speed: nothing that runs was changed since ${short}`;
  const tables: string[] = [];
  let isCompared = false;
  const slow = await withBuild(base.commit, (workshop, folder) =>
    slowTwice(PLAN, async (plan) => {
      const run = await runRounds(workshop, folder, plan);
      const { figures, incomparable } = compareRounds(run.rounds);
      isCompared ||= run.rounds.length > 0;
      tables.push(
        comparisonTable({ figures, incomparable: [...incomparable, ...run.failures] }, { base: short, here: "here" }),
      );
      return run;
    }),
  );
  if (slow.length > 0) process.exitCode = 1;
  const verdict =
    slow.length > 0
      ? `FAILED: ${slow.join(", ")} took at least ${RATIO_MAX} times the CPU of ${short} in both measurements`
      : `ok: ${isCompared ? `no bench took ${RATIO_MAX} times the CPU of ${short}` : "nothing could be compared"}`;
  return [...tables, `speed: ${verdict}`].join("\n\n");
}
