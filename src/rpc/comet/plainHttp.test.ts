// Plain requests and those that node:http reads, side by side. Cases: the same bytes come back either way, for every kind
// of answer; requests cut into any pieces; connections that are plain at first; pipelines behind a request that waits;
// clients that end, do not read, or are silent; closing.

import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import type { RunningServer } from "../services/runningServer.ts";
import { fakeNode } from "../testing/fakeNode.ts";
import { type CometRpcOptions, startCometRpc } from "./cometServer.ts";

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(options: CometRpcOptions = {}): Promise<RunningServer> {
  const server = await startCometRpc(fakeNode(), { port: 0, ...options });
  closing.push(() => server.close());
  return server;
}

/** A connection, and all that has come over it. */
class Wire {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  text = "";
  #arrived: () => void = () => undefined;

  constructor({ address }: RunningServer) {
    this.socket = connect({ port: address.port, host: "127.0.0.1", noDelay: true });
    closing.push(() => void this.socket.destroy());
    this.socket.on("data", (chunk) => {
      this.text += chunk.toString("latin1");
      this.#arrived();
    });
    // A reset is an end, too.
    this.socket.on("error", () => this.socket.destroy());
    this.closed = new Promise((resolve) => this.socket.on("close", () => resolve()));
  }

  /** Waits until there are so many whole answers. */
  async answers(count: number): Promise<string[]> {
    for (;;) {
      const found = answersIn(this.text);
      if (found.length >= count) return found;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}

/** The whole answers in a text, without their dates. */
function answersIn(text: string): string[] {
  const answers: string[] = [];
  for (let at = 0; ; ) {
    const headEnd = text.indexOf("\r\n\r\n", at) + 4;
    if (headEnd < 4) return answers;
    const head = text.slice(at, headEnd);
    const end = headEnd + Number(/content-length: ([0-9]+)/i.exec(head)?.[1] ?? 0);
    if (end > text.length) return answers;
    answers.push(text.slice(at, end).replace(/^Date: [A-Z][a-z]{2}, .* GMT\r$/m, "Date: now\r"));
    at = end;
  }
}

function request(body: string, ...headers: readonly string[]): string {
  const lines = ["POST / HTTP/1.1", "Host: x", `Content-Length: ${Buffer.byteLength(body)}`, ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

const call = (method: string, id: unknown = 1, params: unknown = {}) =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params });
/** A header that is not known makes a request one for node:http. */
const NOT_PLAIN = "X-Other: 1";

describe("the same bytes", () => {
  const bodies = {
    "a result": call("health"),
    "an id that is text beyond ASCII": call("health", "é🙂"),
    "an answer that may be kept": call("block", 1, { height: "2" }),
    "an answer that is waited for": call("check_tx", 1, { tx: "AQ==" }),
    "a query": call("abci_query", 1, { path: "/p", data: "00" }),
    "no such method": call("nothing"),
    "parameters that do not fit": call("block", 1, { height: "x" }),
    "a refusal": call("block", 1, { height: "99" }),
    "a batch": `[${call("health", 1)},${call("nothing", 2)},${call("status", 3)}]`,
    "a batch of one": `[${call("health", 1)}]`,
    "a batch of nothing": "[]",
    "a batch that is too large": `[${Array.from({ length: 101 }, (_, id) => call("health", id)).join(",")}]`,
    "a notification": JSON.stringify({ jsonrpc: "2.0", method: "health" }),
    "no JSON": "{",
    "no request": "1",
    "bytes that are no UTF-8": "\ud800",
  };

  test.each([
    ["without browsers", []],
    ["with browsers", ["*"]],
  ])("default: for every kind of body, %s", async (_name, corsOrigins) => {
    const query = async () => ResponseQuery.fromPartial({ log: "é", value: Uint8Array.of(1), height: 3n });
    const server = await serve({ corsOrigins, query });
    const [plain, byNode] = [new Wire(server), new Wire(server)];
    let count = 0;
    for (const [name, body] of Object.entries(bodies)) {
      count += 1;
      plain.socket.write(request(body));
      byNode.socket.write(request(body, NOT_PLAIN));
      const [answer, expected] = [(await plain.answers(count)).at(-1), (await byNode.answers(count)).at(-1)];
      expect(answer, name).toBe(expected);
      expect(answer, name).toMatch(/^HTTP\/1\.1 (200|500) [A-Z]/);
    }
  });
});

test("behavior: requests come in any pieces, plain or not, and are answered in their order", async () => {
  const server = await serve();
  const piece = fc.record({
    isPlain: fc.boolean(),
    method: fc.constantFrom("health", "status", "check_tx", "nothing"),
    padding: fc.nat(40),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(1_200), { maxLength: 6 }),
      fc.boolean(),
      async (requests, cuts, isPaced) => {
        const bytes = requests
          .map(({ isPlain, method, padding }, id) => {
            const body = call(method, id, method === "check_tx" ? { tx: "AQ==" } : {}) + " ".repeat(padding);
            return request(body, ...(isPlain ? [] : [NOT_PLAIN]));
          })
          .join("");
        const wire = new Wire(server);
        const bounds = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        for (const [index, start] of bounds.slice(0, -1).entries()) {
          wire.socket.write(bytes.slice(start, bounds[index + 1]));
          if (isPaced) await new Promise(setImmediate);
        }
        const answers = await wire.answers(requests.length);
        wire.socket.destroy();
        expect(answers.map((answer) => /"id":([0-9]+)/.exec(answer)?.[1])).toEqual(requests.map((_, id) => String(id)));
      },
    ),
    { numRuns: 150 },
  );
});

describe("connections", () => {
  test("behavior: what comes behind a request that waits is answered behind it, though the client ends", async () => {
    let settle: (response: ResponseQuery) => void = () => undefined;
    const query = () =>
      new Promise<ResponseQuery>((resolve) => {
        settle = resolve;
      });
    const server = await serve({ query });
    const wire = new Wire(server);
    wire.socket.write(request(call("abci_query", 1)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    wire.socket.write(request(call("health", 2)) + request(call("health", 3)));
    wire.socket.write(`GET /health HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(wire.text).toBe("");
    settle(ResponseQuery.fromPartial({ log: "late" }));
    const answers = await wire.answers(4);
    expect(answers.map((answer) => /"id":(-?[0-9]+)/.exec(answer)?.[1])).toEqual(["1", "2", "3", "-1"]);
    wire.socket.end();
    await wire.closed;
  });

  test("behavior: whatever follows a plain request, the server lives on", async () => {
    const server = await serve();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.boolean(), async (bytes, isPaced) => {
        const wire = new Wire(server);
        wire.socket.write(request(call("health")));
        if (isPaced) await wire.answers(1);
        wire.socket.end(bytes);
        await wire.closed;
        expect(wire.text).toMatch(isPaced ? /^HTTP\/1\.1 200 / : /^(HTTP\/1\.1 [24][0-9]{2} |$)/);
      }),
      { numRuns: 100 },
    );
    const wire = new Wire(server);
    wire.socket.write(request(call("health")));
    expect(await wire.answers(1)).toHaveLength(1);
  });

  test("behavior: a client that has what it asked for may end, and is let go", async () => {
    const wire = new Wire(await serve());
    wire.socket.write(request(call("health")));
    await wire.answers(1);
    wire.socket.end();
    await wire.closed;
  });

  test("error: a silent client is let go, whether it has asked before or not", async () => {
    const server = await serve({ limits: { requestTimeoutMs: 300, keepAliveMs: 300 } });
    const [silent, idle] = [new Wire(server), new Wire(server)];
    idle.socket.write(request(call("health")));
    const [answer] = await idle.answers(1);
    expect(answer).toContain("Keep-Alive: timeout=0\r\n");
    await Promise.all([silent.closed, idle.closed]);
    expect(silent.text).toBe("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
  });

  test("error: a request that is not answered in time is given up", async () => {
    const query = () => new Promise<ResponseQuery>(() => undefined);
    const wire = new Wire(await serve({ query, limits: { socketTimeoutMs: 300 } }));
    wire.socket.write(request(call("abci_query")));
    await wire.closed;
    expect(wire.text).toBe("");
  });

  test("error: a client that asks and does not read is read from no more, and let go", async () => {
    let asked = 0;
    const value = new Uint8Array(400_000);
    const query = () => {
      asked += 1;
      return ResponseQuery.fromPartial({ value });
    };
    const server = await serve({ query, limits: { socketTimeoutMs: 400 } });
    const socket = connect({ port: server.address.port, host: "127.0.0.1", noDelay: true });
    closing.push(() => void socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.pause();
    const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    // Whoever was cut off finds out when it writes.
    const asking = setInterval(() => socket.write(request(call("abci_query"))), 20);
    await closed;
    clearInterval(asking);
    // As many as the buffers of the sockets hold.
    expect(asked).toBeLessThan(60);
  });

  test("behavior: a client may take large answers slowly, one after the other, and then be silent", async () => {
    const value = new Uint8Array(6_000_000);
    const query = () => ResponseQuery.fromPartial({ value });
    const server = await serve({ query, limits: { socketTimeoutMs: 300 } });
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on("warning", onWarning);
    closing.push(() => void process.off("warning", onWarning));
    const wire = new Wire(server);
    for (let round = 0; round < 12; round += 1) {
      wire.text = "";
      wire.socket.pause();
      wire.socket.write(request(call("abci_query")));
      await new Promise((resolve) => setTimeout(resolve, 20));
      wire.socket.resume();
      await expect.poll(() => wire.text.length).toBeGreaterThan(8_000_000);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    wire.text = "";
    wire.socket.write(request(call("health")));
    expect(await wire.answers(1)).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test("behavior: closing answers what waits, and cuts what is idle", async () => {
    let settle: (response: ResponseQuery) => void = () => undefined;
    const query = () =>
      new Promise<ResponseQuery>((resolve) => {
        settle = resolve;
      });
    const server = await serve({ query });
    const [idle, waiting] = [new Wire(server), new Wire(server)];
    idle.socket.write(request(call("health")));
    await idle.answers(1);
    waiting.socket.write(request(call("abci_query")));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = server.close();
    closing.length = 0;
    await idle.closed;
    settle(ResponseQuery.fromPartial({ log: "late" }));
    await Promise.all([closed, waiting.closed]);
    expect(waiting.text).toContain('"log":"late"');
    expect(waiting.text).toContain("Connection: close\r\n");
  });

  test("error: closing cuts what is never answered", async () => {
    const server = await serve({ query: () => new Promise<ResponseQuery>(() => undefined) });
    const wire = new Wire(server);
    wire.socket.write(request(call("abci_query")));
    await new Promise((resolve) => setTimeout(resolve, 20));
    closing.length = 0;
    await server.close();
    await wire.closed;
    expect(wire.text).toBe("");
  });
});
