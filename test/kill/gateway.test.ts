// Orders through a gateway whose process, node or database is killed with SIGKILL in the middle of them. Afterwards each
// order that was answered is on the chain once, with the id of the answer; of the others, those that the client asked for
// again under their idempotency keys are there once, and the rest once or not at all. Payments by card that were cut off
// come to an end: the order is paid, or the card let go.
//
// GATEWAY_WRITES=1000 GATEWAY_KILLS=3 SEED=7 npx vitest run test/kill/gateway     orders, kills, and the instants

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DatabaseOptions, openDatabase } from "../../src/gateway/sql/openDatabase.ts";
import {
  freePort,
  type PostgresServer,
  postgresPrograms,
  startPostgres,
} from "../../src/gateway/testing/postgresServer.ts";
import { randomFrom } from "../randomFrom.ts";

const WRITES = Number(process.env["GATEWAY_WRITES"] ?? "200");
const KILLS = Number(process.env["GATEWAY_KILLS"] ?? "2");
const SEED = Number(process.env["SEED"] ?? String(Date.now() % 1_000_000));
const RUNNER = new URL("../../src/gateway/testing/gatewayProcess.ts", import.meta.url).pathname;
const SECRET = `sk_test_${"k".repeat(32)}`;
const CONCURRENCY = 20;
const CALL_TIMEOUT_MS = 15_000;
/** How often a client asks for the same order, a fifth of a second apart. */
const TRIES_MAX = 200;

let home: string;
let node: ChildProcess | undefined;
let gateway: ChildProcess | undefined;
let postgres: PostgresServer | undefined;
let database: DatabaseOptions;
let nodePort: number;
let gatewayPort: number;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "kill-gateway-"));
  nodePort = await freePort();
  gatewayPort = await freePort();
});

afterEach(() => {
  gateway?.kill("SIGKILL");
  node?.kill("SIGKILL");
  postgres?.stop();
  postgres = undefined;
  rmSync(home, { recursive: true, force: true });
});

function spawnRunner(role: object): Promise<ChildProcess> {
  const args = ["--import", "tsx", RUNNER, JSON.stringify(role)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("ready")) resolve(child);
    });
  });
}

const startNode = () => spawnRunner({ role: "node", home: join(home, "node"), port: nodePort });
const startGateway = () =>
  spawnRunner({ role: "gateway", rpcUrl: `http://127.0.0.1:${nodePort}`, port: gatewayPort, database, secret: SECRET });

function killed(child: ChildProcess | undefined): Promise<void> {
  return new Promise((resolve) => {
    child?.once("exit", () => resolve());
    child?.kill("SIGKILL");
  });
}

async function call(method: string, path: string, body?: object, idempotencyKey?: string): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${SECRET}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
  return fetch(`http://127.0.0.1:${gatewayPort}${path}`, {
    ...{ method, headers, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Asks for an order; undefined when there was no answer that counts. */
async function create(name: string): Promise<string | undefined> {
  const body = { customer_id: name, items: [{ sku: "SKU", quantity: 1, price: "1.00" }] };
  try {
    const answer = await call("POST", "/v1/orders", body, name);
    const json = (await answer.json()) as { id: string; code?: string };
    if (answer.status === 201) return json.id;
    // What is away for a moment, or in flight, is asked for again.
    expect([409, 500, 502, 503]).toContain(answer.status);
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "AssertionError") throw error;
    return undefined;
  }
}

/** The ids of all orders on the chain, by their customer id. */
async function ordersByName(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (let offset = 0; ; offset += 100) {
    const answer = await call("GET", `/v1/orders?limit=100&offset=${offset}`);
    const page = (await answer.json()) as { orders: { id: string; customer_id: string }[]; has_more: boolean };
    for (const { id, customer_id } of page.orders) found.set(customer_id, [...(found.get(customer_id) ?? []), id]);
    if (!page.has_more) return found;
  }
}

const victims = {
  gateway: {
    kill: () => killed(gateway),
    restart: async () => {
      gateway = await startGateway();
    },
  },
  node: {
    kill: () => killed(node),
    restart: async () => {
      node = await startNode();
    },
  },
  database: {
    kill: async () => postgres?.kill(),
    restart: async () => postgres?.restart(),
  },
} as const;

const CASES: readonly (readonly [keyof typeof victims, "PGlite" | "PostgreSQL"])[] = [
  ["gateway", "PGlite"],
  ...(postgresPrograms() === undefined
    ? []
    : ([
        ["gateway", "PostgreSQL"],
        ["node", "PostgreSQL"],
        ["database", "PostgreSQL"],
      ] as const)),
];

test.each(CASES)(
  "behavior: the %s is killed (%s)",
  async (victim, kind) => {
    console.log(`${WRITES} orders, ${KILLS} kills of the ${victim}, SEED=${SEED}`);
    if (kind === "PostgreSQL") postgres = await startPostgres();
    database = postgres === undefined ? { folder: join(home, "sql") } : { url: postgres.url };
    node = await startNode();
    gateway = await startGateway();
    const random = randomFrom(SEED);
    const answered = new Map<string, string>();
    const names = Array.from({ length: WRITES }, (_, index) => `k-${index}`);
    /** Every third is never asked for again. */
    const isPatient = (name: string) => Number(name.slice(2)) % 3 !== 0;
    const waiting = [...names];
    const killAt = Array.from({ length: KILLS }, (_, index) =>
      Math.floor((WRITES * (index + 0.3 + random() * 0.6)) / (KILLS + 0.5)),
    );
    let asked = 0;
    let kills = 0;
    const disturb = async () => {
      for (const at of killAt) {
        while (asked < at) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, random() * 60));
        await victims[victim].kill();
        kills += 1;
        await victims[victim].restart();
      }
    };
    const client = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        asked += 1;
        for (let tried = 0; tried < TRIES_MAX; tried += 1) {
          const id = await create(name);
          if (id !== undefined) answered.set(name, id);
          if (id !== undefined || !isPatient(name)) break;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    };
    await Promise.all([disturb(), ...Array.from({ length: CONCURRENCY }, client)]);
    expect(kills).toBe(KILLS);
    for (const name of names.filter(isPatient)) expect(answered.has(name), name).toBe(true);
    // What nobody waits for may still be on its way.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const found = await ordersByName();
    for (const name of names) {
      const ids = found.get(name) ?? [];
      expect(ids.length, name).toBeLessThanOrEqual(1);
      if (answered.has(name)) expect(ids, name).toEqual([answered.get(name)]);
    }
    console.log(`${answered.size} answered, ${found.size} on the chain`);
  },
  600_000,
);

const PAYMENTS = 40;

/** Pays an order by card; the payment's status, undefined when there was no answer that counts. */
async function payByCard(orderId: string): Promise<number | undefined> {
  try {
    const body = { payment_method: { type: "card", token: "tok_visa" } };
    const { status } = await call("POST", `/v1/orders/${orderId}/payments`, body, `card-${orderId}`);
    return status;
  } catch {
    // Cut off.
    return undefined;
  }
}

test.runIf(postgresPrograms() !== undefined)(
  "behavior: the gateway is killed while cards pay",
  async () => {
    console.log(`${PAYMENTS} card payments, ${KILLS} kills, SEED=${SEED}`);
    postgres = await startPostgres();
    database = { url: postgres.url };
    node = await startNode();
    gateway = await startGateway();
    const random = randomFrom(SEED);
    const ids = await Promise.all(Array.from({ length: PAYMENTS }, (_, index) => create(`card-${index}`)));
    const answered = new Set<string>();
    const waiting = ids.map((id) => id!);
    const opened = await openDatabase(database);
    const ofStatus = (statuses: readonly string[]) =>
      opened.query("select id from card_payments where status = any($1)", [statuses]);
    let restarted: Promise<void> = Promise.resolve();
    let isOver = false;
    const client = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        await restarted;
        const status = await payByCard(id);
        if (status !== undefined) expect([201, 500, 503]).toContain(status);
        if (status === 201) answered.add(id);
      }
      isOver = true;
    };
    const disturb = async () => {
      for (let kill = 0; kill < KILLS; kill += 1) {
        // In the middle of one.
        while (!isOver && (await ofStatus(["AUTHORIZING", "SENT"])).length === 0);
        await new Promise((resolve) => setTimeout(resolve, random() * 20));
        restarted = (async () => {
          await killed(gateway);
          gateway = await startGateway();
        })();
        await restarted;
      }
    };
    await Promise.all([disturb(), ...Array.from({ length: CONCURRENCY / 5 }, client)]);
    const cutOff = (await ofStatus(["AUTHORIZING", "SENT"])).length;
    const open = async () => {
      // Not to wait until a gateway takes an old payment for given up.
      await opened.query("update card_payments set next_at = now() where next_at > now() and lease_until is null");
      return opened.query("select status from card_payments where status not in ('PAID', 'RELEASED')");
    };
    await expect.poll(open, { timeout: 120_000, interval: 500 }).toEqual([]);
    const rows = await opened.query<{ order_id: string; status: string }>("select * from card_payments");
    await opened.close();
    for (const id of ids) {
      const order = (await (await call("GET", `/v1/orders/${id}`)).json()) as { status: string; payments: unknown[] };
      const paid = rows.filter(({ order_id, status }) => order_id === id && status === "PAID");
      expect([id, order.payments.length, order.status]).toEqual([
        id,
        paid.length,
        paid.length === 1 ? "PAID" : "CREATED",
      ]);
      if (answered.has(id!)) expect(paid.length).toBe(1);
    }
    console.log(
      `${answered.size} answered, ${cutOff} cut off, ${rows.filter(({ status }) => status === "PAID").length} of ${rows.length} paid`,
    );
  },
  600_000,
);
