// Tells who looks at an order's page that the order has changed: one look at the database for each block, whatever the
// number of pages.

import type { Projector } from "../readModel/projector.ts";
import type { Database } from "../sql/database.ts";

/** Without a block a look is taken this often: another gateway may have written what this one has not heard of. */
const IDLE_MS = 5_000;

/** Hears the order's new revision. */
export type RevisionListener = (revision: string) => void;

interface Watched {
  readonly listeners: Set<RevisionListener>;
  revision: string;
}

export class OrderWatch {
  readonly #database: Database;
  readonly #projector: Pick<Projector, "height" | "reached">;
  readonly #onFailure: (error: unknown) => void;
  readonly #watched = new Map<string, Watched>();
  #looking: Promise<void> | undefined;
  #isStopped = false;

  constructor(
    database: Database,
    projector: Pick<Projector, "height" | "reached">,
    onFailure: (error: unknown) => void,
  ) {
    this.#database = database;
    this.#projector = projector;
    this.#onFailure = onFailure;
  }

  /** Calls back with each revision but the one that is known. Returns how to stop. */
  add(orderId: string, revision: string, listener: RevisionListener): () => void {
    const watched = this.#watched.get(orderId) ?? { listeners: new Set(), revision };
    // Of two that came with different states the one that knows less decides: the other hears once more.
    watched.revision = revision;
    this.#watched.set(orderId, watched);
    watched.listeners.add(listener);
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0) this.#watched.delete(orderId);
    };
  }

  stop(): void {
    this.#isStopped = true;
    this.#watched.clear();
  }

  /** Until nobody watches any more. */
  async #look(): Promise<void> {
    while (this.#watched.size > 0 && !this.#isStopped) {
      const { height } = this.#projector;
      await this.#tell().catch(this.#onFailure);
      await this.#projector.reached(height + 1, IDLE_MS);
    }
  }

  async #tell(): Promise<void> {
    const rows = await this.#database.query<{ id: string; revision: string }>(
      "select id, revision from orders where id = any($1)",
      [[...this.#watched.keys()]],
    );
    for (const { id, revision } of rows) {
      const watched = this.#watched.get(id);
      if (watched === undefined || watched.revision === revision) continue;
      watched.revision = revision;
      for (const listener of watched.listeners) listener(revision);
    }
  }
}
