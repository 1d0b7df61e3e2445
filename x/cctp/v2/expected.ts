// What CCTP V2 needs of the rest: of V1, which shares its roles, pauses, token pairs and burn limits; of the issuer of
// USDC; of those who act on mints; and of x/bank.

import type { Context } from "../../../src/baseapp/context.ts";
import type { MintReceipt } from "../../../src/cctp/mintReceipt.ts";
import type { Coin } from "../../../src/codec/coins.ts";

/** Of V1: what both versions share. */
export interface SharedState {
  /** Bech32; undefined or empty where nobody is. */
  owner(ctx: Context): string | undefined;
  attesterManager(ctx: Context): string | undefined;
  isSendingAndReceivingPaused(ctx: Context): boolean;
  isBurningAndMintingPaused(ctx: Context): boolean;
  /** The number of this chain in CCTP. */
  localDomain(ctx: Context): number;
  /** The denomination that a token of another domain (32 bytes) is minted as. */
  localToken(ctx: Context, remoteDomain: number, remoteToken: Uint8Array): string | undefined;
  /** What one message may burn at most; undefined is no limit, zero is nothing. */
  burnLimit(ctx: Context, denom: string): bigint | undefined;
}

/** Of the issuer: the only way to make and destroy USDC. Throws its own errors, with its own code-space. */
export interface Issuer {
  /** The only denomination that is minted. */
  mintingDenom(ctx: Context): string;
  /** Mints to an account, counted for the domain that it comes from. */
  mint(ctx: Context, mint: IssuerMint): void;
  /** Burns what the module's account holds, counted for the domain that it goes to. */
  burn(
    ctx: Context,
    burn: { readonly coin: Coin; readonly remoteDomain: number; readonly depositor: Uint8Array },
  ): void;
}

/** A mint. */
export interface IssuerMint {
  /** 20 bytes. */
  readonly recipient: Uint8Array;
  readonly coin: Coin;
  readonly remoteDomain: number;
}

/** Of those who act on mints. */
export interface MintReceivers {
  /** Tells each of them. What one of them refuses is dropped and never undoes the mint. */
  notify(ctx: Context, receipt: MintReceipt): void;
}

/** Of x/bank. */
export interface DepositBank {
  /** Throws ErrInsufficientFunds. */
  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void;
}

/** All of it. */
export interface CctpV2Parts {
  readonly shared: SharedState;
  readonly issuer: Issuer;
  readonly receivers: MintReceivers;
  readonly bank: DepositBank;
}
