import { defineConfig } from "vitest/config";
import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with one line that says how it went. */
class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      // A file that cannot be loaded has no tests and has failed all the same.
      if (module.state() === "failed" && module.children.size === 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== "pending") counts[state] += 1;
      }
    }
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}

const COMMON = {
  // Real databases and signatures: slow machines need more than the default five seconds.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  pool: "forks",
} as const;

export default defineConfig({
  test: {
    reporters: ["default", new ClosingLine()],
    projects: [
      {
        test: {
          ...COMMON,
          name: "all",
          include: ["{src,x,app,scripts,test,contracts}/**/*.test.ts"],
          exclude: ["test/cluster/**", "**/node_modules/**"],
        },
      },
      // Networks of many processes: one at a time, after everything else.
      {
        test: {
          ...COMMON,
          name: "cluster",
          include: ["test/cluster/**/*.test.ts"],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
