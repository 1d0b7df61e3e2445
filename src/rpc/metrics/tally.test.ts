// Cases: what is counted and observed is shown as prom-client's own metrics show it, also when it is read again and again.

import { Counter, Histogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { CountBy, TimesBy } from "./tally.ts";

const COUNTED = { name: "counted_total", help: "what was counted" };
const TIMED = { name: "timed_seconds", help: "how long it took" };
const BOUNDS = [0.001, 0.1, 5];

test("default: the text is prom-client's", async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const counts = new CountBy(ours, COUNTED, ["method", "outcome"]);
  const times = new TimesBy(ours, TIMED, "method", BOUNDS);
  const counter = new Counter({ ...COUNTED, labelNames: ["method", "outcome"], registers: [theirs] });
  const histogram = new Histogram({ ...TIMED, labelNames: ["method"], buckets: BOUNDS, registers: [theirs] });
  expect(await ours.metrics()).toBe(await theirs.metrics());
  const seen = [
    ["a", "ok", 0.0005],
    ["a", "error", 0.001],
    ["b", "ok", 0.25],
    ["a", "ok", 0.5],
    ["b", 'say "no"', 60],
  ] as const;
  for (const [method, outcome, seconds] of seen) {
    counts.of(method, outcome).add();
    times.of(method).observe(seconds);
    counter.inc({ method, outcome });
    histogram.observe({ method }, seconds);
    expect(await ours.metrics()).toBe(await theirs.metrics());
  }
  counts.of("b", "ok").add(7);
  counter.inc({ method: "b", outcome: "ok" }, 7);
  expect(await ours.metrics()).toBe(await theirs.metrics());
  expect(await ours.metrics()).toBe(await theirs.metrics());
});
