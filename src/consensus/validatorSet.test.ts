// Cases: one joins, changes and leaves; order by power and address; nothing changes; nobody left; another kind of key.

import { describe, expect, test } from "vitest";
import { ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { addressOfEd25519 } from "../crypto/address.ts";
import { updateValidators } from "./validatorSet.ts";

const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const update = (byte: number, power: bigint) => ({ pubKey: { ed25519: keyOf(byte), secp256k1: undefined }, power });
const powers = ({ validators }: ValidatorSet) => validators.map(({ votingPower }) => votingPower);

const EMPTY = ValidatorSet.fromPartial({});
const ONE = updateValidators(EMPTY, [update(1, 10n)]);

describe("updateValidators", () => {
  test("default: by falling power, the proposer stays", () => {
    const two = updateValidators(ONE, [update(2, 30n)]);
    expect(powers(two)).toEqual([30n, 10n]);
    expect([two.totalVotingPower, two.proposer?.address]).toEqual([40n, addressOfEd25519(keyOf(1))]);
    const swapped = updateValidators(two, [update(2, 5n)]);
    expect(powers(swapped)).toEqual([10n, 5n]);
    expect(powers(updateValidators(swapped, [update(1, 0n), update(3, 1n)]))).toEqual([5n, 1n]);
  });

  test("behavior: equal powers by address", () => {
    const set = updateValidators(
      EMPTY,
      [4, 2, 3].map((byte) => update(byte, 1n)),
    );
    const texts = set.validators.map(({ address }) => Buffer.from(address).toString("hex"));
    expect(texts).toEqual([...texts].sort());
  });

  test("behavior: no updates give the same set", () => {
    expect(updateValidators(ONE, [])).toBe(ONE);
  });

  test("error: nobody left, a key that is not ed25519", () => {
    expect(() => updateValidators(ONE, [update(1, 0n)])).toThrow("no validator would be left");
    const other = { pubKey: { ed25519: undefined, secp256k1: keyOf(1) }, power: 1n };
    expect(() => updateValidators(ONE, [other])).toThrow("is not ed25519");
  });
});
