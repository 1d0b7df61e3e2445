// The built-in table of sales taxes and duties. Rates are parts per million. It is for estimates: rates change, goods differ,
// and who sells owes the right figure. An operator puts a table of its own in a file (loadTables.ts).

/** What a place asks of what is sold there. The rule that says most about the place is the one. */
export interface TaxRule {
  /** ISO 3166-1, two letters. */
  readonly country: string;
  /** As the address has it; any when left out. */
  readonly state?: string | undefined;
  /** What the postal code begins with. */
  readonly postalPrefix?: string | undefined;
  /** What the tax is called. */
  readonly name: string;
  readonly ratePpm: number;
  /** Whether shipping is taxed, too. */
  readonly taxesShipping: boolean;
}

/** What a country asks of goods that come from abroad: an average over all goods. */
export interface DutyRule {
  readonly country: string;
  readonly ratePpm: number;
}

/** A place, as an address has it. */
export interface Place {
  readonly country: string;
  readonly state?: string | undefined;
  readonly postalCode?: string | undefined;
}

function vat(country: string, percent: number): TaxRule {
  return { country, name: "VAT", ratePpm: percent * 10_000, taxesShipping: true };
}

function gst(country: string, percent: number): TaxRule {
  return { country, name: "GST", ratePpm: percent * 10_000, taxesShipping: true };
}

function salesTax(state: string, ratePpm: number, postalPrefix?: string): TaxRule {
  return { country: "US", state, postalPrefix, name: "Sales tax", ratePpm, taxesShipping: false };
}

/** Standard rates of 2025; for states of the USA the state's own, and some cities with what is added there. */
export const TAX_RULES: readonly TaxRule[] = [
  ...(
    [
      ["AT", 20],
      ["BE", 21],
      ["BG", 20],
      ["CY", 19],
      ["CZ", 21],
      ["DE", 19],
      ["DK", 25],
      ["EE", 24],
      ["ES", 21],
      ["FR", 20],
      ["GB", 20],
      ["GR", 24],
      ["HR", 25],
      ["HU", 27],
      ["IE", 23],
      ["IT", 22],
      ["LT", 21],
      ["LU", 17],
      ["LV", 21],
      ["MT", 18],
      ["NL", 21],
      ["NO", 25],
      ["PL", 23],
      ["PT", 23],
      ["SE", 25],
      ["SI", 22],
      ["SK", 23],
    ] as const
  ).map(([country, percent]) => vat(country, percent)),
  { country: "CH", name: "VAT", ratePpm: 81_000, taxesShipping: true },
  { country: "RO", name: "VAT", ratePpm: 210_000, taxesShipping: true },
  { country: "FI", name: "VAT", ratePpm: 255_000, taxesShipping: true },
  gst("AU", 10),
  gst("NZ", 15),
  gst("SG", 9),
  gst("CA", 5),
  { country: "JP", name: "Consumption tax", ratePpm: 100_000, taxesShipping: true },
  salesTax("CA", 72_500),
  salesTax("CA", 86_250, "941"),
  salesTax("CA", 97_500, "900"),
  salesTax("NY", 40_000),
  salesTax("NY", 88_750, "100"),
  salesTax("TX", 62_500),
  salesTax("FL", 60_000),
  salesTax("WA", 65_000),
  salesTax("IL", 62_500),
  salesTax("OR", 0),
  salesTax("MT", 0),
  salesTax("NH", 0),
  salesTax("DE", 0),
];

const EUROPEAN_UNION = [
  "AT",
  "BE",
  "BG",
  "CY",
  "CZ",
  "DE",
  "DK",
  "EE",
  "ES",
  "FI",
  "FR",
  "GR",
  "HR",
  "HU",
  "IE",
  "IT",
  "LT",
  "LU",
  "LV",
  "MT",
  "NL",
  "PL",
  "PT",
  "RO",
  "SE",
  "SI",
  "SK",
] as const;

/** Simple averages over all goods, as the World Trade Organization's tariff profiles give them, in about. */
export const DUTY_RULES: readonly DutyRule[] = [
  ...EUROPEAN_UNION.map((country) => ({ country, ratePpm: 52_000 })),
  { country: "GB", ratePpm: 38_000 },
  { country: "US", ratePpm: 34_000 },
  { country: "CA", ratePpm: 39_000 },
  { country: "AU", ratePpm: 24_000 },
  { country: "NZ", ratePpm: 19_000 },
  { country: "JP", ratePpm: 42_000 },
  { country: "NO", ratePpm: 58_000 },
  { country: "SG", ratePpm: 0 },
];

function appliesTo(rule: TaxRule, { country, state, postalCode = "" }: Place): boolean {
  if (rule.country !== country) return false;
  if (rule.state !== undefined && rule.state !== state?.toUpperCase()) return false;
  return rule.postalPrefix === undefined || postalCode.startsWith(rule.postalPrefix);
}

function precision({ state, postalPrefix = "" }: TaxRule): number {
  return (state === undefined ? 0 : 1) + 2 * postalPrefix.length;
}

/** The rule that says most about a place, the first among equals; undefined when the table says nothing of it. */
export function taxRuleFor(rules: readonly TaxRule[], place: Place): TaxRule | undefined {
  let best: TaxRule | undefined;
  for (const rule of rules) {
    if (appliesTo(rule, place) && (best === undefined || precision(rule) > precision(best))) best = rule;
  }
  return best;
}
