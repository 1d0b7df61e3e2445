// Errors of x/distribution (cosmos-sdk v0.50 x/distribution/types/errors.go): those that can occur here.

import { registerError } from "../../src/codec/chainError.ts";
import { DISTRIBUTION } from "./keys.ts";

const distribution = (code: number, text: string) => registerError(DISTRIBUTION, code, text);

export const ErrEmptyDelegationDistInfo = distribution(5, "no delegation distribution info");
export const ErrNoValidatorCommission = distribution(7, "no validator commission to withdraw");
export const ErrSetWithdrawAddrDisabled = distribution(8, "set withdraw address disabled");
export const ErrBadDistribution = distribution(9, "community pool does not have sufficient coins to distribute");
export const ErrNoValidatorExists = distribution(12, "validator does not exist");
export const ErrNoDelegationExists = distribution(13, "delegation does not exist");
