// Errors of CCTP V2, in the code-space of the module: from 200 on, where V1 has none. Each stands for one refusal of
// Circle's V2 contracts, whose texts are in the README; those below 220 are of receiving.

import { registerError } from "../../../src/codec/chainError.ts";

const cctp = (code: number, text: string) => registerError("cctp", code, text);

export const ErrUnauthorizedV2 = cctp(200, "the signer does not have this role");
export const ErrPausedV2 = cctp(201, "sending and receiving messages is paused");
export const ErrMintingPausedV2 = cctp(202, "burning and minting is paused");
export const ErrAttestationV2 = cctp(203, "the attestation does not hold");
export const ErrMessageTooShortV2 = cctp(204, "the message is too short");
export const ErrDestinationDomainV2 = cctp(205, "the message is for another domain");
export const ErrDestinationCallerV2 = cctp(206, "the message is to be delivered by somebody else");
export const ErrMessageVersionV2 = cctp(207, "the message has another version");
export const ErrNonceUsedV2 = cctp(208, "the nonce was used before");
export const ErrRemoteTokenMessengerV2 = cctp(209, "the sender is not the token messenger of its domain");
export const ErrFinalityThresholdV2 = cctp(210, "attested at too low a finality");
export const ErrBurnMessageTooShortV2 = cctp(211, "the burn message is too short");
export const ErrBurnMessageVersionV2 = cctp(212, "the burn message has another version");
export const ErrExpiredV2 = cctp(213, "the message expired and must be attested again");
export const ErrFeeNotBelowAmountV2 = cctp(214, "the fee is not below the amount");
export const ErrFeeAboveMaxFeeV2 = cctp(215, "the fee is above the maximum fee");
export const ErrMintTokenV2 = cctp(216, "the burned token is linked to no token here");
export const ErrMintToZeroV2 = cctp(217, "the mint recipient is the zero address");
export const ErrNoFeeRecipientV2 = cctp(218, "there is no fee recipient");

export const ErrDenylistedV2 = cctp(220, "the depositor is on the denylist");
export const ErrNoHookDataV2 = cctp(221, "the hook data is empty");
export const ErrAmountV2 = cctp(222, "the amount must be positive");
export const ErrMintRecipientV2 = cctp(223, "the mint recipient must not be zero");
export const ErrMaxFeeV2 = cctp(224, "the maximum fee must be below the amount");
export const ErrMaxFeeTooLowV2 = cctp(225, "the maximum fee is below the minimum");
export const ErrNoTokenMessengerV2 = cctp(226, "the destination has no token messenger");
export const ErrBurnTokenV2 = cctp(227, "the token cannot be burned");
export const ErrBurnLimitV2 = cctp(228, "the amount is above the burn limit");
export const ErrLocalDomainV2 = cctp(229, "the destination is this domain");
export const ErrBodyTooLongV2 = cctp(230, "the message body is too long");
export const ErrRecipientV2 = cctp(231, "the recipient must not be zero");
export const ErrMalformedV2 = cctp(232, "a field is malformed");

export const ErrAttesterExistsV2 = cctp(240, "the attester is enabled already");
export const ErrAttesterNotFoundV2 = cctp(241, "the attester is not enabled");
export const ErrTooFewAttestersV2 = cctp(242, "too few attesters would be left");
export const ErrTooManyAttestersV2 = cctp(243, "there are too many attesters");
export const ErrSignatureThresholdV2 = cctp(244, "the signature threshold is not possible");
export const ErrTokenMessengerExistsV2 = cctp(245, "the domain has a token messenger already");
export const ErrMinFeeV2 = cctp(246, "the minimum fee is too high");
export const ErrBodySizeV2 = cctp(247, "the maximum body size is too high");
