// The money of the chain: balances and supply.
//
// Invariant: for each denomination the supply is the sum of all balances. Sending moves, minting and burning change
// both; nothing else writes a balance.

import { Metadata, Params, type SendEnabled } from "../../gen/cosmos/bank/v1beta1/bank.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8, utf8 } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { type Coin, checkCoins, formatCoin, formatCoins } from "../../src/codec/coins.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { ErrInsufficientFunds, ErrInvalidCoins, ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { ErrSendDisabled } from "./errors.ts";
import type { BankAccounts } from "./expected.ts";
import {
  accountPrefix,
  BALANCE_PREFIX,
  BANK,
  balanceKey,
  holderKey,
  holdersPrefix,
  METADATA_PREFIX,
  metadataKey,
  PARAMS_KEY,
  SEND_ENABLED_PREFIX,
  SUPPLY_PREFIX,
  sendEnabledKey,
  supplyKey,
} from "./keys.ts";

const NOTHING = new Uint8Array(0);
const AMOUNT_BITS = 256;
const AMOUNT_MAX = (1n << 256n) - 1n;

function decodeAmount(bytes: Uint8Array | undefined): bigint {
  return bytes === undefined ? 0n : parseUint(fromUtf8(bytes), AMOUNT_BITS);
}

/** The part of the bank that reads. */
export class BankView {
  /** A balance; 0 when there is none. PERF: one store read. */
  balance(ctx: Context, address: Uint8Array, denom: string): bigint {
    return decodeAmount(ctx.kv(BANK).get(balanceKey(address, denom)));
  }

  /** All balances of an account, sorted by denomination. PERF: one read for each. */
  balances(ctx: Context, address: Uint8Array): Coin[] {
    const coins: Coin[] = [];
    for (const [key, value] of this.balanceStore(ctx, address).iterate()) {
      coins.push({ denom: fromUtf8(key), amount: decodeAmount(value) });
    }
    return coins;
  }

  /** What an account may send. Nothing is ever locked on this chain, so it is all of it. */
  spendableCoins(ctx: Context, address: Uint8Array): Coin[] {
    return this.balances(ctx, address);
  }

  /** Supply of a denomination; 0 when there is none. */
  supply(ctx: Context, denom: string): bigint {
    return decodeAmount(ctx.kv(BANK).get(supplyKey(denom)));
  }

  params(ctx: Context): Params {
    const bytes = ctx.kv(BANK).get(PARAMS_KEY);
    return bytes === undefined ? { sendEnabled: [], defaultSendEnabled: true } : Params.decode(bytes);
  }

  /** Whether a denomination may be sent by its holders. */
  isSendEnabled(ctx: Context, denom: string): boolean {
    const entry = ctx.kv(BANK).get(sendEnabledKey(denom));
    return entry === undefined ? this.params(ctx).defaultSendEnabled : entry[0] === 1;
  }

  metadata(ctx: Context, denom: string): Metadata | undefined {
    const bytes = ctx.kv(BANK).get(metadataKey(denom));
    return bytes === undefined ? undefined : Metadata.decode(bytes);
  }

  // Views for paging.

  /** denom → amount of an account. */
  balanceStore(ctx: Context, address: Uint8Array) {
    return prefixStore(ctx.kv(BANK), accountPrefix(address));
  }

  /** length · address · denom → amount of everybody. */
  allBalancesStore(ctx: Context) {
    return prefixStore(ctx.kv(BANK), BALANCE_PREFIX);
  }

  /** denom → supply. */
  supplyStore(ctx: Context) {
    return prefixStore(ctx.kv(BANK), SUPPLY_PREFIX);
  }

  /** denom → Metadata. */
  metadataStore(ctx: Context) {
    return prefixStore(ctx.kv(BANK), METADATA_PREFIX);
  }

  /** address of each holder of a denomination. */
  holderStore(ctx: Context, denom: string) {
    return prefixStore(ctx.kv(BANK), holdersPrefix(denom));
  }

  /** denom → whether it may be sent. */
  sendEnabledStore(ctx: Context) {
    return prefixStore(ctx.kv(BANK), SEND_ENABLED_PREFIX);
  }
}

/** The bank. */
export class BankKeeper extends BankView {
  readonly #accounts: BankAccounts;
  readonly #blocked: ReadonlySet<string>;

  /** `blocked` are the bech32 addresses that receive nothing from users: module accounts, as a rule. */
  constructor(accounts: BankAccounts, blocked: ReadonlySet<string>) {
    super();
    this.#accounts = accounts;
    this.#blocked = blocked;
  }

  /** Whether users must not send to an address. */
  isBlocked(address: Uint8Array): boolean {
    return this.#blocked.has(encodeAddress(address));
  }

  /** Throws ErrSendDisabled when one of the coins must not be sent. */
  requireSendEnabled(ctx: Context, coins: readonly Coin[]): void {
    for (const { denom } of coins) {
      if (!this.isSendEnabled(ctx, denom)) {
        throw new ChainError(ErrSendDisabled, `${denom} transfers are currently disabled`);
      }
    }
  }

  /**
   * Moves coins, and makes the account that receives if there is none. Throws ErrInsufficientFunds, ErrInvalidCoins.
   * Events: coin_spent, coin_received, transfer, message. PERF: four balance accesses for each coin.
   */
  sendCoins(ctx: Context, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void {
    this.#subtract(ctx, from, coins);
    this.#add(ctx, to, coins);
    this.#ensureAccount(ctx, to);
    this.emitTransfer(ctx, from, to, coins);
  }

  /** Tells of a transfer as the SDK does. */
  emitTransfer(ctx: Context, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void {
    ctx.events.emit("transfer", [
      ["recipient", encodeAddress(to)],
      ["sender", encodeAddress(from)],
      ["amount", formatCoins(coins)],
    ]);
    ctx.events.emit("message", [["sender", encodeAddress(from)]]);
  }

  /** Takes from one account and gives to many. The parts must add up: callers have checked it. */
  sendToMany(
    ctx: Context,
    from: { readonly address: Uint8Array; readonly coins: readonly Coin[] },
    outputs: readonly { readonly address: Uint8Array; readonly coins: readonly Coin[] }[],
  ): void {
    this.#subtract(ctx, from.address, from.coins);
    ctx.events.emit("message", [["sender", encodeAddress(from.address)]]);
    for (const { address, coins } of outputs) {
      this.#add(ctx, address, coins);
      ctx.events.emit("transfer", [
        ["recipient", encodeAddress(address)],
        ["amount", formatCoins(coins)],
      ]);
      this.#ensureAccount(ctx, address);
    }
  }

  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void {
    this.sendCoins(ctx, from, this.#accounts.ensureModuleAccount(ctx, module).address, coins);
  }

  /** Throws ErrUnauthorized when the recipient is blocked. */
  sendCoinsFromModuleToAccount(ctx: Context, module: string, to: Uint8Array, coins: readonly Coin[]): void {
    if (this.isBlocked(to)) {
      throw new ChainError(ErrUnauthorized, `${encodeAddress(to)} is not allowed to receive funds`);
    }
    this.sendCoins(ctx, this.#accounts.moduleAddress(module), to, coins);
  }

  sendCoinsFromModuleToModule(ctx: Context, from: string, to: string, coins: readonly Coin[]): void {
    const recipient = this.#accounts.ensureModuleAccount(ctx, to).address;
    this.sendCoins(ctx, this.#accounts.moduleAddress(from), recipient, coins);
  }

  /** Makes coins in a module's account. Throws an Error when the module may not: that is a mistake in our code. */
  mintCoins(ctx: Context, module: string, coins: readonly Coin[]): void {
    if (!this.#accounts.hasPermission(module, "minter")) {
      throw new Error(`module account ${module} does not have permissions to mint tokens`);
    }
    const { address } = this.#accounts.ensureModuleAccount(ctx, module);
    this.#add(ctx, address, coins);
    for (const { denom, amount } of coins) this.#setSupply(ctx, denom, this.supply(ctx, denom) + amount);
    ctx.events.emit("coinbase", [
      ["minter", encodeAddress(address)],
      ["amount", formatCoins(coins)],
    ]);
  }

  /** Destroys coins of a module's account. Throws ErrInsufficientFunds; an Error when the module may not. */
  burnCoins(ctx: Context, module: string, coins: readonly Coin[]): void {
    if (!this.#accounts.hasPermission(module, "burner")) {
      throw new Error(`module account ${module} does not have permissions to burn tokens`);
    }
    const address = this.#accounts.moduleAddress(module);
    this.#subtract(ctx, address, coins);
    for (const { denom, amount } of coins) this.#setSupply(ctx, denom, this.supply(ctx, denom) - amount);
    ctx.events.emit("burn", [
      ["burner", encodeAddress(address)],
      ["amount", formatCoins(coins)],
    ]);
  }

  #ensureAccount(ctx: Context, address: Uint8Array): void {
    if (!this.#accounts.hasAccount(ctx, address)) this.#accounts.createAccount(ctx, address);
  }

  #subtract(ctx: Context, address: Uint8Array, coins: readonly Coin[]): void {
    requireValid(coins);
    for (const coin of coins) {
      const balance = this.balance(ctx, address, coin.denom);
      if (balance < coin.amount) {
        const has = formatCoin({ denom: coin.denom, amount: balance });
        throw new ChainError(ErrInsufficientFunds, `spendable balance ${has} is smaller than ${formatCoin(coin)}`);
      }
      this.#setBalance(ctx, address, { denom: coin.denom, before: balance, after: balance - coin.amount });
    }
    ctx.events.emit("coin_spent", [
      ["spender", encodeAddress(address)],
      ["amount", formatCoins(coins)],
    ]);
  }

  #add(ctx: Context, address: Uint8Array, coins: readonly Coin[]): void {
    requireValid(coins);
    for (const { denom, amount } of coins) {
      const before = this.balance(ctx, address, denom);
      this.#setBalance(ctx, address, { denom, before, after: before + amount });
    }
    ctx.events.emit("coin_received", [
      ["receiver", encodeAddress(address)],
      ["amount", formatCoins(coins)],
    ]);
  }

  #setBalance(
    ctx: Context,
    address: Uint8Array,
    change: { readonly denom: string; readonly before: bigint; readonly after: bigint },
  ): void {
    const { denom, before, after } = change;
    if (after < 0n || after > AMOUNT_MAX) throw new Error(`balance of ${denom} would be ${after}`);
    const store = ctx.kv(BANK);
    if (after === 0n) {
      store.delete(balanceKey(address, denom));
      store.delete(holderKey(denom, address));
      return;
    }
    store.set(balanceKey(address, denom), utf8(after.toString()));
    // The index of holders changes only when somebody becomes one.
    if (before === 0n) store.set(holderKey(denom, address), NOTHING);
  }

  #setSupply(ctx: Context, denom: string, amount: bigint): void {
    if (amount < 0n || amount > AMOUNT_MAX) throw new Error(`supply of ${denom} would be ${amount}`);
    if (amount === 0n) ctx.kv(BANK).delete(supplyKey(denom));
    else ctx.kv(BANK).set(supplyKey(denom), utf8(amount.toString()));
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(BANK).set(PARAMS_KEY, Params.encode({ ...params, sendEnabled: [] }).finish());
  }

  setSendEnabled(ctx: Context, { denom, enabled }: SendEnabled): void {
    ctx.kv(BANK).set(sendEnabledKey(denom), Uint8Array.of(enabled ? 1 : 0));
  }

  /** Lets the default rule over a denomination again. */
  deleteSendEnabled(ctx: Context, denom: string): void {
    ctx.kv(BANK).delete(sendEnabledKey(denom));
  }

  setMetadata(ctx: Context, metadata: Metadata): void {
    ctx.kv(BANK).set(metadataKey(metadata.base), Metadata.encode(metadata).finish());
  }

  /** Gives an account its balances at genesis, and counts them in the supply. */
  initBalances(ctx: Context, address: Uint8Array, coins: readonly Coin[]): void {
    for (const { denom, amount } of coins) {
      this.#setBalance(ctx, address, { denom, before: 0n, after: amount });
      this.#setSupply(ctx, denom, this.supply(ctx, denom) + amount);
    }
  }
}

function requireValid(coins: readonly Coin[]): void {
  if (checkCoins(coins) !== undefined) throw new ChainError(ErrInvalidCoins, formatCoins(coins));
}
