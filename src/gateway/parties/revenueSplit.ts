// From percentages by role to the chain's shares: basis points by address, which add up to all of it.

import { Problem } from "../http/problem.ts";

/** A share as the API of orders takes it. */
export interface Share {
  readonly address: string;
  readonly basis_points: number;
}

const PERCENT = /^([0-9]{1,3})(?:\.([0-9]{1,2}))?$/;
const WHOLE = 10_000;

/** Hundredths of a percent; a JSON number counts as the text it is written as. Throws Problem `invalid_request`. */
export function basisPoints(percent: string | number, field: string): number {
  const match = PERCENT.exec(String(percent));
  const points = match === null ? 0 : Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  if (points >= 1 && points <= WHOLE) return points;
  throw new Problem("invalid_request", { detail: "a share is a percentage above 0, with at most 2 decimals", field });
}

/**
 * Shares of a split, in the order of its roles; roles of one address share one. Throws Problem `invalid_request` when they
 * do not add up to 100.
 */
export function sharesOf(
  split: Readonly<Record<string, string | number>>,
  addressOf: ReadonlyMap<string, string>,
): readonly Share[] {
  const points = new Map<string, number>();
  for (const [role, percent] of Object.entries(split)) {
    const address = addressOf.get(role);
    if (address === undefined) throw new RangeError(`no address of ${role}`);
    points.set(address, (points.get(address) ?? 0) + basisPoints(percent, `/revenue_split/${role}`));
  }
  const sum = [...points.values()].reduce((a, b) => a + b, 0);
  if (sum !== WHOLE) {
    const detail = `the shares add up to ${sum / 100} percent`;
    throw new Problem("invalid_request", { detail, field: "/revenue_split" });
  }
  return [...points].map(([address, basis_points]) => ({ address, basis_points }));
}
