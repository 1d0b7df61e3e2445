// Personal data: sealed with a key for each customer of each merchant, which is sealed itself with the master key. The
// chain gets a salted commitment. Destroying a customer's key makes all of it unreadable, wherever copies may lie.

import { randomBytes } from "node:crypto";
import { bytesEqual, concatBytes, fromUtf8, utf8 } from "../../codec/bytes.ts";
import { Problem } from "../http/problem.ts";
import type { Database, Sql } from "../sql/database.ts";
import { rfc3339 } from "../sql/times.ts";
import { CanonicalJsonError, type CanonicalObject, canonicalJson } from "./canonicalJson.ts";
import { commitmentOfText, SALT_BYTES } from "./commitment.ts";
import type { MasterKeys } from "./masterKeys.ts";
import type { WrappedRows } from "./rewrap.ts";
import { KEY_BYTES, openBytes, SealingError, sealBytes } from "./sealing.ts";

/** A customer of a merchant. */
export interface CustomerName {
  /** bech32. */
  readonly merchant: string;
  /** As the merchant calls the customer: 1 to 64 bytes. */
  readonly customerId: string;
}

/** What is put into the vault. */
export interface NewPersonalData extends CustomerName {
  /** Where it is known already; an order's own data is found by the commitment that the order has. */
  readonly orderId?: string | undefined;
  /** What it is: `customer`, `order`, `billing`. 1 to 32 of a-z and underscore. */
  readonly kind: string;
  /** Up to DATA_BYTES_MAX as canonical JSON. */
  readonly data: CanonicalObject;
}

/** What lies in the vault, opened and checked against its commitment. */
export interface PersonalData extends NewPersonalData {
  readonly commitment: Uint8Array;
  /** Makes the commitment, with the data. Worth as much as the data. */
  readonly salt: Uint8Array;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface VaultParts {
  readonly database: Database;
  readonly masterKeys: MasterKeys;
  readonly now: () => Date;
}

/** What became of a customer's data. */
export interface Destruction {
  readonly destroyedAt: string;
  /** Records that were readable before. */
  readonly records: number;
}

export const DATA_BYTES_MAX = 16 * 1024;
const CUSTOMER_ID_BYTES_MAX = 64;
const KIND = /^[a-z_]{1,32}$/;
/** Rows of one step where many are read or changed. */
const BATCH_ROWS = 200;
/** A key that is destroyed while it is used leads to a new one; more often than this in a row is no accident. */
const PUT_ATTEMPTS_MAX = 4;

/** The vault and its rows do not agree: rows were changed or moved, or the master key is not theirs. */
export class VaultError extends Error {
  readonly code = "vault_broken";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "VaultError";
  }
}

interface KeyRow {
  readonly generation: number;
  readonly master_key_id: string;
  readonly wrapped: Uint8Array;
}

interface RecordRow extends KeyRow {
  readonly position: string;
  readonly customer_id: string;
  readonly order_id: string | null;
  readonly kind: string;
  readonly commitment: Uint8Array;
  readonly sealed: Uint8Array;
  readonly created_at: string;
}

const RECORD_COLUMNS = `position, customer_id, generation, order_id, kind, commitment, sealed, master_key_id, wrapped,
  ${rfc3339("personal_data.created_at", "created_at")}`;
const RECORDS = "personal_data join customer_keys using (merchant, customer_id, generation)";

function context(label: string, parts: readonly string[]): Uint8Array {
  return utf8(canonicalJson([`stateset/vault/${label}/1`, ...parts]));
}

function keyContext({ merchant, customerId }: CustomerName, generation: number): Uint8Array {
  return context("key", [merchant, customerId, String(generation)]);
}

/** Keys of customers, for a change of the master key. */
export const CUSTOMER_KEYS: WrappedRows = {
  table: "customer_keys",
  key: ["merchant", "customer_id", "generation"],
  column: "wrapped",
  context: (...key) => context("key", key),
};

function recordContext(record: Omit<NewPersonalData, "data">, generation: number): Uint8Array {
  const { merchant, customerId, kind, orderId = "" } = record;
  return context("record", [merchant, customerId, String(generation), kind, orderId]);
}

/** Throws Problem `invalid_request` that names `field`. */
export function checkCustomerId(customerId: string, field = "/customer_id"): void {
  const bytes = utf8(customerId).length;
  const isText = bytes >= 1 && bytes <= CUSTOMER_ID_BYTES_MAX && !/[\p{Cc}\p{Cs}]/u.test(customerId);
  // It stands on the chain for good.
  const isMail = customerId.includes("@");
  if (isText && !isMail) return;
  throw new Problem("invalid_request", {
    detail: isText
      ? "a customer id goes to the chain and must hold no personal data: this looks like an e-mail address"
      : `a customer id has 1 to ${CUSTOMER_ID_BYTES_MAX} bytes, without control characters`,
    field,
  });
}

function dataText(data: CanonicalObject): string {
  let text: string;
  try {
    text = canonicalJson(data);
  } catch (error) {
    if (!(error instanceof CanonicalJsonError)) throw error;
    throw new Problem("invalid_request", { detail: `personal data: ${error.message}`, field: error.field });
  }
  if (utf8(text).length > DATA_BYTES_MAX) {
    throw new Problem("payload_too_large", `personal data has at most ${DATA_BYTES_MAX} bytes`);
  }
  return text;
}

export class Vault {
  readonly #parts: VaultParts;

  constructor(parts: VaultParts) {
    this.#parts = parts;
  }

  /**
   * Keeps personal data; the first of a customer, or the first after its key was destroyed, makes a key. Rejects with
   * Problem `invalid_request` and `payload_too_large`. PERF: two statements.
   */
  async put(record: NewPersonalData): Promise<{ readonly commitment: Uint8Array }> {
    checkCustomerId(record.customerId);
    if (!KIND.test(record.kind)) throw new RangeError(`kind ${record.kind}`);
    const text = dataText(record.data);
    const salt = randomBytes(SALT_BYTES);
    const commitment = commitmentOfText(salt, text);
    for (let attempt = 0; attempt < PUT_ATTEMPTS_MAX; attempt += 1) {
      const key = await this.#livingKey(record);
      const plain = concatBytes(salt, utf8(text));
      const sealed = sealBytes(this.#unwrap(record, key), plain, recordContext(record, key.generation));
      // The row of the key is locked until the record is there, so that destroying it takes this record along.
      const rows = await this.#parts.database.query(
        `insert into personal_data (merchant, customer_id, generation, order_id, kind, commitment, sealed, created_at)
         select merchant, customer_id, generation, $4, $5, $6, $7, $8::timestamptz from customer_keys
         where merchant = $1 and customer_id = $2 and generation = $3 and wrapped is not null for share
         returning position`,
        [
          record.merchant,
          record.customerId,
          key.generation,
          record.orderId ?? null,
          record.kind,
          commitment,
          sealed,
          this.#parts.now().toISOString(),
        ],
      );
      if (rows.length === 1) return { commitment };
    }
    throw new VaultError("the key of a customer was destroyed again and again while data was put");
  }

  /** The data behind a commitment; undefined when there is none, or its key was destroyed. Rejects with VaultError. */
  async open(merchant: string, commitment: Uint8Array): Promise<PersonalData | undefined> {
    const [row] = await this.#parts.database.query<RecordRow>(
      `select ${RECORD_COLUMNS} from ${RECORDS} where merchant = $1 and commitment = $2 and sealed is not null`,
      [merchant, commitment],
    );
    return row === undefined ? undefined : this.#opened(merchant, row);
  }

  /** The newest data of a kind. Rejects with VaultError. */
  async newest(customer: CustomerName, kind: string): Promise<PersonalData | undefined> {
    const [row] = await this.#parts.database.query<RecordRow>(
      `select ${RECORD_COLUMNS} from ${RECORDS}
       where merchant = $1 and customer_id = $2 and kind = $3 and sealed is not null order by position desc limit 1`,
      [customer.merchant, customer.customerId, kind],
    );
    return row === undefined ? undefined : this.#opened(customer.merchant, row);
  }

  /** Everything readable of a customer, the oldest first, some rows in memory at a time. Rejects with VaultError. */
  async *all(customer: CustomerName): AsyncGenerator<PersonalData> {
    for (let position = "0"; ; ) {
      const rows = await this.#parts.database.query<RecordRow>(
        `select ${RECORD_COLUMNS} from ${RECORDS}
         where merchant = $1 and customer_id = $2 and position > $3::bigint and sealed is not null
         order by position limit ${BATCH_ROWS}`,
        [customer.merchant, customer.customerId, position],
      );
      for (const row of rows) yield this.#opened(customer.merchant, row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < BATCH_ROWS) return;
      position = last.position;
    }
  }

  /** Forgets one record: what was put for an order that the chain refused, or a customer's data that was replaced. */
  async discard(merchant: string, commitment: Uint8Array): Promise<void> {
    await this.#parts.database.query("delete from personal_data where merchant = $1 and commitment = $2", [
      merchant,
      commitment,
    ]);
  }

  /**
   * Destroys the key of a customer, and what it sealed, in the transaction of `sql`. The rows stay as tombstones: when, how
   * many, and which commitments. Gives undefined when there is no living key. What is put later has a new key.
   */
  async destroy(sql: Sql, customer: CustomerName): Promise<Destruction | undefined> {
    const name = [customer.merchant, customer.customerId];
    const destroyedAt = this.#parts.now().toISOString();
    const keys = await sql.query(
      `update customer_keys set wrapped = null, master_key_id = null, destroyed_at = $3::timestamptz
       where merchant = $1 and customer_id = $2 and wrapped is not null returning generation`,
      [...name, destroyedAt],
    );
    if (keys.length === 0) return undefined;
    const [records] = await sql.query<{ count: number }>(
      `with emptied as (
         update personal_data set sealed = null where merchant = $1 and customer_id = $2 and sealed is not null
         returning position
       ) select count(*)::int as count from emptied`,
      name,
    );
    return { destroyedAt, records: records?.count ?? 0 };
  }

  /** When the customer's last key was destroyed; undefined when it lives, or there never was one. */
  async destroyedAt(customer: CustomerName, sql: Sql = this.#parts.database): Promise<string | undefined> {
    const [row] = await sql.query<{ destroyed_at: string | null }>(
      `select ${rfc3339("destroyed_at")} from customer_keys
       where merchant = $1 and customer_id = $2 order by generation desc limit 1`,
      [customer.merchant, customer.customerId],
    );
    return row?.destroyed_at ?? undefined;
  }

  /** The key in use, made when there is none. Of two that make one at once, one is kept. */
  async #livingKey(customer: CustomerName): Promise<KeyRow> {
    const { database, masterKeys, now } = this.#parts;
    const name = [customer.merchant, customer.customerId];
    for (let attempt = 0; attempt < PUT_ATTEMPTS_MAX; attempt += 1) {
      const rows = await database.query<KeyRow | { readonly generation: number; readonly wrapped: null }>(
        `select generation, master_key_id, wrapped from customer_keys
         where merchant = $1 and customer_id = $2 order by generation desc limit 1`,
        name,
      );
      const last = rows[0];
      if (last !== undefined && last.wrapped !== null) return last;
      const generation = (last?.generation ?? 0) + 1;
      const wrapped = masterKeys.wrap(randomBytes(KEY_BYTES), keyContext(customer, generation));
      await database.query(
        `insert into customer_keys (merchant, customer_id, generation, master_key_id, wrapped, created_at)
         values ($1, $2, $3, $4, $5, $6::timestamptz) on conflict do nothing`,
        [...name, generation, masterKeys.currentId, wrapped, now().toISOString()],
      );
    }
    throw new VaultError("the key of a customer was destroyed again and again while one was made");
  }

  #unwrap(customer: CustomerName, { generation, master_key_id, wrapped }: KeyRow): Uint8Array {
    return this.#parts.masterKeys.unwrap(master_key_id, wrapped, keyContext(customer, generation));
  }

  #opened(merchant: string, row: RecordRow): PersonalData {
    const record = {
      merchant,
      customerId: row.customer_id,
      orderId: row.order_id ?? undefined,
      kind: row.kind,
    };
    const plain = this.#openedBytes(record, row);
    const salt = plain.slice(0, SALT_BYTES);
    const text = fromUtf8(plain.subarray(SALT_BYTES));
    const commitment = Uint8Array.from(row.commitment);
    // Two records of one customer could have been swapped; the commitment says which is which.
    if (!bytesEqual(commitmentOfText(salt, text), commitment)) {
      throw new VaultError(`record ${row.position} is not what its commitment says`);
    }
    // The text was written by canonicalJson of an object.
    const data = JSON.parse(text) as CanonicalObject;
    return { ...record, data, commitment, salt, createdAt: row.created_at };
  }

  #openedBytes(record: Omit<NewPersonalData, "data">, row: RecordRow): Uint8Array {
    const key = this.#unwrap(record, row);
    try {
      return openBytes(key, row.sealed, recordContext(record, row.generation));
    } catch (cause) {
      if (!(cause instanceof SealingError)) throw cause;
      throw new VaultError(`record ${row.position} does not open: it was changed, or moved`, { cause });
    }
  }
}
