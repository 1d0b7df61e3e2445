// Takes a relayer back to an earlier state, for devnets: the journal is copied as a whole while nothing runs. In memory, as
// Anvil's are: snapshots end with the process.

import type { JournalDump } from "./journal/journal.ts";
import type { RelayerCore } from "./relayerCore.ts";

/** Snapshots that are kept; the oldest goes first. */
const SNAPSHOTS_MAX = 64;

/** No such snapshot. */
export class SnapshotError extends Error {
  readonly code = "no_snapshot";
}

/** The snapshots of one relayer. */
export class Snapshots {
  readonly #core: RelayerCore;
  #kept: readonly { readonly id: string; readonly dump: JournalDump }[] = [];
  #count = 0;
  /** Works never overlap. Never rejects. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(core: RelayerCore) {
    this.#core = core;
  }

  /** Does something while nothing runs. What was paused before stays so. */
  #still<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      const wasRunning = this.#core.isRunning;
      await this.#core.pause();
      try {
        return await work();
      } finally {
        if (wasRunning) this.#core.resume();
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  take(): Promise<string> {
    return this.#still(async () => {
      this.#count += 1;
      const id = `0x${this.#count.toString(16)}`;
      this.#kept = [...this.#kept, { id, dump: await this.#core.journal.dump() }].slice(-SNAPSHOTS_MAX);
      return id;
    });
  }

  /** As in Anvil, a snapshot serves once, and those taken after it are gone. Rejects with SnapshotError. */
  revert(id: string): Promise<void> {
    return this.#still(async () => {
      const index = this.#kept.findIndex((snapshot) => snapshot.id === id);
      const snapshot = this.#kept[index];
      if (snapshot === undefined) throw new SnapshotError(`there is no snapshot ${JSON.stringify(id)}`);
      this.#kept = this.#kept.slice(0, index);
      await this.#core.journal.restore(snapshot.dump);
      this.#core.reset();
    });
  }
}
