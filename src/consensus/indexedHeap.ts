// A binary heap whose items know where they are, so that any of them can be moved or taken out in O(log n).

/** What an item of a heap has: its index in the heap, or -1 outside. Only the heap writes it. */
export interface HeapItem {
  slot: number;
}

/** A heap; `isBefore` says what comes out first. An item is in at most one heap. */
export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  /** A heap of items that are in none. PERF: O(n), where pushing them one by one is O(n log n). */
  static of<T extends HeapItem>(items: Iterable<T>, isBefore: (a: T, b: T) => boolean): IndexedHeap<T> {
    const heap = new IndexedHeap(isBefore);
    for (const item of items) item.slot = heap.#items.push(item) - 1;
    for (let at = (heap.size >>> 1) - 1; at >= 0; at -= 1) heap.#sink(heap.#items[at]!);
    return heap;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** The items in heap order: none before the one at half its index (rounded down, counted from 1). Read-only. */
  items(): readonly T[] {
    return this.#items;
  }

  push(item: T): void {
    item.slot = this.#items.push(item) - 1;
    this.#rise(item);
  }

  /** Takes an item out. It must be in this heap. */
  remove(item: T): void {
    const items = this.#items;
    const last = items.pop()!;
    if (last !== item) {
      items[item.slot] = last;
      last.slot = item.slot;
      this.moved(last);
    }
    item.slot = -1;
  }

  /** Puts an item of this heap where it belongs after its order changed. */
  moved(item: T): void {
    this.#rise(item);
    this.#sink(item);
  }

  clear(): void {
    for (const item of this.#items) item.slot = -1;
    this.#items.length = 0;
  }

  #rise(item: T): void {
    const items = this.#items;
    let at = item.slot;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const parent = items[above]!;
      if (!this.#isBefore(item, parent)) break;
      items[at] = parent;
      parent.slot = at;
      at = above;
    }
    items[at] = item;
    item.slot = at;
  }

  #sink(item: T): void {
    const items = this.#items;
    let at = item.slot;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && this.#isBefore(items[below + 1]!, items[below]!)) below += 1;
      const child = items[below]!;
      if (!this.#isBefore(child, item)) break;
      items[at] = child;
      child.slot = at;
      at = below;
    }
    items[at] = item;
    item.slot = at;
  }
}
