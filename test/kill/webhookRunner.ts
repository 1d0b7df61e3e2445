// One life of a gateway that will be killed: it reads a chain, and sends webhooks. Started by webhooks.test.ts as its own
// process.
//
//   in:  a file with where the database is, where webhooks go, and the seed and length of the chain
//   out: `ready` when it runs, `done` when nothing is left to do

import { readFileSync, writeSync } from "node:fs";
import { PROJECTION_HOOKS } from "../../src/gateway/projectionHooks.ts";
import { Projector } from "../../src/gateway/readModel/projector.ts";
import { type DatabaseOptions, openDatabase } from "../../src/gateway/sql/openDatabase.ts";
import { SimulatedChain } from "../../src/gateway/testing/simulatedChain.ts";
import { DELIVERY_OPTIONS } from "../../src/gateway/webhooks/deliverer.ts";
import { testWebhooks } from "../../src/gateway/webhooks/testing/testWebhooks.ts";
import { PEOPLE } from "../../x/orders/testing/ordersWorld.ts";

/** What the parent says. */
export interface RunnerInput {
  readonly database: DatabaseOptions;
  readonly url: string;
  readonly seed: number;
  readonly blocks: number;
}

const { database: options, url, seed, blocks } = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as RunnerInput;
const say = (line: string) => writeSync(1, `${line}\n`);
const fail = (error: unknown) => {
  throw error;
};

const database = await openDatabase(options);
const chain = new SimulatedChain(seed);
chain.grow(blocks, 4);
const whole = chain.blocks.splice(0);
const projector = new Projector({ database, source: chain, hooks: PROJECTION_HOOKS, onOtherChain: "stop" });
const webhooks = testWebhooks(database, projector, {
  onError: fail,
  options: { ...DELIVERY_OPTIONS, waitsMs: Array.from({ length: 1_000 }, () => 20), leaseMs: 300, pollMs: 20 },
});
if ((await webhooks.endpoints.list(PEOPLE.merchant)).length === 0) {
  await webhooks.endpoints.create({ merchant: PEOPLE.merchant, kind: "test" }, { url });
}
const [row] = await database.query<{ height: string }>("select coalesce(max(height), 0) as height from projection");
chain.blocks.push(...whole.slice(0, Number(row?.height)));
await projector.start(fail);
webhooks.deliverer.start();
say("ready");
// Block by block, so that a kill meets each kind of work.
for (const block of whole.slice(chain.blocks.length)) {
  chain.blocks.push(block);
  chain.grow(0);
  await projector.reached(block.height, 10_000);
}
setInterval(async () => {
  const [open] = await database.query<{ count: string }>(
    "select count(*) as count from webhook_deliveries where state = 'pending'",
  );
  if (open?.count === "0") say("done");
}, 50);
