// The rights of the people whose data is held: to have all of it, and to have it deleted.

import { eraseAnswers } from "../idempotency/answers.ts";
import type { ApiKey } from "../parts.ts";
import type { Database, Sql } from "../sql/database.ts";
import type { CustomerName, Vault } from "../vault/vault.ts";
import { logCompliance } from "./complianceLog.ts";
import { exportText } from "./exportCustomer.ts";

export interface ComplianceParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly now: () => Date;
}

/** What a deletion did, and what it could not do. */
export interface Deletion {
  readonly deletedAt: string;
  /** Records that were readable before, and are not any more. */
  readonly records: number;
  /** The entry of the log. */
  readonly logId: string;
  /** Orders of the customer on the chain. */
  readonly orders: number;
  /** Of them, those with a commitment: 32 bytes that say nothing without the salt that is gone. */
  readonly commitments: number;
}

interface Held {
  readonly records: number;
  readonly orders: number;
  readonly commitments: number;
  readonly is_known: boolean;
}

/** What is held of a customer. */
async function heldOf(sql: Sql, { merchant, customerId }: CustomerName): Promise<Held> {
  const [held] = await sql.query<Held>(
    `select
       (select count(*)::int from personal_data where merchant = $1 and customer_id = $2 and sealed is not null) as records,
       (select count(*)::int from orders where merchant = $1 and customer_id = $2) as orders,
       (select count(*)::int from orders where merchant = $1 and customer_id = $2
          and coalesce(document ->> 'personal_data_commitment', '') <> '') as commitments,
       exists (select 1 from customers where merchant = $1 and customer_id = $2)
         or exists (select 1 from customer_keys where merchant = $1 and customer_id = $2) as is_known`,
    [merchant, customerId],
  );
  if (held === undefined) throw new Error("a statement without conditions gave no row");
  return held;
}

export class Compliance {
  readonly #parts: ComplianceParts;

  constructor(parts: ComplianceParts) {
    this.#parts = parts;
  }

  /** The export of a customer, piece by piece; undefined when nothing at all is held of it. */
  async export(apiKey: ApiKey, customerId: string): Promise<AsyncGenerator<string> | undefined> {
    const customer = { merchant: apiKey.merchant, customerId };
    const { database, vault, now } = this.#parts;
    const held = await heldOf(database, customer);
    if (!held.is_known && held.orders === 0) return undefined;
    const at = now();
    const logId = await logCompliance(database, {
      at,
      merchant: apiKey.merchant,
      apiKeyId: apiKey.id,
      action: "export",
      customerId,
      records: held.records,
    });
    return exportText(this.#parts, customer, {
      customer_id: customerId,
      merchant: apiKey.merchant,
      exported_at: at.toISOString(),
      log_id: logId,
      deleted_at: (await vault.destroyedAt(customer)) ?? null,
    });
  }

  /**
   * Makes the personal data of a customer unreadable for good. Doing so again is no failure. Undefined when nothing at all
   * is held of it.
   */
  async delete(apiKey: ApiKey, customerId: string): Promise<Deletion | undefined> {
    const customer = { merchant: apiKey.merchant, customerId };
    const { database, vault, now } = this.#parts;
    const held = await heldOf(database, customer);
    if (!held.is_known && held.orders === 0) return undefined;
    return database.transaction(async (sql) => {
      const at = now();
      const destroyed = await vault.destroy(sql, customer);
      await sql.query(
        `update customers set commitment = null, erased_at = $3::timestamptz, updated_at = $3::timestamptz
         where merchant = $1 and customer_id = $2 and erased_at is null`,
        [apiKey.merchant, customerId, at.toISOString()],
      );
      await sql.query("delete from device_sightings where merchant = $1 and customer_id = $2", [
        apiKey.merchant,
        customerId,
      ]);
      await eraseAnswers(sql, customer);
      const records = destroyed?.records ?? 0;
      const logId = await logCompliance(sql, {
        at,
        merchant: apiKey.merchant,
        apiKeyId: apiKey.id,
        action: "delete",
        customerId,
        records,
      });
      const deletedAt = destroyed?.destroyedAt ?? (await vault.destroyedAt(customer, sql)) ?? at.toISOString();
      return { deletedAt, records, logId, orders: held.orders, commitments: held.commitments };
    });
  }
}
