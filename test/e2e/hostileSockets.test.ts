// Bare sockets at every HTTP server of a running chain: what is no HTTP, headers that contradict each other, requests that
// are slow, half or broken off, WebSocket frames that are none. Each is refused or cut off; the chain lives on.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { breakOff, connectTo, type Survivor, speak, startSurvivor } from "./survivor.ts";

let chain: Survivor;

const FACES = ["rpc", "rest", "faucet", "metrics"] as const;
type Face = (typeof FACES)[number];

const urlOf = (face: Face): string => {
  const { rpcUrl, restUrl, faucetUrl, metricsUrl } = chain.devnet;
  return { rpc: rpcUrl, rest: restUrl, faucet: faucetUrl, metrics: metricsUrl }[face] ?? "";
};

beforeAll(async () => {
  chain = await startSurvivor();
});

afterAll(async () => {
  try {
    await chain.expectAlive();
    chain.expectNoGrowth();
  } finally {
    await chain.close();
  }
});

/** Where each server takes a body. */
const POST = {
  rpc: "POST /",
  rest: "POST /cosmos/tx/v1beta1/simulate",
  faucet: "POST /credit",
  metrics: "POST /metrics",
};

describe.each(FACES)("%s", (face) => {
  const start = `${POST[face]} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;

  afterAll(() => chain.expectAlive());

  test.each([
    ["bytes of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["HTTP/3.7", "GET / HTTP/3.7\r\nHost: x\r\n\r\n", 400],
    ["a path without a slash", "GET health HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["lines without CR", "GET / HTTP/1.1\nHost: x\n\n", 400],
    ["NUL in a header", `${start}X: a\0b\r\n\r\n`, 400],
    ["two lengths that differ", `${start}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `, 400],
    ["two lengths that agree", `${start}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`, 400],
    ["a length and chunks", `${start}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    [
      "chunks and another encoding",
      `${start}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ["a negative length", `${start}Content-Length: -5\r\n\r\n`, 400],
    ["a length of 30 digits", `${start}Content-Length: ${"9".repeat(30)}\r\n\r\n`, 400],
    ["a chunk of no size", `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ["an expectation", `${start}Expect: 200-maybe\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`, 417],
    ["headers of 2 MiB", `${start}X: ${"a".repeat(2 << 20)}\r\n\r\n`, 431],
  ])("error: %s", async (_name, bytes, status) => {
    expect(await speak(urlOf(face), bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("error: CONNECT is cut off", async () => {
    expect(await speak(urlOf(face), "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n")).toBe("");
  });

  test("behavior: 5,000 headers, doubled or not, are only headers", async () => {
    const headers = "X: y\r\n".repeat(5_000);
    const answer = await speak(
      urlOf(face),
      `GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n${headers}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("behavior: 300 requests that are broken off anywhere leave nothing behind", async () => {
    const body = '{"jsonrpc":"2.0","id":1,"method":"block"}';
    const whole = `${start}Content-Length: ${body.length}\r\n\r\n${body}`;
    const cuts = Array.from({ length: 300 }, (_, i) => whole.slice(0, Math.ceil((whole.length * i) / 299)));
    for (let i = 0; i < cuts.length; i += 50) {
      await Promise.all(cuts.slice(i, i + 50).map((bytes) => breakOff(urlOf(face), bytes)));
    }
    await expect.poll(async () => (await fetch(urlOf(face))).status).toBe(200);
  });
});

describe("slow clients", () => {
  afterAll(() => chain.expectAlive());

  test("error: 200 requests that drip are cut off, and others are served meanwhile", { timeout: 90_000 }, async () => {
    const slow = FACES.flatMap((face) =>
      Array.from({ length: 50 }, (_, i) => {
        const { socket, answer } = connectTo(urlOf(face));
        socket.write(`${POST[face]} HTTP/1.1\r\nHost: x\r\n`);
        // Half of them drip headers, the others say nothing more.
        const drip = i % 2 === 0 ? setInterval(() => socket.write("X-Slow: 1\r\n"), 1_000) : undefined;
        return answer.finally(() => clearInterval(drip));
      }),
    );
    for (const face of FACES) expect((await fetch(urlOf(face))).status).toBe(200);
    await chain.expectAlive();
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });
});

describe("WebSocket frames", () => {
  const HANDSHAKE =
    "GET /websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  const KEY = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\n`;
  const MASK = "\0\0\0\0";

  afterAll(() => chain.expectAlive());

  test.each([
    ["no key", `${HANDSHAKE}\r\n`],
    ["a key that is none", `${HANDSHAKE}Sec-WebSocket-Key: no\r\n\r\n`],
    ["another version", `${HANDSHAKE.replace("13", "99")}${KEY}\r\n`],
  ])("error: a handshake with %s", async (_name, bytes) => {
    expect(await speak(chain.rpcUrl, bytes)).toMatch(/^HTTP\/1\.1 (400|426) /);
  });

  test("error: an upgrade to something else, and at another path", async () => {
    const other = HANDSHAKE.replace("/websocket", "/block");
    expect(await speak(chain.rpcUrl, `${other}${KEY}\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
    expect(await speak(chain.rpcUrl, `${HANDSHAKE.replace(": websocket", ": h2c")}${KEY}\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  test.each([
    ["without a mask", "\x81\x02{}"],
    ["with reserved bits", `\xf1\x82${MASK}{}`],
    ["with an opcode that is none", `\x83\x82${MASK}{}`],
    ["of text that is no UTF-8", `\x81\x82${MASK}\xff\xfe`],
    ["that goes on with nothing", `\x80\x82${MASK}{}`],
    ["that is begun within another", `\x01\x81${MASK}{\x81\x81${MASK}}`],
    ["of control that is too long", `\x89\xfe\x00\x7e${MASK}${"x".repeat(126)}`],
    ["of control in pieces", `\x09\x81${MASK}x`],
    ["of 2^63 bytes", `\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff${MASK}`],
    ["of 3 MiB in pieces", `\x01\xff\0\0\0\0\0\x30\0\0${MASK}${" ".repeat(3 << 20)}`],
    ["that closes with a code that is none", `\x88\x82${MASK}\0\0`],
  ])("error: a frame %s ends the connection", async (_name, frame) => {
    const { socket, answer } = connectTo(chain.rpcUrl);
    socket.write(`${HANDSHAKE}${KEY}\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.write(Buffer.from(frame, "latin1"));
    expect(await answer).toMatch(/^HTTP\/1\.1 101 /);
  });

  test("behavior: 300 subscribers that vanish without a word leave nothing behind", async () => {
    const subscribe = '{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"query":"tm.event=\'NewBlock\'"}}';
    const frame = `\x81\xfe${String.fromCharCode(0, subscribe.length)}${MASK}${subscribe}`;
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => breakOff(chain.rpcUrl, `${HANDSHAKE}${KEY}\r\n${frame}`)));
    }
    await chain.expectAlive();
  });
});
