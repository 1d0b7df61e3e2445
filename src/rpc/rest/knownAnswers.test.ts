// Cases: what was kept is found; large answers and long URLs are not kept; the bytes are bounded, and what is used stays.

import { expect, test } from "vitest";
import { type KnownAnswer, KnownAnswers } from "./knownAnswers.ts";
import type { Route } from "./routes.ts";

/** Nothing here looks into a route. */
const ROUTE = {} as Route;

function answerOf(length: number): KnownAnswer {
  return { route: ROUTE, data: new Uint8Array(8), value: new Uint8Array(length), body: "x".repeat(length) };
}

test("default: an answer by its URL", () => {
  const known = new KnownAnswers();
  const answer = answerOf(10);
  known.set("/a", answer);
  expect([known.get("/a"), known.get("/b")]).toEqual([answer, undefined]);
});

test("error: what is too large is not kept", () => {
  const known = new KnownAnswers();
  known.set("/a", answerOf(64 * 1024 + 1));
  known.set(`/${"a".repeat(512)}`, answerOf(1));
  expect([known.get("/a"), known.get(`/${"a".repeat(512)}`)]).toEqual([undefined, undefined]);
});

test("behavior: what is used stays, and the rest is forgotten in time", () => {
  const known = new KnownAnswers();
  // Two generations hold 2 x 16 MiB; each of these takes 128 KiB.
  for (let index = 0; index < 1_000; index += 1) {
    known.set(`/${index}`, answerOf(64 * 1024));
    expect(known.get("/0")).toBeDefined();
  }
  const kept = Array.from({ length: 1_000 }, (_, index) => known.get(`/${index}`)).filter(Boolean);
  expect(kept.length).toBeGreaterThan(100);
  expect(kept.length).toBeLessThan(260);
});
