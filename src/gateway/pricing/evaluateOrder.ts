// What is found out about an order before it is made: its prices in USDC, taxes and duties, a fraud score, whether it may be
// served. Each is asked for by the order; what is not asked for is not done.

import { randomBytes } from "node:crypto";
import { toHex } from "../../codec/bytes.ts";
import { formatMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";
import type { Json } from "../readModel/blockRows.ts";
import type { Database } from "../sql/database.ts";
import { canonicalJson } from "../vault/canonicalJson.ts";
import { commitmentOfText, SALT_BYTES } from "../vault/commitment.ts";
import { SETTLEMENT, stepOf } from "./currencies.ts";
import { customerHistory, seeDevice } from "./customerHistory.ts";
import { FRAUD_RULES, type FraudResult, type FraudRule, type FraudThreshold, scoreFraud } from "./fraud.ts";
import type { Quote, Quotes, RateRequest } from "./quotes.ts";
import { convert, type Ratio, type Rounding, ratioOf } from "./ratio.ts";
import type { Screening, ScreeningResult } from "./screening.ts";
import type { TaxProvider, TaxResult } from "./tax.ts";

type Address = Readonly<Record<string, string>> | undefined;

/** What an order asks for, as its body has it. */
export interface EvaluationOptions {
  readonly exchange_rate?: RateRequest | undefined;
  readonly tax_calculation?:
    | {
        readonly enabled: boolean;
        readonly provider?: string | undefined;
        readonly include_duties?: boolean | undefined;
        readonly compound?: boolean | undefined;
        readonly rounding?: Rounding | undefined;
      }
    | undefined;
  readonly fraud_check?:
    | {
        readonly enabled: boolean;
        readonly rules?: readonly string[] | undefined;
        readonly threshold?: FraudThreshold | undefined;
        readonly ip_address?: string | undefined;
        readonly ip_country?: string | undefined;
        readonly device_fingerprint?: string | undefined;
      }
    | undefined;
  readonly compliance?:
    | {
        readonly export_control?: boolean | undefined;
        readonly sanctions_screening?: boolean | undefined;
        readonly restricted_products?: boolean | undefined;
        readonly aml_check?: boolean | undefined;
      }
    | undefined;
}

/** An order before it is made. Amounts are micro-units of `currency`. */
export interface Draft {
  readonly merchant: string;
  readonly customerId: string | undefined;
  readonly customerWallet: string | undefined;
  readonly currency: string;
  /** A price that is settled is in USDC already. */
  readonly items: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: bigint;
    readonly isSettled: boolean;
  }[];
  readonly discount: bigint;
  readonly shippingCost: bigint;
  readonly tax: bigint | undefined;
  readonly shippingAddress: Address;
  readonly billingAddress: Address;
  readonly options: EvaluationOptions;
}

/** What was found. Amounts are micro-units of USDC. */
export interface Evaluation {
  readonly unitPrices: readonly bigint[];
  readonly discount: bigint;
  readonly shippingCost: bigint;
  readonly tax: bigint;
  readonly fraudScore?: number | undefined;
  readonly complianceStatus?: string | undefined;
  readonly notes?: Readonly<Record<string, Json>> | undefined;
  /** What the chain has of the notes: a salted hash, which the notes can be checked against. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly holdReason?: string | undefined;
}

export interface EvaluatorParts {
  readonly database: Database;
  readonly quotes: Quotes;
  /** By name. `built_in` is there. */
  readonly taxProviders: ReadonlyMap<string, TaxProvider>;
  readonly screening: Screening;
  readonly now: () => Date;
}

/** Providers that may be asked for where they are not set up: the built-in table answers, and says so. */
const KNOWN_PROVIDERS: ReadonlySet<string> = new Set(["avalara"]);
const BUILT_IN = "built_in";
const ONE: Ratio = ratioOf(1n, 1n);

/** The metadata entry that commits to the notes. */
export const EVALUATION_KEY = "evaluation";

interface Found {
  readonly ratio: Ratio;
  readonly quote: Quote | undefined;
  readonly tax: bigint;
  readonly taxNote: Json | undefined;
}

/** Evaluates orders. What it returns fits `GatewayParts.evaluateOrder`. */
export function orderEvaluator(parts: EvaluatorParts): (draft: Draft) => Promise<Evaluation> {
  return async (draft) => {
    const locked = await exchange(parts, draft);
    const lines = draft.items.map((item) => priceOf(item, locked.ratio) * BigInt(item.quantity));
    const subtotal = lines.reduce((a, b) => a + b, 0n);
    if (draft.discount > subtotal) {
      throw new Problem("invalid_request", { detail: "the discount is more than the goods cost", field: "/discount" });
    }
    const found = { ...locked, ...(await taxes(parts, draft, lines)) };
    const amounts = settled(draft, found);
    const fraud = await fraudOf(parts, draft);
    const compliance = await complianceOf(parts, draft, amounts);
    return { ...amounts, ...withNotes(found, fraud, compliance) };
  };
}

/** The price of an item in the order's currency. */
function priceOf({ unitPrice, isSettled }: Draft["items"][number], { numerator, denominator }: Ratio): bigint {
  return isSettled ? convert(unitPrice, { numerator: denominator, denominator: numerator }) : unitPrice;
}

/** Amounts in USDC: each by itself to the micro-unit, so that price times quantity is exact. */
function settled(draft: Draft, { ratio, tax }: Found) {
  return {
    unitPrices: draft.items.map(({ unitPrice, isSettled }) => (isSettled ? unitPrice : convert(unitPrice, ratio))),
    discount: convert(draft.discount, ratio),
    shippingCost: convert(draft.shippingCost, ratio),
    tax: convert(tax, ratio),
  };
}

type Settled = ReturnType<typeof settled>;

function totalOf({ items }: Draft, { unitPrices, discount, shippingCost, tax }: Settled): bigint {
  const subtotal = items.reduce((sum, { quantity }, index) => sum + BigInt(quantity) * (unitPrices[index] ?? 0n), 0n);
  return subtotal - discount + shippingCost + tax;
}

async function exchange({ quotes }: EvaluatorParts, draft: Draft): Promise<Pick<Found, "ratio" | "quote">> {
  const { exchange_rate } = draft.options;
  if (draft.currency === SETTLEMENT && exchange_rate === undefined) return { ratio: ONE, quote: undefined };
  const quote = await quotes.lock(draft.merchant, draft.currency, exchange_rate);
  return { ratio: quote.ratio, quote };
}

/** A provider, and whether another one was asked for. Throws Problem `not_supported`. */
function providerOf({ taxProviders }: EvaluatorParts, name: string): TaxProvider {
  const provider = taxProviders.get(name) ?? (KNOWN_PROVIDERS.has(name) ? taxProviders.get(BUILT_IN) : undefined);
  if (provider !== undefined) return provider;
  throw new Problem("not_supported", { detail: "no such tax provider", field: "/tax_calculation/provider" });
}

async function taxes(
  parts: EvaluatorParts,
  draft: Draft,
  lines: readonly bigint[],
): Promise<Pick<Found, "tax" | "taxNote">> {
  const wanted = draft.options.tax_calculation;
  if (wanted?.enabled !== true) return { tax: draft.tax ?? 0n, taxNote: undefined };
  if (draft.tax !== undefined) {
    throw new Problem("invalid_request", { detail: "the tax is named and to be calculated, too", field: "/tax" });
  }
  const { country, state, postal_code: postalCode } = draft.shippingAddress ?? {};
  if (country === undefined) {
    const detail = "taxes depend on where the goods go";
    throw new Problem("invalid_request", { detail, field: "/shipping_address/country" });
  }
  const { provider: asked = BUILT_IN, include_duties = false, compound = false, rounding = "half_even" } = wanted;
  const provider = providerOf(parts, asked);
  const result = await provider.calculate({
    lines,
    discount: draft.discount,
    shipping: draft.shippingCost,
    place: { country, state, postalCode },
    includeDuties: include_duties,
    compound,
    rounding,
    step: stepOf(draft.currency) ?? 1n,
  });
  if (result === undefined) {
    const detail = `${provider.name} has no tax rule for this place`;
    throw new Problem("not_supported", { detail, field: "/shipping_address/country" });
  }
  return { tax: result.total, taxNote: taxNote(result, { asked, used: provider.name, compound, rounding }) };
}

function percent(ppm: number): string {
  return formatMoney(BigInt(ppm) * 100n);
}

function taxNote(
  result: TaxResult,
  how: { readonly asked: string; readonly used: string; readonly compound: boolean; readonly rounding: Rounding },
): Json {
  return {
    provider: how.used,
    ...(how.asked === how.used ? {} : { requested_provider: how.asked, note: `${how.asked} is not set up here` }),
    name: result.name,
    rate_percent: percent(result.ratePpm),
    duty_rate_percent: percent(result.dutyRatePpm),
    compound: how.compound,
    rounding: how.rounding,
    tax: formatMoney(result.tax),
    duty: formatMoney(result.duty),
    shipping_tax: formatMoney(result.shippingTax),
    lines: result.lines.map(({ tax, duty }) => ({ tax: formatMoney(tax), duty: formatMoney(duty) })),
  };
}

function rulesOf(names: readonly string[] = FRAUD_RULES): ReadonlySet<FraudRule> {
  for (const [index, name] of names.entries()) {
    if (FRAUD_RULES.some((rule) => rule === name)) continue;
    throw new Problem("not_supported", {
      detail: `there are the rules ${FRAUD_RULES.join(", ")}`,
      field: `/fraud_check/rules/${index}`,
    });
  }
  // Every name is one of them.
  return new Set(names as readonly FraudRule[]);
}

async function fraudOf({ database, now }: EvaluatorParts, draft: Draft): Promise<FraudResult | undefined> {
  const wanted = draft.options.fraud_check;
  if (wanted?.enabled !== true) return undefined;
  const rules = rulesOf(wanted.rules);
  const seen = { merchant: draft.merchant, customerId: draft.customerId, at: now() };
  const device = wanted.device_fingerprint;
  const isDeviceAsked = rules.has("device_fingerprint") && device !== undefined;
  return scoreFraud(rules, wanted.threshold ?? "medium", {
    ...(await customerHistory(database, seen)),
    ipAddress: wanted.ip_address,
    ipCountry: wanted.ip_country,
    shippingCountry: draft.shippingAddress?.["country"],
    billingCountry: draft.billingAddress?.["country"],
    device,
    customersOnDevice: isDeviceAsked ? await seeDevice(database, seen, device) : 0,
  });
}

async function complianceOf(
  { database, screening, now }: EvaluatorParts,
  draft: Draft,
  amounts: Settled,
): Promise<ScreeningResult | undefined> {
  const { compliance } = draft.options;
  if (compliance === undefined || !Object.values(compliance).includes(true)) return undefined;
  const checks = {
    exportControl: compliance.export_control === true,
    sanctions: compliance.sanctions_screening === true,
    products: compliance.restricted_products === true,
    aml: compliance.aml_check === true,
  };
  const seen = { merchant: draft.merchant, customerId: draft.customerId, at: now() };
  const { totalLastDay } = checks.aml ? await customerHistory(database, seen) : { totalLastDay: 0n };
  const addresses = [draft.shippingAddress, draft.billingAddress]
    .filter((address) => address !== undefined)
    .map(({ name, address_line_1: line1, city, state, country }) => ({ name, line1, city, state, country }));
  return screening.screen(
    {
      addresses,
      names: [],
      wallets: draft.customerWallet === undefined ? [] : [draft.customerWallet],
      skus: draft.items.map(({ sku }) => sku),
      destination: draft.shippingAddress?.["country"],
      total: totalOf(draft, amounts),
      totalLastDay,
    },
    checks,
  );
}

/** An order that may not be served, or has to be looked at, is held from the beginning. */
const HOLD_REASONS = { CLEAR: undefined, REVIEW: "compliance_review", RESTRICTED: "compliance_restricted" } as const;

function exchangeNote({ id, from, to, ratio, source, isDeclared, createdAt, expiresAt }: Quote): Json {
  return {
    quote_id: id,
    from,
    to,
    rate_numerator: ratio.numerator.toString(),
    rate_denominator: ratio.denominator.toString(),
    source,
    declared_by_merchant: isDeclared,
    quoted_at: createdAt,
    quote_expires_at: expiresAt,
  };
}

/** The rate that an order was priced with, from its notes; undefined when it was not priced in that currency. */
export function lockedRatio(notes: Readonly<Record<string, unknown>> | undefined, currency: string): Ratio | undefined {
  const note = notes?.["exchange"] as Record<"from" | "rate_numerator" | "rate_denominator", string> | undefined;
  if (note?.from !== currency) return undefined;
  return ratioOf(BigInt(note.rate_numerator), BigInt(note.rate_denominator));
}

function fraudNote({ score, threshold, flagged, reasons }: FraudResult): Json {
  return { score: score.toFixed(2), threshold, flagged, reasons };
}

function complianceNote({ status, findings }: ScreeningResult): Json {
  return {
    status,
    findings: findings.map(({ code, status: found, entry }) => ({
      code,
      status: found,
      ...(entry === undefined ? {} : { entry }),
    })),
  };
}

function withNotes(
  { quote, taxNote: tax }: Found,
  fraud: FraudResult | undefined,
  compliance: ScreeningResult | undefined,
): Pick<Evaluation, "fraudScore" | "complianceStatus" | "notes" | "metadata" | "holdReason"> {
  const found = {
    ...(quote === undefined ? {} : { exchange: exchangeNote(quote) }),
    ...(tax === undefined ? {} : { tax }),
    ...(fraud === undefined ? {} : { fraud: fraudNote(fraud) }),
    ...(compliance === undefined ? {} : { compliance: complianceNote(compliance) }),
  };
  if (Object.keys(found).length === 0) return {};
  const salt = randomBytes(SALT_BYTES);
  const commitment = commitmentOfText(salt, canonicalJson(found));
  return {
    fraudScore: fraud?.score,
    complianceStatus: compliance?.status,
    notes: { ...found, salt: toHex(salt) },
    metadata: { [EVALUATION_KEY]: toHex(commitment) },
    holdReason: compliance === undefined ? undefined : HOLD_REASONS[compliance.status],
  };
}
