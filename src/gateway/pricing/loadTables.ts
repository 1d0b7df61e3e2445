// The tables of prices, from the operator's file where there is one. A file replaces the tables that it names, whole; what it
// does not name is built in.

import { readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { parseMoney } from "../http/money.ts";
import { EXAMPLE_RATES, type RateSource, tableRates } from "./quotes.ts";
import { AML_THRESHOLDS, COMPLIANCE_STATUSES, EMBARGOES, type ScreeningTables } from "./screening.ts";
import type { TaxTables } from "./tax.ts";
import { DUTY_RULES, TAX_RULES } from "./taxRules.ts";

const STRICT = { additionalProperties: false } as const;
const Country = Type.String({ pattern: "^[A-Z]{2}$" });
const Ppm = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const Text = Type.String({ minLength: 1, maxLength: 500 });
const Amount = Type.String({ pattern: "^[0-9]{1,12}(\\.[0-9]{1,6})?$" });
const Status = Type.Unsafe<(typeof COMPLIANCE_STATUSES)[number]>({ type: "string", enum: [...COMPLIANCE_STATUSES] });

const File = Type.Object(
  {
    tax_rules: Type.Optional(
      Type.Array(
        Type.Object(
          {
            country: Country,
            state: Type.Optional(Text),
            postal_prefix: Type.Optional(Text),
            name: Text,
            rate_ppm: Ppm,
            taxes_shipping: Type.Boolean(),
          },
          STRICT,
        ),
      ),
    ),
    duty_rules: Type.Optional(Type.Array(Type.Object({ country: Country, rate_ppm: Ppm }, STRICT))),
    rates: Type.Optional(
      Type.Object(
        {
          source: Text,
          usdc_for: Type.Record(Type.String({ pattern: "^[A-Z]{3,5}$" }), Type.String({ maxLength: 25 })),
        },
        STRICT,
      ),
    ),
    embargoes: Type.Optional(
      Type.Array(Type.Object({ country: Country, regions: Type.Optional(Type.Array(Text)), status: Status }, STRICT)),
    ),
    sanctioned: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Text,
            names: Type.Array(Text, { minItems: 1 }),
            addresses: Type.Optional(Type.Array(Text)),
            wallets: Type.Optional(Type.Array(Text)),
          },
          STRICT,
        ),
      ),
    ),
    restricted_products: Type.Optional(
      Type.Array(Type.Object({ sku: Text, countries: Type.Array(Text, { minItems: 1 }), status: Status }, STRICT)),
    ),
    aml: Type.Optional(Type.Object({ single: Amount, daily: Amount }, STRICT)),
  },
  STRICT,
);
const validator = Compile(File);

/** The file is no tables. */
export class TablesError extends Error {
  readonly code = "invalid_tables";

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
    this.name = "TablesError";
  }
}

export interface PricingTables {
  readonly taxes: TaxTables;
  readonly rates: RateSource;
  readonly screening: ScreeningTables;
}

function read(path: string): Static<typeof File> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new TablesError(path, "cannot be read as JSON", { cause });
  }
  if (validator.Check(parsed)) return parsed;
  const [error] = validator.Errors(parsed);
  throw new TablesError(path, `${error?.instancePath || "the file"} ${error?.message ?? "is not valid"}`);
}

/** The tables. Throws TablesError on a file that is not there, or not valid. */
export function loadTables(path?: string): PricingTables {
  const file = path === undefined ? {} : read(path);
  return {
    taxes: {
      taxRules:
        file.tax_rules?.map(({ postal_prefix, rate_ppm, taxes_shipping, ...rule }) => ({
          ...rule,
          postalPrefix: postal_prefix,
          ratePpm: rate_ppm,
          taxesShipping: taxes_shipping,
        })) ?? TAX_RULES,
      dutyRules: file.duty_rules?.map(({ country, rate_ppm }) => ({ country, ratePpm: rate_ppm })) ?? DUTY_RULES,
    },
    rates: file.rates === undefined ? EXAMPLE_RATES : tableRates(file.rates.source, file.rates.usdc_for),
    screening: {
      embargoes: file.embargoes ?? EMBARGOES,
      sanctioned: file.sanctioned ?? [],
      products: file.restricted_products ?? [],
      aml:
        file.aml === undefined
          ? AML_THRESHOLDS
          : { single: parseMoney(file.aml.single, "aml"), daily: parseMoney(file.aml.daily, "aml") },
    },
  };
}
