// Cases:
// - default: each state of an order as a payer sees it; calls that burn what is due; routes that our chain knows
// - behavior: fees are on top; a refund address in the hook; names for people; headers; escaping; revisions are told once
// - error: an order that cannot be paid, a chain that is not offered, an id that is none; too many requests and streams

import { decodeFunctionData, pad } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  QueryAllTokenPairsResponse,
  QueryLocalDomainResponse,
  QueryRemoteTokenMessengersResponse,
} from "../../../gen/circle/cctp/v1/query.ts";
import { TOKEN_MESSENGER_V1_ABI, TOKEN_MESSENGER_V2_ABI, USDC_ABI } from "../../cctp/evmAbi.ts";
import { readOrderHook } from "../../cctp/orderHook.ts";
import { encodeAddress } from "../../codec/address.ts";
import { fromHex } from "../../codec/bytes.ts";
import type { ChainObject } from "../readModel/blockRows.ts";
import type { Database } from "../sql/database.ts";
import { testDatabases } from "../testing/databases.ts";
import { insertOrders } from "../testing/orderRows.ts";
import { type TestGateway, testGateway } from "../testing/testGateway.ts";
import { burnCalls, grossAmount, mintRecipientOf } from "./burnCalls.ts";
import { checkoutPage } from "./checkoutPage.ts";
import { type CheckoutState, checkoutState } from "./checkoutState.ts";
import { html } from "./html.ts";
import { OrderWatch } from "./orderWatch.ts";
import { displayName, findRoutes, type PaymentRoute } from "./paymentChains.ts";
import { checkoutRoutes } from "./routes.ts";
import { REQUESTS_MAX, STREAMS_PER_ADDRESS_MAX, Visitors } from "./visitors.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const ID = "ord_7x9kPm2nQ1bC";
const DEPOSIT = encodeAddress(new Uint8Array(20).fill(7));
const USDC = "0x00000000000000000000000000000000000000aa";
const MESSENGER = "0x00000000000000000000000000000000000000bb";
const PAYER = "0x00000000000000000000000000000000000000cc";

const order = (more: Record<string, string> = {}): ChainObject => ({
  id: ID,
  status: "ORDER_STATUS_CREATED",
  payment_status: "PAYMENT_STATUS_UNPAID",
  total: "1097470000",
  amount_paid: "0",
  amount_excess: "0",
  deposit_address: DEPOSIT,
  expires_at: "2026-06-02T12:00:00Z",
  revision: "1",
  ...more,
});
const paid = { amount_paid: "1097470000", payment_status: "PAYMENT_STATUS_PAID" };

test.each<[string, Record<string, string>, string, bigint]>([
  ["nothing came", {}, "awaiting", 1_097_470_000n],
  [
    "a part came",
    { amount_paid: "1000", payment_status: "PAYMENT_STATUS_PARTIALLY_PAID" },
    "partly_paid",
    1_097_469_000n,
  ],
  ["all came", { ...paid, status: "ORDER_STATUS_PAID" }, "paid", 0n],
  [
    "all came, less a fee that is let pass",
    { ...paid, amount_paid: "1097469000", amount_tolerated: "1000" },
    "paid",
    0n,
  ],
  ["it is shipped", { ...paid, status: "ORDER_STATUS_SHIPPED" }, "paid", 0n],
  ["more came", { ...paid, payment_status: "PAYMENT_STATUS_OVERPAID", amount_excess: "5" }, "overpaid", 0n],
  ["held before it was paid", { status: "ORDER_STATUS_HELD" }, "paused", 0n],
  ["held after it was paid", { ...paid, status: "ORDER_STATUS_HELD" }, "paid", 0n],
  ["its time is over", { expires_at: "2026-06-01T12:00:00Z" }, "late", 0n],
  ["expired", { status: "ORDER_STATUS_CANCELLED", cancel_cause: "CANCEL_CAUSE_EXPIRED" }, "expired", 0n],
  ["cancelled", { status: "ORDER_STATUS_CANCELLED", cancel_cause: "CANCEL_CAUSE_REQUESTED" }, "cancelled", 0n],
  ["refunded", { ...paid, status: "ORDER_STATUS_REFUNDED", payment_status: "PAYMENT_STATUS_REFUNDED" }, "refunded", 0n],
  ["on its way back", { ...paid, payment_status: "PAYMENT_STATUS_REFUND_PENDING" }, "refunded", 0n],
])("default: %s", (_name, more, kind, due) => {
  const state = checkoutState(order(more), NOW);
  expect(state).toMatchObject({ kind, due, depositAddress: DEPOSIT });
  expect(state.expiresAt === undefined).toBe(due === 0n);
  expect(checkoutPage({ state, routes: [ROUTE_V2], chainId: "test-1" })).toContain(`data-kind="${kind}"`);
});

const chain = { name: "base-sepolia", domain: 6, chainId: 84532, usdc: USDC, minFee: 1_000n } as const;
const ROUTE_V2: PaymentRoute = { chain, version: 2, tokenMessenger: MESSENGER, localDomain: 7770 };
const ROUTE_V1: PaymentRoute = { ...ROUTE_V2, version: 1 };
const state: CheckoutState = checkoutState(order(), NOW);
const RECIPIENT = mintRecipientOf(DEPOSIT);
const ANYBODY = pad("0x00");

describe("calls", () => {
  test("default: V1 burns what is due", () => {
    const { amount, maxFee, approve, burn } = burnCalls(state, ROUTE_V1);
    expect([amount, maxFee]).toEqual([1_097_470_000n, 0n]);
    expect(decodeFunctionData({ abi: USDC_ABI, data: approve.data }).args).toEqual([
      expect.stringMatching(new RegExp(MESSENGER, "i")),
      amount,
    ]);
    const { functionName, args } = decodeFunctionData({ abi: TOKEN_MESSENGER_V1_ABI, data: burn.data });
    expect([functionName, args?.slice(0, 3)]).toEqual(["depositForBurn", [amount, 7770, RECIPIENT]]);
    expect([approve.to, burn.to]).toEqual([USDC, MESSENGER]);
  });

  test("default: V2 burns the fee on top, and with a payer says where a refund goes", () => {
    const { amount, maxFee, burn } = burnCalls(state, ROUTE_V2, PAYER);
    expect(amount - maxFee).toBe(1_097_470_000n);
    expect(maxFee).toBe((amount * 1_000n) / 10_000_000n);
    const { functionName, args } = decodeFunctionData({ abi: TOKEN_MESSENGER_V2_ABI, data: burn.data });
    expect(functionName).toBe("depositForBurnWithHook");
    const [burned, domain, recipient, , caller, fee, finality, hook] = args as readonly unknown[];
    expect([burned, domain, recipient, caller, fee, finality]).toEqual([
      amount,
      7770,
      RECIPIENT,
      ANYBODY,
      maxFee,
      2000,
    ]);
    const address = fromHex(PAYER.slice(2).padStart(64, "0"));
    expect(readOrderHook(fromHex(String(hook).slice(2)))).toEqual({
      kind: "order",
      hook: { orderId: ID, refund: { domain: 6, address } },
    });
    expect(burnCalls(state, ROUTE_V2).burn.signature).toMatch(/^depositForBurn\(/);
  });

  test.each([
    [1n, 0n],
    [1n, 1n],
    [1n, 9_999_999n],
    [999_999n, 13n],
    [10n ** 18n, 500_000n],
  ])(
    "behavior: of %d with a fee of %d ten-millionths, what is due arrives, and no more is burned than needed",
    (due, minFee) => {
      const { amount, maxFee } = grossAmount(due, minFee);
      expect(amount - maxFee).toBeGreaterThanOrEqual(due);
      const least = (value: bigint) => (minFee === 0n ? 0n : (value * minFee) / 10_000_000n || 1n);
      expect(maxFee).toBe(least(amount));
      expect(amount - 1n - least(amount - 1n)).toBeLessThan(due);
    },
  );

  test("error: a fee that takes all", () => {
    expect(() => grossAmount(1n, 10_000_000n)).toThrow(RangeError);
  });
});

test("default: only what our chain knows is offered", async () => {
  const word = (address: string) => fromHex(address.slice(2).padStart(64, "0"));
  const answers: Readonly<Record<string, Uint8Array>> = {
    "/circle.cctp.v1.Query/LocalDomain": QueryLocalDomainResponse.encode({ domainId: 7770 }).finish(),
    "/circle.cctp.v1.Query/TokenPairs": QueryAllTokenPairsResponse.encode({
      tokenPairs: [6, 7].map((remoteDomain) => ({ remoteDomain, remoteToken: word(USDC), localToken: "uusdc" })),
      pagination: undefined,
    }).finish(),
    "/circle.cctp.v1.Query/RemoteTokenMessengers": QueryRemoteTokenMessengersResponse.encode({
      remoteTokenMessengers: [{ domainId: 6, address: word(PAYER) }],
      pagination: undefined,
    }).finish(),
    "/circle.cctp.v2.Query/RemoteTokenMessengers": QueryRemoteTokenMessengersResponse.encode({
      remoteTokenMessengers: [{ domainId: 6, address: word(MESSENGER) }],
      pagination: undefined,
    }).finish(),
  };
  const reader = { chainId: "test-1", query: async (path: string) => answers[path]! };
  const both = { v1: { tokenMessenger: MESSENGER }, v2: { tokenMessenger: MESSENGER } } as const;
  const offered = [
    // Its V1 messenger is another one than our chain knows.
    { ...chain, ...both },
    // Our chain knows its token, and no messenger.
    { ...chain, ...both, domain: 7 },
    // Our chain knows another token.
    { ...chain, ...both, usdc: PAYER },
  ] as const;
  const routes = await findRoutes(reader, offered);
  expect(routes).toEqual([{ chain: offered[0], version: 2, tokenMessenger: MESSENGER, localDomain: 7770 }]);
  expect(await findRoutes(reader, [])).toEqual([]);
});

test("behavior: names for people, and text that is no HTML", () => {
  expect(displayName(chain)).toBe("Base Sepolia");
  expect(html`<p title="${'"'}">${"<script>&'"}${undefined}${html`<b>1</b>`}${2n}</p>`.text).toBe(
    '<p title="&quot;">&lt;script&gt;&amp;&#39;<b>1</b>2</p>',
  );
});

describe("visitors", () => {
  test("error: more requests in a minute than anybody needs", () => {
    let nowMs = 0;
    const visitors = new Visitors(() => nowMs);
    for (let count = 0; count < REQUESTS_MAX; count += 1) visitors.request("1.2.3.4");
    expect(() => visitors.request("1.2.3.4")).toThrow("too many requests");
    visitors.request("1.2.3.5");
    nowMs = 60_000;
    visitors.request("1.2.3.4");
  });

  test("error: more streams than anybody needs; one that ends gives its place back once", () => {
    const visitors = new Visitors(() => 0);
    const releases = Array.from({ length: STREAMS_PER_ADDRESS_MAX }, () => visitors.openStream("1.2.3.4"));
    expect(() => visitors.openStream("1.2.3.4")).toThrow("too many open pages");
    visitors.openStream("1.2.3.5");
    releases[0]?.();
    releases[0]?.();
    visitors.openStream("1.2.3.4");
    expect(() => visitors.openStream("1.2.3.4")).toThrow("too many open pages");
  });
});

describe("over HTTP", () => {
  const [kind] = testDatabases();
  let database: Database;
  let gateway: TestGateway;
  beforeAll(async () => {
    database = await kind!.open();
    gateway = await testGateway({ database, routes: [checkoutRoutes] });
    await insertOrders(database, [
      { id: ID, document: order({ expires_at: "2100-01-01T00:00:00Z" }) },
      { id: "ord_7x9kPm2nQ1bD", document: order({ id: "ord_7x9kPm2nQ1bD", ...paid }) },
    ]);
  });
  afterAll(async () => {
    await gateway.close();
    await kind!.stop();
  });
  const get = (url: string, headers: Record<string, string> = {}) =>
    gateway.app.inject({ method: "GET", url, headers });

  test("default: the page needs no key, and lets nothing in from elsewhere", async () => {
    const page = await get(`/pay/${ID}`);
    expect(page.statusCode).toBe(200);
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("default-src 'none'; script-src 'self'"),
    });
    expect(/<script(?![^>]* src="\/pay)|style=| on[a-z]+="|https?:\/\//.test(page.body)).toBe(false);
    for (const name of ["checkout.css", "checkout.js"]) {
      const asset = await get(`/pay/assets/${name}`);
      expect(asset.statusCode).toBe(200);
      const again = await get(`/pay/assets/${name}`, { "if-none-match": String(asset.headers["etag"]) });
      expect(again.statusCode).toBe(304);
    }
  });

  test("error: no such order, an id that is none", async () => {
    for (const id of ["ord_111111111111", "ord_1", "%3Cscript%3E", "..%2F..%2Fetc"]) {
      const page = await get(`/pay/${id}`);
      expect([page.statusCode, page.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
      expect(page.body).not.toContain("script");
    }
    expect((await get("/pay/ord_111111111111/events")).statusCode).toBe(404);
  });

  test("error: calls for what cannot be paid, or not from there", async () => {
    const query = `domain=6&version=2&payer=${PAYER}`;
    expect((await get(`/pay/ord_7x9kPm2nQ1bD/calls?${query}`)).json()).toMatchObject({ code: "conflict" });
    expect((await get(`/pay/${ID}/calls?${query}`)).json()).toMatchObject({ code: "not_found" });
    expect((await get(`/pay/${ID}/calls?${query}00`)).json()).toMatchObject({
      code: "invalid_request",
      field: "payer",
    });
  });

  test("behavior: a revision is told once to each who waits, also when it came before", async () => {
    let height = 1;
    let next: (() => void) | undefined;
    const projector = {
      get height() {
        return height;
      },
      reached: () =>
        new Promise<boolean>((resolve) => {
          next = () => resolve(true);
        }),
    };
    const watch = new OrderWatch(database, projector, (error) => {
      throw error;
    });
    const heard: string[] = [];
    const block = async (revision: string) => {
      await expect.poll(() => next).toBeDefined();
      await database.query("update orders set revision = $1 where id = $2", [revision, ID]);
      height += 1;
      const go = next;
      next = undefined;
      go?.();
      await expect.poll(() => next).toBeDefined();
    };
    const stop = watch.add(ID, "1", (revision) => heard.push(`a${revision}`));
    await block("2");
    await block("2");
    expect(heard).toEqual(["a2"]);
    const stopLate = watch.add(ID, "1", (revision) => heard.push(`b${revision}`));
    await block("2");
    expect(heard).toEqual(["a2", "a2", "b2"]);
    stop();
    await block("3");
    expect(heard.slice(3)).toEqual(["b3"]);
    stopLate();
    watch.stop();
  });
});
