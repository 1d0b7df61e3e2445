// What CCTP needs of other modules: of x/bank, of the issuer, and of those who act on mints.

import type { Context } from "../../src/baseapp/context.ts";
import type { MintReceipt } from "../../src/cctp/mintReceipt.ts";
import type { Coin } from "../../src/codec/coins.ts";

/** Of x/bank. */
export interface CctpBank {
  balance(ctx: Context, address: Uint8Array, denom: string): bigint;
  /** Throws ErrInsufficientFunds. */
  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void;
}

/** Of x/issuer: the only way to make and destroy USDC. Throws its own errors, with its own code-space. */
export interface Issuer {
  /** The only denomination that is minted. */
  mintingDenom(ctx: Context): string;
  /** Mints to an account of 20 bytes, counted for the domain that it comes from. */
  mint(
    ctx: Context,
    mint: { readonly recipient: Uint8Array; readonly coin: Coin; readonly remoteDomain: number },
  ): void;
  /** Burns what the module's account holds, counted for the domain that it goes to. */
  burn(
    ctx: Context,
    burn: { readonly coin: Coin; readonly remoteDomain: number; readonly depositor: Uint8Array },
  ): void;
}

/** Who acts on mints. */
export interface MintReceiver {
  /** For the event that tells of a refusal. */
  readonly name: string;
  /** Called in the same message, after the mint. What it throws drops what it did, and never undoes the mint. */
  onCctpMessageReceived(ctx: Context, receipt: MintReceipt): void;
}
