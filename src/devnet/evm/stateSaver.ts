// Keeps the file of a chain's state close behind its blocks, so that little is lost when anvil is killed.

import { setTimeout as wait } from "node:timers/promises";
import type { AnvilClient } from "./anvilClient.ts";
import type { ChainFolder } from "./chainFolder.ts";

/** How often it is looked whether there are new blocks. */
const INTERVAL_MS = 1000;
/** A long history takes long to write: at most a twentieth of the time goes into it. */
const PAUSE_PER_WORK = 20;

/** Saves a chain after its blocks have changed. */
export class StateSaver {
  readonly #client: AnvilClient;
  readonly #folder: ChainFolder;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #savedHash: string | null = null;

  /** Begins at once. `onFailure` hears why a state could not be written; the next one is tried all the same. */
  constructor(client: AnvilClient, folder: ChainFolder, onFailure: (error: unknown) => void) {
    this.#client = client;
    this.#folder = folder;
    this.#running = this.#run(onFailure);
  }

  /** Resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(onFailure: (error: unknown) => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const startedMs = performance.now();
      await this.#save().catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
      });
      const pauseMs = Math.max(INTERVAL_MS, PAUSE_PER_WORK * (performance.now() - startedMs));
      await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #save(): Promise<void> {
    const { hash } = await this.#client.getBlock({ blockTag: "latest" });
    if (hash === this.#savedHash) return;
    await this.#folder.saveState(this.#client);
    this.#savedHash = hash;
  }
}
