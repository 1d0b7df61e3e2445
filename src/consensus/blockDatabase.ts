// What the block store and the indexes need of the database (src/store/database.ts provides it).

import type { KvEntry, KvRange } from "../store/kvStore.ts";

/** Reading side. */
export interface BlockDatabase {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries of a range in byte order, as they were when the iteration began. */
  iterate(range: KvRange & { readonly limit?: number | undefined }): AsyncIterable<KvEntry>;
}

/** Writes that become durable together. */
export interface BlockBatch {
  put(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
}
