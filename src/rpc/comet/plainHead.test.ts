// Cases: heads that programs send; heads that are not plain, each for one reason; whatever is taken for plain, node:http
// understands in the same way.

import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyBytesOfPlainHead } from "./plainHead.ts";

const headOf = (...lines: readonly string[]): string => `${["POST / HTTP/1.1", ...lines].join("\r\n")}\r\n\r\n`;

describe("bodyBytesOfPlainHead", () => {
  test.each([
    ["the least", headOf("Host: x", "Content-Length: 5")],
    ["in any case and order", headOf("content-length:5", "HOST:127.0.0.1:26657")],
    ["spaces about the value", headOf("Host: \t x ", "Content-Length: \t5\t ")],
    ["kept alive", headOf("Host: x", "Connection: Keep-Alive", "Content-Length: 5")],
    [
      "Node's fetch",
      headOf(
        ...["host: 127.0.0.1:26657", "connection: keep-alive", "content-type: application/json", "accept: */*"],
        ...["accept-language: *", "sec-fetch-mode: cors", "user-agent: node", "accept-encoding: gzip, deflate"],
        "content-length: 5",
      ),
    ],
  ])("default: %s", (_name, head) => {
    expect(bodyBytesOfPlainHead(head)).toBe(5);
  });

  test.each([
    ["no length", headOf("Host: x")],
    ["no host", headOf("Content-Length: 5")],
    ["two hosts", headOf("Host: x", "Host: x", "Content-Length: 5")],
    ["two lengths", headOf("Host: x", "Content-Length: 5", "Content-Length: 5")],
    ["two lengths in one", headOf("Host: x", "Content-Length: 5, 5")],
    ["a signed length", headOf("Host: x", "Content-Length: +5")],
    ["a length in hex", headOf("Host: x", "Content-Length: 0x5")],
    ["a length with a zero in front", headOf("Host: x", "Content-Length: 05")],
    ["a length of nothing", headOf("Host: x", "Content-Length:")],
    ["a long length", headOf("Host: x", "Content-Length: 10000000000")],
    ["chunks", headOf("Host: x", "Content-Length: 5", "Transfer-Encoding: chunked")],
    ["something to expect", headOf("Host: x", "Content-Length: 5", "Expect: 100-continue")],
    ["another protocol", headOf("Host: x", "Content-Length: 5", "Upgrade: websocket")],
    ["an end", headOf("Host: x", "Content-Length: 5", "Connection: close")],
    ["headers of a hop", headOf("Host: x", "Content-Length: 5", "Connection: keep-alive, te")],
    ["a browser's origin", headOf("Host: x", "Content-Length: 5", "Origin: https://a.example")],
    ["a header that is not known", headOf("Host: x", "Content-Length: 5", "X-Other: 1")],
    ["a space before the colon", headOf("Host: x", "Content-Length : 5")],
    ["a line that goes on", headOf("Host: x", "Accept: a", " b", "Content-Length: 5")],
    ["no colon", headOf("Host: x", "Accept", "Content-Length: 5")],
    ["no name", headOf("Host: x", ": a", "Content-Length: 5")],
    ["a lone line feed", headOf("Host: x", "Accept: a\nContent-Length: 4", "Content-Length: 5")],
    ["a lone return", headOf("Host: x", "Accept: a\rb", "Content-Length: 5")],
    ["a zero byte", headOf("Host: x", "Accept: a\0", "Content-Length: 5")],
    ["letters beyond ASCII", headOf("Host: x", "User-Agent: \xe9", "Content-Length: 5")],
    ["another method", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"],
    ["another path", "POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"],
    ["another version", "POST / HTTP/1.0\r\nHost: x\r\nContent-Length: 5\r\n\r\n"],
    ["an absolute target", "POST http://x/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"],
    ["an empty line in front", `\r\n${headOf("Host: x", "Content-Length: 5")}`],
    ["no end", headOf("Host: x", "Content-Length: 5").slice(0, -2)],
    ["more than a head", `${headOf("Host: x", "Content-Length: 5")}x`],
    ["too much", headOf("Host: x", `User-Agent: ${"x".repeat(2_000)}`, "Content-Length: 5")],
  ])("error: %s", (_name, head) => {
    expect(bodyBytesOfPlainHead(head)).toBeUndefined();
  });

  test("behavior: a head that does not fit is found out at once, whatever it is full of", () => {
    const startMs = performance.now();
    for (const filler of [" ", "\t", "a", ":", "a:", " \t"]) {
      const head = headOf("Host: x", `Accept:${filler.repeat(900)}\x01`, "Content-Length: 5");
      for (let round = 0; round < 100; round += 1) expect(bodyBytesOfPlainHead(head)).toBeUndefined();
    }
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});

describe("beside node:http", () => {
  const server = createServer((request: IncomingMessage, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.end(`${request.method} ${request.url} ${bytes}`));
  });
  let port = 0;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** What node:http makes of bytes: one answer, with what was left of the bytes answered behind it. */
  function byNode(bytes: string): Promise<string> {
    return new Promise((resolve) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
        socket.destroy();
      });
      socket.on("error", () => socket.destroy());
      socket.on("close", () => resolve(text));
    });
  }

  test("behavior: what is plain means the same to it", async () => {
    const line = fc.oneof(
      fc.constantFrom("Host: x", "host:\ty ", "Content-Length: 3", "content-length:0", "Content-Length: 12"),
      fc.constantFrom(
        "Accept: */*",
        "Connection: keep-alive",
        "Transfer-Encoding: chunked",
        "User-Agent:",
        "Expect: x",
      ),
      fc.string({ unit: "grapheme-ascii", maxLength: 8 }),
      fc
        .tuple(fc.constantFrom("Host", "Accept", "Content-Length", "User-Agent"), fc.string({ maxLength: 6 }))
        .map(([name, value]) => `${name}:${value}`),
    );
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 4 }), async (lines) => {
        const head = headOf("Host: x", ...lines);
        const bodyBytes = bodyBytesOfPlainHead(head);
        if (bodyBytes === undefined) return;
        plain += 1;
        const text = await byNode(head + "b".repeat(bodyBytes));
        expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
        expect(text).toContain(`POST / ${bodyBytes}`);
      }),
      { numRuns: 1_500 },
    );
    expect(plain).toBeGreaterThan(50);
  });
});
