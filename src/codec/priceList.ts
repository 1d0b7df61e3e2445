// What a transaction costs by the price list of x/fees: asked by the chain, and by whoever pays for a transaction.

import type { Params } from "../../gen/stateset/fees/v1/fees.ts";
import { quoCeil } from "./decimal.ts";
import { parseUint } from "./integer.ts";

/** A decimal with 18 digits is stored as this many units. */
export const GAS_PRICE_UNIT = 10n ** 18n;
/** Bits of a gas price in those units, and of an amount. */
export const GAS_PRICE_BITS = 128;
export const FEE_AMOUNT_BITS = 128;

/**
 * What messages cost in micro-units of the fee denomination: the flat fee of each that is listed, and the gas limit
 * times the price (rounded up) when one is not listed. `typeUrls` are all messages, those inside an authz exec too.
 */
export function requiredAmount(params: Params, typeUrls: readonly string[], gasLimit: bigint): bigint {
  const flat = new Map(params.messageFees.map(({ typeUrl, fee }) => [typeUrl, fee?.amount ?? "0"]));
  let amount = 0n;
  let isPricedByGas = false;
  for (const typeUrl of typeUrls) {
    const fee = flat.get(typeUrl);
    if (fee === undefined) isPricedByGas = true;
    else amount += parseUint(fee, FEE_AMOUNT_BITS);
  }
  if (isPricedByGas) amount += quoCeil(gasLimit * parseUint(params.minGasPrice, GAS_PRICE_BITS), GAS_PRICE_UNIT);
  return amount;
}
