// Accounts and parameters of x/auth, and the rules that need no state.

import { BaseAccount, ModuleAccount, type Params } from "../../gen/cosmos/auth/v1beta1/auth.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";

/** An account. */
export interface Account {
  /** Raw address. */
  readonly address: Uint8Array;
  /** Any of the public key; undefined before the first transaction. */
  readonly pubKey: Any | undefined;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  /** Set for the account of a module. */
  readonly module: { readonly name: string; readonly permissions: readonly string[] } | undefined;
}

/** The SDK's defaults. */
export const DEFAULT_PARAMS: Params = Object.freeze({
  maxMemoCharacters: 256n,
  txSigLimit: 7n,
  txSizeCostPerByte: 10n,
  sigVerifyCostEd25519: 590n,
  sigVerifyCostSecp256k1: 1000n,
});

/** What is wrong with parameters, or undefined (x/auth/types/params.go Validate). */
export function checkParams(params: Params): string | undefined {
  if (params.txSigLimit === 0n) return "invalid tx signature limit: 0";
  if (params.sigVerifyCostEd25519 === 0n) return "invalid ED25519 signature verification cost: 0";
  if (params.sigVerifyCostSecp256k1 === 0n) return "invalid SECK256k1 signature verification cost: 0";
  if (params.maxMemoCharacters === 0n) return "invalid max memo characters: 0";
  if (params.txSizeCostPerByte === 0n) return "invalid tx size cost per byte: 0";
  return undefined;
}

/** An account as BaseAccount, module or not. */
export function toBaseAccount(account: Account): BaseAccount {
  return {
    address: encodeAddress(account.address),
    pubKey: account.pubKey,
    accountNumber: account.accountNumber,
    sequence: account.sequence,
  };
}

/** An account as the Any that is stored and shown. */
export function encodeAccount(account: Account): Any {
  const baseAccount = toBaseAccount(account);
  if (account.module === undefined) {
    return { typeUrl: `/${BaseAccount.$type}`, value: BaseAccount.encode(baseAccount).finish() };
  }
  const { name, permissions } = account.module;
  const value = ModuleAccount.encode({ baseAccount, name, permissions: [...permissions] }).finish();
  return { typeUrl: `/${ModuleAccount.$type}`, value };
}

/** The account in an Any. Throws an Error on other types and on bad addresses. */
export function decodeAccount(any: Any): Account {
  switch (any.typeUrl) {
    case `/${BaseAccount.$type}`:
      return fromBaseAccount(BaseAccount.decode(any.value), undefined);
    case `/${ModuleAccount.$type}`: {
      const { baseAccount, name, permissions } = ModuleAccount.decode(any.value);
      if (baseAccount === undefined) throw new Error("a module account without its base account");
      return fromBaseAccount(baseAccount, { name, permissions });
    }
    default:
      throw new Error(`accounts of type ${any.typeUrl} are not known`);
  }
}

function fromBaseAccount(base: BaseAccount, module: Account["module"]): Account {
  return {
    address: decodeAddress(base.address),
    pubKey: base.pubKey,
    accountNumber: base.accountNumber,
    sequence: base.sequence,
    module,
  };
}
