// What the checks before a transaction need of other modules.

import type { Context } from "../../src/baseapp/context.ts";
import type { Coin } from "../../src/codec/coins.ts";
import type { DecodedMsg, DecodedTx } from "../../src/codec/tx.ts";

/** Of x/bank. */
export interface FeeBank {
  /** Throws ErrInsufficientFunds. */
  sendCoinsFromAccountToModule(ctx: Context, from: Uint8Array, module: string, coins: readonly Coin[]): void;
}

/** Of x/feegrant. */
export interface FeeGrants {
  /** Takes a fee off an allowance. Throws ChainError when there is none, or it does not cover the fee. */
  useGrantedFees(
    ctx: Context,
    use: {
      readonly granter: Uint8Array;
      readonly grantee: Uint8Array;
      readonly fee: readonly Coin[];
      readonly messages: readonly DecodedMsg[];
    },
  ): void;
}

/** Of x/fees. */
export interface FeeSchedule {
  /** Throws ErrInsufficientFee when the fee is less than the transaction costs. */
  requireFee(ctx: Context, tx: DecodedTx, fee: readonly Coin[]): void;
  /** The denomination that fees are paid in. */
  feeDenom(ctx: Context): string;
}
