// Which groups must not be told, so that no number is about fewer than k customers: neither one that stands there, nor one
// that somebody can have by subtracting the groups that stand there from the summary. Pure.

import type { SumName } from "./metrics.ts";

/** The least number of customers behind a number. */
export const K = 5;

/** How many customers have a part in each of the sums that are told. */
export type Customers = Readonly<Partial<Record<SumName, number>>>;

/** A group with its customers. */
export interface CustomerGroup {
  readonly key: string;
  readonly customers: Customers;
}

/** Nobody, or a crowd. */
function isSafe(count: number): boolean {
  return count === 0 || count >= K;
}

function namesOf(customers: Customers): readonly SumName[] {
  return Object.keys(customers) as SumName[];
}

/** Whether each number of a group is about nobody or about a crowd; the group itself is about somebody. */
export function isLarge(customers: Customers): boolean {
  return namesOf(customers).every((name) => isSafe(customers[name] ?? 0));
}

/** Sums that must not stand in the summary: they are about too few, all groups together; all of them where everything is. */
export function hiddenSums(total: Customers): ReadonlySet<SumName> {
  const names = namesOf(total);
  return new Set(isSafe(total.orders ?? 0) ? names.filter((name) => !isSafe(total[name] ?? 0)) : names);
}

/**
 * Further groups to hide, so that those hidden are a crowd together. `hidden` is how many customers have a part in the
 * sums of all groups that are hidden for being small, each customer once; `total` the same over all groups.
 */
export function complement(large: readonly CustomerGroup[], hidden: Customers, total: Customers): ReadonlySet<string> {
  const more = new Set<string>();
  const counts: Partial<Record<SumName, number>> = { ...hidden };
  const smallestFirst = [...large].sort((a, b) => (a.customers.orders ?? 0) - (b.customers.orders ?? 0));
  for (const name of namesOf(hidden)) {
    // A sum that is not in the summary cannot be had by subtraction.
    if (isSafe(counts[name] ?? 0) || !isSafe(total[name] ?? 0)) continue;
    const next = smallestFirst.find(({ key, customers }) => !more.has(key) && (customers[name] ?? 0) >= K);
    if (next === undefined) throw new Error(`no large group has a part in ${name}, which all groups together have`);
    more.add(next.key);
    // A customer may be in both: the larger of the two is what is sure.
    for (const sum of namesOf(hidden)) counts[sum] = Math.max(counts[sum] ?? 0, next.customers[sum] ?? 0);
  }
  return more;
}
