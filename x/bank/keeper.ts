// The money of the chain: balances and supply. Three widths: who only reads takes a BankView, who moves money a
// BankSender, and who makes or destroys it the BankKeeper.
//
// Invariant: for each denomination the supply is the sum of all balances. Sending moves, minting and burning change
// both; nothing else writes a balance.
//
// Gas is what the SDK's keeper consumes (x/bank/keeper/{view,send,keeper}.go), but for the look at the sender's account,
// which serves accounts that lock coins: there are none here.

import { Metadata, Params, type SendEnabled } from "../../gen/cosmos/bank/v1beta1/bank.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { KV_GAS } from "../../src/baseapp/gas.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8, utf8 } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { type Coin, checkCoins, formatCoin, formatCoins } from "../../src/codec/coins.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { ErrInsufficientFunds, ErrInvalidCoins, ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { StoredValue } from "../../src/store/storedValue.ts";
import { ErrSendDisabled } from "./errors.ts";
import type { BankAccounts } from "./expected.ts";
import {
  accountPrefix,
  BALANCE_PREFIX,
  BANK,
  balanceKey,
  HOLDER_PREFIX,
  holderKey,
  holderKeyLength,
  holdersPrefix,
  METADATA_PREFIX,
  metadataKey,
  PARAMS_KEY,
  SEND_ENABLED_PREFIX,
  SUPPLY_PREFIX,
  sendEnabledKey,
  supplyKey,
} from "./keys.ts";
import { requireBalanced, type Transfer } from "./types.ts";

const DEFAULT_PARAMS: Params = Object.freeze({ sendEnabled: [], defaultSendEnabled: true });
const NOTHING = new Uint8Array(0);
/** google.protobuf.BoolValue. */
const ENABLED = Uint8Array.of(8, 1);
const DISABLED = NOTHING;
const AMOUNT_BITS = 256;
const AMOUNT_MAX = (1n << 256n) - 1n;

/** The amount in a stored value: decimal text, below 2^256. Throws an Error on anything else. */
export function decodeAmount(bytes: Uint8Array): bigint {
  return parseUint(fromUtf8(bytes), AMOUNT_BITS);
}

function encodeAmount(amount: bigint): Uint8Array {
  return utf8(amount.toString());
}

/** PERF: the balance of the fee collector is written by every transaction, and read as bytes once a block. */
function storedAmount(amount: bigint): StoredValue {
  return StoredValue.lazy(amount.toString().length, encodeAmount, decodeAmount, amount);
}

/** Whether a stored entry of send-enabled says so. */
export function decodeEnabled(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes[1] === 1;
}

/** The part of the bank that reads. */
export class BankView {
  /** A balance; 0 when there is none. PERF: one store read. */
  balance(ctx: Context, address: Uint8Array, denom: string): bigint {
    return ctx.kv(BANK).find(balanceKey(address, denom))?.as(decodeAmount) ?? 0n;
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
    return ctx.kv(BANK).find(supplyKey(denom))?.as(decodeAmount) ?? 0n;
  }

  /** The parameters. PERF: one store read. */
  params(ctx: Context): Params {
    return ctx.kv(BANK).find(PARAMS_KEY)?.as(Params.decode) ?? DEFAULT_PARAMS;
  }

  /** Whether a denomination may be sent, where that is set for it; `undefined` where the default rules. */
  getSendEnabled(ctx: Context, denom: string): boolean | undefined {
    const store = ctx.kv(BANK);
    const key = sendEnabledKey(denom);
    if (!store.has(key)) return undefined;
    return decodeEnabled(store.get(key) ?? DISABLED);
  }

  /** Whether a denomination may be sent by its holders. */
  isSendEnabled(ctx: Context, denom: string): boolean {
    const { defaultSendEnabled } = this.params(ctx);
    return this.getSendEnabled(ctx, denom) ?? defaultSendEnabled;
  }

  /** Throws ErrSendDisabled when one of the coins must not be sent. */
  requireSendEnabled(ctx: Context, coins: readonly Coin[]): void {
    if (coins.length === 0) return;
    const { defaultSendEnabled } = this.params(ctx);
    for (const { denom } of coins) {
      if (this.getSendEnabled(ctx, denom) ?? defaultSendEnabled) continue;
      throw new ChainError(ErrSendDisabled, `${denom} transfers are currently disabled`);
    }
  }

  metadata(ctx: Context, denom: string): Metadata | undefined {
    const bytes = ctx.kv(BANK).get(metadataKey(denom));
    return bytes === undefined ? undefined : Metadata.decode(bytes);
  }

  // Views for paging.

  /** denom → amount of an account. */
  balanceStore(ctx: Context, address: Uint8Array): KvStore {
    return prefixStore(ctx.kv(BANK), accountPrefix(address));
  }

  /** length · address · denom → amount of everybody. */
  allBalancesStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(BANK), BALANCE_PREFIX);
  }

  /** denom → supply. */
  supplyStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(BANK), SUPPLY_PREFIX);
  }

  /** denom → Metadata. */
  metadataStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(BANK), METADATA_PREFIX);
  }

  /** length · address of each holder of a denomination. */
  holderStore(ctx: Context, denom: string): KvStore {
    return prefixStore(ctx.kv(BANK), holdersPrefix(denom));
  }

  /** denom · 0 · length · address of each holder of anything. */
  allHoldersStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(BANK), HOLDER_PREFIX);
  }

  /** denom → whether it may be sent. */
  sendEnabledStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(BANK), SEND_ENABLED_PREFIX);
  }
}

/** One balance before and after a movement. */
interface BalanceChange {
  readonly denom: string;
  /** Of the balance in the store. */
  readonly key: Uint8Array;
  readonly before: bigint;
  readonly after: bigint;
}

/** Writes a balance. The SDK writes the index of holders with it every time. */
function setBalance(ctx: Context, address: Uint8Array, { denom, key, before, after }: BalanceChange): void {
  if (after < 0n || after > AMOUNT_MAX) throw new Error(`balance of ${denom} would be ${after}`);
  const store = ctx.kv(BANK);
  if (after === 0n) {
    store.delete(holderKey(denom, address));
    store.delete(key);
    return;
  }
  if (before === 0n) {
    store.set(holderKey(denom, address), NOTHING);
  } else {
    // PERF: a holder is in the index already. That costs its gas, but does not touch the tree.
    const keyGas = KV_GAS.writeCostPerByte * holderKeyLength(denom, address);
    ctx.gas.consumeUnits(KV_GAS.writeCostFlat + keyGas, "WriteFlat");
  }
  store.put(key, storedAmount(after));
}

/** An account, with the text that events show. */
interface Party {
  readonly address: Uint8Array;
  readonly text: string;
}

function partyOf(address: Uint8Array): Party {
  return { address, text: encodeAddress(address) };
}

/** Coins, with the text that events show. */
interface Amounts {
  readonly coins: readonly Coin[];
  readonly text: string;
}

/** Throws ErrInvalidCoins. */
function amountsOf(coins: readonly Coin[]): Amounts {
  const text = formatCoins(coins);
  if (checkCoins(coins) !== undefined) throw new ChainError(ErrInvalidCoins, text);
  return { coins, text };
}

function subtractCoins(ctx: Context, { address, text }: Party, amounts: Amounts): void {
  for (const coin of amounts.coins) {
    const key = balanceKey(address, coin.denom);
    const before = ctx.kv(BANK).find(key)?.as(decodeAmount) ?? 0n;
    if (before < coin.amount) {
      const has = formatCoin({ denom: coin.denom, amount: before });
      throw new ChainError(ErrInsufficientFunds, `spendable balance ${has} is smaller than ${formatCoin(coin)}`);
    }
    setBalance(ctx, address, { denom: coin.denom, key, before, after: before - coin.amount });
  }
  ctx.events.emit("coin_spent", [attribute("spender", text), attribute("amount", amounts.text)]);
}

function addCoins(ctx: Context, { address, text }: Party, amounts: Amounts): void {
  for (const { denom, amount } of amounts.coins) {
    const key = balanceKey(address, denom);
    const before = ctx.kv(BANK).find(key)?.as(decodeAmount) ?? 0n;
    setBalance(ctx, address, { denom, key, before, after: before + amount });
  }
  ctx.events.emit("coin_received", [attribute("receiver", text), attribute("amount", amounts.text)]);
}

function setSupply(ctx: Context, denom: string, amount: bigint): void {
  if (amount < 0n || amount > AMOUNT_MAX) throw new Error(`supply of ${denom} would be ${amount}`);
  if (amount === 0n) ctx.kv(BANK).delete(supplyKey(denom));
  else ctx.kv(BANK).put(supplyKey(denom), storedAmount(amount));
}

function emitTransfer(ctx: Context, from: Party, to: Party, amounts: Amounts): void {
  ctx.events.emit("transfer", [
    attribute("recipient", to.text),
    attribute("sender", from.text),
    attribute("amount", amounts.text),
  ]);
}

/** The part of the bank that moves money. */
export class BankSender extends BankView {
  protected readonly accounts: BankAccounts;
  readonly #blocked: ReadonlySet<string>;

  /** `blocked` are the bech32 addresses that receive nothing from users: module accounts, as a rule. */
  constructor(accounts: BankAccounts, blocked: ReadonlySet<string>) {
    super();
    this.accounts = accounts;
    this.#blocked = blocked;
  }

  /** Whether users must not send to an address. */
  isBlocked(address: Uint8Array): boolean {
    return this.#blocked.has(encodeAddress(address));
  }

  /** Throws ErrUnauthorized when an address is blocked. */
  requireReceiver(address: Uint8Array): void {
    if (!this.isBlocked(address)) return;
    throw new ChainError(ErrUnauthorized, `${encodeAddress(address)} is not allowed to receive funds`);
  }

  /**
   * Moves coins, and makes the account that receives if there is none. Throws ErrInvalidCoins, ErrInsufficientFunds.
   * Events: coin_spent, coin_received, transfer, message. PERF: four balance accesses for each coin.
   */
  sendCoins(ctx: Context, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void {
    const amounts = amountsOf(coins);
    const sender = partyOf(from);
    const recipient = partyOf(to);
    subtractCoins(ctx, sender, amounts);
    addCoins(ctx, recipient, amounts);
    this.#ensureAccount(ctx, to);
    emitTransfer(ctx, sender, recipient, amounts);
    ctx.events.emit("message", [attribute("sender", sender.text)]);
  }

  /**
   * Takes from one account and gives to many, who get accounts if they have none. Throws ErrInvalidCoins,
   * ErrInputOutputMismatch unless the parts add up, ErrInsufficientFunds. Events: message, coin_spent, then coin_received
   * and transfer for each output.
   */
  inputOutputCoins(ctx: Context, input: Transfer, outputs: readonly Transfer[]): void {
    const amounts = amountsOf(input.coins);
    const received = outputs.map(({ coins }) => amountsOf(coins));
    requireBalanced(input, outputs);
    const sender = partyOf(input.address);
    ctx.events.emit("message", [attribute("sender", sender.text)]);
    for (const { address } of outputs) this.#ensureAccount(ctx, address);
    subtractCoins(ctx, sender, amounts);
    for (const [index, { address }] of outputs.entries()) {
      const recipient = partyOf(address);
      addCoins(ctx, recipient, received[index]!);
      emitTransfer(ctx, sender, recipient, received[index]!);
    }
  }

  #ensureAccount(ctx: Context, address: Uint8Array): void {
    if (!this.accounts.hasAccount(ctx, address)) this.accounts.createAccount(ctx, address);
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(BANK).set(PARAMS_KEY, Params.encode({ ...params, sendEnabled: [] }).finish());
  }

  setSendEnabled(ctx: Context, { denom, enabled }: SendEnabled): void {
    ctx.kv(BANK).set(sendEnabledKey(denom), enabled ? ENABLED : DISABLED);
  }

  /** Lets the default rule over a denomination again. */
  deleteSendEnabled(ctx: Context, denom: string): void {
    ctx.kv(BANK).delete(sendEnabledKey(denom));
  }
}

/** The bank: what modules with an account of their own use. */
export class BankKeeper extends BankSender {
  /** Events and errors as `sendCoins`. An Error when the module has no account: that is a mistake in our code. */
  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void {
    this.sendCoins(ctx, from, this.accounts.ensureModuleAccount(ctx, module).address, coins);
  }

  /** As `sendCoins`; throws ErrUnauthorized when the recipient is blocked. */
  sendCoinsFromModuleToAccount(ctx: Context, module: string, to: Uint8Array, coins: readonly Coin[]): void {
    const from = this.accounts.moduleAddress(module);
    this.requireReceiver(to);
    this.sendCoins(ctx, from, to, coins);
  }

  /** As `sendCoins`, for accounts of modules. */
  sendCoinsFromModuleToModule(ctx: Context, from: string, to: string, coins: readonly Coin[]): void {
    const sender = this.accounts.moduleAddress(from);
    this.sendCoins(ctx, sender, this.accounts.ensureModuleAccount(ctx, to).address, coins);
  }

  /**
   * Makes coins in a module's account. Throws ErrInvalidCoins; an Error when the module may not mint, or a supply would
   * pass 2^256 - 1: both are mistakes in our code. Events: coin_received, coinbase.
   */
  mintCoins(ctx: Context, module: string, coins: readonly Coin[]): void {
    const address = this.#requirePermission(ctx, module, "minter");
    const amounts = amountsOf(coins);
    const minter = partyOf(address);
    addCoins(ctx, minter, amounts);
    for (const { denom, amount } of coins) setSupply(ctx, denom, this.supply(ctx, denom) + amount);
    ctx.events.emit("coinbase", [attribute("minter", minter.text), attribute("amount", amounts.text)]);
  }

  /**
   * Destroys coins of a module's account. Throws ErrInvalidCoins, ErrInsufficientFunds; an Error when the module may not
   * burn. Events: coin_spent, burn.
   */
  burnCoins(ctx: Context, module: string, coins: readonly Coin[]): void {
    const address = this.#requirePermission(ctx, module, "burner");
    const amounts = amountsOf(coins);
    const burner = partyOf(address);
    subtractCoins(ctx, burner, amounts);
    for (const { denom, amount } of coins) setSupply(ctx, denom, this.supply(ctx, denom) - amount);
    ctx.events.emit("burn", [attribute("burner", burner.text), attribute("amount", amounts.text)]);
  }

  /** The address of a module that may do something. */
  #requirePermission(ctx: Context, module: string, permission: "minter" | "burner"): Uint8Array {
    const { address } = this.accounts.ensureModuleAccount(ctx, module);
    if (this.accounts.hasPermission(module, permission)) return address;
    const act = permission === "minter" ? "mint" : "burn";
    throw new Error(`module account ${module} does not have permissions to ${act} tokens`);
  }

  /** Stores the metadata of its base denomination. The caller has checked it. */
  setMetadata(ctx: Context, metadata: Metadata): void {
    ctx.kv(BANK).set(metadataKey(metadata.base), Metadata.encode(metadata).finish());
  }

  /** Gives an account without balances its balances at genesis. The supply is set apart. */
  initBalances(ctx: Context, address: Uint8Array, coins: readonly Coin[]): void {
    for (const { denom, amount } of coins) {
      setBalance(ctx, address, { denom, key: balanceKey(address, denom), before: 0n, after: amount });
    }
  }

  /** Sets the supply at genesis: the sum of the balances. */
  initSupply(ctx: Context, coins: readonly Coin[]): void {
    for (const { denom, amount } of coins) setSupply(ctx, denom, amount);
  }
}
