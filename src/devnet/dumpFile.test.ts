// Cases: what was packed is unpacked; homes that are taken; files that are no dump, are cut off, or reach out of the
// folder: nothing of them stays.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DevnetHomeError } from "./devnetHome.ts";
import { readDump, writeDump } from "./dumpFile.ts";

let folder: string;
let home: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dump-test-"));
  home = join(folder, "home");
  file = join(folder, "dump.tar.gz");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A folder with these files. */
function write(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test("default: the parts of a devnet, and nothing else", async () => {
  const source = write("source", { "config/genesis.json": "{}", "evm/base/state.json": "[1]", "notes.txt": "mine" });
  await writeDump(source, file);
  expect(readdirSync(folder).sort()).toEqual(["dump.tar.gz", "source"]);
  await readDump(file, home);
  expect(readdirSync(home).sort()).toEqual(["config", "evm"]);
  expect(readFileSync(join(home, "evm/base/state.json"), "utf8")).toBe("[1]");
  await expect(readDump(file, home)).rejects.toThrow("holds a devnet already");
});

test("behavior: links are left out", async () => {
  const source = write("source", { "config/genesis.json": "{}" });
  symlinkSync("/etc", join(source, "data"));
  await writeDump(source, file);
  await readDump(file, home);
  expect(readdirSync(home)).toEqual(["config"]);
});

test.each([
  ["is not there", async () => undefined, "no such file"],
  ["is no archive", async () => writeFileSync(file, "x".repeat(2000)), "is no dump of a devnet, or is damaged"],
  [
    "is another archive",
    async () => create({ gzip: true, file, cwd: write("a", { "config/genesis.json": "{}" }) }, ["."]),
    "is no dump of a devnet in format 1",
  ],
  [
    "is of another format",
    async () => create({ gzip: true, file, cwd: write("a", { "dump.json": '{"format":2}' }) }, ["."]),
    "is no dump of a devnet in format 1",
  ],
  [
    "is cut off",
    async () => {
      await writeDump(write("a", { "config/genesis.json": "{}", "data/x": "y".repeat(1e5) }), file);
      writeFileSync(file, readFileSync(file).subarray(0, 200));
    },
    "is no dump of a devnet, or is damaged",
  ],
  [
    "reaches out of the folder",
    async () => {
      const cwd = write("a/b", { "dump.json": '{"format":1}' });
      write("a", { "outside.txt": "gotcha" });
      await create({ gzip: true, preservePaths: true, file, cwd }, ["../outside.txt", "dump.json"]);
    },
    "is no dump of a devnet, or is damaged",
  ],
])("error: a file that %s", async (_name, make, message) => {
  await make();
  const refused = readDump(file, home);
  await expect(refused).rejects.toThrow(DevnetHomeError);
  await expect(refused).rejects.toThrow(message);
  expect(existsSync(home) ? readdirSync(home) : []).toEqual([]);
  expect(existsSync(join(folder, "outside.txt"))).toBe(false);
});
