// Errors of x/authz (cosmos-sdk v0.53 x/authz/errors.go). Codes 8, 10 and 11 are retired.

import { registerError } from "../../src/codec/chainError.ts";

const authz = (code: number, text: string) => registerError("authz", code, text);

export const ErrNoAuthorizationFound = authz(2, "authorization not found");
export const ErrInvalidExpirationTime = authz(3, "expiration time of authorization should be more than current time");
export const ErrUnknownAuthorizationType = authz(4, "unknown authorization type");
export const ErrNoGrantKeyFound = authz(5, "grant key not found");
export const ErrAuthorizationExpired = authz(6, "authorization expired");
export const ErrGranteeIsGranter = authz(7, "grantee and granter should be different");
export const ErrAuthorizationNumOfSigners = authz(9, "authorization can be given to msg with only one signer");
export const ErrNegativeMaxTokens = authz(12, "max tokens should be positive");
