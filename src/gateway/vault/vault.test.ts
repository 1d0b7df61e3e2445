// Cases, on every database: data comes out as it went in, found by its commitment and by its customer; the commitment is
// that of salt and canonical JSON; what is malformed or too large; rows that were changed, or moved to another customer,
// merchant, order, kind or record; a wrong master key; rotation; destroyed for good, and new keys afterwards; many at once.
// Of canonical JSON: order, escapes, and what has no text.

import { Buffer } from "node:buffer";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../../crypto/hash.ts";
import { Problem } from "../http/problem.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { CanonicalJsonError, type CanonicalValue, canonicalJson } from "./canonicalJson.ts";
import { verifyCommitment } from "./commitment.ts";
import { rewrapRows } from "./rewrap.ts";
import { testMasterKeys } from "./testing/masterKeys.ts";
import { CUSTOMER_KEYS, type CustomerName, DATA_BYTES_MAX, type NewPersonalData, Vault, VaultError } from "./vault.ts";

const MERCHANT = "stateset1merchant";
const ADDRESS = { name: "Jürgen Doe", country: "DE", lines: ["Straße 1", "10115"] };
const NOW = new Date("2026-03-01T10:00:00.000Z");
const kinds = testDatabases();

describe.each(kinds)("vault in $name", (kind) => {
  let database: Database;
  let vault: Vault;
  const open = (...keys: readonly string[]) =>
    new Vault({ database, masterKeys: testMasterKeys(...keys), now: () => NOW });
  const put = (given: Partial<NewPersonalData> = {}) =>
    vault.put({ merchant: MERCHANT, customerId: "cust_1", kind: "order", data: ADDRESS, ...given });

  const destroy = (customer: CustomerName) => database.transaction((sql) => vault.destroy(sql, customer));

  beforeEach(async () => {
    database = await kind.open();
    vault = open("first");
  });
  afterAll(() => kind.stop());

  test("default: what was put is found by its commitment, and the commitment is that of salt and data", async () => {
    const { commitment } = await put({ orderId: "ord_1" });
    const found = await vault.open(MERCHANT, commitment);
    expect(found).toMatchObject({
      merchant: MERCHANT,
      customerId: "cust_1",
      orderId: "ord_1",
      kind: "order",
      data: ADDRESS,
      createdAt: NOW.toISOString(),
    });
    const salt = found?.salt ?? new Uint8Array();
    const text = '{"country":"DE","lines":["Straße 1","10115"],"name":"Jürgen Doe"}';
    expect(Buffer.from(commitment)).toEqual(Buffer.from(sha256(Buffer.concat([salt, Buffer.from(text)]))));
    expect(verifyCommitment({ commitment, salt, data: ADDRESS })).toBe(true);
    expect(verifyCommitment({ commitment, salt, data: { ...ADDRESS, country: "FR" } })).toBe(false);
    expect(await vault.open("stateset1other", commitment)).toBeUndefined();
  });

  test("behavior: the same data twice has two commitments, and nothing readable is in the rows", async () => {
    const [one, two] = [await put(), await put()];
    expect(one.commitment).not.toEqual(two.commitment);
    const rows = await database.query<{ row: string; sealed: Uint8Array }>(
      "select personal_data::text as row, sealed from personal_data",
    );
    expect(rows).toHaveLength(2);
    for (const { row, sealed } of rows) {
      expect(row).not.toContain("10115");
      expect(Buffer.from(sealed).includes("10115")).toBe(false);
    }
  });

  test("behavior: all of a customer in order, also over many rows, and the newest of a kind", async () => {
    for (let count = 0; count < 205; count += 1)
      await put({ kind: count % 2 === 0 ? "order" : "billing", data: { count } });
    await put({ customerId: "cust_2" });
    const counts: unknown[] = [];
    for await (const { data } of vault.all({ merchant: MERCHANT, customerId: "cust_1" })) counts.push(data["count"]);
    expect(counts).toEqual(Array.from({ length: 205 }, (_, index) => index));
    const newest = await vault.newest({ merchant: MERCHANT, customerId: "cust_1" }, "billing");
    expect(newest?.data).toEqual({ count: 203 });
    expect(await vault.newest({ merchant: MERCHANT, customerId: "cust_2" }, "billing")).toBeUndefined();
  });

  test("behavior: one record is discarded", async () => {
    const { commitment } = await put();
    await vault.discard("stateset1other", commitment);
    expect(await vault.open(MERCHANT, commitment)).toBeDefined();
    await vault.discard(MERCHANT, commitment);
    expect(await vault.open(MERCHANT, commitment)).toBeUndefined();
  });

  const nested = (depth: number): CanonicalValue => (depth === 0 ? 1 : { a: nested(depth - 1) });
  test.each<readonly [string, Partial<NewPersonalData>, string]>([
    ["no customer", { customerId: "" }, "invalid_request"],
    ["a customer id of 65 bytes", { customerId: `${"é".repeat(32)}a` }, "invalid_request"],
    ["a customer id with a line break", { customerId: "a\nb" }, "invalid_request"],
    ["an e-mail address as customer id", { customerId: "a@example.com" }, "invalid_request"],
    ["a fraction", { data: { a: 0.1 } }, "invalid_request"],
    ["a NUL", { data: { a: "\0" } }, "invalid_request"],
    ["half a surrogate pair", { data: { a: ["\ud800"] } }, "invalid_request"],
    ["too deep", { data: { a: nested(9) } }, "invalid_request"],
    ["too large", { data: { a: "x".repeat(DATA_BYTES_MAX) } }, "payload_too_large"],
  ])("error: %s", async (_name, given, code) => {
    const error = await put(given).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toBe(code);
  });

  test.each([
    ["a byte of the sealed data", "set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)"],
    ["the version", "set sealed = set_byte(sealed, 0, 9)"],
    ["all of it", "set sealed = ''::bytea"],
    ["the kind", "set kind = 'billing'"],
    ["the order", "set order_id = 'ord_2'"],
    ["the customer", "set customer_id = 'cust_2'"],
    ["the merchant", "set merchant = 'stateset1other'"],
  ])("error: changed in the row: %s", async (_name, change) => {
    const { commitment } = await put({ orderId: "ord_1" });
    await put({ customerId: "cust_2" });
    await put({ merchant: "stateset1other" });
    await database.query(`update personal_data ${change} where commitment = $1`, [commitment]);
    const merchant = change.includes("merchant") ? "stateset1other" : MERCHANT;
    await expect(vault.open(merchant, commitment)).rejects.toThrow(VaultError);
  });

  test("error: two records of one customer, swapped", async () => {
    const one = await put();
    await put({ data: { name: "Somebody" } });
    await database.query(
      `update personal_data a set sealed = b.sealed from personal_data b where a.position <> b.position`,
    );
    await expect(vault.open(MERCHANT, one.commitment)).rejects.toThrow("is not what its commitment says");
  });

  test("error: the keys of two customers, swapped", async () => {
    const { commitment } = await put();
    await put({ customerId: "cust_2" });
    await database.query(
      `update customer_keys a set wrapped = b.wrapped from customer_keys b where a.customer_id <> b.customer_id`,
    );
    await expect(vault.open(MERCHANT, commitment)).rejects.toThrow();
  });

  test("error: a wrong master key, and one that is not there", async () => {
    const { commitment } = await put();
    await expect(open("second").open(MERCHANT, commitment)).rejects.toThrow();
    await database.query("update customer_keys set master_key_id = $1", [testMasterKeys("second").currentId]);
    await expect(open("second").open(MERCHANT, commitment)).rejects.toThrow();
  });

  test("behavior: rotation of the master key", async () => {
    const { commitment } = await put();
    for (let count = 0; count < 201; count += 1) await put({ customerId: `many_${count}` });
    await put({ customerId: "gone" });
    await destroy({ merchant: MERCHANT, customerId: "gone" });
    const rewrap = () => rewrapRows(database, testMasterKeys("second", "first"), CUSTOMER_KEYS);
    expect(await rewrap()).toBe(202);
    expect(await rewrap()).toBe(0);
    expect((await open("second").open(MERCHANT, commitment))?.data).toEqual(ADDRESS);
    await expect(vault.open(MERCHANT, commitment)).rejects.toThrow();
  });

  test("behavior: destroyed is destroyed, and the tombstone stays", async () => {
    const customer = { merchant: MERCHANT, customerId: "cust_1" };
    const { commitment } = await put();
    await put({ kind: "customer", data: { email: "a@example.com" } });
    const other = await put({ customerId: "cust_2" });
    const [key] = await database.query<{ wrapped: Uint8Array }>(
      "select wrapped from customer_keys where customer_id = 'cust_1'",
    );
    expect(await vault.destroyedAt(customer)).toBeUndefined();
    expect(await destroy(customer)).toEqual({ destroyedAt: NOW.toISOString(), records: 2 });
    expect(await destroy(customer)).toBeUndefined();
    expect(await vault.destroyedAt(customer)).toBe(NOW.toISOString());
    expect(await vault.open(MERCHANT, commitment)).toBeUndefined();
    expect((await vault.open(MERCHANT, other.commitment))?.data).toEqual(ADDRESS);
    const rows = await database.query<{ generation: number; wrapped: null }>(
      "select generation, wrapped, destroyed_at from customer_keys where customer_id = 'cust_1'",
    );
    expect(rows).toMatchObject([{ generation: 1, wrapped: null }]);
    const sealed = await database.query(
      "select 1 from personal_data where customer_id = 'cust_1' and sealed is not null",
    );
    expect(sealed).toEqual([]);
    const everything = await database.query<{ row: string }>("select customer_keys::text as row from customer_keys");
    const wrapped = Buffer.from(key?.wrapped ?? []).toString("hex");
    expect(wrapped.length).toBeGreaterThan(64);
    expect(everything.map(({ row }) => row).join()).not.toContain(wrapped);
  });

  test("behavior: data that comes after a destruction has a key of its own", async () => {
    const customer = { merchant: MERCHANT, customerId: "cust_1" };
    const before = await put();
    await destroy(customer);
    const after = await put({ data: { name: "New" } });
    expect(await vault.open(MERCHANT, before.commitment)).toBeUndefined();
    expect((await vault.open(MERCHANT, after.commitment))?.data).toEqual({ name: "New" });
    expect(await vault.destroyedAt(customer)).toBeUndefined();
    // The rows of before, brought back from a copy, do not open: the key is another one.
    await database.query(
      "update personal_data set generation = 2, sealed = (select sealed from personal_data where generation = 2) where generation = 1",
    );
    await expect(vault.open(MERCHANT, before.commitment)).rejects.toThrow(VaultError);
  });

  test("behavior: many at once make one key; what is put while the key is destroyed is destroyed, or has a new one", async () => {
    const customer = { merchant: MERCHANT, customerId: "cust_1" };
    await Promise.all(Array.from({ length: 20 }, () => put()));
    expect(await database.query("select 1 from customer_keys")).toHaveLength(1);
    const [, ...made] = await Promise.all([destroy(customer), ...Array.from({ length: 10 }, () => put())]);
    for (const { commitment } of made) {
      const [row] = await database.query<{ is_readable: boolean; is_alive: boolean }>(
        `select sealed is not null as is_readable, wrapped is not null as is_alive
         from personal_data join customer_keys using (merchant, customer_id, generation) where commitment = $1`,
        [commitment],
      );
      expect(row?.is_readable).toBe(row?.is_alive);
      expect((await vault.open(MERCHANT, commitment)) !== undefined).toBe(row?.is_readable);
    }
  });
});

describe("canonical JSON", () => {
  test("default: members in the order of UTF-16, undefined ones left out", () => {
    // The example of RFC 8785, 3.2.3.
    const members = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
    expect(canonicalJson({ ...members, none: undefined })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    );
    expect(canonicalJson([null, true, -7, 'a"\\\u001f', {}, []])).toBe('[null,true,-7,"a\\"\\\\\\u001f",{},[]]');
  });

  test.each<readonly [string, unknown]>([
    ["a fraction", 1.5],
    ["an unsafe integer", 2 ** 53],
    ["minus zero", -0],
    ["a bigint", 1n],
    ["undefined in an array", [undefined]],
  ])("error: %s", (_name, value) => {
    expect(() => canonicalJson(value as CanonicalValue)).toThrow(CanonicalJsonError);
  });
});
