// What a transaction costs by the price list of x/fees: asked by the chain, and by whoever pays for a transaction.

import type { Params } from "../../gen/stateset/fees/v1/fees.ts";
import { quoCeil } from "./decimal.ts";
import { parseUint } from "./integer.ts";

/** A decimal with 18 digits is stored as this many units. */
export const GAS_PRICE_UNIT = 10n ** 18n;
/** Bits of a gas price in those units, and of an amount. */
export const GAS_PRICE_BITS = 128;
export const FEE_AMOUNT_BITS = 128;

/** Clients read gas as a number: 2^53 - 1. */
const GAS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

type FlatFees = ReadonlyMap<string, bigint>;
let lastFees: { readonly params: Params; readonly fees: FlatFees } | undefined;

/** Flat fees by type. PERF: every transaction asks, of parameters that are the same object until they change. */
function flatFeesOf(params: Params): FlatFees {
  if (lastFees?.params === params) return lastFees.fees;
  const amounts = params.messageFees.map(({ typeUrl, fee }) => {
    return [typeUrl, parseUint(fee?.amount ?? "0", FEE_AMOUNT_BITS)] as const;
  });
  const fees = new Map(amounts);
  lastFees = { params, fees };
  return fees;
}

/** What messages cost whatever gas they use, and whether one of them is priced by gas. */
function flatFees(params: Params, typeUrls: readonly string[]): { flat: bigint; isPricedByGas: boolean } {
  const fees = flatFeesOf(params);
  let flat = 0n;
  let isPricedByGas = false;
  for (const typeUrl of typeUrls) {
    const fee = fees.get(typeUrl);
    if (fee === undefined) isPricedByGas = true;
    else flat += fee;
  }
  return { flat, isPricedByGas };
}

/**
 * What messages cost in micro-units of the fee denomination: the flat fee of each that is listed, and the gas limit
 * times the price (rounded up) when one is not listed. `typeUrls` are all messages, those inside an authz exec too.
 */
export function requiredAmount(params: Params, typeUrls: readonly string[], gasLimit: bigint): bigint {
  const { flat, isPricedByGas } = flatFees(params, typeUrls);
  if (!isPricedByGas) return flat;
  return flat + quoCeil(gasLimit * parseUint(params.minGasPrice, GAS_PRICE_BITS), GAS_PRICE_UNIT);
}

/**
 * The least gas limit at which `wallet_gas_price` makes what messages cost: a wallet that multiplies the two offers
 * enough. 0 where nothing has a flat fee, or no such price is set.
 */
export function walletGas(params: Params, typeUrls: readonly string[]): bigint {
  const { flat, isPricedByGas } = flatFees(params, typeUrls);
  const offered = parseUint(params.walletGasPrice || "0", GAS_PRICE_BITS);
  if (offered === 0n || flat === 0n) return 0n;
  // The gas costs something too where one message is priced by it; then only the rest of the price pays flat fees.
  const price = isPricedByGas ? offered - parseUint(params.minGasPrice, GAS_PRICE_BITS) : offered;
  const gas = quoCeil(flat * GAS_PRICE_UNIT, price);
  return gas < GAS_MAX ? gas : GAS_MAX;
}
