// Requests over a WebSocket. Cases: answers and their order; subscriptions, their events and their ids; limits; errors;
// frames that are hostile; clients that do not read or do not answer; the end.

import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { kvTx } from "../../consensus/testing/kvApp.ts";
import { sha256 } from "../../crypto/hash.ts";
import { type ServedNode, serveNode, TestSocket } from "./testing/servedNode.ts";

const txOf = (from: string, sequence = 0) => kvTx({ from, sequence, key: from, value: "v" });

let served: ServedNode;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  served = await serveNode();
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

afterAll(() => served?.close());

async function open(url = served.url): Promise<TestSocket> {
  const socket = await TestSocket.open(url);
  sockets.push(socket);
  return socket;
}

async function subscribed(query: string, id: unknown = 1): Promise<TestSocket> {
  const socket = await open();
  socket.call(id, "subscribe", { query });
  expect(await socket.next()).toEqual({ jsonrpc: "2.0", id, result: {} });
  return socket;
}

const ok = (id: unknown) => ({ jsonrpc: "2.0", id, result: {} });
const refusal = (id: unknown, data: unknown, code = -32603, message = "Internal error") => ({
  jsonrpc: "2.0",
  id,
  error: { code, message, data },
});

describe("requests", () => {
  test("default: all methods, answered in their order", async () => {
    const socket = await open();
    socket.call(1, "status");
    socket.call("two", "tx_search", { query: "tx.height > 0" });
    socket.call(3, "health");
    socket.call(4, "block", { height: "1" });
    expect(await socket.take(4)).toMatchObject([
      { id: 1, result: { node_info: { network: "test-1" } } },
      { id: "two", result: { txs: [] } },
      { id: 3, result: {} },
      { id: 4, result: { block: { header: { height: "1" } } } },
    ]);
  });

  test("behavior: many at once are all answered", async () => {
    const socket = await open();
    for (let id = 0; id < 3000; id += 1) socket.call(id, "header", { height: "1" });
    const answers = (await socket.take(3000)) as { id: number }[];
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 3000 }, (_, id) => id));
  });

  test("behavior: broadcast_tx_commit holds up nobody", async () => {
    const socket = await open();
    socket.call(1, "broadcast_tx_commit", { tx: toBase64(txOf("commit")) });
    socket.call(2, "health");
    expect(await socket.next()).toEqual(ok(2));
    const { height } = await served.node.produce();
    expect(await socket.next()).toMatchObject({ id: 1, result: { height: String(height), tx_result: { code: 0 } } });
  });

  test("behavior: many broadcast_tx_commit at once, beside as many subscriptions as there may be", async () => {
    const socket = await open();
    for (let id = 0; id < 5; id += 1) socket.call(id, "subscribe", { query: `tm.event='Vote' AND n=${id}` });
    await socket.take(5);
    const size = served.node.mempool.size + 10;
    for (let id = 10; id < 20; id += 1) {
      socket.call(id, "broadcast_tx_commit", { tx: toBase64(txOf("commits", id - 10)) });
    }
    await expect.poll(() => served.node.mempool.size).toBe(size);
    await served.node.produce();
    const answers = (await socket.take(10)) as { id: number; result: unknown }[];
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => index + 10));
    for (const { result } of answers) expect(result).toMatchObject({ tx_result: { code: 0 } });
  });

  test("behavior: notifications are not answered", async () => {
    const socket = await open();
    socket.raw.send('{"jsonrpc":"2.0","method":"status"}');
    socket.call(null, "status");
    socket.call(2, "health");
    expect(await socket.next()).toEqual(ok(2));
  });

  test.each([
    ["nothing", {}, { code: -32601, message: "Method not found" }],
    ["constructor", {}, { code: -32601, message: "Method not found" }],
    ["devnet_mine", {}, { code: -32601, message: "Method not found" }],
    [
      "block",
      { height: "x" },
      { code: -32603, data: expect.stringMatching(/^error converting json params to arguments: /) },
    ],
    ["block", { height: "99999" }, { code: -32603, data: expect.stringMatching(/^height 99999 must be less/) }],
    ["subscribe", { query: "tm.event=" }, { code: -32603, data: expect.stringMatching(/^failed to parse query: /) }],
    ["subscribe", {}, { code: -32603 }],
    ["subscribe", { query: `a='${"x".repeat(510)}'` }, { code: -32603, data: "maximum query length exceeded" }],
    ["unsubscribe", { query: "tm.event='Tx'" }, { code: -32603, data: "subscription not found" }],
    ["unsubscribe_all", {}, { code: -32603, data: "subscription not found" }],
  ])("error: %s with %j", async (method, params, error) => {
    const socket = await open();
    socket.call(9, method, params);
    expect(await socket.next()).toMatchObject({ jsonrpc: "2.0", id: 9, error });
  });
});

describe("subscriptions", () => {
  test("default: everything a block publishes, in order, each with the id and the query of the request", async () => {
    const queries = [
      "tx.height > 0",
      "tm.event = 'NewBlock'",
      "tm.event='NewBlockHeader'",
      "tm.event='NewBlockEvents'",
    ];
    const socket = await open();
    queries.forEach((query, id) => {
      socket.call(id, "subscribe", { query });
    });
    expect(await socket.take(4)).toEqual(queries.map((_, id) => ok(id)));
    const txs = [txOf("a"), txOf("b")];
    for (const tx of txs) await served.node.submitTx(tx);
    const { height } = await served.node.produce();
    const events = (await socket.take(5)) as {
      id: number;
      result: { query: string; data: unknown; events: unknown };
    }[];
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 0, 0]);
    for (const { id, result } of events) expect(result.query).toBe(queries[id]);
    const data = (type: string, value: unknown) => ({ type: `tendermint/event/${type}`, value });
    const header = { height: String(height), chain_id: "test-1" };
    const clock = { "clock.second": [expect.any(String)] };
    expect(events.map(({ result }) => result)).toMatchObject([
      {
        data: data("NewBlock", {
          block: { header, data: { txs: txs.map(toBase64) } },
          block_id: { parts: { total: 1 } },
          result_finalize_block: { tx_results: [{ code: 0 }, { code: 0 }] },
        }),
        events: { "tm.event": ["NewBlock"], ...clock },
      },
      { data: data("NewBlockHeader", { header }), events: { "tm.event": ["NewBlockHeader"] } },
      {
        data: data("NewBlockEvents", { height: String(height), num_txs: "2" }),
        events: { "tm.event": ["NewBlockEvents"], ...clock },
      },
      ...txs.map((tx, index) => ({
        data: data("Tx", {
          TxResult: { height: String(height), tx: toBase64(tx), ...(index === 0 ? {} : { index }), result: {} },
        }),
        events: {
          "tm.event": ["Tx"],
          "tx.hash": [toHex(sha256(tx)).toUpperCase()],
          "tx.height": [String(height)],
          "message.sender": ["ab"[index]],
        },
      })),
    ]);
    // The header's event has no other values.
    expect(events[1]?.result.events).toEqual({ "tm.event": ["NewBlockHeader"] });
  });

  test("behavior: conditions pick transactions, also by hash", async () => {
    const wanted = txOf("wanted");
    const byHash = await subscribed(`tm.event='Tx' AND tx.hash='${toHex(sha256(wanted)).toUpperCase()}'`);
    const bySender = await subscribed("tm.event='Tx' AND message.sender='wanted'");
    const byOther = await subscribed("tm.event='Tx' AND message.sender='else'");
    for (const tx of [txOf("other"), wanted]) await served.node.submitTx(tx);
    await served.node.produce();
    for (const socket of [byHash, bySender]) {
      expect(await socket.next()).toMatchObject({
        result: { data: { value: { TxResult: { tx: toBase64(wanted) } } } },
      });
    }
    for (const socket of [byHash, bySender, byOther]) {
      socket.call(5, "health");
      expect(await socket.next()).toEqual(ok(5));
    }
  });

  test("behavior: what is announced can be read", async () => {
    const socket = await subscribed("tm.event='Tx'");
    const tx = txOf("indexed");
    await served.node.submitTx(tx);
    await served.node.produce();
    await socket.next();
    socket.call(2, "tx", { hash: toBase64(sha256(tx)) });
    expect(await socket.next()).toMatchObject({ id: 2, result: { tx: toBase64(tx) } });
  });

  test("behavior: the end of a subscription has its id; then it may begin again", async () => {
    const query = "tm.event='NewBlockHeader'";
    const socket = await subscribed(query, 5);
    socket.call(5, "subscribe", { query });
    expect(await socket.next()).toEqual(refusal(5, "already subscribed"));
    socket.call(5, "unsubscribe", { query });
    socket.call(5, "subscribe", { query });
    expect(await socket.take(2)).toEqual([ok(5), ok(5)]);
    await served.node.produce();
    expect(await socket.next()).toMatchObject({ id: 5, result: { query } });
    socket.call(6, "unsubscribe_all");
    expect(await socket.next()).toEqual(ok(6));
    await served.node.produce();
    socket.call(7, "health");
    expect(await socket.next()).toEqual(ok(7));
  });

  test("error: more than five", async () => {
    const socket = await open();
    for (let id = 0; id < 6; id += 1) socket.call(id, "subscribe", { query: `tx.height = ${id}` });
    const answers = await socket.take(6);
    expect(answers.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map(ok));
    expect(answers[5]).toEqual(refusal(5, "max_subscriptions_per_client 5 reached"));
    socket.call(6, "unsubscribe", { query: "tx.height = 3" });
    socket.call(7, "subscribe", { query: "tx.height = 9" });
    expect(await socket.take(2)).toEqual([ok(6), ok(7)]);
  });

  test("behavior: those of a connection that is gone end", async () => {
    const before = await Promise.all(Array.from({ length: 20 }, () => subscribed("tm.event='NewBlock'")));
    for (const socket of before) socket.close();
    await Promise.all(before.map(({ closed }) => closed));
    const after = await subscribed("tm.event='NewBlock'");
    await served.node.produce();
    expect(await after.next()).toHaveProperty("result.data");
  });

  test("behavior: many subscribers hear the same", async () => {
    const listeners = await Promise.all(Array.from({ length: 60 }, () => subscribed("tm.event='NewBlock'")));
    await served.node.produce();
    const heard = await Promise.all(listeners.map((socket) => socket.next()));
    expect(new Set(heard.map((event) => JSON.stringify(event))).size).toBe(1);
  });
});

describe("hostile clients", () => {
  test.each([
    "{",
    "",
    "5",
    "null",
    "[]",
    '[{"id":1,"method":"health"}]',
    '{"id":{},"method":"health"}',
    "[".repeat(100_000),
  ])("error: the frame %s", async (frame) => {
    const socket = await open();
    socket.raw.send(frame);
    expect(await socket.next()).toMatchObject({ id: null, error: { code: -32700 } });
    socket.call(1, "health");
    expect(await socket.next()).toEqual(ok(1));
  });

  test("behavior: whatever the frames, the connection lives on or is closed, and the server lives on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 10 }), async (frames) => {
        const socket = await open();
        for (const frame of frames) socket.raw.send(frame);
        socket.call("last", "health");
        for (;;) {
          const message = (await socket.next()) as { id: unknown };
          if (message.id === "last") break;
        }
        socket.close();
      }),
      { numRuns: 50 },
    );
  });

  test("error: too large a frame closes the connection", async () => {
    const socket = await open();
    socket.raw.send(" ".repeat(3 * 1024 * 1024));
    expect(await socket.closed).toBe(1009);
    expect(await (await open()).closedWithin(20)).toBe(false);
  });

  test("error: bytes that are no frame close the connection", async () => {
    const { host, port } = served.server.address;
    const key = Buffer.alloc(16).toString("base64");
    const head = `GET /websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
    const socket = connect(port, host, () => socket.write(head));
    const closed = new Promise((resolve) => socket.on("close", resolve));
    await new Promise((resolve) => socket.once("data", resolve));
    socket.resume();
    socket.write(Buffer.from("ff00ff00ff00", "hex"));
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  test("error: a handshake at another path, or that is none", async () => {
    await expect(TestSocket.open(served.url, "/elsewhere")).rejects.toThrow(/404/);
    expect((await fetch(`${served.url}/websocket`)).status).toBe(400);
  });

  test("error: a client that does not answer pings is cut off; one that does is not", async () => {
    const strict = await serveNode({ limits: { pingPeriodMs: 20, readTimeoutMs: 120 } });
    const silent = await TestSocket.open(strict.url);
    const lively = await TestSocket.open(strict.url);
    silent.raw.pong = () => undefined;
    // `ws` answers pings by itself, through this method of its receiver.
    Object.defineProperty(silent.raw, "_autoPong", { value: false });
    expect(await silent.closed).toBe(1006);
    expect(await lively.closedWithin(200)).toBe(false);
    lively.close();
    await strict.close();
  });

  test("behavior: nothing runs for a client that does not take its answers; it goes on when it does", async () => {
    const asked: string[] = [];
    const strict = await serveNode({
      limits: { bufferedBytesMax: 1_000, writeTimeoutMs: 60_000 },
      query: async (path) => {
        asked.push(path);
        return ResponseQuery.fromPartial({ value: new Uint8Array(1_000_000) });
      },
    });
    const slow = await TestSocket.open(strict.url);
    slow.raw.pause();
    for (let id = 0; id < 50; id += 1) slow.call(id, "abci_query", { path: String(id) });
    await expect.poll(() => asked.length).toBeGreaterThan(1);
    let before = 0;
    while (before !== asked.length) {
      before = asked.length;
      await slow.closedWithin(100);
    }
    // The kernel's buffers take a few.
    expect(before).toBeLessThan(40);
    slow.raw.resume();
    const answers = (await slow.take(50)) as { id: number }[];
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, id) => id));
    slow.close();
    await strict.close();
  });

  test("error: a client that does not read is cut off", async () => {
    const strict = await serveNode({ limits: { bufferedBytesMax: 1_000, writeTimeoutMs: 50, outboxMax: 20 } });
    const slow = await TestSocket.open(strict.url);
    slow.call(1, "subscribe", { query: "tm.event='NewBlock'" });
    await slow.next();
    slow.raw.pause();
    const big = "x".repeat(500_000);
    for (let sequence = 0; sequence < 40; sequence += 1) {
      await strict.node.submitTx(kvTx({ from: "big", sequence, key: "k", value: big }));
      await strict.node.produce();
    }
    slow.raw.resume();
    expect([1006, 1008]).toContain(await slow.closed);
    await strict.close();
  });
});

test("behavior: when the server closes, clients are told", async () => {
  const closing = await serveNode();
  const socket = await TestSocket.open(closing.url);
  const waiting = await TestSocket.open(closing.url);
  waiting.call(1, "broadcast_tx_commit", { tx: toBase64(txOf("never")) });
  await expect.poll(() => closing.node.mempool.size).toBe(1);
  await closing.close();
  expect(await socket.closed).toBe(1001);
  await waiting.closed;
});
