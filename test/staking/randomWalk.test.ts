// Random messages, votes, faults and time over three modules; after each block every invariant holds (stakingWorld), money
// is neither made nor lost but by slashes, and a second run of the same seed comes to the same hash.

import { describe, expect, test } from "vitest";
import {
  MsgFundCommunityPool,
  MsgSetWithdrawAddress,
  MsgWithdrawDelegatorReward,
  MsgWithdrawValidatorCommission,
} from "../../gen/cosmos/distribution/v1beta1/tx.ts";
import { MsgUnjail } from "../../gen/cosmos/slashing/v1beta1/tx.ts";
import {
  MsgBeginRedelegate,
  MsgCancelUnbondingDelegation,
  MsgCreateValidator,
  MsgDelegate,
  MsgEditValidator,
  MsgUndelegate,
} from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { randomFrom } from "../randomFrom.ts";
import { creation, type Person, StakingWorld, stake } from "./stakingWorld.ts";

const SEED = Number(process.env["SEED"] ?? 20261125);
const BLOCKS = Number(process.env["BLOCKS"] ?? 250);
const PEOPLE = 9;
const KEEP = "[do-not-modify]";
const KEPT = { moniker: KEEP, identity: KEEP, website: KEEP, securityContact: KEEP, details: KEEP };

/** One walk: the counts of what passed, and the last app hash. */
function walk(seed: number, blocks: number) {
  const random = randomFrom(seed);
  const below = (limit: number) => Math.trunc(random() * limit);
  const world = new StakingWorld({
    ...{ validators: 3, people: PEOPLE },
    staking: { unbonding_time: "60s", max_validators: 5, max_entries: 3 },
    slashing: {
      ...{ signed_blocks_window: "8", min_signed_per_window: "0.6", downtime_jail_duration: "20s" },
      ...{ slash_fraction_downtime: "0.013", slash_fraction_double_sign: "0.21" },
    },
  });
  const ctx = () => world.app.queryContext();
  const supply = (denom: string) => world.app.bank.supply(ctx(), denom);
  const begin = { uusdc: supply("uusdc"), ustake: supply("ustake") };
  const passed = new Map<string, number>();
  const anybody = (): Person => world.person(below(PEOPLE));
  /** Often odd, seldom large. */
  const amount = () => stake(BigInt(1 + below([3, 1000, 50_000_000, 2_000_000_000][below(4)]!)));
  const send = (who: Person): string => {
    const [to, other] = [anybody(), anybody()];
    const pair = { delegatorAddress: who.address, validatorAddress: to.operator };
    switch (below(13)) {
      case 0:
        world.send(who, MsgCreateValidator, creation(who, { value: amount(), minSelfDelegation: "1" }));
        return "create";
      case 1:
      case 2:
      case 3:
        world.send(who, MsgDelegate, { ...pair, amount: amount() });
        return "delegate";
      case 4:
      case 5:
        world.send(who, MsgUndelegate, { ...pair, amount: amount() });
        return "undelegate";
      case 6:
      case 7:
        world.send(who, MsgBeginRedelegate, {
          ...{ delegatorAddress: who.address, validatorSrcAddress: to.operator, validatorDstAddress: other.operator },
          amount: amount(),
        });
        return "redelegate";
      case 8: {
        const entries = world.app.staking.getUnbonding(ctx(), who.raw, to.raw)?.entries ?? [];
        const creationHeight = entries[below(entries.length)]?.creationHeight ?? 1n;
        world.send(who, MsgCancelUnbondingDelegation, { ...pair, amount: amount(), creationHeight });
        return "cancel";
      }
      case 9:
        world.send(who, MsgUnjail, { validatorAddr: who.operator });
        return "unjail";
      case 10:
        world.send(who, MsgWithdrawDelegatorReward, pair);
        return "reward";
      case 11:
        world.send(who, MsgWithdrawValidatorCommission, { validatorAddress: who.operator });
        return "commission";
      default:
        if (below(3) === 0) {
          world.send(who, MsgSetWithdrawAddress, { delegatorAddress: who.address, withdrawAddress: other.address });
          return "withdraw address";
        }
        if (below(2) === 0) {
          const fund = { depositor: who.address, amount: [{ denom: "uusdc", amount: String(1 + below(1000)) }] };
          world.send(who, MsgFundCommunityPool, fund);
          return "fund";
        }
        world.send(who, MsgEditValidator, { validatorAddress: who.operator, description: KEPT, commissionRate: "0" });
        return "edit";
    }
  };
  for (let count = 0; count < blocks; count += 1) {
    const kinds = Array.from({ length: below(4) }, () => send(anybody()));
    const absent = world.people.filter(({ index }) => below(10) < (index % 3 === 0 ? 4 : 1));
    const culprit = anybody();
    const power = below(60) === 0 ? world.power(culprit) : undefined;
    const doubleSigners =
      power === undefined ? [] : [{ who: culprit, height: Math.max(1, world.height - below(5)), power }];
    const { txResults, events } = world.block({ absent, doubleSigners, seconds: 1 + below(6) });
    for (const [index, kind] of kinds.entries()) {
      const code = txResults[index]?.code;
      // 111222 would be a mistake in our code that a transaction's recovery hides.
      if (code === 111_222) throw new Error(`${kind}: ${txResults[index]?.log}`);
      if (code === 0) passed.set(kind, (passed.get(kind) ?? 0) + 1);
    }
    for (const { type } of events) {
      if (["slash", "complete_unbonding", "complete_redelegation"].includes(type)) {
        passed.set(type, (passed.get(type) ?? 0) + 1);
      }
    }
  }
  expect(supply("uusdc")).toBe(begin.uusdc);
  expect(supply("ustake") < begin.ustake).toBe(true);
  return { passed, hash: toHex(world.app.info().lastBlockAppHash) };
}

describe("random walk", () => {
  test("default: everything happens, and nothing breaks", () => {
    const { passed } = walk(SEED, BLOCKS);
    console.log(`seed ${SEED}: ${[...passed].map(([kind, count]) => `${kind} ${count}`).join(", ")}`);
    for (const kind of ["create", "delegate", "undelegate", "redelegate", "unjail", "reward", "slash"]) {
      expect(passed.get(kind) ?? 0, kind).toBeGreaterThan(0);
    }
  });

  test("behavior: the same seed comes to the same state", () => {
    expect(walk(7, 40).hash).toBe(walk(7, 40).hash);
  });
});
