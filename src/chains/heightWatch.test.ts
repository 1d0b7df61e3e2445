// Cases: a WebSocket that is cut is opened again and subscribed to again; what is no notice is passed over; heights that
// come down are told; polls rest while the WebSocket speaks.

import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import type { ChainIncident } from "./endpoints.ts";
import { HeightWatches } from "./heightWatch.ts";
import { isRecord } from "./jsonRpc.ts";

let server: WebSocketServer;
let watches: HeightWatches;
let polls: number;
let incidents: ChainIncident[];
let heights: bigint[];
let wake: () => void = () => undefined;

/** Does to each connection, by its number from 0, what a test wants once it is subscribed. */
let onSubscribed: (socket: WebSocket, connection: number, subscription: unknown) => void;

beforeEach(async () => {
  [polls, incidents, heights] = [0, [], []];
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  let connections = 0;
  server.on("connection", (socket) => {
    const connection = connections++;
    socket.on("message", (data) => onSubscribed(socket, connection, JSON.parse(String(data))));
  });
  const { port } = server.address() as AddressInfo;
  watches = new HeightWatches(
    {
      pollIntervalMs: 10,
      async latestHeight() {
        polls += 1;
        return 1n;
      },
      webSocket: {
        url: `ws://127.0.0.1:${port}/path/with/a/key`,
        subscription: { method: "subscribe" },
        heightOf: (message) =>
          isRecord(message) && typeof message["h"] === "number" ? BigInt(message["h"]) : undefined,
      },
    },
    (incident) => incidents.push(incident),
  );
});

afterEach(() => {
  watches.close();
  for (const socket of server.clients) socket.terminate();
  server.close();
});

/** The heights that were told, once the last one is what is waited for. */
async function heightsUntil(last: bigint): Promise<readonly bigint[]> {
  watches.start((height) => {
    heights.push(height);
    wake();
  });
  while (heights.at(-1) !== last) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return heights;
}

test("behavior: a cut connection is opened and subscribed to again", async () => {
  const subscriptions: unknown[] = [];
  onSubscribed = (socket, connection, subscription) => {
    subscriptions.push(subscription);
    if (connection === 0) socket.terminate();
    else socket.send('{"h":5}');
  };
  await heightsUntil(5n);
  expect(subscriptions).toEqual([{ method: "subscribe" }, { method: "subscribe" }]);
  expect(incidents).toEqual([
    { kind: "watch_lost", detail: `127.0.0.1:${(server.address() as AddressInfo).port}: the connection ended` },
  ]);
});

test("behavior: what is no notice is passed over, a lower height is told, the same one is not", async () => {
  onSubscribed = (socket) => {
    for (const text of ["", "[]", "nonsense", "null", '{"h":"x"}', '{"h":7}', '{"h":7}', '{"h":3}']) socket.send(text);
  };
  const told = await heightsUntil(3n);
  expect(told.filter((height) => height !== 1n)).toEqual([7n, 3n]);
});

test("behavior: polls rest while the WebSocket speaks", async () => {
  onSubscribed = (socket) => socket.send('{"h":9}');
  await heightsUntil(9n);
  const before = polls;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(polls - before).toBeLessThanOrEqual(1);
});
