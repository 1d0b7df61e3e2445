// Taxes and duties of an order. One rounding: of the whole, to the currency's step; lines get their parts so that they add
// up to it.

import { apportion, divideRounded, type Rounding } from "./ratio.ts";
import { type DutyRule, type Place, type TaxRule, taxRuleFor } from "./taxRules.ts";

/** What taxes depend on. Amounts are micro-units of one currency. */
export interface TaxRequest {
  /** Quantity times price, line by line. */
  readonly lines: readonly bigint[];
  readonly discount: bigint;
  readonly shipping: bigint;
  readonly place: Place;
  readonly includeDuties: boolean;
  /** The tax is on value and duty, as customs has it; otherwise on the value alone. */
  readonly compound: boolean;
  readonly rounding: Rounding;
  /** Micro-units that taxes are rounded to. */
  readonly step: bigint;
}

/** The taxes of one line. */
export interface LineTax {
  readonly tax: bigint;
  readonly duty: bigint;
}

export interface TaxResult {
  readonly name: string;
  readonly ratePpm: number;
  readonly dutyRatePpm: number;
  readonly lines: readonly LineTax[];
  /** Of the shipping. */
  readonly shippingTax: bigint;
  /** Without duties. */
  readonly tax: bigint;
  readonly duty: bigint;
  readonly total: bigint;
}

export interface TaxTables {
  readonly taxRules: readonly TaxRule[];
  readonly dutyRules: readonly DutyRule[];
}

/** Whoever knows taxes. Undefined when it knows nothing of the place. */
export interface TaxProvider {
  readonly name: string;
  calculate(request: TaxRequest): Promise<TaxResult | undefined>;
}

const MILLION = 1_000_000n;

/**
 * Calculates by tables; undefined when they say nothing of the place. The discount is taken from the lines in proportion.
 * The order of exactness: bases exact, the sum of taxes rounded once, the lines' parts by largest remainder.
 */
export function calculateTax(tables: TaxTables, request: TaxRequest): TaxResult | undefined {
  const { lines, discount, shipping, place, rounding, step } = request;
  const rule = taxRuleFor(tables.taxRules, place);
  if (rule === undefined) return undefined;
  const dutyRule = tables.dutyRules.find(({ country }) => country === place.country);
  if (request.includeDuties && dutyRule === undefined) return undefined;
  const dutyPpm = request.includeDuties ? BigInt(dutyRule?.ratePpm ?? 0) : 0n;
  const cuts = apportion(discount, lines);
  const values = lines.map((line, index) => line - (cuts[index] ?? 0n));
  const value = values.reduce((a, b) => a + b, 0n);
  const rounded = (millionths: bigint) => divideRounded(millionths, MILLION * step, rounding) * step;
  const duty = rounded(value * dutyPpm);
  const base = value + (request.compound ? duty : 0n);
  const taxedShipping = rule.taxesShipping ? shipping : 0n;
  const tax = rounded((base + taxedShipping) * BigInt(rule.ratePpm));
  const duties = apportion(duty, values, step);
  const bases = values.map((line, index) => line + (request.compound ? (duties[index] ?? 0n) : 0n));
  const taxes = apportion(tax, [...bases, taxedShipping], step);
  return {
    name: rule.name,
    ratePpm: rule.ratePpm,
    dutyRatePpm: Number(dutyPpm),
    lines: values.map((_, index) => ({ tax: taxes[index] ?? 0n, duty: duties[index] ?? 0n })),
    shippingTax: taxes[values.length] ?? 0n,
    tax,
    duty,
    total: tax + duty,
  };
}

/** Taxes by the tables of this gateway. */
export function tableProvider(tables: TaxTables): TaxProvider {
  return { name: "built_in", calculate: async (request) => calculateTax(tables, request) };
}
