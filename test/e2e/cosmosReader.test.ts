// Reading our own chain as attester and relayer do. Cases: messages of both versions by range and by transaction; several
// in one transaction; failed transactions; heights, hashes, watching by polls and by WebSocket; endpoints that lag, are of
// another chain, or lie.

import { type GeneratedType, Registry } from "@cosmjs/proto-signing";
import { coins, type DeliverTxResponse, SigningStargateClient } from "@cosmjs/stargate";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MsgSendMessage as MsgSendMessageV1 } from "../../gen/circle/cctp/v1/tx.ts";
import { MsgSendMessage as MsgSendMessageV2 } from "../../gen/circle/cctp/v2/tx.ts";
import { decodeMessageV1 } from "../../src/cctp/messageV1.ts";
import type { CosmosChainConfig } from "../../src/chains/chainConfig.ts";
import { ChainMismatchError, ChainReadError, type ChainReader } from "../../src/chains/chainReader.ts";
import type { ChainIncident } from "../../src/chains/endpoints.ts";
import { openChainReader } from "../../src/chains/openChainReader.ts";
import { type RpcProxy, startRpcProxy, type Tampering } from "../../src/chains/testing/rpcProxy.ts";
import { word } from "../../src/chains/testing/testMessages.ts";
import { addressOf, directWallet, startTestChain, type TestChain } from "./testChain.ts";

let chain: TestChain;
let client: SigningStargateClient;
let sender: string;
const readers: ChainReader[] = [];
const proxies: RpcProxy[] = [];

beforeAll(async () => {
  chain = await startTestChain();
  const wallet = await directWallet(chain, 1);
  sender = await addressOf(wallet);
  // CosmJS encodes with `fromPartial`, which the generated types have.
  const types: [string, GeneratedType][] = [
    ["/circle.cctp.v1.MsgSendMessage", MsgSendMessageV1 as unknown as GeneratedType],
    ["/circle.cctp.v2.MsgSendMessage", MsgSendMessageV2 as unknown as GeneratedType],
  ];
  const registry = new Registry(types);
  client = await SigningStargateClient.connectWithSigner(chain.rpcUrl, wallet, {
    registry,
    broadcastPollIntervalMs: 20,
  });
});

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
});

afterAll(async () => {
  client?.disconnect();
  await chain?.close();
});

function send(versions: readonly (1 | 2)[], body = "hello", domain = 3): Promise<DeliverTxResponse> {
  const messages = versions.map((version) => ({
    typeUrl: `/circle.cctp.v${version}.MsgSendMessage`,
    value: {
      from: sender,
      destinationDomain: domain,
      recipient: word(7),
      messageBody: Buffer.from(body),
      ...(version === 2 ? { destinationCaller: new Uint8Array(32), minFinalityThreshold: 2000 } : {}),
    },
  }));
  return client.signAndBroadcast(sender, messages, { amount: coins(10_000, "uusdc"), gas: "400000" });
}

function reader(changes: Partial<CosmosChainConfig> = {}, incidents: ChainIncident[] = []): ChainReader {
  const final = { kind: "blocks", blocks: 0 } as const;
  const opened = openChainReader(
    {
      kind: "cosmos",
      name: "ours",
      domain: 7770,
      chainId: chain.devnet.chainId,
      rpcUrls: [chain.rpcUrl],
      pollIntervalMs: 50,
      finality: { fast: final, standard: final },
      bech32Prefix: "stateset",
      denom: "uusdc",
      gasPrice: "0.025uusdc",
      hasV2: true,
      ...changes,
    },
    { requestTimeoutMs: 2_000, onIncident: (incident) => incidents.push(incident) },
  );
  readers.push(opened);
  return opened;
}

async function proxy(tamper: RpcProxy["tamper"]): Promise<RpcProxy> {
  const started = await startRpcProxy(chain.rpcUrl);
  started.tamper = tamper;
  proxies.push(started);
  return started;
}

function on(method: string, tampering: Tampering): RpcProxy["tamper"] {
  return (call) => (call.method === method ? tampering : undefined);
}

describe("messages", () => {
  test("default: both versions, several in one transaction, with their places", async () => {
    const sent = await send([1, 2, 1]);
    expect(sent.rawLog).toBe("");
    const ours = reader();
    const height = BigInt(sent.height);
    const messages = await ours.messages({ from: height - 1n, to: height });
    expect(messages.map(({ cctpVersion }) => cctpVersion)).toEqual([1, 2, 1]);
    for (const message of messages) {
      expect(message).toMatchObject({ sourceDomain: 7770, txHash: sent.transactionHash, height });
      expect(message.blockHash).toBe(await ours.blockHash(height));
      expect(sent.events[message.logIndex]?.type).toBe(`circle.cctp.v${message.cctpVersion}.MessageSent`);
    }
    const first = decodeMessageV1(messages[0]!.message);
    expect(first).toMatchObject({ sourceDomain: 7770, destinationDomain: 3 });
    expect(Buffer.from(first.messageBody).toString()).toBe("hello");
    expect(await ours.messagesOfTx(sent.transactionHash)).toEqual(messages);
    expect(await ours.messagesOfTx(`0x${sent.transactionHash.toLowerCase()}`)).toEqual(messages);
  });

  test("behavior: a long range is whole and ordered; other transactions and failed ones give nothing", async () => {
    const first = await send([1], "first");
    const failed = await send([1], "x".repeat(9_000));
    expect(failed.code).not.toBe(0);
    const last = await send([2], "last");
    for (let blocks = 0; blocks < 45; blocks++) await chain.devnet.node.admin?.mine();
    const messages = await reader().messages({ from: BigInt(first.height), to: BigInt(last.height) + 40n });
    expect(messages.map(({ txHash }) => txHash)).toEqual([first.transactionHash, last.transactionHash]);
    expect(await reader().messagesOfTx(failed.transactionHash)).toEqual([]);
    for (const unknown of ["AB".repeat(32), "", "zz", "../tx"]) {
      expect(await reader().messagesOfTx(unknown)).toBeUndefined();
    }
  });
});

describe("heights", () => {
  test("default: every block is final at once, unless more is asked for", async () => {
    const latest = BigInt(await chain.devnet.node.latestHeight);
    const final = await reader().finalHeight("standard");
    expect(final).toBeGreaterThanOrEqual(latest);
    const deep = { kind: "blocks", blocks: 1_000_000 } as const;
    expect(await reader({ finality: { fast: deep, standard: deep } }).finalHeight("fast")).toBe(-1n);
    expect(await reader().blockHash(1n)).toMatch(/^[0-9A-F]{64}$/);
    for (const none of [0n, -1n, latest + 1_000n]) expect(await reader().blockHash(none)).toBeUndefined();
  });

  test.each([
    ["polls", false],
    ["a WebSocket", true],
  ])("default: new blocks by %s", async (_name, ws) => {
    const wsUrl = ws ? `${chain.rpcUrl.replace("http", "ws")}/websocket` : undefined;
    const heights: bigint[] = [];
    await new Promise<void>((resolve) => {
      reader({ wsUrl, pollIntervalMs: ws ? 600_000 : 20 }).watch((height) => {
        if (heights.push(height) === 3) resolve();
      });
    });
    expect(heights).toEqual([...heights].sort((a, b) => Number(a - b)));
  });
});

describe("verify", () => {
  test("default: the chain is what the configuration says", async () => {
    await reader().verify();
    await reader({ hasV2: false }).verify();
  });

  test.each<[string, Partial<CosmosChainConfig>, string]>([
    ["another chain", { chainId: "noble-1" }, 'expected chain id noble-1, got "stateset-devnet-1"'],
    ["another domain", { domain: 4 }, "expected domain 4, got 7770"],
  ])("error: %s", async (_name, changes, text) => {
    await expect(reader(changes).verify()).rejects.toThrow(ChainMismatchError);
    await expect(reader(changes).verify()).rejects.toThrow(text);
  });

  test("error: a chain without V2", async () => {
    const v1Only = await proxy(({ method, params }) =>
      method === "abci_query" && String((params as { path: string }).path).includes("v2")
        ? { result: { response: { code: 6, log: "unknown query path", value: null } } }
        : undefined,
    );
    await expect(reader({ rpcUrls: [v1Only.url] }).verify()).rejects.toThrow("expected CCTP V2, and it has only V1");
  });
});

describe("endpoints", () => {
  test("behavior: one that lags behind gives an error or its place to the next, never a part", async () => {
    const { height } = await send([1]);
    const cut = (result: unknown): unknown => {
      const answer = result as { block_metas: { header: { height: string } }[] };
      return { ...answer, block_metas: answer.block_metas.filter((meta) => Number(meta.header.height) < height) };
    };
    const lagging = await proxy(on("blockchain", { change: cut }));
    const range = { from: BigInt(height) - 1n, to: BigInt(height) };
    expect(await reader({ rpcUrls: [lagging.url, chain.rpcUrl] }).messages(range)).toHaveLength(1);
    await expect(reader({ rpcUrls: [lagging.url] }).messages(range)).rejects.toThrow("it has not all blocks of");
    const future = { from: BigInt(height), to: BigInt(height) + 1_000n };
    await expect(reader().messages(future)).rejects.toThrow(ChainReadError);
  });

  type Change = (result: never) => unknown;
  const results = (change: (tx: Record<string, unknown>) => unknown): Change =>
    ((result: Record<string, unknown>) => ({
      ...result,
      txs_results: (result["txs_results"] as Record<string, unknown>[]).map(change),
    })) as Change;

  test.each<[string, string, Change | unknown]>([
    ["results of another block", "block_results", (r: object) => ({ ...r, height: "1" })],
    ["results that are no list", "block_results", (r: object) => ({ ...r, txs_results: {} })],
    ["results that are nothing", "block_results", results(() => null)],
    ["events that are no list", "block_results", results((tx) => ({ ...tx, events: 7 }))],
    [
      "no results",
      "block_results",
      { error: { code: -32603, message: "Internal error", data: "could not find results" } },
    ],
    [
      "fewer transactions than results",
      "block",
      (r: { block: object }) => ({ ...r, block: { ...r.block, data: { txs: [] } } }),
    ],
    [
      "a transaction that is no base64",
      "block",
      (r: { block: object }) => ({ ...r, block: { ...r.block, data: { txs: ["!"] } } }),
    ],
    ["another block", "block", (r: object) => ({ ...r, block_id: { hash: "AB".repeat(32) } })],
    [
      "a hash that is none",
      "blockchain",
      (r: { block_metas: object[] }) => ({
        ...r,
        block_metas: r.block_metas.map((m) => ({ ...m, block_id: { hash: "ab" } })),
      }),
    ],
    ["null", "blockchain", () => null],
    ["a height that is none", "status", (r: object) => ({ ...r, node_info: {} })],
  ])("error: %s", async (_name, method, change) => {
    const { height } = await send([1]);
    const tampering = (typeof change === "function" ? { change } : change) as Tampering;
    const hostile = await proxy(on(method, tampering));
    const range = { from: BigInt(height), to: BigInt(height) };
    const error: unknown = await reader({ rpcUrls: [hostile.url] })
      .messages(range)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ChainReadError);
  });

  test.each(["7", '"!"', "", '"AAAAAA=="', '{"a":1}'])(
    "behavior: an event whose message is %j is dropped",
    async (value) => {
      const { height } = await send([1]);
      const change = results((tx) => ({
        ...tx,
        events: [{ type: "circle.cctp.v1.MessageSent", attributes: [{ key: "message", value }] }],
      }));
      const hostile = await proxy(on("block_results", { change: change as (result: unknown) => unknown }));
      const incidents: ChainIncident[] = [];
      const range = { from: BigInt(height), to: BigInt(height) };
      expect(await reader({ rpcUrls: [hostile.url] }, incidents).messages(range)).toEqual([]);
      expect(incidents).toEqual([
        { kind: "message_dropped", detail: `block ${height}: event 0 holds no message of V1` },
      ]);
    },
  );

  test("error: another transaction than was asked for", async () => {
    const asked = await send([1]);
    const other = await send([1]);
    const hostile = await proxy(on("tx", { change: (r) => ({ ...(r as object), hash: other.transactionHash }) }));
    await expect(reader({ rpcUrls: [hostile.url] }).messagesOfTx(asked.transactionHash)).rejects.toThrow(
      ChainReadError,
    );
  });
});
