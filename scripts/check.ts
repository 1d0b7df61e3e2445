// `npm run check`: the one gate. Runs every static check, shows each with its time, and fails if one of them does.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { docErrorProblems } from "./checkDocs.ts";
import { ordersDocProblems } from "./ordersDocs.ts";
import { sdkAminoProblems } from "./sdkAmino.ts";
import { sdkTypesProblems } from "./sdkTypes.ts";

interface Check {
  readonly name: string;
  /** Output to show when the check fails; empty when it passes. */
  readonly run: () => Promise<string>;
}

/** Runs a command of node_modules/.bin. The output counts only when the exit code is not zero. */
function command(name: string, ...args: readonly string[]): Check["run"] {
  return async () => {
    const done = spawnSync(`node_modules/.bin/${name}`, args, { encoding: "utf8" });
    if (done.error !== undefined) return done.error.message;
    return done.status === 0 ? "" : `${done.stdout}${done.stderr}` || `exit code ${done.status}`;
  };
}

/** Plants a forbidden construct and expects the linter to refuse it: a rule that cannot fire protects nothing. */
async function determinismRulesFire(): Promise<string> {
  const forbidden = [
    "export const a = Math.random();",
    "export const a = Math.pow(2, 3);",
    "export const a = 0.5;",
    "export const a = Date.now();",
    "export const a = [1n].sort();",
    'export const a = parseInt("1", 10);',
    "export const a = setTimeout(() => undefined, 1);",
    "export const a = process.env;",
    'export const a = "a".localeCompare("b");',
  ];
  const silent = forbidden.filter((source) => {
    const done = spawnSync("node_modules/.bin/biome", ["lint", "--stdin-file-path=x/bank/planted.ts"], {
      encoding: "utf8",
      input: `${source}\n`,
    });
    return done.status === 0;
  });
  return silent.length === 0 ? "" : `the linter accepts in x/:\n${silent.join("\n")}`;
}

const checks: readonly Check[] = [
  { name: "types", run: command("tsc", "-p", "tsconfig.json") },
  { name: "lint and format", run: command("biome", "check", "--error-on-warnings") },
  { name: "determinism rules fire", run: determinismRulesFire },
  { name: "import direction", run: command("depcruise", "src", "x", "app", "--config") },
  { name: "proto lint", run: command("buf", "lint", "proto") },
  { name: "docs and errors agree", run: docErrorProblems },
  { name: "docs/orders.md is fresh", run: ordersDocProblems },
  { name: "the SDK's types are fresh", run: sdkTypesProblems },
  { name: "the SDK's amino fields are fresh", run: sdkAminoProblems },
];

async function main(): Promise<void> {
  if (!existsSync("gen/descriptors.ts")) throw new Error("gen/ is missing: run `npm run generate`");
  let failed = 0;
  for (const check of checks) {
    const startedMs = Date.now();
    const output = await check.run();
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
    console.log(`${output === "" ? "ok    " : "FAILED"} ${check.name} (${seconds} s)`);
    if (output === "") continue;
    failed += 1;
    console.log(output);
  }
  console.log(`checks: ${checks.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
