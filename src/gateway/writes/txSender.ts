// From a batch to a transaction on its way: signed, journalled, and only then sent.

import type { Background } from "./background.ts";
import { ClaimLostError, type Journal } from "./journal.ts";
import type { Lane } from "./lane.ts";
import type { Lanes } from "./lanes.ts";
import type { LiveWrite } from "./liveWrite.ts";
import { idempotencyName, type LiveWrites, requireSameType } from "./liveWrites.ts";
import type { OpenTx, OpenTxs } from "./openTx.ts";
import type { Outcomes } from "./outcomes.ts";
import type { TxSigner } from "./txSigner.ts";
import type { WriterParts } from "./writerOptions.ts";

export interface TxSenderParts extends Pick<WriterParts, "node" | "nowMs" | "warn"> {
  readonly journal: Journal;
  readonly signer: TxSigner;
  readonly lanes: Lanes;
  readonly live: LiveWrites;
  readonly open: OpenTxs;
  readonly outcomes: Outcomes;
  readonly background: Background;
}

/** Pause before writes that could not be signed anew are tried again. */
const SIGN_AGAIN_MS = 1_000;

/** Sends for one writer. */
export class TxSender {
  readonly #parts: TxSenderParts;

  constructor(parts: TxSenderParts) {
    this.#parts = parts;
  }

  /** Signs and journals a batch, and sends it. Never rejects. */
  async send(signer: string, given: readonly LiveWrite[], isAgain: boolean): Promise<void> {
    const { lanes, journal, signer: txSigner } = this.#parts;
    const by = lanes.signer(signer);
    let batch = given;
    try {
      if (!isAgain) batch = await this.#withoutKnown(given);
      if (batch.length === 0) return by.lane.freed();
      const tx = await txSigner.sign(signer, by, batch);
      await journal.insert({ ...tx, isAgain });
      for (const write of batch) write.attempts += 1;
      this.carry(tx);
    } catch (error) {
      by.lane.freed();
      if (isAgain) this.#notSignedAnew(by.lane, batch, error);
      else for (const write of batch) write.refuse(error);
    }
  }

  /** Sends a transaction that is in the journal, and follows it. */
  carry(tx: OpenTx): void {
    this.#parts.open.add(tx);
    for (const write of tx.writes) write.accepted.resolve(write.pending);
    this.#parts.background.run(this.broadcast(tx));
  }

  /** Tried again after a while, unless they are another gateway's now. */
  #notSignedAnew(lane: Lane, batch: readonly LiveWrite[], error: unknown): void {
    const { live, warn } = this.#parts;
    if (error instanceof ClaimLostError) {
      for (const write of batch) live.leave(write);
      return;
    }
    warn("writes could not be signed anew", error);
    // Whoever closes rejects them all.
    const again = () => lane.addAgain(batch.filter((write) => live.get(write.id) === write));
    setTimeout(again, SIGN_AGAIN_MS).unref();
  }

  /** Answers the writes whose idempotency keys the journal knows, and gives the others. */
  async #withoutKnown(batch: readonly LiveWrite[]): Promise<readonly LiveWrite[]> {
    const { journal, live } = this.#parts;
    const keyed = batch.flatMap(({ apiKeyId, idempotencyKey }) =>
      idempotencyKey === undefined ? [] : [{ apiKeyId, idempotencyKey }],
    );
    const rows = await journal.ofIdempotencyKeys(keyed);
    if (rows.length === 0) return batch;
    const known = new Map(rows.map((row) => [idempotencyName(row.api_key_id, row.idempotency_key), row]));
    return batch.filter((write) => {
      const row = known.get(idempotencyName(write.apiKeyId, write.idempotencyKey));
      if (row === undefined) return true;
      try {
        requireSameType(row.type_url, write.message);
        const pending = live.pendingOf(row);
        write.accepted.resolve(pending);
        write.done.resolve(pending.outcome);
      } catch (error) {
        write.refuse(error);
      }
      return false;
    });
  }

  /**
   * Sends its bytes, unless that is under way. What was sent before is asked for as well: the block that has it may have
   * been missed, or be why it is refused now.
   */
  async broadcast(tx: OpenTx): Promise<void> {
    const { open, node, nowMs, warn, outcomes } = this.#parts;
    if (tx.isBusy || !open.has(tx.hash)) return;
    tx.isBusy = true;
    tx.sentMs = nowMs();
    tx.sendings += 1;
    try {
      const answer = await node.broadcast(tx.bytes);
      if (!open.has(tx.hash)) return;
      if (tx.sendings > 1) {
        const found = await node.tx(tx.hash);
        if (found !== undefined) outcomes.found(found);
      } else if (answer.kind === "refused") {
        await outcomes.failed(tx, { codespace: answer.codespace, code: answer.code, message: answer.log });
      }
    } catch (error) {
      // Whether it was taken nobody knows: it is sent again, or found.
      warn("a transaction could not be sent", error);
    } finally {
      tx.isBusy = false;
    }
  }
}
