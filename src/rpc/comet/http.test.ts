// Requests by POST and GET. Cases: what each method answers by GET; batches and notifications; errors and their shapes;
// parameters of every kind; pages; CORS; bodies that are hostile; the devnet's controls; closing.

import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { kvTx } from "../../consensus/testing/kvApp.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { CometRpcOptions } from "./cometServer.ts";
import { get, type HttpAnswer, post, postText, type ServedNode, serveNode } from "./testing/servedNode.ts";

const TX = kvTx({ from: "alice", sequence: 0, key: "k", value: "v" });
const HASH = toHex(sha256(TX)).toUpperCase();

/** The one argument of a query that came in. */
type Asked = { path: string; data: string; height: bigint; prove: boolean };

let served: ServedNode;
let url: string;
const asked: Asked[] = [];
const observed: [method: string, isOk: boolean, isTimed: boolean][] = [];

const OPTIONS: CometRpcOptions = {
  corsOrigins: ["https://wallet.example"],
  observer: { request: (method, isOk, durationMs) => void observed.push([method, isOk, durationMs >= 0]) },
  query: async (path, data, height, prove) => {
    asked.push({ path, data: toHex(data), height, prove });
    return ResponseQuery.fromPartial({ code: 6, codespace: "sdk", log: "unknown query path", height: 2n });
  },
};

beforeAll(async () => {
  served = await serveNode(OPTIONS);
  url = served.url;
  await served.node.submitTx(TX);
  await served.node.produce();
});

afterAll(() => served?.close());

const error = (id: unknown, code: number, message: string, data?: unknown) => ({
  jsonrpc: "2.0",
  id,
  error: data === undefined ? { code, message } : { code, message, data },
});

describe("GET", () => {
  test.each([
    ["/health", {}],
    ["/net_info", { n_peers: "0", peers: [] }],
    ["/num_unconfirmed_txs", { n_txs: "0", total: "0", total_bytes: "0", txs: null }],
    ["/unconfirmed_txs?limit=5", { n_txs: "0", total: "0", total_bytes: "0", txs: [] }],
    ["/block?height=1", { block: { header: { height: "1" }, data: { txs: [] }, evidence: { evidence: [] } } }],
    ['/block?height="1"', { block: { header: { height: "1" } } }],
    ["/block", { block: { header: { height: "2" }, data: { txs: [toBase64(TX)] } } }],
    ["/header?height=1", { header: { height: "1", chain_id: "test-1" } }],
    ["/commit?height=1", { canonical: true, signed_header: { header: { height: "1" }, commit: { height: "1" } } }],
    ["/block_results?height=2", { height: "2", txs_results: [{ code: 0, gas_used: "5" }], validator_updates: null }],
    ["/blockchain?minHeight=1&maxHeight=9", { last_height: "2", block_metas: [{ num_txs: "1" }, { num_txs: "0" }] }],
    ["/validators", { block_height: "3", count: "1", total: "1", validators: [{ voting_power: "10" }] }],
    ["/consensus_params?height=1", { block_height: "1", consensus_params: { block: { max_bytes: "1000000" } } }],
    ["/genesis", { genesis: { chain_id: "test-1" } }],
    ["/genesis_chunked?chunk=0", { chunk: "0", total: "1" }],
    ["/genesis_chunked", { chunk: "0", total: "1" }],
    [`/tx?hash=0x${HASH}`, { hash: HASH, height: "2", index: 0, tx: toBase64(TX) }],
    [`/tx?hash=0x${HASH.toLowerCase()}&prove=true`, { hash: HASH, proof: { data: toBase64(TX) } }],
    [`/tx_search?query="tx.hash='${HASH}'"`, { total_count: "1", txs: [{ hash: HASH }] }],
    ['/tx_search?query="tx.height=1"', { total_count: "0", txs: [] }],
    [
      '/block_search?query="block.height>0"',
      { total_count: "2", blocks: [{ block: { header: { height: "2" } } }, {}] },
    ],
    ["/block_by_hash?hash=0x00", { block_id: { hash: "", parts: { total: 0, hash: "" } }, block: null }],
    ["/header_by_hash?hash=0x00", { header: null }],
    ["/abci_info", { response: { data: "kv", last_block_height: "2" } }],
    ["/check_tx?tx=0x7b7d", { code: 32, gas_wanted: "10", events: [] }],
  ])("default: %s", async (path, result) => {
    const { status, json, headers, text } = await get(url + path);
    expect(json).toMatchObject({ jsonrpc: "2.0", id: -1, result });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
  });

  test("default: blocks and headers by their hash", async () => {
    const { hash } = (await served.node.getBlock(1))!.blockId;
    for (const text of [`0x${toHex(hash)}`, `0x${toHex(hash).toUpperCase()}`]) {
      expect((await get(`${url}/block_by_hash?hash=${text}`)).json).toMatchObject({
        result: { block_id: { hash: toHex(hash).toUpperCase() } },
      });
      expect((await get(`${url}/header_by_hash?hash=${text}`)).json).toMatchObject({
        result: { header: { height: "1" } },
      });
    }
    expect((await post(url, "block_by_hash", { hash: toBase64(hash) })).json).toMatchObject({
      result: { block: { header: { height: "1" } } },
    });
    expect((await post(url, "header_by_hash", { hash: toHex(hash) })).json).toMatchObject({
      result: { header: { height: "1" } },
    });
  });

  test("default: a page that names every method", async () => {
    const { status, text, headers } = await get(url);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^text\/html/);
    for (const name of ["abci_query", "block_search", "broadcast_tx_commit", "validators"])
      expect(text).toContain(name);
    expect(text).not.toContain("devnet_");
  });

  test("behavior: queries take hex, texts in quotes as they are, and plain numbers", async () => {
    await get(`${url}/abci_query?path="/a/b"&data=0x0aFF&height=7&prove=true`);
    await get(`${url}/abci_query?path="/a"&data="key"&height="3"`);
    await post(url, "abci_query", { path: "/a", data: "0aff", height: "0", prove: false });
    await post(url, "abci_query", { path: "/a", data: "", height: 12 });
    await post(url, "abci_query", ["/list", "00", "1", true]);
    expect(asked).toEqual([
      { path: "/a/b", data: "0aff", height: 7n, prove: true },
      { path: "/a", data: toHex(new TextEncoder().encode("key")), height: 3n, prove: false },
      { path: "/a", data: "0aff", height: 0n, prove: false },
      { path: "/a", data: "", height: 12n, prove: false },
      { path: "/list", data: "00", height: 1n, prove: true },
    ]);
  });

  test.each([
    ["/block?height=99", "height 99 must be less than or equal to the current blockchain height 2"],
    ["/block?height=0", "height must be greater than 0, but got 0"],
    ["/block?height=-5", "height must be greater than 0, but got -5"],
    [`/tx?hash=0x${"ab".repeat(32)}`, `tx (${"AB".repeat(32)}) not found`],
    ["/tx", "transaction hash cannot be empty"],
    ["/validators?page=2", "page should be within [1, 1] range, given 2"],
    ["/validators?page=0", "page should be within [1, 1] range, given 0"],
    ["/blockchain?minHeight=5", "min height 5 can't be greater than max height 2"],
    ["/blockchain?minHeight=-5", "heights must be non-negative"],
    ['/tx_search?query="tx.height=1"&order_by="up"', "expected order_by to be either `asc` or `desc` or empty"],
    ['/tx_search?query="tx.height>0"&page=2', "page should be within [1, 1] range, given 2"],
    ["/genesis_chunked?chunk=1", "there are 0 chunks, 1 is invalid"],
    [`/tx_search?query="a='${"x".repeat(520)}'"`, "maximum query length exceeded"],
  ])("error: %s", async (path, data) => {
    const { status, json } = await get(url + path);
    expect(json).toEqual(error(-1, -32603, "Internal error", data));
    expect(status).toBe(500);
  });

  test.each([
    "/block?height=abc",
    "/block?height=0x10",
    "/block?height=1.5",
    "/block?height=9223372036854775808",
    "/tx?hash=0xzz",
    "/tx?hash=zz",
    "/tx?hash=0x01&prove=maybe",
    "/genesis_chunked?chunk=-1",
  ])("error: %s", async (path) => {
    const { status, json } = await get(url + path);
    expect(json).toMatchObject({ id: -1, error: { code: -32602, message: "Invalid params" } });
    expect(json).toHaveProperty("error.data", expect.stringMatching(/^error converting http params to arguments: /));
    expect(status).toBe(500);
  });

  test.each(["/nothing", "/devnet_mine", "/subscribe?query=x", "/__proto__", "/constructor", "//", "/block/1"])(
    "error: there is no %s",
    async (path) => {
      expect((await get(url + path)).status).toBe(404);
    },
  );
});

describe("POST", () => {
  test("default: the id comes back as it was", async () => {
    for (const id of [7, "seven", 123456789012, "", 0, -1]) {
      const { json, status } = await postText(url, JSON.stringify({ jsonrpc: "2.0", id, method: "health" }));
      expect(json).toEqual({ jsonrpc: "2.0", id, result: {} });
      expect(status).toBe(200);
    }
  });

  test("default: a batch is answered in its order; one alone is no list", async () => {
    const call = (id: number, method: string) => ({ jsonrpc: "2.0", id, method, params: {} });
    const methods = ["status", "health", "nothing", "block"];
    const { json } = await postText(url, JSON.stringify(methods.map((method, id) => call(id, method))));
    expect(json).toMatchObject([
      { id: 0, result: { node_info: { network: "test-1" } } },
      { id: 1, result: {} },
      error(2, -32601, "Method not found"),
      { id: 3, result: { block: {} } },
    ]);
    expect((await postText(url, JSON.stringify([call(5, "health")]))).json).toEqual({
      jsonrpc: "2.0",
      id: 5,
      result: {},
    });
  });

  test("behavior: notifications do nothing and are not answered", async () => {
    const tx = toBase64(kvTx({ from: "nobody", sequence: 0, key: "k", value: "v" }));
    const call = { jsonrpc: "2.0", method: "broadcast_tx_sync", params: { tx } };
    for (const body of [call, { ...call, id: null }, [call, call], []]) {
      const { status, text } = await postText(url, JSON.stringify(body));
      expect([status, text]).toEqual([200, ""]);
    }
    const mixed = [call, { jsonrpc: "2.0", id: 1, method: "health" }];
    expect((await postText(url, JSON.stringify(mixed))).json).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
    expect(served.node.mempool.size).toBe(0);
  });

  test("behavior: transactions of one batch are taken in their order", async () => {
    const txs = Array.from({ length: 20 }, (_, sequence) => kvTx({ from: "batch", sequence, key: "k", value: "v" }));
    const calls = txs.map((tx, id) => ({
      jsonrpc: "2.0",
      id,
      method: "broadcast_tx_sync",
      params: { tx: toBase64(tx) },
    }));
    const { json } = await postText(url, JSON.stringify(calls));
    expect(json).toEqual(
      txs.map((tx, id) => ({
        jsonrpc: "2.0",
        id,
        result: { code: 0, data: "", log: "", codespace: "", hash: toHex(sha256(tx)).toUpperCase() },
      })),
    );
    await served.node.produce();
  });

  test("behavior: a duplicate is refused also by those who do not wait", async () => {
    for (const method of ["broadcast_tx_sync", "broadcast_tx_async"]) {
      expect((await post(url, method, { tx: toBase64(TX) })).json).toEqual(
        error(7, -32603, "Internal error", "tx already exists in cache"),
      );
    }
    expect((await post(url, "broadcast_tx_commit", { tx: toBase64(TX) })).json).toEqual(
      error(7, -32603, "Internal error", "error on broadcastTxCommit: tx already exists in cache"),
    );
    const large = toBase64(new Uint8Array(1024 * 1024));
    expect((await post(url, "broadcast_tx_sync", { tx: large })).json).toMatchObject({
      error: { code: -32603, data: expect.stringMatching(/^Tx too large\. Max size is [0-9]+, but got 1048576$/) },
    });
  });

  test.each([
    ["subscribe", { query: "tm.event='Tx'" }],
    ["unsubscribe_all", {}],
    ["devnet_mine", {}],
    ["toString", {}],
    ["__proto__", {}],
    ["", {}],
  ])("error: there is no %j", async (method, params) => {
    const { status, json } = await post(url, method, params);
    expect([status, json]).toEqual([200, error(7, -32601, "Method not found")]);
  });

  test.each<[string, unknown]>([
    ["block", { height: "abc" }],
    ["block", { height: true }],
    ["block", { height: {} }],
    ["block", { height: 1.5 }],
    ["block", { height: "9223372036854775808" }],
    ["block", "5"],
    ["block", 5],
    ["block", ["1", "2"]],
    ["tx", { hash: "!!" }],
    ["tx", { hash: 5 }],
    ["tx", { hash: HASH.slice(1) }],
    ["tx", { hash: "", prove: "true" }],
    ["abci_query", { path: 5 }],
    ["abci_query", { path: "/a", data: "xyz" }],
    ["broadcast_tx_sync", { tx: ["a"] }],
    ["tx_search", { query: null, page: [] }],
  ])("error: %s with %j", async (method, params) => {
    const { status, json } = await post(url, method, params);
    expect(json).toMatchObject({ id: 7, error: { code: -32602, message: "Invalid params" } });
    expect(json).toHaveProperty("error.data", expect.stringMatching(/^error converting json params to arguments: /));
    expect(status).toBe(200);
  });

  test.each([
    ["{", null],
    ["nothing", null],
    ['"text"', null],
    ["5", null],
    ["[1]", null],
    ['{"id":{},"method":"health"}', null],
    ['{"id":true,"method":"health"}', null],
    ['{"id":1,"method":5}', null],
    ["[".repeat(100_000), null],
    [`{"id":1,"method":"health","params":${'{"a":'.repeat(50_000)}`, null],
  ])("error: the body %s", async (body, id) => {
    const { status, json } = await postText(url, body);
    expect(json).toMatchObject({ jsonrpc: "2.0", id, error: { code: -32700, message: "Parse error. Invalid JSON" } });
    expect(status).toBe(500);
  });

  test("behavior: deep JSON that is complete is only a parameter that does not fit", async () => {
    const body = `{"id":1,"method":"block","params":{"height":${"[".repeat(5000)}${"]".repeat(5000)}}}`;
    expect((await postText(url, body)).json).toMatchObject({ id: 1, error: { code: -32602 } });
  });

  test("error: too large a batch", async () => {
    const calls = Array.from({ length: 101 }, (_, id) => ({ jsonrpc: "2.0", id, method: "health" }));
    expect((await postText(url, JSON.stringify(calls))).json).toMatchObject({ error: { code: -32600 } });
    expect((await postText(url, JSON.stringify(calls.slice(1)))).json).toHaveLength(100);
  });

  test("error: a batch whose answers are too large together", async () => {
    const small = await serveNode({ limits: { batchAnswerBytesMax: 2_000 } });
    const calls = Array.from({ length: 5 }, (_, id) => ({ jsonrpc: "2.0", id, method: "block" }));
    const answers = (await postText(small.url, JSON.stringify(calls))).json as object[];
    expect(answers).toHaveLength(5);
    expect(answers[0]).toHaveProperty("result.block");
    expect(answers[4]).toEqual(error(4, -32600, "Invalid Request", "answers to the batch exceed 2000 bytes"));
    await small.close();
  });

  test("error: too large a body", async () => {
    // The server does not read on: the client hears of it, or finds the connection closed.
    const { status } = await postText(url, " ".repeat(3 * 1024 * 1024)).catch(() => ({ status: 400 }));
    expect(status).toBe(400);
    // The server lives on.
    expect((await post(url, "health")).json).toMatchObject({ result: {} });
  });

  test("error: a path that is no place for requests", async () => {
    expect((await post(`${url}/elsewhere`, "health")).status).toBe(404);
  });

  test("behavior: whatever the body, there is an answer", async () => {
    const part = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom("block", "tx", "5", "0x", -1, null));
    const request = fc.record(
      {
        jsonrpc: fc.constant("2.0"),
        id: part,
        method: fc.oneof(
          fc.constantFrom("block", "tx", "tx_search", "validators", "abci_query", "genesis_chunked"),
          part,
        ),
        params: fc.oneof(
          part,
          fc.record({ height: part, hash: part, query: part, page: part, per_page: part, data: part, chunk: part }),
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(request, fc.array(request, { maxLength: 3 }), part), async (body) => {
        const { status, text, json } = await postText(url, JSON.stringify(body));
        expect([200, 500]).toContain(status);
        expect(text === "" || json !== undefined).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("server", () => {
  const cors = (answer: HttpAnswer) => answer.headers.get("access-control-allow-origin");

  test("behavior: origins that are allowed, and others", async () => {
    expect(cors(await get(`${url}/health`, { origin: "https://wallet.example" }))).toBe("https://wallet.example");
    expect(cors(await get(`${url}/health`, { origin: "https://else.example" }))).toBeNull();
    const headers = { origin: "https://wallet.example", "access-control-request-method": "POST" };
    const preflight = await fetch(url, { method: "OPTIONS", headers });
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([
      204,
      expect.stringContaining("POST"),
    ]);
  });

  test("behavior: requests are observed by method; what does not exist has one name", async () => {
    observed.length = 0;
    await get(`${url}/health`);
    await post(url, "block", { height: "99" });
    await post(url, "made_up");
    expect(observed).toEqual([
      ["health", true, true],
      ["block", false, true],
      ["unknown", false, true],
    ]);
  });

  test("error: what is no HTTP is cut off", async () => {
    const { host, port } = served.server.address;
    const answer = await new Promise<string>((resolve) => {
      let text = "";
      const socket = connect(port, host, () => socket.write("garbage\u0000\r\n\r\n"));
      socket.on("data", (data) => {
        text += data;
      });
      socket.on("close", () => resolve(text));
      socket.on("error", () => resolve(text));
    });
    expect(answer).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect((await get(`${url}/health`)).status).toBe(200);
  });

  test("behavior: a transaction of 16 kB fits in a URL", async () => {
    const tx = kvTx({ from: "long", sequence: 3, key: "k", value: "v".repeat(16_000) });
    expect((await get(`${url}/check_tx?tx=0x${toHex(tx)}`)).json).toMatchObject({ result: { code: 32 } });
  });

  test("error: an address that is taken", async () => {
    await expect(serveNode({ port: served.server.address.port })).rejects.toThrow(/cannot listen/);
  });
});

describe("devnet", () => {
  test("default: mines, moves the time, goes back", async () => {
    const devnet = await serveNode({ admin: true });
    const call = async (method: string, params: unknown = {}) => (await post(devnet.url, method, params)).json;
    expect(await call("devnet_mine")).toMatchObject({ result: { height: "2" } });
    const taken = (await call("devnet_snapshot")) as { result: { id: string } };
    expect(await call("devnet_advanceTime", { delta_ns: "3600000000000" })).toMatchObject({ result: {} });
    expect(await call("devnet_mine")).toMatchObject({ result: { height: "3" } });
    expect(await call("devnet_revert", { id: taken.result.id })).toMatchObject({ result: {} });
    expect(devnet.node.latestHeight).toBe(2);
    const next = String(devnet.node.latestTimeNs + 5_000_000_000n);
    expect(await call("devnet_setNextBlockTime", { time_ns: next })).toMatchObject({ result: {} });
    await call("devnet_mine");
    expect(String(devnet.node.latestTimeNs)).toBe(next);
    expect(await call("devnet_setNextBlockTime", { time_ns: "5" })).toMatchObject({ error: { code: -32603 } });
    expect(await call("devnet_revert", { id: "99" })).toMatchObject({ error: { code: -32603 } });
    expect(await call("devnet_setBalance", { address: "a", denom: "uusdc", amount: "x" })).toMatchObject({
      error: { code: -32602 },
    });
    await devnet.close();
  });
});

describe("closing", () => {
  test("default: what waits for a block is told, and the port is free again", async () => {
    const closing = await serveNode();
    const waiting = post(closing.url, "broadcast_tx_commit", { tx: toBase64(TX) });
    await expect.poll(() => closing.node.mempool.size).toBe(1);
    const closed = closing.close();
    expect((await waiting).json).toMatchObject({ error: { code: -32603 } });
    await closed;
    await expect(get(closing.url)).rejects.toThrow();
  });
});
