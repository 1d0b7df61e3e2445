// What strangers can send. Cases: paths and parameters that are none; methods, bodies and headers; many at one time; the
// rate limit; and the controls, which answer neither names nor pages from elsewhere.

import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { TestEvm } from "../chains/testing/testEvm.ts";
import { burnV1 } from "../chains/testing/testMessages.ts";
import { startTestAttester, type TestAttester, until } from "./testing/testAttester.ts";

const HASH = `0x${"ab".repeat(32)}`;

let evm: TestEvm;
let attester: TestAttester;

beforeAll(async () => {
  evm = await TestEvm.start();
  attester = await startTestAttester([evm]);
  await evm.send(1, burnV1());
  await evm.mine(3);
});

afterAll(async () => {
  await attester?.close();
  await evm?.stop();
});

/** Whatever was sent, the service goes on. */
afterEach(async () => {
  expect(await attester.get("/v2/publicKeys")).toMatchObject({ status: 200 });
  expect(attester.logs.filter((line) => line["msg"] === "a request failed")).toEqual([]);
});

describe("requests", () => {
  test.each([
    ["/v1/attestations/0x12", 400, "Invalid message hash: expected 0x and 64 hex digits"],
    [`/v1/attestations/${HASH.slice(2)}`, 400, "Invalid message hash: expected 0x and 64 hex digits"],
    [`/v1/attestations/${HASH}`, 404, "Not found."],
    ["/v1/attestations/", 400, "Invalid message hash: expected 0x and 64 hex digits"],
    ["/v1/attestations/%00", 400, "Invalid message hash: expected 0x and 64 hex digits"],
    [`/v1/attestations/${"a".repeat(200)}`, 414, "Malformed request"],
    ["/v1/attestations/%E0%A4%A", 400, "Malformed request"],
    [`/v1/messages/x/${HASH}`, 400, "Invalid domain: expected a number"],
    [`/v1/messages/4294967296/${HASH}`, 400, "Invalid domain: expected a number"],
    [`/v1/messages/-1/${HASH}`, 400, "Invalid domain: expected a number"],
    [`/v1/messages/00/${HASH}`, 400, "Invalid domain: expected a number"],
    [`/v1/messages/4294967295/${HASH}`, 404, "Not found."],
    ["/v1/messages/0/..%2f..%2f", 400, "Invalid transaction hash: expected 64 hex digits"],
    ["/v2/messages/0", 400, "transactionHash or nonce is required"],
    ["/v2/messages/0?transactionHash=", 400, "Invalid transaction hash: expected 64 hex digits"],
    [`/v2/messages/0?transactionHash=${HASH}&transactionHash=${HASH}`, 400, "transactionHash is given more than once"],
    [`/v2/messages/0?transactionHash=${HASH}&nonce[]=7`, 404, "Not found."],
    ["/v2/messages/0?nonce=99999999999999999999999", 400, "Invalid nonce: expected 0x and 64 hex digits"],
    ["/v2/messages/0?nonce=-1", 400, "Invalid nonce: expected 0x and 64 hex digits"],
    [`/v2/messages/0?nonce=${HASH}`, 404, "Not found."],
    ["/v2/messages/0?nonce=18446744073709551615", 404, "Not found."],
    ["/v2/messages/0?__proto__=1", 400, "transactionHash or nonce is required"],
    ["/v2/burn/USDC/fees/0/x", 400, "Invalid domain: expected a number"],
    ["/v2/burn/EURC/fees/0/6", 404, "Not found."],
    ["/v3/messages/0", 404, "Not found."],
    ["/faults", 404, "Not found."],
    ["/metrics", 404, "Not found."],
  ])("error: GET %s", async (path, status, message) => {
    expect(await attester.get(path)).toEqual({ status, body: { code: status, message } });
  });

  test("error: the older path has its own body", async () => {
    expect(await attester.get(`/attestations/${HASH}`)).toEqual({
      status: 404,
      body: { error: "Message hash not found" },
    });
  });

  test.each([
    ["POST", "/v2/publicKeys", {}, 404],
    ["POST", `/v2/reattest/${HASH}`, {}, 404],
    ["POST", `/v2/reattest/${HASH}`, { body: "{", headers: { "content-type": "application/json" } }, 404],
    ["POST", `/v2/reattest/${HASH}`, { body: "", headers: { "content-type": "application/json" } }, 404],
    ["POST", `/v2/reattest/${HASH}`, { body: "x", headers: { "content-type": "nonsense" } }, 415],
    ["POST", "/v2/reattest/0x12", {}, 400],
    ["POST", `/v2/reattest/${HASH}`, { body: "x".repeat(20_000) }, 413],
    ["DELETE", "/v2/publicKeys", {}, 404],
    ["PROPFIND", "/", {}, 404],
  ])("error: %s %s %#", async (method, path, init, status) => {
    const response = await fetch(attester.running.url + path, { method, ...init });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: status });
  });

  test.each([
    ["no HTTP", "hello\r\n\r\n"],
    ["a path that is no path", "GET http:// HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["headers without an end", `GET / HTTP/1.1\r\nx: ${"y".repeat(100_000)}\r\n\r\n`],
    ["two lengths", "POST /v2/reattest/0x12 HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx"],
    ["percent signs", "GET /v1/attestations/%E0%A4%A HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"],
  ])("error: bytes that are %s", async (_name, bytes) => {
    const { port } = new URL(attester.running.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(Number(port), "127.0.0.1", () => socket.write(bytes));
      socket.on("data", (chunk) => {
        text += chunk;
        if (/^HTTP\/1\.1 [45]/.test(text)) socket.end();
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 4[0-9]{2} /);
  });

  test("behavior: many at one time are all answered", async () => {
    const paths = Array.from({ length: 300 }, (_, index) => `/v2/messages/0?nonce=${index}`);
    const answers = await Promise.all(paths.map((path) => attester.get(path)));
    expect(answers[0]?.status).toBe(200);
    expect(answers.slice(1).every(({ status }) => status === 404)).toBe(true);
  });
});

describe("rate limit", () => {
  test("behavior: the one too many is shut out, with the time that it lasts; health is always told", async () => {
    const limited = await startTestAttester([evm], { rateLimit: { perSecond: 5, blockedMs: 400 } });
    try {
      const statuses = await Promise.all(
        Array.from({ length: 8 }, async () => (await limited.get("/v2/publicKeys")).status),
      );
      expect(statuses.filter((status) => status === 200)).toHaveLength(5);
      const response = await fetch(`${limited.running.url}/v1/publicKeys`);
      expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([429, "1", ""]);
      expect((await limited.get("/health")).status).toBeLessThan(504);
      await until(
        () => limited.get("/v1/publicKeys"),
        ({ status }) => status === 200,
      );
    } finally {
      await limited.close();
    }
  });
});

describe("controls", () => {
  async function raw(headers: readonly string[]): Promise<string> {
    const { port } = new URL(attester.running.adminUrl ?? "");
    return new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(Number(port), "127.0.0.1", () =>
        socket.write(["GET /faults HTTP/1.1", "connection: close", ...headers, "", ""].join("\r\n")),
      );
      socket.on("data", (chunk) => (text += chunk));
      socket.on("error", reject);
      socket.on("close", () => resolve(text.slice(0, 12)));
    });
  }

  test("behavior: they answer to this machine only, and to no web page", async () => {
    expect(await raw(["host: 127.0.0.1:3101"])).toBe("HTTP/1.1 200");
    expect(await raw(["host: localhost"])).toBe("HTTP/1.1 200");
    expect(await raw(["host: attester.example"])).toBe("HTTP/1.1 403");
    expect(await raw(["host: 127.0.0.1.attester.example"])).toBe("HTTP/1.1 403");
    expect(await raw(["host: localhost", "origin: http://localhost"])).toBe("HTTP/1.1 403");
  });

  test.each([
    ["POST", "/faults", undefined, 400],
    ["POST", "/faults", "text", 400],
    ["POST", "/snapshots/77/revert", undefined, 404],
    ["POST", "/snapshots/..%2f/revert", undefined, 404],
    ["POST", "/nothing", {}, 404],
  ])("error: %s %s", async (method, path, body, status) => {
    expect(await attester.admin(method, path, body)).toMatchObject({ status });
  });

  test("behavior: no more faults than 256", async () => {
    for (let count = 0; count < 256; count++) {
      expect((await attester.admin("POST", "/faults", { kind: "pending", match: { domain: 99 } })).status).toBe(201);
    }
    expect(await attester.admin("POST", "/faults", { kind: "pending" })).toMatchObject({ status: 400 });
    expect(await attester.admin("DELETE", "/faults")).toMatchObject({ status: 200 });
  });
});
