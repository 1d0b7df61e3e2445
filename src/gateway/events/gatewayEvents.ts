// What the gateway itself has to tell: a charge that was refused leaves nothing on the chain. Such events are kept for good,
// and get their place among the chain's with the next block; a read model that is made again puts them behind the same block.

import { newId } from "../ids.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import type { Sql } from "../sql/database.ts";

/** What is told, by the names that eventTable.ts knows. */
export interface GatewayEvent {
  readonly name: "GatewayChargeFailed" | "GatewayCardFailed";
  readonly merchant: string;
  /** What it is about: an order, or a subscription that has none yet. */
  readonly about: string;
  /** No personal data. */
  readonly document: ChainObject;
}

/** An event that was told. */
export interface GatewayEventRow {
  readonly id: string;
  readonly type: string;
  readonly order_id: string;
  readonly merchant: string;
  readonly time: string;
  readonly document: ChainObject;
  /** The block that it follows. */
  readonly height: number;
}

/** Tells of something, in the transaction in which it is decided. */
export async function tell(sql: Sql, { name, merchant, about, document }: GatewayEvent): Promise<void> {
  await sql.query(
    `insert into gateway_events (id, type, order_id, merchant, time, document) values ($1, $2, $3, $4, now(), $5::jsonb)`,
    [newId("evt"), name, about, merchant, JSON.stringify(document)],
  );
}

/** Those that belong behind the blocks of this transaction, in order; those that are new are given the last one. */
export async function takeGatewayEvents(sql: Sql): Promise<readonly GatewayEventRow[]> {
  const rows = await sql.query<Omit<GatewayEventRow, "height"> & { readonly height: string; readonly is_new: boolean }>(
    `select g.id, g.type, g.order_id, g.merchant, g.time, g.document, coalesce(g.height, p.height) as height,
            g.height is null as is_new
     from gateway_events g, projection p
     where g.height is null
        or g.height <= p.height and g.height > coalesce((select height from api_events order by position desc limit 1), 0)
     order by height, g.position`,
  );
  const fresh = rows.filter(({ is_new }) => is_new);
  if (fresh.length > 0) {
    await sql.query("update gateway_events set height = $2::bigint where id = any($1)", [
      fresh.map(({ id }) => id),
      fresh[0]!.height,
    ]);
  }
  return rows.map(({ is_new: _, ...row }) => ({ ...row, height: Number(row.height) }));
}
