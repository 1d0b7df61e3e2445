// What visitors of public pages may take: so many requests in a minute, and so many open streams, for each address and for
// all together.

import { LRUCache } from "lru-cache";
import { Problem } from "../http/problem.ts";

const WINDOW_MS = 60_000;
/** Requests of one address in a minute. */
export const REQUESTS_MAX = 120;
/** Streams that are open at a time: of one address, and of all. */
export const STREAMS_PER_ADDRESS_MAX = 8;
export const STREAMS_MAX = 1_000;
/** Addresses that are remembered; who came longest ago is forgotten first. */
const ADDRESSES_MAX = 20_000;

interface Window {
  readonly endsMs: number;
  count: number;
}

export class Visitors {
  readonly #nowMs: () => number;
  readonly #windows = new LRUCache<string, Window>({ max: ADDRESSES_MAX });
  readonly #streams = new Map<string, number>();
  #streamCount = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Counts a request. Throws Problem `rate_limited`. */
  request(address: string): void {
    const nowMs = this.#nowMs();
    const known = this.#windows.get(address);
    const window = known !== undefined && known.endsMs > nowMs ? known : { endsMs: nowMs + WINDOW_MS, count: 0 };
    this.#windows.set(address, window);
    window.count += 1;
    if (window.count <= REQUESTS_MAX) return;
    throw new Problem("rate_limited", {
      detail: "too many requests",
      retryAfterSeconds: (window.endsMs - nowMs) / 1000,
    });
  }

  /** Takes the place of a stream; returns how to give it back. Throws Problem `rate_limited`. */
  openStream(address: string): () => void {
    const open = this.#streams.get(address) ?? 0;
    if (open >= STREAMS_PER_ADDRESS_MAX || this.#streamCount >= STREAMS_MAX) {
      throw new Problem("rate_limited", { detail: "too many open pages", retryAfterSeconds: 10 });
    }
    this.#streams.set(address, open + 1);
    this.#streamCount += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#streamCount -= 1;
      const left = (this.#streams.get(address) ?? 1) - 1;
      if (left === 0) this.#streams.delete(address);
      else this.#streams.set(address, left);
    };
  }
}
