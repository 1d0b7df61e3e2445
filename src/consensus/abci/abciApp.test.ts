// The real application, driven call by call in CometBFT's place. Cases: the same blocks give what they give without ABCI;
// a kill between FinalizeBlock and Commit; a block that comes twice; what restarts find; signatures are verified once,
// beforehand, together; rechecks; proposals that are prepared, accepted and refused; a genesis and a folder that do not
// fit; Commit without a block; a disk that fails; vote extensions; which blocks are kept.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { STORE_NAMES } from "../../../app/app.ts";
import { CHAIN_ID, KEYS, makeBlock, newChain, timeNsOf } from "../../../app/testing/testChain.ts";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import {
  CheckTxType,
  RequestFinalizeBlock,
  type RequestInitChain,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestVerifyVoteExtension,
} from "../../../gen/tendermint/abci/types.ts";
import { toHex, utf8 } from "../../codec/bytes.ts";
import { timestampFromNs } from "../../codec/time.ts";
import { sha256 } from "../../crypto/hash.ts";
import { signSecp256k1 } from "../../crypto/secp256k1.ts";
import { type SignatureCheck, verifySync } from "../../crypto/verifyPool.ts";
import { pruningOptions } from "../../store/pruning.ts";
import { openStateDisk } from "../../store/stateDisk.ts";
import { lastResultsHash } from "../hashing.ts";
import { DataFolderError } from "../solo/openSoloNode.ts";
import type { AbciApp, AbciAppOptions, AbciObserver } from "./abciApp.ts";
import { retainHeight } from "./retainHeight.ts";
import { block, finalize, genesisDoc, initRequest, openTestApp, send } from "./testing/abciTestApp.ts";

let folder: string;
const opened: AbciApp[] = [];
/** Signature checks that were sent to the pool, one list for each turn. */
let verified: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "abci-app-"));
  verified = [];
});

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
  await rm(folder, { recursive: true });
});

const pool = {
  async verify(checks: readonly SignatureCheck[]): Promise<boolean[]> {
    verified.push(checks.length);
    return checks.map(verifySync);
  },
  busyMs: 0,
};

const open = (options: Partial<AbciAppOptions> = {}) => openApp(join(folder, "data"), options);

async function openApp(dataFolder: string, options: Partial<AbciAppOptions>): Promise<AbciApp> {
  const app = await openTestApp(dataFolder, { pool, ...options });
  opened.push(app);
  return app;
}

async function close(app: AbciApp): Promise<void> {
  opened.splice(opened.indexOf(app), 1);
  await app.close();
}

/** An application with the genesis in block 1. */
async function started(options: Partial<AbciAppOptions> = {}): Promise<AbciApp> {
  const app = await open(options);
  await app.initChain(initRequest());
  await block(app, 1);
  return app;
}

const check = async (app: AbciApp, tx: Uint8Array, type: CheckTxType = CheckTxType.NEW) =>
  (await app.checkTx({ tx, type })).code;

const GARBAGE = Uint8Array.of(1, 2, 3);
/** Good in form, signed for another chain. */
const forged = (from: number, sequence: number) => send(from, sequence, { chainId: "other-1" });

describe("blocks", () => {
  test("default: give the app hashes and results that they give without ABCI, and restarts find them", async () => {
    const plain = newChain();
    const app = await started();
    const blocks = [[send(0, 0), send(1, 0)], [], [send(0, 1), forged(1, 1), send(0, 3), send(2, 0)]];
    for (const [index, txs] of blocks.entries()) {
      const expected = makeBlock(plain, txs);
      const given = await block(app, index + 2, txs);
      expect(toHex(given.appHash)).toBe(toHex(expected.appHash));
      expect(toHex(lastResultsHash(given.txResults))).toBe(toHex(lastResultsHash(expected.txResults)));
      expect(given.events).toEqual(expected.events);
    }
    await close(app);
    const info = await (await open()).info();
    expect(info).toMatchObject({ lastBlockHeight: 4n, data: "stateset" });
    expect(toHex(info.lastBlockAppHash)).toBe(toHex(plain.info().lastBlockAppHash));
  });

  test("behavior: a kill between FinalizeBlock and Commit leaves the block before, and the block comes again", async () => {
    const app = await started();
    const first = await finalize(app, 2, [send(0, 0)]);
    await close(app);
    const again = await open();
    expect((await again.info()).lastBlockHeight).toBe(1n);
    const second = await block(again, 2, [send(0, 0)]);
    expect(toHex(second.appHash)).toBe(toHex(first.appHash));
    expect(second.txResults).toEqual(first.txResults);
  });

  test("behavior: a block that comes twice, as after a restart of CometBFT alone, is executed over the same state", async () => {
    const app = await started();
    const other = await finalize(app, 2, [send(1, 0)]);
    const first = await finalize(app, 2, [send(0, 0)]);
    const second = await block(app, 2, [send(0, 0)]);
    expect(second).toEqual(first);
    expect(toHex(other.appHash)).not.toBe(toHex(first.appHash));
  });

  test("behavior: the genesis may come again until block 1 is durable", async () => {
    const app = await open();
    expect((await app.info()).lastBlockHeight).toBe(0n);
    await app.initChain(initRequest());
    await finalize(app, 1);
    await app.initChain(initRequest());
    await block(app, 1);
    await expect(app.initChain(initRequest())).rejects.toThrow("the chain has begun already");
  });

  test("behavior: what cannot be decoded has the result of its refusal", async () => {
    const app = await started();
    const { txResults } = await block(app, 2, [GARBAGE, send(0, 0)]);
    expect(txResults).toMatchObject([{ code: 2, codespace: "sdk" }, { code: 0 }]);
  });

  test("error: Commit without a block, a block out of turn, and a block without a time", async () => {
    const app = await started();
    await expect(app.commit()).rejects.toThrow("Commit without FinalizeBlock");
    await expect(finalize(app, 3)).rejects.toThrow("block 3 cannot follow; expected is 2");
    await expect(app.finalizeBlock(RequestFinalizeBlock.fromPartial({ height: 2n }))).rejects.toThrow("has no time");
    await block(app, 2);
  });

  test("error: a disk that fails stops the application, and nothing of the block counts", async () => {
    const failed: Error[] = [];
    const observer: AbciObserver = { failed: (error) => failed.push(error) };
    const app = await started({ observer });
    await finalize(app, 2, [send(0, 0)]);
    await app.disk.db.close();
    await expect(app.commit()).rejects.toThrow("block 2 could not be made durable");
    expect(failed).toHaveLength(1);
    await expect(finalize(app, 2)).rejects.toThrow("block 2 could not be made durable");
    await expect(app.checkTx({ tx: send(0, 0), type: CheckTxType.NEW })).rejects.toThrow("could not be made durable");
    await close(app);
    expect((await (await open()).info()).lastBlockHeight).toBe(1n);
  });
});

describe("signatures", () => {
  test("default: are verified at the check and not again; others of a block together, before it is executed", async () => {
    const app = await started();
    expect(await check(app, send(0, 0))).toBe(0);
    expect(await check(app, send(0, 0), CheckTxType.RECHECK)).toBe(32);
    expect(verified).toEqual([1]);
    const { txResults } = await block(app, 2, [send(0, 0), send(1, 0), send(2, 0)]);
    expect(txResults.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(verified).toEqual([1, 1, 1]);
  });

  test("behavior: a proposal verifies what its block then does not", async () => {
    const app = await started();
    expect(await propose(app, 2, [send(0, 0)])).toBe(true);
    expect(verified).toEqual([1]);
    await block(app, 2, [send(0, 0)]);
    expect(verified).toEqual([1]);
  });

  test("error: a signature for another chain, at the check and in a block", async () => {
    const app = await started();
    expect(await check(app, forged(0, 0))).toBe(4);
    const { txResults } = await block(app, 2, [forged(0, 0), send(0, 0)]);
    expect(txResults.map(({ code }) => code)).toEqual([4, 0]);
  });
});

describe("checks", () => {
  test("default: count among each other, and start anew with a block", async () => {
    const app = await started();
    expect(await Promise.all([0, 1, 2].map((sequence) => check(app, send(0, sequence))))).toEqual([0, 0, 0]);
    expect(await check(app, send(0, 4))).toBe(32);
    await block(app, 2, [send(0, 0)]);
    expect(await check(app, send(0, 1), CheckTxType.RECHECK)).toBe(0);
    expect(await check(app, send(0, 0), CheckTxType.RECHECK)).toBe(32);
    expect(await check(app, send(0, 2), CheckTxType.RECHECK)).toBe(0);
  });

  test("behavior: before block 1 they see the genesis", async () => {
    const app = await open();
    await app.initChain(initRequest());
    expect(await check(app, send(0, 0))).toBe(0);
    await block(app, 1);
    expect(await check(app, send(0, 0), CheckTxType.RECHECK)).toBe(0);
  });

  test("error: what cannot be decoded", async () => {
    expect(await check(await started(), GARBAGE)).toBe(2);
  });
});

function propose(app: AbciApp, height: number, txs: Uint8Array[]): Promise<boolean> {
  const time = timestampFromNs(timeNsOf(height));
  return app
    .processProposal(RequestProcessProposal.fromPartial({ height: BigInt(height), time, txs }))
    .then(({ status }) => status === 1);
}

async function prepare(app: AbciApp, txs: Uint8Array[], maxTxBytes = 1_000_000n): Promise<Uint8Array[]> {
  const time = timestampFromNs(timeNsOf(2));
  return (await app.prepareProposal(RequestPrepareProposal.fromPartial({ height: 2n, time, txs, maxTxBytes }))).txs;
}

/** A transaction of two accounts, each with its first sequence: a transfer of each. */
function sendOfTwo(first: number, second: number): Uint8Array {
  const [one, two] = [first, second].map((from) => TxRaw.decode(send(from, 0)));
  const [body, ...bodies] = [one!, two!].map(({ bodyBytes }) => TxBody.decode(bodyBytes));
  const [info, ...infos] = [one!, two!].map(({ authInfoBytes }) => AuthInfo.decode(authInfoBytes));
  body!.messages.push(...bodies[0]!.messages);
  info!.signerInfos.push(...infos[0]!.signerInfos);
  const bodyBytes = TxBody.encode(body!).finish();
  const authInfoBytes = AuthInfo.encode(info!).finish();
  const signatures = [first, second].map((from) => {
    const doc = SignDoc.fromPartial({ bodyBytes, authInfoBytes, chainId: CHAIN_ID, accountNumber: BigInt(from) });
    return signSecp256k1(sha256(SignDoc.encode(doc).finish()), KEYS[from]!);
  });
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures }).finish();
}

describe("proposals", () => {
  test("default: what one prepares another accepts: what does not pass is left out, equals keep their order", async () => {
    const app = await started();
    const good = [send(0, 0), send(1, 0), send(0, 1)];
    const prepared = await prepare(app, [GARBAGE, good[0]!, forged(2, 0), good[1]!, send(0, 5), good[2]!]);
    expect(prepared).toEqual(good);
    expect(await propose(app, 2, prepared)).toBe(true);
    expect(await prepare(app, good)).toEqual(good);
  });

  test("behavior: who pays more for its gas goes first, each sender's in their sequence, and none twice", async () => {
    const app = await started();
    const [cheap, next] = [send(0, 0), send(0, 1, { fee: "90000uusdc" })];
    const [middle, dear] = [send(1, 0, { fee: "5000uusdc" }), send(2, 0, { fee: "6000uusdc" })];
    const prepared = await prepare(app, [cheap, next, middle, dear, middle]);
    expect(prepared).toEqual([dear, middle, cheap, next]);
    expect(await propose(app, 2, prepared)).toBe(true);
    // It is the price of gas that counts.
    const more = send(2, 0, { fee: "6000uusdc", gas: 400_000n });
    expect(await prepare(app, [more, middle])).toEqual([middle, more]);
  });

  test("behavior: what depends on a second signer's transaction that pays less goes behind it", async () => {
    const app = await started();
    const [first, second] = [sendOfTwo(0, 1), send(1, 1, { fee: "90000uusdc" })];
    const prepared = await prepare(app, [second, first]);
    expect(prepared).toEqual([first, second]);
    expect(await propose(app, 2, prepared)).toBe(true);
  });

  test("error: a fee that is no number is left out", async () => {
    const app = await started();
    const raw = TxRaw.decode(send(0, 0));
    const info = AuthInfo.decode(raw.authInfoBytes);
    const fee = { ...info.fee!, amount: [{ denom: "uusdc", amount: "many" }] };
    const tx = TxRaw.encode({ ...raw, authInfoBytes: AuthInfo.encode({ ...info, fee }).finish() }).finish();
    expect(await prepare(app, [tx, send(1, 0)])).toEqual([send(1, 0)]);
  });

  test("behavior: no more bytes than there is room for, and no later sequence without the earlier one", async () => {
    const app = await started();
    const txs = [send(0, 0), send(0, 1), send(1, 0)];
    const room = BigInt(2 * (txs[0]!.length + 8));
    expect(await prepare(app, txs, room)).toEqual(txs.slice(0, 2));
    expect(await prepare(app, txs, 10n)).toEqual([]);
  });

  test("behavior: nor more gas than a block has", async () => {
    const app = await open({ genesis: genesisDoc("250000") });
    await app.initChain(initRequest({}, 250_000n));
    await block(app, 1);
    const txs = [send(0, 0), send(1, 0), send(2, 0)];
    expect(await prepare(app, txs)).toEqual(txs.slice(0, 2));
    expect(await propose(app, 2, txs.slice(0, 2))).toBe(true);
    expect(await propose(app, 2, txs)).toBe(false);
  });

  test.each<[string, () => Uint8Array[], string]>([
    ["what cannot be decoded", () => [send(0, 0), GARBAGE], "tx parse error"],
    ["a transaction that is too large", () => [new Uint8Array(1_048_577)], "transaction of 1048577 bytes"],
    ["a signature for another chain", () => [forged(0, 0)], "transaction 0: signature verification failed"],
    ["a wrong order", () => [send(0, 1), send(0, 0)], "transaction 0: account sequence mismatch, expected 0, got 1"],
    [
      "a transaction twice",
      () => [send(0, 0), send(0, 0)],
      "transaction 1: account sequence mismatch, expected 1, got 0",
    ],
  ])("error: %s is refused, and nothing is left of it", async (_, txs, reason) => {
    const reasons: string[] = [];
    const app = await started({ observer: { proposalRefused: (_height, text) => reasons.push(text) } });
    expect(await propose(app, 2, txs())).toBe(false);
    expect(reasons).toEqual([expect.stringContaining(reason)]);
    expect(await propose(app, 2, [send(0, 0)])).toBe(true);
  });

  test("default: vote extensions are empty", async () => {
    const app = await started();
    expect((await app.extendVote()).voteExtension).toHaveLength(0);
    const verify = (voteExtension: Uint8Array) =>
      app.verifyVoteExtension(RequestVerifyVoteExtension.fromPartial({ voteExtension }));
    expect(await verify(new Uint8Array(0))).toEqual({ status: 1 });
    expect(await verify(Uint8Array.of(1))).toEqual({ status: 2 });
  });
});

describe("genesis and folder", () => {
  test.each<[string, Partial<RequestInitChain>, bigint, string]>([
    ["another chain", { chainId: "other-1" }, -1n, "CometBFT's genesis is of chain other-1, ours of test-1"],
    ["a first block that is not block 1", { initialHeight: 5n }, -1n, "initial height 5"],
    ["another gas limit", {}, 7n, "another block.max_gas"],
    ["a module that is not there", { appStateBytes: utf8('{"nft":{}}') }, -1n, "unknown modules: nft"],
  ])("error: %s", async (_, given, maxGas, text) => {
    await expect((await open()).initChain(initRequest(given, maxGas))).rejects.toThrow(text);
  });

  test("error: a folder of another chain", async () => {
    await close(await started());
    const options = { genesis: { ...genesisDoc(), chain_id: "other-1" } };
    await expect(open(options)).rejects.toThrow("the data folder is of chain test-1, not other-1");
  });

  test("error: a folder whose blocks the embedded node made", async () => {
    const names = STORE_NAMES;
    const disk = await openStateDisk({ folder: join(folder, "data"), names, pruning: pruningOptions("default") });
    const batch = disk.batch();
    disk.putState(batch, disk.store.stage([]));
    await batch.write();
    await disk.close();
    await expect(open()).rejects.toThrow(DataFolderError);
  });
});

describe("blocks that CometBFT keeps", () => {
  const base = { height: 1000, minRetainBlocks: 10, evidenceBlocks: 100, oldestSnapshot: undefined };

  test.each([
    ["all, when nothing else is said", { ...base, minRetainBlocks: 0 }, 0],
    ["those that evidence may name", base, 900],
    ["as many as are asked for", { ...base, minRetainBlocks: 300 }, 700],
    ["those after the oldest snapshot", { ...base, oldestSnapshot: 450 }, 450],
    ["all, while there are few", { ...base, height: 50 }, 0],
  ])("behavior: %s", (_, parts, expected) => {
    expect(retainHeight(parts)).toBe(expected);
  });

  test("default: Commit says so", async () => {
    const app = await started({ minRetainBlocks: 1 });
    for (let height = 2; height <= 103; height += 1) {
      await finalize(app, height);
      expect((await app.commit()).retainHeight).toBe(BigInt(Math.max(0, height - 100)));
    }
  });
});
