// The client against the samples of Circle's answers, and the stub against the same. Cases: each sample; a rate limit, with
// and without a time; our own rate; answers that are too large, no JSON, of another shape; a service that is not there.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readVectors } from "../../cctp/testing/vectors.ts";
import { keccak256 } from "../../crypto/hash.ts";
import { hexOf } from "../journal/record.ts";
import { IrisStub } from "../testing/irisStub.ts";
import { burnV1, burnV2, emitted, txHashOf } from "../testing/records.ts";
import { AttestationServiceError } from "./attestationSource.ts";
import { IrisClient } from "./irisClient.ts";

interface Sample {
  readonly id: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const { samples } = readVectors<{ samples: readonly Sample[] }>("iris-samples");
const sample = (id: string) => samples.find((candidate) => candidate.id === id)!;

let answer: { status: number; body: string; headers?: Record<string, string> };
let asked: string[];
let server: Server;
let nowMs: number;
let outcomes: string[];

beforeEach(async () => {
  [asked, outcomes, nowMs] = [[], [], 1_000_000];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(answer.status, answer.headers ?? {}).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function client(over: { url?: string; burst?: number } = {}): IrisClient {
  const { port } = server.address() as AddressInfo;
  const rate = { burst: over.burst ?? 100, perSecond: 30 };
  const backoff = { firstMs: 1, factor: 1, maxMs: 1 };
  return new IrisClient(
    { url: over.url ?? `http://127.0.0.1:${port}`, rate, blockedMs: 300_000, timeoutMs: 2_000, backoff },
    { clock: { nowMs: () => nowMs }, observe: (outcome) => outcomes.push(outcome) },
  );
}

function give({ status, body }: Sample): void {
  answer = { status, body: JSON.stringify(body) };
}

describe("V1", () => {
  const hash = "0x86957addfeb43952d546e8362ccd53b464be8336808f2ec3ce8af44d4873cafa";

  test.each(["v1-attestation-unknown", "v1-attestation-pending"])("behavior: %s is none yet", async (id) => {
    give(sample(id));
    expect(await client().attestationV1(hash)).toBeUndefined();
    expect(asked).toEqual([`GET ${sample(id).request.path}`]);
  });

  test("default: complete, also in the older wrapping", async () => {
    const complete = sample("v1-attestation-complete");
    give(complete);
    expect(await client().attestationV1(hash)).toBe(complete.body["attestation"]);
    give({ ...complete, body: { data: complete.body } });
    expect(await client().attestationV1(hash)).toBe(complete.body["attestation"]);
  });

  test("behavior: the word PENDING in the place of an attestation", async () => {
    give({ ...sample("v1-attestation-complete"), body: { status: "complete", attestation: "PENDING" } });
    expect(await client().attestationV1(hash)).toBeUndefined();
  });
});

describe("V2", () => {
  const txHash = "0x6890d252215f72b17fd5d9d65cd664fcafaac53d39a1174657998f68ce90ea1b";
  const nonce = "0xa7a63b8f4604aa44148f7c84053b6837d3893b218d262f67ee56b2d6b91a9377";

  test.each([
    ["v2-messages-unknown", []],
    ["v2-messages-empty", []],
    ["v2-messages-pending", [{ attested: undefined, nonce, delayReason: undefined }]],
    ["v2-messages-delayed", [{ attested: undefined, nonce, delayReason: "insufficient_fee" }]],
  ])("behavior: %s", async (id, expected) => {
    give(sample(id));
    expect(await client().messagesV2(0, txHash)).toEqual(expected);
    expect(asked).toEqual([`GET ${sample(id).request.path}`]);
  });

  test("default: complete", async () => {
    give(sample("v2-messages-complete"));
    const [message] = sample("v2-messages-complete").body["messages"] as { message: string; attestation: string }[];
    const attested = { message: message!.message, attestation: message!.attestation };
    expect(await client().messagesV2(0, txHash)).toEqual([{ attested, nonce, delayReason: undefined }]);
  });

  test("behavior: V1 burns in the answer are left out, whether the version is a number or a text", async () => {
    const [message] = sample("v2-messages-complete").body["messages"] as object[];
    const messages = [1, "1", 2, "2"].map((cctpVersion) => ({ ...message, cctpVersion }));
    give({ ...sample("v2-messages-complete"), body: { messages } });
    expect(await client().messagesV2(0, txHash)).toHaveLength(2);
  });

  test("behavior: hashes of Cosmos chains are asked for with 0x", async () => {
    give(sample("v2-messages-empty"));
    await client().messagesV2(4, "AB".repeat(32));
    expect(asked).toEqual([`GET /v2/messages/4?transactionHash=0x${"ab".repeat(32)}`]);
  });

  test("default: asking for another attestation", async () => {
    answer = { status: 200, body: JSON.stringify({ message: "ok", nonce }) };
    await client().reattest(nonce);
    expect(asked).toEqual([`POST /v2/reattest/${nonce}`]);
  });
});

describe("limits", () => {
  const ask = (service: IrisClient) => service.messagesV2(0, "0x00");

  test("behavior: after 429 nothing is sent for five minutes", async () => {
    const service = client();
    answer = { status: 429, body: "{}" };
    await expect(ask(service)).rejects.toMatchObject({ code: "rate_limited", retryable: true });
    answer = { status: 200, body: '{"messages":[]}' };
    nowMs += 299_999;
    expect(service.isReady()).toBe(false);
    await expect(ask(service)).rejects.toMatchObject({ code: "rate_limited" });
    expect(asked).toHaveLength(1);
    nowMs += 1;
    expect(await ask(service)).toEqual([]);
    expect(outcomes).toEqual(["rate_limited", "ok"]);
  });

  test("behavior: or for as long as the service says", async () => {
    const service = client();
    answer = { status: 429, body: "{}", headers: { "retry-after": "7" } };
    await expect(ask(service)).rejects.toThrow(AttestationServiceError);
    expect(service.isReady()).toBe(false);
    nowMs += 7_000;
    expect(service.isReady()).toBe(true);
  });

  test("behavior: our own rate is kept", async () => {
    const service = client({ burst: 2 });
    answer = { status: 200, body: '{"messages":[]}' };
    await ask(service);
    await ask(service);
    expect(service.isReady()).toBe(false);
    await expect(ask(service)).rejects.toMatchObject({ code: "rate_limited" });
    nowMs += 34;
    expect(await ask(service)).toEqual([]);
  });

  test.each([
    ["500", { status: 500, body: "{}" }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["a list", { status: 200, body: "[]" }],
    ["no messages", { status: 200, body: "{}" }],
    ["messages that are none", { status: 200, body: '{"messages":[7]}' }],
    ["more than is read", { status: 200, body: `{"messages":[],"x":"${"x".repeat(5 << 20)}"}` }],
  ])("error: %s", async (_name, given) => {
    answer = given;
    await expect(ask(client())).rejects.toMatchObject({ code: "bad_answer", retryable: true });
  });

  test("error: nobody answers, or somebody sends us elsewhere", async () => {
    await expect(ask(client({ url: "http://127.0.0.1:1" }))).rejects.toMatchObject({ code: "unreachable" });
    answer = { status: 302, body: "", headers: { location: "http://127.0.0.1:1/" } };
    await expect(ask(client())).rejects.toMatchObject({ code: "unreachable" });
  });
});

describe("the stub that other tests use", () => {
  test("default: answers in the shapes of the samples", async () => {
    const stub = await new IrisStub([keccak256(new Uint8Array(1))]).start();
    stub.signsAtOnce = false;
    stub.add(emitted(burnV1(1n), { tx: "one" }));
    stub.add(emitted(burnV2(), { tx: "two" }));
    const get = async (path: string) => {
      const response = await fetch(`${stub.url}${path}`);
      return { status: response.status, keys: shapeOf(await response.json()) };
    };
    const shape = ({ status, body }: Sample) => ({ status, keys: shapeOf(body) });
    const hash = hexOf(keccak256(burnV1(1n)));
    expect(await get("/v1/attestations/0x00")).toEqual(shape(sample("v1-attestation-unknown")));
    expect(await get(`/v1/attestations/${hash}`)).toEqual(shape(sample("v1-attestation-pending")));
    expect(await get("/v2/messages/0?transactionHash=0x00")).toEqual(shape(sample("v2-messages-unknown")));
    const pending = await get(`/v2/messages/0?transactionHash=${txHashOf("two")}`);
    expect(pending).toEqual(shape(sample("v2-messages-pending")));
    stub.signAll();
    expect(await get(`/v1/attestations/${hash}`)).toEqual(shape(sample("v1-attestation-complete")));
    const complete = await get(`/v2/messages/0?transactionHash=${txHashOf("two")}`);
    expect(complete.keys).toEqual(shape(sample("v2-messages-complete")).keys);
    await stub.close();
  });
});

/** Names of the fields, of lists those of the first item; what is inside `decodedMessage` is nobody's business here. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, key === "decodedMessage" ? undefined : shapeOf(inner)]);
}
