// Cases: the table in README.md is the one of the code; every state can be left or ends the way; parking is never final.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isTransition, MESSAGE_STATES, TRANSITIONS } from "./states.ts";

test("default: README.md shows the table", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const rows = MESSAGE_STATES.flatMap((from) =>
    Object.entries(TRANSITIONS[from]).map(([to, when]) => `| ${from} | ${to} | ${when} |`),
  );
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect(readme).toContain(row);
});

test("behavior: everything but done can be left, and everything reaches done", () => {
  for (const state of MESSAGE_STATES) {
    const reached = new Set([state]);
    for (const from of reached) for (const to of MESSAGE_STATES) if (isTransition(from, to)) reached.add(to);
    expect(reached.has("done")).toBe(true);
    expect(reached.size === 1).toBe(state === "done");
  }
});
