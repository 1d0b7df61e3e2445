// Errors of x/slashing (cosmos-sdk v0.50 x/slashing/types/errors.go): those that can occur here.

import { registerError } from "../../src/codec/chainError.ts";
import { SLASHING } from "./keys.ts";

const slashing = (code: number, text: string) => registerError(SLASHING, code, text);

export const ErrNoValidatorForAddress = slashing(2, "address is not associated with any known validator");
export const ErrValidatorJailed = slashing(4, "validator still jailed; cannot be unjailed");
export const ErrValidatorNotJailed = slashing(5, "validator not jailed; cannot be unjailed");
export const ErrMissingSelfDelegation = slashing(6, "validator has no self-delegation; cannot be unjailed");
export const ErrSelfDelegationTooLowToUnjail = slashing(
  7,
  "validator's self delegation less than minimum; cannot be unjailed",
);
