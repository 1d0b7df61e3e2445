// A gateway's process is killed (SIGKILL) again and again at random instants, while it reads a chain and sends webhooks to a
// receiver that fails now and then. In the end each event has arrived, those of an order for the first time in their order,
// and the outbox has each once. On every database: PGlite's folder dies with the process, a PostgreSQL server lives on.
//
// KILLS=50 SEED=7 npx vitest run test/kill/webhooks

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DatabaseOptions, openDatabase } from "../../src/gateway/sql/openDatabase.ts";
import { postgresPrograms, startPostgres } from "../../src/gateway/testing/postgresServer.ts";
import { type Receiver, refused, startReceiver, taken } from "../../src/gateway/webhooks/testing/receiver.ts";
import { PEOPLE } from "../../x/orders/testing/ordersWorld.ts";
import { Random } from "../../x/orders/testing/simulation.ts";
import type { RunnerInput } from "./webhookRunner.ts";

const KILLS = Number(process.env["KILLS"] ?? 5);
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const BLOCKS = 40;
const LIFE_MS_MAX = 400;
const RUNNER = new URL("./webhookRunner.ts", import.meta.url).pathname;

let folder: string;
let receiver: Receiver;
let running: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "webhook-kill-"));
  receiver = await startReceiver();
});
afterEach(async () => {
  running?.kill("SIGKILL");
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a gateway; kills it so long after it was ready, or when it has nothing left to do. Gives its exit code or signal. */
async function live(input: RunnerInput, killMs: number | undefined): Promise<string> {
  const file = join(folder, "input.json");
  writeFileSync(file, JSON.stringify(input));
  const child = spawn(process.execPath, ["--import", "tsx", RUNNER, file], { stdio: ["ignore", "pipe", "inherit"] });
  running = child;
  const ended = new Promise<string>((resolve) => child.once("exit", (code, signal) => resolve(String(signal ?? code))));
  for await (const line of createInterface(child.stdout!)) {
    if (line === "ready" && killMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killMs);
    if (line === "done" && killMs === undefined) child.kill("SIGKILL");
  }
  return ended;
}

async function expectNothingLost(database: DatabaseOptions): Promise<void> {
  const random = new Random(SEED);
  const fail = refused((response) => response.destroy());
  receiver.answer = (response, received) => (random.below(5) === 0 ? fail : taken)(response, received);
  const input = { database, url: receiver.url, seed: SEED, blocks: BLOCKS };
  for (let kills = 0; kills < KILLS; kills += 1) expect(await live(input, random.below(LIFE_MS_MAX))).toBe("SIGKILL");
  await live(input, undefined);
  const opened = await openDatabase(database);
  const events = await opened.query<{ id: string; order_id: string }>(
    "select id, order_id from api_events where merchant = $1 order by position",
    [PEOPLE.merchant],
  );
  const states = await opened.query("select event_id from webhook_deliveries where state = 'delivered'");
  await opened.close();
  expect(events.length).toBeGreaterThan(20);
  expect(states.length).toBe(events.length);
  const firsts = new Set(receiver.taken.map(({ event }) => event.id));
  expect(firsts.size).toBe(events.length);
  const orderOf = new Map(events.map(({ id, order_id }) => [id, order_id]));
  for (const order of new Set(orderOf.values())) {
    const of = (ids: readonly string[]) => ids.filter((id) => orderOf.get(id) === order);
    expect(of([...firsts])).toEqual(of(events.map(({ id }) => id)));
  }
}

test(`behavior: a gateway on PGlite that is killed loses no webhook (SEED=${SEED})`, async () => {
  await expectNothingLost({ folder: join(folder, "database") });
}, 180_000);

if (postgresPrograms() !== undefined) {
  test(`behavior: a gateway on PostgreSQL that is killed loses no webhook (SEED=${SEED})`, async () => {
    const server = await startPostgres();
    try {
      await expectNothingLost({ url: server.url });
    } finally {
      server.stop();
    }
  }, 180_000);
}
