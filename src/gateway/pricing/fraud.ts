// A score between 0 and 1 of how much an order looks like fraud: points for what is odd, from a table. The same inputs give
// the same score; nothing is learned, and nothing is asked of others.

import ipaddr from "ipaddr.js";

export const FRAUD_RULES = ["velocity", "geolocation", "device_fingerprint"] as const;
export type FraudRule = (typeof FRAUD_RULES)[number];

/** Above which score an order is flagged, in hundredths. */
export const FRAUD_THRESHOLDS = { low: 30, medium: 70, high: 90 } as const;
export type FraudThreshold = keyof typeof FRAUD_THRESHOLDS;

/** What is known about an order's circumstances. Texts are as the client declared them. */
export interface FraudInputs {
  /** Orders of this customer: in the last hour, in the last day, and of those that were cancelled unpaid. */
  readonly ordersLastHour: number;
  readonly ordersLastDay: number;
  readonly unpaidLastDay: number;
  /** Disputes of this customer ever. */
  readonly disputes: number;
  readonly ipAddress: string | undefined;
  readonly ipCountry: string | undefined;
  readonly shippingCountry: string | undefined;
  readonly billingCountry: string | undefined;
  readonly device: string | undefined;
  /** Other customers of the merchant on the same device in the last week. */
  readonly customersOnDevice: number;
}

interface Indicator {
  readonly code: string;
  readonly rule: FraudRule;
  /** Hundredths. */
  readonly points: number;
  readonly applies: (inputs: FraudInputs) => boolean;
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** An address that nobody on the internet has: declared wrongly, or hidden. */
function isUnroutable(text: string | undefined): boolean {
  if (text === undefined) return false;
  try {
    return ipaddr.parse(text).range() !== "unicast";
  } catch {
    // Not an address at all.
    return true;
  }
}

/** Each that applies adds its points; 100 is the most. Of steps of one kind the higher adds to the lower. */
const INDICATORS: readonly Indicator[] = [
  {
    code: "many_orders_in_an_hour",
    rule: "velocity",
    points: 35,
    applies: ({ ordersLastHour }) => ordersLastHour >= 5,
  },
  {
    code: "very_many_orders_in_an_hour",
    rule: "velocity",
    points: 40,
    applies: ({ ordersLastHour }) => ordersLastHour >= 10,
  },
  { code: "many_orders_in_a_day", rule: "velocity", points: 25, applies: ({ ordersLastDay }) => ordersLastDay >= 20 },
  { code: "unpaid_orders", rule: "velocity", points: 20, applies: ({ unpaidLastDay }) => unpaidLastDay >= 3 },
  { code: "disputes", rule: "velocity", points: 30, applies: ({ disputes }) => disputes >= 2 },
  {
    code: "billing_abroad",
    rule: "geolocation",
    points: 25,
    applies: ({ billingCountry, shippingCountry }) => differ(billingCountry, shippingCountry),
  },
  {
    code: "ip_abroad",
    rule: "geolocation",
    points: 25,
    applies: ({ ipCountry, shippingCountry }) => differ(ipCountry, shippingCountry),
  },
  {
    code: "ip_and_billing_differ",
    rule: "geolocation",
    points: 25,
    applies: ({ ipCountry, billingCountry }) => differ(ipCountry, billingCountry),
  },
  { code: "ip_unroutable", rule: "geolocation", points: 20, applies: ({ ipAddress }) => isUnroutable(ipAddress) },
  { code: "no_device", rule: "device_fingerprint", points: 10, applies: ({ device }) => device === undefined },
  {
    code: "shared_device",
    rule: "device_fingerprint",
    points: 30,
    applies: ({ customersOnDevice }) => customersOnDevice >= 2,
  },
  {
    code: "device_of_many",
    rule: "device_fingerprint",
    points: 45,
    applies: ({ customersOnDevice }) => customersOnDevice >= 5,
  },
];

/** What was found. */
export interface FraudResult {
  /** 0 to 1, two decimals. */
  readonly score: number;
  readonly threshold: FraudThreshold;
  /** The score is above the threshold. */
  readonly flagged: boolean;
  /** Codes of what was odd, in the table's order. */
  readonly reasons: readonly string[];
}

const POINTS_MAX = 100;

/** Scores an order by the rules that are asked for. */
export function scoreFraud(rules: ReadonlySet<FraudRule>, threshold: FraudThreshold, inputs: FraudInputs): FraudResult {
  const found = INDICATORS.filter(({ rule, applies }) => rules.has(rule) && applies(inputs));
  const points = Math.min(
    POINTS_MAX,
    found.reduce((sum, indicator) => sum + indicator.points, 0),
  );
  return {
    score: points / POINTS_MAX,
    threshold,
    flagged: points > FRAUD_THRESHOLDS[threshold],
    reasons: found.map(({ code }) => code),
  };
}
