// Cases, pure: rounding and parts; taxes with the published examples' figures, states and postal codes, discounts,
// shipping, duties, parts that add up; fraud's points and thresholds; names that match, nearly match and do not; screening by
// each table; tables from a file, and files that are none.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatMoney, parseMoney } from "../http/money.ts";
import { type FraudInputs, scoreFraud } from "./fraud.ts";
import { loadTables, TablesError } from "./loadTables.ts";
import { isOneEditApart, NameList, nameWords } from "./nameMatching.ts";
import { apportion, convert, divideRounded, parseRate, ROUNDINGS, type Rounding, ratioOf } from "./ratio.ts";
import { AML_THRESHOLDS, EMBARGOES, type ScreenedOrder, Screening, type ScreeningTables } from "./screening.ts";
import { calculateTax, type TaxRequest } from "./tax.ts";
import { DUTY_RULES, TAX_RULES, type TaxRule, taxRuleFor } from "./taxRules.ts";

const money = (text: string) => parseMoney(text, "");
const sum = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);

describe("ratios", () => {
  test.each<readonly [bigint, bigint, Rounding, bigint]>([
    [5n, 2n, "half_even", 2n],
    [7n, 2n, "half_even", 4n],
    [5n, 2n, "half_up", 3n],
    [5n, 2n, "truncate", 2n],
    [29n, 10n, "truncate", 2n],
    [29n, 10n, "half_even", 3n],
    [21n, 10n, "half_up", 2n],
  ])("default: %d / %d by %s is %d", (numerator, denominator, rounding, expected) => {
    expect(divideRounded(numerator, denominator, rounding)).toBe(expected);
  });

  test("default: a rate is an exact ratio, in lowest terms", () => {
    expect(parseRate("1.09")).toEqual({ numerator: 109n, denominator: 100n });
    expect(parseRate("0.50")).toEqual({ numerator: 1n, denominator: 2n });
    expect(formatMoney(convert(money("100.00"), ratioOf(109n, 100n)))).toBe("109.00");
  });

  test.each(["0", "0.0", "-1", "1e3", "1.", ".5", " 1", "1,09", "", "1234567890123"])("error: the rate %j", (text) => {
    expect(parseRate(text)).toBeUndefined();
  });

  test("behavior: parts add up, and none is a step away from its share", () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(weights, fc.bigInt({ min: 0n, max: 10n ** 14n }), (given, total) => {
        const parts = apportion(total, given);
        expect(sum(parts)).toBe(total);
        const all = sum(given);
        if (all === 0n) return;
        for (const [index, part] of parts.entries()) {
          const exact = total * (given[index] ?? 0n);
          expect(part * all <= exact + all && part * all >= exact - all).toBe(true);
        }
      }),
    );
  });

  test("behavior: in steps", () => {
    expect(apportion(100n, [1n, 1n, 1n], 10n)).toEqual([40n, 30n, 30n]);
    expect(apportion(5n, [0n, 0n])).toEqual([5n, 0n]);
  });
});

describe("taxes", () => {
  /** The published example's rate, which is none of San Francisco's. */
  const example: TaxRule = {
    country: "US",
    state: "CA",
    postalPrefix: "94105",
    name: "Sales tax",
    ratePpm: 87_500,
    taxesShipping: false,
  };
  const tables = { taxRules: [example, ...TAX_RULES], dutyRules: DUTY_RULES };
  const request = (given: Partial<TaxRequest> = {}): TaxRequest => ({
    lines: [money("100.00")],
    discount: 0n,
    shipping: 0n,
    place: { country: "DE", postalCode: "10115" },
    includeDuties: true,
    compound: false,
    rounding: "half_even",
    step: 10_000n,
    ...given,
  });
  const total = (given: Partial<TaxRequest>) => formatMoney(calculateTax(tables, request(given))?.total ?? -1n);
  const sanFrancisco = {
    lines: [money("999.99")],
    shipping: money("9.99"),
    place: { country: "US", state: "CA", postalCode: "94105" },
    includeDuties: false,
  };

  test.each<readonly [string, Partial<TaxRequest>, string]>([
    ["Germany, tax beside duty", {}, "24.20"],
    ["Germany, tax on value and duty", { compound: true }, "25.19"],
    ["Germany, no duties", { includeDuties: false }, "19.00"],
    ["San Francisco, truncated", { ...sanFrancisco, rounding: "truncate" }, "87.49"],
    ["San Francisco, half up", { ...sanFrancisco, rounding: "half_up" }, "87.50"],
    ["San Francisco, half to even", sanFrancisco, "87.50"],
    ["a state of its own", { ...sanFrancisco, place: { country: "US", state: "OR" } }, "0.00"],
    ["a state in small letters", { ...sanFrancisco, place: { country: "US", state: "tx" } }, "62.50"],
    ["shipping where it is taxed", { shipping: money("10.00"), includeDuties: false }, "20.90"],
    ["a discount", { discount: money("50.00"), includeDuties: false }, "9.50"],
    [
      "no cents in yen",
      { step: 1_000_000n, lines: [money("1005")], place: { country: "JP" }, includeDuties: false },
      "100.00",
    ],
  ])("default: %s", (_name, given, expected) => {
    expect(total(given)).toBe(expected);
  });

  test("default: goods, tax and shipping of the published example make 1097.47", () => {
    const tax = calculateTax(tables, request({ ...sanFrancisco, rounding: "truncate" }))?.total ?? 0n;
    expect(formatMoney(money("999.99") + tax + money("9.99"))).toBe("1097.47");
  });

  test("behavior: the parts of lines and shipping add up", () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 30 });
    const roundings = fc.constantFrom(...ROUNDINGS);
    fc.assert(
      fc.property(
        amounts,
        roundings,
        fc.boolean(),
        fc.bigInt({ min: 0n, max: 10n ** 9n }),
        (lines, rounding, compound, shipping) => {
          const discount = sum(lines) / 3n;
          const result = calculateTax(tables, request({ lines, rounding, compound, shipping, discount }));
          if (result === undefined) throw new Error("there is a rule for Germany");
          expect(sum(result.lines.map(({ tax }) => tax)) + result.shippingTax).toBe(result.tax);
          expect(sum(result.lines.map(({ duty }) => duty))).toBe(result.duty);
          expect(result.total % 10_000n).toBe(0n);
        },
      ),
    );
  });

  test("behavior: the rule that says most of the place", () => {
    const rate = (state?: string, postalCode?: string) =>
      taxRuleFor(TAX_RULES, { country: "US", state, postalCode })?.ratePpm;
    expect([rate("CA"), rate("CA", "94105"), rate("CA", "90012"), rate("NY", "10001")]).toEqual([
      72_500, 86_250, 97_500, 88_750,
    ]);
    expect(rate(undefined, "94105")).toBeUndefined();
  });

  test("error: a place that the tables say nothing of", () => {
    expect(calculateTax(tables, request({ place: { country: "AQ" } }))).toBeUndefined();
    expect(calculateTax({ ...tables, dutyRules: [] }, request())).toBeUndefined();
  });
});

describe("fraud", () => {
  const nothing: FraudInputs = {
    ordersLastHour: 0,
    ordersLastDay: 0,
    unpaidLastDay: 0,
    disputes: 0,
    ipAddress: "93.184.216.34",
    ipCountry: "US",
    shippingCountry: "US",
    billingCountry: "US",
    device: "d",
    customersOnDevice: 0,
  };
  const all = new Set(["velocity", "geolocation", "device_fingerprint"] as const);

  test("default: nothing odd is 0", () => {
    expect(scoreFraud(all, "medium", nothing)).toEqual({ score: 0, threshold: "medium", flagged: false, reasons: [] });
  });

  test.each<readonly [string, Partial<FraudInputs>, number, readonly string[]]>([
    ["many orders", { ordersLastHour: 5 }, 0.35, ["many_orders_in_an_hour"]],
    ["very many orders", { ordersLastHour: 10 }, 0.75, ["many_orders_in_an_hour", "very_many_orders_in_an_hour"]],
    ["another country", { ipCountry: "FR" }, 0.5, ["ip_abroad", "ip_and_billing_differ"]],
    ["a private address", { ipAddress: "10.0.0.1" }, 0.2, ["ip_unroutable"]],
    ["no address at all", { ipAddress: "x" }, 0.2, ["ip_unroutable"]],
    ["IPv6", { ipAddress: "2606:2800:220:1::1" }, 0, []],
    ["no device", { device: undefined }, 0.1, ["no_device"]],
    ["a device of many", { customersOnDevice: 5 }, 0.75, ["shared_device", "device_of_many"]],
    ["disputes", { disputes: 2, unpaidLastDay: 3 }, 0.5, ["unpaid_orders", "disputes"]],
  ])("behavior: %s", (_name, given, score, reasons) => {
    expect(scoreFraud(all, "medium", { ...nothing, ...given })).toMatchObject({ score, reasons });
  });

  test("behavior: never above 1, flagged above the threshold only, and only by the rules asked for", () => {
    const worst = { ordersLastHour: 10, ordersLastDay: 99, disputes: 9, ipCountry: "FR", customersOnDevice: 9 };
    expect(scoreFraud(all, "high", { ...nothing, ...worst })).toMatchObject({ score: 1, flagged: true });
    const some = { ...nothing, ordersLastHour: 5 };
    expect(scoreFraud(all, "low", some).flagged).toBe(true);
    expect(scoreFraud(all, "medium", some).flagged).toBe(false);
    expect(scoreFraud(new Set(["geolocation"]), "low", some).score).toBe(0);
  });
});

describe("names", () => {
  const list = new NameList();
  list.add("1", "Iván Petróvich Sidorov");
  list.add("2", "Acme Trading Co., Ltd.");
  list.add("3", "Prince");
  list.add("4", "Müller Weiß");

  test.each<readonly [string, string, string]>([
    ["ivan petrovich SIDOROV", "1", "exact"],
    ["Sidorov, Ivan Petrovich", "1", "exact"],
    ["Mr. Iván-Petróvich Sidorov", "1", "exact"],
    ["Ivan Petrovich Sidorow", "1", "near"],
    ["Ivan X. Petrovich Sidorov", "1", "near"],
    ["ACME TRADING", "2", "exact"],
    ["Acme Tradng", "2", "near"],
    ["prince", "3", "exact"],
    ["MULLER WEISS", "4", "exact"],
  ])("default: %s", (name, id, match) => {
    expect(list.find(name)).toEqual({ id, match });
  });

  test.each(["Ivan Sidorov", "Prince Charming", "Petrovich", "Ivan Petrovich Smirnov", "Bob Trading", "", "Mr.", "李"])(
    "error: not %j",
    (name) => {
      expect(list.find(name)).toBeUndefined();
    },
  );

  test("behavior: one letter apart", () => {
    const pairs: readonly (readonly [string, string, boolean])[] = [
      ["ABCD", "ABCD", true],
      ["ABCD", "ABXD", true],
      ["ABCD", "ABCDE", true],
      ["ABCD", "XABCD", true],
      ["ABCD", "ABD", true],
      ["ABCD", "ABDC", false],
      ["ABCD", "AB", false],
    ];
    for (const [a, b, expected] of pairs) expect([a, b, isOneEditApart(a, b)]).toEqual([a, b, expected]);
    expect(nameWords("  The O'Neil & Co. ")).toEqual(["NEIL", "O"]);
  });
});

describe("screening", () => {
  const tables: ScreeningTables = {
    embargoes: EMBARGOES,
    sanctioned: [
      {
        id: "SDN-1",
        names: ["Ivan Petrovich Sidorov", "I. P. Sidorov"],
        addresses: ["12 Main Road Minsk BY"],
        wallets: ["stateset1bad"],
      },
    ],
    products: [
      { sku: "CRYPTO-*", countries: ["CN"], status: "REVIEW" },
      { sku: "KNIFE", countries: ["*"], status: "RESTRICTED" },
    ],
    aml: AML_THRESHOLDS,
  };
  const screening = new Screening(tables);
  const every = { exportControl: true, sanctions: true, products: true, aml: true };
  const order = (given: Partial<ScreenedOrder> = {}): ScreenedOrder => ({
    addresses: [{ name: "Ana Smith", line1: "1 Main St", city: "Berlin", country: "DE" }],
    names: [],
    wallets: [],
    skus: ["LAPTOP-001"],
    destination: "DE",
    total: money("999.99"),
    totalLastDay: 0n,
    ...given,
  });

  test("default: nothing found is CLEAR", () => {
    expect(screening.screen(order(), every)).toEqual({ status: "CLEAR", findings: [] });
  });

  test.each<readonly [string, Partial<ScreenedOrder>, string, string]>([
    ["an embargoed country", { addresses: [{ country: "KP" }] }, "RESTRICTED", "embargo"],
    ["a region", { addresses: [{ country: "UA", city: "Donetsk" }] }, "RESTRICTED", "embargo"],
    ["a billing address there", { addresses: [{ country: "DE" }, { country: "IR" }] }, "RESTRICTED", "embargo"],
    ["a country to look at", { addresses: [{ country: "RU" }] }, "REVIEW", "embargo"],
    ["a name", { addresses: [{ name: "SIDOROV Ivan Petrovich" }] }, "RESTRICTED", "sanctioned_name_exact"],
    ["an alias", { names: ["I.P. Sidorov"] }, "RESTRICTED", "sanctioned_name_exact"],
    ["nearly a name", { names: ["Ivan Petrovitch Sidorov"] }, "REVIEW", "sanctioned_name_near"],
    [
      "an address",
      { addresses: [{ line1: "Main Road 12", city: "Minsk", country: "BY" }] },
      "REVIEW",
      "sanctioned_address",
    ],
    ["a wallet", { wallets: ["STATESET1BAD"] }, "RESTRICTED", "sanctioned_wallet"],
    ["goods for a country", { skus: ["CRYPTO-9"], destination: "CN" }, "REVIEW", "restricted_product"],
    ["goods for nowhere", { skus: ["KNIFE"], destination: undefined }, "RESTRICTED", "restricted_product"],
    ["a large sum", { total: money("10000") }, "REVIEW", "large_sum"],
    ["many sums in a day", { total: money("6000"), totalLastDay: money("9000") }, "REVIEW", "large_sum_in_a_day"],
  ])("behavior: %s", (_name, given, status, code) => {
    const result = screening.screen(order(given), every);
    expect(result.status).toBe(status);
    expect(result.findings.map((finding) => finding.code)).toContain(code);
  });

  test.each<readonly [string, Partial<ScreenedOrder>]>([
    ["another region", { addresses: [{ country: "UA", city: "Lviv" }] }],
    ["goods elsewhere", { skus: ["CRYPTO-9"] }],
    ["goods that begin otherwise", { skus: ["KNIFE-BLOCK"] }],
    ["a sum below", { total: money("9999.999999") }],
  ])("behavior: %s is CLEAR", (_name, given) => {
    expect(screening.screen(order(given), every).status).toBe("CLEAR");
  });

  test("behavior: only what is asked for, and the worst counts", () => {
    const bad = order({ addresses: [{ country: "KP" }], total: money("20000") });
    const none = { exportControl: false, sanctions: false, products: false, aml: false };
    expect(screening.screen(bad, none).status).toBe("CLEAR");
    expect(screening.screen(bad, { ...none, aml: true }).status).toBe("REVIEW");
    expect(screening.screen(bad, every)).toMatchObject({
      status: "RESTRICTED",
      findings: [{ code: "embargo" }, { code: "large_sum" }],
    });
  });
});

describe("tables from a file", () => {
  const withFile = <T>(text: string, work: (path: string) => T): T => {
    const folder = mkdtempSync(join(tmpdir(), "tables-"));
    try {
      const path = join(folder, "tables.json");
      writeFileSync(path, text);
      return work(path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("default: what a file names is the file's, the rest is built in", async () => {
    const text = JSON.stringify({
      tax_rules: [{ country: "DE", name: "VAT", rate_ppm: 70_000, taxes_shipping: false }],
      rates: { source: "bank", usdc_for: { EUR: "1.10" } },
      sanctioned: [{ id: "X", names: ["Bad Person"] }],
      aml: { single: "100", daily: "200.5" },
    });
    const tables = withFile(text, loadTables);
    expect(tables.taxes).toEqual({
      taxRules: [{ country: "DE", name: "VAT", ratePpm: 70_000, taxesShipping: false, postalPrefix: undefined }],
      dutyRules: DUTY_RULES,
    });
    expect(await tables.rates.rate("EUR", "USDC")).toEqual(ratioOf(11n, 10n));
    expect(await tables.rates.rate("GBP", "USDC")).toBeUndefined();
    expect(tables.screening).toMatchObject({
      embargoes: EMBARGOES,
      aml: { single: 100_000_000n, daily: 200_500_000n },
    });
    expect(await loadTables().rates.rate("EUR", "USDC")).toEqual(ratioOf(109n, 100n));
  });

  test.each([
    "{",
    "[]",
    '{"tax_rule":[]}',
    '{"duty_rules":[{"country":"DE","rate_ppm":0.5}]}',
    '{"aml":{"single":1,"daily":2}}',
  ])("error: %s", (text) => {
    expect(() => withFile(text, loadTables)).toThrow(TablesError);
  });

  test("error: a file that is not there", () => {
    expect(() => loadTables("/nowhere/tables.json")).toThrow(TablesError);
  });
});
