// What a V2 transfer costs. Rates are in the unit of the contracts' `minFee`: 1000 is one basis point, ten million all.

/** Parts that an amount is divided into (evm-cctp-contracts v2 TokenMessengerV2 MIN_FEE_MULTIPLIER). */
export const FEE_DENOMINATOR = 10_000_000n;
const RATES_PER_BPS = 1_000;

/** The rates of a route, below FEE_DENOMINATOR. */
export interface RouteRates {
  readonly fast: bigint;
  readonly standard: bigint;
}

/** A route and its rates. */
export interface RouteFee extends RouteRates {
  readonly source: number;
  readonly destination: number;
}

/** What an attester charges: by route, and otherwise the same for all. */
export interface FeeSchedule {
  readonly routes: readonly RouteFee[];
  readonly otherwise: RouteRates;
}

/** The rates of a route. */
export function ratesOf(schedule: FeeSchedule, source: number, destination: number): RouteRates {
  return (
    schedule.routes.find((route) => route.source === source && route.destination === destination) ?? schedule.otherwise
  );
}

/** The rate of so many basis points, of which a thousandth is the least. Throws a RangeError on finer or other numbers. */
export function rateOfBps(bps: number): bigint {
  const rate = Math.round(bps * RATES_PER_BPS);
  // 1.3 has no exact double, so its rate is the nearest integer; finer numbers are further from it.
  const isExact = Math.abs(bps * RATES_PER_BPS - rate) < 1e-6;
  if (!isExact || rate < 0 || BigInt(rate) >= FEE_DENOMINATOR) {
    throw new RangeError(`expected basis points below 10000 with at most three decimals, got ${bps}`);
  }
  return BigInt(rate);
}

/** A rate in basis points, as the service tells it. */
export function bpsOfRate(rate: bigint): number {
  return Number(rate) / RATES_PER_BPS;
}

/**
 * The fee for an amount in base units: the fraction is dropped, but a rate above zero costs at least one unit. Circle's
 * service has been seen to take the whole maxFee in that case; here it is never more than what is due.
 */
export function feeOf(amount: bigint, rate: bigint): bigint {
  if (rate === 0n || amount === 0n) return 0n;
  const floor = (amount * rate) / FEE_DENOMINATOR;
  return floor === 0n ? 1n : floor;
}
