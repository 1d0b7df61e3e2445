// The customers of merchants: a row says that there is one, the vault has what is known of it.

import { bytesEqual } from "../../codec/bytes.ts";
import { Problem } from "../http/problem.ts";
import { newId } from "../ids.ts";
import { decodeCursor, encodeCursor } from "../readModel/cursor.ts";
import type { Database } from "../sql/database.ts";
import { rfc3339 } from "../sql/times.ts";
import { canonicalJson } from "../vault/canonicalJson.ts";
import { type CustomerName, checkCustomerId, type Vault } from "../vault/vault.ts";
import type { Customer, CustomerPatch, Profile } from "./schemas.ts";

export interface CustomersParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly now: () => Date;
}

/** Which page of a merchant's customers, the newest first. */
export interface CustomerPageRequest {
  readonly merchant: string;
  readonly limit: number;
  readonly offset?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface CustomerPage {
  readonly customers: readonly Customer[];
  readonly totalCount: number;
  readonly hasMore: boolean;
  readonly nextCursor: string | undefined;
}

interface CustomerRow {
  readonly position: string;
  readonly customer_id: string;
  readonly commitment: Uint8Array | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Of the records in the vault. */
export const CUSTOMER_KIND = "customer";
const SORT = "-created_at";
/** Two that change one customer at once: the slower one starts anew. */
const CHANGE_ATTEMPTS_MAX = 8;

const COLUMNS = `position, customer_id, commitment, ${rfc3339("created_at")}, ${rfc3339("updated_at")}`;

/** RFC 7396, one level deep: a null removes. */
function patched(profile: Profile, patch: CustomerPatch): Profile {
  const merged = { ...profile, ...patch };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null)) as Profile;
}

function isSame(
  { id: _id, created_at: _created, updated_at: _updated, ...known }: Customer,
  profile: Profile,
): boolean {
  return canonicalJson(known) === canonicalJson(profile);
}

export class Customers {
  readonly #parts: CustomersParts;

  constructor(parts: CustomersParts) {
    this.#parts = parts;
  }

  /**
   * Adds a customer; without an id it gets one. One that was erased may come again, and nothing of before comes with it.
   * The same once more is no failure. Rejects with Problem `conflict`.
   */
  async create(merchant: string, id: string | undefined, profile: Profile): Promise<Customer> {
    const customer = { merchant, customerId: id ?? newId("cust") };
    checkCustomerId(customer.customerId, "/id");
    const made = await this.#insert(customer, profile);
    if (made !== undefined) return made;
    const known = await this.get(customer);
    if (known !== undefined && isSame(known, profile)) return known;
    throw new Problem("conflict", { detail: "there is a customer of this id", field: "/id" });
  }

  /** A customer; undefined when the merchant never told of it. Rejects with Problem `gone` when it was erased. */
  async get(customer: CustomerName): Promise<Customer | undefined> {
    return (await this.#require(customer))?.customer;
  }

  /** Changes what is known of a customer. Rejects with Problem `gone`. */
  async patch(customer: CustomerName, patch: CustomerPatch): Promise<Customer | undefined> {
    for (let attempt = 0; attempt < CHANGE_ATTEMPTS_MAX; attempt += 1) {
      const known = await this.#require(customer);
      if (known === undefined) return undefined;
      const { id: _id, created_at, updated_at: _updatedAt, ...profile } = known.customer;
      const changed = patched(profile, patch);
      const updated_at = await this.#replace(customer, known.commitment, changed);
      if (updated_at !== undefined) return { id: customer.customerId, ...changed, created_at, updated_at };
    }
    throw new Problem("conflict", "the customer is being changed by others all the time");
  }

  /** What an order tells of its customer: added, or taken into what is known already. */
  async remember(customer: CustomerName, profile: Profile): Promise<void> {
    if ((await this.#insert(customer, profile)) !== undefined) return;
    const known = await this.get(customer);
    const isNews = Object.entries(profile).some(([key, value]) => known?.[key as keyof Profile] !== value);
    if (isNews) await this.patch(customer, profile);
  }

  /** One page. Throws CursorError. */
  async list({ merchant, limit, offset = 0, cursor }: CustomerPageRequest): Promise<CustomerPage> {
    const { database } = this.#parts;
    const [count] = await database.query<{ count: number }>(
      "select count(*)::int as count from customers where merchant = $1 and erased_at is null",
      [merchant],
    );
    const before = cursor === undefined ? null : decodeCursor(cursor, SORT).position;
    const rows = await database.query<CustomerRow>(
      `select ${COLUMNS} from customers
       where merchant = $1 and erased_at is null and ($2::bigint is null or position < $2::bigint)
       order by position desc limit $3 offset $4`,
      [merchant, before, limit + 1, cursor === undefined ? offset : 0],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const hasMore = rows.length > limit;
    const customers = await Promise.all(page.map((row) => this.#opened(merchant, row)));
    return {
      // Who was erased meanwhile is not shown any more.
      customers: customers.filter((customer) => customer !== undefined),
      totalCount: count?.count ?? 0,
      hasMore,
      nextCursor:
        hasMore && last !== undefined ? encodeCursor({ sort: SORT, value: "", position: last.position }) : undefined,
    };
  }

  /** Undefined when there is one already. */
  async #insert(customer: CustomerName, profile: Profile): Promise<Customer | undefined> {
    const { database, vault, now } = this.#parts;
    const { merchant, customerId } = customer;
    const { commitment } = await vault.put({ ...customer, kind: CUSTOMER_KIND, data: profile });
    const created_at = now().toISOString();
    const rows = await database.query(
      `insert into customers as known (merchant, customer_id, commitment, created_at, updated_at)
       values ($1, $2, $3, $4::timestamptz, $4::timestamptz)
       on conflict (merchant, customer_id) do update
       set commitment = excluded.commitment, created_at = excluded.created_at, updated_at = excluded.updated_at, erased_at = null
       where known.erased_at is not null
          or not exists (select 1 from personal_data where commitment = known.commitment and sealed is not null)
       returning position`,
      [merchant, customerId, commitment, created_at],
    );
    if (rows.length === 1) return { id: customerId, ...profile, created_at, updated_at: created_at };
    await vault.discard(merchant, commitment);
    return undefined;
  }

  async #row({ merchant, customerId }: CustomerName): Promise<CustomerRow | undefined> {
    const [row] = await this.#parts.database.query<CustomerRow>(
      `select ${COLUMNS} from customers where merchant = $1 and customer_id = $2`,
      [merchant, customerId],
    );
    return row;
  }

  async #opened(merchant: string, row: CustomerRow): Promise<Customer | undefined> {
    const found = row.commitment === null ? undefined : await this.#parts.vault.open(merchant, row.commitment);
    if (found === undefined) return undefined;
    // What #insert and #replace put.
    const profile = found.data as Profile;
    return { id: row.customer_id, ...profile, created_at: row.created_at, updated_at: row.updated_at };
  }

  /** Undefined when there never was one. Rejects with Problem `gone`. */
  async #require({
    merchant,
    customerId,
  }: CustomerName): Promise<{ customer: Customer; commitment: Uint8Array } | undefined> {
    for (let last: Uint8Array | undefined; ; ) {
      const row = await this.#row({ merchant, customerId });
      if (row === undefined) return undefined;
      const customer = await this.#opened(merchant, row);
      if (customer !== undefined && row.commitment !== null) return { customer, commitment: row.commitment };
      // The data was replaced between the two reads, unless the row still names what cannot be opened.
      if (row.commitment === null || (last !== undefined && bytesEqual(row.commitment, last))) {
        throw new Problem("gone", "the personal data of this customer was deleted");
      }
      last = row.commitment;
    }
  }

  /** When it was replaced; undefined when the row has another commitment than `old` by now. */
  async #replace(customer: CustomerName, old: Uint8Array, profile: Profile): Promise<string | undefined> {
    const { database, vault, now } = this.#parts;
    const { merchant, customerId } = customer;
    const { commitment } = await vault.put({ ...customer, kind: CUSTOMER_KIND, data: profile });
    const updatedAt = now().toISOString();
    const rows = await database.query(
      `update customers set commitment = $3, updated_at = $4::timestamptz
       where merchant = $1 and customer_id = $2 and commitment = $5 returning position`,
      [merchant, customerId, commitment, updatedAt, old],
    );
    const isReplaced = rows.length === 1;
    await vault.discard(merchant, isReplaced ? old : commitment);
    return isReplaced ? updatedAt : undefined;
  }
}
