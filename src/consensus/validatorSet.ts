// How a validator set changes with what the application says (CometBFT v0.38 types/validator_set.go UpdateWithChangeSet).

import type { ValidatorUpdate } from "../../gen/tendermint/abci/types.ts";
import { ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { compareBytes, toHex } from "../codec/bytes.ts";
import { addressOfEd25519 } from "../crypto/address.ts";

/**
 * The set after updates, by falling power and then by address; the same object when there are none. Power 0 removes. The
 * proposer is kept, or is the first. Throws an Error on a key that is not ed25519, and when nobody would be left.
 */
export function updateValidators(set: ValidatorSet, updates: readonly ValidatorUpdate[]): ValidatorSet {
  if (updates.length === 0) return set;
  const byAddress = new Map(set.validators.map((validator) => [toHex(validator.address), validator]));
  for (const { pubKey, power } of updates) {
    if (pubKey?.ed25519 === undefined) throw new Error("a validator's key is not ed25519");
    const address = addressOfEd25519(pubKey.ed25519);
    if (power === 0n) byAddress.delete(toHex(address));
    else byAddress.set(toHex(address), { address, pubKey, votingPower: power, proposerPriority: 0n });
  }
  const validators = [...byAddress.values()].sort((a, b) => {
    if (a.votingPower !== b.votingPower) return a.votingPower > b.votingPower ? -1 : 1;
    return compareBytes(a.address, b.address);
  });
  if (validators.length === 0) throw new Error("no validator would be left");
  const proposer = byAddress.get(toHex(set.proposer?.address ?? new Uint8Array(0))) ?? validators[0];
  return ValidatorSet.fromPartial({ validators, proposer, totalVotingPower: totalPower(validators) });
}

/** Sum of the powers. */
export function totalPower(validators: readonly { readonly votingPower: bigint }[]): bigint {
  return validators.reduce((sum, { votingPower }) => sum + votingPower, 0n);
}
