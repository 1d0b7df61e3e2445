// x/authz's StakeAuthorization over the real modules. Cases: a limit that goes down to nothing, for each of the four
// messages; without a limit; lists, upper-case too; what cannot be granted; what a grant does not allow; gas of a list; amino names.

import { describe, expect, test } from "vitest";
import { appRegistry } from "../../app/registry.ts";
import { MsgExec, MsgGrant } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { AuthorizationType, StakeAuthorization } from "../../gen/cosmos/staking/v1beta1/authz.ts";
import {
  MsgBeginRedelegate,
  MsgCancelUnbondingDelegation,
  MsgDelegate,
  MsgUndelegate,
} from "../../gen/cosmos/staking/v1beta1/tx.ts";
import type { ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { type Person, StakingWorld, stake } from "./stakingWorld.ts";

const {
  AUTHORIZATION_TYPE_UNSPECIFIED: UNSPECIFIED,
  AUTHORIZATION_TYPE_DELEGATE: DELEGATE,
  AUTHORIZATION_TYPE_UNDELEGATE: UNDELEGATE,
  AUTHORIZATION_TYPE_REDELEGATE: REDELEGATE,
  AUTHORIZATION_TYPE_CANCEL_UNBONDING_DELEGATION: CANCEL,
} = AuthorizationType;

/** Person 3 lets person 4 act; the first three are validators. */
class Granted {
  readonly world = new StakingWorld();
  readonly granter = this.world.person(3);
  readonly grantee = this.world.person(4);

  grant(authorization: Partial<StakeAuthorization>): ExecTxResult {
    const value = StakeAuthorization.encode(StakeAuthorization.fromPartial(authorization)).finish();
    return this.world.run(this.granter, MsgGrant, {
      granter: this.granter.address,
      grantee: this.grantee.address,
      grant: { authorization: { typeUrl: `/${StakeAuthorization.$type}`, value }, expiration: undefined },
    });
  }

  exec<T>(codec: MessageCodec<T>, message: Partial<T>): ExecTxResult {
    const value = codec.encode(codec.fromPartial(message)).finish();
    const msgs = [{ typeUrl: `/${codec.$type}`, value }];
    return this.world.run(this.grantee, MsgExec, { grantee: this.grantee.address, msgs });
  }

  to({ operator }: Person, amount: bigint) {
    return { delegatorAddress: this.granter.address, validatorAddress: operator, amount: stake(amount) };
  }

  delegate(validator: Person, amount: bigint): ExecTxResult {
    return this.exec(MsgDelegate, this.to(validator, amount));
  }

  /** The granter's own, so that there is something to take back. */
  stakeOwn(): void {
    this.world.pass(this.granter, MsgDelegate, this.to(this.world.person(0), 1_000n));
  }
}

const codeOf = ({ codespace, code }: ExecTxResult): readonly [string, number] => [codespace, code];
const ALLOWED = ["", 0];
const NO_GRANT = ["authz", 2];
const NOT_LISTED = ["sdk", 4];

describe("a limit", () => {
  test("default: goes down with each delegation, and the grant ends with it", () => {
    const granted = new Granted();
    const validator = granted.world.person(0);
    expect(codeOf(granted.grant({ maxTokens: stake(100n), authorizationType: DELEGATE }))).toEqual(ALLOWED);
    expect(codeOf(granted.delegate(validator, 60n))).toEqual(ALLOWED);
    expect(codeOf(granted.delegate(validator, 41n))).toEqual(["sdk", 5]);
    expect(codeOf(granted.delegate(validator, 40n))).toEqual(ALLOWED);
    expect(codeOf(granted.delegate(validator, 1n))).toEqual(NO_GRANT);
    expect(granted.world.shares(granted.granter, validator)).toBe(100n * 10n ** 18n);
  });

  test("behavior: undelegating and moving count, too, each by a grant of its own", () => {
    const granted = new Granted();
    const [from, to] = [granted.world.person(0), granted.world.person(1)];
    granted.stakeOwn();
    for (const authorizationType of [UNDELEGATE, REDELEGATE]) {
      expect(codeOf(granted.grant({ maxTokens: stake(100n), authorizationType }))).toEqual(ALLOWED);
    }
    expect(codeOf(granted.delegate(from, 1n))).toEqual(NO_GRANT);
    const move = (amount: bigint) => ({
      delegatorAddress: granted.granter.address,
      validatorSrcAddress: from.operator,
      validatorDstAddress: to.operator,
      amount: stake(amount),
    });
    expect(codeOf(granted.exec(MsgUndelegate, granted.to(from, 100n)))).toEqual(ALLOWED);
    expect(codeOf(granted.exec(MsgUndelegate, granted.to(from, 1n)))).toEqual(NO_GRANT);
    expect(codeOf(granted.exec(MsgBeginRedelegate, move(101n)))).toEqual(["sdk", 5]);
    expect(codeOf(granted.exec(MsgBeginRedelegate, move(100n)))).toEqual(ALLOWED);
    expect(granted.world.shares(granted.granter, from)).toBe(800n * 10n ** 18n);
    expect(granted.world.shares(granted.granter, to)).toBe(100n * 10n ** 18n);
  });

  test("behavior: without one any amount, and cancelling an unbonding", () => {
    const granted = new Granted();
    const { world, granter } = granted;
    granted.stakeOwn();
    world.pass(granter, MsgUndelegate, granted.to(world.person(0), 300n));
    const creationHeight = BigInt(world.height);
    expect(codeOf(granted.grant({ authorizationType: CANCEL }))).toEqual(ALLOWED);
    for (const amount of [100n, 200n]) {
      const cancel = { ...granted.to(world.person(0), amount), creationHeight };
      expect(codeOf(granted.exec(MsgCancelUnbondingDelegation, cancel))).toEqual(ALLOWED);
    }
    expect(world.shares(granter, world.person(0))).toBe(1_000n * 10n ** 18n);
  });

  test("error: another token, no amount, a delegation that fails: the limit stays", () => {
    const granted = new Granted();
    const validator = granted.world.person(0);
    granted.grant({ maxTokens: stake(100n), authorizationType: DELEGATE });
    const base = granted.to(validator, 1n);
    const other = granted.exec(MsgDelegate, { ...base, amount: { denom: "uusdc", amount: "1" } });
    expect(codeOf(other)).toEqual(["sdk", 10]);
    const negative = granted.exec(MsgDelegate, { ...base, amount: { denom: "ustake", amount: "-5" } });
    expect(codeOf(negative)).not.toEqual(ALLOWED);
    expect(codeOf(granted.delegate(validator, 0n))).toEqual(["sdk", 18]);
    expect(codeOf(granted.delegate(granted.world.person(5), 50n))).toEqual(["staking", 3]);
    expect(codeOf(granted.delegate(validator, 100n))).toEqual(ALLOWED);
  });
});

describe("lists", () => {
  test("default: those that are listed, or all but those", () => {
    const granted = new Granted();
    const [one, two, three] = [granted.world.person(0), granted.world.person(1), granted.world.person(2)];
    granted.grant({ allowList: { address: [one.operator, two.operator] }, authorizationType: DELEGATE });
    expect([one, two, three].map((each) => codeOf(granted.delegate(each, 1n)))).toEqual([ALLOWED, ALLOWED, NOT_LISTED]);
    granted.grant({ denyList: { address: [one.operator, two.operator] }, authorizationType: DELEGATE });
    expect([one, two, three].map((each) => codeOf(granted.delegate(each, 1n)))).toEqual([
      NOT_LISTED,
      NOT_LISTED,
      ALLOWED,
    ]);
  });

  test("behavior: the destination counts when tokens move", () => {
    const granted = new Granted();
    const [from, to] = [granted.world.person(0), granted.world.person(1)];
    granted.stakeOwn();
    const move = {
      delegatorAddress: granted.granter.address,
      validatorSrcAddress: from.operator,
      validatorDstAddress: to.operator,
      amount: stake(1n),
    };
    granted.grant({ allowList: { address: [from.operator] }, authorizationType: REDELEGATE });
    expect(codeOf(granted.exec(MsgBeginRedelegate, move))).toEqual(NOT_LISTED);
    granted.grant({ allowList: { address: [to.operator] }, authorizationType: REDELEGATE });
    expect(codeOf(granted.exec(MsgBeginRedelegate, move))).toEqual(ALLOWED);
  });

  test("error: who is denied is denied in upper case, too", () => {
    const granted = new Granted();
    const denied = granted.world.person(0);
    granted.grant({ denyList: { address: [denied.operator] }, authorizationType: DELEGATE });
    const result = granted.exec(MsgDelegate, {
      ...granted.to(denied, 1n),
      validatorAddress: denied.operator.toUpperCase(),
    });
    expect(codeOf(result)).toEqual(NOT_LISTED);
  });

  test("behavior: each validator that is compared costs 10 gas", () => {
    const gasOf = (place: number) => {
      const granted = new Granted();
      const [one, two, three] = [0, 1, 2].map((index) => granted.world.person(index).operator);
      const address = [two!, three!];
      address.splice(place, 0, one!);
      granted.grant({ allowList: { address }, authorizationType: DELEGATE });
      const result = granted.delegate(granted.world.person(0), 1n);
      expect(codeOf(result)).toEqual(ALLOWED);
      return result.gasUsed;
    };
    expect(gasOf(2) - gasOf(0)).toBe(20n);
  });
});

describe("grants", () => {
  const { operator } = new StakingWorld().person(0);
  test.each<[string, Partial<StakeAuthorization>, string, number]>([
    ["no type", { authorizationType: UNSPECIFIED }, "authz", 4],
    ["a type that is none", { authorizationType: 5 as AuthorizationType }, "authz", 4],
    ["a negative limit", { maxTokens: stake(-1n), authorizationType: DELEGATE }, "authz", 12],
    ["a limit of no denomination", { maxTokens: { denom: "", amount: "1" }, authorizationType: DELEGATE }, "sdk", 10],
    ["a limit of no amount", { maxTokens: { denom: "ustake", amount: "" }, authorizationType: DELEGATE }, "sdk", 10],
    ["a list with what is no validator", { denyList: { address: ["x"] }, authorizationType: DELEGATE }, "sdk", 7],
    [
      "a list that is too long",
      { denyList: { address: Array(1001).fill(operator) }, authorizationType: DELEGATE },
      "sdk",
      18,
    ],
  ])("error: %s", (_, authorization, codespace, code) => {
    expect(codeOf(new Granted().grant(authorization))).toEqual([codespace, code]);
  });

  test("error: both lists are no message, since they are alternatives", () => {
    const list = { address: [operator] };
    const both = { allowList: list, denyList: list, authorizationType: DELEGATE };
    expect(() => new Granted().grant(both)).toThrow("singular field occurs twice");
  });

  test("behavior: it has the SDK's amino name", () => {
    expect(appRegistry().aminoName(StakeAuthorization.$type)).toBe("cosmos-sdk/StakeAuthorization");
    const implementations = appRegistry().implementations("cosmos.authz.v1beta1.Authorization");
    expect(implementations).toContain(`/${StakeAuthorization.$type}`);
  });
});
