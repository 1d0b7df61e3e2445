// Cases: so many a second; shut out, and let in again; each client by itself; a bound on what is remembered.

import { expect, test } from "vitest";
import { RateLimit } from "./rateLimit.ts";

const OPTIONS = { perSecond: 3, blockedMs: 5_000 };

test("default: the one too many is shut out for a while, whoever else asks", () => {
  const limit = new RateLimit(OPTIONS);
  expect([0, 1, 2].map((ms) => limit.blockedMs("a", ms))).toEqual([0, 0, 0]);
  expect(limit.blockedMs("b", 3)).toBe(0);
  expect(limit.blockedMs("a", 4)).toBe(5_000);
  expect(limit.blockedMs("a", 1_004)).toBe(4_000);
  expect(limit.blockedMs("a", 5_003)).toBe(1);
  expect(limit.blockedMs("a", 5_004)).toBe(0);
});

test("behavior: a second later all are free again", () => {
  const limit = new RateLimit(OPTIONS);
  for (let second = 0; second < 5; second++) {
    for (let request = 0; request < 3; request++) expect(limit.blockedMs("a", 1_000 * second + request)).toBe(0);
  }
});

test("behavior: who was not seen for longest is forgotten first", () => {
  const limit = new RateLimit({ perSecond: 1, blockedMs: 5_000 });
  limit.blockedMs("a", 0);
  expect(limit.blockedMs("a", 0)).toBe(5_000);
  for (let client = 0; client < 9_999; client++) limit.blockedMs(`client ${client}`, 1);
  expect(limit.blockedMs("a", 1)).toBe(4_999);
  for (let client = 0; client < 10_000; client++) limit.blockedMs(`other ${client}`, 2);
  expect(limit.blockedMs("a", 2)).toBe(0);
});
