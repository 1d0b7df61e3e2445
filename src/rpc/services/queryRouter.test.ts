// Cases: every method of the three node services, by call and by query; module queries passed on with height; refusals
// in both forms; which services are offered; hostile bytes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import { ConfigResponse, StatusResponse } from "../../../gen/cosmos/base/node/v1beta1/query.ts";
import {
  ListAllInterfacesResponse,
  ListImplementationsRequest,
  ListImplementationsResponse,
} from "../../../gen/cosmos/base/reflection/v1beta1/reflection.ts";
import {
  ABCIQueryRequest,
  GetBlockByHeightRequest,
  GetBlockByHeightResponse,
  GetLatestBlockResponse,
  GetLatestValidatorSetResponse,
  GetNodeInfoResponse,
  GetSyncingResponse,
  GetValidatorSetByHeightRequest,
} from "../../../gen/cosmos/base/tendermint/v1beta1/query.ts";
import {
  BroadcastTxRequest,
  BroadcastTxResponse,
  GetBlockWithTxsRequest,
  GetBlockWithTxsResponse,
  GetTxRequest,
  GetTxResponse,
  GetTxsEventRequest,
  GetTxsEventResponse,
  SimulateRequest,
  SimulateResponse,
  TxDecodeAminoRequest,
  TxDecodeAminoResponse,
  TxDecodeRequest,
  TxDecodeResponse,
  TxEncodeAminoRequest,
  TxEncodeAminoResponse,
  TxEncodeRequest,
  TxEncodeResponse,
} from "../../../gen/cosmos/tx/v1beta1/service.ts";
import { ResponseCheckTx } from "../../../gen/tendermint/abci/types.ts";
import vectors from "../../../test/vectors/sdk/aminoTxs.json" with { type: "json" };
import { QueryError } from "../../baseapp/queryError.ts";
import { SimulationFailure } from "../../baseapp/txResult.ts";
import { toHex } from "../../codec/bytes.ts";
import { ChainError } from "../../codec/chainError.ts";
import { TypeRegistry } from "../../codec/registry.ts";
import { ErrInsufficientFunds } from "../../codec/sdkErrors.ts";
import { MempoolError } from "../../consensus/mempool.ts";
import { QuerySyntaxError } from "../../consensus/query/syntax.ts";
import { createQueryRouter, PENDING_CALLS_MAX, type QueryRouter } from "./queryRouter.ts";
import { ALICE, BOB, createStubNode, STUB_AMOUNT, STUB_TIME, type StubOptions, stubTx } from "./testing/stubNode.ts";

const registry = new TypeRegistry();
registry.register(MsgSend);

const TX = "/cosmos.tx.v1beta1.Service";
const CMT = "/cosmos.base.tendermint.v1beta1.Service";

function setUp(options: StubOptions = {}, routerOptions = {}) {
  const node = createStubNode(options);
  return { node, router: createQueryRouter(node, registry, routerOptions) };
}

const none = new Uint8Array();

async function refusal(promise: Promise<unknown>): Promise<QueryError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(QueryError);
  return error as QueryError;
}

async function txHash(router: QueryRouter): Promise<string> {
  const { value } = await router.call(
    `${TX}/GetTxsEvent`,
    GetTxsEventRequest.encode(GetTxsEventRequest.fromPartial({ query: "tx.height=2" })).finish(),
    0n,
  );
  return GetTxsEventResponse.decode(value).txResponses[0]?.txhash ?? "";
}

describe("module queries", () => {
  const request = (address: string) => QueryBalanceRequest.encode({ address, denom: "uusdc" }).finish();

  test("default: reach the application with path, bytes and height", async () => {
    const { router } = setUp();
    const answer = await router.call("/cosmos.bank.v1beta1.Query/Balance", request(ALICE), 1n);
    expect(answer.height).toBe(1n);
    expect(QueryBalanceResponse.decode(answer.value).balance).toEqual({ denom: "uusdc", amount: STUB_AMOUNT });
    expect(await router.query("/cosmos.bank.v1beta1.Query/Balance", request(ALICE), 0n, false)).toMatchObject({
      code: 0,
      height: 2n,
    });
  });

  test("error: a refusal keeps its ABCI form in query and becomes a status in call", async () => {
    const { router } = setUp();
    const path = "/cosmos.bank.v1beta1.Query/Balance";
    const text = `account ${BOB} not found`;
    expect(await router.query(path, request(BOB), 0n, false)).toMatchObject({
      code: 22,
      codespace: "sdk",
      log: `rpc error: code = NotFound desc = ${text}: key not found`,
    });
    expect(await refusal(router.call(path, request(BOB), 0n))).toMatchObject({ status: 5, message: text });
    expect(await refusal(router.call(path, request(ALICE), 9n))).toMatchObject({ status: 3 });
    expect(await refusal(router.call("/no.such.Query/Thing", none, 0n))).toMatchObject({ status: 12 });
  });
});

describe("cosmos.tx.v1beta1.Service", () => {
  test("default: Simulate over abci_query, as CosmJS does it", async () => {
    const { router } = setUp();
    const data = SimulateRequest.encode({ tx: undefined, txBytes: stubTx() }).finish();
    const response = await router.query(`${TX}/Simulate`, data, 0n, false);
    expect(response).toMatchObject({ code: 0, height: 2n });
    const { gasInfo, result } = SimulateResponse.decode(response.value);
    expect(gasInfo).toEqual({ gasWanted: 2n ** 64n - 1n, gasUsed: 70_000n });
    expect(result?.msgResponses).toEqual([{ typeUrl: "/cosmos.bank.v1beta1.MsgSendResponse", value: none }]);
  });

  test("error: Simulate names what failed and the gas until then, as Unknown", async () => {
    const { router } = setUp({
      simulate: () => {
        const { code, codespace, message } = new ChainError(ErrInsufficientFunds, "0uusdc is smaller than 5uusdc");
        throw new SimulationFailure({ code, codespace, log: message }, 31_000n);
      },
    });
    const data = SimulateRequest.encode({ tx: undefined, txBytes: stubTx() }).finish();
    const text = "0uusdc is smaller than 5uusdc: insufficient funds with gas used: '31000'";
    expect(await refusal(router.call(`${TX}/Simulate`, data, 0n))).toMatchObject({ status: 2, message: text });
    expect(await router.query(`${TX}/Simulate`, data, 0n, false)).toMatchObject({
      code: 6,
      log: `rpc error: code = Unknown desc = ${text}: unknown request`,
    });
    expect(await refusal(router.call(`${TX}/Simulate`, none, 0n))).toMatchObject({
      status: 3,
      message: "empty txBytes is not allowed",
    });
  });

  test("default: GetTx by hash in either case", async () => {
    const { router } = setUp();
    const hash = await txHash(router);
    for (const text of [hash, hash.toLowerCase()]) {
      const { value } = await router.call(`${TX}/GetTx`, GetTxRequest.encode({ hash: text }).finish(), 0n);
      const { tx, txResponse } = GetTxResponse.decode(value);
      expect(tx?.body?.messages[0]?.typeUrl).toBe("/cosmos.bank.v1beta1.MsgSend");
      expect(txResponse).toMatchObject({ txhash: hash, height: 2n, code: 0, data: "12AB", gasUsed: 70_000n });
      expect(txResponse?.timestamp).toBe("2023-11-14T22:13:21Z");
      expect(txResponse?.tx?.typeUrl).toBe("/cosmos.tx.v1beta1.Tx");
      expect(toHex(txResponse?.tx?.value ?? none)).toBe(toHex(stubTx()));
    }
  });

  test.each([
    ["", 3, "tx hash cannot be empty"],
    ["00", 3, "tx hash must have 64 hex digits, got 2 characters"],
    ["zz".repeat(32), 3, "tx hash is not hex"],
    ["00".repeat(32), 5, `tx not found: ${"00".repeat(32)}`],
  ])("error: GetTx of %j", async (hash, status, message) => {
    const { router } = setUp();
    const call = router.call(`${TX}/GetTx`, GetTxRequest.encode({ hash }).finish(), 0n);
    expect(await refusal(call)).toMatchObject({ status, message });
  });

  test("default: BroadcastTx in mode sync gives CheckTx's verdict, in mode async only the hash", async () => {
    const { node, router } = setUp({
      submitTx: async () =>
        ResponseCheckTx.fromPartial({ code: 32, codespace: "sdk", log: "account sequence mismatch" }),
    });
    const send = async (mode: 0 | 1 | 2 | 3) => {
      const data = BroadcastTxRequest.encode({ txBytes: stubTx("x"), mode }).finish();
      return BroadcastTxResponse.decode((await router.call(`${TX}/BroadcastTx`, data, 0n)).value).txResponse;
    };
    const sync = await send(2);
    expect(sync).toMatchObject({ code: 32, codespace: "sdk", rawLog: "account sequence mismatch", height: 0n });
    expect(await send(3)).toMatchObject({ code: 0, txhash: sync?.txhash });
    for (const mode of [0, 1] as const) {
      expect(await refusal(send(mode))).toMatchObject({
        status: 3,
        message: expect.stringContaining("supported types: sync, async"),
      });
    }
    expect(node.submitted).toEqual([]);
  });

  test.each([
    ["duplicate", "tx already exists in cache", 19],
    ["full", "mempool is full: number of txs 5000 (max: 5000)", 20],
    ["sender_limit", "too many transactions of one sender", 20],
    ["too_large", "Tx too large. Max size is 1048576, but got 2000000", 21],
  ] as const)("error: BroadcastTx of what the mempool refuses: %s", async (reason, text, code) => {
    const { router } = setUp({ submitTx: async () => Promise.reject(new MempoolError(reason, text)) });
    const data = BroadcastTxRequest.encode({ txBytes: stubTx(), mode: 2 }).finish();
    const { value } = await router.call(`${TX}/BroadcastTx`, data, 0n);
    expect(BroadcastTxResponse.decode(value).txResponse).toMatchObject({ code, codespace: "sdk", rawLog: text });
  });

  test("default: GetTxsEvent by query, by events, with page and limit", async () => {
    const { router } = setUp();
    const search = async (part: Partial<GetTxsEventRequest>) => {
      const data = GetTxsEventRequest.encode(GetTxsEventRequest.fromPartial(part)).finish();
      return GetTxsEventResponse.decode((await router.call(`${TX}/GetTxsEvent`, data, 0n)).value);
    };
    for (const part of [{ query: "tx.height=2" }, { events: ["message.action='send'", "tx.height=2"] }]) {
      const found = await search(part);
      expect(found.total).toBe(1n);
      expect(found.txs.length).toBe(1);
      expect(found.txResponses[0]?.height).toBe(2n);
    }
    expect(await search({ query: "tx.height=7" })).toMatchObject({ total: 0n, txs: [] });
    expect(await refusal(search({ query: "tx.height=2", page: 2n }))).toMatchObject({
      status: 3,
      message: "page should be within [1, 1] range, given 2",
    });
    expect(await refusal(search({}))).toMatchObject({ status: 3, message: "query cannot be empty" });
    expect(await refusal(search({ query: "a=1", page: 2n ** 64n - 1n }))).toMatchObject({ status: 3 });
  });

  test("behavior: GetTxsEvent passes order and a limit of at most 100 on", async () => {
    const asked: unknown[] = [];
    const { router } = setUp({
      searchTxs: async (options) => {
        asked.push(options);
        return { items: [], totalCount: 100_000 };
      },
    });
    const ask = async (part: Partial<GetTxsEventRequest>) =>
      router.call(
        `${TX}/GetTxsEvent`,
        GetTxsEventRequest.encode(GetTxsEventRequest.fromPartial({ query: "q", ...part })).finish(),
        0n,
      );
    await ask({ orderBy: 2, page: 3n, limit: 7n });
    await ask({ limit: 2n ** 63n });
    await ask({ pagination: { key: none, offset: 40n, limit: 20n, countTotal: true, reverse: false } });
    expect(asked).toEqual([
      { query: "q", page: 3, perPage: 7, order: "desc" },
      { query: "q", page: 1, perPage: 100, order: "asc" },
      { query: "q", page: 3, perPage: 20, order: "asc" },
    ]);
  });

  test("error: GetTxsEvent says what is wrong with the query", async () => {
    const { router } = setUp({
      searchTxs: async () => {
        throw new QuerySyntaxError("expected an operator at 3");
      },
    });
    const data = GetTxsEventRequest.encode(GetTxsEventRequest.fromPartial({ query: "abc" })).finish();
    expect(await refusal(router.call(`${TX}/GetTxsEvent`, data, 0n))).toMatchObject({
      status: 3,
      message: "failed to search for txs: expected an operator at 3",
    });
  });

  test("default: GetBlockWithTxs", async () => {
    const { router } = setUp();
    const ask = async (height: bigint, offset = 0n) => {
      const pagination = { key: none, offset, limit: 0n, countTotal: false, reverse: false };
      const data = GetBlockWithTxsRequest.encode({ height, pagination }).finish();
      return GetBlockWithTxsResponse.decode((await router.call(`${TX}/GetBlockWithTxs`, data, 0n)).value);
    };
    const found = await ask(2n);
    expect(found.txs.length).toBe(1);
    expect(found.block?.header?.height).toBe(2n);
    expect(found.pagination?.total).toBe(1n);
    expect((await ask(1n, 5n)).txs).toEqual([]);
    expect(await refusal(ask(2n, 1n))).toMatchObject({
      status: 3,
      message: "out of range: cannot paginate 1 txs with offset 1 and limit 100",
    });
    expect(await refusal(ask(3n))).toMatchObject({ status: 3 });
    expect(await refusal(ask(0n))).toMatchObject({ status: 3 });
  });

  test("default: TxDecode and TxEncode are inverse; amino binary is refused", async () => {
    const { router } = setUp();
    const decoded = await router.call(`${TX}/TxDecode`, TxDecodeRequest.encode({ txBytes: stubTx() }).finish(), 0n);
    const { tx } = TxDecodeResponse.decode(decoded.value);
    expect(tx?.authInfo?.fee?.gasLimit).toBe(100_000n);
    const encoded = await router.call(`${TX}/TxEncode`, TxEncodeRequest.encode({ tx }).finish(), 0n);
    expect(toHex(TxEncodeResponse.decode(encoded.value).txBytes)).toBe(toHex(stubTx()));
    const garbage = TxDecodeRequest.encode({ txBytes: new Uint8Array([255, 1, 2]) }).finish();
    expect(await refusal(router.call(`${TX}/TxDecode`, garbage, 0n))).toMatchObject({
      status: 3,
      message: expect.stringContaining("tx parse error"),
    });
    expect(await refusal(router.call(`${TX}/TxEncode`, none, 0n))).toMatchObject({
      status: 3,
      message: "invalid empty tx",
    });
  });

  test("default: TxEncodeAmino and TxDecodeAmino translate what the SDK's amino does", async () => {
    const { router } = setUp();
    for (const { json, base64 } of vectors.txs) {
      const asked = TxEncodeAminoRequest.encode({ aminoJson: JSON.stringify(json) }).finish();
      const encoded = await router.call(`${TX}/TxEncodeAmino`, asked, 0n);
      const { aminoBinary } = TxEncodeAminoResponse.decode(encoded.value);
      expect(Buffer.from(aminoBinary).toString("base64")).toBe(base64);
      const decoded = await router.call(
        `${TX}/TxDecodeAmino`,
        TxDecodeAminoRequest.encode({ aminoBinary }).finish(),
        0n,
      );
      expect(JSON.parse(TxDecodeAminoResponse.decode(decoded.value).aminoJson)).toEqual(json);
    }
  });

  test.each([
    ["", "invalid empty tx json"],
    ["{", "JSON"],
    ["{}", "expected an object with a type and a value"],
    ['{"type":"cosmos-sdk/MsgSend","value":{"amount":[]}}', "expected a StdTx, got /cosmos.bank.v1beta1.MsgSend"],
  ])("error: TxEncodeAmino of %j", async (aminoJson, message) => {
    const asked = TxEncodeAminoRequest.encode({ aminoJson }).finish();
    const refused = await refusal(setUp().router.call(`${TX}/TxEncodeAmino`, asked, 0n));
    expect(refused).toMatchObject({ status: 3, message: expect.stringContaining(message) });
  });

  test.each([
    [[], "invalid empty tx bytes"],
    [[1, 2, 3, 4], "unrecognized prefix bytes 01020304"],
    [[0xa8, 0xa3, 0x61, 0x9a], "expected a StdTx"],
  ])("error: TxDecodeAmino of %j", async (bytes, message) => {
    const asked = TxDecodeAminoRequest.encode({ aminoBinary: Uint8Array.from(bytes) }).finish();
    const refused = await refusal(setUp().router.call(`${TX}/TxDecodeAmino`, asked, 0n));
    expect(refused).toMatchObject({ status: 3, message: expect.stringContaining(message) });
  });
});

describe("cosmos.base.tendermint.v1beta1.Service", () => {
  test("default: blocks, latest and by height", async () => {
    const { router } = setUp();
    const latest = GetLatestBlockResponse.decode((await router.call(`${CMT}/GetLatestBlock`, none, 0n)).value);
    expect(latest.block?.header).toMatchObject({
      height: 2n,
      chainId: "stub-1",
      time: { seconds: STUB_TIME + 1n, nanos: 500_000_000 },
    });
    expect(latest.sdkBlock?.header?.proposerAddress).toMatch(/^statesetvalcons1/);
    const ask = async (height: bigint) =>
      GetBlockByHeightResponse.decode(
        (await router.call(`${CMT}/GetBlockByHeight`, GetBlockByHeightRequest.encode({ height }).finish(), 0n)).value,
      );
    expect((await ask(1n)).sdkBlock?.header?.height).toBe(1n);
    expect(await refusal(ask(3n))).toMatchObject({
      status: 3,
      message: "requested block height is bigger then the chain length",
    });
    expect(await refusal(ask(0n))).toMatchObject({ status: 3, message: "height must be greater than 0, but got 0" });
  });

  test("error: a pruned block is not found, and before the first block there is none", async () => {
    const pruned = setUp({ latestHeight: 9 }).router;
    const data = GetBlockByHeightRequest.encode({ height: 5n }).finish();
    expect(await refusal(pruned.call(`${CMT}/GetBlockByHeight`, data, 0n))).toMatchObject({
      status: 5,
      message: "height 5 is not available, lowest height is 1",
    });
    const young = setUp({ latestHeight: 0 }).router;
    expect(await refusal(young.call(`${CMT}/GetLatestBlock`, none, 0n))).toMatchObject({ status: 14 });
  });

  test("default: validators, node info, syncing", async () => {
    const { router } = setUp();
    const set = GetLatestValidatorSetResponse.decode(
      (await router.call(`${CMT}/GetLatestValidatorSet`, none, 0n)).value,
    );
    expect(set).toMatchObject({
      blockHeight: 2n,
      validators: [{ votingPower: 10n, pubKey: { typeUrl: "/cosmos.crypto.ed25519.PubKey" } }],
    });
    const future = GetValidatorSetByHeightRequest.encode({ height: 3n, pagination: undefined }).finish();
    expect(await refusal(router.call(`${CMT}/GetValidatorSetByHeight`, future, 0n))).toMatchObject({ status: 3 });
    const info = GetNodeInfoResponse.decode((await router.call(`${CMT}/GetNodeInfo`, none, 0n)).value);
    expect(info.defaultNodeInfo).toMatchObject({
      network: "stub-1",
      moniker: "stub",
      protocolVersion: { p2p: 8n, block: 11n, app: 1n },
      listenAddr: "tcp://127.0.0.1:26656",
      version: "0.38.25",
    });
    expect(info.applicationVersion).toMatchObject({ appName: "statesetd", version: "0.1.0" });
    expect(GetSyncingResponse.decode((await router.call(`${CMT}/GetSyncing`, none, 0n)).value)).toEqual({
      syncing: false,
    });
  });

  test("error: ABCIQuery takes store paths only", async () => {
    const { router } = setUp();
    const ask = (path: string) =>
      router.call(
        `${CMT}/ABCIQuery`,
        ABCIQueryRequest.encode({ path, data: none, height: 0n, prove: false }).finish(),
        0n,
      );
    await ask("/store/bank/key");
    expect(await refusal(ask("/cosmos.bank.v1beta1.Query/Balance"))).toMatchObject({ status: 3 });
    expect(await refusal(ask(""))).toMatchObject({ status: 3, message: "empty query path" });
  });
});

test("default: node config and status; interfaces and who implements them", async () => {
  const { router } = setUp({}, { minimumGasPrice: "0.025uusdc", pruning: { keepRecent: 100 } });
  const config = await router.call("/cosmos.base.node.v1beta1.Service/Config", none, 0n);
  expect(ConfigResponse.decode(config.value)).toMatchObject({
    minimumGasPrice: "0.025uusdc",
    pruningKeepRecent: "100",
    pruningInterval: "1",
  });
  const status = await router.call("/cosmos.base.node.v1beta1.Service/Status", none, 0n);
  expect(StatusResponse.decode(status.value)).toMatchObject({
    height: 2n,
    earliestStoreHeight: 1n,
    appHash: new Uint8Array(32).fill(4),
  });
  const reflection = "/cosmos.base.reflection.v1beta1.ReflectionService";
  const all = ListAllInterfacesResponse.decode((await router.call(`${reflection}/ListAllInterfaces`, none, 0n)).value);
  expect(all.interfaceNames).toContain("cosmos.authz.v1beta1.Authorization");
  const data = ListImplementationsRequest.encode({ interfaceName: "cosmos.authz.v1beta1.Authorization" }).finish();
  const found = ListImplementationsResponse.decode(
    (await router.call(`${reflection}/ListImplementations`, data, 0n)).value,
  );
  expect(found.implementationMessageNames).toContain("/cosmos.bank.v1beta1.SendAuthorization");
});

describe("what is offered", () => {
  test("default: every Query service and the node services, no Msg service, nothing of CometBFT's own", () => {
    const names = setUp().router.services.map((service) => service.name);
    expect(names).toEqual(
      expect.arrayContaining([
        "cosmos.bank.v1beta1.Query",
        "cosmos.tx.v1beta1.Service",
        "cosmos.base.node.v1beta1.Service",
      ]),
    );
    expect(names.filter((name) => name.endsWith(".Msg") || name.startsWith("tendermint."))).toEqual([]);
    expect(names).not.toContain("cosmos.base.reflection.v2alpha1.ReflectionService");
  });

  test("behavior: with the application's own list, only what is in it", () => {
    const { router } = setUp({}, { queryPaths: ["/cosmos.bank.v1beta1.Query/Balance"] });
    const bank = router.services.find((service) => service.name === "cosmos.bank.v1beta1.Query");
    expect(bank?.methods.map((method) => method.name)).toEqual(["Balance"]);
    expect(router.services.some((service) => service.name === "cosmos.auth.v1beta1.Query")).toBe(false);
  });
});

describe("hostile input", () => {
  test("error: an unforeseen error is Internal without its text, and is reported", async () => {
    const reported: unknown[] = [];
    const { router } = setUp(
      { submitTx: async () => Promise.reject(new Error("disk on fire at sector 9")) },
      { onInternalError: (path: string, error: unknown) => reported.push([path, String(error)]) },
    );
    const data = BroadcastTxRequest.encode({ txBytes: stubTx(), mode: 2 }).finish();
    expect(await refusal(router.call(`${TX}/BroadcastTx`, data, 0n))).toMatchObject({
      status: 13,
      message: "internal error",
    });
    expect(reported).toEqual([[`${TX}/BroadcastTx`, "Error: disk on fire at sector 9"]]);
  });

  test("error: more waiting calls than the maximum", async () => {
    let release: (check: ResponseCheckTx) => void = () => undefined;
    const gate = new Promise<ResponseCheckTx>((resolve) => {
      release = resolve;
    });
    const { router } = setUp({ submitTx: () => gate });
    const data = BroadcastTxRequest.encode({ txBytes: stubTx(), mode: 2 }).finish();
    const waiting = Array.from({ length: PENDING_CALLS_MAX }, () => router.call(`${TX}/BroadcastTx`, data, 0n));
    expect(await refusal(router.call(`${TX}/BroadcastTx`, data, 0n))).toMatchObject({ status: 8 });
    release(ResponseCheckTx.fromPartial({}));
    await Promise.all(waiting);
    await router.call(`${TX}/BroadcastTx`, data, 0n);
  });

  test("behavior: random bytes to every method are answered or refused, never Internal", async () => {
    const { router } = setUp();
    const paths = router.services.flatMap((service) => service.methods.map((method) => method.path));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.uint8Array({ maxLength: 64 }), async (path, data) => {
        const response = await router.query(path, data, 0n, false);
        expect(response.log).not.toContain("internal error");
        if (response.code !== 0) expect(response.log).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});
