// Numbers in events: decimal texts of any length, compared as texts, so that a long one costs no arithmetic. CometBFT
// compares binary floats of 125 bits, which take two numbers for one when they differ beyond their 37th digit only.

/** A number that is not negative: `integer` without leading zeros ("" is zero), `fraction` without trailing ones. */
export interface DecimalText {
  readonly integer: string;
  readonly fraction: string;
}

const LEADING_DECIMAL = /^([0-9]+)(?:\.([0-9]+))?/;

/**
 * The number at the start of a text: CometBFT compares `8atom` and `6.5stake` as 8 and 6.5 (libs/pubsub/query). Undefined
 * when the text does not begin with a digit; so nothing negative is a number.
 */
export function leadingDecimal(text: string): DecimalText | undefined {
  const match = LEADING_DECIMAL.exec(text);
  if (match === null) return undefined;
  return { integer: match[1]!.replace(/^0+/, ""), fraction: (match[2] ?? "").replace(/0+$/, "") };
}

/** Negative, zero or positive. */
export function compareDecimals(a: DecimalText, b: DecimalText): number {
  if (a.integer.length !== b.integer.length) return a.integer.length - b.integer.length;
  if (a.integer !== b.integer) return a.integer < b.integer ? -1 : 1;
  // Without trailing zeros, the order of fractions is the order of their texts.
  return a.fraction === b.fraction ? 0 : a.fraction < b.fraction ? -1 : 1;
}
