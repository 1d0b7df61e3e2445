// Hostile requests at the outward entries of a running chain: each is refused in the documented shape. After each group a
// send is committed, what was sent before is there, heights went on; at the end no more memory is held than at the start.
// Cases: JSON-RPC by POST, GET, in batches, over WebSocket; REST; faucet; metrics; transactions; queries that cost much.
// Bare sockets are in hostileSockets.test.ts, gRPC in hostileGrpc.test.ts.

import { toBase64 } from "@cosmjs/encoding";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MsgExec } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { Tx, TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { get, post, postText, TestSocket } from "../../src/rpc/comet/testing/servedNode.ts";
import { type Survivor, startSurvivor } from "./survivor.ts";

let chain: Survivor;
let restUrl: string;

beforeAll(async () => {
  chain = await startSurvivor();
  restUrl = chain.devnet.restUrl ?? "";
});

afterAll(async () => {
  try {
    chain.expectNoGrowth();
  } finally {
    await chain.close();
  }
});

/** A group of cases, after which the chain has to be alive. */
function group(name: string, cases: () => void): void {
  describe(name, () => {
    cases();
    afterAll(() => chain.expectAlive());
  });
}

const refusal = (id: unknown, code: number, data?: string) => ({
  jsonrpc: "2.0",
  id,
  error: { code, message: expect.any(String), ...(data === undefined ? {} : { data: expect.stringContaining(data) }) },
});

const call = (method: string, params: unknown) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const PARAMS = "error converting json params to arguments";
const NO_JSON = "error unmarshaling request";

group("JSON-RPC by POST", () => {
  test.each<[string, string, number, unknown]>([
    ["no JSON", "{", 500, refusal(null, -32700, NO_JSON)],
    ["JSON that is no request", '"status"', 500, refusal(null, -32700, NO_JSON)],
    ["a method that is a list", '{"id":1,"method":["status"]}', 500, refusal(null, -32700, NO_JSON)],
    ["an id that is an object", '{"id":{},"method":"status"}', 500, refusal(null, -32700, NO_JSON)],
    ["a method of the prototype", call("__proto__", {}), 200, refusal(1, -32601)],
    ["a method of a megabyte", call("m".repeat(1 << 20), {}), 200, refusal(1, -32601)],
    ["a height that is a list", call("block", { height: [1] }), 200, refusal(1, -32602, PARAMS)],
    ["a height beyond 64 bits", call("block", { height: String(2n ** 63n) }), 200, refusal(1, -32602, PARAMS)],
    [
      "a height to come",
      call("block", { height: String(2n ** 63n - 1n) }),
      200,
      refusal(1, -32603, "less than or equal"),
    ],
    ["a million digits", call("block", { height: "9".repeat(1 << 20) }), 200, refusal(1, -32602, PARAMS)],
    ["data that is no hex", call("abci_query", { data: "xyz" }), 200, refusal(1, -32602, PARAMS)],
    ["a hash in hex, where base64 is due", call("tx", { hash: "zz!" }), 200, refusal(1, -32602, PARAMS)],
    ["10,000 parameters", call("block", Array(10_000).fill(1)), 200, refusal(1, -32602, PARAMS)],
    ["100,000 levels", `{"id":1,"method":"block","params":${nested(100_000)}}`, 200, refusal(1, -32602, PARAMS)],
    ["100,000 levels without an end", "[".repeat(100_000), 500, refusal(null, -32700, NO_JSON)],
    ["a body beyond the limit", " ".repeat(2 * 1024 * 1024 + 1), 400, refusal(null, -32600, "request body too large")],
  ])("error: %s", async (_name, body, status, json) => {
    const answer = await postText(chain.rpcUrl, body);
    expect([answer.status, answer.json]).toEqual([status, json]);
  });

  test("error: a body in another encoding", async () => {
    const body = Buffer.from(call("status", {}), "utf16le");
    const answer = await fetch(chain.rpcUrl, { method: "POST", body, headers: { "content-encoding": "gzip" } });
    expect([answer.status, await answer.json()]).toEqual([500, refusal(null, -32700, NO_JSON)]);
  });

  test.each([
    [
      "too many",
      `[${Array(101).fill(call("health", {})).join()}]`,
      200,
      refusal(null, -32600, "exceeds maximum (100)"),
    ],
    ["one that is no request", `[${call("health", {})},7]`, 500, refusal(null, -32700, NO_JSON)],
    ["a batch in a batch", `[[${call("health", {})}]]`, 500, refusal(null, -32700, NO_JSON)],
    ["100,000 levels", nested(100_000), 500, refusal(null, -32700, NO_JSON)],
  ])("error: batches: %s", async (_name, body, status, json) => {
    const answer = await postText(chain.rpcUrl, body);
    expect([answer.status, answer.json]).toEqual([status, json]);
  });

  test("behavior: batches: each call is answered for itself; of notifications nothing is done", async () => {
    const texts = [
      call("no_such", {}),
      call("block", { height: "x" }),
      '{"method":"broadcast_tx_sync"}',
      call("health", {}),
    ];
    const answer = await postText(chain.rpcUrl, `[${texts.join()}]`);
    expect(answer.json).toEqual([
      refusal(1, -32601),
      refusal(1, -32602, PARAMS),
      { jsonrpc: "2.0", id: 1, result: {} },
    ]);
  });
});

group("JSON-RPC by GET", () => {
  const URI = "error converting http params to arguments";
  test.each([
    ["a height of NUL", "/block?height=%00", -32602, URI],
    ["a malformed escape", "/block?height=%zz", -32602, URI],
    ["a height in hex", "/block?height=0x10", -32602, "got a hex string arg"],
    ["half a byte", "/tx?hash=0x1", -32602, URI],
    ["bytes that are no UTF-8", "/tx?hash=%ff%fe", -32602, URI],
    ["a hash of 100,000 bytes", `/tx?hash=0x${"00".repeat(100_000)}`, -32603, "not found"],
    ["a text without quotes", "/abci_query?path=5", -32602, "expected a string in double quotes"],
    [
      "a query that is too long",
      `/tx_search?query=%22${"a".repeat(600)}=1%22`,
      -32603,
      "maximum query length exceeded",
    ],
    ["a query that is none", "/tx_search?query=%22a%20AND%22", -32603, "offset 2: got AND operator"],
    ["a page that is none", "/tx_search?query=%22tx.height%3E0%22&page=99999999999", -32603, "page should be within"],
    [
      "an order that is none",
      "/block_search?query=%22block.height%3E0%22&order_by=%22x%22",
      -32603,
      "expected order_by",
    ],
    ["a chunk that is negative", "/genesis_chunked?chunk=-1", -32602, "out of range"],
  ])("error: %s", async (_name, path, code, data) => {
    const answer = await get(chain.rpcUrl + path);
    expect([answer.status, answer.json]).toEqual([500, refusal(-1, code, data)]);
  });

  test("behavior: of parameters given twice the first counts; unknown ones do not", async () => {
    const answer = await get(`${chain.rpcUrl}/block?height=1&height=x&__proto__=1`);
    expect(answer.json).toMatchObject({ result: { block: { header: { height: "1" } } } });
  });
});

group("WebSocket", () => {
  const open = () => TestSocket.open(chain.rpcUrl);

  test.each([
    ["text that is no JSON", "{", null, -32700],
    ["a batch", `[${call("health", {})}]`, null, -32700],
    ["100,000 levels", "[".repeat(100_000), null, -32700],
    ["wrong parameters", call("block", { height: {} }), 1, -32603],
    ["a query that is none", call("subscribe", { query: "tm.event=" }), 1, -32603],
    ["a query that is too long", call("subscribe", { query: `a='${"b".repeat(600)}'` }), 1, -32603],
    ["the end of a subscription that is none", call("unsubscribe", { query: "tm.event='Tx'" }), 1, -32603],
  ])("error: %s, and the connection goes on", async (_name, text, id, code) => {
    const socket = await open();
    socket.raw.send(text);
    expect(await socket.next()).toEqual(refusal(id, code, ""));
    socket.raw.send(Buffer.from(call("health", {})));
    expect(await socket.next()).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
    socket.close();
  });

  test("error: a message beyond the limit ends the connection", async () => {
    const socket = await open();
    socket.raw.send("x".repeat(2 * 1024 * 1024 + 1));
    expect(await socket.closed).toBe(1009);
  });

  test("error: 2,000 subscriptions of one client: five hold, and it hears of blocks", async () => {
    const socket = await open();
    for (let id = 0; id < 2_000; id += 1) socket.call(id, "subscribe", { query: `tm.event='NewBlock' AND a.b<${id}` });
    const answers = (await socket.take(2_000)) as { error?: { data: string } }[];
    const refused = answers.filter(({ error }) => error?.data === "max_subscriptions_per_client 5 reached");
    expect(refused).toHaveLength(1_995);
    socket.call(1, "unsubscribe_all");
    expect(await socket.next()).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
    socket.close();
  });

  test("error: 2,500 subscriptions of 500 clients: 100 clients are served, and all places come back", async () => {
    const sockets = await Promise.all(Array.from({ length: 500 }, open));
    for (const socket of sockets) {
      for (let id = 0; id < 5; id += 1) socket.call(id, "subscribe", { query: `tm.event='Tx' AND a.b='${id}'` });
    }
    const answers = (await Promise.all(sockets.map((socket) => socket.take(5)))).flat() as {
      error?: { data: string };
    }[];
    const refused = answers.filter(({ error }) => error?.data === "max_subscription_clients 100 reached");
    // As in CometBFT, once the last client has come the others get no more, either.
    expect([answers.length, refused.length]).toEqual([
      2_500,
      expect.toSatisfy((count) => count >= 2_000 && count <= 2_400),
    ]);
    await chain.expectAlive();
    for (const socket of sockets) socket.close();
    await Promise.all(sockets.map((socket) => socket.closed));
    await expect
      .poll(async () => {
        const socket = await open();
        socket.call(1, "subscribe", { query: "tm.event='Tx'" });
        const answer = await socket.next();
        socket.close();
        return answer;
      })
      .toEqual({ jsonrpc: "2.0", id: 1, result: {} });
  });

  test("behavior: 3,000 requests at once are answered in their order", async () => {
    const socket = await open();
    for (let id = 0; id < 3_000; id += 1) socket.call(id, "abci_query", { path: "/no/such", data: "" });
    const answers = (await socket.take(3_000)) as { id: number; result: { response: { code: number } } }[];
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 3_000 }, (_, id) => id));
    expect(answers.every(({ result }) => result.response.code !== 0)).toBe(true);
    socket.close();
  });
});

group("REST", () => {
  const NUMBERS = "/cosmos/bank/v1beta1/supply?pagination";
  test.each([
    ["a path that is none", "/cosmos/no/such", undefined, 501, 12],
    ["a malformed escape", "/cosmos/bank/v1beta1/balances/%zz", undefined, 400, 3],
    ["a URL that is too long", `/cosmos/bank/v1beta1/supply?x=${"y".repeat(10_000)}`, undefined, 400, 3],
    ["too many parameters", `/cosmos/bank/v1beta1/supply?${"x=1&".repeat(200)}`, undefined, 400, 3],
    ["a limit that is no number", `${NUMBERS}.limit=abc`, undefined, 400, 3],
    ["a limit beyond 64 bits", `${NUMBERS}.limit=18446744073709551616`, undefined, 400, 3],
    ["a limit that is too large", `${NUMBERS}.limit=18446744073709551615`, undefined, 400, 3],
    ["an offset that is too large", `${NUMBERS}.offset=18446744073709551615`, undefined, 400, 3],
    ["a key and an offset", `${NUMBERS}.key=AAAA&pagination.offset=1`, undefined, 400, 3],
    ["an address of another chain", "/cosmos/bank/v1beta1/balances/cosmos1zzz", undefined, 400, 3],
    ["a height beyond 64 bits", "/cosmos/tx/v1beta1/txs/block/9223372036854775808", undefined, 400, 3],
    ["a height to come", "/cosmos/tx/v1beta1/txs/block/9223372036854775807", undefined, 400, 3],
    ["a body that is no JSON", "/cosmos/tx/v1beta1/simulate", "{", 400, 3],
    ["a body of 100,000 levels", "/cosmos/tx/v1beta1/simulate", nested(100_000), 400, 3],
    ["a field of the wrong kind", "/cosmos/tx/v1beta1/simulate", '{"tx_bytes":[1]}', 400, 3],
    ["a transaction that is none", "/cosmos/tx/v1beta1/decode", '{"tx_bytes":"////"}', 400, 3],
    ["a body that is too large", "/cosmos/tx/v1beta1/txs", " ".repeat(4 * 1024 * 1024 + 1), 413, 8],
  ])("error: %s", async (_name, path, body, status, code) => {
    const answer = await (body === undefined ? get(restUrl + path) : postText(restUrl + path, body));
    expect([answer.status, answer.json]).toEqual([status, { code, message: expect.any(String), details: [] }]);
  });

  test("error: a height header given twice", async () => {
    const headers: [string, string][] = [
      ["x-cosmos-block-height", "1"],
      ["x-cosmos-block-height", "2"],
    ];
    const answer = await fetch(`${restUrl}/cosmos/bank/v1beta1/supply`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 3 }]);
  });
});

group("faucet and metrics", () => {
  test.each([
    ["no JSON", "{", 400],
    ["a list of 100,000 levels", nested(100_000), 413],
    ["a list", "[]", 400],
    ["an address that is an object", '{"denom":"uusdc","address":{}}', 400],
    ["an address that is none", '{"denom":"uusdc","address":"stateset1x"}', 400],
    ["a denomination of the prototype", '{"denom":"__proto__","address":"SENDER"}', 422],
    ["too much", `{"denom":"${"u".repeat(5_000)}"}`, 413],
  ])("error: credit: %s", async (_name, body, status) => {
    const answer = await postText(`${chain.devnet.faucetUrl}/credit`, body.replace("SENDER", chain.sender));
    expect([answer.status, answer.text.length > 5]).toEqual([status, true]);
  });

  test("error: another path or verb", async () => {
    expect((await get(`${chain.devnet.faucetUrl}/credit`)).status).toBe(405);
    expect((await get(`${chain.devnet.faucetUrl}/__proto__`)).status).toBe(404);
    expect((await get(`${chain.devnet.metricsUrl}/nothing`)).status).toBe(404);
  });

  test("behavior: metrics are read 200 times at once, and have few names of methods after all of this", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => get(`${chain.devnet.metricsUrl}/metrics`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]?.text.match(/stateset_rpc_requests_total\{/g)?.length).toBeLessThan(100);
  });
});

group("transactions", () => {
  const submit = async (tx: Uint8Array) => {
    const { json } = await post(chain.rpcUrl, "broadcast_tx_sync", { tx: toBase64(tx) });
    return json as { result?: { code: number; codespace: string; log: string }; error?: { data: string } };
  };

  /** A transaction of one message, signed by nobody. */
  const txOf = (message: Any, more: Partial<Tx> = {}) =>
    Tx.encode({
      body: {
        messages: [message],
        memo: "",
        timeoutHeight: 0n,
        unordered: false,
        timeoutTimestamp: undefined,
        extensionOptions: [],
        nonCriticalExtensionOptions: [],
      },
      authInfo: { signerInfos: [], fee: { amount: [], gasLimit: 200_000n, payer: "", granter: "" }, tip: undefined },
      signatures: [],
      ...more,
    }).finish();

  const execs = (depth: number): Any => {
    let message: Any = { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: new Uint8Array(0) };
    for (let level = 0; level < depth; level += 1) {
      const value = MsgExec.encode({ grantee: chain.sender, msgs: [message] }).finish();
      message = { typeUrl: `/${MsgExec.$type}`, value };
    }
    return message;
  };

  test.each([
    ["bytes that are no protobuf", () => new Uint8Array(100).fill(0xff), 2],
    ["a length beyond the end", () => Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f), 2],
    ["a type nobody knows", () => txOf({ typeUrl: "/a.B", value: new Uint8Array(0) }), 2],
    ["a type of a megabyte's name", () => txOf({ typeUrl: `/${"a".repeat(900_000)}`, value: new Uint8Array(0) }), 2],
    ["MsgExec in MsgExec, 1,000 deep", () => txOf(execs(1_000)), 2],
    ["100,000 signatures", () => txOf(execs(0), { signatures: Array(100_000).fill(new Uint8Array(1)) }), undefined],
    [
      "no messages",
      () => TxRaw.encode({ bodyBytes: new Uint8Array(0), authInfoBytes: new Uint8Array(0), signatures: [] }).finish(),
      18,
    ],
  ])("error: %s", async (_name, make, code) => {
    const { result, error } = await submit(make());
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ codespace: "sdk", log: expect.stringMatching(/./) });
    if (code !== undefined) expect(result?.code).toBe(code);
    expect(result?.code).not.toBe(0);
    // Simulating and decoding the same bytes are refused as well, and in REST's own shape.
    for (const path of ["simulate", "decode"]) {
      const answer = await postText(
        `${restUrl}/cosmos/tx/v1beta1/${path}`,
        JSON.stringify({ tx_bytes: toBase64(make()) }),
      );
      expect([answer.status >= 400, answer.json]).toEqual([
        true,
        { code: expect.any(Number), message: expect.any(String), details: [] },
      ]);
    }
  });

  test("error: one byte more than a transaction may have", async () => {
    const { error } = await submit(new Uint8Array(1024 * 1024 + 1));
    expect(error?.data).toMatch(/too large/i);
  });

  test("behavior: changed bytes of a real transaction never pass, and never move anything", async () => {
    const [{ tx } = { tx: new Uint8Array() }] = await chain.client.searchTx(`message.sender='${chain.sender}'`);
    const before = await chain.client.getBalance(chain.sender, "uusdc");
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: tx.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Uint8Array.from(tx);
        changed[at] = changed[at]! ^ change;
        const { result, error } = await submit(changed);
        expect(error === undefined ? result?.code : 1).not.toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(await chain.client.getBalance(chain.sender, "uusdc")).toEqual(before);
  });
});

group("queries that cost much", () => {
  test("behavior: 200 broad searches at once are answered, and other requests in between", async () => {
    const queries = ["tx.height>0", "message.sender EXISTS", "transfer.amount CONTAINS 'u'"].map((query) => ({
      query,
      per_page: "100",
    }));
    const searches = Array.from({ length: 200 }, (_, i) => post(chain.rpcUrl, "tx_search", queries[i % 3]));
    const startMs = performance.now();
    expect((await get(`${chain.rpcUrl}/health`)).status).toBe(200);
    expect(performance.now() - startMs).toBeLessThan(5_000);
    for (const { json } of await Promise.all(searches)) {
      expect(json).toMatchObject({ result: { total_count: expect.stringMatching(/^[1-9]/) } });
    }
  });

  test("behavior: batches of proofs, blocks and the whole genesis are answered as far as they are not too much", async () => {
    const calls = [
      call("abci_query", { path: "/store/bank/key", data: "02", prove: true }),
      call("genesis", {}),
      call("block_results", {}),
      call("blockchain", { minHeight: "0", maxHeight: "0" }),
    ];
    const batch = `[${Array.from({ length: 100 }, (_, i) => calls[i % calls.length]).join()}]`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => postText(chain.rpcUrl, batch)));
    for (const { status, json } of answers) expect([status, (json as unknown[]).length]).toEqual([200, 100]);
  });
});
