// The issuer of USDC: the only way to make it and to destroy it, and what was made and destroyed for which chain.
//
// Invariant: supply = initial supply + all minted - all burned.

import { MsgBurn, MsgMint } from "../../gen/circle/fiattokenfactory/v1/events.ts";
import { Params, RemoteDomain } from "../../gen/stateset/issuer/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { OutOfGasError } from "../../src/baseapp/gas.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8, utf8 } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { type Coin, coinsToProto } from "../../src/codec/coins.ts";
import { parseUint } from "../../src/codec/integer.ts";
import { encodeMessage } from "../../src/codec/message.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { ErrBurn, ErrMint, ErrSendCoinsToAccount, ErrUnauthorized } from "./errors.ts";
import type { IssuerBank } from "./expected.ts";
import {
  ALLOWANCE_KEY,
  BLACKLIST_PREFIX,
  blacklistKey,
  INITIAL_SUPPLY_KEY,
  ISSUER,
  PARAMS_KEY,
  PAUSED_KEY,
  REMOTE_DOMAIN_PREFIX,
  remoteDomainKey,
} from "./keys.ts";
import { DEFAULT_PARAMS } from "./types.ts";

const NOTHING = new Uint8Array(0);
const AMOUNT_BITS = 256;

/** A mint for a burn on another chain. */
export interface Mint {
  /** 20 bytes. */
  readonly recipient: Uint8Array;
  readonly coin: Coin;
  /** Where it was burned. */
  readonly remoteDomain: number;
}

/** A burn of what the minter holds. */
export interface Burn {
  readonly coin: Coin;
  /** Where it is to be minted. */
  readonly remoteDomain: number;
  /** Whose money it was: somebody who is barred cannot take it away. */
  readonly depositor: Uint8Array;
}

/** Keeper of the issuer. */
export class IssuerKeeper {
  readonly #bank: IssuerBank;
  readonly #minter: string;
  readonly #minterAddress: Uint8Array;

  /** `minter` is the one module that mints and burns. */
  constructor(bank: IssuerBank, minter: string) {
    this.#bank = bank;
    this.#minter = minter;
    this.#minterAddress = moduleAddress(minter);
  }

  // Reads.

  params(ctx: Context): Params {
    const bytes = ctx.kv(ISSUER).get(PARAMS_KEY);
    return bytes === undefined ? DEFAULT_PARAMS : Params.decode(bytes);
  }

  mintingDenom(ctx: Context): string {
    return this.params(ctx).mintingDenom;
  }

  isPaused(ctx: Context): boolean {
    return ctx.kv(ISSUER).has(PAUSED_KEY);
  }

  /** What may still be minted; undefined when nobody may. */
  allowance(ctx: Context): bigint | undefined {
    return decodeAmount(ctx.kv(ISSUER).get(ALLOWANCE_KEY));
  }

  isBlacklisted(ctx: Context, address: Uint8Array): boolean {
    return ctx.kv(ISSUER).has(blacklistKey(address));
  }

  /** What was minted and burned for a domain; zeros when nothing was. */
  remoteDomain(ctx: Context, domain: number): RemoteDomain {
    const bytes = ctx.kv(ISSUER).get(remoteDomainKey(domain));
    return bytes === undefined ? { domain, minted: "0", burned: "0" } : RemoteDomain.decode(bytes);
  }

  initialSupply(ctx: Context): bigint {
    return decodeAmount(ctx.kv(ISSUER).get(INITIAL_SUPPLY_KEY)) ?? 0n;
  }

  // Money.

  /**
   * Mints to an account. Checks in the order of Noble's: minter, blacklist, denomination, amount, allowance, pause.
   * Throws ErrUnauthorized, ErrMint, ErrSendCoinsToAccount. Events: those of the bank, then MsgMint.
   */
  mint(ctx: Context, { recipient, coin, remoteDomain }: Mint): void {
    const allowance = this.allowance(ctx);
    if (allowance === undefined) throw new ChainError(ErrUnauthorized, "you are not a minter");
    if (this.isBlacklisted(ctx, this.#minterAddress)) throw new ChainError(ErrMint, "minter address is blacklisted");
    if (this.isBlacklisted(ctx, recipient)) throw new ChainError(ErrMint, "receiver address is blacklisted");
    if (coin.denom !== this.mintingDenom(ctx)) throw new ChainError(ErrMint, "minting denom is incorrect");
    if (coin.amount <= 0n) throw new ChainError(ErrMint, "minting amount is invalid");
    if (coin.amount > allowance) throw new ChainError(ErrMint, "minting amount is greater than the allowance");
    if (this.isPaused(ctx)) throw new ChainError(ErrMint, "minting is paused");
    this.setAllowance(ctx, allowance - coin.amount);
    this.#bank.mintCoins(ctx, ISSUER, [coin]);
    this.#sendTo(ctx, recipient, coin);
    const counted = this.remoteDomain(ctx, remoteDomain);
    this.setRemoteDomain(ctx, { ...counted, minted: (parse(counted.minted) + coin.amount).toString() });
    ctx.events.emitTyped(MsgMint, {
      from: encodeAddress(this.#minterAddress),
      address: encodeAddress(recipient),
      amount: coinsToProto([coin])[0],
    });
  }

  #sendTo(ctx: Context, recipient: Uint8Array, coin: Coin): void {
    try {
      this.#bank.sendCoinsFromModuleToAccount(ctx, ISSUER, recipient, [coin]);
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || thrown instanceof OutOfGasError) throw thrown;
      throw new ChainError(ErrSendCoinsToAccount, thrown.message);
    }
  }

  /**
   * Burns what the minter holds. Checks in the order of Noble's, the depositor beside the minter. Throws ErrBurn.
   * Events: those of the bank, then MsgBurn.
   */
  burn(ctx: Context, { coin, remoteDomain, depositor }: Burn): void {
    if (this.allowance(ctx) === undefined) throw new ChainError(ErrBurn, "unauthorized: you are not a minter");
    if (this.isBlacklisted(ctx, this.#minterAddress)) throw new ChainError(ErrBurn, "minter address is blacklisted");
    if (this.isBlacklisted(ctx, depositor)) throw new ChainError(ErrBurn, "depositor address is blacklisted");
    if (coin.denom !== this.mintingDenom(ctx)) throw new ChainError(ErrBurn, "burning denom is incorrect");
    if (coin.amount <= 0n) throw new ChainError(ErrBurn, "burning amount is invalid");
    if (this.isPaused(ctx)) throw new ChainError(ErrBurn, "burning is paused");
    this.#bank.sendCoinsFromModuleToModule(ctx, this.#minter, ISSUER, [coin]);
    this.#bank.burnCoins(ctx, ISSUER, [coin]);
    const counted = this.remoteDomain(ctx, remoteDomain);
    this.setRemoteDomain(ctx, { ...counted, burned: (parse(counted.burned) + coin.amount).toString() });
    ctx.events.emitTyped(MsgBurn, { from: encodeAddress(this.#minterAddress), amount: coinsToProto([coin])[0] });
  }

  // Writes.

  setParams(ctx: Context, params: Params): void {
    ctx.kv(ISSUER).set(PARAMS_KEY, encodeMessage(Params, params));
  }

  setPaused(ctx: Context, isPaused: boolean): void {
    if (isPaused) ctx.kv(ISSUER).set(PAUSED_KEY, NOTHING);
    else ctx.kv(ISSUER).delete(PAUSED_KEY);
  }

  /** `undefined` takes the right to mint away. */
  setAllowance(ctx: Context, allowance: bigint | undefined): void {
    if (allowance === undefined) ctx.kv(ISSUER).delete(ALLOWANCE_KEY);
    else ctx.kv(ISSUER).set(ALLOWANCE_KEY, utf8(allowance.toString()));
  }

  blacklist(ctx: Context, address: Uint8Array): void {
    ctx.kv(ISSUER).set(blacklistKey(address), NOTHING);
  }

  unblacklist(ctx: Context, address: Uint8Array): void {
    ctx.kv(ISSUER).delete(blacklistKey(address));
  }

  setRemoteDomain(ctx: Context, counted: RemoteDomain): void {
    ctx.kv(ISSUER).set(remoteDomainKey(counted.domain), encodeMessage(RemoteDomain, counted));
  }

  /** At genesis, when balances and counts are there: what of the supply no mint accounts for. */
  fixInitialSupply(ctx: Context): void {
    const { minted, burned } = this.totals(ctx);
    const initial = this.#bank.supply(ctx, this.mintingDenom(ctx)) - minted + burned;
    if (initial < 0n) throw new Error(`more was minted (${minted}) than burned (${burned}) and the supply explain`);
    ctx.kv(ISSUER).set(INITIAL_SUPPLY_KEY, utf8(initial.toString()));
  }

  /** What was minted and burned for all domains. */
  totals(ctx: Context): { minted: bigint; burned: bigint } {
    const totals = { minted: 0n, burned: 0n };
    for (const [, value] of this.remoteDomainStore(ctx).iterate()) {
      const { minted, burned } = RemoteDomain.decode(value);
      totals.minted += parse(minted);
      totals.burned += parse(burned);
    }
    return totals;
  }

  // Views for paging.

  /** address → nothing. */
  blacklistStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(ISSUER), BLACKLIST_PREFIX);
  }

  /** domain → RemoteDomain. */
  remoteDomainStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(ISSUER), REMOTE_DOMAIN_PREFIX);
  }
}

function parse(text: string): bigint {
  return parseUint(text, AMOUNT_BITS);
}

function decodeAmount(bytes: Uint8Array | undefined): bigint | undefined {
  return bytes === undefined ? undefined : parse(fromUtf8(bytes));
}
