// Cases: a write whose block does not come is answered in time, and told where to ask for it; one that comes late is not lost.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { WriteOutcome } from "../parts.ts";
import type { Database } from "../sql/database.ts";
import { openDatabase } from "../sql/openDatabase.ts";
import { type TestGateway, testGateway } from "../testing/testGateway.ts";

let database: Database;
let gateway: TestGateway;

beforeAll(async () => {
  database = await openDatabase({});
  const never = { id: "wrt_late", outcome: new Promise<WriteOutcome>(() => undefined) };
  gateway = await testGateway({
    database,
    parts: {
      writeWaitMs: 50,
      writer: { submit: async () => never, submitSigned: async () => never, find: async () => never },
    },
  });
});

afterAll(async () => {
  await gateway.close();
  await database.close();
});

const create = (headers = {}) =>
  gateway.inject({
    method: "POST",
    url: "/v1/orders",
    headers,
    payload: { customer_id: "cust_1", items: [{ sku: "A", quantity: 1, unit_price: "1.00" }] },
  });

test("error: no block comes", async () => {
  const answer = await create();
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "5"]);
  expect(answer.json()).toMatchObject({ code: "chain_unavailable", write_id: "wrt_late" });
  const asked = await gateway.inject({ url: "/v1/writes/wrt_late" });
  expect(asked.json()).toMatchObject({ id: "wrt_late", status: "PENDING" });
});

test("behavior: who does not wait is answered at once", async () => {
  const answer = await create({ prefer: "respond-async" });
  expect([answer.statusCode, answer.headers["location"]]).toEqual([202, "/v1/writes/wrt_late"]);
});
