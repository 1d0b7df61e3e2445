// Takes the fee (cosmos-sdk v0.53 x/auth/ante/fee.go). The price list is x/fees'.

import type { Context } from "../../../src/baseapp/context.ts";
import { attribute } from "../../../src/baseapp/events.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { bytesEqual } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { type Coin, coinsFromProto, formatCoins } from "../../../src/codec/coins.ts";
import { ErrInsufficientFunds, ErrUnknownAddress } from "../../../src/codec/sdkErrors.ts";
import type { DecodedTx } from "../../../src/codec/tx.ts";
import type { FeeBank, FeeGrants, FeeSchedule } from "../expected.ts";
import type { AccountKeeper } from "../keeper.ts";
import type { AnteDecorator } from "./decorator.ts";

/** Module account that fees go to. */
export const FEE_COLLECTOR = "fee_collector";

/** Who is charged: the granter when there is one that allows it, else the payer. Throws what the grant refuses with. */
function chargedAddress(ctx: Context, tx: DecodedTx, fee: readonly Coin[], grants: FeeGrants): Uint8Array {
  const granterText = tx.authInfo.fee?.granter ?? "";
  if (granterText === "") return tx.feePayer;
  const granter = decodeAddress(granterText);
  if (bytesEqual(granter, tx.feePayer)) return granter;
  try {
    grants.useGrantedFees(ctx, { granter, grantee: tx.feePayer, fee, messages: tx.messages });
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    throw error.wrap(`${granterText} does not allow to pay fees for ${encodeAddress(tx.feePayer)}`);
  }
  return granter;
}

/** Charges the fee to its payer or granter. Throws ErrInsufficientFee when it is too small. */
export function deductFee(
  keeper: AccountKeeper,
  parts: { readonly bank: FeeBank; readonly grants: FeeGrants; readonly schedule: FeeSchedule },
): AnteDecorator {
  return (ctx, tx) => {
    const fee = coinsFromProto(tx.authInfo.fee?.amount ?? []);
    if (ctx.mode !== "simulate") parts.schedule.requireFee(ctx, tx, fee);
    const charged = chargedAddress(ctx, tx, fee, parts.grants);
    if (!keeper.hasAccount(ctx, charged)) {
      throw new ChainError(ErrUnknownAddress, `fee payer address: ${encodeAddress(charged)} does not exist`);
    }
    if (fee.length > 0) charge(ctx, parts.bank, charged, fee);
    else if (ctx.mode === "simulate") chargeAsIf(ctx, parts, charged);
    ctx.events.emit("tx", [attribute("fee", formatCoins(fee)), attribute("fee_payer", encodeAddress(charged))]);
  };
}

/**
 * Clients simulate without a fee, since they want to know the gas to name one. Taking it is a third of what a transfer
 * costs, so the smallest fee is taken, of those who have it; nothing of a simulation stays.
 */
function chargeAsIf(
  ctx: Context,
  parts: { readonly bank: FeeBank; readonly schedule: FeeSchedule },
  payer: Uint8Array,
): void {
  try {
    charge(ctx, parts.bank, payer, [{ denom: parts.schedule.feeDenom(ctx), amount: 1n }]);
  } catch (error) {
    if (!(error instanceof ChainError) || error.kind !== ErrInsufficientFunds) throw error;
  }
}

function charge(ctx: Context, bank: FeeBank, payer: Uint8Array, fee: readonly Coin[]): void {
  try {
    bank.sendCoinsFromAccountToModule(ctx, payer, FEE_COLLECTOR, fee);
  } catch (error) {
    // Out of gas stays out of gas; whatever the bank refuses with is a lack of funds, as in the SDK.
    if (!(error instanceof ChainError) || error.codespace !== "sdk" || error.code !== ErrInsufficientFunds.code) {
      throw error;
    }
    throw new ChainError(ErrInsufficientFunds, error.message);
  }
}
