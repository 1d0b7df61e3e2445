// Follows the chain: block after block, in order, each exactly once, since the height stands in the transaction that
// writes what the block changed. What it wrote can be thrown away and made again from the first block.

import type { Database, Sql } from "../sql/database.ts";
import { type BlockRows, RowCollector } from "./blockRows.ts";
import type { BlockSource, ChainBlock } from "./blockSource.ts";
import { type PlacedEvent, READ_MODEL_TABLES, writeRows } from "./writeRows.ts";

/** Blocks that are asked for at a time while catching up. */
const FETCH_AT_ONCE = 16;
/** A transaction of the database ends with this many events, or blocks. */
const BATCH_EVENTS_MAX = 5_000;
const BATCH_BLOCKS_MAX = 500;
/** After a failure; the next block, or the next look a second later, tries again. */
const RETRY_MS = 1_000;

/** How far the read model is. */
export interface Projection {
  readonly chainId: string;
  readonly height: number;
  readonly blockHash: string;
  readonly eventCount: bigint;
}

/** Does more with events, in the transaction that writes them: all of it happens, or nothing. */
export type ProjectionHook = (sql: Sql, events: readonly PlacedEvent[]) => Promise<void>;

/** Hears which orders a block changed before anybody else does; undefined: any may have changed. */
export type ChangeListener = (orderIds: ReadonlySet<string> | undefined) => void;

/** What a projector needs. */
export interface ProjectorParts {
  readonly database: Database;
  readonly source: BlockSource;
  readonly hooks?: readonly ProjectionHook[];
  /**
   * What to do when the chain is not the one that was followed (another chain, or one that was reverted): `stop` is for
   * chains that hold money, `rebuild` for a devnet.
   */
  readonly onOtherChain: "stop" | "rebuild";
  readonly onProgress?: (height: number, tip: number) => void;
  /** Failures that another try may mend. */
  readonly onRetry?: (error: unknown) => void;
}

/** The chain is not the one whose events are in the database, or has lost blocks that are needed. */
export class OtherChainError extends Error {
  readonly code = "other_chain";

  constructor(message: string) {
    super(message);
    this.name = "OtherChainError";
  }
}

/** A block that does not follow the one before: the chain was reverted, or changed while it was read. */
class BrokenLinkError extends Error {
  readonly code = "broken_link";
  readonly retryable = true;

  constructor(height: number) {
    super(`block ${height} does not follow what was read before`);
    this.name = "BrokenLinkError";
  }
}

interface Waiter {
  readonly height: number;
  readonly resolve: () => void;
}

interface ProjectionRow {
  readonly chain_id: string;
  readonly height: string;
  readonly block_hash: string;
  readonly event_count: string;
}

/** How far a database is; undefined when it has seen no block. */
export async function loadProjection(sql: Sql): Promise<Projection | undefined> {
  const [row] = await sql.query<ProjectionRow>("select * from projection");
  if (row === undefined) return undefined;
  return {
    chainId: row.chain_id,
    height: Number(row.height),
    blockHash: row.block_hash,
    eventCount: BigInt(row.event_count),
  };
}

/** Forgets all that came from events. */
export async function clearReadModel(database: Database): Promise<void> {
  await database.query(`truncate ${READ_MODEL_TABLES.join(", ")}`);
}

/** Follows a chain into a database until it is stopped. */
export class Projector {
  readonly #parts: ProjectorParts;
  #at: Projection | undefined;
  #tip = 0;
  #isStopped = false;
  #isDirty = true;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #unwatch: (() => void) | undefined;
  #waiters: Waiter[] = [];
  readonly #listeners: ChangeListener[] = [];

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
  }

  /** The last block that is in the database. */
  get height(): number {
    return this.#at?.height ?? 0;
  }

  /** The newest block that was heard of. `tip - height` is how far behind it is. */
  get tip(): number {
    return this.#tip;
  }

  /**
   * Begins to follow. Resolves when the chain was found to be the right one; rejects with OtherChainError when not, and
   * with what the database or the node said. `onFatal` hears what ends it later.
   */
  async start(onFatal: (error: unknown) => void): Promise<void> {
    await this.#agreeOnChain();
    this.#unwatch = this.#parts.source.watch(() => this.#poke());
    this.#running = this.#follow().catch(onFatal);
  }

  /** Calls back at each change, as long as the projector lives. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#unwatch?.();
    this.#poke();
    await this.#running;
  }

  /** Resolves when a block is in the database; false when that took longer than `timeoutMs`. */
  reached(height: number, timeoutMs: number): Promise<boolean> {
    if (this.height >= height) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { height, resolve: () => done(true) };
      const timer = setTimeout(() => done(false), timeoutMs);
      const done = (isReached: boolean) => {
        clearTimeout(timer);
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve(isReached);
      };
      this.#waiters.push(waiter);
    });
  }

  #poke(): void {
    this.#isDirty = true;
    this.#wake?.();
  }

  async #follow(): Promise<void> {
    let isSure = true;
    while (!this.#isStopped) {
      this.#isDirty = false;
      try {
        // After any failure: where does the database stand, and is the chain still the same?
        if (!isSure) await this.#agreeOnChain();
        isSure = true;
        await this.#catchUp();
      } catch (error) {
        if (!isRetryable(error)) throw error;
        isSure = false;
        this.#parts.onRetry?.(error);
        const isNews = error instanceof BrokenLinkError || error instanceof OvertakenError;
        await this.#sleep(isNews ? 0 : RETRY_MS);
        continue;
      }
      if (!this.#isDirty) await this.#sleep(undefined);
    }
  }

  /** Until somebody pokes, or `ms` have passed. */
  #sleep(ms: number | undefined): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** Checks that the chain is the one that was followed so far. */
  async #agreeOnChain(): Promise<void> {
    const { database, source, onOtherChain } = this.#parts;
    this.#at = await loadProjection(database);
    this.#tell(undefined);
    const problem = await this.#otherChain();
    // Another gateway may have written what somebody here waits for.
    if (problem === undefined) return this.#release();
    if (onOtherChain === "stop") throw new OtherChainError(problem);
    await clearReadModel(database);
    this.#at = undefined;
    this.#tell(undefined);
    const { earliestHeight } = await source.tip();
    if (earliestHeight > 1) throw new OtherChainError(firstBlocksAreGone(earliestHeight));
  }

  async #otherChain(): Promise<string | undefined> {
    const tip = await this.#parts.source.tip();
    this.#tip = tip.height;
    const at = this.#at;
    if (at === undefined) return tip.earliestHeight > 1 ? firstBlocksAreGone(tip.earliestHeight) : undefined;
    if (at.chainId !== tip.chainId) return `the database follows ${at.chainId}, the node is of ${tip.chainId}`;
    if (tip.earliestHeight > at.height + 1) return firstBlocksAreGone(tip.earliestHeight);
    const hash = await this.#parts.source.blockHash(at.height);
    if (hash === at.blockHash) return undefined;
    return `block ${at.height} of ${at.chainId} is ${hash ?? "not there"}, the database has seen ${at.blockHash}`;
  }

  async #catchUp(): Promise<void> {
    const { chainId, height } = await this.#parts.source.tip();
    this.#tip = height;
    if (height < this.height) throw new BrokenLinkError(height);
    while (this.height < height && !this.#isStopped) await this.#step(chainId, height);
  }

  /** One transaction of the database: as many blocks as a batch holds. */
  async #step(chainId: string, tip: number): Promise<void> {
    const collector = new RowCollector();
    let last: ChainBlock | undefined;
    let next = this.height + 1;
    const end = Math.min(tip, this.height + BATCH_BLOCKS_MAX);
    while (next <= end && collector.size < BATCH_EVENTS_MAX) {
      const heights = Array.from({ length: Math.min(FETCH_AT_ONCE, end - next + 1) }, (_, index) => next + index);
      for (const block of await Promise.all(heights.map((height) => this.#parts.source.block(height)))) {
        const previous = last?.hash ?? this.#at?.blockHash;
        if (previous !== undefined && block.previousHash !== previous) throw new BrokenLinkError(block.height);
        collector.add(block);
        last = block;
      }
      next += heights.length;
    }
    if (last === undefined) return;
    await this.#write(chainId, collector, last);
    this.#parts.onProgress?.(this.height, tip);
    this.#release();
  }

  async #write(chainId: string, collector: RowCollector, last: ChainBlock): Promise<void> {
    const from = this.#at;
    const rows = collector.rows();
    const count = from?.eventCount ?? 0n;
    const to = { chainId, height: last.height, blockHash: last.hash, eventCount: count + BigInt(rows.events.length) };
    await this.#parts.database.transaction(async (sql) => {
      await advance(sql, from, to);
      const events = await writeRows(sql, rows, count);
      for (const hook of this.#parts.hooks ?? []) await hook(sql, events);
    });
    this.#tell(changedOrders(rows));
    this.#at = to;
  }

  #tell(orderIds: ReadonlySet<string> | undefined): void {
    for (const listener of this.#listeners) listener(orderIds);
  }

  #release(): void {
    for (const waiter of [...this.#waiters]) if (waiter.height <= this.height) waiter.resolve();
  }
}

/** The orders that rows are of, or belong to. */
function changedOrders({ orders, payments, refunds, exceptions, events }: BlockRows): ReadonlySet<string> {
  const parts = [...payments, ...refunds, ...exceptions, ...events];
  return new Set([...orders.map(({ id }) => String(id)), ...parts.map(({ order_id }) => String(order_id))]);
}

function firstBlocksAreGone(earliestHeight: number): string {
  return `the node has blocks from ${earliestHeight} on only: a read model is made of all blocks`;
}

function isRetryable(error: unknown): boolean {
  return typeof error === "object" && error !== null && "retryable" in error && error.retryable === true;
}

/** Somebody else follows the chain into the same database, and was faster. */
export class OvertakenError extends Error {
  readonly code = "overtaken";
  readonly retryable = true;

  constructor() {
    super("another gateway wrote these blocks into the database");
    this.name = "OvertakenError";
  }
}

/** Moves the height, and with it claims the blocks in between. Two gateways on one database never write one block twice. */
async function advance(sql: Sql, from: Projection | undefined, to: Projection): Promise<void> {
  const values = [to.chainId, to.height, to.blockHash, to.eventCount.toString()];
  const moved =
    from === undefined
      ? await sql.query(
          "insert into projection (chain_id, height, block_hash, event_count) values ($1, $2, $3, $4) on conflict do nothing returning height",
          values,
        )
      : await sql.query(
          "update projection set chain_id = $1, height = $2, block_hash = $3, event_count = $4 where height = $5 returning height",
          [...values, from.height],
        );
  if (moved.length !== 1) throw new OvertakenError();
}
