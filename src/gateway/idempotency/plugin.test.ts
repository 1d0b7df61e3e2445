// Cases, on every database: the same answer again, also of a refusal, and across gateways; another body; waiting for the
// first; failures of the server, which are not kept; a process that died; sealed rows; keys apart; what is no key; another master key.

import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../http/problem.ts";
import type { GatewayApp } from "../http/routeModule.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { type TestGateway, testGateway, testKey } from "../testing/testGateway.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { Answers } from "./answers.ts";
import { idempotency } from "./plugin.ts";

const masterKeys = testMasterKeys("first");

interface Body {
  readonly n?: number;
  readonly m?: number;
}

describe.each(testDatabases())("$name", (kind) => {
  let database: Database;
  let one: TestGateway;
  let two: TestGateway;
  let calls = 0;
  let answer: (reply: FastifyReply) => Promise<unknown>;

  const start = (keys = masterKeys) =>
    testGateway({
      database,
      keys: { other: testKey("other", { id: "key_other" }) },
      plugins: [idempotency({ masterKeys: keys, waitMs: 400, warn: () => undefined })],
      routes: [
        (app: GatewayApp) =>
          app.post("/things", { config: { scope: "orders:write" } }, async (_, reply) => {
            calls += 1;
            return answer(reply);
          }),
      ],
    });

  beforeAll(async () => {
    database = await kind.open();
    one = await start();
    two = await start();
  });
  afterAll(async () => {
    await one.close();
    await two.close();
    await kind.stop();
  });
  beforeEach(() => {
    calls = 0;
    answer = async (reply) => reply.code(201).header("location", `/things/${calls}`).send({ made: calls });
  });

  const post = (gateway: TestGateway, key: string | undefined, payload: Body, token = "test") =>
    gateway.inject({
      ...{ method: "POST", url: "/things", payload },
      headers: { authorization: `Bearer ${token}`, ...(key === undefined ? {} : { "idempotency-key": key }) },
    });

  test("default: the same answer again, at any gateway", async () => {
    const first = await post(one, "a", { n: 1, m: 2 });
    expect(first.statusCode).toBe(201);
    expect(first.headers["idempotent-replayed"]).toBeUndefined();
    for (const gateway of [one, two]) {
      const again = await post(gateway, "a", { m: 2, n: 1 });
      expect([again.statusCode, again.body, again.headers["location"]]).toEqual([201, first.body, "/things/1"]);
      expect(again.headers["content-type"]).toBe(first.headers["content-type"]);
      expect(again.headers["idempotent-replayed"]).toBe("true");
    }
    expect(calls).toBe(1);
  });

  test("error: another body under the key; other keys and other API keys are apart", async () => {
    await post(one, "b", { n: 1 });
    const other = await post(two, "b", { n: 2 });
    expect([other.statusCode, other.json().code]).toEqual([409, "idempotency_conflict"]);
    await post(one, "b", { n: 2 }, "other");
    await post(one, "b2", { n: 2 });
    await post(one, undefined, { n: 1 });
    expect(calls).toBe(4);
  });

  test("behavior: a refusal is an answer; a failure is none", async () => {
    answer = async () => {
      throw new Problem("conflict", "not now");
    };
    const refused = await post(one, "c", {});
    answer = async (reply) => reply.send({});
    const again = await post(two, "c", {});
    expect([again.statusCode, again.body]).toEqual([409, refused.body]);
    expect(again.headers["content-type"]).toContain("application/problem+json");
    answer = async () => {
      throw new Problem("chain_unavailable", "away");
    };
    expect((await post(one, "d", {})).statusCode).toBe(503);
    answer = async (reply) => reply.send({});
    expect((await post(one, "d", {})).statusCode).toBe(200);
  });

  test.each(["one", "two"])("behavior: who asks while the first is in flight waits for it: %s", async (name) => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const key = `wait ${name}`.replace(" ", "-");
    answer = async (reply) => {
      await gate;
      return reply.send({ made: calls });
    };
    const first = post(one, key, {});
    await expect.poll(() => calls).toBe(1);
    const second = post(name === "one" ? one : two, key, {});
    setTimeout(go, 100);
    const [a, b] = await Promise.all([first, second]);
    expect(b.body).toBe(a.body);
    expect(b.headers["idempotent-replayed"]).toBe("true");
    expect(calls).toBe(1);
  });

  test("error: the first takes too long", async () => {
    const answers = new Answers(database, masterKeys);
    const name = { apiKeyId: "key_test", key: "slow", requestHashes: ["first.00"] };
    let go: () => void = () => undefined;
    answer = (reply) =>
      new Promise((resolve) => {
        go = () => resolve(reply.send({}));
      });
    const first = post(one, "slow", {});
    await expect.poll(() => calls).toBe(1);
    const late = await post(two, "slow", {});
    expect([late.statusCode, late.json().code, late.headers["retry-after"]]).toEqual([409, "conflict", "2"]);
    expect(await answers.take(name)).toEqual({ kind: "other_request" });
    go();
    await first;
  });

  test("behavior: what a killed process left is taken over once its lease has ended, by one", async () => {
    const killed = new Answers(database, masterKeys);
    const [row] = await (async () => {
      await post(one, "k", { n: 1 });
      return database.query<{ request_hash: string }>("select request_hash from idempotency_keys where key = 'k'");
    })();
    await database.query("delete from idempotency_keys where key = 'k'");
    const name = { apiKeyId: "key_test", key: "k", requestHashes: [row!.request_hash] };
    expect(await killed.take(name)).toEqual({ kind: "mine" });
    expect((await post(one, "k", { n: 1 })).statusCode).toBe(409);
    await database.query("update idempotency_keys set leased_until = now() - interval '1 second' where key = 'k'");
    const both = await Promise.all([post(one, "k", { n: 1 }), post(two, "k", { n: 1 })]);
    expect(both.map(({ statusCode }) => statusCode)).toEqual([201, 201]);
    expect(both[0]!.body).toBe(both[1]!.body);
    expect(calls).toBe(2);
    await killed.keep(name, { status: 200, headers: {}, body: "late" }, { merchant: "", about: [] });
    expect((await post(one, "k", { n: 1 })).body).toBe(both[0]!.body);
  });

  test("error: what is no key", async () => {
    for (const key of ["", "x".repeat(256), "a b"]) {
      const refused = await post(one, key, {});
      expect([refused.statusCode, refused.json().code]).toEqual([400, "invalid_request"]);
    }
    expect(calls).toBe(0);
  });

  test("behavior: what is kept says nothing without the master key", async () => {
    answer = (reply) => reply.code(201).send({ secret: "whsec_shown_once" }) as unknown as Promise<unknown>;
    const first = await post(one, "sealed", {});
    const rows = await database.query<{ body: string }>("select body from idempotency_keys where key = 'sealed'");
    expect(rows[0]!.body).not.toContain("whsec");
    expect((await post(two, "sealed", {})).body).toBe(first.body);
  });

  test("behavior: hashes of requests are keyed, and known again after a change of the master key", async () => {
    const first = await post(one, "rotated", { n: 7 });
    const [row] = await database.query<{ request_hash: string }>(
      "select request_hash from idempotency_keys where key = 'rotated'",
    );
    const text = 'POST /things\n{"n":7}';
    expect(row!.request_hash).toBe(masterKeys.marker("idempotency")(text)[0]);
    expect(row!.request_hash).not.toContain(createHash("sha256").update(text).digest("hex"));
    const later = await start(testMasterKeys("second", "first"));
    expect((await post(later, "rotated", { n: 7 })).body).toBe(first.body);
    expect((await post(later, "rotated", { n: 8 })).statusCode).toBe(409);
    await later.close();
  });

  test("behavior: old answers go", async () => {
    await post(one, "old", {});
    await database.query(
      "update idempotency_keys set leased_until = now() - interval '1 s', created_at = now() - interval '3 days'",
    );
    await new Answers(database, masterKeys).prune(48 * 3_600_000);
    expect(await database.query("select 1 from idempotency_keys")).toEqual([]);
  });
});
