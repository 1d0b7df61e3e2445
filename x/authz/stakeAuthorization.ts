// Delegating, undelegating, moving or cancelling up to an amount, with listed validators or with all but listed ones
// (cosmos-sdk v0.53 x/staking/types/authz.go).

import type { Coin } from "../../gen/cosmos/base/v1beta1/coin.ts";
import {
  AuthorizationType,
  StakeAuthorization,
  type StakeAuthorization_Validators,
} from "../../gen/cosmos/staking/v1beta1/authz.ts";
import {
  MsgBeginRedelegate,
  MsgCancelUnbondingDelegation,
  MsgDelegate,
  MsgUndelegate,
} from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { checkDenom, coinFromProto } from "../../src/codec/coins.ts";
import {
  ErrInsufficientFunds,
  ErrInvalidCoins,
  ErrInvalidRequest,
  ErrUnauthorized,
} from "../../src/codec/sdkErrors.ts";
import { decodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { authorizationKind } from "./authorization.ts";
import { ErrNegativeMaxTokens, ErrUnknownAuthorizationType } from "./errors.ts";

/** Validators that a list may have. */
const LIST_MAX = 1000;

/** The message that each type allows. */
const MSG_TYPE_URLS: Readonly<Record<number, string>> = {
  [AuthorizationType.AUTHORIZATION_TYPE_DELEGATE]: `/${MsgDelegate.$type}`,
  [AuthorizationType.AUTHORIZATION_TYPE_UNDELEGATE]: `/${MsgUndelegate.$type}`,
  [AuthorizationType.AUTHORIZATION_TYPE_REDELEGATE]: `/${MsgBeginRedelegate.$type}`,
  [AuthorizationType.AUTHORIZATION_TYPE_CANCEL_UNBONDING_DELEGATION]: `/${MsgCancelUnbondingDelegation.$type}`,
};

type StakeMessage = MsgDelegate | MsgUndelegate | MsgBeginRedelegate | MsgCancelUnbondingDelegation;

function requireMsgTypeUrl({ authorizationType }: StakeAuthorization): string {
  const url = MSG_TYPE_URLS[authorizationType];
  if (url !== undefined) return url;
  throw new ChainError(ErrUnknownAuthorizationType, `type ${authorizationType}`);
}

function requireLimit({ denom, amount }: Coin): void {
  // The SDK reads a limit that is not a coin, and then allows nothing.
  const problem = checkDenom(denom);
  if (problem !== undefined) throw new ChainError(ErrInvalidCoins, `max tokens: ${problem}`);
  if (amount.startsWith("-")) throw new ChainError(ErrNegativeMaxTokens, `negative coin amount: ${amount}${denom}`);
  coinFromProto({ denom, amount });
}

function requireList(list: StakeAuthorization_Validators | undefined): void {
  if (list === undefined) return;
  if (list.address.length > LIST_MAX) throw new ChainError(ErrInvalidRequest, `more than ${LIST_MAX} validators`);
  for (const address of list.address) decodeValidatorAddress(address);
}

/** Who gets what is staked, or has it. */
function validatorOf(message: StakeMessage): string {
  return "validatorDstAddress" in message ? message.validatorDstAddress : message.validatorAddress;
}

/** Compares bytes: the SDK compares texts, so that upper-case letters are not on the list. */
function isListed(
  list: StakeAuthorization_Validators | undefined,
  address: Uint8Array,
  onCompare: () => void,
): boolean {
  for (const entry of list?.address ?? []) {
    onCompare();
    if (bytesEqual(decodeValidatorAddress(entry), address)) return true;
  }
  return false;
}

function requireAllowed({ allowList, denyList }: StakeAuthorization, validator: string, onCompare: () => void): void {
  const address = decodeValidatorAddress(validator);
  const isAllowed = isListed(allowList, address, onCompare) || (allowList?.address ?? []).length === 0;
  const isDenied = isListed(denyList, address, onCompare);
  if (isAllowed && !isDenied) return;
  throw new ChainError(ErrUnauthorized, `cannot delegate/undelegate to ${validator} validator`);
}

/** What is left of a limit. Throws ErrInvalidCoins, ErrInsufficientFunds. */
function leftOf(limit: Coin, amount: Coin | undefined): Coin {
  const { denom, amount: asked } = coinFromProto(amount ?? { denom: "", amount: "0" });
  if (denom !== limit.denom) throw new ChainError(ErrInvalidCoins, `invalid coin denoms: ${limit.denom}, ${denom}`);
  const left = coinFromProto(limit).amount - asked;
  if (left < 0n) throw new ChainError(ErrInsufficientFunds, `negative coin amount: ${left}${denom}`);
  return { denom, amount: left.toString() };
}

/** The kind, for the application's `AuthorizationRegistry`. */
export const STAKE_AUTHORIZATION = authorizationKind<StakeAuthorization>({
  codec: StakeAuthorization,
  msgTypeUrl: requireMsgTypeUrl,
  validate(authorization) {
    const { maxTokens, allowList, denyList } = authorization;
    if (maxTokens !== undefined) requireLimit(maxTokens);
    requireMsgTypeUrl(authorization);
    requireList(allowList);
    requireList(denyList);
  },
  accept(authorization, message, consumeGas) {
    // The kind is looked up by the message's type.
    const asked = message as StakeMessage;
    requireAllowed(authorization, validatorOf(asked), () => consumeGas("stake authorization"));
    const { maxTokens } = authorization;
    // Without a limit the SDK writes it again all the same, and gas is taken for it.
    if (maxTokens === undefined) return { kind: "updated", to: authorization };
    const left = leftOf(maxTokens, asked.amount);
    return left.amount === "0" ? { kind: "used" } : { kind: "updated", to: { ...authorization, maxTokens: left } };
  },
});
