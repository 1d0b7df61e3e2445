// The journal: what was signed, before it is sent; and what became of it. Transactions that are signed at the same time are
// written by one statement.

import { randomBytes } from "node:crypto";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { toHex } from "../../codec/bytes.ts";
import { formatTimeNs } from "../../codec/time.ts";
import type { ChainRefusal } from "../http/problem.ts";
import { type Database, DatabaseError, type Sql } from "../sql/database.ts";
import { Deferred, type LiveWrite } from "./liveWrite.ts";

/** A transaction that is to be journalled, with its writes in the order of its messages. */
export interface JournalTx {
  readonly hash: string;
  readonly signer: string;
  readonly bytes: Uint8Array;
  readonly voidAfterNs: bigint;
  readonly fee: bigint;
  readonly writes: readonly LiveWrite[];
  /** Its writes were in a transaction before that is done or void, and wait under this process's claim. */
  readonly isAgain: boolean;
}

/** What became of a write. */
export type Verdict =
  | { readonly state: "done"; readonly response: Any; readonly networkFee: bigint }
  | { readonly state: "refused"; readonly refusal: ChainRefusal }
  | { readonly state: "waiting" | "unreached" };

/** What became of a transaction and its writes. */
export interface Conclusion {
  readonly hash: string;
  readonly state: "done" | "void";
  readonly height: number | undefined;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** An open transaction as it stands in the journal. */
export interface OpenTxRow {
  readonly hash: string;
  readonly signer: string;
  readonly bytes: Uint8Array;
  readonly void_after: string;
  readonly fee: string;
}

/** A write as it stands in the journal. */
export interface WriteRow {
  readonly id: string;
  readonly api_key_id: string;
  readonly idempotency_key: string | null;
  readonly type_url: string;
  readonly tx_hash: string;
  readonly message_index: number;
  readonly state: "sent" | "waiting" | "done" | "refused" | "unreached";
  readonly attempts: number;
  readonly height: string | null;
  readonly network_fee: string | null;
  readonly response_type: string | null;
  readonly response: Uint8Array | null;
  readonly refusal: ChainRefusal | null;
}

/** A write that waits to be signed anew, with the transaction that holds its message. */
export interface WaitingRow extends WriteRow {
  readonly signer: string;
  readonly bytes: Uint8Array;
}

const UNIQUE_VIOLATION = "23505";
/** Transactions in one statement. */
const GROUP_MAX = 64;
/** Rows that one look at the journal takes on. */
const ADOPTED_MAX = 1_000;
const PRUNED_MAX = 5_000;

/** Another process took these writes; this one leaves them. */
export class ClaimLostError extends Error {
  readonly code = "claim_lost";

  constructor() {
    super("another gateway took over these writes");
    this.name = "ClaimLostError";
  }
}

interface Waiting {
  readonly tx: JournalTx;
  readonly written: Deferred<void>;
}

/** The journal of one gateway. */
export class Journal {
  readonly #database: Database;
  /** Marks what this process is about to sign anew. */
  readonly #claim = toHex(randomBytes(12));
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves when the transaction is durable. Rejects with DatabaseError, or ClaimLostError: then it must not be sent. */
  insert(tx: JournalTx): Promise<void> {
    if (tx.isAgain) return this.#insertAgain(tx);
    const written = new Deferred<void>();
    this.#waiting.push({ tx, written });
    void this.#writeAll();
    return written.promise;
  }

  async #writeAll(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    while (this.#waiting.length > 0) await this.#writeGroup(this.#waiting.splice(0, GROUP_MAX));
    this.#isWriting = false;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await insertNew(
        this.#database,
        group.map(({ tx }) => tx),
      );
      for (const { written } of group) written.resolve();
    } catch (error) {
      const isOneAtFault = group.length > 1 && error instanceof DatabaseError && error.sqlState === UNIQUE_VIOLATION;
      if (!isOneAtFault) for (const { written } of group) written.reject(error);
      else for (const one of group) await this.#writeGroup([one]);
    }
  }

  async #insertAgain(tx: JournalTx): Promise<void> {
    const { writes, hash } = tx;
    await this.#database.transaction(async (sql) => {
      await insertTxs(sql, [tx]);
      const moved = await sql.query(
        `update gateway_writes w set state = 'sent', tx_hash = $1, message_index = v.index::int, attempts = attempts + 1,
            claim = null, claimed_at = null
          from unnest($2::text[], $3::text[]) as v(id, index)
          where w.id = v.id and w.state = 'waiting' and w.claim = $4 returning w.id`,
        [hash, writes.map(({ id }) => id), writes.map((_, index) => String(index)), this.#claim],
      );
      if (moved.length !== writes.length) throw new ClaimLostError();
    });
  }

  /**
   * Writes down what became of a transaction. Resolves to the writes that were still open: of those that wait, they are
   * this process's to sign.
   */
  async conclude({ hash, state, height, verdicts }: Conclusion): Promise<ReadonlySet<string>> {
    const all = [...verdicts];
    const rows = await this.#database.query<{ id: string }>(
      `with tx as (update gateway_txs set state = $2, height = $3::bigint where hash = $1 and state = 'open')
       update gateway_writes w set state = v.state, height = $3::bigint,
          network_fee = nullif(v.fee, '')::numeric, response_type = nullif(v.type, ''),
          response = decode(v.response, 'hex'), refusal = nullif(v.refusal, '')::jsonb,
          claim = case when v.state = 'waiting' then $4 end,
          claimed_at = case when v.state = 'waiting' then now() end,
          idempotency_key = case when v.state <> 'unreached' then w.idempotency_key end
        from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
          as v(id, state, fee, type, response, refusal)
        where w.id = v.id and w.tx_hash = $1 and w.state = 'sent' returning w.id`,
      [
        ...[hash, state, height === undefined ? null : String(height), this.#claim],
        all.map(([id]) => id),
        all.map(([, verdict]) => verdict.state),
        all.map(([, verdict]) => (verdict.state === "done" ? verdict.networkFee.toString() : "")),
        all.map(([, verdict]) => (verdict.state === "done" ? verdict.response.typeUrl : "")),
        all.map(([, verdict]) => (verdict.state === "done" ? toHex(verdict.response.value) : "")),
        all.map(([, verdict]) => (verdict.state === "refused" ? JSON.stringify(verdict.refusal) : "")),
      ],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The waiting writes are given up: they are in no block and will be in none. */
  async giveUp(ids: readonly string[]): Promise<void> {
    await this.#database.query(
      `update gateway_writes set state = 'unreached', idempotency_key = null, claim = null
        where id = any($1::text[]) and state = 'waiting' and claim = $2`,
      [ids, this.#claim],
    );
  }

  /** The writes that stand under idempotency keys already, of those that are asked for. */
  async ofIdempotencyKeys(
    keys: readonly { readonly apiKeyId: string; readonly idempotencyKey: string }[],
  ): Promise<readonly WriteRow[]> {
    if (keys.length === 0) return [];
    return this.#database.query<WriteRow>(
      `select w.* from gateway_writes w join unnest($1::text[], $2::text[]) as k(api_key_id, idempotency_key)
        on w.api_key_id = k.api_key_id and w.idempotency_key = k.idempotency_key`,
      [keys.map(({ apiKeyId }) => apiKeyId), keys.map(({ idempotencyKey }) => idempotencyKey)],
    );
  }

  async find(id: string): Promise<WriteRow | undefined> {
    return (await this.#database.query<WriteRow>("select * from gateway_writes where id = $1", [id]))[0];
  }

  async ofTx(hash: string): Promise<readonly WriteRow[]> {
    return this.#database.query<WriteRow>("select * from gateway_writes where tx_hash = $1 order by message_index", [
      hash,
    ]);
  }

  /** Open transactions that are older than `ageMs`, the oldest first. */
  async openTxs(ageMs: number): Promise<readonly OpenTxRow[]> {
    return this.#database.query<OpenTxRow>(
      `select hash, signer, bytes, void_after, fee from gateway_txs
        where state = 'open' and created_at <= now() - $1 * interval '1 millisecond' order by created_at limit $2`,
      [ageMs, ADOPTED_MAX],
    );
  }

  /** Claims waiting writes that nobody has looked after for `ageMs`. */
  async claimWaiting(ageMs: number): Promise<readonly WaitingRow[]> {
    return this.#database.query<WaitingRow>(
      `with claimed as (
         update gateway_writes set claim = $1, claimed_at = now() where id in (
           select id from gateway_writes where state = 'waiting'
              and claimed_at <= now() - $2 * interval '1 millisecond'
            order by claimed_at limit $3 for update skip locked)
         returning *)
       select claimed.*, gateway_txs.signer, gateway_txs.bytes from claimed
         join gateway_txs on gateway_txs.hash = claimed.tx_hash order by claimed.tx_hash, message_index`,
      [this.#claim, ageMs, ADOPTED_MAX],
    );
  }

  /** Forgets what ended longer ago than `ageMs`. */
  async prune(ageMs: number): Promise<void> {
    const old = "created_at < now() - $1 * interval '1 millisecond'";
    await this.#database.query(
      `delete from gateway_writes where id in (
         select id from gateway_writes where ${old} and state in ('done', 'refused', 'unreached') limit $2)`,
      [ageMs, PRUNED_MAX],
    );
    await this.#database.query(
      `delete from gateway_txs where hash in (
         select hash from gateway_txs t where ${old} and state <> 'open'
            and not exists (select 1 from gateway_writes w where w.tx_hash = t.hash) limit $2)`,
      [ageMs, PRUNED_MAX],
    );
  }
}

const TX_COLUMNS = "unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])";
const INSERT_TXS = `insert into gateway_txs (hash, signer, bytes, void_after, fee)
  select hash, signer, decode(bytes, 'hex'), void_after::timestamptz, fee::numeric
    from ${TX_COLUMNS} as t(hash, signer, bytes, void_after, fee)`;

function txValues(txs: readonly JournalTx[]) {
  return [
    txs.map(({ hash }) => hash),
    txs.map(({ signer }) => signer),
    txs.map(({ bytes }) => toHex(bytes)),
    txs.map(({ voidAfterNs }) => formatTimeNs(voidAfterNs)),
    txs.map(({ fee }) => fee.toString()),
  ];
}

async function insertTxs(sql: Sql, txs: readonly JournalTx[]): Promise<void> {
  await sql.query(INSERT_TXS, txValues(txs));
}

/** One statement, and so one transaction. */
async function insertNew(sql: Sql, txs: readonly JournalTx[]): Promise<void> {
  const writes = txs.flatMap((tx) => tx.writes.map((write, index) => ({ tx, write, index })));
  await sql.query(
    `with txs as (${INSERT_TXS})
     insert into gateway_writes (id, api_key_id, idempotency_key, type_url, tx_hash, message_index)
       select id, api_key_id, nullif(idempotency_key, ''), type_url, tx_hash, index::int
         from unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
           as w(id, api_key_id, idempotency_key, type_url, tx_hash, index)`,
    [
      ...txValues(txs),
      writes.map(({ write }) => write.id),
      writes.map(({ write }) => write.apiKeyId),
      writes.map(({ write }) => write.idempotencyKey ?? ""),
      writes.map(({ write }) => write.message.typeUrl),
      writes.map(({ tx }) => tx.hash),
      writes.map(({ index }) => String(index)),
    ],
  );
}
