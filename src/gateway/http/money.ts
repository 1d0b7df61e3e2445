// Money at the edge: decimal strings outside, micro-units in bigint inside. The only place that turns one into the other.

import { Type } from "typebox";
import { Problem } from "./problem.ts";

const DECIMALS = 6;
const MICRO = 10n ** BigInt(DECIMALS);
/** Digits before the point: 10^14 USDC are more than there are, and the chain's own limit is far above. */
const PATTERN = /^(0|[1-9][0-9]{0,13})(\.[0-9]{1,6})?$/;

/** An amount of money as clients write it. */
export const Money = Type.String({
  pattern: PATTERN.source,
  maxLength: 21,
  description: "Decimal text with at most 6 decimals; a JSON number is refused.",
  examples: ["999.99"],
});

/** An amount as answers hold it: 2 to 6 decimals, and a sign where a sum may be negative. */
export const MoneyOut = Type.String({
  pattern: "^-?[0-9]+\\.[0-9]{2,6}$",
  description: "Decimal text with 2 to 6 decimals.",
  examples: ["1097.47"],
});

/** Micro-units of a decimal text. Throws Problem `invalid_request` that names `field`. */
export function parseMoney(text: string, field: string): bigint {
  const match = PATTERN.exec(text);
  if (match === null) {
    throw new Problem("invalid_request", { detail: "an amount is decimal text with at most 6 decimals", field });
  }
  const fraction = (match[2] ?? ".").slice(1).padEnd(DECIMALS, "0");
  return BigInt(match[1]!) * MICRO + BigInt(fraction);
}

/** Decimal text of micro-units; zeros at the end are cut to two decimals. */
export function formatMoney(micro: bigint): string {
  const sign = micro < 0n ? "-" : "";
  const digits = (micro < 0n ? -micro : micro).toString().padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0{1,4}$/, "");
  return `${sign}${digits.slice(0, -DECIMALS)}.${fraction}`;
}
