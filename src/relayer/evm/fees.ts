// What a transaction offers for gas on an EVM chain (EIP-1559), and how much more its next copy must offer.

import { quoCeil } from "../../codec/decimal.ts";

/** Wei for a unit of gas. */
export interface GasFees {
  /** At most, base fee and tip together. */
  readonly maxFeePerGas: bigint;
  /** Of that for the maker of the block. */
  readonly maxPriorityFeePerGas: bigint;
}

/** Nodes replace a transaction when both fees rise by a tenth; an eighth is above all their rounding. */
const BUMP_NUMERATOR = 9n;
const BUMP_DENOMINATOR = 8n;

/** Room for six full blocks of rising base fee. */
const BASE_FEE_FACTOR = 2n;

/** What to offer now. Undefined when the market is above `maxFeePerGas`. */
export function gasFees(
  market: { readonly baseFeePerGas: bigint; readonly tip: bigint },
  maxFeePerGas: bigint | undefined,
): GasFees | undefined {
  const { baseFeePerGas, tip } = market;
  if (maxFeePerGas !== undefined && baseFeePerGas + tip > maxFeePerGas) return undefined;
  const wanted = baseFeePerGas * BASE_FEE_FACTOR + tip;
  const offered = maxFeePerGas !== undefined && wanted > maxFeePerGas ? maxFeePerGas : wanted;
  return { maxFeePerGas: offered, maxPriorityFeePerGas: tip };
}

/** At least one more: a node does not take an equal fee for a higher one. */
function bump(fee: bigint): bigint {
  return fee === 0n ? 1n : quoCeil(fee * BUMP_NUMERATOR, BUMP_DENOMINATOR);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/**
 * What the next copy of a stuck transaction has to offer: an eighth more, or the market if that is more. Undefined when
 * that is above `maxFeePerGas`: then the last copy has to do.
 */
export function bumpedFees(last: GasFees, market: GasFees, maxFeePerGas: bigint | undefined): GasFees | undefined {
  const maxFee = larger(bump(last.maxFeePerGas), market.maxFeePerGas);
  const tip = larger(bump(last.maxPriorityFeePerGas), market.maxPriorityFeePerGas);
  const offered = { maxFeePerGas: larger(maxFee, tip), maxPriorityFeePerGas: tip };
  if (maxFeePerGas === undefined || offered.maxFeePerGas <= maxFeePerGas) return offered;
  const isEnough = maxFeePerGas >= bump(last.maxFeePerGas) && maxFeePerGas >= tip;
  return isEnough ? { maxFeePerGas, maxPriorityFeePerGas: tip } : undefined;
}
