// The answers that were given under idempotency keys, and who is about to give one: a row with a lease, so that a request of
// a process that was killed is taken over by whoever is asked again.

import { randomBytes } from "node:crypto";
import { fromBase64, fromUtf8, toBase64, toHex, utf8 } from "../../codec/bytes.ts";
import type { Database, Sql } from "../sql/database.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import type { CustomerName } from "../vault/vault.ts";

/** An answer as it was sent. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whom an answer and its request are about. */
export interface Subjects {
  readonly merchant: string;
  /** Ids of customers and orders. */
  readonly about: readonly string[];
}

/** Whose request it is, and which. */
export interface RequestName {
  readonly apiKeyId: string;
  readonly key: string;
  /** Marks of method, path and body by each master key: one that is kept may be of a key before the current one. */
  readonly requestHashes: readonly string[];
}

/** What a request finds under its key. */
export type Found =
  /** Nothing, or what a process left that is gone: it is this one's to answer. */
  | { readonly kind: "mine" }
  | { readonly kind: "other_request" | "in_flight" | "erased" }
  | { readonly kind: "answered"; readonly answer: StoredAnswer };

interface Row {
  readonly request_hash: string;
  readonly is_held: boolean;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string | null;
}

/** How long a process that says nothing is believed to live. */
const LEASE_MS = 15_000;
const PRUNED_MAX = 10_000;
/** In place of the hash of a request that was about a customer who is deleted. */
const ERASED = "erased";

/** The answers of one database. Bodies are sealed: one may hold a secret that is shown once. */
export class Answers {
  readonly #database: Database;
  readonly #masterKeys: MasterKeys;
  /** Names this process. */
  readonly #holder = toHex(randomBytes(12));

  constructor(database: Database, masterKeys: MasterKeys) {
    this.#database = database;
    this.#masterKeys = masterKeys;
  }

  /** Looks under a key, and takes it where nobody has it. */
  async take(name: RequestName): Promise<Found> {
    const { apiKeyId, key, requestHashes } = name;
    const lease = `now() + interval '${LEASE_MS} milliseconds'`;
    const taken = await this.#database.query(
      `insert into idempotency_keys (api_key_id, key, request_hash, holder, leased_until)
        values ($1, $2, $3, $4, ${lease})
        on conflict (api_key_id, key) do update set holder = $4, leased_until = ${lease}, request_hash = $3
          where idempotency_keys.status is null and idempotency_keys.request_hash = any($5)
            and idempotency_keys.leased_until < now()
        returning key`,
      [apiKeyId, key, currentHash(name), this.#holder, requestHashes],
    );
    if (taken.length > 0) return { kind: "mine" };
    const [row] = await this.#database.query<Row>(
      `select request_hash, leased_until >= now() as is_held, status, headers, body from idempotency_keys
        where api_key_id = $1 and key = $2`,
      [apiKeyId, key],
    );
    // It was given up between the two statements: whoever asks again finds it free.
    if (row === undefined) return { kind: "in_flight" };
    if (row.request_hash === ERASED) return { kind: "erased" };
    if (!requestHashes.includes(row.request_hash)) return { kind: "other_request" };
    if (row.status === null) return { kind: "in_flight" };
    const body = this.#open(name, row);
    return { kind: "answered", answer: { status: row.status, headers: row.headers ?? {}, body } };
  }

  /** Keeps an answer, unless another process took the request over. */
  async keep(name: RequestName, { status, headers, body }: StoredAnswer, { merchant, about }: Subjects): Promise<void> {
    const { apiKeyId, key } = name;
    await this.#database.query(
      `update idempotency_keys set status = $4, headers = $5::jsonb, body = $6, merchant = $7, about = $8
        where api_key_id = $1 and key = $2 and holder = $3 and status is null`,
      [apiKeyId, key, this.#holder, status, JSON.stringify(headers), this.#seal(name, body), merchant, about],
    );
  }

  /** `master key . base64` */
  #seal(name: RequestName, body: string): string {
    const { currentId, wrap } = this.#masterKeys;
    return `${currentId}.${toBase64(wrap(utf8(body), contextOf(name, currentHash(name))))}`;
  }

  #open(name: RequestName, { request_hash, body }: Row): string {
    const [keyId = "", bytes = ""] = (body ?? "").split(".");
    return fromUtf8(this.#masterKeys.unwrap(keyId, fromBase64(bytes), contextOf(name, request_hash)));
  }

  /** Frees a key whose request had no answer that lasts. */
  async giveUp({ apiKeyId, key }: RequestName): Promise<void> {
    await this.#database.query(
      "delete from idempotency_keys where api_key_id = $1 and key = $2 and holder = $3 and status is null",
      [apiKeyId, key, this.#holder],
    );
  }

  /** Says that this process lives. */
  async renew(): Promise<void> {
    await this.#database.query(
      `update idempotency_keys set leased_until = now() + interval '${LEASE_MS} milliseconds'
        where holder = $1 and status is null`,
      [this.#holder],
    );
  }

  async prune(ageMs: number): Promise<void> {
    await this.#database.query(
      `delete from idempotency_keys where (api_key_id, key) in (
         select api_key_id, key from idempotency_keys where created_at < now() - $1 * interval '1 millisecond'
           and leased_until < now() limit $2)`,
      [ageMs, PRUNED_MAX],
    );
  }
}

function currentHash({ requestHashes }: RequestName): string {
  return requestHashes[0] ?? "";
}

/**
 * Empties the rows that are about a customer of a merchant or its orders, in the transaction of `sql`: a key stays used, and
 * nothing says for what.
 */
export async function eraseAnswers(sql: Sql, { merchant, customerId }: CustomerName): Promise<void> {
  await sql.query(
    `update idempotency_keys set request_hash = '${ERASED}', status = 410, headers = null, body = null, about = null
      where merchant = $1
        and about && (array[$2::text] || array(select id from orders where merchant = $1 and customer_id = $2))`,
    [merchant, customerId],
  );
}

/** How many rows need another master key than the current one. */
export async function answersOfOtherKeys(sql: Sql, { currentId }: MasterKeys): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*)::int as count from idempotency_keys where request_hash <> '${ERASED}'
       and (split_part(request_hash, '.', 1) <> $1 or split_part(coalesce(body, $1), '.', 1) <> $1)`,
    [currentId],
  );
  return row?.count ?? 0;
}

/** An answer opens under the key that it was given under, and nowhere else. */
function contextOf({ apiKeyId, key }: RequestName, requestHash: string): Uint8Array {
  return utf8(JSON.stringify(["idempotency", apiKeyId, key, requestHash]));
}

/** How often a process says that it lives. */
export const RENEW_MS = LEASE_MS / 3;
