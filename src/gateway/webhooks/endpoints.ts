// Endpoints of merchants: where webhooks go, and with what secrets. Secrets and custom headers are sealed by the master key.

import { utf8 } from "../../codec/bytes.ts";
import { Problem } from "../http/problem.ts";
import { newId } from "../ids.ts";
import type { Database, Sql } from "../sql/database.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import type { WrappedRows } from "../vault/rewrap.ts";
import { type AddressRules, literalAddress } from "./addresses.ts";
import { requireHeaders } from "./customHeaders.ts";
import { generateSecret, secretKey } from "./signatures.ts";

/** Endpoints of one merchant. */
export const ENDPOINTS_MAX = 50;
export const URL_MAX = 2_048;

/** What keeps order at an endpoint: events of one order wait for each other, or all events do. */
export const ORDERINGS = ["order", "endpoint"] as const;
export type Ordering = (typeof ORDERINGS)[number];

/** Of an API key: whose endpoints, and whether real money is behind them. */
export interface EndpointOwner {
  readonly merchant: string;
  readonly kind: "test" | "live";
}

export interface EndpointRow {
  readonly id: string;
  readonly merchant: string;
  readonly kind: EndpointOwner["kind"];
  readonly url: string;
  /** Empty: every type. */
  readonly events: readonly string[];
  readonly description: string;
  readonly ordering: Ordering;
  readonly status: "enabled" | "disabled";
  readonly disabled_reason: string | null;
  readonly failing_since: string | null;
  readonly header_names: readonly string[];
  readonly master_key_id: string;
  readonly sealed: Uint8Array;
  readonly previous_until: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What a client says of an endpoint. */
export interface EndpointFields {
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string;
  readonly ordering: Ordering;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: EndpointRow["status"];
}

/** What is sealed of an endpoint. */
export interface EndpointSecrets {
  readonly secret: string;
  /** Signs too until `previous_until`. */
  readonly previous?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EndpointsParts {
  readonly database: Database;
  readonly masterKeys: MasterKeys;
  readonly rules: AddressRules;
}

function missing(): Problem {
  return new Problem("not_found", "there is no such webhook");
}

/** A place in the chain's events: what is behind it is yet to come. Held until the transaction ends. */
async function presentPlace(sql: Sql): Promise<{ readonly height: string; readonly time: string }> {
  // Whoever writes blocks waits, so that the next one sees the endpoint, and this sees the last one.
  await sql.query("lock table projection in share mode");
  const [row] = await sql.query<{ height: string; time: string }>(
    `select coalesce((select height from projection), 0) as height,
            coalesce((select time from events order by position desc limit 1), 'epoch'::timestamptz) as time`,
  );
  return row!;
}

export class WebhookEndpoints {
  readonly #parts: EndpointsParts;

  constructor(parts: EndpointsParts) {
    this.#parts = parts;
  }

  /** Makes an endpoint. Rejects with Problem. */
  async create(key: EndpointOwner, given: Partial<EndpointFields> & { readonly url: string }) {
    const secret = given.secret ?? generateSecret();
    const headers = given.headers ?? {};
    secretKey(secret);
    requireHeaders(headers);
    this.#requireUrl(given.url, key.kind);
    const id = newId("whk");
    const row = await this.#parts.database.transaction(async (sql) => {
      const { height, time } = await presentPlace(sql);
      const [count] = await sql.query<{ count: string }>(
        "select count(*) as count from webhook_endpoints where merchant = $1",
        [key.merchant],
      );
      if (Number(count?.count) >= ENDPOINTS_MAX) throw new Problem("conflict", `at most ${ENDPOINTS_MAX} webhooks`);
      const { masterKeyId, sealed } = this.#seal(id, { secret, headers });
      const [made] = await sql.query<EndpointRow>(
        `insert into webhook_endpoints (id, merchant, kind, url, events, description, ordering, status, header_names,
           master_key_id, sealed, since_height, since_time, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::bigint, $13::timestamptz, now(), now()) returning *`,
        [
          ...[id, key.merchant, key.kind, given.url, given.events ?? [], given.description ?? ""],
          ...[given.ordering ?? "order", given.status ?? "enabled", Object.keys(headers), masterKeyId, sealed],
          ...[height, time],
        ],
      );
      return made!;
    });
    return { row, secret };
  }

  list(merchant: string): Promise<readonly EndpointRow[]> {
    return this.#parts.database.query<EndpointRow>(
      "select * from webhook_endpoints where merchant = $1 order by created_at, id",
      [merchant],
    );
  }

  /** Rejects with Problem `not_found`. */
  get(merchant: string, id: string): Promise<EndpointRow> {
    return this.#find(this.#parts.database, { merchant, id }, "");
  }

  /** What is changed by what it was is locked: nobody changes it, or wraps it anew, in between. */
  #lock(sql: Sql, merchant: string, id: string): Promise<EndpointRow> {
    return this.#find(sql, { merchant, id }, "for update");
  }

  async #find(sql: Sql, { merchant, id }: { merchant: string; id: string }, lock: string): Promise<EndpointRow> {
    const [row] = await sql.query<EndpointRow>(
      `select * from webhook_endpoints where id = $1 and merchant = $2 ${lock}`,
      [id, merchant],
    );
    if (row === undefined) throw missing();
    return row;
  }

  /** Changes what is given. An endpoint that listens to other events, or again, does so from now on. */
  async update(key: EndpointOwner, id: string, given: Partial<Omit<EndpointFields, "secret">>): Promise<EndpointRow> {
    if (given.headers !== undefined) requireHeaders(given.headers);
    if (given.url !== undefined) this.#requireUrl(given.url, key.kind);
    return this.#parts.database.transaction(async (sql) => {
      const place = await presentPlace(sql);
      const row = await this.#lock(sql, key.merchant, id);
      const next = { ...row, ...given };
      const isEnabled = next.status === "enabled";
      const isAnew = given.events !== undefined || (isEnabled && row.status === "disabled");
      const { masterKeyId, sealed } =
        given.headers === undefined
          ? { masterKeyId: row.master_key_id, sealed: row.sealed }
          : this.#seal(id, { ...this.secretsOf(row), headers: given.headers });
      const [changed] = await sql.query<EndpointRow>(
        `update webhook_endpoints set url = $2, events = $3, description = $4, ordering = $5, status = $6,
           disabled_reason = $7, failing_since = case when $8 then null else failing_since end, header_names = $9,
           master_key_id = $10, sealed = $11, updated_at = now(),
           since_height = case when $12 then $13::bigint else since_height end,
           since_time = case when $12 then $14::timestamptz else since_time end
         where id = $1 returning *`,
        [
          ...[id, next.url, next.events, next.description, next.ordering, next.status],
          ...[isEnabled ? null : (row.disabled_reason ?? "by request"), given.status === "enabled"],
          ...[given.headers === undefined ? row.header_names : Object.keys(given.headers), masterKeyId, sealed],
          ...[isAnew, place.height, place.time],
        ],
      );
      // What waited for the endpoint, or in another order, is looked at again.
      await sql.query(
        `update webhook_deliveries set line = case when $2 = 'order' then order_id else '' end, due_at = least(due_at, now())
         where endpoint_id = $1 and state = 'pending'
           and (line <> case when $2 = 'order' then order_id else '' end or $3)`,
        [id, next.ordering, isEnabled && row.status === "disabled"],
      );
      return changed!;
    });
  }

  async remove(merchant: string, id: string): Promise<void> {
    await this.get(merchant, id);
    await this.#parts.database.query("delete from webhook_endpoints where id = $1", [id]);
  }

  /** Gives an endpoint another secret. The one before signs too for `overlapSeconds`. */
  async rotate(merchant: string, id: string, given: { readonly secret?: string | undefined; overlapSeconds: number }) {
    const secret = given.secret ?? generateSecret();
    secretKey(secret);
    const row = await this.#parts.database.transaction(async (sql) => {
      const before = this.secretsOf(await this.#lock(sql, merchant, id));
      const { masterKeyId, sealed } = this.#seal(id, { secret, previous: before.secret, headers: before.headers });
      const [changed] = await sql.query<EndpointRow>(
        `update webhook_endpoints set master_key_id = $2, sealed = $3, updated_at = now(),
           previous_until = now() + $4::int * interval '1 second' where id = $1 returning *`,
        [id, masterKeyId, sealed, given.overlapSeconds],
      );
      return changed!;
    });
    return { row, secret };
  }

  /** Opens what is sealed of an endpoint. Throws when the master key is another. */
  secretsOf({ id, master_key_id, sealed }: EndpointRow): EndpointSecrets {
    const plain = this.#parts.masterKeys.unwrap(master_key_id, Uint8Array.from(sealed), contextOf(id));
    return JSON.parse(new TextDecoder().decode(plain)) as EndpointSecrets;
  }

  #seal(id: string, secrets: EndpointSecrets) {
    const { masterKeys } = this.#parts;
    return {
      masterKeyId: masterKeys.currentId,
      sealed: masterKeys.wrap(utf8(JSON.stringify(secrets)), contextOf(id)),
    };
  }

  /** Throws Problem `invalid_request`. Names are looked up when something is sent, and each time anew. */
  #requireUrl(text: string, kind: EndpointOwner["kind"]): void {
    const refuse = (detail: string) => new Problem("invalid_request", { detail, field: "/url" });
    if (text.length > URL_MAX || !URL.canParse(text)) throw refuse("this is no URL");
    const { protocol, username, password, hash, hostname } = new URL(text);
    if (protocol !== "https:" && protocol !== "http:") throw refuse("only http and https");
    if (protocol === "http:" && kind === "live") throw refuse("live webhooks are sent by https only");
    if (username !== "" || password !== "") throw refuse("a URL may not hold a password: use headers");
    if (hash !== "") throw refuse("a fragment is not sent");
    const literal = literalAddress(hostname);
    if (literal !== undefined && !this.#parts.rules.allows(literal)) throw refuse("the address is not public");
  }
}

function contextOf(id: string): Uint8Array {
  return utf8(`stateset/webhook|${id}`);
}

/** Secrets of endpoints, for a change of the master key. */
export const WEBHOOK_SECRETS: WrappedRows = {
  table: "webhook_endpoints",
  key: ["id"],
  column: "sealed",
  context: (id = "") => contextOf(id),
};

/** The secrets that sign now. */
export function signingSecrets(row: EndpointRow, secrets: EndpointSecrets, now: Date): readonly string[] {
  const { previous_until } = row;
  const isBoth =
    secrets.previous !== undefined && previous_until !== null && Date.parse(previous_until) > now.getTime();
  return isBoth ? [secrets.secret, secrets.previous] : [secrets.secret];
}
