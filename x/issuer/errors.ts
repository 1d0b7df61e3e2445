// Errors of the issuer: codes and texts of Noble's fiat-tokenfactory, where it has them.

import { registerError } from "../../src/codec/chainError.ts";

const issuer = (code: number, text: string) => registerError("fiat-tokenfactory", code, text);

export const ErrUnauthorized = issuer(2, "unauthorized");
export const ErrMint = issuer(4, "tokens can not be minted");
export const ErrSendCoinsToAccount = issuer(5, "can't send tokens to account");
export const ErrBurn = issuer(6, "tokens can not be burned");
export const ErrBlacklisted = issuer(20, "the address is blacklisted already");
export const ErrNotBlacklisted = issuer(21, "the address is not blacklisted");
export const ErrInvalidAllowance = issuer(22, "the allowance is invalid");
