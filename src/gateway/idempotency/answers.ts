// The answers that were given under idempotency keys, and who is about to give one: a row with a lease, so that a request of
// a process that was killed is taken over by whoever is asked again.

import { randomBytes } from "node:crypto";
import { fromBase64, fromUtf8, toBase64, toHex, utf8 } from "../../codec/bytes.ts";
import type { Database } from "../sql/database.ts";
import type { MasterKeys } from "../vault/vault.ts";

/** An answer as it was sent. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whose request it is, and which. */
export interface RequestName {
  readonly apiKeyId: string;
  readonly key: string;
  /** Hash of method, path and body. */
  readonly requestHash: string;
}

/** What a request finds under its key. */
export type Found =
  /** Nothing, or what a process left that is gone: it is this one's to answer. */
  | { readonly kind: "mine" }
  | { readonly kind: "other_request" | "in_flight" }
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
    const { apiKeyId, key, requestHash } = name;
    const lease = `now() + interval '${LEASE_MS} milliseconds'`;
    const taken = await this.#database.query(
      `insert into idempotency_keys (api_key_id, key, request_hash, holder, leased_until)
        values ($1, $2, $3, $4, ${lease})
        on conflict (api_key_id, key) do update set holder = $4, leased_until = ${lease}
          where idempotency_keys.status is null and idempotency_keys.request_hash = $3
            and idempotency_keys.leased_until < now()
        returning key`,
      [apiKeyId, key, requestHash, this.#holder],
    );
    if (taken.length > 0) return { kind: "mine" };
    const [row] = await this.#database.query<Row>(
      `select request_hash, leased_until >= now() as is_held, status, headers, body from idempotency_keys
        where api_key_id = $1 and key = $2`,
      [apiKeyId, key],
    );
    // It was given up between the two statements: whoever asks again finds it free.
    if (row === undefined) return { kind: "in_flight" };
    if (row.request_hash !== requestHash) return { kind: "other_request" };
    if (row.status === null) return { kind: "in_flight" };
    const body = this.#open(name, row.body ?? "");
    return { kind: "answered", answer: { status: row.status, headers: row.headers ?? {}, body } };
  }

  /** Keeps an answer, unless another process took the request over. */
  async keep(name: RequestName, { status, headers, body }: StoredAnswer): Promise<void> {
    const { apiKeyId, key } = name;
    await this.#database.query(
      `update idempotency_keys set status = $4, headers = $5::jsonb, body = $6
        where api_key_id = $1 and key = $2 and holder = $3 and status is null`,
      [apiKeyId, key, this.#holder, status, JSON.stringify(headers), this.#seal(name, body)],
    );
  }

  /** `master key . base64` */
  #seal(name: RequestName, body: string): string {
    const { currentId, wrap } = this.#masterKeys;
    return `${currentId}.${toBase64(wrap(utf8(body), contextOf(name)))}`;
  }

  #open(name: RequestName, sealed: string): string {
    const [keyId = "", bytes = ""] = sealed.split(".");
    return fromUtf8(this.#masterKeys.unwrap(keyId, fromBase64(bytes), contextOf(name)));
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

/** An answer opens under the key that it was given under, and nowhere else. */
function contextOf({ apiKeyId, key, requestHash }: RequestName): Uint8Array {
  return utf8(JSON.stringify(["idempotency", apiKeyId, key, requestHash]));
}

/** How often a process says that it lives. */
export const RENEW_MS = LEASE_MS / 3;
