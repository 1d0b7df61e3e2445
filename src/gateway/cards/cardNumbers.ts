// Numbers of cards (PAN) never enter: whatever looks like one is refused, wherever it stands, before anything keeps it.

import { Problem } from "../http/problem.ts";

/** A card number has 13 to 19 digits, ISO/IEC 7812. */
const DIGITS_MIN = 13;
const DIGITS_MAX = 19;
const DIGITS_USUAL = 16;
/** At least 13 digits, which people group with blanks, dots or dashes. */
const GROUPED = /[0-9](?:[ .-]?[0-9]){12,}/g;

/** Whether digits have the check digit of ISO/IEC 7812 (Luhn's). */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** What a run of groups may be: groups beside each other of the right length, or a part of a group that is too long. */
function candidates(groups: readonly string[]): readonly string[] {
  const joined = groups.flatMap((_, start) =>
    groups.slice(start, start + DIGITS_MAX).map((_group, count) => groups.slice(start, start + count + 1).join("")),
  );
  const inside = groups.flatMap((group) =>
    Array.from({ length: group.length > DIGITS_MAX ? group.length - DIGITS_USUAL + 1 : 0 }, (_, start) =>
      group.slice(start, start + DIGITS_USUAL),
    ),
  );
  return [...joined.filter(({ length }) => length >= DIGITS_MIN && length <= DIGITS_MAX), ...inside];
}

/** Whether a text holds what may be a card number, among whatever else. */
export function holdsCardNumber(text: string): boolean {
  return [...text.matchAll(GROUPED)].flatMap(([run]) => candidates(run.split(/[ .-]/))).some(hasLuhnDigit);
}

/** Walks a body. Throws Problem `card_data_refused` that names the field and never the number. */
export function refuseCardNumbers(value: unknown, at = ""): void {
  if (typeof value === "string" || typeof value === "number") {
    if (!holdsCardNumber(String(value))) return;
    throw new Problem("card_data_refused", {
      detail: "this looks like a card number: send the token that your card processor gave for it",
      field: at,
    });
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    refuseCardNumbers(key, at);
    refuseCardNumbers(child, `${at}/${key.slice(0, 64)}`);
  }
}
