// Cases: the shape; of a hash; every character comes, none more often than others; bytes that would favour some are passed over.

import { expect, test } from "vitest";
import { hashBase58, newId, randomBase58 } from "./ids.ts";

test("default: a prefix and 16 characters of base58", () => {
  expect(newId("whk")).toMatch(/^whk_[1-9A-HJ-NP-Za-km-z]{16}$/);
  expect(newId("whk")).not.toBe(newId("whk"));
});

test("behavior: a hash has one text of fixed length", () => {
  expect(hashBase58(new Uint8Array(32))).toBe("1".repeat(16));
  expect(hashBase58(new Uint8Array(32).fill(255))).toMatch(/^[1-9A-HJ-NP-Za-km-z]{16}$/);
  expect(hashBase58(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 58, 99))).toBe(`${"1".repeat(14)}21`);
});

test("behavior: characters come evenly", () => {
  let byte = 0;
  const everyByte = (bytes: number) => Uint8Array.from({ length: bytes }, () => byte++ % 256);
  const counts = new Map<string, number>();
  for (const character of randomBase58(232, everyByte)) counts.set(character, (counts.get(character) ?? 0) + 1);
  expect(counts.size).toBe(58);
  expect(new Set(counts.values())).toEqual(new Set([4]));
});
