// Follows one chain: reads new blocks, notices reorganisations, and brings messages to the ledger when their blocks are
// final. All waiting for the network is here; the ledger decides.

import { decodeMessageV2, FINALITY_THRESHOLD_CONFIRMED } from "../cctp/messageV2.ts";
import type { ChainReader, FinalityLevel } from "../chains/chainReader.ts";
import type { AttesterObserver } from "./events.ts";
import type { Expirations } from "./expirations.ts";
import { type FaultBook, subjectOf } from "./faults.ts";
import type { ChainProgress, Checkpoint, Journal } from "./journal.ts";
import type { KeyRing } from "./keyRing.ts";
import { type DueMessage, type Ledger, StaleError } from "./ledger.ts";
import { destinationOf, type MessageRecord, recordKey } from "./messageRecord.ts";
import { newRecords, type TokenMessengers } from "./newRecord.ts";

/** A pass at least so often, also without new blocks: it notices when nobody answers any more. */
const HEARTBEAT_MS = 10_000;
/** Blocks that one step reads at most. */
const SCAN_BLOCKS_MAX = 2_000n;
/** Checkpoints that are kept. */
const CHECKPOINTS_MAX = 512;
/** Messages that one change of the ledger deals with: some 50 ms of signing. */
const DUE_MAX = 256;

/** A chain as a follower knows it. */
export interface FollowedChain {
  readonly reader: ChainReader;
  readonly messengers: TokenMessengers;
  readonly startHeight: bigint | undefined;
  /** After a failure, the next try. */
  readonly retryMs: number;
  /** A chain that is shorter for longer than this counts as taken back. */
  readonly rewindMs: number;
}

/** What a follower works with. */
export interface FollowerParts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly keys: KeyRing;
  readonly faults: FaultBook;
  readonly observer: AttesterObserver;
  readonly nowMs: () => number;
  readonly expirations: Expirations;
}

/** The newest block, and the newest one that is final by the standard rule. */
interface Heights {
  readonly latest: bigint;
  readonly final: bigint;
}

/** How a chain stands. */
export interface ChainStatus {
  readonly chain: string;
  readonly domain: number;
  /** The newest block that was seen; undefined before the first answer. */
  readonly latestHeight: bigint | undefined;
  readonly scannedHeight: bigint | undefined;
  readonly settledHeight: bigint | undefined;
  /** Why the last pass failed; undefined when it did not. */
  readonly lastError: string | undefined;
  /** When a pass last succeeded, milliseconds since 1970. */
  readonly lastPassAtMs: number | undefined;
}

/** Follows a chain until it is closed. */
export class ChainFollower {
  readonly #chain: FollowedChain;
  readonly #parts: FollowerParts;
  readonly #domain: number;
  #stopWatching: (() => void) | undefined;
  #nextTimer: NodeJS.Timeout | undefined;
  #passes: Promise<void> = Promise.resolve();
  #isPassPlanned = false;
  #isClosed = false;
  #isVerified = false;
  #latest: bigint | undefined;
  #shortSinceMs: number | undefined;
  #lastError: string | undefined;
  #lastPassAtMs: number | undefined;

  constructor(chain: FollowedChain, parts: FollowerParts) {
    this.#chain = chain;
    this.#parts = parts;
    this.#domain = chain.reader.domain;
  }

  start(): void {
    this.#isClosed = false;
    this.#stopWatching = this.#chain.reader.watch(() => this.poke());
    this.poke();
  }

  /** Stops, and resolves when the pass that runs has ended. It can be started again. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching?.();
    clearTimeout(this.#nextTimer);
    await this.#passes;
  }

  get status(): ChainStatus {
    const progress = this.#parts.journal.progress(this.#domain);
    return {
      chain: this.#chain.reader.name,
      domain: this.#domain,
      latestHeight: this.#latest,
      scannedHeight: progress?.checkpoints.at(-1)?.height,
      settledHeight: progress?.settledHeight,
      lastError: this.#lastError,
      lastPassAtMs: this.#lastPassAtMs,
    };
  }

  /** Asks for a pass. Passes never run side by side, and one that waits serves all who asked meanwhile. */
  poke(): void {
    if (this.#isPassPlanned || this.#isClosed) return;
    this.#isPassPlanned = true;
    this.#passes = this.#passes.then(async () => {
      this.#isPassPlanned = false;
      if (!this.#isClosed) await this.#tryPass();
    });
  }

  /** Resolves when no pass runs or waits. */
  async idle(): Promise<void> {
    for (let last: Promise<void> | undefined; last !== this.#passes; ) {
      last = this.#passes;
      await last;
    }
  }

  async #tryPass(): Promise<void> {
    clearTimeout(this.#nextTimer);
    let nextMs = HEARTBEAT_MS;
    try {
      await this.#pass();
      // A chain that is shorter than it was has no new blocks that would ask for a pass.
      if (this.#shortSinceMs !== undefined) nextMs = this.#chain.retryMs;
      this.#lastError = undefined;
      this.#lastPassAtMs = this.#parts.nowMs();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      nextMs = this.#chain.retryMs;
      if (!(error instanceof StaleError)) {
        this.#lastError = error.message;
        this.#parts.observer.passFailed(this.#chain.reader.name, error);
      }
    }
    if (!this.#isClosed) this.#nextTimer = setTimeout(() => this.poke(), nextMs);
  }

  /** Asks the chain who it is, once. Rejects with ChainMismatchError when it is another, with ChainReadError when nobody answers. */
  async verify(): Promise<void> {
    if (this.#isVerified) return;
    await this.#chain.reader.verify();
    this.#isVerified = true;
  }

  async #pass(): Promise<void> {
    const { reader } = this.#chain;
    const { ledger, observer } = this.#parts;
    const { epoch } = ledger;
    await this.verify();
    const latest = await reader.latestHeight();
    this.#latest = latest;
    const heights = { latest, final: await reader.finalHeight("standard") };
    for (let isCaughtUp = false; !isCaughtUp && !this.#isClosed; ) {
      isCaughtUp = await this.#scanStep(heights, epoch);
      observer.progressed(reader.name, { latest, scanned: this.status.scannedHeight ?? -1n });
    }
    if (!this.#isClosed) await this.#bringDue(heights, epoch);
  }

  /** Reads the next blocks. Resolves with whether the newest is among them. */
  async #scanStep({ latest, final }: Heights, epoch: number): Promise<boolean> {
    const { reader, messengers } = this.#chain;
    const { ledger, keys, nowMs } = this.#parts;
    const progress = await this.#progressOnChain({ latest, final }, epoch);
    const from = scannedHeight(progress) + 1n;
    // A step ends where finality does: a fork above must find the last block that is below.
    const end = from <= final && final < latest ? final : latest;
    const to = end < from + SCAN_BLOCKS_MAX ? end : from + SCAN_BLOCKS_MAX - 1n;
    const domain = this.#domain;
    if (from > to) {
      // Nothing stands above the fork: what stood there is gone.
      const isWaiting = ledger.openRecords(domain).some(({ presence }) => presence === "missing");
      if (isWaiting) await ledger.applyScan({ domain, records: new Map(), progress, isCaughtUp: true }, epoch);
      return true;
    }
    const hash = await this.#requireHash(to);
    const messages = await reader.messages({ from, to });
    // The hash was read first: if the range changed since, the next pass sees another one there, and reads it again. That
    // the range joins what was read before shows only when the end of that is still on the chain now.
    const tip = progress.checkpoints.at(-1);
    if (tip !== undefined && (await this.#requireHash(tip.height)) !== tip.hash) {
      throw new Error(`block ${tip.height} changed while the blocks above it were read`);
    }
    const records = newRecords(
      messages.filter(({ cctpVersion }) => keys.has(cctpVersion)),
      messengers,
      nowMs(),
    );
    const checkpoints = thinned([...progress.checkpoints, { height: to, hash }]);
    const isCaughtUp = to === latest;
    await ledger.applyScan({ domain, records, progress: { ...progress, checkpoints }, isCaughtUp }, epoch);
    return isCaughtUp;
  }

  /** How far the chain was read, once what is no longer on it was taken back. */
  async #progressOnChain({ latest, final }: Heights, epoch: number): Promise<ChainProgress> {
    const { journal } = this.#parts;
    const known = journal.progress(this.#domain);
    if (known === undefined) return this.#firstProgress(final);
    const reached = known.checkpoints.filter(({ height }) => height <= latest);
    const common = await this.#countOnChain(reached);
    if (common === reached.length && !this.#isRewound(known, latest)) return known;
    await this.#takeBack(known, known.checkpoints.slice(0, common), epoch);
    return journal.progress(this.#domain) ?? known;
  }

  /** Reading begins at the start height; without one, above the newest final block. */
  async #firstProgress(final: bigint): Promise<ChainProgress> {
    const { startHeight } = this.#chain;
    if (startHeight !== undefined) return { checkpoints: [], settledHeight: startHeight - 1n };
    if (final < 0n) return { checkpoints: [], settledHeight: -1n };
    return { checkpoints: [{ height: final, hash: await this.#requireHash(final) }], settledHeight: final };
  }

  /**
   * Whether a chain that is shorter than what was read of it has really become shorter. An endpoint that lags behind
   * looks the same for a while; chains for tests are taken back.
   */
  #isRewound(progress: ChainProgress, latest: bigint): boolean {
    const nowMs = this.#parts.nowMs();
    if (latest >= scannedHeight(progress)) this.#shortSinceMs = undefined;
    else this.#shortSinceMs ??= nowMs;
    return this.#shortSinceMs !== undefined && nowMs - this.#shortSinceMs > this.#chain.rewindMs;
  }

  /** How many of the checkpoints are on the chain: they are the first ones, so their end is found by halving. */
  async #countOnChain(checkpoints: readonly Checkpoint[]): Promise<number> {
    const isOnChain = async (index: number): Promise<boolean> => {
      const { height, hash } = checkpoints[index]!;
      return (await this.#requireHash(height)) === hash;
    };
    if (checkpoints.length === 0 || (await isOnChain(checkpoints.length - 1))) return checkpoints.length;
    // All below `on` are on the chain, the one at `off` is not.
    let [on, off] = [0, checkpoints.length - 1];
    while (on < off) {
      const middle = Math.trunc((on + off) / 2);
      if (await isOnChain(middle)) on = middle + 1;
      else off = middle;
    }
    return on;
  }

  /** Goes back to the last of the checkpoints that are kept; to the start when none is. */
  async #takeBack(progress: ChainProgress, kept: readonly Checkpoint[], epoch: number): Promise<void> {
    const { startHeight } = this.#chain;
    const { ledger, observer } = this.#parts;
    if (kept.length === 0 && progress.settledHeight >= 0n && startHeight === undefined) {
      const text = "no block that was read is on the chain any more, and no startHeight says where to begin anew";
      observer.alarm("chain_replaced", { domain: this.#domain, text });
      throw new Error(text);
    }
    // Without checkpoints, and without a start height, reading began at the first block.
    const height = kept.at(-1)?.height ?? (startHeight ?? 0n) - 1n;
    this.#shortSinceMs = undefined;
    await ledger.applyFork({ domain: this.#domain, height, progress: { ...progress, checkpoints: kept } }, epoch);
  }

  /** The hash of a block that was there a moment ago. */
  async #requireHash(height: bigint): Promise<string> {
    const hash = await this.#chain.reader.blockHash(height);
    if (hash === undefined) throw new Error(`block ${height} is not there any more`);
    return hash;
  }

  /** Brings everything to the ledger that is far enough. */
  async #bringDue({ latest, final: standard }: Heights, epoch: number): Promise<void> {
    const { reader } = this.#chain;
    const { ledger, journal } = this.#parts;
    const domain = this.#domain;
    const open = ledger.openRecords(domain).filter(({ presence }) => presence === "there");
    const final = { standard, fast: open.some(isWaitingForFast) ? await reader.finalHeight("fast") : -1n };
    let progress = journal.progress(domain);
    if (progress === undefined) return;
    const near = open.map((record) => ({ record, reached: this.#reached(record, final, latest) }));
    const far = near.filter(({ reached }) => reached.fast || reached.standard);
    for (let index = 0; index < far.length; index += DUE_MAX) {
      const some = far.slice(index, index + DUE_MAX);
      const due = await this.#due(some, progress, epoch);
      progress = settledAt(progress, some.findLast(({ reached }) => reached.standard)?.record);
      await ledger.applyDue({ domain, due, progress }, epoch);
    }
    const settledHeight = progress.checkpoints.findLast(({ height }) => height <= standard)?.height ?? -1n;
    if (settledHeight <= progress.settledHeight) return;
    await ledger.applyDue({ domain, due: [], progress: { ...progress, settledHeight } }, epoch);
  }

  #reached(
    record: MessageRecord,
    final: { readonly [level in FinalityLevel]: bigint },
    latest: bigint,
  ): { readonly fast: boolean; readonly standard: boolean } {
    const standard = record.height <= final.standard;
    if (standard || !isWaitingForFast(record)) return { fast: false, standard };
    const isHasty =
      record.height <= latest && this.#parts.faults.take("reorg_after_fast", subjectOf(record)) !== undefined;
    return { fast: isHasty || record.height <= final.fast, standard };
  }

  /** What of it is on the chain now. A block that changed unnoticed is read again, with all above it. */
  async #due(
    far: readonly { readonly record: MessageRecord; readonly reached: DueMessage["reached"] }[],
    progress: ChainProgress,
    epoch: number,
  ): Promise<readonly DueMessage[]> {
    const hashes = new Map<bigint, string>();
    const due: DueMessage[] = [];
    for (const { record, reached } of far) {
      const { height } = record;
      const hash = hashes.get(height) ?? (await this.#requireHash(height));
      hashes.set(height, hash);
      if (hash !== record.blockHash) {
        const kept = progress.checkpoints.filter((checkpoint) => checkpoint.height < height);
        await this.#takeBack(progress, kept, epoch);
        throw new Error(`block ${height} changed`);
      }
      const expirationBlock = reached.standard ? 0n : await this.#parts.expirations.blockOf(destinationOf(record));
      // Without the destination's height nothing is attested fast: it waits for the next pass, or for the standard level.
      if (expirationBlock !== undefined) due.push({ key: recordKey(record), reached, expirationBlock });
    }
    return due;
  }
}

/** As far as a chain was read. */
function scannedHeight({ checkpoints, settledHeight }: ChainProgress): bigint {
  return checkpoints.at(-1)?.height ?? settledHeight;
}

/**
 * Progress when a message, whose block was seen on the chain just now, is settled. A checkpoint stands there from now on:
 * a fork above it does not look like one below, and one below is noticed.
 */
function settledAt(progress: ChainProgress, record: MessageRecord | undefined): ChainProgress {
  if (record === undefined || record.height <= progress.settledHeight) return progress;
  const { height, blockHash } = record;
  const others = progress.checkpoints.filter((checkpoint) => checkpoint.height !== height);
  const index = others.filter((checkpoint) => checkpoint.height < height).length;
  return { checkpoints: others.toSpliced(index, 0, { height, hash: blockHash }), settledHeight: height };
}

/** V2, asked for at the fast level, and not attested. */
function isWaitingForFast({ version, attested, refused, message }: MessageRecord): boolean {
  if (version === 1 || attested !== undefined || refused) return false;
  return decodeMessageV2(message).minFinalityThreshold <= FINALITY_THRESHOLD_CONFIRMED;
}

/** At most CHECKPOINTS_MAX: of the older half every second one goes, so that they thin out the older they are. */
function thinned(checkpoints: readonly Checkpoint[]): readonly Checkpoint[] {
  if (checkpoints.length <= CHECKPOINTS_MAX) return checkpoints;
  const half = CHECKPOINTS_MAX / 2;
  return checkpoints.filter((_, index) => index >= half || index % 2 === 0);
}
