// What x/orders needs of other modules.

import type { Context } from "../../src/baseapp/context.ts";
import type { Coin } from "../../src/codec/coins.ts";

/** Of x/bank. */
export interface OrdersBank {
  balance(ctx: Context, address: Uint8Array, denom: string): bigint;
  balances(ctx: Context, address: Uint8Array): Coin[];
  /** Whether an address receives nothing from users. */
  isBlocked(address: Uint8Array): boolean;
  requireSendEnabled(ctx: Context, coins: readonly Coin[]): void;
  sendCoins(ctx: Context, from: Uint8Array, to: Uint8Array, coins: readonly Coin[]): void;
  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void;
  sendCoinsFromModuleToModule(ctx: Context, from: string, to: string, coins: readonly Coin[]): void;
}

/** A burn towards another chain. */
export interface RefundBurn {
  readonly cctpVersion: 1 | 2;
  /** The account whose money is burned: the escrow. */
  readonly from: Uint8Array;
  readonly amount: bigint;
  readonly denom: string;
  readonly destinationDomain: number;
  /** 32 bytes. */
  readonly mintRecipient: Uint8Array;
}

/** Of x/cctp. */
export interface RefundBurner {
  /** The CCTP domain of this chain. */
  localDomain(ctx: Context): number;
  /** Burns and emits the message. Throws a ChainError when that is not possible now. */
  depositForBurn(ctx: Context, burn: RefundBurn): { readonly nonce: bigint; readonly messageHash: Uint8Array };
}
