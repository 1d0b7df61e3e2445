// Errors of x/feegrant (cosmossdk.io/x/feegrant v0.2 errors.go).

import { registerError } from "../../src/codec/chainError.ts";

const feegrant = (code: number, text: string) => registerError("feegrant", code, text);

export const ErrFeeLimitExceeded = feegrant(2, "fee limit exceeded");
export const ErrFeeLimitExpired = feegrant(3, "fee allowance expired");
export const ErrInvalidDuration = feegrant(4, "invalid duration");
export const ErrNoAllowance = feegrant(5, "no allowance");
export const ErrNoMessages = feegrant(6, "allowed messages are empty");
export const ErrMessageNotAllowed = feegrant(7, "message not allowed");
