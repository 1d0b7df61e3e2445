// A validator and its shares (cosmos-sdk v0.50 x/staking/types/validator.go): rules that need no state.
//
// A validator's tokens belong to its delegators in shares. The first token makes one share; a slash takes tokens and leaves
// the shares. Every rounding goes against who moves: nobody gets out more than went in for them.

import { PubKey as Ed25519PubKey } from "../../gen/cosmos/crypto/ed25519/keys.ts";
import { BondStatus, Validator as ProtoValidator } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import type { ValidatorUpdate } from "../../gen/tendermint/abci/types.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { DEC_ONE, decQuo, decQuoTrunc, decTrunc, quoTrunc } from "../../src/codec/decimal.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { encodeMessage } from "../../src/codec/message.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";
import { timestampFromNs, timestampToNs } from "../../src/codec/time.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { addressOfEd25519 } from "../../src/crypto/address.ts";
import { ED25519_PUBKEY_BYTES } from "../../src/crypto/pubKey.ts";
import { ErrInsufficientShares } from "./errors.ts";

/** Tokens of the bond denomination in one unit of power. */
export const POWER_REDUCTION = 1_000_000n;
const AMOUNT_BITS = 256;
const ED25519_URL = `/${Ed25519PubKey.$type}`;

/** What a validator's commission is and may become; rates in units of 10^-18. */
export interface Commission {
  readonly rate: bigint;
  readonly maxRate: bigint;
  /** Most that the rate may rise in a day. */
  readonly maxChangeRate: bigint;
  /** When the rate was set, nanoseconds since 1970. */
  readonly updateTimeNs: bigint;
}

/** How a validator presents itself. */
export interface Description {
  readonly moniker: string;
  readonly identity: string;
  readonly website: string;
  readonly securityContact: string;
  readonly details: string;
}

/** A validator. */
export interface Validator {
  /** Raw address of the operator. */
  readonly operator: Uint8Array;
  /** Raw ed25519 key, 32 bytes. */
  readonly pubKey: Uint8Array;
  /** Follows from the key: 20 bytes. */
  readonly consensusAddress: Uint8Array;
  readonly jailed: boolean;
  readonly status: BondStatus;
  readonly tokens: bigint;
  /** Of all delegators, in units of 10^-18. */
  readonly shares: bigint;
  readonly description: Description;
  /** Since when it unbonds, and when it has; 0 while it never did. */
  readonly unbondingHeight: bigint;
  readonly unbondingTimeNs: bigint;
  readonly commission: Commission;
  readonly minSelfDelegation: bigint;
  readonly unbondingIds: readonly bigint[];
}

/** A key as protobuf carries it. */
export function pubKeyAny(pubKey: Uint8Array): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: ED25519_URL, value: Ed25519PubKey.encode({ key: pubKey }).finish() };
}

/** The key in an Any; undefined when it is of another kind. Throws an Error on malformed bytes. */
export function pubKeyOf(any: { readonly typeUrl: string; readonly value: Uint8Array }): Uint8Array | undefined {
  if (any.typeUrl !== ED25519_URL) return undefined;
  const { key } = Ed25519PubKey.decode(any.value);
  if (key.length !== ED25519_PUBKEY_BYTES) throw new Error(`expected ${ED25519_PUBKEY_BYTES} bytes, got ${key.length}`);
  return key;
}

/** A validator that has nothing yet. */
export function newValidator(
  parts: Pick<Validator, "operator" | "pubKey" | "description" | "commission" | "minSelfDelegation">,
): Validator {
  return {
    ...parts,
    consensusAddress: addressOfEd25519(parts.pubKey),
    jailed: false,
    status: BondStatus.BOND_STATUS_UNBONDED,
    tokens: 0n,
    shares: 0n,
    unbondingHeight: 0n,
    unbondingTimeNs: 0n,
    unbondingIds: [],
  };
}

/** A validator as protobuf carries it. */
export function validatorToProto(validator: Validator): ProtoValidator {
  const { commission } = validator;
  return {
    operatorAddress: encodeValidatorAddress(validator.operator),
    consensusPubkey: pubKeyAny(validator.pubKey),
    jailed: validator.jailed,
    status: validator.status,
    tokens: validator.tokens.toString(),
    delegatorShares: validator.shares.toString(),
    description: { ...validator.description },
    unbondingHeight: validator.unbondingHeight,
    unbondingTime: timestampFromNs(validator.unbondingTimeNs),
    commission: {
      commissionRates: {
        rate: commission.rate.toString(),
        maxRate: commission.maxRate.toString(),
        maxChangeRate: commission.maxChangeRate.toString(),
      },
      updateTime: timestampFromNs(commission.updateTimeNs),
    },
    minSelfDelegation: validator.minSelfDelegation.toString(),
    unbondingOnHoldRefCount: 0n,
    unbondingIds: [...validator.unbondingIds],
  };
}

/** A validator from protobuf. Throws an Error that says what is malformed. */
export function validatorFromProto(proto: ProtoValidator): Validator {
  if (proto.consensusPubkey === undefined) throw new Error("consensus_pubkey is missing");
  const pubKey = pubKeyOf(proto.consensusPubkey);
  if (pubKey === undefined) throw new Error(`consensus_pubkey: ${proto.consensusPubkey.typeUrl} is not supported`);
  const rates = proto.commission?.commissionRates;
  const { description, unbondingTime } = proto;
  if (rates === undefined) throw new Error("commission is missing");
  const updateTime = proto.commission?.updateTime;
  return {
    operator: decodeValidatorAddress(proto.operatorAddress),
    pubKey,
    consensusAddress: addressOfEd25519(pubKey),
    jailed: proto.jailed,
    status: proto.status,
    tokens: parseUint(proto.tokens, AMOUNT_BITS),
    shares: parseUnits(proto.delegatorShares),
    description: description ?? { moniker: "", identity: "", website: "", securityContact: "", details: "" },
    unbondingHeight: proto.unbondingHeight,
    unbondingTimeNs: unbondingTime === undefined ? 0n : timestampToNs(unbondingTime),
    commission: {
      rate: parseUnits(rates.rate),
      maxRate: parseUnits(rates.maxRate),
      maxChangeRate: parseUnits(rates.maxChangeRate),
      updateTimeNs: updateTime === undefined ? 0n : timestampToNs(updateTime),
    },
    minSelfDelegation: parseUint(proto.minSelfDelegation, AMOUNT_BITS),
    unbondingIds: proto.unbondingIds,
  };
}

/** A validator as it is stored. */
export function validatorBytes(validator: Validator): Uint8Array {
  return encodeMessage(ProtoValidator, validatorToProto(validator));
}

/** Reads what `validatorBytes` wrote. */
export function decodeValidator(bytes: Uint8Array): Validator {
  return validatorFromProto(ProtoValidator.decode(bytes));
}

export function isBonded({ status }: Pick<Validator, "status">): boolean {
  return status === BondStatus.BOND_STATUS_BONDED;
}

export function isUnbonded({ status }: Pick<Validator, "status">): boolean {
  return status === BondStatus.BOND_STATUS_UNBONDED;
}

/** The power that so many tokens have. */
export function powerOf(tokens: bigint): bigint {
  return quoTrunc(tokens, POWER_REDUCTION);
}

/** The tokens of a power. */
export function tokensOfPower(power: bigint): bigint {
  return power * POWER_REDUCTION;
}

/** What consensus is told of a validator: its key, and its power, 0 to leave. */
export function powerUpdate({ pubKey }: Pick<Validator, "pubKey">, power: bigint): ValidatorUpdate {
  return { pubKey: { ed25519: pubKey, secp256k1: undefined }, power };
}

/** Whether shares are left to which no token belongs: nobody can delegate any more. */
export function hasInvalidRate({ tokens, shares }: Pick<Validator, "tokens" | "shares">): boolean {
  return tokens === 0n && shares > 0n;
}

type Rate = Pick<Validator, "tokens" | "shares">;

/** The tokens of some shares in units of 10^-18, to the nearest. */
export function tokensFromShares({ tokens, shares }: Rate, some: bigint): bigint {
  return decQuo(some * tokens, shares);
}

/** The tokens of some shares in units of 10^-18, cut. */
export function tokensFromSharesTrunc({ tokens, shares }: Rate, some: bigint): bigint {
  return decQuoTrunc(some * tokens, shares);
}

function requireTokens({ tokens }: Rate): void {
  if (tokens === 0n) throw new ChainError(ErrInsufficientShares);
}

/** The shares of an amount, cut at 18 decimals. Throws ErrInsufficientShares of a validator without tokens. */
export function sharesFromTokens(rate: Rate, amount: bigint): bigint {
  requireTokens(rate);
  return quoTrunc(rate.shares * amount, rate.tokens);
}

/** A validator with an amount more, and the shares that were made for it. */
export function addTokens(validator: Validator, amount: bigint): { validator: Validator; issued: bigint } {
  const issued = validator.shares === 0n ? amount * DEC_ONE : sharesFromTokens(validator, amount);
  return {
    validator: { ...validator, tokens: validator.tokens + amount, shares: validator.shares + issued },
    issued,
  };
}

/** A validator with some shares less, and the whole tokens that they gave; the last share takes what is left. */
export function removeShares(validator: Validator, some: bigint): { validator: Validator; amount: bigint } {
  const left = validator.shares - some;
  if (left < 0n) throw new Error("a validator has fewer shares than are taken");
  const amount = left === 0n ? validator.tokens : decTrunc(tokensFromShares(validator, some));
  if (amount > validator.tokens) throw new Error("attempting to remove more tokens than available in validator");
  return { validator: { ...validator, tokens: validator.tokens - amount, shares: left }, amount };
}
