// Against a real anvil. Cases: messages of both versions, by range and by transaction; ranges that are cut and refused;
// finality; reorganisations; watching by polls and by WebSocket; endpoints that are gone, silent, behind, or of another
// chain; contracts of another domain; every kind of hostile answer.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { concatBytes } from "../codec/bytes.ts";
import type { EvmChainConfig } from "./chainConfig.ts";
import { ChainMismatchError, ChainReadError, type ChainReader } from "./chainReader.ts";
import type { ChainIncident } from "./endpoints.ts";
import { MESSAGE_SENT_TOPIC } from "./evmAnswers.ts";
import { openChainReader } from "./openChainReader.ts";
import { type RpcProxy, startRpcProxy, type Tampering } from "./testing/rpcProxy.ts";
import { TestEvm } from "./testing/testEvm.ts";
import { burnV1, burnV2 } from "./testing/testMessages.ts";

let evm: TestEvm;
let snapshot: unknown;
const readers: ChainReader[] = [];
const proxies: RpcProxy[] = [];

beforeAll(async () => {
  evm = await TestEvm.start();
});

beforeEach(async () => {
  snapshot = await evm.rpc("evm_snapshot");
});

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
  await evm.rpc("evm_revert", [snapshot]);
});

afterAll(async () => {
  await evm?.stop();
});

function reader(changes: Partial<EvmChainConfig> = {}, incidents: ChainIncident[] = []): ChainReader {
  const opened = openChainReader(
    { ...evm.config, ...changes },
    { requestTimeoutMs: 1_000, onIncident: (incident) => incidents.push(incident) },
  );
  readers.push(opened);
  return opened;
}

async function proxy(tamper: RpcProxy["tamper"]): Promise<RpcProxy> {
  const started = await startRpcProxy(evm.config.rpcUrls[0]!);
  started.tamper = tamper;
  proxies.push(started);
  return started;
}

/** Tampers with one method only. */
function on(method: string, tampering: Tampering): RpcProxy["tamper"] {
  return (call) => (call.method === method ? tampering : undefined);
}

async function all(chain: ChainReader) {
  return chain.messages({ from: 0n, to: await chain.latestHeight() });
}

/** Calls back heights into a list, and waits for one. */
function heightsOf(chain: ChainReader): { heights: bigint[]; until: (height: bigint) => Promise<void> } {
  const heights: bigint[] = [];
  let wake: () => void = () => undefined;
  chain.watch((height) => {
    heights.push(height);
    wake();
  });
  return {
    heights,
    async until(height) {
      while (heights.at(-1) !== height) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

describe("messages", () => {
  test("default: both versions, with their places, in the order of the chain", async () => {
    const first = await evm.send(2, burnV2({ amount: 7n }));
    const second = await evm.send(1, burnV1({ nonce: 4n }), burnV1({ nonce: 5n }));
    const place1 = { txHash: first.txHash, height: first.height, blockHash: first.blockHash, sourceDomain: 0 };
    const place2 = { txHash: second.txHash, height: second.height, blockHash: second.blockHash, sourceDomain: 0 };
    const chain = reader();
    expect(await all(chain)).toEqual([
      { cctpVersion: 2, message: burnV2({ amount: 7n }), logIndex: 0, ...place1 },
      { cctpVersion: 1, message: burnV1({ nonce: 4n }), logIndex: 0, ...place2 },
      { cctpVersion: 1, message: burnV1({ nonce: 5n }), logIndex: 1, ...place2 },
    ]);
    expect(await chain.messages({ from: second.height, to: second.height })).toHaveLength(2);
    expect(await chain.messages({ from: 0n, to: first.height - 1n })).toEqual([]);
    expect(await chain.messagesOfTx(second.txHash.toUpperCase().replace("0X", "0x"))).toHaveLength(2);
  });

  test("behavior: only of the transmitters that are configured", async () => {
    await evm.send(2, burnV2());
    await evm.send(1, burnV1());
    expect((await all(reader({ v2: undefined }))).map(({ cctpVersion }) => cctpVersion)).toEqual([1]);
  });

  test.each([
    ["a message of the other version", burnV2()],
    ["fewer bytes than a header has", new Uint8Array(115)],
    ["a message of another chain", burnV1({ source: 5 })],
    ["a message that is too long", concatBytes(burnV1(), new Uint8Array(65_536))],
    ["a version that does not exist", concatBytes(Uint8Array.of(0, 0, 0, 9), burnV1().subarray(4))],
  ])("behavior: what is no message of the contract's version is dropped: %s", async (_name, bytes) => {
    const incidents: ChainIncident[] = [];
    const { txHash } = await evm.send(1, bytes, burnV1());
    expect(await all(reader({}, incidents))).toMatchObject([{ logIndex: 1 }]);
    expect(incidents).toEqual([{ kind: "message_dropped", detail: `log 0 of ${txHash} holds no message of V1` }]);
  });

  test("behavior: transactions without messages, and those that do not exist", async () => {
    const { txHash } = await evm.send(1);
    const chain = reader();
    expect(await chain.messagesOfTx(txHash)).toEqual([]);
    for (const unknown of [`0x${"ab".repeat(32)}`, "", "0x12", "AB".repeat(32), "../v1"]) {
      expect(await chain.messagesOfTx(unknown)).toBeUndefined();
    }
  });

  test("behavior: ranges are cut to logRangeMax", async () => {
    await evm.send(1, burnV1({ nonce: 0n }));
    await evm.mine(9);
    await evm.send(1, burnV1({ nonce: 1n }));
    const watched = await proxy(() => undefined);
    expect(await all(reader({ rpcUrls: [watched.url], logRangeMax: 5 }))).toHaveLength(2);
    const ranges = watched.calls.filter(({ method }) => method === "eth_getLogs").map(({ params }) => params);
    expect(ranges).toHaveLength(3);
    expect(ranges[1]).toMatchObject([{ fromBlock: "0x5", toBlock: "0x9" }]);
  });

  test("behavior: a refused range is halved until the node takes it, and the size is remembered", async () => {
    await evm.send(1, burnV1({ nonce: 0n }));
    await evm.mine(20);
    await evm.send(1, burnV1({ nonce: 1n }));
    const span = ({ params }: { params: unknown }): number => {
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
      return Number(toBlock) - Number(fromBlock) + 1;
    };
    const fussy = await proxy((call) =>
      call.method === "eth_getLogs" && span(call) > 4
        ? { error: { code: -32005, message: "query returned more than 4 blocks" } }
        : undefined,
    );
    const chain = reader({ rpcUrls: [fussy.url] });
    expect(await all(chain)).toHaveLength(2);
    const before = fussy.calls.length;
    expect(await all(chain)).toHaveLength(2);
    const spans = fussy.calls
      .slice(before)
      .filter(({ method }) => method === "eth_getLogs")
      .map(span);
    expect(Math.max(...spans)).toBeLessThanOrEqual(4);
  });

  test("error: a node that refuses even one block", async () => {
    const broken = await proxy(on("eth_getLogs", { error: { code: -32000, message: "no" } }));
    await expect(all(reader({ rpcUrls: [broken.url] }))).rejects.toThrow(ChainReadError);
  });
});

describe("heights", () => {
  test("default: finality by blocks and by tag", async () => {
    await evm.mine(10);
    const latest = await reader().latestHeight();
    const rule = (fast: "safe" | "finalized") => ({
      finality: { ...evm.config.finality, fast: { kind: "tag", tag: fast } as const },
    });
    expect(await reader().finalHeight("fast")).toBe(latest - 1n);
    expect(await reader().finalHeight("standard")).toBe(latest - 3n);
    expect(await reader(rule("safe")).finalHeight("fast")).toBe(latest - 2n);
    expect(await reader(rule("finalized")).finalHeight("fast")).toBe(latest - 4n);
  });

  test("behavior: nothing is final on a young chain", async () => {
    const rule = { kind: "blocks", blocks: 1_000_000 } as const;
    expect(await reader({ finality: { fast: rule, standard: rule } }).finalHeight("standard")).toBe(-1n);
  });

  test("behavior: a reorganisation shows in the hash, and its messages are gone", async () => {
    const sent = await evm.send(1, burnV1());
    const chain = reader();
    expect(await chain.blockHash(sent.height)).toBe(sent.blockHash);
    await evm.reorg(1);
    expect(await chain.blockHash(sent.height)).not.toBe(sent.blockHash);
    expect(await all(chain)).toEqual([]);
    expect(await chain.messagesOfTx(sent.txHash)).toBeUndefined();
    expect(await chain.blockHash(1_000_000n)).toBeUndefined();
  });
});

describe("watching", () => {
  test.each([
    ["polls", {}],
    ["a WebSocket", { ws: true, pollIntervalMs: 600_000 }],
  ])(
    "default: new blocks by %s",
    async (_name, { ws, pollIntervalMs = 50 }: { ws?: boolean; pollIntervalMs?: number }) => {
      const wsUrl = ws === true ? `ws://127.0.0.1:${evm.port}` : undefined;
      const watch = heightsOf(reader({ pollIntervalMs, wsUrl }));
      const start = await reader().latestHeight();
      await watch.until(start);
      // The subscription may still be on its way: mine until it tells of a block.
      const mining = setInterval(() => void evm.mine(), 100);
      await watch.until(start + 1n).finally(() => clearInterval(mining));
      expect(watch.heights.slice(0, 2)).toEqual([start, start + 1n]);
    },
  );

  test("behavior: polls do the work while no WebSocket answers, and the loss is told", async () => {
    const incidents: ChainIncident[] = [];
    const watch = heightsOf(reader({ wsUrl: "ws://127.0.0.1:1" }, incidents));
    const start = await reader().latestHeight();
    await watch.until(start);
    await evm.mine();
    await watch.until(start + 1n);
    expect(incidents).toContainEqual({ kind: "watch_lost", detail: "127.0.0.1:1: ECONNREFUSED" });
  });

  test("behavior: nothing is told after the end", async () => {
    const chain = reader();
    const heights: bigint[] = [];
    const stop = chain.watch((height) => heights.push(height));
    stop();
    await evm.mine();
    await chain.latestHeight();
    expect(heights).toEqual([]);
  });
});

describe("endpoints", () => {
  test.each<[string, Tampering]>([
    ["is silent", "silence"],
    ["cuts the connection", "cut"],
    ["has too much to do", { status: 429, body: '{"error":{"code":-32005,"message":"slow down"}}' }],
    ["is broken", { status: 502, body: "<html>Bad gateway</html>" }],
    ["answers with a list", { body: "[]" }],
    ["answers with nothing", { body: '{"jsonrpc":"2.0","id":1}' }],
  ])("behavior: the next one is asked when one %s, and stays", async (_name, tampering) => {
    const bad = await proxy(() => tampering);
    const chain = reader({ rpcUrls: [bad.url, evm.config.rpcUrls[0]!] });
    const height = await chain.latestHeight();
    expect(height).toBe(await reader().latestHeight());
    const asked = bad.calls.length;
    await chain.latestHeight();
    expect(bad.calls).toHaveLength(asked);
  });

  test("behavior: one that lags behind is no reason to miss messages", async () => {
    const { height } = await evm.send(1, burnV1());
    const isNew = (params: unknown): boolean => Array.isArray(params) && BigInt(params[0]) >= height;
    const lagging = await proxy(({ method, params }) => {
      if (method === "eth_getLogs") return { result: [] };
      return method === "eth_getBlockByNumber" && isNew(params) ? { result: null } : undefined;
    });
    const chain = reader({ rpcUrls: [lagging.url, evm.config.rpcUrls[0]!] });
    expect(await chain.messages({ from: 0n, to: height })).toHaveLength(1);
    const alone = reader({ rpcUrls: [lagging.url] });
    await expect(alone.messages({ from: 0n, to: height })).rejects.toThrow(`it has no block ${height} yet`);
  });

  test("error: all are gone; the error says the hosts, and nothing else of the URLs", async () => {
    const chain = reader({ rpcUrls: ["http://127.0.0.1:2/v3/secret-key", "http://127.0.0.1:3/?key=secret-key"] });
    const error: unknown = await chain.latestHeight().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "chain_unreachable", retryable: true, chain: "evm" });
    const { message } = error as Error;
    expect(message).toBe("evm: 127.0.0.1:2: no answer: ECONNREFUSED; 127.0.0.1:3: no answer: ECONNREFUSED");
  });

  test("behavior: one of another chain is never used, and is told", async () => {
    const other = await proxy(on("eth_chainId", { result: "0x1" }));
    const incidents: ChainIncident[] = [];
    const chain = reader({ rpcUrls: [other.url, evm.config.rpcUrls[0]!] }, incidents);
    await chain.latestHeight();
    expect(other.calls.map(({ method }) => method)).toEqual(["eth_chainId"]);
    expect(incidents[0]).toMatchObject({
      kind: "wrong_chain",
      detail: expect.stringContaining("expected chain id 31337, got 1"),
    });
    await expect(chain.verify()).rejects.toThrow(ChainMismatchError);
  });
});

describe("verify", () => {
  test("default: the contracts are what the configuration says; a dead endpoint among others is passed over", async () => {
    await reader().verify();
    await reader({ rpcUrls: ["http://127.0.0.1:2", evm.config.rpcUrls[0]!] }).verify();
  });

  test.each<[string, Partial<EvmChainConfig>, string]>([
    ["another domain", { domain: 3 }, "localDomain: expected 3, got 0"],
    ["versions exchanged", { v1: undefined, v2: "v1" as never }, "version: expected 1, got 0"],
    ["no contract", { v1: "none" as never }, "localDomain: expected 0, got no transmitter"],
  ])("error: %s", async (_name, changes, text) => {
    const nobody = {
      messageTransmitter: `0x${"12".repeat(20)}` as const,
      tokenMessenger: "0x",
      tokenMinter: "0x",
    } as const;
    const v1 = "v1" in changes ? (changes.v1 === undefined ? undefined : nobody) : evm.config.v1;
    const v2 = "v2" in changes ? evm.config.v1 : evm.config.v2;
    const chain = reader({ ...changes, v1, v2 });
    await expect(chain.verify()).rejects.toThrow(text);
    await expect(chain.verify()).rejects.toThrow(ChainMismatchError);
  });

  test("error: nobody answers", async () => {
    await expect(reader({ rpcUrls: ["http://127.0.0.1:2"] }).verify()).rejects.toThrow(ChainReadError);
  });
});

describe("hostile answers", () => {
  const GOOD_LOG = {
    address: "",
    topics: [MESSAGE_SENT_TOPIC],
    data: "0x",
    blockNumber: "0x1",
    blockHash: `0x${"11".repeat(32)}`,
    transactionHash: `0x${"22".repeat(32)}`,
    logIndex: "0x0",
    removed: false,
  };

  test.each<[string, string, unknown]>([
    ["logs", "eth_getLogs", null],
    ["logs", "eth_getLogs", {}],
    ["logs", "eth_getLogs", [null]],
    ["logs", "eth_getLogs", [{}]],
    ["logs", "eth_getLogs", [{ ...GOOD_LOG, topics: null }]],
    ["logs", "eth_getLogs", [{ ...GOOD_LOG, blockNumber: null }]],
    ["logs", "eth_getLogs", [{ ...GOOD_LOG, blockNumber: "0x99999999999999999999" }]],
    ["logs", "eth_getLogs", [{ ...GOOD_LOG, blockHash: "0x1" }]],
    ["logs", "eth_getLogs", [{ ...GOOD_LOG, transactionHash: 7 }]],
    ["logs", "eth_getLogs", [{ ...GOOD_LOG, logIndex: "0xffffffffff" }]],
    ["heights", "eth_blockNumber", "0x"],
    ["heights", "eth_blockNumber", 12],
    ["heights", "eth_blockNumber", `0x${"f".repeat(17)}`],
    ["blocks", "eth_getBlockByNumber", "block"],
    ["blocks", "eth_getBlockByNumber", { number: "0x1" }],
    ["chain ids", "eth_chainId", {}],
  ])("error: %s that are none: %s %j", async (_name, method, result) => {
    const filled = Array.isArray(result)
      ? result.map((log) => (log?.address === "" ? { ...log, address: evm.config.v1?.messageTransmitter } : log))
      : result;
    const hostile = await proxy(on(method, { result: filled }));
    const error: unknown = await all(reader({ rpcUrls: [hostile.url] })).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ChainReadError);
  });

  test.each<[string, Record<string, unknown>]>([
    ["no data", { data: null }],
    ["data that is no hex", { data: "0xzz" }],
    ["an offset beyond the data", { data: `0x${"ff".repeat(32)}` }],
    ["a length beyond the data", { data: `0x${"20".padStart(64, "0")}${"ff".repeat(32)}` }],
    ["more data than any message has", { data: `0x${"00".repeat(200_000)}` }],
  ])("behavior: a log with %s is dropped", async (_name, changes) => {
    const incidents: ChainIncident[] = [];
    const log = { ...GOOD_LOG, address: evm.config.v1?.messageTransmitter, ...changes };
    const hostile = await proxy(on("eth_getLogs", { result: [log] }));
    expect(await all(reader({ rpcUrls: [hostile.url] }, incidents))).toEqual([]);
    expect(incidents.map(({ kind }) => kind)).toEqual(["message_dropped"]);
  });

  test("behavior: removed logs, other topics, other contracts and repeated logs", async () => {
    await evm.send(1, burnV1());
    const changed = await proxy(
      on("eth_getLogs", {
        change: (result) => {
          const [log] = result as [Record<string, unknown>];
          return [
            { ...log, removed: true, logIndex: "0x7" },
            { ...log, topics: [`0x${"00".repeat(32)}`], logIndex: "0x8" },
            { ...log, address: `0x${"34".repeat(20)}`, logIndex: "0x9" },
            log,
            log,
          ];
        },
      }),
    );
    expect(await all(reader({ rpcUrls: [changed.url] }))).toMatchObject([{ logIndex: 0 }]);
  });

  test.each<[string, (log: Record<string, unknown>) => unknown[]]>([
    ["two hashes for one block", (log) => [log, { ...log, blockHash: `0x${"33".repeat(32)}`, logIndex: "0x5" }]],
    ["another hash than the block has", (log) => [{ ...log, blockHash: `0x${"33".repeat(32)}` }]],
    ["a block outside the range", (log) => [{ ...log, blockNumber: "0xfff" }]],
  ])("error: %s", async (_name, change) => {
    await evm.send(1, burnV1());
    const hostile = await proxy(
      on("eth_getLogs", { change: (logs) => change((logs as [Record<string, unknown>])[0]) }),
    );
    await expect(all(reader({ rpcUrls: [hostile.url] }))).rejects.toThrow(ChainReadError);
  });

  test("error: receipts of other transactions", async () => {
    const mine = await evm.send(1, burnV1());
    const other = await evm.send(1, burnV1({ nonce: 1n }));
    const receipt = await evm.rpc("eth_getTransactionReceipt", [other.txHash]);
    for (const result of [receipt, [], { ...(receipt as object), transactionHash: mine.txHash }]) {
      const hostile = await proxy(on("eth_getTransactionReceipt", { result }));
      await expect(reader({ rpcUrls: [hostile.url] }).messagesOfTx(mine.txHash)).rejects.toThrow(ChainReadError);
    }
  });

  test("behavior: control characters of an endpoint do not reach the error's text", async () => {
    const hostile = await proxy(on("eth_blockNumber", { error: { code: 1, message: "a\nb\u001b[31m" } }));
    await expect(reader({ rpcUrls: [hostile.url] }).latestHeight()).rejects.toThrow("eth_blockNumber: 1 a b [31m");
  });
});
