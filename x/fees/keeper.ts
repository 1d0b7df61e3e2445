// The price list of the chain.

import { MsgExec } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { Params } from "../../gen/stateset/fees/v1/fees.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { amountOf, type Coin, formatCoins } from "../../src/codec/coins.ts";
import { requiredAmount, walletGas } from "../../src/codec/priceList.ts";
import { ErrInsufficientFee } from "../../src/codec/sdkErrors.ts";
import type { DecodedTx } from "../../src/codec/tx.ts";
import { FEES, PARAMS_KEY } from "./keys.ts";
import { DEFAULT_PARAMS } from "./types.ts";

const EXEC_TYPE_URL = `/${MsgExec.$type}`;
/** The message that carries others costs nothing itself. Deeper nesting than this is refused when it runs. */
const EXEC_DEPTH_MAX = 8;
const NO_MESSAGES: MsgExec["msgs"] = [];

/** Keeper of the price list. */
export class FeesKeeper {
  /** The parameters. PERF: one store read, without gas: it is the price list, not the purchase. */
  params(ctx: Context): Params {
    return ctx.stores.store(FEES).find(PARAMS_KEY)?.as(Params.decode) ?? DEFAULT_PARAMS;
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(FEES).set(PARAMS_KEY, Params.encode(params).finish());
  }

  /** The denomination that fees are paid in. */
  feeDenom(ctx: Context): string {
    return this.params(ctx).denom;
  }

  /** What a transaction costs at least. */
  requiredFee(ctx: Context, tx: DecodedTx): Coin {
    const params = this.params(ctx);
    const amount = requiredAmount(params, chargedTypesOf(tx), tx.authInfo.fee?.gasLimit ?? 0n);
    return { denom: params.denom, amount };
  }

  /** The least gas that a simulation of a transaction reports. */
  walletGas(ctx: Context, tx: DecodedTx): bigint {
    return walletGas(this.params(ctx), chargedTypesOf(tx));
  }

  /** Throws ErrInsufficientFee unless the fee is in the fee denomination only, and enough. */
  requireFee(ctx: Context, tx: DecodedTx, fee: readonly Coin[]): void {
    const required = this.requiredFee(ctx, tx);
    const isForeign = fee.some(({ denom }) => denom !== required.denom);
    if (!isForeign && amountOf(fee, required.denom) >= required.amount) return;
    throw new ChainError(
      ErrInsufficientFee,
      `insufficient fees; got: ${formatCoins(fee)} required: ${formatCoins([required])}`,
    );
  }
}

/** The types a transaction is charged for. */
function chargedTypesOf(tx: DecodedTx): readonly string[] {
  const types: string[] = [];
  for (const { typeUrl, bytes } of tx.messages) addChargedTypes(types, typeUrl, bytes, 0);
  return types;
}

/** Adds the types a message is charged for: its own, or those of the messages that it executes for others. */
function addChargedTypes(types: string[], typeUrl: string, bytes: Uint8Array, depth: number): void {
  const msgs = typeUrl !== EXEC_TYPE_URL || depth >= EXEC_DEPTH_MAX ? NO_MESSAGES : MsgExec.decode(bytes).msgs;
  if (msgs.length === 0) types.push(typeUrl);
  for (const inner of msgs) addChargedTypes(types, inner.typeUrl, inner.value, depth + 1);
}
