// Cases: who misses too much of a window is slashed, jailed and out; who signs again in time is not; the window forgets; what
// unjails and what does not; two signatures are for ever; what has left since pays, entry by entry, and what came later does
// not; a slash above everything; a window that changes; queries.

import { describe, expect, test } from "vitest";
import { QuerySigningInfosRequest, QuerySigningInfosResponse } from "../../gen/cosmos/slashing/v1beta1/query.ts";
import { MsgUnjail } from "../../gen/cosmos/slashing/v1beta1/tx.ts";
import {
  MsgBeginRedelegate,
  MsgCreateValidator,
  MsgDelegate,
  MsgUndelegate,
} from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { RequestQuery } from "../../gen/tendermint/abci/types.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import { SlashingKeeper } from "../../x/slashing/keeper.ts";
import { CHUNK_BITS, chunkKey, SLASHING } from "../../x/slashing/keys.ts";
import { creation, type Person, StakingWorld, stake, USTAKE } from "./stakingWorld.ts";

const GENESIS_TOKENS = 1_000_000_000_000n;
const GENESIS_POWER = 1_000_000n;
const WINDOW = { signed_blocks_window: "10", min_signed_per_window: "0.5", downtime_jail_duration: "60s" };

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

function infoOf(world: StakingWorld, who: Person) {
  const data = QuerySigningInfosRequest.encode({ pagination: undefined }).finish();
  const path = "/cosmos.slashing.v1beta1.Query/SigningInfos";
  const { value } = world.app.query(RequestQuery.fromPartial({ path, data }));
  return QuerySigningInfosResponse.decode(value).info.find(({ address }) => address === who.consensusText);
}

/** Makes blocks in which somebody is absent. */
function absent(world: StakingWorld, who: Person, blocks: number) {
  return Array.from({ length: blocks }, () => world.block({ absent: [who] })).flatMap(({ events }) => events);
}

test("behavior: noting a missed block leaves the value before it alone, of whatever kind of array it is", () => {
  const ctx = new StakingWorld().app.queryContext();
  const address = new Uint8Array(20).fill(7);
  const keeper = new SlashingKeeper();
  const before = Buffer.alloc(CHUNK_BITS / 8);
  ctx.kv(SLASHING).set(chunkKey(address, 0), before);
  keeper.setMissed(ctx.branch().ctx, address, 3, true);
  expect(keeper.hasMissed(ctx, address, 3)).toBe(false);
  expect(before.every((byte) => byte === 0)).toBe(true);
});

describe("downtime", () => {
  test("default: more than half of ten missed is a hundredth, the jail, and no vote", () => {
    const world = new StakingWorld({ slashing: WINDOW });
    const who = world.person(1);
    for (let count = 0; count < 10; count += 1) world.block();
    const events = absent(world, who, 5);
    expect(events.filter(({ type }) => type === "liveness")).toHaveLength(5);
    expect(infoOf(world, who)?.missedBlocksCounter).toBe(5n);
    expect(world.validator(who).jailed).toBe(false);
    const slash = absent(world, who, 1).find(({ type }) => type === "slash");
    expect(slash?.attributes.map(({ key, value }) => [key, value])).toEqual([
      ["address", who.consensusText],
      ["power", "1000000"],
      ["reason", "missing_signature"],
      ["jailed", who.consensusText],
      ["burned_coins", (GENESIS_TOKENS / 100n).toString()],
      ["mode", "BeginBlock"],
    ]);
    expect(world.validator(who)).toMatchObject({ jailed: true, tokens: (GENESIS_TOKENS / 100n) * 99n });
    // It is still in two sets, and its missing votes there are no new offence.
    absent(world, who, 3);
    expect(world.power(who)).toBeUndefined();
    expect(infoOf(world, who)?.missedBlocksCounter).toBe(0n);
  });

  test("behavior: not before a whole window has passed since it was bonded", () => {
    const world = new StakingWorld({ slashing: WINDOW });
    const who = world.person(1);
    // Bonded at height 1: blocks 2 to 11 are the first window.
    absent(world, who, 10);
    expect(world.validator(who).jailed).toBe(false);
    absent(world, who, 1);
    expect(world.validator(who).jailed).toBe(true);
  });

  test("behavior: the window forgets what is older", () => {
    const world = new StakingWorld({ slashing: WINDOW });
    const who = world.person(1);
    for (let round = 0; round < 5; round += 1) {
      absent(world, who, 5);
      for (let count = 0; count < 10; count += 1) world.block();
      expect(infoOf(world, who)?.missedBlocksCounter).toBe(0n);
    }
    expect(world.validator(who).jailed).toBe(false);
  });

  test("behavior: unjailed when its time is over, and a full member again", () => {
    const world = new StakingWorld({ slashing: WINDOW });
    const who = world.person(1);
    const unjail = (by: Person, seconds = 1) => world.run(by, MsgUnjail, { validatorAddr: by.operator }, { seconds });
    expect(unjail(world.person(4))).toMatchObject({ codespace: "slashing", code: 2 });
    expect(unjail(who)).toMatchObject({ codespace: "slashing", code: 5 });
    absent(world, who, 12);
    expect(unjail(who)).toMatchObject({ codespace: "slashing", code: 4 });
    expect(unjail(who, 60).code).toBe(0);
    world.block();
    expect(world.power(who)).toBe((GENESIS_POWER / 100n) * 99n);
    // Counted anew: it may miss as much as a new one.
    absent(world, who, 6);
    expect(world.validator(who).jailed).toBe(false);
  });

  test("error: unjail below the promise, and without any self-delegation", () => {
    const world = new StakingWorld();
    const who = world.person(3);
    world.pass(who, MsgCreateValidator, creation(who));
    world.pass(world.person(4), MsgDelegate, delegation(world.person(4), who, 5n));
    world.pass(who, MsgUndelegate, delegation(who, who, 99_500_000n));
    const unjail = () => world.run(who, MsgUnjail, { validatorAddr: who.operator });
    expect(unjail()).toMatchObject({ codespace: "slashing", code: 7 });
    world.pass(who, MsgUndelegate, delegation(who, who, 500_000n));
    expect(unjail()).toMatchObject({ codespace: "slashing", code: 6 });
    // Nothing but the promise was broken: it comes back with it.
    world.pass(who, MsgDelegate, delegation(who, who, 1_000_000n));
    expect(unjail().code).toBe(0);
  });
});

describe("two signatures", () => {
  test("default: a twentieth, and never again", () => {
    const world = new StakingWorld();
    const who = world.person(1);
    world.block();
    world.block({ doubleSigners: [{ who, height: 2, power: GENESIS_POWER }] });
    const tokens = (GENESIS_TOKENS / 20n) * 19n;
    expect(world.validator(who)).toMatchObject({ jailed: true, tokens });
    expect(infoOf(world, who)?.tombstoned).toBe(true);
    // What else it did is not punished again, and a hundred years do not help.
    world.block({ doubleSigners: [{ who, height: 2, power: GENESIS_POWER }], absent: [who] });
    expect(world.validator(who).tokens).toBe(tokens);
    const result = world.run(who, MsgUnjail, { validatorAddr: who.operator }, { seconds: 3_000_000_000 });
    expect(result).toMatchObject({ codespace: "slashing", code: 4 });
  });

  test("behavior: who left after it pays, who left before it or came later does not", () => {
    const world = new StakingWorld({ people: 8 });
    const [culprit, other] = [world.person(0), world.person(1)];
    const [early, late, mover, leaver] = [3, 4, 5, 6].map((index) => world.person(index)) as [
      Person,
      Person,
      Person,
      Person,
    ];
    for (const who of [early, late, mover, leaver]) world.pass(who, MsgDelegate, delegation(who, culprit, 1000n));
    world.pass(early, MsgUndelegate, delegation(early, culprit, 1000n));
    const height = world.height + 2;
    world.block();
    world.pass(late, MsgUndelegate, delegation(late, culprit, 1000n));
    world.pass(mover, MsgBeginRedelegate, move(mover, culprit, other, 1000n));
    // It moved, and then left where it went.
    world.pass(leaver, MsgBeginRedelegate, move(leaver, culprit, other, 1000n));
    world.pass(leaver, MsgUndelegate, delegation(leaver, other, 400n));
    world.block({ doubleSigners: [{ who: culprit, height, power: GENESIS_POWER }] });
    const ctx = world.app.queryContext();
    const leaving = (who: Person, from: Person) =>
      world.app.staking.getUnbonding(ctx, who.raw, from.raw)?.entries.map(({ balance }) => balance);
    expect(leaving(early, culprit)).toEqual([1000n]);
    expect(leaving(late, culprit)).toEqual([950n]);
    expect(world.shares(mover, other)).toBe(950n * DEC_ONE);
    // Its fifty are taken of what leaves.
    expect([leaving(leaver, other), world.shares(leaver, other)]).toEqual([[350n], 600n * DEC_ONE]);
    // What was due of those who left was not taken of those who stayed.
    expect(world.validator(culprit).tokens).toBe(GENESIS_TOKENS - GENESIS_TOKENS / 20n + 150n);
    world.block({ seconds: 22 * 86_400 });
    expect([early, late].map((who) => world.balance(who))).toEqual([USTAKE, USTAKE - 50n]);
  });

  test("behavior: what moved and left in part pays the rest of what stayed", () => {
    const world = new StakingWorld();
    const [culprit, other, who] = [0, 1, 4].map((index) => world.person(index)) as [Person, Person, Person];
    world.pass(who, MsgDelegate, delegation(who, culprit, 1000n));
    const height = world.height + 2;
    world.block();
    world.pass(who, MsgBeginRedelegate, move(who, culprit, other, 1000n));
    world.pass(who, MsgUndelegate, delegation(who, other, 20n));
    world.block({ doubleSigners: [{ who: culprit, height, power: GENESIS_POWER }] });
    expect(world.shares(who, other)).toBe((980n - 30n) * DEC_ONE);
  });

  test("behavior: everything may go, and then nobody can delegate any more", () => {
    const world = new StakingWorld({ slashing: { slash_fraction_double_sign: "1" } });
    const [culprit, who] = [world.person(0), world.person(4)];
    world.pass(who, MsgDelegate, delegation(who, culprit, 1000n));
    world.block({ doubleSigners: [{ who: culprit, height: world.height, power: 2n * GENESIS_POWER }] });
    expect(world.validator(culprit)).toMatchObject({ tokens: 0n });
    const result = world.run(who, MsgDelegate, delegation(who, culprit, 1000n));
    expect(result).toMatchObject({ codespace: "staking", code: 34 });
    expect(world.run(who, MsgUndelegate, delegation(who, culprit, 1n))).toMatchObject({
      codespace: "staking",
      code: 22,
    });
    world.block({ seconds: 22 * 86_400 });
  });
});
