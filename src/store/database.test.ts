// Cases: reading and writing in batches; ranges, both directions, limits; empty values; iterators over a fixed state;
// what is there after closing and opening again; a folder that is in use or no folder.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toHex, utf8 } from "../codec/bytes.ts";
import { type Database, DatabaseOpenError, type DbRange, openDatabase } from "./database.ts";

let folder: string;
let db: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "database-test-"));
  db = await openDatabase(join(folder, "db"));
});

afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

async function put(...keys: number[]): Promise<void> {
  const batch = db.batch();
  for (const key of keys) batch.put(Uint8Array.of(key), utf8(`value ${key}`));
  await batch.write();
}

async function keysOf(range?: DbRange): Promise<(number | undefined)[]> {
  const keys: (number | undefined)[] = [];
  for await (const [key] of db.iterate(range)) keys.push(key[0]);
  return keys;
}

test("default: a batch is read back, also after opening again", async () => {
  const batch = db.batch();
  batch.put(utf8("a"), utf8("1"));
  batch.put(utf8("b"), new Uint8Array(0));
  batch.put(utf8("c"), utf8("3"));
  batch.delete(utf8("c"));
  expect(db.get(utf8("a"))).toBeUndefined();
  await batch.write();
  await db.close();
  db = await openDatabase(join(folder, "db"));
  expect(toHex(db.get(utf8("a"))!)).toBe(toHex(utf8("1")));
  expect(db.get(utf8("b"))?.length).toBe(0);
  expect(db.get(utf8("c"))).toBeUndefined();
});

test("behavior: what is read is a plain array, whose slice is a copy", async () => {
  await put(1);
  const read = [db.get(Uint8Array.of(1))];
  for await (const entry of db.iterate()) read.push(...entry);
  expect(read.map((bytes) => Object.getPrototypeOf(bytes) === Uint8Array.prototype)).toEqual([true, true, true]);
});

test.each<[string, DbRange | undefined, number[]]>([
  ["all", undefined, [1, 2, 3, 200, 255]],
  ["start is in it, end is not", { start: Uint8Array.of(2), end: Uint8Array.of(200) }, [2, 3]],
  ["reverse", { start: Uint8Array.of(2), end: Uint8Array.of(255), reverse: true }, [200, 3, 2]],
  ["limit", { limit: 2 }, [1, 2]],
  ["limit, reverse", { reverse: true, limit: 1 }, [255]],
  ["nothing", { start: Uint8Array.of(4), end: Uint8Array.of(5) }, []],
])("behavior: a range: %s", async (_, range, keys) => {
  await put(255, 3, 1, 2, 200);
  expect(await keysOf(range)).toEqual(keys);
});

test("behavior: an iteration shows the state in which it began", async () => {
  await put(1, 2, 3);
  const seen: (number | undefined)[] = [];
  for await (const [key] of db.iterate()) {
    if (seen.length === 0) await put(4);
    seen.push(key[0]);
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(await keysOf()).toEqual([1, 2, 3, 4]);
});

test("error: a database that is open already says so", async () => {
  const again = openDatabase(join(folder, "db"));
  await expect(again).rejects.toThrow(DatabaseOpenError);
  await expect(again).rejects.toThrow(/another process has it open/);
  await expect(again).rejects.toMatchObject({ code: "LEVEL_LOCKED" });
});

test("error: a file is not a database folder", async () => {
  await writeFile(join(folder, "file"), "text");
  await expect(openDatabase(join(folder, "file"))).rejects.toThrow(DatabaseOpenError);
});
