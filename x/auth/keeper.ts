// The accounts of the chain.

import { Params } from "../../gen/cosmos/auth/v1beta1/auth.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { decodeUint64BE, encodeUint64BE } from "../../src/codec/integer.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import {
  ACCOUNT_PREFIX,
  AUTH_STORE,
  accountKey,
  NEXT_NUMBER_KEY,
  numberKey,
  PARAMS_KEY,
  UNORDERED_PREFIX,
  unorderedKey,
} from "./keys.ts";
import { type Account, DEFAULT_PARAMS, decodeStoredAccount, storedAccount } from "./types.ts";

/** Permissions of module accounts, by the module's name. */
export type ModulePermissions = Readonly<Record<string, readonly string[]>>;

/** Expired unordered transactions that one block forgets at most. */
const UNORDERED_REMOVED_MAX = 1000;
const NOTHING = new Uint8Array(0);

/** Keeper of accounts. */
export class AccountKeeper {
  readonly #permissions: ModulePermissions;
  readonly #moduleNames: ReadonlyMap<string, string>;
  readonly #moduleAddresses: ReadonlyMap<string, Uint8Array>;

  /** `permissions` lists every module that has an account. */
  constructor(permissions: ModulePermissions) {
    this.#permissions = permissions;
    this.#moduleAddresses = new Map(Object.keys(permissions).map((name) => [name, moduleAddress(name)]));
    this.#moduleNames = new Map(Object.keys(permissions).map((name) => [encodeAddress(moduleAddress(name)), name]));
  }

  /** Names of the modules that have accounts, sorted. */
  get moduleNames(): readonly string[] {
    return [...this.#moduleNames.values()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** The parameters. PERF: one store read. */
  params(ctx: Context): Params {
    return ctx.kv(AUTH_STORE).find(PARAMS_KEY)?.as(Params.decode) ?? DEFAULT_PARAMS;
  }

  /** The account of an address. PERF: one store read. */
  getAccount(ctx: Context, address: Uint8Array): Account | undefined {
    return ctx.kv(AUTH_STORE).find(accountKey(address))?.as(decodeStoredAccount);
  }

  hasAccount(ctx: Context, address: Uint8Array): boolean {
    return ctx.kv(AUTH_STORE).has(accountKey(address));
  }

  /** The address with an account number. */
  getAddressByNumber(ctx: Context, number: bigint): Uint8Array | undefined {
    return ctx.kv(AUTH_STORE).get(numberKey(number));
  }

  /** Accounts in the order of their addresses: a view for paging. */
  accountStore(ctx: Context) {
    return prefixStore(ctx.kv(AUTH_STORE), ACCOUNT_PREFIX);
  }

  /** The number that the next new account gets. */
  nextAccountNumber(ctx: Context): bigint {
    const bytes = ctx.kv(AUTH_STORE).get(NEXT_NUMBER_KEY);
    return bytes === undefined ? 0n : decodeUint64BE(bytes);
  }

  /** Address of a module's account. Throws an Error when the module has none. */
  moduleAddress(name: string): Uint8Array {
    const address = this.#moduleAddresses.get(name);
    if (address === undefined) throw new Error(`module ${name} has no account`);
    return address;
  }

  /** Whether a module may do something: `minter`, `burner`. */
  hasPermission(name: string, permission: string): boolean {
    return this.#permissions[name]?.includes(permission) === true;
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(AUTH_STORE).set(PARAMS_KEY, Params.encode(params).finish());
  }

  /** Stores an account that is there already. Its number must not change. */
  setAccount(ctx: Context, account: Account): void {
    ctx.kv(AUTH_STORE).put(accountKey(account.address), storedAccount(account));
  }

  /** Stores an account that is new, and finds it by its number from now on. */
  addAccount(ctx: Context, account: Account): void {
    ctx.kv(AUTH_STORE).set(numberKey(account.accountNumber), account.address);
    this.setAccount(ctx, account);
  }

  /** Makes the account of an address that has none, with the next number. */
  createAccount(ctx: Context, address: Uint8Array): Account {
    return this.#create(ctx, address, undefined);
  }

  #create(ctx: Context, address: Uint8Array, module: Account["module"]): Account {
    const accountNumber = this.#takeNumber(ctx);
    const account: Account = { address, pubKey: undefined, accountNumber, sequence: 0n, module };
    this.addAccount(ctx, account);
    return account;
  }

  #takeNumber(ctx: Context): bigint {
    const number = this.nextAccountNumber(ctx);
    ctx.kv(AUTH_STORE).set(NEXT_NUMBER_KEY, encodeUint64BE(number + 1n));
    return number;
  }

  /** Sets the number that the next new account gets. For genesis. */
  setNextAccountNumber(ctx: Context, number: bigint): void {
    ctx.kv(AUTH_STORE).set(NEXT_NUMBER_KEY, encodeUint64BE(number));
  }

  /** The account of a module, made when it is used first. Throws an Error when the module has none. */
  ensureModuleAccount(ctx: Context, name: string): Account {
    const address = this.moduleAddress(name);
    const known = this.getAccount(ctx, address);
    if (known !== undefined) return known;
    return this.#create(ctx, address, { name, permissions: this.#permissions[name] ?? [] });
  }

  /** The module whose account an address is. */
  moduleOf(address: Uint8Array): string | undefined {
    return this.#moduleNames.get(encodeAddress(address));
  }

  /** Notes an unordered transaction of a sender until it expires. Throws ErrInvalidRequest when it was seen. */
  addUnorderedNonce(ctx: Context, address: Uint8Array, expiryNs: bigint): void {
    const store = ctx.kv(AUTH_STORE);
    const key = unorderedKey(expiryNs, address);
    if (store.has(key)) {
      const text = `failed to add unordered nonce: already used timeout ${expiryNs} for address ${encodeAddress(address)}`;
      throw new ChainError(ErrInvalidRequest, text);
    }
    store.set(key, NOTHING);
  }

  /** Forgets unordered transactions whose time is over: they cannot be valid again. */
  removeExpiredNonces(ctx: Context): void {
    const store = ctx.stores.store(AUTH_STORE);
    const expired: Uint8Array[] = [];
    const end = unorderedKey(ctx.block.timeNs, NOTHING);
    for (const [key] of store.iterate({ start: UNORDERED_PREFIX, end })) {
      expired.push(key);
      if (expired.length === UNORDERED_REMOVED_MAX) break;
    }
    for (const key of expired) store.delete(key);
  }
}
