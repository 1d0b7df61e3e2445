// Cases: calls by a plain grpc-js client, height in and out, refusals, garbage bytes and oversized messages; reflection
// used as grpcurl does: list, describe, call dynamically, both versions; options survive; each reflection question.

import { connect } from "node:net";
import { fromBinary, getOption, hasOption } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import {
  Client,
  connectivityState,
  credentials,
  type Metadata,
  Metadata as MetadataClass,
  type ServiceError,
} from "@grpc/grpc-js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import { SimulateRequest, SimulateResponse } from "../../../gen/cosmos/tx/v1beta1/service.ts";
import { TypeRegistry } from "../../codec/registry.ts";
import { createQueryRouter } from "../services/queryRouter.ts";
import type { RunningServer } from "../services/runningServer.ts";
import { ALICE, BOB, createStubNode, STUB_AMOUNT, stubTx } from "../services/testing/stubNode.ts";
import { GRPC_LIMITS, startGrpc } from "./grpcServer.ts";
import { REFLECTION_VERSIONS } from "./reflectionProtocol.ts";
import { askReflection, callByReflection, describeSymbol, listServices } from "./testing/reflectionClient.ts";

const registry = new TypeRegistry();
let server: RunningServer;
let client: Client;

beforeAll(async () => {
  const node = createStubNode();
  const router = createQueryRouter(node, registry);
  server = await startGrpc(node, registry, router, { port: 0 });
  client = new Client(`127.0.0.1:${server.address.port}`, credentials.createInsecure(), {
    "grpc.max_send_message_length": 64 * 1024 * 1024,
  });
});

afterAll(async () => {
  client.close();
  await server.close();
});

const BALANCE = "/cosmos.bank.v1beta1.Query/Balance";
const identity = (bytes: Uint8Array) => Buffer.from(bytes);

interface CallResult {
  readonly value?: Uint8Array;
  readonly error?: ServiceError;
  readonly header?: Metadata;
}

function call(path: string, data: Uint8Array, height?: string): Promise<CallResult> {
  return new Promise((resolve) => {
    const metadata = new MetadataClass();
    if (height !== undefined) metadata.set("x-cosmos-block-height", height);
    let header: Metadata | undefined;
    const stream = client.makeUnaryRequest(path, identity, identity, data, metadata, (error, value) => {
      resolve({
        ...(value === undefined ? {} : { value }),
        ...(error === null ? {} : { error }),
        ...(header === undefined ? {} : { header }),
      });
    });
    stream.on("metadata", (received) => {
      header = received;
    });
  });
}

const balanceOf = (address: string) => QueryBalanceRequest.encode({ address, denom: "uusdc" }).finish();

describe("calls", () => {
  test("default: a query is answered, with the height it is of", async () => {
    const { value, header } = await call(BALANCE, balanceOf(ALICE));
    expect(QueryBalanceResponse.decode(value ?? new Uint8Array()).balance?.amount).toBe(STUB_AMOUNT);
    expect(header?.get("x-cosmos-block-height")).toEqual(["2"]);
    expect((await call(BALANCE, balanceOf(ALICE), "1")).header?.get("x-cosmos-block-height")).toEqual(["1"]);
  });

  test("default: a node service is answered", async () => {
    const { value } = await call(
      "/cosmos.tx.v1beta1.Service/Simulate",
      SimulateRequest.encode({ tx: undefined, txBytes: stubTx() }).finish(),
    );
    expect(SimulateResponse.decode(value ?? new Uint8Array()).gasInfo?.gasUsed).toBe(70_000n);
  });

  test.each([
    ["an unknown account", BALANCE, balanceOf(BOB), undefined, 5, `account ${BOB} not found`],
    ["a height in the future", BALANCE, balanceOf(ALICE), "9", 3, "cannot query with height in the future"],
    ["a negative height", BALANCE, balanceOf(ALICE), "-1", 3, "cannot query with height < 0"],
    ["a height that is no number", BALANCE, balanceOf(ALICE), "0x10", 3, "invalid height header"],
    ["a height over 64 bits", BALANCE, balanceOf(ALICE), "9223372036854775808", 3, "invalid height header"],
    [
      "a method nobody answers",
      "/cosmos.bank.v1beta1.Query/Params",
      new Uint8Array(),
      undefined,
      12,
      "unknown query path",
    ],
    ["an unknown service", "/no.such.Service/Method", new Uint8Array(), undefined, 12, ""],
    ["a Msg service", "/cosmos.bank.v1beta1.Msg/Send", new Uint8Array(), undefined, 12, ""],
    ["garbage for the application", BALANCE, new Uint8Array([255, 255]), undefined, 3, "malformed"],
    [
      "garbage for a node service",
      "/cosmos.tx.v1beta1.Service/GetTx",
      new Uint8Array([255, 255]),
      undefined,
      3,
      "cannot decode",
    ],
  ])("error: %s", async (_name, path, data, height, code, text) => {
    const { error } = await call(path, data, height);
    expect(error?.code).toBe(code);
    expect(error?.details).toContain(text);
  });

  test("error: a message over the limit is refused and the connection goes on", async () => {
    const { error } = await call(BALANCE, new Uint8Array(GRPC_LIMITS.requestBytesMax + 1));
    expect(error?.code).toBe(8);
    expect((await call(BALANCE, balanceOf(ALICE))).error).toBeUndefined();
  });

  test("behavior: random bytes to every service end in an answer or a status, and the server stays up", async () => {
    const paths = [
      BALANCE,
      "/cosmos.tx.v1beta1.Service/BroadcastTx",
      "/cosmos.base.tendermint.v1beta1.Service/ABCIQuery",
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.uint8Array({ maxLength: 200 }), async (path, data) => {
        const { value, error } = await call(path, data);
        expect(value !== undefined || error !== undefined).toBe(true);
        if (error !== undefined) expect([2, 3, 5]).toContain(error.code);
      }),
      { numRuns: 100 },
    );
    expect((await call(BALANCE, balanceOf(ALICE))).error).toBeUndefined();
  });

  test("error: more connections than the limit are closed", async () => {
    const node = createStubNode();
    const limits = { connectionsMax: 1 };
    const small = await startGrpc(node, registry, createQueryRouter(node, registry), { port: 0, limits });
    const first = connect(small.address.port);
    await new Promise((resolve) => first.once("connect", resolve));
    const second = connect(small.address.port);
    await new Promise((resolve) => second.once("close", resolve).on("error", () => undefined));
    expect([first.destroyed, second.destroyed]).toEqual([false, true]);
    first.destroy();
    await small.close();
  });

  test.each([
    ["says nothing", ""],
    ["sends a frame that is too large", "\0\0\0\x04\0\0\0\0\0\xff\xff\xff\0\0\0\0\0\x01"],
    ["sends headers that are none", "\0\0\0\x04\0\0\0\0\0\0\0\x05\x01\x05\0\0\0\x01\xff\xff\xff\xff\xff"],
  ])("error: a connection that %s is cut off, and one that answers pings is not", async (_name, frames) => {
    const node = createStubNode();
    const limits = { pingPeriodMs: 50, pingTimeoutMs: 50 };
    const pinged = await startGrpc(node, registry, createQueryRouter(node, registry), { port: 0, limits });
    const address = `127.0.0.1:${pinged.address.port}`;
    const living = new Client(address, credentials.createInsecure());
    await new Promise<void>((resolve, reject) => {
      living.waitForReady(Date.now() + 5_000, (error) => (error === undefined ? resolve() : reject(error)));
    });
    const socket = connect(pinged.address.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    socket.write(Buffer.from(frames === "" ? "" : `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${frames}`, "latin1"));
    await new Promise((resolve) => socket.once("close", resolve));
    expect(living.getChannel().getConnectivityState(false)).toBe(connectivityState.READY);
    living.close();
    await pinged.close();
  });

  test("error: a port that is taken", async () => {
    const node = createStubNode();
    const start = startGrpc(node, registry, createQueryRouter(node, registry), { port: server.address.port });
    await expect(start).rejects.toThrow(`gRPC cannot listen on 127.0.0.1:${server.address.port}`);
  });
});

const address = () => `127.0.0.1:${server.address.port}`;
const ask = (version: string, requests: readonly Record<string, unknown>[]) =>
  askReflection(version, address(), requests);

test("default: calls a method knowing nothing but its name", async () => {
  const request = { address: ALICE, denom: "uusdc" };
  expect(await callByReflection(address(), "cosmos.bank.v1beta1.Query/Balance", request, "1")).toEqual({
    json: { balance: { denom: "uusdc", amount: STUB_AMOUNT } },
    height: "1",
  });
});

describe.each(REFLECTION_VERSIONS)("reflection %s", (version) => {
  test("default: list and describe, with options and all imports", async () => {
    expect(await listServices(version, address())).toEqual(
      expect.arrayContaining([
        "cosmos.bank.v1beta1.Query",
        "cosmos.tx.v1beta1.Service",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
      ]),
    );
    const files = await describeSymbol(version, address(), "cosmos.bank.v1beta1.Query");
    const method = files.getService("cosmos.bank.v1beta1.Query")?.methods.find(({ name }) => name === "Balance");
    const http = files.getExtension("google.api.http");
    if (method === undefined || http === undefined) throw new Error("Balance or its option is not described");
    expect(hasOption(method, http)).toBe(true);
    expect(getOption(method, http)).toMatchObject({
      pattern: { value: "/cosmos/bank/v1beta1/balances/{address}/by_denom" },
    });
  });

  test.each([
    ["a method", "cosmos.bank.v1beta1.Query.Balance", "cosmos/bank/v1beta1/query.proto"],
    ["a message", "cosmos.bank.v1beta1.MsgSend", "cosmos/bank/v1beta1/tx.proto"],
    ["a field", "cosmos.bank.v1beta1.MsgSend.amount", "cosmos/bank/v1beta1/tx.proto"],
    ["a nested message", "cosmos.tx.v1beta1.ModeInfo.Single", "cosmos/tx/v1beta1/tx.proto"],
    ["an enum value", "cosmos.tx.v1beta1.ORDER_BY_ASC", "cosmos/tx/v1beta1/service.proto"],
    ["an extension", "google.api.http", "google/api/annotations.proto"],
    [
      "the protocol itself",
      `grpc.reflection.${version}.ServerReflection`,
      `grpc/reflection/${version}/reflection.proto`,
    ],
  ])("default: finds the file of %s", async (_name, fileContainingSymbol, expected) => {
    const [answer] = await ask(version, [{ fileContainingSymbol }]);
    const [first] = answer?.fileDescriptorResponse.fileDescriptorProto ?? [];
    expect(fromBinary(FileDescriptorProtoSchema, first ?? new Uint8Array()).name).toBe(expected);
    expect(answer?.originalRequest).toMatchObject({ fileContainingSymbol });
  });

  test("behavior: files that were sent on this stream are not sent again as imports", async () => {
    const fileByFilename = "cosmos/bank/v1beta1/query.proto";
    const [first, second] = await ask(version, [{ fileByFilename }, { fileByFilename }]);
    expect(first?.fileDescriptorResponse.fileDescriptorProto.length).toBeGreaterThan(5);
    expect(second?.fileDescriptorResponse.fileDescriptorProto.length).toBe(1);
  });

  test("default: extensions by number and by type", async () => {
    const [numbers, file, plain] = await ask(version, [
      { allExtensionNumbersOfType: "google.protobuf.MethodOptions" },
      { fileContainingExtension: { containingType: "google.protobuf.MethodOptions", extensionNumber: 72295728 } },
      { allExtensionNumbersOfType: "cosmos.bank.v1beta1.MsgSend" },
    ]);
    expect(numbers?.allExtensionNumbersResponse.extensionNumber).toContain(72295728);
    const [first] = file?.fileDescriptorResponse.fileDescriptorProto ?? [];
    expect(fromBinary(FileDescriptorProtoSchema, first ?? new Uint8Array()).name).toBe("google/api/annotations.proto");
    expect(plain?.allExtensionNumbersResponse.extensionNumber).toEqual([]);
  });

  test("error: what does not exist is NotFound, and the stream goes on", async () => {
    const answers = await ask(version, [
      { fileByFilename: "../../etc/passwd" },
      { fileContainingSymbol: "no.such.Thing" },
      { fileContainingSymbol: "" },
      { fileContainingExtension: { containingType: "a.B", extensionNumber: -1 } },
      { allExtensionNumbersOfType: "no.such.Type" },
      {},
      { listServices: "" },
    ]);
    expect(answers.map((answer) => answer.errorResponse?.errorCode)).toEqual([5, 5, 5, 5, 5, 3, undefined]);
    expect(answers[1]?.errorResponse.errorMessage).toBe("Symbol not found: no.such.Thing");
  });

  test("error: bytes that are no request end the stream with a status", async () => {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    const stream = client.makeBidiStreamRequest(path, identity, identity);
    const failed = new Promise<ServiceError>((resolve) => stream.on("error", resolve as (error: Error) => void));
    stream.on("data", () => undefined);
    stream.write(new Uint8Array([0x22, 0xff]));
    expect((await failed).code).toBe(3);
    expect((await call(BALANCE, balanceOf(ALICE))).error).toBeUndefined();
  });
});
