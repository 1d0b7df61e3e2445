// What x/bank needs of other modules.

import type { Context } from "../../src/baseapp/context.ts";
import type { Coin } from "../../src/codec/coins.ts";

/** Of x/auth. */
export interface BankAccounts {
  hasAccount(ctx: Context, address: Uint8Array): boolean;
  /** Makes the account of an address that has none. */
  createAccount(ctx: Context, address: Uint8Array): unknown;
  /** Throws an Error when the module has no account. */
  moduleAddress(name: string): Uint8Array;
  /** The account of a module, made when it is used first. Throws an Error when the module has none. */
  ensureModuleAccount(ctx: Context, name: string): { readonly address: Uint8Array };
  /** Whether a module may do something: `minter`, `burner`. */
  hasPermission(name: string, permission: string): boolean;
}

/** Of modules that act when a user's transfer reaches an address of theirs. What they throw fails the transfer. */
export interface CoinReceiver {
  onCoinsReceived(
    ctx: Context,
    transfer: { readonly from: Uint8Array; readonly to: Uint8Array; readonly coins: readonly Coin[] },
  ): void;
}
