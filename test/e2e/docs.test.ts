// The commands in the documents do what the documents say: each `sh` block that needs no node is run, and prints the `text`
// block behind it.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const PROGRAM = "dist/src/cli/main.js";
const DOCUMENTS = ["docs/cctp.md"];
const EXAMPLE = /```sh\n(statesetd [^\n]+)\n```\n\n```text\n([\s\S]*?)\n```/g;

describe.each(DOCUMENTS)("%s", (file) => {
  const examples = [...readFileSync(file, "utf8").matchAll(EXAMPLE)].map(([, command = "", output = ""]) => ({
    name: command.slice(0, 40),
    command,
    output,
  }));

  test("default: there are examples", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.each(examples)("default: $name", ({ command, output }) => {
    const [, ...args] = command.split(" ");
    expect(execFileSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8" }).trim()).toBe(output);
  });
});
