// Errors of CCTP V1, with the codes and texts of Noble's module (noble-cctp x/cctp/types/errors.go); some it registers and
// never uses. V2's begin at 200.

import { registerError } from "../../src/codec/chainError.ts";

const cctp = (code: number, text: string) => registerError("cctp", code, text);

export const ErrUnauthorized = cctp(30, "unauthorized");
export const ErrMint = cctp(31, "tokens can not be minted");
export const ErrBurn = cctp(32, "tokens can not be burned");
export const ErrAttesterAlreadyFound = cctp(33, "attester is already present");
export const ErrAuthorityNotSet = cctp(34, "authority not set");
export const ErrMalformedField = cctp(35, "field cannot be empty or nil");
export const ErrReceiveMessage = cctp(36, "err in receive message");
export const ErrDisableAttester = cctp(37, "err in disable attester");
export const ErrUpdateSignatureThreshold = cctp(38, "err in update signature threshold");
export const ErrMinterAllowanceNotFound = cctp(39, "minter allowance not found");
export const ErrTokenPairAlreadyFound = cctp(40, "token pair already exists");
export const ErrTokenPairNotFound = cctp(41, "token pair not found");
export const ErrSendMessage = cctp(42, "error in send message");
export const ErrSendMessageWithCaller = cctp(43, "error in send message with caller");
export const ErrDepositForBurn = cctp(44, "error in deposit for burn");
export const ErrInvalidDestinationCaller = cctp(45, "malformed destination caller");
export const ErrSignatureVerification = cctp(46, "unable to verify signature");
export const ErrReplaceMessage = cctp(47, "error in replace message");
export const ErrDuringPause = cctp(48, "error while trying to pause or unpause");
export const ErrInvalidAmount = cctp(49, "invalid amount");
export const ErrNextAvailableNonce = cctp(50, "error while retrieving next available nonce");
export const ErrRemoteTokenMessengerAlreadyFound = cctp(51, "this remote token messenger mapping already exists");
export const ErrRemoteTokenMessengerNotFound = cctp(53, "remote token messenger not found");
export const ErrParsingMessage = cctp(54, "error while parsing message into bytes");
export const ErrParsingBurnMessage = cctp(55, "error while parsing burn message into bytes");
export const ErrInvalidRemoteToken = cctp(56, "invalid remote token");
export const ErrInvalidAddress = cctp(100, "invalid address");
