// Cases: random pushes, removals, moves and heaps made anew against a sorted list.

import fc from "fast-check";
import { expect, test } from "vitest";
import { IndexedHeap } from "./indexedHeap.ts";

interface Item {
  slot: number;
  rank: number;
  readonly id: number;
}

const isBefore = (a: Item, b: Item) => (a.rank === b.rank ? a.id < b.id : a.rank < b.rank);

test("behavior: the first is the least of what is inside, whatever was done", () => {
  const step = fc.record({
    action: fc.constantFrom("push", "push", "push", "remove", "move", "pop", "anew"),
    pick: fc.nat(),
    rank: fc.integer({ min: 0, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      let heap = new IndexedHeap<Item>(isBefore);
      const inside: Item[] = [];
      steps.forEach(({ action, pick, rank }, id) => {
        const item = action === "pop" ? heap.peek() : inside[pick % Math.max(1, inside.length)];
        if (action === "push") {
          const fresh = { slot: -1, rank, id };
          inside.push(fresh);
          heap.push(fresh);
        } else if (action === "anew") {
          heap = IndexedHeap.of(inside, isBefore);
        } else if (item !== undefined && action === "move") {
          item.rank = rank;
          heap.moved(item);
        } else if (item !== undefined) {
          heap.remove(item);
          expect(item.slot).toBe(-1);
          inside.splice(inside.indexOf(item), 1);
        }
        expect(heap.size).toBe(inside.length);
        expect(heap.peek()).toBe([...inside].sort((a, b) => (isBefore(a, b) ? -1 : 1))[0]);
        heap.items().forEach((inner, slot) => {
          expect(inner.slot).toBe(slot);
          if (slot > 0) expect(isBefore(inner, heap.items()[(slot - 1) >>> 1]!)).toBe(false);
        });
      });
      heap.clear();
      expect([heap.size, heap.peek()]).toEqual([0, undefined]);
      expect(inside.every(({ slot }) => slot === -1)).toBe(true);
    }),
  );
});
