// Cases: a key by its id; revoked, expired, none.

import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeAddress } from "../../codec/address.ts";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { ApiKeys } from "./apiKeys.ts";
import { findApiKey } from "./findApiKey.ts";

const MERCHANT = encodeAddress(new Uint8Array(20).fill(1));
let database: Database;
beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
});
afterAll(() => database.close());

test("default: a valid key, and none that is revoked or has expired", async () => {
  const keys = new ApiKeys({
    ...{ database, masterKeys: testMasterKeys("test"), chainId: "test-1", nowMs: Date.now, warn: () => undefined },
  });
  const made = await keys.create({ merchant: MERCHANT, scopes: ["orders:read", "orders:write"] });
  const { secret: _secret, ...key } = made;
  expect(await findApiKey(database, key.id)).toEqual(key);
  expect(await findApiKey(database, "key_none")).toBeUndefined();
  await keys.revoke(key.id);
  expect(await findApiKey(database, key.id)).toBeUndefined();
  const expired = await keys.create({ merchant: MERCHANT, scopes: ["orders:read"], expiresAt: new Date(0) });
  expect(await findApiKey(database, expired.id)).toBeUndefined();
});
