// From a batch to a transaction on its way: signed, journalled, and only then sent.

import type { Background } from "./background.ts";
import { ClaimLostError, type Journal } from "./journal.ts";
import type { Lanes } from "./lanes.ts";
import type { LiveWrite } from "./liveWrite.ts";
import { idempotencyName, type LiveWrites, requireSameType } from "./liveWrites.ts";
import type { BroadcastAnswer } from "./nodeRpc.ts";
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
      this.#notSigned(batch, error, isAgain);
    }
  }

  /** Sends a transaction that is in the journal, and follows it. */
  carry(tx: OpenTx): void {
    this.#parts.open.add(tx);
    for (const write of tx.writes) write.accepted.resolve(write.pending);
    this.#parts.background.run(this.broadcast(tx));
  }

  /** New writes are refused. Those that are signed anew stay in the journal, where they are found again. */
  #notSigned(batch: readonly LiveWrite[], error: unknown, isAgain: boolean): void {
    if (!isAgain) {
      for (const write of batch) write.refuse(error);
      return;
    }
    if (!(error instanceof ClaimLostError)) this.#parts.warn("writes could not be signed anew", error);
    for (const write of batch) this.#parts.live.leave(write);
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

  /** Sends its bytes, unless that is under way. */
  async broadcast(tx: OpenTx): Promise<void> {
    const { open, node, nowMs, warn } = this.#parts;
    if (tx.isBusy || !open.has(tx.hash)) return;
    tx.isBusy = true;
    tx.sentMs = nowMs();
    tx.sendings += 1;
    try {
      const answer = await node.broadcast(tx.bytes);
      if (answer.kind === "refused" && open.has(tx.hash)) await this.#wasRefused(tx, answer);
    } catch (error) {
      // Whether it was taken nobody knows: it is sent again, or found.
      warn("a transaction could not be sent", error);
    } finally {
      tx.isBusy = false;
    }
  }

  async #wasRefused(tx: OpenTx, answer: Extract<BroadcastAnswer, { kind: "refused" }>): Promise<void> {
    const { node, outcomes } = this.#parts;
    if (tx.sendings > 1) {
      // An earlier sending may have been taken: then this one is refused because of it.
      const found = await node.tx(tx.hash);
      if (found !== undefined) outcomes.found(found);
      return;
    }
    await outcomes.failed(tx, { codespace: answer.codespace, code: answer.code, message: answer.log });
  }
}
