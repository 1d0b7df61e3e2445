// Cases: amounts as text; splits (the example of docs/orders.md, ties, properties); ids and deposit addresses, pinned;
// what follows from items and amounts; the hook's bytes in docs/orders.md.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ItemStatus, Order, OrderStatus } from "../../gen/stateset/orders/v1/types.ts";
import { encodeOrderHook } from "../../src/cctp/orderHook.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { depositAddressOf, isId, makeId } from "./ids.ts";
import { feeOf, splitAmount } from "./split.ts";
import { fulfillmentStatusOf, paymentStatusOf, statusByItems } from "./statuses.ts";
import { PEOPLE } from "./testing/ordersWorld.ts";
import { AMOUNT_MAX, parseAmountOrZero, parsePositive } from "./types.ts";

const { merchant, partner, arbiter } = PEOPLE;

describe("amounts", () => {
  test("default: integers of micro-units up to the bound", () => {
    expect(parseAmountOrZero("a", "0")).toBe(0n);
    expect(parsePositive("a", "1097470000")).toBe(1_097_470_000n);
    expect(parsePositive("a", AMOUNT_MAX.toString())).toBe(AMOUNT_MAX);
  });

  test.each([
    ["", 14],
    ["0", 14],
    ["-1", 14],
    ["+1", 14],
    ["01", 14],
    [" 1", 14],
    ["0x10", 14],
    ["1e3", 14],
    ["1,5", 14],
    ["1.5", 15],
    ["0.0000001", 15],
    [(AMOUNT_MAX + 1n).toString(), 16],
    ["9".repeat(1000), 16],
  ])("error: %j", (text, code) => {
    expect(() => parsePositive("a", text)).toThrow(expect.objectContaining({ code, codespace: "orders" }));
  });
});

describe("splits", () => {
  const shares = (...points: number[]) =>
    points.map((basisPoints, index) => ({ address: [merchant, partner, arbiter][index] ?? "x", basisPoints }));

  test("default: 70/25/5 of 100.000001", () => {
    const amounts = splitAmount(100_000_001n, shares(7000, 2500, 500), merchant).map(({ amount }) => amount);
    expect(amounts).toEqual([70_000_001n, 25_000_000n, 5_000_000n]);
  });

  test("behavior: of equal remainders the merchant comes first, wherever it is listed", () => {
    const listed = [
      { address: partner, basisPoints: 5000 },
      { address: merchant, basisPoints: 5000 },
    ];
    expect(splitAmount(3n, listed, merchant)).toEqual([
      { address: partner, amount: 1n },
      { address: merchant, amount: 2n },
    ]);
  });

  test("behavior: without shares the merchant has all; of nothing there is nothing", () => {
    expect(splitAmount(5n, [], merchant)).toEqual([{ address: merchant, amount: 5n }]);
    expect(splitAmount(0n, shares(9000, 1000), merchant)).toEqual([]);
  });

  test("behavior: fee and parts always add up, and no part is off by a whole unit", () => {
    const points = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 10 }).map((weights) => {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const scaled = weights.map((weight) => Math.max(1, Math.floor((weight * 9990) / sum)));
      const rest = 10_000 - scaled.reduce((total, value) => total + value, 0);
      return scaled.map((value, index) => (index === 0 ? value + rest : value));
    });
    fc.assert(
      fc.property(points, fc.bigInt(0n, AMOUNT_MAX), fc.integer({ min: 0, max: 10_000 }), (list, amount, bps) => {
        const fee = feeOf(amount, bps);
        const whole = amount - fee;
        const parties = list.map((basisPoints, index) => ({ address: `p${index}`, basisPoints }));
        const parts = new Map(splitAmount(whole, parties, "p0").map((part) => [part.address, part.amount]));
        expect(fee + [...parts.values()].reduce((sum, part) => sum + part, 0n)).toBe(amount);
        for (const { address, basisPoints } of parties) {
          const exact = whole * BigInt(basisPoints);
          const part = (parts.get(address) ?? 0n) * 10_000n;
          expect(part > exact - 10_000n && part < exact + 10_000n).toBe(true);
        }
      }),
    );
  });
});

describe("ids", () => {
  test("default: pinned, of their form, and each of its own", () => {
    const id = makeId("ord", "test-1", merchant, 1n);
    expect(isId("ord", id)).toBe(true);
    expect([id, toHex(depositAddressOf("test-1", id))]).toMatchInlineSnapshot(`
      [
        "ord_LRznJkcKNZLG",
        "a3e83b97e9965014753b2017882f7436cf31bbba",
      ]
    `);
    const others = [
      makeId("ord", "test-1", merchant, 2n),
      makeId("ord", "test-2", merchant, 1n),
      makeId("ord", "test-1", partner, 1n),
      makeId("pay", "test-1", merchant, 1n),
    ];
    expect(new Set([id, ...others].map((text) => text.slice(4))).size).toBe(5);
  });

  test("behavior: parts do not run into each other", () => {
    expect(makeId("ord", "ab", "c", 1n)).not.toBe(makeId("ord", "a", "bc", 1n));
  });
});

describe("what follows", () => {
  const items = (...statuses: ItemStatus[]) =>
    Order.fromPartial({ items: statuses.map((status) => ({ status })) }).items;

  test.each<readonly [ItemStatus[], number, OrderStatus]>([
    [[1, 1], 1, OrderStatus.ORDER_STATUS_PAID],
    [[2, 1], 2, OrderStatus.ORDER_STATUS_PAID],
    [[2, 2], 3, OrderStatus.ORDER_STATUS_FULFILLED],
    [[4, 2], 6, OrderStatus.ORDER_STATUS_FULFILLED],
    [[3, 4], 6, OrderStatus.ORDER_STATUS_SHIPPED],
    [[4, 4], 7, OrderStatus.ORDER_STATUS_DELIVERED],
    [[5, 4], 8, OrderStatus.ORDER_STATUS_DELIVERED],
    [[5, 5], 9, OrderStatus.ORDER_STATUS_RETURNED],
  ])("behavior: items %j", (statuses, fulfillment, status) => {
    expect([fulfillmentStatusOf(items(...statuses)), statusByItems(items(...statuses))]).toEqual([fulfillment, status]);
  });

  test.each<readonly [Partial<Order>, number]>([
    [{}, 1],
    [{ amountPaid: "3" }, 2],
    [{ amountPaid: "9", amountTolerated: "1" }, 3],
    [{ amountPaid: "10", amountExcess: "1" }, 4],
    [{ amountPaid: "10", amountRefunding: "1", amountRefunded: "1" }, 5],
    [{ amountPaid: "10", amountRefunded: "1" }, 6],
    [{ amountPaid: "10", amountRefunded: "10" }, 7],
  ])("behavior: amounts %j", (amounts, status) => {
    expect(paymentStatusOf(Order.fromPartial({ total: "10", ...amounts }))).toBe(status);
  });
});

test("behavior: the hook data in docs/orders.md is what the code writes", () => {
  const refund = { domain: 6, address: new Uint8Array(32).fill(0xaa, 31) };
  const hex = toHex(encodeOrderHook({ orderId: "ord_7x9kPm2nQ1bC", refund }));
  const page = readFileSync("docs/orders.md", "utf8").replaceAll(/[\s]/g, "");
  expect(page).toContain(hex);
});
