// Looks after what is open: sends it again and asks for it, ends it when its time is over, takes on what earlier processes
// left, drops what waited too long, and forgets what ended long ago.

import { TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { parseTimeNs } from "../../codec/time.ts";
import type { Background } from "./background.ts";
import type { ChainFollower } from "./chainFollower.ts";
import type { Journal, OpenTxRow, WriteRow } from "./journal.ts";
import type { Lanes } from "./lanes.ts";
import { LiveWrite } from "./liveWrite.ts";
import { type LiveWrites, unavailable } from "./liveWrites.ts";
import { type OpenTx, type OpenTxs, openTx } from "./openTx.ts";
import type { Outcomes } from "./outcomes.ts";
import type { TxSender } from "./txSender.ts";
import { NS_PER_MS, type WriterOptions, type WriterParts } from "./writerOptions.ts";

const PRUNE_EVERY_MS = 600_000;

export interface UpkeepParts extends Pick<WriterParts, "node" | "nowMs"> {
  readonly journal: Journal;
  readonly lanes: Lanes;
  readonly live: LiveWrites;
  readonly open: OpenTxs;
  readonly outcomes: Outcomes;
  readonly sender: TxSender;
  readonly follower: ChainFollower;
  readonly background: Background;
}

/** Looks after the transactions of one writer. */
export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #options: WriterOptions;
  #adoptedMs = 0;
  #prunedMs = 0;

  constructor(parts: UpkeepParts, options: WriterOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** One look; some a second. */
  look(): void {
    const { nowMs, lanes, open, background, journal } = this.#parts;
    const { adoptAfterMs, keepMs } = this.#options;
    const now = nowMs();
    this.#dropOld(now);
    lanes.forgetIdle();
    for (const tx of open.all()) this.#lookAfter(tx, now);
    if (now - this.#adoptedMs > adoptAfterMs) background.run(this.adopt(adoptAfterMs));
    if (now - this.#prunedMs > PRUNE_EVERY_MS) {
      this.#prunedMs = now;
      background.run(journal.prune(keepMs));
    }
  }

  #dropOld(now: number): void {
    const { follower, lanes } = this.#parts;
    const isAway = follower.silentMs > this.#options.silentMs;
    const before = isAway ? undefined : now - this.#options.queueWaitMs;
    for (const write of lanes.drop(before)) write.refuse(unavailable("the chain takes no writes at the moment"));
  }

  #lookAfter(tx: OpenTx, now: number): void {
    const { follower, background, sender } = this.#parts;
    const { place } = follower;
    if (place === undefined || tx.isBusy) return;
    if (place.timeNs > tx.voidAfterNs + NS_PER_MS) {
      tx.overSinceMs ??= now;
      if (now - tx.overSinceMs >= this.#options.indexLagMs) background.run(this.#end(tx));
    } else if (now - tx.sentMs >= this.#options.resendAfterMs) {
      background.run(sender.broadcast(tx));
    }
  }

  /** Its time is over: it is in a block, or never will be. */
  async #end(tx: OpenTx): Promise<void> {
    const { node, open, outcomes } = this.#parts;
    tx.isBusy = true;
    try {
      const found = await node.tx(tx.hash);
      if (open.has(tx.hash)) await outcomes.over(tx, found);
    } finally {
      tx.isBusy = false;
    }
  }

  /** Takes on what is open in the journal and nobody's: of processes that were killed. */
  async adopt(ageMs: number): Promise<void> {
    const { nowMs, journal, open, lanes } = this.#parts;
    this.#adoptedMs = nowMs();
    for (const row of await journal.openTxs(ageMs)) {
      if (open.has(row.hash)) continue;
      const rows = (await journal.ofTx(row.hash)).filter(({ state }) => state === "sent");
      this.#adoptTx(row, rows);
    }
    for (const row of await journal.claimWaiting(ageMs === 0 ? 0 : 2 * ageMs)) {
      const write = this.#adoptWrite(row, TxBody.decode(TxRaw.decode(row.bytes).bodyBytes).messages);
      if (write !== undefined) lanes.of(row.signer).addAgain([write]);
    }
  }

  #adoptTx(row: OpenTxRow, rows: readonly WriteRow[]): void {
    const bytes = Uint8Array.from(row.bytes);
    const { messages } = TxBody.decode(TxRaw.decode(bytes).bodyBytes);
    const writes = rows.map((one) => this.#adoptWrite(one, messages));
    if (writes.includes(undefined) || writes.length !== (row.signer === "" ? 1 : messages.length)) return;
    const lane = row.signer === "" ? undefined : this.#parts.lanes.of(row.signer);
    lane?.took();
    const tx = openTx({
      ...{ hash: row.hash, bytes, signer: row.signer, lane, fee: BigInt(row.fee) },
      writes: writes.filter((write) => write !== undefined),
      voidAfterNs: parseTimeNs(`${row.void_after.replace(" ", "T").replace(/\+00$/, "")}Z`) + NS_PER_MS,
    });
    // Whether it was sent nobody knows.
    tx.sendings = 1;
    this.#parts.open.add(tx);
  }

  #adoptWrite(row: WriteRow, messages: readonly Any[]): LiveWrite | undefined {
    const { live, nowMs } = this.#parts;
    const message = messages[row.message_index];
    if (message === undefined || live.get(row.id) !== undefined) return undefined;
    const write = new LiveWrite({
      ...{ id: row.id, apiKeyId: row.api_key_id, idempotencyKey: row.idempotency_key ?? undefined, message },
      ...{ attempts: row.attempts, nowMs: nowMs() },
    });
    live.add(write);
    write.accepted.resolve(write.pending);
    return write;
  }
}
