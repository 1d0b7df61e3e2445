// What a grant allows. Each kind says which message it is about and what is left of it after one (cosmos-sdk v0.53
// x/authz/generic_authorization.go, x/bank/types/send_authorization.go). Other modules add theirs to the list.

import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { SendAuthorization } from "../../gen/cosmos/bank/v1beta1/authz.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { checkCoins, coinsFromProto, coinsToProto, subtractCoins } from "../../src/codec/coins.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import {
  ErrInsufficientFunds,
  ErrInvalidCoins,
  ErrInvalidRequest,
  ErrInvalidType,
  ErrTxDecode,
  ErrUnauthorized,
} from "../../src/codec/sdkErrors.ts";
import { ErrUnknownAuthorizationType } from "./errors.ts";

/** What is left of an authorization: the same, another one, or nothing. */
export type Left<T> =
  | { readonly kind: "same" }
  | { readonly kind: "updated"; readonly to: T }
  | { readonly kind: "used" };

/** A kind of authorization. */
export interface AuthorizationKind<T> {
  readonly codec: MessageCodec<T>;
  /** Type URL of the message it allows. */
  msgTypeUrl(authorization: T): string;
  /** Throws ChainError when it can never make sense. */
  validate(authorization: T): void;
  /** Throws ChainError when it does not allow the message. `consumeGas` is called for each entry compared. */
  accept(authorization: T, message: unknown, consumeGas: (what: string) => void): Left<T>;
}

/** Declares a kind with its type. */
export function authorizationKind<T>(kind: AuthorizationKind<T>): AuthorizationKind<unknown> {
  // A kind is only ever given what its own codec decoded.
  return kind as AuthorizationKind<unknown>;
}

const ALLOW_LIST_MAX = 1000;

/** Any message of a type, any number of times. */
const generic = authorizationKind<GenericAuthorization>({
  codec: GenericAuthorization,
  msgTypeUrl: ({ msg }) => msg,
  validate({ msg }) {
    if (msg === "") throw new ChainError(ErrInvalidType, "msg type cannot be empty");
  },
  accept: () => ({ kind: "same" }),
});

/** Transfers up to an amount, to certain addresses or to all. */
const send = authorizationKind<SendAuthorization>({
  codec: SendAuthorization,
  msgTypeUrl: () => `/${MsgSend.$type}`,
  validate({ spendLimit, allowList }) {
    const limit = coinsFromProto(spendLimit);
    if (limit.length === 0) throw new ChainError(ErrInvalidCoins, "spend limit cannot be nil");
    if (limit.some(({ amount }) => amount <= 0n)) {
      throw new ChainError(ErrInvalidCoins, "spend limit must be positive");
    }
    // The SDK takes a limit that is not sorted, and then counts wrong.
    const problem = checkCoins(limit);
    if (problem !== undefined) throw new ChainError(ErrInvalidCoins, `spend limit: ${problem}`);
    if (allowList.length > ALLOW_LIST_MAX) {
      throw new ChainError(ErrInvalidRequest, `more than ${ALLOW_LIST_MAX} allowed addresses`);
    }
    if (new Set(allowList).size !== allowList.length) {
      throw new ChainError(ErrInvalidRequest, "duplicate entry in the allow list");
    }
  },
  accept({ spendLimit, allowList }, message, consumeGas) {
    // The kind is looked up by the message's type.
    const { amount, toAddress } = message as MsgSend;
    const left = subtractCoins(coinsFromProto(spendLimit), coinsFromProto(amount));
    if (left === undefined) {
      throw new ChainError(ErrInsufficientFunds, "requested amount is more than spend limit");
    }
    if (allowList.length > 0 && !isListed(allowList, toAddress, () => consumeGas("send authorization"))) {
      throw new ChainError(ErrUnauthorized, `cannot send to ${toAddress} address`);
    }
    if (left.length === 0) return { kind: "used" };
    return { kind: "updated", to: { spendLimit: coinsToProto(left), allowList } };
  },
});

function isListed(list: readonly string[], address: string, consumeGas: () => void): boolean {
  for (const entry of list) {
    consumeGas();
    if (entry === address) return true;
  }
  return false;
}

/** The kinds that this chain knows from the start. */
export const AUTHORIZATION_KINDS: readonly AuthorizationKind<unknown>[] = [generic, send];

/** Kinds by the type URL of their own message. */
export class AuthorizationRegistry {
  readonly #kinds: ReadonlyMap<string, AuthorizationKind<unknown>>;

  constructor(kinds: readonly AuthorizationKind<unknown>[]) {
    this.#kinds = new Map(kinds.map((kind) => [`/${kind.codec.$type}`, kind]));
  }

  /** The kind and the value of an authorization. Throws ErrUnknownAuthorizationType, ErrTxDecode. */
  decode(any: Any | undefined): { kind: AuthorizationKind<unknown>; value: unknown } {
    const kind = this.#kinds.get(any?.typeUrl ?? "");
    if (any === undefined || kind === undefined) {
      throw new ChainError(ErrUnknownAuthorizationType, any?.typeUrl ?? "authorization is missing");
    }
    try {
      return { kind, value: kind.codec.decode(any.value) };
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new ChainError(ErrTxDecode, `${any.typeUrl}: ${reason}`);
    }
  }
}
