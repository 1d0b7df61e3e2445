// Cases, over a real chain: a wallet grants transfers up to a limit; each period makes an order that is paid from it, until the
// limit is used up, and the subscription says so.

import { afterAll, beforeAll, expect, test } from "vitest";
import { MsgGrant } from "../../../gen/cosmos/authz/v1beta1/tx.ts";
import { SendAuthorization } from "../../../gen/cosmos/bank/v1beta1/authz.ts";
import { encodeMessage, typeUrlOf } from "../../codec/message.ts";
import type { Database } from "../sql/database.ts";
import { migrate } from "../sql/migrate.ts";
import { openPglite } from "../sql/pgliteDatabase.ts";
import { type ChainGateway, startChainGateway } from "../testing/chainGateway.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { Vault } from "../vault/vault.ts";
import { subscriptionCharges } from "./charges.ts";
import { orderDesk } from "./orderDesk.ts";

/** The stranger's place among the devnet's accounts. */
const STRANGER = 4;
let database: Database;
let gateway: ChainGateway;
beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
  gateway = await startChainGateway(database);
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await database.close();
});

test("default: a capped grant pays period after period, and no more than its limit", async () => {
  const authorization = SendAuthorization.fromPartial({ spendLimit: [{ denom: "uusdc", amount: "2500000" }] });
  const any = { typeUrl: typeUrlOf(SendAuthorization), value: encodeMessage(SendAuthorization, authorization) };
  const grant = { granter: gateway.stranger, grantee: gateway.key.signer, grant: { authorization: any } };
  const granted = await gateway.send(STRANGER, [{ typeUrl: typeUrlOf(MsgGrant), value: grant }]);
  expect(granted.rawLog).toBe("");

  const today = new Date().toISOString().slice(0, 10);
  const made = await gateway.inject({
    method: "POST",
    url: "/v1/subscriptions",
    payload: {
      customer_id: "cust_123",
      items: [{ sku: "COFFEE-MONTHLY", quantity: 1, unit_price: "1.00" }],
      schedule: { interval: "monthly", start_date: today },
      payment_method: { type: "usdc", wallet_address: gateway.stranger },
      shipping_address: { name: "John Doe", country: "US" },
    },
  });
  expect(made.statusCode).toBe(201);
  const { id } = made.json();

  let now = new Date();
  const errors: unknown[] = [];
  const charges = subscriptionCharges({
    database,
    vault: new Vault({ database, masterKeys: testMasterKeys("test"), now: () => now }),
    desk: orderDesk(gateway.parts),
    findKey: async () => gateway.key,
    now: () => now,
    onError: (error) => errors.push(error),
  });
  for (let period = 0; period < 3; period += 1) {
    await charges.tick();
    now = new Date(now.getTime() + 31 * 86_400_000);
  }
  expect(errors).toEqual([]);
  const shown = (await gateway.inject({ url: `/v1/subscriptions/${id}` })).json();
  expect(shown).toMatchObject({ status: "PAST_DUE", periods_paid: 2 });
  expect(["chain_refused", "grant_required"]).toContain(shown.last_problem);
  const list = (await gateway.inject({ url: `/v1/subscriptions/${id}/charges` })).json().charges;
  expect(list.map(({ status }: { status: string }) => status)).toEqual(["OPEN", "PAID", "PAID"]);
  for (const { order_id, status } of list) {
    const order = (await gateway.inject({ url: `/v1/orders/${order_id}` })).json();
    expect(order).toMatchObject({ status: status === "PAID" ? "PAID" : "CREATED", total: "1.00" });
    expect(order.metadata).toMatchObject({ subscription: id });
  }
}, 60_000);
