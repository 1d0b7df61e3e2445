// Cases: a client that takes nothing is cut off, and costs one event at a time until then.

import { Writable } from "node:stream";
import { expect, test } from "vitest";
import type { StoredEvent } from "./apiEvent.ts";
import { streamEvents } from "./eventStream.ts";

const EVENT: StoredEvent = {
  position: "1",
  id: "evt_1",
  type: "order.held",
  order_id: "ord_1",
  sequence: "1",
  time: "2026-01-02 03:04:05+00",
  chain_type: "EventOrderHeld",
  tx_hash: "",
  document: {},
  order_document: null,
};

test("behavior: a client that takes nothing is cut off", async () => {
  const taken: string[] = [];
  // Never says that it is done with what it got.
  const out = new Writable({ highWaterMark: 20, write: (chunk) => void taken.push(String(chunk)) });
  let reads = 0;
  await streamEvents({
    sql: {
      query: async <Row extends object>() => {
        reads += 1;
        return [EVENT, EVENT, EVENT] as unknown as readonly Row[];
      },
    },
    news: { height: 1, reached: async () => true },
    filter: { merchant: "stateset1merchant" },
    position: "0",
    publicUrl: "http://127.0.0.1",
    out,
    signal: new AbortController().signal,
    times: { heartbeatMs: 1_000, slowMs: 30 },
  });
  expect(reads).toBe(1);
  expect(taken.length).toBe(1);
  expect(out.writableLength).toBeLessThan(1_000);
});
