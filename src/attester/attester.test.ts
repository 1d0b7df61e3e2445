// Against real anvils. Cases: both versions from burn to attestation; levels, fees, allowance; reorganisations before and
// after a signature; a transaction that comes again; restarts; snapshots; re-attesting; rotation; every fault; metrics,
// health, and what happens when a chain is another or does not answer.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verifyAttestation } from "../cctp/attestation.ts";
import { emittedFormV2 } from "../cctp/attestedV2.ts";
import { decodeBurnMessageV2 } from "../cctp/burnMessageV2.ts";
import { decodeMessageV2 } from "../cctp/messageV2.ts";
import { ChainMismatchError } from "../chains/chainReader.ts";
import { type SentTx, TestEvm } from "../chains/testing/testEvm.ts";
import { burnV1, burnV2, word } from "../chains/testing/testMessages.ts";
import { fromHex, toHex } from "../codec/bytes.ts";
import { AttesterConfigError, type AttesterOptions } from "./attesterOptions.ts";
import { JournalError } from "./journal.ts";
import { ListenError } from "./listen.ts";
import { hashText } from "./messageRecord.ts";
import { askHttp, startTestAttester, TEST_KEYS, type TestAttester, until } from "./testing/testAttester.ts";

const SOURCE = 0;
const DESTINATION = 6;
const FAST = { minFinality: 1000, maxFee: 100n, amount: 1_000_000n };

let source: TestEvm;
let destination: TestEvm;
let attester: TestAttester;
let snapshot: unknown;

/** A message as the API tells it. */
interface Told {
  readonly message: `0x${string}`;
  readonly attestation: string;
  readonly eventNonce: string;
  readonly status: string;
  readonly delayReason: string | null;
  readonly cctpVersion: number;
}

beforeAll(async () => {
  source = await TestEvm.start({ name: "source", domain: SOURCE });
  destination = await TestEvm.start({ name: "destination", domain: DESTINATION, chainId: 31338 });
});

beforeEach(async () => {
  snapshot = await source.rpc("evm_snapshot");
});

afterEach(async () => {
  await attester?.close();
  await source.rpc("evm_revert", [snapshot]);
});

afterAll(async () => {
  await source?.stop();
  await destination?.stop();
});

async function start(changes: Partial<AttesterOptions> = {}): Promise<void> {
  attester = await startTestAttester([source, destination], changes);
}

async function told(tx: SentTx): Promise<readonly Told[]> {
  const { status, body } = await attester.get(`/v2/messages/${SOURCE}?transactionHash=${tx.txHash}`);
  if (status === 404) return [];
  return (body as { messages: readonly Told[] }).messages;
}

/** The messages of a transaction once all are complete. */
function complete(tx: SentTx): Promise<readonly Told[]> {
  return until(
    () => told(tx),
    (messages) => messages.length > 0 && messages.every(({ status }) => status === "complete"),
  );
}

/** The messages of a transaction once they are known. */
function seen(tx: SentTx): Promise<readonly Told[]> {
  return until(
    () => told(tx),
    (messages) => messages.length > 0,
  );
}

/** Sends messages, and waits until they are final and attested. */
async function completed(version: 1 | 2, ...messages: readonly Uint8Array[]): Promise<readonly Told[]> {
  const tx = await source.send(version, ...messages);
  await source.mine(3);
  return complete(tx);
}

function bytesOf(text: string): Uint8Array {
  return fromHex(text.slice(2));
}

function isSigned(version: 1 | 2, { message, attestation }: Told): boolean {
  const attesters = attester.running.publicKeys(version).map(({ address }) => address);
  const rule = { attesters, threshold: attester.running.threshold(version) ?? 0, strictEvm: true };
  return verifyAttestation(bytesOf(message), bytesOf(attestation), rule).ok;
}

function fieldsOf({ message }: Told) {
  const { finalityThresholdExecuted, nonce, messageBody } = decodeMessageV2(bytesOf(message));
  const { feeExecuted, expirationBlock } = decodeBurnMessageV2(messageBody);
  return { finalityThresholdExecuted, nonce: `0x${toHex(nonce)}`, feeExecuted, expirationBlock };
}

/** Waits until no more of the pool is in use: fast burns that are final give back what they took. */
async function allowanceIs(usdc: number): Promise<void> {
  await until(
    () => attester.get("/v2/fastBurn/USDC/allowance"),
    ({ body }) => (body as { allowance: number }).allowance === usdc,
  );
}

/** Alarms that were raised so far. */
function alarms(): readonly unknown[] {
  return attester.logs.filter((line) => line["alarm"] !== undefined).map((line) => line["alarm"]);
}

describe("attesting", () => {
  test("default: V1, by all of its endpoints, once it is final", async () => {
    await start();
    const message = burnV1({ nonce: 7n });
    const tx = await source.send(1, message);
    await seen(tx);
    const hash = hashText(message);
    const pending = { status: 200, body: { attestation: null, status: "pending_confirmations" } };
    expect(await attester.get(`/v1/attestations/${hash}`)).toEqual(pending);
    await source.mine(3);
    const [done] = await complete(tx);
    expect(done).toMatchObject({ cctpVersion: 1, eventNonce: "7", message: `0x${toHex(message)}` });
    expect(isSigned(1, done!)).toBe(true);
    const answered = { status: 200, body: { attestation: done?.attestation, status: "complete" } };
    expect(await attester.get(`/v1/attestations/${hash}`)).toEqual(answered);
    expect(await attester.get(`/attestations/${hash.toUpperCase().replace("0X", "0x")}`)).toEqual(answered);
    const { message: text, attestation, eventNonce } = done!;
    for (const txHash of [tx.txHash, tx.txHash.slice(2).toUpperCase()]) {
      expect(await attester.get(`/v1/messages/${SOURCE}/${txHash}`)).toEqual({
        status: 200,
        body: { messages: [{ message: text, attestation, eventNonce }] },
      });
    }
    expect(await attester.get(`/v2/messages/${SOURCE}?nonce=7`)).toMatchObject({
      body: { messages: [{ eventNonce: "7" }] },
    });
  });

  test("default: V2 fast with fee and expiration, V2 standard with neither, of one transaction", async () => {
    await start({ lifetimeBlocks: 500n });
    const [fastBurn, slowBurn] = [burnV2(FAST), burnV2({ hookData: word(1) })];
    const tx = await source.send(2, fastBurn, slowBurn);
    expect(await seen(tx)).toMatchObject([
      { status: "pending_confirmations", message: "0x" },
      { attestation: "PENDING" },
    ]);
    await source.mine(1);
    const [fast, slow] = await until(
      () => told(tx),
      ([first]) => first?.status === "complete",
    );
    const destinationHeight = BigInt(String(await destination.rpc("eth_blockNumber")));
    expect(fieldsOf(fast!)).toEqual({
      finalityThresholdExecuted: 1000,
      nonce: fast?.eventNonce,
      feeExecuted: 100n,
      expirationBlock: destinationHeight + 500n,
    });
    expect(slow?.status).toBe("pending_confirmations");
    await source.mine(2);
    const both = await complete(tx);
    expect(both[0]).toEqual(fast);
    expect(fieldsOf(both[1]!)).toMatchObject({ finalityThresholdExecuted: 2000, feeExecuted: 0n, expirationBlock: 0n });
    expect(both.every((each) => isSigned(2, each))).toBe(true);
    expect(both.map((each) => emittedFormV2(bytesOf(each.message), { isBurn: true }))).toEqual([fastBurn, slowBurn]);
    const byNonce = await attester.get(`/v2/messages/${SOURCE}?nonce=${slow?.eventNonce}`);
    expect(byNonce.body).toEqual({ messages: [both[1]] });
  });

  test("behavior: too low a fee is told at once, and attested as standard", async () => {
    await start();
    const tx = await source.send(2, burnV2({ ...FAST, maxFee: 99n }));
    expect(await seen(tx)).toMatchObject([{ delayReason: "insufficient_fee" }]);
    await source.mine(3);
    const [done] = await complete(tx);
    expect(done?.delayReason).toBe("insufficient_fee");
    expect(fieldsOf(done!)).toMatchObject({ finalityThresholdExecuted: 2000, feeExecuted: 0n });
  });

  test("behavior: the allowance is used up by fast burns, and free again when they are final", async () => {
    await start({ fast: { allowance: 1_500_000n } });
    const first = await source.send(2, burnV2(FAST));
    const second = await source.send(2, burnV2(FAST));
    await complete(first);
    await source.mine(1);
    await until(
      () => told(second),
      ([each]) => each?.delayReason === "insufficient_allowance_available",
    );
    expect((await attester.get("/v2/fastBurn/USDC/allowance")).body).toMatchObject({ allowance: 0.5 });
    await source.mine(1);
    const [done] = await complete(second);
    expect(fieldsOf(done!).finalityThresholdExecuted).toBe(1000);
    await source.mine(3);
    await allowanceIs(1.5);
  });

  test("behavior: a replacement of V1 is attested beside the original", async () => {
    await start();
    const original = burnV1({ nonce: 3n });
    await completed(1, original);
    await completed(1, burnV1({ nonce: 3n, recipient: word(9) }));
    const { body } = await attester.get(`/v2/messages/${SOURCE}?nonce=3`);
    expect((body as { messages: readonly Told[] }).messages.map(({ status }) => status)).toEqual([
      "complete",
      "complete",
    ]);
    expect(alarms()).toEqual([]);
  });

  test("behavior: messages of a version without keys are not watched", async () => {
    await start({ keys: { v2: TEST_KEYS.v2 } });
    const tx = await source.send(1, burnV1());
    await completed(2, burnV2());
    expect(await told(tx)).toEqual([]);
    expect((await attester.get("/v1/publicKeys")).body).toEqual({ publicKeys: [] });
  });
});

describe("reorganisations", () => {
  test("behavior: what was not signed is forgotten", async () => {
    await start();
    const tx = await source.send(1, burnV1());
    await seen(tx);
    await source.reorg(1);
    await source.mine(1);
    await until(
      () => told(tx),
      (messages) => messages.length === 0,
    );
    expect(alarms()).toEqual([]);
  });

  test("behavior: what was signed fast stays, raises the alarm, and is not attested again", async () => {
    await start();
    const tx = await source.send(2, burnV2(FAST));
    await source.mine(1);
    const [done] = await complete(tx);
    await source.reorg(2);
    await source.mine(4);
    await until(
      async () => alarms(),
      (raised) => raised.length > 0,
    );
    expect(alarms()).toEqual(["attested_message_vanished"]);
    expect(await told(tx)).toEqual([done]);
    expect(await askHttp(`${attester.running.url}/v2/reattest/${done?.eventNonce}`, { method: "POST" })).toMatchObject({
      status: 400,
    });
    expect((await attester.get("/v2/fastBurn/USDC/allowance")).body).toMatchObject({ allowance: 999_999 });
  });

  test("behavior: a transaction that comes again has its old nonce, and its old attestation", async () => {
    await start();
    const before = await source.rpc("evm_snapshot");
    const tx = await source.send(2, burnV2(FAST));
    await source.mine(1);
    const [done] = await complete(tx);
    await attester.running.pause();
    await source.rpc("evm_revert", [before]);
    await source.mine(2);
    const again = await source.send(2, burnV2(FAST));
    attester.running.resume();
    expect(again.txHash).toBe(tx.txHash);
    expect(again.height).not.toBe(tx.height);
    await source.mine(3);
    await allowanceIs(1_000_000);
    expect(await told(again)).toEqual([done]);
    expect(alarms()).toEqual([]);
  });

  test("behavior: a chain for tests that is taken back is followed from there", async () => {
    await start();
    const before = await source.rpc("evm_snapshot");
    await source.mine(30);
    await seen(await source.send(1, burnV1()));
    await source.rpc("evm_revert", [before]);
    const tx = await source.send(1, burnV1({ nonce: 1n, recipient: word(8) }));
    await source.mine(3);
    await complete(tx);
  });
});

describe("state", () => {
  test("behavior: a restart goes on where it was, and serves what was signed", async () => {
    await start();
    const signed = await source.send(2, burnV2(FAST));
    await source.mine(1);
    const before = await complete(signed);
    await attester.stop();
    const missed = await source.send(1, burnV1());
    await source.mine(3);
    attester = await startTestAttester([source, destination], { home: attester.home });
    expect(await told(signed)).toEqual(before);
    await complete(missed);
  });

  test("behavior: snapshots take the state back together with the chain", async () => {
    await start();
    const first = await source.send(2, burnV2());
    const chainBefore = await source.rpc("evm_snapshot");
    await seen(first);
    const id = await attester.running.snapshot();
    await source.mine(3);
    await complete(first);
    const second = await source.send(1, burnV1());
    await seen(second);
    await attester.running.pause();
    await source.rpc("evm_revert", [chainBefore]);
    await attester.running.revert(id);
    attester.running.resume();
    expect(await told(first)).toMatchObject([{ status: "pending_confirmations" }]);
    expect(await told(second)).toEqual([]);
    await source.mine(3);
    await complete(first);
    expect(alarms()).toEqual([]);
  });

  test("error: two attesters over one state", async () => {
    await start();
    await expect(startTestAttester([source], { home: attester.home })).rejects.toThrow(JournalError);
  });
});

describe("re-attesting", () => {
  test("default: a fast message gets a new expiration, and is final once its block is", async () => {
    await start();
    const tx = await source.send(2, burnV2(FAST));
    expect((await seen(tx))[0]?.status).toBe("pending_confirmations");
    const nonce = (await seen(tx))[0]?.eventNonce;
    const reattest = () => askHttp(`${attester.running.url}/v2/reattest/${nonce}`, { method: "POST" });
    expect(await reattest()).toMatchObject({ status: 400 });
    await source.mine(1);
    const [first] = await complete(tx);
    await destination.mine(7);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await reattest()).toEqual({
      status: 200,
      body: { message: "Re-attestation successfully requested for nonce.", nonce },
    });
    const isNew = ([each]: readonly Told[]) => each?.message !== first?.message;
    const [second] = await until(() => told(tx), isNew);
    expect(fieldsOf(second!)).toEqual({ ...fieldsOf(first!), expirationBlock: fieldsOf(first!).expirationBlock + 7n });
    await source.mine(3);
    await allowanceIs(1_000_000);
    await reattest();
    const [third] = await until(
      () => told(tx),
      ([each]) => each?.message !== second?.message,
    );
    expect(fieldsOf(third!)).toEqual({ ...fieldsOf(first!), finalityThresholdExecuted: 2000, expirationBlock: 0n });
    expect([second, third].every((each) => isSigned(2, each!))).toBe(true);
    expect(await reattest()).toMatchObject({ status: 400 });
  });
});

describe("key rotation", () => {
  test("default: old signatures stay, new ones are of new keys, both are shown for a while, also after a restart", async () => {
    await start();
    const first = await source.send(1, burnV1());
    await source.mine(3);
    const [before] = await complete(first);
    const old = attester.running.publicKeys(1);
    const { status, body } = await attester.admin("POST", "/keys/rotate", { version: 1, overlapMs: 60_000 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ keys: [{ version: 1 }] });
    await attester.stop();
    attester = await startTestAttester([source, destination], { home: attester.home });
    const current = attester.running.publicKeys(1);
    expect(current).not.toEqual(old);
    const keys = [...current, ...old].map(({ publicKey }) => `0x${toHex(publicKey)}`);
    expect((await attester.get("/v1/publicKeys")).body).toEqual({ publicKeys: keys });
    const second = await source.send(1, burnV1({ nonce: 1n }));
    await source.mine(3);
    const [after] = await complete(second);
    expect(isSigned(1, after!)).toBe(true);
    expect(isSigned(1, before!)).toBe(false);
    expect(await told(first)).toEqual([before]);
  });

  test("error: keys that somebody keeps are not rotated, and nonsense is refused", async () => {
    await start({ keys: { v1: TEST_KEYS.v1, v2: TEST_KEYS.v2 } });
    await expect(attester.running.rotateKeys(1)).rejects.toThrow(RangeError);
    expect(await attester.admin("POST", "/keys/rotate", { version: 1 })).toMatchObject({ status: 409 });
    for (const body of [{}, { version: 3 }, { version: 1, overlapMs: -1 }, { version: 1, keys: [] }, [], "x"]) {
      expect(await attester.admin("POST", "/keys/rotate", body)).toMatchObject({ status: 400 });
    }
  });
});

describe("faults", () => {
  async function fault(body: object): Promise<string> {
    const { status, body: made } = await attester.admin("POST", "/faults", body);
    expect(status).toBe(201);
    return (made as { id: string }).id;
  }

  async function burnFast(options: Parameters<typeof burnV2>[0] = FAST): Promise<SentTx> {
    const tx = await source.send(2, burnV2(options));
    await source.mine(1);
    return tx;
  }

  test("behavior: pending, until it is released", async () => {
    await start();
    const tx = await burnFast();
    const [done] = await complete(tx);
    const id = await fault({ kind: "pending", match: { txHash: tx.txHash } });
    expect(await told(tx)).toMatchObject([{ status: "pending_confirmations", message: "0x", attestation: "PENDING" }]);
    expect(await attester.admin("DELETE", `/faults/${id}`)).toMatchObject({ status: 200, body: { faults: [] } });
    expect(await told(tx)).toEqual([done]);
  });

  test("behavior: not found for so many answers, of this message only", async () => {
    await start();
    const [first, second] = [await burnFast(), await burnFast({ ...FAST, amount: 2_000_000n, maxFee: 200n })];
    const [done] = await complete(first);
    await complete(second);
    await fault({ kind: "not_found", match: { messageHash: hashText(bytesOf(done!.message)) }, times: 2 });
    expect([await told(first), await told(first)]).toEqual([[], []]);
    expect(await told(second)).toHaveLength(1);
    expect(await told(first)).toEqual([done]);
    expect((await attester.admin("GET", "/faults")).body).toEqual({ faults: [] });
  });

  test("behavior: late by so many milliseconds", async () => {
    await start();
    await fault({ kind: "late", delayMs: 700, match: { domain: SOURCE, destination: DESTINATION, version: 2 } });
    const startMs = Date.now();
    const tx = await burnFast();
    await complete(tx);
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(700);
  });

  test("behavior: messages of an answer from last to first", async () => {
    await start();
    const tx = await source.send(2, burnV2(FAST), burnV2({ ...FAST, amount: 2n }));
    await source.mine(3);
    const inOrder = await complete(tx);
    await fault({ kind: "reordered", times: 1 });
    expect(await told(tx)).toEqual([...inOrder].reverse());
    expect(await told(tx)).toEqual(inOrder);
  });

  test("behavior: expired, until somebody re-attests", async () => {
    await start();
    await fault({ kind: "expired", times: 1 });
    const tx = await burnFast();
    const [expired] = await complete(tx);
    expect(fieldsOf(expired!).expirationBlock).toBe(1n);
    await askHttp(`${attester.running.url}/v2/reattest/${expired?.eventNonce}`, { method: "POST" });
    const [fresh] = await until(
      () => told(tx),
      ([each]) => each?.message !== expired?.message,
    );
    expect(fieldsOf(fresh!).expirationBlock).toBeGreaterThan(40_000n);
    expect(
      fieldsOf((await complete(await burnFast({ ...FAST, amount: 2_000_000n, maxFee: 200n })))[0]!).expirationBlock,
    ).toBeGreaterThan(40_000n);
  });

  test("behavior: the attestation changes after it was told", async () => {
    await start();
    const tx = await burnFast();
    await complete(tx);
    await destination.mine(3);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await fault({ kind: "reattested", times: 1 });
    const [first] = await told(tx);
    const [second] = await until(
      () => told(tx),
      ([each]) => each?.message !== first?.message,
    );
    expect(second?.eventNonce).toBe(first?.eventNonce);
    expect(isSigned(2, second!)).toBe(true);
  });

  test("behavior: the allowance is exhausted", async () => {
    await start();
    const id = await fault({ kind: "allowance_exhausted" });
    const tx = await burnFast();
    await until(
      () => told(tx),
      ([each]) => each?.delayReason === "insufficient_allowance_available",
    );
    expect((await attester.get("/v2/fastBurn/USDC/allowance")).body).toMatchObject({ allowance: 0 });
    await attester.admin("DELETE", `/faults/${id}`);
    const [done] = await complete(tx);
    expect(fieldsOf(done!).finalityThresholdExecuted).toBe(1000);
  });

  test("behavior: a fee that receivers refuse, or any other", async () => {
    await start();
    await fault({ kind: "wrong_fee", times: 1 });
    expect(fieldsOf((await complete(await burnFast()))[0]!).feeExecuted).toBe(101n);
    await fault({ kind: "wrong_fee", feeExecuted: "7", times: 1 });
    expect(fieldsOf((await complete(await burnFast()))[0]!).feeExecuted).toBe(7n);
  });

  test("behavior: a reorganisation after a fast attestation", async () => {
    await start();
    await fault({ kind: "reorg_after_fast", times: 1 });
    const tx = await source.send(2, burnV2(FAST));
    const [done] = await complete(tx);
    expect(fieldsOf(done!).finalityThresholdExecuted).toBe(1000);
    await source.reorg(1);
    await source.mine(1);
    await until(
      async () => alarms(),
      (raised) => raised.length > 0,
    );
    expect(await told(tx)).toEqual([done]);
  });

  test("behavior: too many requests, so many times", async () => {
    await start();
    await fault({ kind: "rate_limited", times: 2 });
    const ask = () => attester.get("/v2/publicKeys");
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([429, 429, 200]);
  });

  test("error: faults that make no sense", async () => {
    await start();
    for (const [body, message] of [
      [{ kind: "nothing" }, "kind: expected one of pending, not_found"],
      [{}, "kind: expected one of"],
      [[], "configuration: expected a table"],
      [{ kind: "late" }, "delayMs: is missing"],
      [{ kind: "pending", delayMs: 1 }, "delayMs: is for late only"],
      [{ kind: "pending", feeExecuted: "1" }, "feeExecuted: is for wrong_fee only"],
      [{ kind: "wrong_fee", feeExecuted: "-1" }, "feeExecuted: expected base units"],
      [{ kind: "pending", times: 0 }, "times: expected a whole number"],
      [{ kind: "pending", match: { txHash: "0x12" } }, "match.txHash: expected 64 hex digits"],
      [{ kind: "pending", match: { sender: "0x12" } }, "match.sender: there is no such setting"],
    ] as const) {
      const answer = await attester.admin("POST", "/faults", body);
      expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining(message) } });
    }
    expect(await attester.admin("DELETE", "/faults/77")).toMatchObject({ status: 404 });
  });
});

describe("around it", () => {
  test("default: status, health and metrics", async () => {
    await start({ metrics: { port: 0 } });
    const tx = await source.send(2, burnV2({ ...FAST, destination: 4_000_000_000 }));
    await source.mine(3);
    await complete(tx);
    expect(await attester.get("/health")).toMatchObject({ status: 200, body: { isHealthy: true } });
    expect((await attester.admin("GET", "/status")).body).toMatchObject({
      chains: [{ chain: "source", domain: SOURCE, lastError: null }, { chain: "destination" }],
      v1: { threshold: 1 },
      v2: { threshold: 2, keys: [{ version: 2 }, {}, {}] },
      fastAllowance: "1000000000000",
    });
    const { body } = await askHttp(`${attester.running.metricsUrl}/metrics`);
    expect(body).toContain('stateset_attester_messages_seen_total{source="0",destination="other",version="2"} 1');
    expect(body).toMatch(/stateset_attester_http_requests_total\{route="\/v2\/messages\/:domain",status="200"\} [1-9]/);
    expect(body).toMatch(/stateset_attester_scanned_height\{chain="source"\} [1-9]/);
    expect(body).toContain("process_cpu_seconds_total");
  });

  test("error: a chain that is another is refused; ports that are taken; chains that do not fit together", async () => {
    const wrong = { ...source.config, chainId: 1 };
    await expect(startTestAttester([wrong])).rejects.toThrow(ChainMismatchError);
    await start();
    const port = Number(new URL(attester.running.url).port);
    await expect(startTestAttester([source], { http: { port } })).rejects.toThrow(ListenError);
    await expect(startTestAttester([])).rejects.toThrow(AttesterConfigError);
    await expect(startTestAttester([source, source])).rejects.toThrow("two chains have one domain");
  });

  test("behavior: a chain that does not answer is tried until it does, and shows in health", async () => {
    const gone = await TestEvm.start({ name: "gone", domain: 9, chainId: 31339 });
    await gone.stop();
    await start();
    await attester.close();
    attester = await startTestAttester([source, gone]);
    const { body } = await until(
      () => attester.get("/health"),
      ({ body: state }) => JSON.stringify(state).includes("ECONNREFUSED"),
    );
    expect(body).toMatchObject({ isHealthy: false });
    const tx = await source.send(1, burnV1());
    await source.mine(3);
    await complete(tx);
    const back = await TestEvm.start({ name: "gone", domain: 9, chainId: 31339, port: gone.port });
    try {
      await until(
        () => attester.get("/health"),
        ({ status }) => status === 200,
      );
    } finally {
      await back.stop();
    }
  });
});
