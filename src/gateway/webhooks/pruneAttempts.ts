// Tries to deliver are forgotten after a while: how often and how it went last stays with the delivery.

import { Repeated } from "../schedule/repeated.ts";
import type { Database } from "../sql/database.ts";

/** How long tries are kept, in days, unless the operator says otherwise. */
export const ATTEMPT_DAYS = 30;
const PAUSE_MS = 600_000;
/** Rows of one statement, so that nobody waits long for it. */
const PRUNED_MAX = 5_000;

/** Forgets tries that are older than `days`; those of deliveries that still wait stay. Gives how many. */
export async function pruneAttempts(database: Database, days: number): Promise<number> {
  for (let count = 0; ; ) {
    const rows = await database.query(
      `delete from webhook_attempts where (delivery_id, number) in (
         select a.delivery_id, a.number from webhook_attempts a join webhook_deliveries d on d.id = a.delivery_id
         where a.at < now() - $1::int * interval '1 day' and d.state <> 'pending' limit $2)
       returning number`,
      [days, PRUNED_MAX],
    );
    count += rows.length;
    if (rows.length < PRUNED_MAX) return count;
  }
}

/** Does so every ten minutes. */
export function attemptPruning(
  database: Database,
  { days = ATTEMPT_DAYS, onError }: { readonly days?: number | undefined; readonly onError: (error: unknown) => void },
): Repeated {
  return new Repeated({ work: () => pruneAttempts(database, days), pauseMs: PAUSE_MS, onError });
}
