// Cases: credit end to end with a verified signature; order and sequences under load; retry on a foreign sequence;
// cooldown; every refusal with status and text of @cosmjs/faucet; failure in check and in block, timeout, full queue.

import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountResponse } from "../../../gen/cosmos/auth/v1beta1/query.ts";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import { SignDoc, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import { ExecTxResult, ResponseCheckTx, ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { encodeAddress } from "../../codec/address.ts";
import { decodeTx } from "../../codec/decodeTx.ts";
import { TypeRegistry } from "../../codec/registry.ts";
import type { CommittedBlock } from "../../consensus/chainNode.ts";
import { sha256 } from "../../crypto/hash.ts";
import { publicKeyOf, verifySecp256k1 } from "../../crypto/secp256k1.ts";
import { createQueryRouter } from "../services/queryRouter.ts";
import type { RunningServer } from "../services/runningServer.ts";
import { createStubNode } from "../services/testing/stubNode.ts";
import { FAUCET_QUEUE_MAX } from "./faucet.ts";
import { type FaucetOptions, startFaucet } from "./faucetServer.ts";

const registry = new TypeRegistry();
registry.register(MsgSend);
const privKey = new Uint8Array(32).fill(5);

/** An address of its own for each number. */
const addressOf = (number: number) => encodeAddress(new Uint8Array(20).fill(number));
const ALICE = addressOf(1);

/** What the chain under the faucet does. */
interface ChainScript {
  /** Sequence that CheckTx wants; it grows with each transaction in a block. */
  sequence: bigint;
  /** Sequence that the account query tells; the true one unless set. */
  toldSequence?: bigint;
  checkCode: number;
  resultCode: number;
  commits: boolean;
  holds: string;
}

const servers: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function setUp(script: Partial<ChainScript> = {}, options: Partial<FaucetOptions> = {}) {
  const chain: ChainScript = {
    sequence: 7n,
    checkCode: 0,
    resultCode: 0,
    commits: true,
    holds: "999999999",
    ...script,
  };
  const sent: MsgSend[] = [];
  const failures: unknown[] = [];
  const listeners = new Set<(block: CommittedBlock) => void>();
  const commit = (tx: Uint8Array) => {
    const result = ExecTxResult.fromPartial({ code: chain.resultCode, log: "it failed" });
    const indexed = { hash: sha256(tx), height: 3, index: 0, tx, result };
    // Only the transactions of a block are looked at.
    for (const listener of [...listeners]) listener({ txs: [indexed] } as unknown as CommittedBlock);
  };
  const node = createStubNode({
    query: ({ path, data }) => {
      if (path.endsWith("/Balance")) {
        const { denom } = QueryBalanceRequest.decode(data);
        const response = { balance: { denom, amount: denom === "uusdc" ? chain.holds : "0" } };
        return ResponseQuery.fromPartial({ value: QueryBalanceResponse.encode(response).finish(), height: 2n });
      }
      const told = BaseAccount.fromPartial({ accountNumber: 4n, sequence: chain.toldSequence ?? chain.sequence });
      delete chain.toldSequence;
      const account = { typeUrl: `/${BaseAccount.$type}`, value: BaseAccount.encode(told).finish() };
      return ResponseQuery.fromPartial({ value: QueryAccountResponse.encode({ account }).finish(), height: 2n });
    },
    submitTx: async (bytes) => {
      const tx = decodeTx(registry, bytes);
      if (tx.authInfo.signerInfos[0]?.sequence !== chain.sequence) {
        return ResponseCheckTx.fromPartial({ code: 32, codespace: "sdk", log: "account sequence mismatch" });
      }
      if (chain.checkCode !== 0)
        return ResponseCheckTx.fromPartial({ code: chain.checkCode, codespace: "sdk", log: "no" });
      const raw = TxRaw.decode(bytes);
      const signDoc = SignDoc.encode({ ...raw, chainId: "stub-1", accountNumber: 4n }).finish();
      const [signature = new Uint8Array()] = raw.signatures;
      expect(verifySecp256k1(publicKeyOf(privKey), sha256(signDoc), signature)).toBe(true);
      sent.push(MsgSend.decode(tx.messages[0]?.bytes ?? new Uint8Array()));
      chain.sequence++;
      if (chain.commits) setImmediate(() => commit(bytes));
      return ResponseCheckTx.fromPartial({});
    },
    onBlock: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const onCreditFailed = (error: unknown) => failures.push(error);
  const router = createQueryRouter(node, registry);
  const tokens = [
    { denom: "uusdc", amount: "250" },
    { denom: "uatom", amount: "1" },
  ];
  const server = await startFaucet(node, registry, router, { port: 0, privKey, tokens, onCreditFailed, ...options });
  servers.push(server);
  const base = `http://127.0.0.1:${server.address.port}`;
  const credit = async (body: unknown, headers: Record<string, string> = { "content-type": "application/json" }) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(`${base}/credit`, { method: "POST", body: text, headers });
    return { status: response.status, text: await response.text() };
  };
  return { base, chain, sent, failures, listeners, credit, close: () => server.close() };
}

describe("credit", () => {
  test("default: signs, submits and answers once the transaction is in a block", async () => {
    const { credit, sent, listeners } = await setUp();
    expect(await credit({ denom: "uusdc", address: ALICE })).toEqual({ status: 200, text: "ok" });
    expect(sent).toMatchObject([{ toAddress: ALICE, amount: [{ denom: "uusdc", amount: "250" }] }]);
    expect(listeners.size).toBe(0);
  });

  test("behavior: many at once go one after the other, so that no sequence clashes", async () => {
    const { credit, sent, chain } = await setUp();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => credit({ denom: "uusdc", address: addressOf(index + 10) })),
    );
    expect(answers.every((answer) => answer.text === "ok")).toBe(true);
    expect(new Set(sent.map((send) => send.toAddress)).size).toBe(30);
    expect(chain.sequence).toBe(37n);
  });

  test("behavior: tries again when somebody else has used the key", async () => {
    const { credit, sent } = await setUp({ toldSequence: 6n });
    expect((await credit({ denom: "uusdc", address: ALICE })).text).toBe("ok");
    expect(sent.length).toBe(1);
  });

  test("behavior: takes the content type that fetch gives to text", async () => {
    const { credit } = await setUp();
    const headers = { "content-type": "text/plain;charset=UTF-8" };
    expect((await credit({ denom: "uusdc", address: ALICE }, headers)).status).toBe(200);
  });

  test("behavior: an address waits between credits, whatever its case, and others do not", async () => {
    let nowMs = 1_000;
    const { credit } = await setUp({}, { cooldownMs: 60_000, now: () => nowMs });
    expect((await credit({ denom: "uusdc", address: ALICE })).status).toBe(200);
    nowMs += 15_500;
    const again = await credit({ denom: "uusdc", address: ALICE.toUpperCase() });
    expect(again).toEqual({
      status: 405,
      text: "Too many requests for the same address. Blocked to prevent draining. Please wait 45s and try it again!",
    });
    expect((await credit({ denom: "uusdc", address: addressOf(2) })).status).toBe(200);
    nowMs += 44_500;
    expect((await credit({ denom: "uusdc", address: ALICE })).status).toBe(200);
  });

  test("behavior: two requests for one address at once give one credit", async () => {
    const { credit, sent } = await setUp();
    const both = await Promise.all([
      credit({ denom: "uusdc", address: ALICE }),
      credit({ denom: "uusdc", address: ALICE }),
    ]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 405]);
    expect(sent.length).toBe(1);
  });
});

describe("refusals", () => {
  test.each([
    ["no JSON", "{", 400, "Request body is not JSON."],
    ["a list", "[]", 400, "Request body must be a dictionary."],
    ["no address", '{"denom":"uusdc"}', 400, "Property 'address' must be a string."],
    ["an empty address", '{"denom":"uusdc","address":""}', 400, "Property 'address' must not be empty."],
    ["a denomination that is a number", `{"denom":1,"address":"${ALICE}"}`, 400, "Property 'denom' must be a string."],
    ["an empty denomination", `{"denom":"","address":"${ALICE}"}`, 400, "Property 'denom' must not be empty."],
    [
      "an address of another chain",
      '{"denom":"uusdc","address":"cosmos1qy352eufqy352eufqy352eufqy35qqqptw34ca"}',
      400,
      "Address is not in the expected format for this chain.",
    ],
    [
      "a denomination the faucet has none of",
      `{"denom":"uatom","address":"${ALICE}"}`,
      422,
      "Token is not available. Available tokens are: uusdc",
    ],
    ["too much", `{"denom":"uusdc","address":"${"a".repeat(5_000)}"}`, 413, "Request body is too large."],
  ])("error: %s", async (_name, body, status, text) => {
    const { credit, sent } = await setUp();
    expect(await credit(body)).toEqual({ status, text });
    expect(sent).toEqual([]);
  });

  test("error: other verbs, types and paths", async () => {
    const { base, credit } = await setUp();
    const read = await fetch(`${base}/credit`);
    expect([read.status, await read.text()]).toEqual([405, "This endpoint requires a POST request"]);
    expect(await credit("<a/>", { "content-type": "text/xml" })).toEqual({
      status: 415,
      text: "Content-type application/json expected",
    });
    expect((await fetch(`${base}/nope`)).status).toBe(404);
  });

  test.each([
    ["CheckTx refuses", { checkCode: 13 }, "no"],
    ["it fails in the block", { resultCode: 5 }, "it failed"],
    ["no block comes", { commits: false }, "not in a block after 50 ms"],
  ])("error: when %s the client hears that sending failed and may try again", async (_name, script, why) => {
    const { credit, failures, listeners, chain } = await setUp(script, { commitTimeoutMs: 50 });
    expect(await credit({ denom: "uusdc", address: ALICE })).toEqual({ status: 500, text: "Sending tokens failed" });
    expect(failures.map(String)).toEqual([`Error: ${why}`].map((text) => expect.stringContaining(text.slice(7))));
    expect(listeners.size).toBe(0);
    Object.assign(chain, { checkCode: 0, resultCode: 0, commits: true });
    expect((await credit({ denom: "uusdc", address: ALICE })).status).toBe(200);
  });

  test("error: a full queue; closing refuses what waits", async () => {
    const { credit, failures, close } = await setUp({ commits: false }, { commitTimeoutMs: 60_000 });
    const answers = Array.from({ length: FAUCET_QUEUE_MAX + 1 }, (_, index) => {
      const bytes = new Uint8Array(20);
      new DataView(bytes.buffer).setUint32(0, index);
      return credit({ denom: "uusdc", address: encodeAddress(bytes) });
    });
    expect(await Promise.race(answers)).toEqual({
      status: 503,
      text: "Too many requests wait. Please try it again later!",
    });
    expect(String(failures[0])).toContain("credits wait already");
    await close();
    const waited = (await Promise.all(answers)).filter((answer) => answer.status === 500);
    expect(waited.length).toBe(FAUCET_QUEUE_MAX);
  });

  test("behavior: random bodies are refused with a text, and nothing is sent", async () => {
    const { credit, sent } = await setUp();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
        const { status, text } = await credit(body);
        expect(status).toBe(400);
        expect(text).not.toBe("");
      }),
      { numRuns: 50 },
    );
    expect(sent).toEqual([]);
  });
});

test("default: status and health", async () => {
  const { base } = await setUp({}, { nodeUrl: "http://127.0.0.1:26657" });
  const response = await fetch(`${base}/status`);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.json()).toEqual({
    status: "ok",
    nodeUrl: "http://127.0.0.1:26657",
    chainId: "stub-1",
    chainTokens: ["uusdc", "uatom"],
    availableTokens: ["uusdc"],
    holder: {
      address: expect.stringMatching(/^stateset1/),
      balance: [
        { denom: "uusdc", amount: "999999999" },
        { denom: "uatom", amount: "0" },
      ],
    },
    distributors: [],
  });
  for (const path of ["/", "/healthz"])
    expect(await (await fetch(base + path)).text()).toContain("Welcome to the faucet!");
});
