// Cases, on a report that was recorded: 1.4 times the CPU passes and 1.6 fails; one wild round of three does not count; who
// is slow once is measured again alone, and fails only when slow again; clock and memory do not count. Bases, in repositories
// of git: a branch, main itself, the first commit, a shallow clone, no repository.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { baseOf, cpuRatio, slowTwice, tooSlow } from "./checkSpeed.ts";
import type { ComparePlan } from "./compare.ts";
import type { RawReport, Round } from "./comparison.ts";
import { recordedReport } from "./testing/recordedReports.ts";

const report = recordedReport("sendReport");

/** The recorded report of a revision whose node takes so many times the CPU. */
function timesCpu(factor: number): RawReport {
  const { nodeMain, nodeOthers, load } = Object(report["cpuMicrosPerOperation"]);
  const cpuMicrosPerOperation = { nodeMain: nodeMain * factor, nodeOthers: nodeOthers * factor, load };
  return { ...report, cpuMicrosPerOperation };
}

function rounds(bench: string, ...factors: readonly number[]): Round[] {
  return factors.map((factor) => ({ bench, base: report, here: timesCpu(factor) }));
}

describe("a verdict", () => {
  test("default: 1.4 times the CPU passes, 1.6 times fails", () => {
    expect(tooSlow(rounds("send", 1.4, 1.4, 1.4))).toEqual([]);
    expect(tooSlow(rounds("send", 1.6, 1.6, 1.6))).toEqual(["send"]);
  });

  test("behavior: the median counts, not one round", () => {
    expect(cpuRatio(rounds("send", 1.1, 9, 1.2), "send")).toBeCloseTo(1.2);
    expect(tooSlow(rounds("send", 1.1, 9, 1.2))).toEqual([]);
    expect(tooSlow(rounds("send", 1.7, 0.2, 1.6))).toEqual(["send"]);
  });

  test("behavior: of `execute` fast blocks count, of a report without CPU nothing", () => {
    const execute = (fast: number) => ({
      cpuMicrosPerOperation: { nodeMain: 500, nodeOthers: 0, load: 0 },
      details: { fastMicrosPerTx: { check: fast, execute: fast } },
    });
    expect(cpuRatio([{ bench: "execute", base: execute(20), here: execute(32) }], "execute")).toBeCloseTo(1.6);
    expect(
      cpuRatio([{ bench: "store", base: { opsPerSecond: 2 }, here: { opsPerSecond: 1 } }], "store"),
    ).toBeUndefined();
  });

  test("behavior: time on the clock and memory do not count", () => {
    const here = {
      ...report,
      opsPerSecond: 1,
      latencyMs: { p50: 1e6, p95: 1e6, p99: 1e6, max: 1e6 },
      peakRssBytes: 1e12,
    };
    expect(tooSlow([{ bench: "send", base: report, here }])).toEqual([]);
  });
});

describe("a repetition", () => {
  const plan: ComparePlan = { benches: ["execute", "send"], rounds: 3, isShort: true };

  /** Gives one factor after the other, and notes which benches were run. */
  function measurements(...factors: readonly Readonly<Record<string, number>>[]) {
    const asked: (readonly string[])[] = [];
    const run = ({ benches }: ComparePlan) => {
      const factorOf = factors[asked.length] ?? {};
      asked.push(benches);
      const all = benches.flatMap((bench) => rounds(bench, factorOf[bench] ?? Number.NaN));
      return Promise.resolve({ rounds: all, failures: [] });
    };
    return { asked, run };
  }

  test("default: nobody is slow, nothing is repeated", async () => {
    const { asked, run } = measurements({ execute: 1, send: 1.4 });
    expect(await slowTwice(plan, run)).toEqual([]);
    expect(asked).toEqual([["execute", "send"]]);
  });

  test("behavior: who is slow once passes", async () => {
    const { asked, run } = measurements({ execute: 1, send: 1.6 }, { send: 1.2 });
    expect(await slowTwice(plan, run)).toEqual([]);
    expect(asked).toEqual([["execute", "send"], ["send"]]);
  });

  test("behavior: who is slow twice fails", async () => {
    const { run } = measurements({ execute: 1.8, send: 1.6 }, { execute: 1.4, send: 1.6 });
    expect(await slowTwice(plan, run)).toEqual(["send"]);
  });
});

describe("a base", () => {
  let folder: string;
  const home = process.cwd();

  const git = (...args: readonly string[]): string => {
    const author = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"];
    return execFileSync("git", [...author, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  };
  const commit = (name: string): string => {
    writeFileSync(name, name);
    git("add", name);
    git("commit", "-q", "-m", name);
    return git("rev-parse", "HEAD");
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bases-"));
    process.chdir(folder);
  });

  afterEach(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  test("default: a branch is compared with where it left main, main with its parent", () => {
    git("init", "-q");
    const first = commit("first");
    const second = commit("second");
    expect(baseOf(undefined)).toEqual({ commit: first });
    git("checkout", "-q", "-b", "branch");
    commit("third");
    commit("fourth");
    expect(baseOf(undefined)).toEqual({ commit: second });
    git("update-ref", "refs/remotes/origin/main", first);
    expect(baseOf(undefined)).toEqual({ commit: first });
    expect(baseOf("HEAD^")).toEqual({ commit: git("rev-parse", "HEAD^") });
  });

  test("behavior: without a revision to compare with, the reason is told", () => {
    expect(baseOf(undefined)).toEqual({ reason: "this is no git repository with a commit" });
    git("init", "-q");
    commit("first");
    expect(baseOf(undefined)).toEqual({ reason: "HEAD has no parent here: a first commit or a shallow clone" });
    expect(baseOf("v9")).toEqual({ reason: "there is no revision v9" });
    expect(baseOf("--help")).toEqual({ reason: "there is no revision --help" });
  });

  test("behavior: a shallow clone has no parent", () => {
    git("init", "-q", "whole");
    process.chdir("whole");
    commit("first");
    commit("second");
    process.chdir("..");
    expect(spawnSync("git", ["clone", "-q", "--depth", "1", `file://${folder}/whole`, "shallow"]).status).toBe(0);
    process.chdir("shallow");
    expect(baseOf(undefined)).toEqual({ reason: "HEAD has no parent here: a first commit or a shallow clone" });
  });
});
