// Connections that misbehave, and how long the server bears them. Cases: headers and bodies that never end; bodies that
// are cut off; bodies larger than they may be; too many connections; clients that go away while a transaction waits;
// timeouts of broadcast_tx_commit; pipelines; bytes that are nothing; closing under load.

import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { toBase64 } from "../../codec/bytes.ts";
import type { ChainNode } from "../../consensus/chainNode.ts";
import { sampleBlock } from "../../consensus/testing/sampleBlocks.ts";
import type { RunningServer } from "../services/runningServer.ts";
import { fakeBlocks, fakeNode } from "../testing/fakeNode.ts";
import { type CometRpcOptions, startCometRpc } from "./cometServer.ts";
import type { CometRpcLimits } from "./limits.ts";
import { get, post, TestSocket } from "./testing/servedNode.ts";

interface Served {
  readonly server: RunningServer;
  readonly url: string;
  readonly alarms: unknown[];
  /** What was answered: the method, and whether it went well. */
  readonly answered: [string, boolean][];
}

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(limits: Partial<CometRpcLimits> = {}, node: ChainNode = fakeNode()): Promise<Served> {
  const alarms: unknown[] = [];
  const answered: [string, boolean][] = [];
  const observer: CometRpcOptions["observer"] = {
    request: (method, isOk) => void answered.push([method, isOk]),
    internalError: (method, error) => void alarms.push([method, error]),
  };
  const server = await startCometRpc(node, { port: 0, limits, observer });
  closing.push(() => server.close());
  return { server, url: `http://127.0.0.1:${server.address.port}`, alarms, answered };
}

/** A bare connection, with all that came back once it is closed. */
function open({ server }: Served): { socket: Socket; answer: Promise<string> } {
  const socket = connect(server.address.port, "127.0.0.1");
  closing.push(() => void socket.destroy());
  let text = "";
  socket.on("data", (data) => {
    text += data.toString("latin1");
  });
  // A reset is an end, too.
  socket.on("error", () => socket.destroy());
  const answer = new Promise<string>((resolve) => socket.on("close", () => resolve(text)));
  return { socket, answer };
}

function request(body: string, headers: readonly string[] = []): string {
  const lines = ["POST / HTTP/1.1", "Host: x", `Content-Length: ${Buffer.byteLength(body)}`, ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

const HEALTH = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "health" });

/** The server still answers others, and nothing in it broke. */
async function expectAlive({ url, alarms }: Served): Promise<void> {
  expect((await get(`${url}/health`)).json).toEqual({ jsonrpc: "2.0", id: -1, result: {} });
  expect(alarms).toEqual([]);
}

describe("requests that do not end", () => {
  test.each([
    ["nothing at all", ""],
    ["headers", "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "],
    ["a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"],
    ["a body in chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"],
  ])("error: %s", { timeout: 10_000 }, async (_name, start) => {
    const served = await serve({ requestTimeoutMs: 300, socketTimeoutMs: 2_000 });
    const { socket, answer } = open(served);
    socket.write(start);
    // A byte now and then does not help.
    const drip = setInterval(() => socket.write(start === "" ? "" : "x"), 100);
    expect(await answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
    clearInterval(drip);
    await expectAlive(served);
  });
});

describe("bodies", () => {
  test("behavior: a client that goes away in the middle of its body is forgotten", async () => {
    const served = await serve();
    for (let round = 0; round < 20; round += 1) {
      const { socket, answer } = open(served);
      socket.write(request(HEALTH).slice(0, -round - 1));
      socket.destroy();
      await answer;
    }
    await expectAlive(served);
  });

  test("behavior: a body in pieces is one body", async () => {
    const served = await serve();
    const { socket, answer } = open(served);
    const body = JSON.stringify({ jsonrpc: "2.0", id: "é", method: "health" });
    const bytes = Buffer.from(request(body, ["Connection: close"]));
    for (const byte of bytes) socket.write(Buffer.of(byte));
    expect(Buffer.from(await answer, "latin1").toString("utf8")).toContain('{"jsonrpc":"2.0","id":"é","result":{}}');
  });

  test.each([
    ["announced", (size: number) => request("x".repeat(size))],
    [
      "in chunks",
      (size: number) =>
        `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${"x".repeat(size)}\r\n0\r\n\r\n`,
    ],
  ])("error: one byte too many, %s", async (_name, make) => {
    const served = await serve({ bodyBytesMax: 1_000 });
    const { socket, answer } = open(served);
    socket.write(make(1_001));
    const text = await answer;
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"id":null');
    expect(text).toContain('"data":"error reading request body: http: request body too large"');
    await expectAlive(served);
    const { status } = await fetch(served.url, { method: "POST", body: HEALTH.padEnd(1_000) });
    expect(status).toBe(200);
  });

  test("error: headers that are too large", async () => {
    const served = await serve({ headerBytesMax: 2_000 });
    expect((await get(`${served.url}/health?x=${"y".repeat(3_000)}`)).status).toBe(431);
    await expectAlive(served);
  });

  test("behavior: requests in one pipeline are answered in their order", async () => {
    const served = await serve();
    const { socket, answer } = open(served);
    const bodies = ["status", "health", "net_info"].map((method, id) => JSON.stringify({ jsonrpc: "2.0", id, method }));
    socket.write(bodies.map((body) => request(body)).join("") + request(HEALTH, ["Connection: close"]));
    const ids = [...(await answer).matchAll(/"jsonrpc":"2\.0","id":([0-9]+)/g)].map(([, id]) => id);
    expect(ids).toEqual(["0", "1", "2", "1"]);
  });

  test("behavior: HEAD has the length of the body, and no body", async () => {
    const served = await serve();
    const response = await fetch(`${served.url}/health`, { method: "HEAD" });
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(10);
    expect(await response.text()).toBe("");
  });

  test("behavior: parameters of a method may come as a form", async () => {
    const served = await serve();
    const body = new URLSearchParams({ height: "2" });
    const response = await fetch(`${served.url}/header`, { method: "POST", body });
    expect(await response.json()).toMatchObject({ id: -1, result: { header: { height: "2" } } });
  });

  test("behavior: whatever the bytes, the server lives on", async () => {
    const served = await serve();
    const pieces = fc.oneof(
      fc.constantFrom(
        "POST / HTTP/1.1\r\n",
        "GET /tx?hash=",
        "Host: x\r\n",
        "Content-Length: 5\r\n",
        "\r\n\r\n",
        "0\r\n",
      ),
      fc.constantFrom("Transfer-Encoding: chunked\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n", HEALTH, "%00"),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        const { socket, answer } = open(served);
        socket.end(Buffer.from(parts.join(""), "latin1"));
        expect(await answer).toMatch(/^(HTTP\/1\.1 [2345][0-9]{2} |$)/);
      }),
      { numRuns: 200 },
    );
    await expectAlive(served);
  });
});

describe("numbers of connections", () => {
  test("error: more connections than there may be are closed, and room is made again", async () => {
    const served = await serve({ connectionsMax: 5 });
    const sockets = Array.from({ length: 5 }, () => open(served));
    await Promise.all(sockets.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
    expect(await open(served).answer).toBe("");
    for (const { socket } of sockets) socket.destroy();
    await expect.poll(async () => (await get(`${served.url}/health`).catch(() => undefined))?.status).toBe(200);
  });

  test("error: subscribers beyond the limit, until one goes away", async () => {
    const served = await serve({ subscriptionClientsMax: 2 });
    const subscriber = async () => {
      const socket = await TestSocket.open(served.url);
      closing.push(() => socket.close());
      socket.call(1, "subscribe", { query: "tm.event='Tx'" });
      return { socket, answer: await socket.next() };
    };
    const first = await subscriber();
    await subscriber();
    expect((await subscriber()).answer).toMatchObject({ error: { data: "max_subscription_clients 2 reached" } });
    expect((await post(served.url, "broadcast_tx_commit", { tx: "AQ==" })).json).toMatchObject({
      error: { data: "max_subscription_clients 2 reached" },
    });
    first.socket.close();
    await first.socket.closed;
    await expect.poll(async () => (await subscriber()).answer).toMatchObject({ result: {} });
  });
});

describe("broadcast_tx_commit", () => {
  const tx = fakeBlocks()[2]!.txs[0]!.tx;
  const commit = (url: string) => post(url, "broadcast_tx_commit", { tx: toBase64(tx) });

  test("default: the block that has it, also when it came before the check was done", async () => {
    const node = fakeNode();
    let checked = (): void => undefined;
    const check = new Promise<void>((resolve) => {
      checked = resolve;
    });
    const submitTx: ChainNode["submitTx"] = async (bytes) => {
      const response = await node.submitTx(bytes);
      await check;
      return response;
    };
    const slow: ChainNode = Object.defineProperties({} as ChainNode, {
      ...Object.getOwnPropertyDescriptors(node),
      submitTx: { value: submitTx },
    });
    const served = await serve({}, slow);
    const waiting = commit(served.url);
    await expect.poll(() => node.submitted.length).toBe(1);
    const block = sampleBlock(4, [[]]);
    const indexed = { ...fakeBlocks()[2]!.txs[0]!, height: 4 };
    node.commit({ ...block, txs: [indexed] });
    checked();
    expect((await waiting).json).toMatchObject({
      result: { height: "4", check_tx: { code: 0 }, tx_result: { code: 0 } },
    });
  });

  test("error: it takes too long", async () => {
    const served = await serve({ commitTimeoutMs: 30 });
    expect((await commit(served.url)).json).toEqual({
      jsonrpc: "2.0",
      id: 7,
      error: {
        code: -32603,
        message: "Internal error",
        data: "timed out waiting for tx to be included in a block",
      },
    });
  });

  test("behavior: clients that go away do not use up the places", async () => {
    const node = fakeNode();
    const served = await serve({ subscriptionClientsMax: 3, commitTimeoutMs: 60_000 }, node);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "broadcast_tx_commit", params: { tx: toBase64(tx) } });
    const waiting: Socket[] = [];
    for (let round = 1; round <= 3; round += 1) {
      // Refused until the server has seen that those of the last round are gone.
      await expect
        .poll(() => {
          const { socket } = open(served);
          socket.write(request(body));
          waiting.push(socket);
          return node.submitted.length;
        })
        .toBeGreaterThanOrEqual(3 * round);
      for (const socket of waiting.splice(0)) socket.destroy();
    }
    await expectAlive(served);
  });

  test("behavior: a WebSocket that goes away waits no more, however much it waited for", async () => {
    const node = fakeNode();
    const served = await serve({ commitTimeoutMs: 60_000 }, node);
    const socket = await TestSocket.open(served.url);
    for (let id = 0; id < 50; id += 1) socket.call(id, "broadcast_tx_commit", { tx: toBase64(Uint8Array.of(id)) });
    await expect.poll(() => node.submitted.length).toBe(50);
    expect(served.answered).toEqual([]);
    socket.close();
    await expect.poll(() => served.answered.length).toBe(50);
    expect(new Set(served.answered.map(String))).toEqual(new Set(["broadcast_tx_commit,false"]));
    await expectAlive(served);
  });
});

test("error: an event that cannot be told ends the connection that asked for it, and nothing else", async () => {
  const node = fakeNode();
  const served = await serve({}, node);
  const subscriber = async (query: string) => {
    const socket = await TestSocket.open(served.url);
    closing.push(() => socket.close());
    socket.call(1, "subscribe", { query });
    expect(await socket.next()).toMatchObject({ result: {} });
    return socket;
  };
  const asksForHeaders = await subscriber("tm.event='NewBlockHeader'");
  const asksForTxs = await subscriber("tm.event='Tx'");
  const block = sampleBlock(4, [[]]);
  // Beyond the year 9999 there is no RFC 3339.
  const header = { ...block.block.header!, time: { seconds: 2n ** 60n, nanos: 0 } };
  node.commit({ ...block, block: { ...block.block, header } });
  expect(await asksForHeaders.closed).toBe(1011);
  expect(await asksForTxs.next()).toMatchObject({ result: { query: "tm.event='Tx'" } });
  expect(served.alarms).toEqual([["event", expect.any(RangeError)]]);
  expect((await get(`${served.url}/health`)).status).toBe(200);
});

describe("closing", () => {
  test("behavior: what runs is answered, what idles is cut, and the node is left alone", async () => {
    const node = fakeNode();
    const served = await serve({}, node);
    expect(node.listenerCount).toBe(1);
    const idle = open(served);
    idle.socket.write(request(HEALTH));
    await new Promise((resolve) => idle.socket.once("data", resolve));
    const socket = await TestSocket.open(served.url);
    const waiting = post(served.url, "broadcast_tx_commit", { tx: "AQ==" });
    await expect.poll(() => node.submitted.length).toBe(1);
    const startMs = performance.now();
    await served.server.close();
    expect(performance.now() - startMs).toBeLessThan(1_500);
    expect((await waiting).json).toMatchObject({ error: { data: "txSub was canceled (reason: CometBFT exited)" } });
    expect(await socket.closed).toBe(1001);
    await idle.answer;
    expect(node.listenerCount).toBe(0);
    closing.length = 0;
  });

  test("behavior: a WebSocket that does not say goodbye does not hold up the end", async () => {
    const served = await serve();
    const key = Buffer.alloc(16).toString("base64");
    const { socket, answer } = open(served);
    socket.write(
      `GET /websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.once("data", resolve));
    const startMs = performance.now();
    await served.server.close();
    expect(performance.now() - startMs).toBeLessThan(2_500);
    expect(await answer).toMatch(/^HTTP\/1\.1 101 /);
    closing.length = 0;
  });
});
