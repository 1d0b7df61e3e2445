// Whether an order may be served: embargoes, lists of sanctioned people, goods that may not go everywhere, large sums. Tables
// decide; the worst finding is the order's compliance status.

import { NameList } from "./nameMatching.ts";

export const COMPLIANCE_STATUSES = ["CLEAR", "REVIEW", "RESTRICTED"] as const;
export type ComplianceStatus = (typeof COMPLIANCE_STATUSES)[number];

/** A place that nothing, or not everything, may be sent to. */
export interface EmbargoRule {
  readonly country: string;
  /** Names of regions, any of which an address's state or city may have; all of the country when left out. */
  readonly regions?: readonly string[] | undefined;
  readonly status: ComplianceStatus;
}

/** Somebody nothing may be sold to. */
export interface SanctionedParty {
  readonly id: string;
  readonly names: readonly string[];
  readonly addresses?: readonly string[] | undefined;
  /** Accounts of any chain, as they are written there. */
  readonly wallets?: readonly string[] | undefined;
}

/** Goods that may not go everywhere. */
export interface ProductRule {
  /** A SKU; with `*` at the end whatever begins so. */
  readonly sku: string;
  /** Where to; `*` is anywhere. */
  readonly countries: readonly string[];
  readonly status: ComplianceStatus;
}

/** From which amount on an order is looked at, micro-units of USDC. */
export interface AmlThresholds {
  readonly single: bigint;
  /** With all orders of the customer in a day. */
  readonly daily: bigint;
}

export interface ScreeningTables {
  readonly embargoes: readonly EmbargoRule[];
  readonly sanctioned: readonly SanctionedParty[];
  readonly products: readonly ProductRule[];
  readonly aml: AmlThresholds;
}

/** Comprehensive embargoes are the same in the USA and the EU, but for details that a lawyer knows. */
export const EMBARGOES: readonly EmbargoRule[] = [
  { country: "CU", status: "RESTRICTED" },
  { country: "IR", status: "RESTRICTED" },
  { country: "KP", status: "RESTRICTED" },
  { country: "SY", status: "REVIEW" },
  { country: "RU", status: "REVIEW" },
  { country: "BY", status: "REVIEW" },
  { country: "UA", regions: ["CRIMEA", "SEVASTOPOL", "DONETSK", "LUHANSK"], status: "RESTRICTED" },
];

/** What reports of large sums begin at in most countries. */
export const AML_THRESHOLDS: AmlThresholds = { single: 10_000_000_000n, daily: 15_000_000_000n };

/** Which checks are made. */
export interface ScreeningChecks {
  readonly exportControl: boolean;
  readonly sanctions: boolean;
  readonly products: boolean;
  readonly aml: boolean;
}

/** An address as far as it is screened. */
export interface ScreenedAddress {
  readonly name?: string | undefined;
  readonly line1?: string | undefined;
  readonly city?: string | undefined;
  readonly state?: string | undefined;
  readonly country?: string | undefined;
}

export interface ScreenedOrder {
  readonly addresses: readonly ScreenedAddress[];
  /** Names beside those of the addresses. */
  readonly names: readonly string[];
  readonly wallets: readonly string[];
  readonly skus: readonly string[];
  /** Where the goods go. */
  readonly destination: string | undefined;
  /** Micro-units of USDC. */
  readonly total: bigint;
  /** Of the customer's other orders in the last day. */
  readonly totalLastDay: bigint;
}

/** One thing that was found. */
export interface Finding {
  readonly code: string;
  readonly status: ComplianceStatus;
  /** Of the list, where one is the cause; no personal data of the order. */
  readonly entry?: string | undefined;
}

export interface ScreeningResult {
  readonly status: ComplianceStatus;
  readonly findings: readonly Finding[];
}

function worst(findings: readonly Finding[]): ComplianceStatus {
  const rank = (status: ComplianceStatus) => COMPLIANCE_STATUSES.indexOf(status);
  return findings.reduce<ComplianceStatus>((a, { status }) => (rank(status) > rank(a) ? status : a), "CLEAR");
}

function matchesSku(pattern: string, sku: string): boolean {
  return pattern.endsWith("*") ? sku.startsWith(pattern.slice(0, -1)) : sku === pattern;
}

/** Screens orders by tables, which are made ready once. */
export class Screening {
  readonly #tables: ScreeningTables;
  readonly #names = new NameList();
  readonly #addresses = new NameList();
  readonly #wallets = new Map<string, string>();

  constructor(tables: ScreeningTables) {
    this.#tables = tables;
    for (const { id, names, addresses = [], wallets = [] } of tables.sanctioned) {
      for (const name of names) this.#names.add(id, name);
      for (const address of addresses) this.#addresses.add(id, address);
      for (const wallet of wallets) this.#wallets.set(wallet.toLowerCase(), id);
    }
  }

  /** Screens an order. Findings are in the order of the checks. */
  screen(order: ScreenedOrder, checks: ScreeningChecks): ScreeningResult {
    const findings = [
      ...(checks.exportControl ? this.#embargoed(order) : []),
      ...(checks.sanctions ? this.#sanctioned(order) : []),
      ...(checks.products ? this.#restrictedProducts(order) : []),
      ...(checks.aml ? this.#largeSums(order) : []),
    ];
    return { status: worst(findings), findings };
  }

  #embargoed({ addresses }: ScreenedOrder): readonly Finding[] {
    return this.#tables.embargoes
      .filter(({ country, regions }) =>
        addresses.some((address) => {
          if (address.country !== country) return false;
          const place = `${address.state ?? ""} ${address.city ?? ""}`.toUpperCase();
          return regions === undefined || regions.some((region) => place.includes(region));
        }),
      )
      .map(({ country, status }) => ({ code: "embargo", status, entry: country }));
  }

  #sanctioned({ addresses, names, wallets }: ScreenedOrder): readonly Finding[] {
    const findings: Finding[] = [];
    for (const name of [...names, ...addresses.map((address) => address.name ?? "")]) {
      const found = this.#names.find(name);
      if (found === undefined) continue;
      const status = found.match === "exact" ? "RESTRICTED" : "REVIEW";
      findings.push({ code: `sanctioned_name_${found.match}`, status, entry: found.id });
    }
    for (const { line1, city, country } of addresses) {
      const found = line1 === undefined ? undefined : this.#addresses.find([line1, city, country].join(" "));
      if (found !== undefined) findings.push({ code: "sanctioned_address", status: "REVIEW", entry: found.id });
    }
    for (const wallet of wallets) {
      const entry = this.#wallets.get(wallet.toLowerCase());
      if (entry !== undefined) findings.push({ code: "sanctioned_wallet", status: "RESTRICTED", entry });
    }
    return findings;
  }

  #restrictedProducts({ skus, destination }: ScreenedOrder): readonly Finding[] {
    return this.#tables.products
      .filter(({ sku, countries }) => {
        const isThere = countries.includes("*") || (destination !== undefined && countries.includes(destination));
        return isThere && skus.some((one) => matchesSku(sku, one));
      })
      .map(({ sku, status }) => ({ code: "restricted_product", status, entry: sku }));
  }

  #largeSums({ total, totalLastDay }: ScreenedOrder): readonly Finding[] {
    const { single, daily } = this.#tables.aml;
    if (total >= single) return [{ code: "large_sum", status: "REVIEW" }];
    return total + totalLastDay >= daily ? [{ code: "large_sum_in_a_day", status: "REVIEW" }] : [];
  }
}
