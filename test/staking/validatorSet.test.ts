// Cases: the set of the genesis; a genesis that says two things; a validator that joins, rises, falls and leaves; the
// strongest only; creations and edits that are refused, in their order; commission; self-delegation below its promise;
// unbonding and its end, entries of one block, too many, taken back; redelegation, and of redelegations; export and import;
// what a rounding attack gains.

import { describe, expect, test } from "vitest";
import { emptyApp } from "../../app/genesis.ts";
import { BondStatus } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import {
  MsgBeginRedelegate,
  MsgCancelUnbondingDelegation,
  MsgCreateValidator,
  MsgDelegate,
  MsgEditValidator,
  MsgUndelegate,
} from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { RequestInitChain } from "../../gen/tendermint/abci/types.ts";
import { utf8 } from "../../src/codec/bytes.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import { powerUpdate } from "../../x/staking/validator.ts";
import { creation, type Person, StakingWorld, stake, USTAKE } from "./stakingWorld.ts";

const GENESIS_POWER = 1_000_000n;
const DAY = 86_400;
const KEEP = "[do-not-modify]";
const NOTHING_SAID = { moniker: "", identity: "", website: "", securityContact: "", details: "" };
const KEPT = { moniker: KEEP, identity: KEEP, website: KEEP, securityContact: KEEP, details: KEEP };

const delegation = (from: Person, to: Person, amount: bigint) => ({
  delegatorAddress: from.address,
  validatorAddress: to.operator,
  amount: stake(amount),
});
const move = (from: Person, source: Person, destination: Person, amount: bigint) => ({
  ...{
    delegatorAddress: from.address,
    validatorSrcAddress: source.operator,
    validatorDstAddress: destination.operator,
  },
  amount: stake(amount),
});

describe("the set", () => {
  test("default: consensus begins with the validators of the genesis", () => {
    const world = new StakingWorld({ validators: 3 });
    for (const index of [0, 1, 2]) {
      expect(world.power(world.person(index))).toBe(GENESIS_POWER);
      expect(world.validator(world.person(index)).status).toBe(BondStatus.BOND_STATUS_BONDED);
    }
  });

  test("error: a document whose validators are not those of x/staking", () => {
    const world = new StakingWorld({ validators: 1 });
    const appStateBytes = utf8(JSON.stringify(world.app.exportGenesis()));
    const start = (validators: RequestInitChain["validators"]) =>
      emptyApp().initChain(
        RequestInitChain.fromPartial({ chainId: "x-1", initialHeight: 1n, appStateBytes, validators }),
      );
    const [known, other] = [world.person(0), world.person(1)];
    expect(start([powerUpdate(known, GENESIS_POWER)]).validators).toEqual([powerUpdate(known, GENESIS_POWER)]);
    expect(() => start([powerUpdate(known, 5n)])).toThrow("other powers than x/staking");
    expect(() => start([powerUpdate(other, GENESIS_POWER)])).toThrow("other validators");
    expect(() => start([powerUpdate(known, GENESIS_POWER), powerUpdate(other, 1n)])).toThrow(
      "genesis has 2 validators, x/staking has 1 with power",
    );
  });

  test("error: a bond denomination that other chains are owed", () => {
    const world = () => new StakingWorld({ staking: { bond_denom: "uusdc" } });
    expect(world).toThrow("bond denom uusdc: a slash would destroy what x/issuer accounts for");
  });

  test("behavior: one joins, votes two blocks later, rises with a delegation and leaves without one", () => {
    const world = new StakingWorld();
    const [joiner, friend] = [world.person(3), world.person(4)];
    world.pass(joiner, MsgCreateValidator, creation(joiner));
    expect(world.validator(joiner)).toMatchObject({ tokens: 100_000_000n, status: BondStatus.BOND_STATUS_BONDED });
    expect([world.sets.get(world.height + 1), world.sets.get(world.height + 2)].map((set) => set?.size)).toEqual([
      3, 4,
    ]);
    world.pass(friend, MsgDelegate, delegation(friend, joiner, 50_999_999n));
    world.block();
    expect(world.power(joiner)).toBe(150n);
    // The promise is one token: with less it is jailed, and out of the set at once.
    world.pass(joiner, MsgUndelegate, delegation(joiner, joiner, 99_500_000n));
    world.block();
    expect([world.power(joiner), world.validator(joiner).jailed]).toEqual([undefined, true]);
    world.pass(joiner, MsgUndelegate, delegation(joiner, joiner, 500_000n));
    world.pass(friend, MsgUndelegate, delegation(friend, joiner, 50_999_999n));
    expect(world.validator(joiner)).toMatchObject({ tokens: 0n, shares: 0n });
    world.block({ seconds: 22 * DAY });
    expect(world.hasValidator(joiner)).toBe(false);
    expect([world.balance(joiner), world.balance(friend)]).toEqual([USTAKE, USTAKE]);
  });

  test("behavior: only the strongest are bonded, and who falls out comes back with more", () => {
    const world = new StakingWorld({ validators: 2, people: 8, staking: { max_validators: 4 } });
    const [a, b, c, rich] = [2, 3, 4, 5].map((index) => world.person(index)) as [Person, Person, Person, Person];
    for (const [who, amount] of [
      [a, 10n],
      [b, 20n],
      [c, 30n],
    ] as const) {
      world.pass(who, MsgCreateValidator, creation(who, { value: stake(amount * 1_000_000n) }));
    }
    world.block();
    expect([a, b, c].map((who) => world.power(who))).toEqual([undefined, 20n, 30n]);
    expect(world.validator(a).status).toBe(BondStatus.BOND_STATUS_UNBONDING);
    world.pass(rich, MsgDelegate, delegation(rich, a, 15_000_000n));
    world.block();
    expect([a, b, c].map((who) => world.power(who))).toEqual([25n, undefined, 30n]);
    world.block({ seconds: 22 * DAY });
    expect(world.validator(b).status).toBe(BondStatus.BOND_STATUS_UNBONDED);
    world.pass(rich, MsgDelegate, delegation(rich, b, 100_000_000n));
    world.block();
    expect([a, b, c].map((who) => world.power(who))).toEqual([undefined, 120n, 30n]);
  });

  test("behavior: less than a unit of power votes on nothing", () => {
    const world = new StakingWorld();
    const who = world.person(3);
    world.pass(who, MsgCreateValidator, creation(who, { value: stake(999_999n), minSelfDelegation: "1" }));
    expect(world.validator(who).status).toBe(BondStatus.BOND_STATUS_UNBONDED);
    world.pass(who, MsgDelegate, delegation(who, who, 1n));
    expect(world.validator(who).status).toBe(BondStatus.BOND_STATUS_BONDED);
  });
});

describe("creating and editing", () => {
  const rates = (rate: string, maxRate: string, maxChangeRate: string) => ({ rate, maxRate, maxChangeRate });
  const [HALF, ONE, MORE] = ["500000000000000000", "1000000000000000000", "1000000000000000001"];

  test.each<[string, Partial<MsgCreateValidator>, string, number]>([
    ["no key", { pubkey: undefined }, "staking", 39],
    ["no amount", { value: stake(0n) }, "sdk", 18],
    ["no description", { description: NOTHING_SAID }, "sdk", 18],
    ["a maximum below zero", { commission: rates("0", "-1", "0") }, "staking", 9],
    ["a maximum above one", { commission: rates("0", MORE, "0") }, "staking", 10],
    ["a rate above its maximum", { commission: rates(ONE, HALF, "0") }, "staking", 11],
    ["a change below zero", { commission: rates("0", HALF, "-1") }, "staking", 13],
    ["a change above the maximum", { commission: rates("0", HALF, ONE) }, "staking", 14],
    ["a promise of nothing", { minSelfDelegation: "0" }, "sdk", 18],
    ["a promise above the amount", { minSelfDelegation: "100000001" }, "staking", 16],
    [
      "a key of another kind",
      { pubkey: { typeUrl: "/cosmos.crypto.secp256k1.PubKey", value: utf8("") } },
      "staking",
      6,
    ],
    ["another denomination", { value: { denom: "uusdc", amount: "5000000" } }, "sdk", 18],
    ["a long name", { description: { ...KEPT, moniker: "x".repeat(71) } }, "sdk", 18],
    ["more than there is", { value: stake(USTAKE + 1n) }, "sdk", 5],
  ])("error: %s", (_what, change, codespace, code) => {
    const world = new StakingWorld();
    const who = world.person(3);
    expect(world.run(who, MsgCreateValidator, creation(who, change))).toMatchObject({ codespace, code });
    expect(world.hasValidator(who)).toBe(false);
  });

  test("error: an operator or a key that is taken, a commission below the least", () => {
    const world = new StakingWorld({ staking: { min_commission_rate: "0.05" } });
    const [known, who] = [world.person(0), world.person(3)];
    expect(world.run(known, MsgCreateValidator, creation(known))).toMatchObject({ codespace: "staking", code: 4 });
    const taken = creation(who, { pubkey: creation(known).pubkey });
    expect(world.run(who, MsgCreateValidator, taken)).toMatchObject({ codespace: "staking", code: 5 });
    const low = creation(who, { commission: rates("49999999999999999", ONE, ONE) });
    expect(world.run(who, MsgCreateValidator, low)).toMatchObject({ codespace: "staking", code: 40 });
  });

  test("behavior: a commission rises by its step once a day, and falls as it likes", () => {
    const world = new StakingWorld();
    const who = world.person(3);
    world.pass(who, MsgCreateValidator, creation(who));
    const edit = (commissionRate: string, seconds: number) => {
      const message = { description: KEPT, validatorAddress: who.operator, commissionRate };
      return world.run(who, MsgEditValidator, message, { seconds });
    };
    expect(edit("110000000000000000", 1)).toMatchObject({ codespace: "staking", code: 12 });
    expect(edit("110000000000000001", DAY)).toMatchObject({ codespace: "staking", code: 15 });
    expect(edit("210000000000000000", 1)).toMatchObject({ codespace: "staking", code: 11 });
    expect(edit("1000000000000000001", 1)).toMatchObject({ codespace: "sdk", code: 18 });
    expect(edit("110000000000000000", 1)).toMatchObject({ code: 0 });
    expect(edit("0", DAY)).toMatchObject({ code: 0 });
    expect(world.validator(who).commission.rate).toBe(0n);
    expect(world.validator(who).description.moniker).toBe("v3");
  });

  test("behavior: a promise only rises, and not above what is there", () => {
    const world = new StakingWorld();
    const who = world.person(3);
    world.pass(who, MsgCreateValidator, creation(who));
    const edit = (minSelfDelegation: string) =>
      world.run(who, MsgEditValidator, { description: KEPT, validatorAddress: who.operator, minSelfDelegation });
    expect(edit("1000000")).toMatchObject({ codespace: "staking", code: 17 });
    expect(edit("100000001")).toMatchObject({ codespace: "staking", code: 16 });
    expect(edit("100000000")).toMatchObject({ code: 0 });
    expect(world.validator(who).minSelfDelegation).toBe(100_000_000n);
  });
});

describe("on the way out", () => {
  test("behavior: tokens are paid when their time is over, those of one block together", () => {
    const world = new StakingWorld({ staking: { unbonding_time: "100s" } });
    const [validator, who] = [world.person(0), world.person(4)];
    world.pass(who, MsgDelegate, delegation(who, validator, 1000n));
    world.send(who, MsgUndelegate, delegation(who, validator, 300n));
    world.send(who, MsgUndelegate, delegation(who, validator, 200n));
    expect(world.block().txResults.map(({ code }) => code)).toEqual([0, 0]);
    const entries = world.app.staking.getUnbonding(world.app.queryContext(), who.raw, validator.raw)?.entries;
    expect(entries).toMatchObject([{ balance: 500n, initialBalance: 500n }]);
    expect(world.block({ seconds: 99 }).events.map(({ type }) => type)).not.toContain("complete_unbonding");
    expect(world.balance(who)).toBe(USTAKE - 1000n);
    const { events } = world.block({ seconds: 1 });
    const ended = events.find(({ type }) => type === "complete_unbonding");
    expect(ended?.attributes.find(({ key }) => key === "amount")?.value).toBe("500ustake");
    expect(world.balance(who)).toBe(USTAKE - 500n);
  });

  test("error: too many entries, more than is there, nothing there, another denomination", () => {
    const world = new StakingWorld({ staking: { max_entries: 2 } });
    const [validator, who] = [world.person(0), world.person(4)];
    const leave = (amount: bigint) => world.run(who, MsgUndelegate, delegation(who, validator, amount));
    expect(leave(1n)).toMatchObject({ codespace: "staking", code: 19 });
    world.pass(who, MsgDelegate, delegation(who, validator, 1000n));
    expect(leave(1001n)).toMatchObject({ codespace: "sdk", code: 18 });
    const foreign = { ...delegation(who, validator, 1n), amount: { denom: "uusdc", amount: "1" } };
    expect(world.run(who, MsgUndelegate, foreign)).toMatchObject({ codespace: "sdk", code: 18 });
    expect([leave(1n), leave(1n), leave(1n)].map(({ code }) => code)).toEqual([0, 0, 27]);
  });

  test("behavior: a part is taken back, then the rest; error: more, another height, another time", () => {
    const world = new StakingWorld({ staking: { unbonding_time: "100s" } });
    const [validator, who] = [world.person(0), world.person(4)];
    world.pass(who, MsgDelegate, delegation(who, validator, 1000n));
    world.pass(who, MsgUndelegate, delegation(who, validator, 400n));
    const creationHeight = BigInt(world.height);
    const cancel = (amount: bigint, height = creationHeight, seconds = 1) => {
      const message = { ...delegation(who, validator, amount), creationHeight: height };
      return world.run(who, MsgCancelUnbondingDelegation, message, { seconds });
    };
    expect(cancel(401n)).toMatchObject({ codespace: "sdk", code: 18 });
    expect(cancel(1n, creationHeight + 1n)).toMatchObject({ codespace: "sdk", code: 38 });
    expect(cancel(150n).code).toBe(0);
    expect(world.shares(who, validator)).toBe(750n * DEC_ONE);
    expect(cancel(250n).code).toBe(0);
    expect(world.app.staking.getUnbonding(world.app.queryContext(), who.raw, validator.raw)).toBeUndefined();
    expect(cancel(1n)).toMatchObject({ codespace: "sdk", code: 38 });
    world.block({ seconds: 200 });
    expect(world.balance(who)).toBe(USTAKE - 1000n);
  });

  test("behavior: tokens move at once and answer for the source until its time is over", () => {
    const world = new StakingWorld({ staking: { unbonding_time: "100s", max_entries: 2 } });
    const [a, b, c, who] = [0, 1, 2, 4].map((index) => world.person(index)) as [Person, Person, Person, Person];
    world.pass(who, MsgDelegate, delegation(who, a, 1000n));
    const go = (from: Person, to: Person, amount: bigint) =>
      world.run(who, MsgBeginRedelegate, move(who, from, to, amount));
    expect(go(a, a, 1n)).toMatchObject({ codespace: "staking", code: 29 });
    expect(go(a, world.person(5), 1n)).toMatchObject({ codespace: "staking", code: 31 });
    expect(go(a, b, 400n).code).toBe(0);
    expect([world.shares(who, a), world.shares(who, b)]).toEqual([600n * DEC_ONE, 400n * DEC_ONE]);
    expect(go(b, c, 1n)).toMatchObject({ codespace: "staking", code: 32 });
    expect([go(a, b, 1n), go(a, b, 1n)].map(({ code }) => code)).toEqual([0, 33]);
    world.block({ seconds: 100 });
    expect(go(b, c, 401n).code).toBe(0);
    expect(world.shares(who, c)).toBe(401n * DEC_ONE);
  });

  test("behavior: what is exported begins another chain in the same state", () => {
    const world = new StakingWorld();
    const [a, b, who] = [0, 1, 4].map((index) => world.person(index)) as [Person, Person, Person];
    world.pass(who, MsgDelegate, delegation(who, a, 1000n));
    world.pass(who, MsgUndelegate, delegation(who, a, 100n));
    world.pass(who, MsgBeginRedelegate, move(who, a, b, 100n));
    world.block({ absent: [b] });
    const exported = world.app.exportGenesis();
    const again = emptyApp();
    const appStateBytes = utf8(JSON.stringify(exported));
    again.initChain(RequestInitChain.fromPartial({ chainId: "x-1", initialHeight: 1n, appStateBytes }));
    again.finalizeBlock({ height: 1, timeNs: 1n, txs: [], proposerAddress: new Uint8Array(20) });
    again.commit();
    expect(again.brokenInvariants()).toEqual([]);
    const names = ["staking", "slashing", "distribution"];
    const parts = (state: Record<string, unknown>) => names.map((name) => state[name]);
    expect(parts(again.exportGenesis())).toEqual(parts(exported));
  });
});

test("behavior: going in and out in odd amounts gains nothing, also where a slash has spoiled the rate", () => {
  const world = new StakingWorld({ staking: { unbonding_time: "1s" } });
  const [validator, thief] = [world.person(0), world.person(4)];
  const doubleSigners = [{ who: world.person(1), height: 1, power: GENESIS_POWER }];
  world.block({ doubleSigners });
  const target = world.person(1);
  expect(world.validator(target).tokens).toBe(950_000_000_000n);
  for (const [of, amount] of [
    [target, 3n],
    [target, 7n],
    [target, 1n],
    [validator, 1n],
  ] as const) {
    world.run(thief, MsgDelegate, delegation(thief, of, amount));
    for (const part of [1n, 2n, 3n]) world.run(thief, MsgUndelegate, delegation(thief, of, part));
    world.block({ seconds: 10 });
    expect(world.balance(thief) <= USTAKE).toBe(true);
  }
  world.block({ seconds: 10 });
  const inside = [target, validator].reduce((sum, of) => {
    const { tokens, shares } = world.validator(of);
    return sum + (world.shares(thief, of) * tokens) / shares;
  }, 0n);
  expect(world.balance(thief) + inside <= USTAKE).toBe(true);
});
