// Cases, on every database: old tries go, also more than one statement takes; newer ones stay, and those of deliveries that wait.

import { afterAll, expect, test } from "vitest";
import { testDatabases } from "../testing/databases.ts";
import { pruneAttempts } from "./pruneAttempts.ts";

const kinds = testDatabases();
afterAll(async () => {
  for (const kind of kinds) await kind.stop();
});

const DELIVERY = `insert into webhook_deliveries (id, endpoint_id, event_id, event_type, order_id, position, height,
  event_time, line, state, due_at, created_at)
  values ($1, 'whk_1', $1, 'order.paid', 'ord_1', 1, 1, now(), '', $2, now(), now())`;
const ATTEMPTS = `insert into webhook_attempts (delivery_id, number, at, duration_ms)
  select $1, n, now() - $2::int * interval '1 day', 1 from generate_series($3::int, $4::int) n`;

test.each(kinds)("default: old tries go in $name", async (kind) => {
  const database = await kind.open();
  await database.query(
    `insert into webhook_endpoints (id, merchant, kind, url, events, description, ordering, status, header_names,
       master_key_id, sealed, since_height, since_time, created_at, updated_at)
     values ('whk_1', 'm', 'test', 'https://shop.example/', '{}', '', 'order', 'enabled', '{}', 'k', '', 0, now(), now(), now())`,
  );
  await database.query(DELIVERY, ["whd_done", "delivered"]);
  await database.query(DELIVERY, ["whd_waits", "pending"]);
  await database.query(ATTEMPTS, ["whd_done", 31, 1, 5_001]);
  await database.query(ATTEMPTS, ["whd_done", 29, 5_002, 5_003]);
  await database.query(ATTEMPTS, ["whd_waits", 31, 1, 2]);
  expect(await pruneAttempts(database, 30)).toBe(5_001);
  expect(await pruneAttempts(database, 30)).toBe(0);
  const left = await database.query<{ delivery_id: string; number: number }>(
    "select delivery_id, number from webhook_attempts order by 1, 2",
  );
  expect(left.map(({ delivery_id, number }) => `${delivery_id} ${number}`)).toEqual([
    ...["whd_done 5002", "whd_done 5003", "whd_waits 1", "whd_waits 2"],
  ]);
});
