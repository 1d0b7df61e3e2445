// Cases, on every database: after a change of the master key everything opens with the new one alone, also when wrapping anew
// was broken off; a master key that is missing; every table that names a master key is one of those.

import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import { rewrapRows } from "../vault/rewrap.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { Vault } from "../vault/vault.ts";
import { AddressRules } from "../webhooks/addresses.ts";
import { WebhookEndpoints } from "../webhooks/endpoints.ts";
import { ApiKeys } from "./apiKeys.ts";
import { WRAPPED_ROWS } from "./wrappedRows.ts";

const MERCHANT = "stateset1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc50m5fmr";
const ENDPOINTS = 3;

describe.each(testDatabases())("$name", (kind) => {
  let database: Database;
  beforeEach(async () => {
    database = await kind.open();
  });
  afterAll(() => kind.stop());

  const opened = (masterKeys: MasterKeys) => ({
    vault: new Vault({ database, masterKeys, now: () => new Date() }),
    endpoints: new WebhookEndpoints({ database, masterKeys, rules: new AddressRules([]) }),
    keys: new ApiKeys({
      ...{ database, masterKeys, chainId: "test-1", nowMs: Date.now },
      warn: (what, error) => expect.fail(`${what}: ${error}`),
    }),
  });

  async function rewrapAll(masterKeys: MasterKeys): Promise<number> {
    let count = 0;
    for (const rows of WRAPPED_ROWS) count += await rewrapRows(database, masterKeys, rows);
    return count;
  }

  /** One of each kind; gives what is to be seen of it by whoever has the master keys. */
  async function fill(): Promise<(masterKeys: MasterKeys) => Promise<unknown>> {
    const { vault, endpoints, keys } = opened(testMasterKeys("old"));
    const { commitment } = await vault.put({
      ...{ merchant: MERCHANT, customerId: "cust_1", kind: "customer", data: { email: "a@example.com" } },
    });
    const owner = { merchant: MERCHANT, kind: "test" } as const;
    const url = "https://shop.example/";
    for (let count = 1; count < ENDPOINTS; count += 1) await endpoints.create(owner, { url });
    const { row } = await endpoints.create(owner, { url, secret: "your-webhook-secret", headers: { "X-Shop": "1" } });
    await endpoints.rotate(MERCHANT, row.id, { secret: "another-webhook-secret", overlapSeconds: 60 });
    const { signer } = await keys.create({ merchant: MERCHANT, scopes: ["orders:read"] });
    return async (masterKeys) => {
      const now = opened(masterKeys);
      return [
        (await now.vault.open(MERCHANT, commitment))?.data,
        now.endpoints.secretsOf(await now.endpoints.get(MERCHANT, row.id)),
        await now.keys.privKeyOf(signer),
      ];
    };
  }

  test("default: everything opens with the new master key alone", async () => {
    const seen = await fill();
    const before = await seen(testMasterKeys("old"));
    const both = testMasterKeys("new", "old");
    expect(await seen(both)).toEqual(before);
    expect(await rewrapAll(both)).toBe(2 + ENDPOINTS);
    expect(await rewrapAll(both)).toBe(0);
    expect(await seen(testMasterKeys("new"))).toEqual(before);
    await expect(seen(testMasterKeys("old"))).rejects.toThrow();
  });

  test("behavior: broken off, and run again", async () => {
    const seen = await fill();
    const before = await seen(testMasterKeys("old"));
    const both = testMasterKeys("new", "old");
    let wraps = 0;
    const failing: MasterKeys = {
      ...both,
      wrap(key, context) {
        wraps += 1;
        if (wraps === 4) throw new Error("the process ended");
        return both.wrap(key, context);
      },
    };
    await expect(rewrapAll(failing)).rejects.toThrow("the process ended");
    expect(await seen(both)).toEqual(before);
    // Each transaction is whole or was not: what the last one had begun is done anew.
    expect(await rewrapAll(both)).toBe(ENDPOINTS);
    expect(await seen(testMasterKeys("new"))).toEqual(before);
  });

  test("error: a master key is missing; nothing is lost", async () => {
    const seen = await fill();
    const before = await seen(testMasterKeys("old"));
    await expect(rewrapAll(testMasterKeys("new"))).rejects.toThrow("there is no master key old");
    expect(await seen(testMasterKeys("old"))).toEqual(before);
  });

  test("default: no table is forgotten", async () => {
    const rows = await database.query<{ name: string }>(
      "select table_name as name from information_schema.columns where column_name = 'master_key_id' order by 1",
    );
    expect(rows.map(({ name }) => name)).toEqual(WRAPPED_ROWS.map(({ table }) => table).sort());
  });
});
