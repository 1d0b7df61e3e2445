// The methods in front of a fake node, where states can be had that an embedded node does not come into.
// Cases: a chain whose first blocks are pruned; heights and pages at their edges; a node without blocks; a genesis in
// pieces; validator updates; consensus state; proofs; what browsers may keep; refusals of the node by their class.

import { afterEach, describe, expect, test } from "vitest";
import { toBase64, toHex } from "../../codec/bytes.ts";
import { ChainError } from "../../codec/chainError.ts";
import { ErrInvalidRequest } from "../../codec/sdkErrors.ts";
import type { ChainNode, DevnetAdmin, ValidatorInfo } from "../../consensus/chainNode.ts";
import { MempoolError } from "../../consensus/mempool.ts";
import { QuerySyntaxError } from "../../consensus/query/syntax.ts";
import { sampleBlock } from "../../consensus/testing/sampleBlocks.ts";
import { testGenesis } from "../../consensus/testing/testNode.ts";
import { verifyMerkleProof } from "../../crypto/merkle.ts";
import type { RunningServer } from "../services/runningServer.ts";
import { FAKE_VALIDATOR, fakeBlocks, fakeNode } from "../testing/fakeNode.ts";
import { type CometRpcOptions, startCometRpc } from "./cometServer.ts";
import { GENESIS_CHUNK_BYTES } from "./limits.ts";
import { get, post } from "./testing/servedNode.ts";

const servers: RunningServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(node: ChainNode, options: CometRpcOptions = {}): Promise<string> {
  const server = await startCometRpc(node, { port: 0, ...options });
  servers.push(server);
  return `http://127.0.0.1:${server.address.port}`;
}

/** The result, or the error's data when there is none. */
async function call(url: string, method: string, params: unknown = {}): Promise<unknown> {
  const { json } = await post(url, method, params);
  const { result, error } = json as { result?: unknown; error?: { code: number; data?: string } };
  return error === undefined ? result : [error.code, error.data];
}

describe("heights", () => {
  const pruned = () => serve(fakeNode([5, 6, 7].map((height) => sampleBlock(height, []))));
  const refusal = (data: string) => [-32603, data];

  test.each([
    ["block", "4", "height 4 is not available, lowest height is 5"],
    ["commit", "8", "height 8 must be less than or equal to the current blockchain height 7"],
    ["header", "0", "height must be greater than 0, but got 0"],
    ["block_results", "-1", "height must be greater than 0, but got -1"],
    ["validators", "9", "height 9 must be less than or equal to the current blockchain height 8"],
    ["consensus_params", "4", "height 4 is not available, lowest height is 5"],
    [
      "block",
      "9223372036854775807",
      "height 9223372036854775807 must be less than or equal to the current blockchain height 7",
    ],
  ])("error: %s of %s", async (method, height, data) => {
    expect(await call(await pruned(), method, { height })).toEqual(refusal(data));
  });

  test("behavior: validators and parameters are known one block ahead", async () => {
    const url = await pruned();
    expect(await call(url, "validators", { height: "8" })).toMatchObject({ block_height: "8" });
    expect(await call(url, "validators")).toMatchObject({ block_height: "8" });
    expect(await call(url, "consensus_params")).toMatchObject({ block_height: "8" });
  });

  test.each([
    [{}, ["7", "6", "5"]],
    [{ minHeight: "1", maxHeight: "100" }, ["7", "6", "5"]],
    [{ minHeight: "6", maxHeight: "6" }, ["6"]],
    [{ maxHeight: "5" }, ["5"]],
  ])("default: blockchain %j", async (params, heights) => {
    const result = (await call(await pruned(), "blockchain", params)) as {
      block_metas: { header: { height: string } }[];
    };
    expect(result.block_metas.map(({ header }) => header.height)).toEqual(heights);
  });

  test("behavior: blockchain gives 20 at most, the newest", async () => {
    const url = await serve(fakeNode(Array.from({ length: 50 }, (_, index) => sampleBlock(index + 1, []))));
    const result = (await call(url, "blockchain", { minHeight: "1" })) as {
      block_metas: { header: { height: string } }[];
    };
    expect(result.block_metas).toHaveLength(20);
    expect(result.block_metas[0]?.header.height).toBe("50");
  });

  test("error: blockchain below what is held", async () => {
    expect(await call(await pruned(), "blockchain", { maxHeight: "4" })).toEqual(
      refusal("min height 5 can't be greater than max height 4"),
    );
  });
});

describe("before the first block", () => {
  test("default: status says so, and other methods refuse or are empty", async () => {
    const url = await serve(fakeNode([]));
    expect(await call(url, "status")).toMatchObject({
      sync_info: {
        latest_block_hash: "",
        latest_block_height: "0",
        latest_block_time: "1970-01-01T00:00:00Z",
        earliest_block_height: "0",
      },
    });
    expect(await call(url, "block")).toMatchObject({ block: null });
    expect(await call(url, "header")).toEqual({ header: null });
    expect(await call(url, "tx_search", { query: "tx.height > 0" })).toEqual({ txs: [], total_count: "0" });
    expect(await call(url, "blockchain")).toEqual([-32603, "min height 1 can't be greater than max height 0"]);
  });
});

describe("pages", () => {
  const many = (count: number): ValidatorInfo[] =>
    Array.from({ length: count }, (_, index) => ({ ...FAKE_VALIDATOR, votingPower: BigInt(index) }));
  const served = () => serve(fakeNode(fakeBlocks(), { getValidators: async () => many(205) }));

  test.each([
    [{}, "30", "0"],
    [{ per_page: "0" }, "30", "0"],
    [{ per_page: "-7" }, "30", "0"],
    [{ per_page: "1000" }, "100", "0"],
    [{ per_page: 50, page: "2" }, "50", "50"],
    [{ per_page: "100", page: "3" }, "5", "200"],
  ])("default: validators %j", async (params, count, first) => {
    const result = await call(await served(), "validators", params);
    expect(result).toMatchObject({ count, total: "205" });
    expect(result).toHaveProperty("validators.0.voting_power", first);
  });

  test.each(["0", "-1", "4", "9007199254740993", "9223372036854775807"])("error: page %s", async (page) => {
    expect(await call(await served(), "validators", { per_page: "100", page })).toEqual([
      -32603,
      `page should be within [1, 3] range, given ${page}`,
    ]);
  });

  test("behavior: searches are in the order that CometBFT has by default, and in the one asked for", async () => {
    const url = await serve(fakeNode());
    const heights = async (method: string, order_by: string) => {
      const found = await call(url, method, { query: "a='b'", order_by });
      const { txs, blocks } = found as {
        txs?: { height: string }[];
        blocks?: { block: { header: { height: string } } }[];
      };
      return txs?.map(({ height }) => height) ?? blocks?.map(({ block }) => block.header.height);
    };
    expect(await heights("tx_search", "")).toEqual(["2", "2", "3"]);
    expect(await heights("tx_search", "desc")).toEqual(["3", "2", "2"]);
    expect(await heights("block_search", "")).toEqual(["3", "2", "1"]);
    expect(await heights("block_search", "asc")).toEqual(["1", "2", "3"]);
  });

  test.each([
    [{ page: "1", per_page: "2" }, 2],
    [{ page: "2", per_page: "2" }, 1],
  ])("default: tx_search %j", async (params, count) => {
    const url = await serve(fakeNode());
    const found = await call(url, "tx_search", { query: "a='b'", ...params });
    expect(found).toMatchObject({ total_count: "3" });
    expect((found as { txs: unknown[] }).txs).toHaveLength(count);
    expect(await call(url, "tx_search", { query: "a='b'", page: "3", per_page: "2" })).toEqual([
      -32603,
      "page should be within [1, 2] range, given 3",
    ]);
  });
});

describe("genesis", () => {
  const large = { ...testGenesis(), app_state: { filler: "é".repeat(GENESIS_CHUNK_BYTES / 2 + 5) } };

  test("default: a small one whole and in one piece, with the application's version", async () => {
    const url = await serve(fakeNode());
    const whole = (await call(url, "genesis")) as { genesis: unknown };
    expect(whole.genesis).toEqual({
      ...testGenesis(),
      consensus_params: { ...testGenesis().consensus_params, version: { app: "0" } },
    });
    const { data } = (await call(url, "genesis_chunked", { chunk: "0" })) as { data: string };
    expect(JSON.parse(Buffer.from(data, "base64").toString("utf8"))).toEqual(whole.genesis);
  });

  test("behavior: a large one in pieces only, which fit together", async () => {
    const url = await serve(fakeNode(fakeBlocks(), { genesis: large }));
    expect(await call(url, "genesis")).toEqual([
      -32603,
      "genesis response is large, please use the genesis_chunked API instead",
    ]);
    const pieces: Buffer[] = [];
    for (const chunk of ["0", "1"]) {
      const { data, total } = (await call(url, "genesis_chunked", { chunk })) as { data: string; total: string };
      expect(total).toBe("2");
      pieces.push(Buffer.from(data, "base64"));
    }
    expect(pieces[0]).toHaveLength(GENESIS_CHUNK_BYTES);
    // Cut within a character: only together they are text.
    expect(JSON.parse(Buffer.concat(pieces).toString("utf8"))).toMatchObject({ app_state: large.app_state });
    expect(await call(url, "genesis_chunked", { chunk: "2" })).toEqual([-32603, "there are 1 chunks, 2 is invalid"]);
  });
});

describe("transactions", () => {
  test("default: the proof of each transaction of a block leads to the same root", async () => {
    const url = await serve(fakeNode());
    const { txs } = fakeBlocks()[1]!;
    const roots = new Set<string>();
    for (const { hash, index } of txs) {
      const found = (await call(url, "tx", { hash: toBase64(hash), prove: true })) as {
        proof: { root_hash: string; proof: { total: string; index: string; leaf_hash: string; aunts: string[] } };
      };
      const { total, leaf_hash, aunts } = found.proof.proof;
      const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
      const steps = { total: Number(total), index, leafHash: bytes(leaf_hash), aunts: aunts.map(bytes) };
      const root = Uint8Array.from(Buffer.from(found.proof.root_hash, "hex"));
      expect(verifyMerkleProof(steps, root, hash)).toBe(true);
      roots.add(found.proof.root_hash);
    }
    expect(roots.size).toBe(1);
  });

  test("behavior: a proof is left out when the block is gone", async () => {
    const node = fakeNode();
    const url = await serve(fakeNode(fakeBlocks(), { getTx: node.getTx, getBlock: async () => undefined }));
    const hash = toBase64(fakeBlocks()[2]!.txs[0]!.hash);
    expect(await call(url, "tx", { hash, prove: true })).not.toHaveProperty("proof");
  });

  test("behavior: unconfirmed_txs asks for no more than 100", async () => {
    const asked: number[] = [];
    const list = (limit: number) => {
      asked.push(limit);
      return [Uint8Array.of(1)];
    };
    const mempool = { size: 7, sizeBytes: 70, list };
    const url = await serve(fakeNode(fakeBlocks(), { mempool }));
    for (const limit of [undefined, "0", "5", "100000"]) await call(url, "unconfirmed_txs", { limit });
    expect(asked).toEqual([30, 30, 5, 100]);
    expect(await call(url, "unconfirmed_txs")).toEqual({ n_txs: "1", total: "7", total_bytes: "70", txs: ["AQ=="] });
  });
});

describe("consensus", () => {
  test("default: a round that has not begun", async () => {
    const url = await serve(fakeNode());
    expect(await call(url, "consensus_state")).toMatchObject({
      round_state: {
        "height/round/step": "4/0/1",
        height_vote_set: [{ round: 0, prevotes: ["nil-Vote"], prevotes_bit_array: "BA{1:_} 0/10 = 0.00" }],
        proposer: { address: toHex(FAKE_VALIDATOR.address).toUpperCase(), index: 0 },
      },
    });
    expect(await call(url, "dump_consensus_state")).toMatchObject({
      round_state: { height: "4", validators: { validators: [{ voting_power: "10" }] } },
      peers: [],
    });
  });
});

describe("what browsers may keep", () => {
  const kept = async (url: string) => (await get(url)).headers.get("cache-control");

  test("default: what does not change", async () => {
    const url = await serve(fakeNode());
    expect(await kept(`${url}/block?height=1`)).toBe("public, max-age=86400");
    expect(await kept(`${url}/genesis`)).toBe("public, max-age=86400");
    for (const path of ["/block", "/status", "/blockchain", "/block?height=99", "/abci_info"]) {
      expect(await kept(url + path)).toBeNull();
    }
  });

  test("behavior: nothing where blocks can be reverted", async () => {
    const url = await serve(fakeNode(fakeBlocks(), { admin: fakeAdmin([]) }), { admin: true });
    expect(await kept(`${url}/block?height=1`)).toBeNull();
  });
});

function fakeAdmin(calls: unknown[]): DevnetAdmin {
  return {
    mine: async () => calls.push("mine"),
    setNextBlockTime: (timeNs) => void calls.push(timeNs),
    advanceTime: (deltaNs) => {
      if (deltaNs < 0n) throw new RangeError("the clock moves forward only");
      calls.push(deltaNs);
    },
    nowNs: 0n,
    snapshot: async () => "0x1",
    revert: async (id) => void calls.push(id),
    setBalance: async (address, denom, amount) => void calls.push([address, denom, amount]),
  };
}

describe("devnet", () => {
  test("default: each control gets what was given", async () => {
    const calls: unknown[] = [];
    const url = await serve(fakeNode(fakeBlocks(), { admin: fakeAdmin(calls) }), { admin: true });
    const amount = String(2n ** 256n - 1n);
    await call(url, "devnet_mine", { blocks: "3" });
    await call(url, "devnet_setNextBlockTime", { time_ns: "1800000000000000001" });
    await call(url, "devnet_advanceTime", { delta_ns: "5" });
    await call(url, "devnet_revert", { id: "0x1" });
    await call(url, "devnet_setBalance", { address: "a", denom: "uusdc", amount });
    expect(calls).toEqual([
      "mine",
      "mine",
      "mine",
      1_800_000_000_000_000_001n,
      5n,
      "0x1",
      ["a", "uusdc", BigInt(amount)],
    ]);
  });

  test.each([
    ["devnet_mine", { blocks: "0" }, -32602],
    ["devnet_mine", { blocks: "1001" }, -32602],
    ["devnet_setNextBlockTime", {}, -32602],
    ["devnet_advanceTime", { delta_ns: "-1" }, -32603],
    ["devnet_revert", {}, -32602],
    ["devnet_setBalance", { denom: "uusdc", amount: "1" }, -32602],
    ["devnet_setBalance", { address: "a", denom: "uusdc", amount: String(2n ** 256n) }, -32602],
    ["devnet_setBalance", { address: "a", denom: "uusdc", amount: "0x10" }, -32602],
  ])("error: %s %j", async (method, params, code) => {
    const calls: unknown[] = [];
    const url = await serve(fakeNode(fakeBlocks(), { admin: fakeAdmin(calls) }), { admin: true });
    expect(await call(url, method, params)).toEqual([code, expect.any(String)]);
    expect(calls).toEqual([]);
  });

  test("behavior: the controls are not there unless both the node has them and the server offers them", async () => {
    const withAdmin = fakeNode(fakeBlocks(), { admin: fakeAdmin([]) });
    for (const url of [await serve(withAdmin), await serve(fakeNode(), { admin: true })]) {
      expect(await call(url, "devnet_mine")).toEqual([-32601, undefined]);
    }
  });
});

describe("refusals of the node", () => {
  test.each([
    [new MempoolError("duplicate", "tx already exists in cache")],
    [new MempoolError("full", "mempool is full: number of txs 1 (max: 1), total txs bytes 5 (max: 5)")],
    [new ChainError(ErrInvalidRequest, "what")],
    [new QuerySyntaxError("offset 3: EOF")],
  ])("behavior: %s is in the data, and nobody is alarmed", async (error) => {
    const alarms: unknown[] = [];
    const submitTx = async () => {
      throw error;
    };
    const observer = { request: () => undefined, internalError: (...alarm: unknown[]) => void alarms.push(alarm) };
    const url = await serve(fakeNode(fakeBlocks(), { submitTx }), { observer });
    expect(await call(url, "broadcast_tx_sync", { tx: "AQ==" })).toEqual([-32603, error.message]);
    expect(await call(url, "broadcast_tx_async", { tx: "AQ==" })).toEqual([-32603, error.message]);
    expect(alarms).toEqual([]);
  });

  test("behavior: what nobody foresaw is told to the observer, and the server lives on", async () => {
    const alarms: unknown[] = [];
    const broken = new TypeError("cannot read properties of undefined");
    const getBlock = async () => {
      throw broken;
    };
    const observer = { request: () => undefined, internalError: (...alarm: unknown[]) => void alarms.push(alarm) };
    const url = await serve(fakeNode(fakeBlocks(), { getBlock }), { observer });
    expect(await call(url, "block")).toEqual([-32603, broken.message]);
    expect(alarms).toEqual([["block", broken]]);
    expect(await call(url, "health")).toEqual({});
  });
});
