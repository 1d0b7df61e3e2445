// State sync (cometbft v0.38 spec/abci/abci++_app_requirements.md, "State Sync"): the tree snapshots of the store, offered
// to nodes that join, and taken from nodes that have them.
//
// A snapshot's metadata are the hashes of its chunks, one after the other, and its hash is the sha256 of the metadata. So
// each chunk is checked when it comes, whoever sent it. Whether the whole is the state of the chain says the app hash
// alone, which CometBFT has from its light client.

import type {
  RequestApplySnapshotChunk,
  RequestLoadSnapshotChunk,
  RequestOfferSnapshot,
  ResponseApplySnapshotChunk,
  ResponseListSnapshots,
  ResponseLoadSnapshotChunk,
  ResponseOfferSnapshot,
  Snapshot,
} from "../../../gen/tendermint/abci/types.ts";
import {
  ResponseApplySnapshotChunk_Result as ApplyResult,
  ResponseOfferSnapshot_Result as OfferResult,
} from "../../../gen/tendermint/abci/types.ts";
import { bytesEqual, concatBytes, copyBytes } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { hashChunks, readChunk, SnapshotReceiver } from "../../store/snapshotChunks.ts";
import { listSnapshots, removeSnapshot, SnapshotError } from "../../store/treeSnapshot.ts";
import { AbciError } from "./abciError.ts";

/** The layout of src/store/treeSnapshot.ts. Another layout gets another number. */
export const SNAPSHOT_FORMAT = 3;
/** CometBFT carries chunks of up to 16 MB (statesync/messages.go chunkMsgSize). */
export const SNAPSHOT_CHUNK_BYTES = 8 << 20;
/** 64 GiB: more than the trees of one process can hold. The metadata have to fit into CometBFT's 4 MB. */
export const SNAPSHOT_CHUNKS_MAX = 8_192;
const HASH_BYTES = 32;

/** What state sync works on. */
export interface StateSyncParts {
  /** Where the snapshots of the state lie. */
  readonly folder: string;
  readonly chunkBytes?: number;
  /** Whether the application has no block yet: only then it takes a state from others. */
  readonly isEmpty: () => boolean;
  /**
   * Makes the snapshot of a height, which lies in the folder, the application's state. Rejects with SnapshotError when it
   * is not what it should be.
   */
  readonly restore: (height: number, appHash: Uint8Array) => Promise<void>;
  /** Told why a snapshot that was offered was refused. */
  readonly onRefused?: ((height: number, reason: string) => void) | undefined;
}

/** A snapshot that is being received. */
interface Restore {
  readonly height: number;
  readonly appHash: Uint8Array;
  readonly receiver: SnapshotReceiver;
}

/** Both sides of state sync. Its calls must not overlap, but for `loadChunk`. */
export class StateSync {
  readonly #parts: StateSyncParts;
  readonly #chunkBytes: number;
  /** Of snapshots that were offered, by height. */
  readonly #metadata = new Map<number, Uint8Array>();
  #restore: Restore | undefined;

  constructor(parts: StateSyncParts) {
    this.#parts = parts;
    this.#chunkBytes = parts.chunkBytes ?? SNAPSHOT_CHUNK_BYTES;
  }

  /** The snapshots that others may have. */
  async list(): Promise<ResponseListSnapshots> {
    const heights = await listSnapshots(this.#parts.folder);
    for (const known of this.#metadata.keys()) if (!heights.includes(known)) this.#metadata.delete(known);
    const snapshots: Snapshot[] = [];
    for (const height of heights) {
      const metadata = await this.#metadataOf(height);
      if (metadata === undefined) continue;
      snapshots.push({
        height: BigInt(height),
        format: SNAPSHOT_FORMAT,
        chunks: metadata.length / HASH_BYTES,
        hash: sha256(metadata),
        metadata,
      });
    }
    return { snapshots };
  }

  /** A chunk; empty when the snapshot is gone, which CometBFT tells the other side. */
  async loadChunk({ height, format, chunk }: RequestLoadSnapshotChunk): Promise<ResponseLoadSnapshotChunk> {
    const nothing = { chunk: new Uint8Array(0) };
    if (format !== SNAPSHOT_FORMAT || height > BigInt(Number.MAX_SAFE_INTEGER)) return nothing;
    try {
      return { chunk: await readChunk(this.#chunked(Number(height)), chunk) };
    } catch {
      // It was removed for a newer one, or never there.
      return nothing;
    }
  }

  /** Whether to take a snapshot. What was being received before is dropped. */
  async offer({ snapshot, appHash }: RequestOfferSnapshot): Promise<ResponseOfferSnapshot> {
    await this.abandon();
    if (snapshot === undefined) return { result: OfferResult.REJECT };
    if (!this.#parts.isEmpty()) return this.#refuse(snapshot, "this node has a state already", OfferResult.ABORT);
    if (snapshot.format !== SNAPSHOT_FORMAT) {
      return this.#refuse(snapshot, `it has format ${snapshot.format}`, OfferResult.REJECT_FORMAT);
    }
    const problem = offerProblem(snapshot, appHash);
    if (problem !== undefined) return this.#refuse(snapshot, problem, OfferResult.REJECT);
    const hashes = Array.from({ length: snapshot.chunks }, (_, index) =>
      snapshot.metadata.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES),
    );
    const height = Number(snapshot.height);
    const receiver = await SnapshotReceiver.begin(this.#chunked(height), hashes);
    this.#restore = { height, appHash: copyBytes(appHash), receiver };
    return { result: OfferResult.ACCEPT };
  }

  /** Takes a chunk. With the last one the snapshot becomes the state, if its app hash is the chain's. */
  async apply({ index, chunk, sender }: RequestApplySnapshotChunk): Promise<ResponseApplySnapshotChunk> {
    const restore = this.#restore;
    if (restore === undefined) throw new AbciError("refused", "a chunk came, but no snapshot was accepted");
    if (!(await restore.receiver.put(index, chunk))) {
      // Another peer may have the right one.
      const rejectSenders = sender === "" ? [] : [sender];
      return { result: ApplyResult.RETRY, refetchChunks: [index], rejectSenders };
    }
    if (restore.receiver.isComplete) return this.#finish(restore);
    return { result: ApplyResult.ACCEPT, refetchChunks: [], rejectSenders: [] };
  }

  async #finish({ height, appHash, receiver }: Restore): Promise<ResponseApplySnapshotChunk> {
    this.#restore = undefined;
    await receiver.finish();
    try {
      await this.#parts.restore(height, appHash);
      return { result: ApplyResult.ACCEPT, refetchChunks: [], rejectSenders: [] };
    } catch (error) {
      if (!(error instanceof SnapshotError)) throw error;
      await removeSnapshot(this.#parts.folder, height);
      this.#parts.onRefused?.(height, error.message);
      return { result: ApplyResult.REJECT_SNAPSHOT, refetchChunks: [], rejectSenders: [] };
    }
  }

  /** Drops what is being received. */
  async abandon(): Promise<void> {
    const restore = this.#restore;
    this.#restore = undefined;
    await restore?.receiver.discard();
  }

  #refuse({ height }: Snapshot, reason: string, result: OfferResult): ResponseOfferSnapshot {
    this.#parts.onRefused?.(Number(height), reason);
    return { result };
  }

  /** Undefined when it was removed meanwhile. */
  async #metadataOf(height: number): Promise<Uint8Array | undefined> {
    const known = this.#metadata.get(height);
    if (known !== undefined) return known;
    let hashes: Uint8Array[];
    try {
      hashes = await hashChunks(this.#chunked(height));
    } catch {
      return undefined;
    }
    if (hashes.length > SNAPSHOT_CHUNKS_MAX) return undefined;
    const metadata = concatBytes(...hashes);
    this.#metadata.set(height, metadata);
    return metadata;
  }

  #chunked(version: number) {
    return { folder: this.#parts.folder, version, chunkBytes: this.#chunkBytes };
  }
}

/** What is wrong with an offer; it comes from a stranger. */
function offerProblem({ height, chunks, hash, metadata }: Snapshot, appHash: Uint8Array): string | undefined {
  if (height < 1n || height > BigInt(Number.MAX_SAFE_INTEGER)) return `it has height ${height}`;
  if (appHash.length !== HASH_BYTES) return `its app hash has ${appHash.length} bytes`;
  if (chunks < 1 || chunks > SNAPSHOT_CHUNKS_MAX) return `it has ${chunks} chunks`;
  if (metadata.length !== chunks * HASH_BYTES) return `its metadata have ${metadata.length} bytes`;
  if (!bytesEqual(hash, sha256(metadata))) return "its hash is not that of its metadata";
  return undefined;
}
