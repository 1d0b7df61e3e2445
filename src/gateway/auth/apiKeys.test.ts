// Cases, on every database: what is kept of a key; scopes, expiry, revocation; test and live; wrong keys, and many of them;
// signers sealed under master keys, also old ones; the master keys' file.

import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeAddress } from "../../codec/address.ts";
import { toHex } from "../../codec/bytes.ts";
import { addressOfSecp256k1 } from "../../crypto/address.ts";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { ApiKeyError, ApiKeys, type ApiKeysParts } from "./apiKeys.ts";
import { loadMasterKeys } from "./masterKeyFile.ts";

const MERCHANT = encodeAddress(new Uint8Array(20).fill(1));
const OTHER = encodeAddress(new Uint8Array(20).fill(2));
const START_MS = Date.UTC(2026, 0, 1);

describe.each(testDatabases())("$name", (kind) => {
  let database: Database;
  let nowMs = START_MS;
  beforeAll(async () => {
    database = await kind.open();
  });
  afterAll(() => kind.stop());

  const apiKeys = (given: Partial<ApiKeysParts> = {}) =>
    new ApiKeys({
      ...{ database, masterKeys: testMasterKeys("one"), chainId: "test-1", nowMs: () => nowMs },
      ...{ warn: (what: string, error: unknown) => expect.fail(`${what}: ${error}`), ...given },
    });
  const shown = (secret: string, ip = "10.0.0.1") => ({ headers: { authorization: `Bearer ${secret}` }, ip });

  test("default: a key is shown once, and its hash alone is kept", async () => {
    const keys = apiKeys();
    const created = await keys.create({ merchant: MERCHANT, scopes: ["orders:read", "orders:write"], name: "shop" });
    expect(created.secret).toMatch(/^sk_test_[1-9A-HJ-NP-Za-km-z]{32}$/);
    const { secret, ...key } = created;
    expect(await keys.authenticate(shown(secret))).toEqual(key);
    const rows = await database.query("select * from api_keys where id = $1", [key.id]);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(12, -4));
    await expect.poll(async () => (await keys.list(MERCHANT))[0]!.last_used_at).toBe("2026-01-01 00:00:00+00");
    expect(await keys.list(OTHER)).toEqual([]);
  });

  test("behavior: the signer's private key is sealed, and opens with its master key only", async () => {
    const created = await apiKeys().create({ merchant: MERCHANT, scopes: ["orders:write"] });
    const rotated = apiKeys({ masterKeys: testMasterKeys("two", "one") });
    const privKey = await rotated.privKeyOf(created.signer);
    expect(encodeAddress(addressOfSecp256k1(publicKeyOf(privKey)))).toBe(created.signer);
    const [row] = await database.query<{ sealed: Uint8Array }>(
      "select sealed from gateway_signers where address = $1",
      [created.signer],
    );
    expect(toHex(Uint8Array.from(row!.sealed))).not.toContain(toHex(privKey));
    await expect(apiKeys({ masterKeys: testMasterKeys("two") }).privKeyOf(created.signer)).rejects.toThrow();
    await expect(apiKeys().privKeyOf(OTHER)).rejects.toThrow(ApiKeyError);
    const again = { scopes: ["orders:write"] as const, signerPrivKey: privKey };
    expect((await apiKeys().create({ ...again, merchant: MERCHANT })).signer).toBe(created.signer);
    await expect(apiKeys().create({ ...again, merchant: OTHER })).rejects.toThrow("another merchant");
  });

  test("error: expired, revoked, of another kind, unknown", async () => {
    const keys = apiKeys();
    const expiresAt = new Date(START_MS + 60_000);
    const expiring = await keys.create({ merchant: MERCHANT, scopes: ["orders:read"], expiresAt });
    const revoked = await keys.create({ merchant: MERCHANT, scopes: ["orders:read"] });
    await keys.authenticate(shown(expiring.secret));
    nowMs = START_MS + 60_000;
    await expect(keys.authenticate(shown(expiring.secret))).rejects.toMatchObject({ code: "unauthorized" });
    const elsewhere = apiKeys();
    await elsewhere.authenticate(shown(revoked.secret));
    await keys.authenticate(shown(revoked.secret));
    await keys.revoke(revoked.id);
    await expect(keys.authenticate(shown(revoked.secret))).rejects.toMatchObject({ code: "unauthorized" });
    nowMs += 5_000;
    await expect(elsewhere.authenticate(shown(revoked.secret))).rejects.toMatchObject({ code: "unauthorized" });
    await expect(keys.revoke("key_none")).rejects.toMatchObject({ code: "not_found" });
    const test1 = await keys.create({ merchant: MERCHANT, scopes: ["orders:read"] });
    const live = apiKeys({ chainId: "main-1", liveChainId: "main-1" });
    await expect(live.authenticate(shown(test1.secret))).rejects.toMatchObject({ code: "unauthorized" });
    expect((await live.create({ merchant: MERCHANT, scopes: ["orders:read"] })).secret).toMatch(/^sk_live_/);
    for (const authorization of ["", "Bearer", "Basic abc", `Bearer ${test1.secret} x`, "Bearer sk_test_0OIl"]) {
      await expect(keys.authenticate({ headers: { authorization }, ip: "10.0.0.2" })).rejects.toMatchObject({
        code: "unauthorized",
      });
    }
    nowMs = START_MS;
  });

  test("error: wrong keys in a row", async () => {
    const keys = apiKeys();
    const good = await keys.create({ merchant: MERCHANT, scopes: ["orders:read"] });
    const wrong = shown(`sk_test_${"1".repeat(32)}`, "10.0.0.3");
    for (let tried = 0; tried < 30; tried += 1) {
      await expect(keys.authenticate(wrong)).rejects.toMatchObject({ code: "unauthorized" });
    }
    await expect(keys.authenticate(shown(good.secret, "10.0.0.3"))).rejects.toMatchObject({ code: "rate_limited" });
    await keys.authenticate(shown(good.secret, "10.0.0.4"));
    nowMs = START_MS + 60_001;
    await keys.authenticate(shown(good.secret, "10.0.0.3"));
    nowMs = START_MS;
  });

  test.each([
    [{ merchant: "cosmos1qqq", scopes: ["orders:read"] as const }],
    [{ merchant: MERCHANT, scopes: [] }],
    [{ merchant: MERCHANT, scopes: ["orders:all" as "orders:read"] }],
    [{ merchant: MERCHANT, scopes: ["orders:read"] as const, name: "n".repeat(101) }],
    [{ merchant: MERCHANT, scopes: ["orders:read"] as const, secret: `sk_live_${"1".repeat(32)}` }],
  ])("error: a key that cannot be %#", async (wanted) => {
    await expect(apiKeys().create(wanted)).rejects.toMatchObject({ code: "invalid" });
  });
});

test("behavior: master keys come from the environment, or from a file that is made once", () => {
  const folder = mkdtempSync(join(tmpdir(), "master-key-"));
  const file = join(folder, "deep", "master.key");
  const made = loadMasterKeys(undefined, file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(loadMasterKeys("", file).currentId).toBe(made.currentId);
  const text = Buffer.alloc(32, 7).toString("base64");
  expect(loadMasterKeys(text, file).currentId).not.toBe(made.currentId);
  chmodSync(file, 0o644);
  expect(() => loadMasterKeys(undefined, file)).toThrow("others may read it");
  expect(() => loadMasterKeys("short", file)).toThrow("base64 of 32 bytes");
  rmSync(folder, { recursive: true });
});
