// Cases: the first token makes one share; shares after a slash; rounding never gives more than went in; taking all; no tokens
// left; bytes and back; keys of other kinds; power.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BondStatus } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import {
  addTokens,
  decodeValidator,
  newValidator,
  powerOf,
  pubKeyAny,
  pubKeyOf,
  removeShares,
  sharesFromTokens,
  tokensFromShares,
  validatorBytes,
} from "./validator.ts";

const EMPTY = newValidator({
  operator: new Uint8Array(20).fill(1),
  pubKey: new Uint8Array(32).fill(2),
  description: { moniker: "m", identity: "i", website: "w", securityContact: "s", details: "d" },
  commission: { rate: 1n, maxRate: 2n, maxChangeRate: 1n, updateTimeNs: 1_700_000_000_000_000_005n },
  minSelfDelegation: 1n,
});

describe("shares", () => {
  test("default: one for each token until something is slashed", () => {
    const { validator, issued } = addTokens(EMPTY, 1000n);
    expect([validator.tokens, validator.shares, issued]).toEqual([1000n, 1000n * DEC_ONE, 1000n * DEC_ONE]);
    const slashed = { ...validator, tokens: 500n };
    expect(addTokens(slashed, 10n).issued).toBe(20n * DEC_ONE);
    expect(removeShares(slashed, 20n * DEC_ONE).amount).toBe(10n);
    expect(tokensFromShares(slashed, 20n * DEC_ONE)).toBe(10n * DEC_ONE);
  });

  test("behavior: the last share takes what rounding left", () => {
    const odd = { ...EMPTY, tokens: 10n, shares: 3n * DEC_ONE };
    const first = removeShares(odd, DEC_ONE);
    const second = removeShares(first.validator, DEC_ONE);
    const third = removeShares(second.validator, DEC_ONE);
    expect([first, second, third].map(({ amount }) => amount)).toEqual([3n, 3n, 4n]);
    expect(third.validator).toMatchObject({ tokens: 0n, shares: 0n });
  });

  test("error: shares of a validator without tokens, more than it has", () => {
    expect(() => sharesFromTokens({ tokens: 0n, shares: DEC_ONE }, 1n)).toThrow("insufficient delegation shares");
    expect(() => removeShares({ ...EMPTY, tokens: 1n, shares: DEC_ONE }, DEC_ONE + 1n)).toThrow("fewer shares");
  });

  test("behavior: who goes in and out takes nothing of the others", () => {
    const amount = fc.bigInt(1n, 10n ** 15n);
    fc.assert(
      fc.property(amount, amount, amount, fc.bigInt(0n, 99n), (others, mine, part, slashed) => {
        const before = addTokens(EMPTY, others).validator;
        const tokens = before.tokens - (before.tokens * slashed) / 100n;
        fc.pre(tokens > 0n);
        const { validator, issued } = addTokens({ ...before, tokens }, mine);
        const shares = part < mine ? (issued * part) / mine : issued;
        fc.pre(shares > 0n);
        const after = removeShares(validator, shares);
        expect(after.amount <= mine).toBe(true);
        expect(after.validator.tokens >= tokens).toBe(true);
      }),
    );
  });
});

describe("bytes", () => {
  test("default: a validator comes back", () => {
    const { validator } = addTokens(EMPTY, 5n);
    const known = { ...validator, jailed: true, status: BondStatus.BOND_STATUS_UNBONDING, unbondingIds: [3n] };
    expect(decodeValidator(validatorBytes(known))).toEqual(known);
  });

  test("error: keys of another kind or length", () => {
    expect(pubKeyOf(pubKeyAny(EMPTY.pubKey))).toEqual(EMPTY.pubKey);
    expect(pubKeyOf({ typeUrl: "/cosmos.crypto.secp256k1.PubKey", value: new Uint8Array(0) })).toBeUndefined();
    expect(() => pubKeyOf(pubKeyAny(new Uint8Array(31)))).toThrow("expected 32 bytes, got 31");
  });
});

test.each([
  [999_999n, 0n],
  [1_000_000n, 1n],
  [1_999_999n, 1n],
])("powerOf: %s tokens are %s", (tokens, power) => {
  expect(powerOf(tokens)).toBe(power);
});
