// Cases: a block's fees by power, with tax and commission; nobody voted; two delegators, one of whom came later; a slash in
// between; withdrawing, to another address, commission, refusals; the community pool in and out; a validator that ends; the
// sum of everything is what came in; queries leave nothing.

import { describe, expect, test } from "vitest";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import {
  QueryDelegationTotalRewardsRequest,
  QueryDelegationTotalRewardsResponse,
} from "../../gen/cosmos/distribution/v1beta1/query.ts";
import {
  MsgCommunityPoolSpend,
  MsgDepositValidatorRewardsPool,
  MsgFundCommunityPool,
  MsgSetWithdrawAddress,
  MsgWithdrawDelegatorReward,
  MsgWithdrawValidatorCommission,
} from "../../gen/cosmos/distribution/v1beta1/tx.ts";
import { MsgCreateValidator, MsgDelegate, MsgUndelegate } from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { RequestQuery } from "../../gen/tendermint/abci/types.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { creation, FEE, type Person, StakingWorld, stake } from "./stakingWorld.ts";

const uusdc = (amount: bigint) => [{ denom: "uusdc", amount: amount.toString() }];
const delegation = (from: Person, to: Person, amount: bigint) => ({
  delegatorAddress: from.address,
  validatorAddress: to.operator,
  amount: stake(amount),
});

/** What somebody would be paid now, uusdc in units of 10^-18. */
function owed(world: StakingWorld, { address }: Person): bigint {
  const data = QueryDelegationTotalRewardsRequest.encode({ delegatorAddress: address }).finish();
  const path = "/cosmos.distribution.v1beta1.Query/DelegationTotalRewards";
  const { value, log } = world.app.query(RequestQuery.fromPartial({ path, data }));
  if (log !== "") throw new Error(log);
  return BigInt(QueryDelegationTotalRewardsResponse.decode(value).total[0]?.amount ?? "0");
}

/** A block whose fee is divided in the next one. */
function earn(world: StakingWorld, blocks = 1): void {
  const who = world.person(5);
  for (let count = 0; count < blocks; count += 1) {
    world.pass(who, MsgSend, { fromAddress: who.address, toAddress: who.address, amount: uusdc(1n) });
  }
  world.block();
}

describe("rewards", () => {
  test("default: two hundredths to everybody, the rest by power, of which a twentieth is commission", () => {
    const world = new StakingWorld({ validators: 2 });
    earn(world);
    // 10,000: 200 of tax, 4,900 each, of which 245 are commission.
    for (const index of [0, 1]) expect(owed(world, world.person(index))).toBe(4655n * DEC_ONE);
    const before = world.balance(world.person(0), "uusdc");
    const { operator, address } = world.person(0);
    world.pass(world.person(0), MsgWithdrawDelegatorReward, { delegatorAddress: address, validatorAddress: operator });
    expect(world.balance(world.person(0), "uusdc")).toBe(before + 4655n - FEE);
    world.pass(world.person(0), MsgWithdrawValidatorCommission, { validatorAddress: operator });
    // The commission of three blocks' fees: of two of them only a half is divided.
    expect(world.balance(world.person(0), "uusdc") > before + 4655n + 245n - 2n * FEE).toBe(true);
  });

  test("behavior: who came later earns from then on, by what is at stake", () => {
    const world = new StakingWorld({ validators: 1 });
    const [validator, who] = [world.person(0), world.person(4)];
    earn(world);
    world.pass(who, MsgDelegate, delegation(who, validator, 5_000_000_000n));
    // The fee of the delegation itself is divided by those who voted when it was paid.
    world.block();
    const first = owed(world, who);
    earn(world);
    // 9,310 for 1,005,000 power.
    const share = (9310n * DEC_ONE * 5n) / 1005n;
    const earned = owed(world, who) - first;
    expect(earned <= share && share - earned < 10n ** 10n).toBe(true);
  });

  test("behavior: a slash lowers what is earned after it, not before", () => {
    const world = new StakingWorld({ validators: 2 });
    const [validator, who] = [world.person(0), world.person(4)];
    world.pass(who, MsgDelegate, delegation(who, validator, 1_000_000_000n));
    earn(world);
    const before = owed(world, who);
    world.block({ doubleSigners: [{ who: validator, height: world.height, power: 1_001_000n }] });
    expect(owed(world, who)).toBe(before);
    world.pass(who, MsgWithdrawDelegatorReward, {
      delegatorAddress: who.address,
      validatorAddress: validator.operator,
    });
    expect(world.balance(who, "ustake")).toBe(4_000_000_000n);
    // It is out: nothing more comes.
    world.block();
    world.block();
    const rest = owed(world, who);
    earn(world);
    expect(owed(world, who)).toBe(rest);
  });

  test("behavior: without a vote everything belongs to everybody", () => {
    const world = new StakingWorld({ validators: 1, distribution: { community_tax: "1" } });
    earn(world, 3);
    expect(owed(world, world.person(0))).toBe(0n);
  });

  test("behavior: paid to another address; error: a module's, nothing there, no commission", () => {
    const world = new StakingWorld({ validators: 1 });
    const [validator, who, purse] = [world.person(0), world.person(4), world.person(3)];
    const blocked = encodeAddress(moduleAddress("distribution"));
    const set = (withdrawAddress: string) =>
      world.run(validator, MsgSetWithdrawAddress, { delegatorAddress: validator.address, withdrawAddress });
    expect(set(blocked)).toMatchObject({ codespace: "sdk", code: 4 });
    expect(set(purse.address).code).toBe(0);
    world.block();
    const before = world.balance(purse, "uusdc");
    const pair = { delegatorAddress: validator.address, validatorAddress: validator.operator };
    world.pass(validator, MsgWithdrawDelegatorReward, pair);
    expect(world.balance(purse, "uusdc") > before).toBe(true);
    const foreign = { delegatorAddress: who.address, validatorAddress: validator.operator };
    expect(world.run(who, MsgWithdrawDelegatorReward, foreign)).toMatchObject({ codespace: "distribution", code: 13 });
    const nobody = { delegatorAddress: who.address, validatorAddress: who.operator };
    expect(world.run(who, MsgWithdrawDelegatorReward, nobody)).toMatchObject({ codespace: "distribution", code: 12 });
    const commission = { validatorAddress: who.operator };
    expect(world.run(who, MsgWithdrawValidatorCommission, commission)).toMatchObject({
      codespace: "distribution",
      code: 7,
    });
  });

  test("behavior: an unbonding pays what was earned, and a validator that ends leaves nothing behind", () => {
    const world = new StakingWorld({ staking: { unbonding_time: "10s" } });
    const who = world.person(3);
    world.pass(who, MsgCreateValidator, creation(who, { value: stake(5_000_000_000n) }));
    world.block();
    earn(world, 5);
    const before = world.balance(who, "uusdc");
    world.pass(who, MsgUndelegate, delegation(who, who, 5_000_000_000n));
    expect(world.balance(who, "uusdc") > before - FEE).toBe(true);
    world.block({ seconds: 20 });
    expect(world.hasValidator(who)).toBe(false);
    expect(owed(world, who)).toBe(0n);
  });
});

describe("the community pool", () => {
  test("default: everybody may give; error: only the authority takes", () => {
    const world = new StakingWorld({ validators: 1 });
    const who = world.person(4);
    world.pass(who, MsgFundCommunityPool, { depositor: who.address, amount: uusdc(5_000_000n) });
    const take = { authority: who.address, recipient: who.address, amount: uusdc(1n) };
    expect(world.run(who, MsgCommunityPoolSpend, take)).toMatchObject({ codespace: "gov", code: 13 });
    expect(world.run(who, MsgFundCommunityPool, { depositor: who.address, amount: [] })).toMatchObject({ code: 10 });
  });

  test("behavior: a gift to a validator's delegators is shared as fees are", () => {
    const world = new StakingWorld({ validators: 1 });
    const [validator, who] = [world.person(0), world.person(4)];
    const before = owed(world, validator);
    world.pass(who, MsgDepositValidatorRewardsPool, {
      ...{ depositor: who.address, validatorAddress: validator.operator, amount: uusdc(1_000_000n) },
    });
    expect(owed(world, validator) - before).toBe(950_000n * DEC_ONE);
    const nobody = { depositor: who.address, validatorAddress: who.operator, amount: uusdc(1n) };
    expect(world.run(who, MsgDepositValidatorRewardsPool, nobody)).toMatchObject({
      codespace: "distribution",
      code: 12,
    });
  });
});
