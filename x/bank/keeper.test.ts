// Cases: who may mint and burn, and how much; sums that do not add up; any sequence of sends, mints and burns against a
// ledger of its own, with the invariants after each; and that the invariants see what is broken.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/codec/bytes.ts";
import { parseCoins } from "../../src/codec/coins.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { ModuleWorld, testAddress } from "../authz/testing/moduleWorld.ts";
import { BANK, balanceKey, holderKey, supplyKey } from "./keys.ts";

const MAX = (1n << 256n) - 1n;

describe("minting and burning", () => {
  test.each([
    ["mint without permission", "mint", "furnace", "does not have permissions to mint tokens"],
    ["burn without permission", "burn", "mint", "does not have permissions to burn tokens"],
    ["mint for a module without account", "mint", "nobody", "module nobody has no account"],
    ["burn for a module without account", "burn", "nobody", "module nobody has no account"],
    ["mint for the name of a property of objects", "mint", "constructor", "module constructor has no account"],
  ])("error: %s is a mistake in our code", (_name, act, module, text) => {
    const world = ModuleWorld.started();
    const { failure } = world.run((ctx) =>
      act === "mint"
        ? world.bank.mintCoins(ctx, module, parseCoins("1uusdc"))
        : world.bank.burnCoins(ctx, module, parseCoins("1uusdc")),
    );
    expect(failure).toMatchObject({ codespace: "undefined", code: 111222 });
    expect(failure?.log).toContain(text);
    expect(world.broken()).toEqual([]);
  });

  test.each(["mint", "burn", "send"])("error: %s of coins that are not a set", (act) => {
    const world = ModuleWorld.started();
    const bad = [
      { denom: "uusdc", amount: 1n },
      { denom: "uusdc", amount: 1n },
    ];
    const { failure } = world.run((ctx) => {
      if (act === "mint") world.bank.mintCoins(ctx, "mint", bad);
      if (act === "burn") world.bank.burnCoins(ctx, "furnace", bad);
      if (act === "send") world.bank.sendCoins(ctx, testAddress(1), testAddress(2), bad);
    });
    expect(failure).toMatchObject({ codespace: "sdk", code: 10, log: "1uusdc,1uusdc: invalid coins" });
  });

  test("behavior: a supply reaches 2^256 - 1 and not more", () => {
    const world = ModuleWorld.started();
    const mint = (amount: bigint) =>
      world.run((ctx) => world.bank.mintCoins(ctx, "mint", [{ denom: "gold", amount }])).failure;
    expect(mint(MAX)).toBeUndefined();
    expect(mint(1n)).toMatchObject({ code: 111222 });
    expect(world.bank.supply(world.context(), "gold")).toBe(MAX);
    expect(world.broken()).toEqual([]);
  });
});

describe("inputOutputCoins", () => {
  test("error: the keeper refuses parts that do not add up, whoever calls", () => {
    const world = ModuleWorld.started();
    const from = { address: testAddress(1), coins: parseCoins("5uusdc") };
    const { failure } = world.run((ctx) =>
      world.bank.inputOutputCoins(ctx, from, [{ address: testAddress(2), coins: parseCoins("6uusdc") }]),
    );
    expect(failure).toMatchObject({ codespace: "bank", code: 4 });
  });
});

/** An account by its number, or a module by its name. */
type Holder = number | "mint" | "furnace";

const holder = fc.constantFrom<Holder>(1, 2, 3, 4, "mint", "furnace");
const coin = fc.record({ denom: fc.constantFrom("stake", "uusdc", "wine"), amount: fc.bigInt(1n, 400_000n) });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant("send" as const), from: holder, to: holder, coin }) },
  fc.record({ act: fc.constant("mint" as const), coin }),
  fc.record({ act: fc.constant("burn" as const), coin }),
  fc.record({
    act: fc.constant("multi" as const),
    from: holder,
    outputs: fc.array(fc.tuple(holder, fc.bigInt(1n, 90_000n)), { minLength: 1, maxLength: 4 }),
    denom: coin.map(({ denom }) => denom),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function addressOf(who: Holder): Uint8Array {
  return typeof who === "number" ? testAddress(who) : moduleAddress(who);
}

/** The bank as one would do it with a pencil. */
class Ledger {
  readonly balances = new Map<string, bigint>([
    ["1 stake", 500n],
    ["1 uusdc", 1_000_000n],
    ["2 uusdc", 7n],
  ]);

  get(who: Holder, denom: string): bigint {
    return this.balances.get(`${who} ${denom}`) ?? 0n;
  }

  add(who: Holder, denom: string, amount: bigint): void {
    this.balances.set(`${who} ${denom}`, this.get(who, denom) + amount);
  }

  /** Whether the step is possible; if so it is done. */
  apply(next: Step): boolean {
    if (next.act === "mint") {
      this.add("mint", next.coin.denom, next.coin.amount);
      return true;
    }
    const from = next.act === "burn" ? "furnace" : next.from;
    const denom = next.act === "multi" ? next.denom : next.coin.denom;
    const amount = next.act === "multi" ? next.outputs.reduce((sum, [, part]) => sum + part, 0n) : next.coin.amount;
    if (this.get(from, denom) < amount) return false;
    this.add(from, denom, -amount);
    if (next.act === "send") this.add(next.to, denom, amount);
    if (next.act === "multi") for (const [to, part] of next.outputs) this.add(to, denom, part);
    return true;
  }
}

function execute(world: ModuleWorld, next: Step) {
  return world.run((ctx) => {
    switch (next.act) {
      case "send":
        return world.bank.sendCoins(ctx, addressOf(next.from), addressOf(next.to), [next.coin]);
      case "mint":
        return world.bank.mintCoins(ctx, "mint", [next.coin]);
      case "burn":
        return world.bank.burnCoins(ctx, "furnace", [next.coin]);
      case "multi": {
        const outputs = next.outputs.map(([to, amount]) => ({
          address: addressOf(to),
          coins: [{ denom: next.denom, amount }],
        }));
        const amount = next.outputs.reduce((sum, [, part]) => sum + part, 0n);
        const input = { address: addressOf(next.from), coins: [{ denom: next.denom, amount }] };
        return world.bank.inputOutputCoins(ctx, input, outputs);
      }
    }
  });
}

describe("sequences", () => {
  test("behavior: the bank agrees with a ledger, and the invariants hold after each step", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = ModuleWorld.started();
        const ledger = new Ledger();
        for (const next of steps) {
          const isPossible = ledger.apply(next);
          const { failure } = execute(world, next);
          expect(failure?.code).toBe(isPossible ? undefined : 5);
          expect(world.broken()).toEqual([]);
        }
        const ctx = world.context();
        for (const who of [1, 2, 3, 4, "mint", "furnace"] as const) {
          for (const denom of ["stake", "uusdc", "wine"]) {
            expect(world.bank.balance(ctx, addressOf(who), denom)).toBe(ledger.get(who, denom));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("invariants", () => {
  test.each([
    ["a balance that nobody minted", balanceKey(testAddress(2), "uusdc"), utf8("8"), "bank/total-supply"],
    ["a supply that nobody holds", supplyKey("gold"), utf8("1"), "bank/total-supply"],
    ["a supply that is gone", supplyKey("uusdc"), undefined, "bank/total-supply"],
    ["a balance of zero", balanceKey(testAddress(3), "uusdc"), utf8("0"), "bank/nonnegative-outstanding"],
    ["a holder of nothing", holderKey("uusdc", testAddress(3)), new Uint8Array(0), "bank/holder-index"],
    ["a holder who is not listed", holderKey("uusdc", testAddress(2)), undefined, "bank/holder-index"],
  ])("error: %s is seen", (_name, key, value, invariant) => {
    const world = ModuleWorld.started();
    expect(world.broken()).toEqual([]);
    const store = world.context().stores.store(BANK);
    if (value === undefined) store.delete(key);
    else store.set(key, value);
    expect(world.broken().some((problem) => problem.startsWith(`${invariant}: `))).toBe(true);
  });
});
