// Cases, on every database: values go in and come out exactly; a transaction is whole or absent, and passes on what its work
// threw; errors have PostgreSQL's state and none of the parameters; migrations run once, also from two
// processes. A folder in use.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabases } from "../testing/databases.ts";
import { type Database, DatabaseError } from "./database.ts";
import { migrate, SchemaTooNewError } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { FolderInUseError, openPglite } from "./pgliteDatabase.ts";

const kinds = testDatabases();

describe.each(kinds)("$name", (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await kind.open();
    await database.script("create table things (id int primary key, secret text)");
  });
  afterAll(() => kind.stop());

  test("default: integers, amounts, times, bytes and JSON are exact", async () => {
    const big = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    const [row] = await database.query(
      `select $1::bigint as count, $2::numeric as amount, $3::timestamptz as time, $4::jsonb as json, $5::bytea as bytes,
              array_length($6::text[], 1) as length`,
      ["9007199254740993", big, "2026-01-02T03:04:05.123456Z", '{"a":["1"]}', Uint8Array.of(0, 255), ["a", "b"]],
    );
    expect(row).toMatchObject({ count: "9007199254740993", amount: big, json: { a: ["1"] }, length: 2 });
    expect(row).toMatchObject({ time: "2026-01-02 03:04:05.123456+00" });
    expect(Uint8Array.from((row as { bytes: Uint8Array }).bytes)).toEqual(Uint8Array.of(0, 255));
  });

  test("behavior: a transaction that fails leaves nothing, and says why in its own words", async () => {
    class Own extends Error {}
    const work = database.transaction(async (sql) => {
      await sql.query("insert into things values (1, 'a')");
      throw new Own("mine");
    });
    await expect(work).rejects.toThrow(Own);
    expect(await database.query("select 1 from things")).toEqual([]);
  });

  test("error: the state is PostgreSQL's, and no parameter shows", async () => {
    await database.query("insert into things values (7, 'x')");
    const again = database.query("insert into things values (7, $1)", ["the secret of somebody"]);
    const error = await again.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ sqlState: "23505", retryable: false });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret of");
  });

  test("behavior: migrations run once", async () => {
    await Promise.all([migrate(database), migrate(database)]);
    const rows = await database.query<{ version: number }>("select version from migrations order by version");
    expect(rows.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  test("error: tables of a newer version", async () => {
    await database.query("insert into migrations (version, name) values (1000, 'of the future')");
    await expect(migrate(database)).rejects.toThrow(SchemaTooNewError);
    await database.query("delete from migrations where version = 1000");
  });
});

test("error: a folder is one process's at a time, and free again when it is closed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pglite-"));
  const held = await openPglite(join(folder, "data"));
  await expect(openPglite(join(folder, "data"))).rejects.toThrow(FolderInUseError);
  expect(await held.query("select 1 as one")).toEqual([{ one: 1 }]);
  await held.close();
  await (await openPglite(join(folder, "data"))).close();
  rmSync(folder, { recursive: true });
});
