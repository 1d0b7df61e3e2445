// Cases: appending, also after opening again; what is full goes aside once; what comes after closing.

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LOG_BYTES_MAX, RotatingLog } from "./rotatingLog.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "log-test-"));
  file = join(folder, "a.log");
});

afterEach(() => rmSync(folder, { recursive: true }));

test("default: appends, also after opening again, and nothing once closed", () => {
  for (const text of ["one ", "two"]) {
    const log = new RotatingLog(file);
    log.write(Buffer.from(text));
    log.close();
    log.write(Buffer.from("late"));
  }
  expect(readFileSync(file, "utf8")).toBe("one two");
});

test("behavior: a full file goes aside, in place of the one before", () => {
  const log = new RotatingLog(file);
  const half = Buffer.alloc(LOG_BYTES_MAX / 2, "x");
  for (let count = 0; count < 5; count += 1) log.write(half);
  log.close();
  expect(statSync(file).size).toBe(half.length);
  expect(statSync(`${file}.1`).size).toBe(LOG_BYTES_MAX);
});
