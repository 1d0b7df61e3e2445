// A key by its id, for what is done later in its name.

import type { ApiKey, Scope } from "../parts.ts";
import type { Sql } from "../sql/database.ts";

interface Row {
  readonly id: string;
  readonly kind: ApiKey["kind"];
  readonly merchant: string;
  readonly signer: string;
  /** Separated by blanks. */
  readonly scopes: string;
}

/** The key; undefined when it was revoked, or has expired. */
export async function findApiKey(sql: Sql, id: string): Promise<ApiKey | undefined> {
  const [row] = await sql.query<Row>(
    `select id, kind, merchant, signer, scopes from api_keys
     where id = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [id],
  );
  return row === undefined ? undefined : { ...row, scopes: new Set(row.scopes.split(" ") as Scope[]) };
}
