// State sync between two real applications, CometBFT's part played by the test. Cases: a state is carried over, chunks in
// any order, and goes on with the same app hashes through a restart; what is offered is what all nodes offer; chunks that are
// changed are asked for again, of somebody else; a state with another app hash is refused and leaves nothing; offers that
// are malformed; a node that has a state; chunks that nobody has; a snapshot that was replaced by another offer.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Snapshot } from "../../../gen/tendermint/abci/types.ts";
import { toHex } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { pruningOptions } from "../../store/pruning.ts";
import type { AbciApp, AbciAppOptions } from "./abciApp.ts";
import { SNAPSHOT_CHUNKS_MAX } from "./stateSync.ts";
import { block, initRequest, openTestApp, send } from "./testing/abciTestApp.ts";

const OFFER = { ACCEPT: 1, ABORT: 2, REJECT: 3, REJECT_FORMAT: 4 } as const;
const APPLY = { ACCEPT: 1, RETRY: 3, REJECT_SNAPSHOT: 5 } as const;
const OPTIONS: Partial<AbciAppOptions> = {
  snapshotChunkBytes: 500,
  // Many versions that are kept put snapshots further apart.
  pruning: pruningOptions("everything"),
  snapshots: { everyVersions: 3, everyChanges: 1_000_000 },
};

let folder: string;
const opened: AbciApp[] = [];
let refused: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "abci-sync-"));
  refused = [];
});

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
  await rm(folder, { recursive: true });
});

async function open(name: string): Promise<AbciApp> {
  const observer = { snapshotRefused: (_: number, reason: string) => refused.push(reason) };
  const app = await openTestApp(join(folder, name), { ...OPTIONS, observer });
  opened.push(app);
  return app;
}

async function close(app: AbciApp): Promise<void> {
  opened.splice(opened.indexOf(app), 1);
  await app.close();
}

/** A chain of five blocks, whose snapshot is of block 3. */
async function source(name = "source"): Promise<{ app: AbciApp; snapshot: Snapshot; appHash: Uint8Array }> {
  const app = await open(name);
  await app.initChain(initRequest());
  await block(app, 1);
  let appHash: Uint8Array = new Uint8Array(0);
  for (let height = 2; height <= 5; height += 1) {
    const response = await block(app, height, [send(0, height - 2)]);
    if (height === 3) appHash = response.appHash;
    await app.disk.idle();
  }
  const [snapshot] = (await app.listSnapshots()).snapshots;
  return { app, snapshot: snapshot!, appHash };
}

const chunkOf = async (app: AbciApp, { height, format }: Snapshot, chunk: number) =>
  (await app.loadSnapshotChunk({ height, format, chunk })).chunk;

/** Carries all chunks over, the last one first: the result of the last one applied. */
async function carry(from: AbciApp, to: AbciApp, snapshot: Snapshot): Promise<number> {
  let result = 0;
  for (let index = snapshot.chunks - 1; index >= 0; index -= 1) {
    const chunk = await chunkOf(from, snapshot, index);
    result = (await to.applySnapshotChunk({ index, chunk, sender: "peer" })).result;
    if (index > 0) expect(result).toBe(APPLY.ACCEPT);
  }
  return result;
}

describe("a node that joins", () => {
  test("default: has the state, goes on with the same app hashes, and so does its restart", async () => {
    const { app, snapshot, appHash } = await source();
    expect(snapshot).toMatchObject({ height: 3n, format: 3 });
    expect(snapshot.chunks).toBeGreaterThan(3);
    let joined = await open("joined");
    expect(await joined.offerSnapshot({ snapshot, appHash })).toEqual({ result: OFFER.ACCEPT });
    expect((await joined.info()).lastBlockHeight).toBe(0n);
    expect(await carry(app, joined, snapshot)).toBe(APPLY.ACCEPT);
    expect(await joined.info()).toMatchObject({ lastBlockHeight: 3n, lastBlockAppHash: appHash });
    await block(joined, 4, [send(0, 2)]);
    await close(joined);
    joined = await open("joined");
    const last = await block(joined, 5, [send(0, 3)]);
    expect(toHex(last.appHash)).toBe(toHex((await app.info()).lastBlockAppHash));
    // It has the snapshot that it came from, and offers it.
    expect((await joined.listSnapshots()).snapshots).toEqual((await app.listSnapshots()).snapshots);
  });

  test("behavior: all nodes offer the same snapshot, so that chunks may come from any", async () => {
    expect((await source("one")).snapshot).toEqual((await source("two")).snapshot);
  });

  test("behavior: a chunk that was changed is asked for again, and its sender is left out", async () => {
    const { app, snapshot, appHash } = await source();
    const joined = await open("joined");
    await joined.offerSnapshot({ snapshot, appHash });
    const chunk = (await chunkOf(app, snapshot, 1)).slice();
    chunk[0] = chunk[0]! ^ 1;
    const answer = await joined.applySnapshotChunk({ index: 1, chunk, sender: "liar" });
    expect(answer).toEqual({ result: APPLY.RETRY, refetchChunks: [1], rejectSenders: ["liar"] });
    expect(await carry(app, joined, snapshot)).toBe(APPLY.ACCEPT);
  });

  test("behavior: an offer replaces the one before it", async () => {
    const { app, snapshot, appHash } = await source();
    const joined = await open("joined");
    await joined.offerSnapshot({ snapshot, appHash });
    await joined.applySnapshotChunk({ index: 0, chunk: await chunkOf(app, snapshot, 0), sender: "" });
    expect(await joined.offerSnapshot({ snapshot, appHash })).toEqual({ result: OFFER.ACCEPT });
    expect(await carry(app, joined, snapshot)).toBe(APPLY.ACCEPT);
  });

  test("error: a state with another app hash than the chain's, and then the right one is taken", async () => {
    const { app, snapshot, appHash } = await source();
    const joined = await open("joined");
    await joined.offerSnapshot({ snapshot, appHash: sha256(appHash) });
    expect(await carry(app, joined, snapshot)).toBe(APPLY.REJECT_SNAPSHOT);
    expect(refused).toEqual([expect.stringContaining("its app hash is")]);
    expect(await readdir(joined.disk.snapshotFolder)).toEqual([]);
    expect((await joined.info()).lastBlockHeight).toBe(0n);
    await joined.offerSnapshot({ snapshot, appHash });
    expect(await carry(app, joined, snapshot)).toBe(APPLY.ACCEPT);
  });

  test("error: a snapshot of another height under its name", async () => {
    const { app, snapshot, appHash } = await source();
    const joined = await open("joined");
    const renamed = { ...snapshot, height: 4n };
    await joined.offerSnapshot({ snapshot: renamed, appHash });
    let result = 0;
    for (let index = 0; index < snapshot.chunks; index += 1) {
      const chunk = await chunkOf(app, snapshot, index);
      result = (await joined.applySnapshotChunk({ index, chunk, sender: "" })).result;
    }
    expect(result).toBe(APPLY.REJECT_SNAPSHOT);
    expect(refused).toEqual([expect.stringContaining("it is of version 3")]);
  });

  test.each<[string, Partial<Snapshot>, number, string]>([
    ["another format", { format: 2 }, OFFER.REJECT_FORMAT, "it has format 2"],
    ["no height", { height: 0n }, OFFER.REJECT, "it has height 0"],
    ["a height without end", { height: 2n ** 63n }, OFFER.REJECT, "it has height"],
    ["no chunks", { chunks: 0, metadata: new Uint8Array(0) }, OFFER.REJECT, "it has 0 chunks"],
    ["too many chunks", { chunks: SNAPSHOT_CHUNKS_MAX + 1 }, OFFER.REJECT, "chunks"],
    ["metadata of another length", { chunks: 2 }, OFFER.REJECT, "its metadata have"],
    ["another hash", { hash: new Uint8Array(32) }, OFFER.REJECT, "its hash is not that of its metadata"],
  ])("error: an offer with %s", async (_, given, result, reason) => {
    const { snapshot, appHash } = await source();
    const joined = await open("joined");
    expect(await joined.offerSnapshot({ snapshot: { ...snapshot, ...given }, appHash })).toEqual({ result });
    expect(refused).toEqual([expect.stringContaining(reason)]);
    const apply = joined.applySnapshotChunk({ index: 0, chunk: new Uint8Array(1), sender: "" });
    await expect(apply).rejects.toThrow("no snapshot was accepted");
  });

  test("error: nothing is offered, and an app hash that is none", async () => {
    const { snapshot } = await source();
    const joined = await open("joined");
    const nothing = new Uint8Array(0);
    expect(await joined.offerSnapshot({ snapshot: undefined, appHash: nothing })).toEqual({ result: OFFER.REJECT });
    expect(await joined.offerSnapshot({ snapshot, appHash: nothing })).toEqual({ result: OFFER.REJECT });
  });

  test("error: a node that has a state takes no other", async () => {
    const { app, snapshot, appHash } = await source();
    expect(await app.offerSnapshot({ snapshot, appHash })).toEqual({ result: OFFER.ABORT });
    expect((await app.info()).lastBlockHeight).toBe(5n);
  });
});

test("behavior: a chunk that is not there is empty", async () => {
  const { app, snapshot } = await source();
  for (const request of [
    { height: 3n, format: 3, chunk: snapshot.chunks },
    { height: 3n, format: 2, chunk: 0 },
    { height: 99n, format: 3, chunk: 0 },
    { height: 2n ** 63n, format: 3, chunk: 0 },
  ]) {
    expect(await app.loadSnapshotChunk(request)).toEqual({ chunk: new Uint8Array(0) });
  }
});
