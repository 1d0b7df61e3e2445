// Cases: random use against a plain list; no room at all.

import fc from "fast-check";
import { expect, test } from "vitest";
import { RecentHashes } from "./recentHashes.ts";

test("behavior: the least recently seen is forgotten first", () => {
  const step = fc.record({
    action: fc.constantFrom("see", "see", "see", "delete", "clear"),
    hash: fc.constantFrom(..."abcdefgh"),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 80 }), (sizeMax, steps) => {
      const hashes = new RecentHashes(sizeMax);
      let model: string[] = [];
      for (const { action, hash } of steps) {
        const others = model.filter((known) => known !== hash);
        if (action === "see") {
          const isKnown = hashes.touch(hash);
          expect(isKnown).toBe(others.length < model.length);
          if (!isKnown) hashes.add(hash);
          model = [...others, hash].slice(-sizeMax);
        } else if (action === "delete") {
          hashes.delete(hash);
          model = others;
        } else {
          hashes.clear();
          model = [];
        }
        expect(hashes.size).toBe(model.length);
      }
      // Asking in the model's order changes nothing of it.
      for (const hash of "abcdefgh") if (!model.includes(hash)) expect(hashes.touch(hash)).toBe(false);
      for (const hash of model) expect(hashes.touch(hash)).toBe(true);
    }),
  );
});

test("behavior: a cache without room remembers nothing", () => {
  const hashes = new RecentHashes(0);
  hashes.add("a");
  expect([hashes.size, hashes.touch("a")]).toEqual([0, false]);
});
