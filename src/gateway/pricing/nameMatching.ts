// Whether a name is one of a list: written alike but for case, accents, punctuation and the order of words, or nearly.

export type NameMatch = "exact" | "near";

/** Words of a name, in capital ASCII where they are Latin, sorted; titles and forms of companies are left out. */
export function nameWords(name: string): readonly string[] {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().replaceAll("ß", "SS");
  const words = plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "" && !LEFT_OUT.has(word));
  return [...new Set(words)].sort();
}

const LEFT_OUT: ReadonlySet<string> = new Set(
  "MR MRS MS DR PROF THE OF AND CO LTD LLC INC CORP GMBH AG SA SARL BV LIMITED COMPANY CORPORATION".split(" "),
);

/** Words as long as this may differ in one letter. */
const NEAR_LENGTH_MIN = 4;

/** Whether one letter added, left out or changed makes one word of the other, or none. */
export function isOneEditApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  const rest = long.slice(at + 1);
  return rest === short.slice(at) || rest === short.slice(at + 1);
}

function isNear(listed: readonly string[], given: readonly string[]): boolean {
  const unmatched = listed.filter((word) => !given.includes(word));
  if (unmatched.length === 0) return true;
  const [missing, ...others] = unmatched;
  if (missing === undefined || others.length > 0 || missing.length < NEAR_LENGTH_MIN) return false;
  return given.some((word) => isOneEditApart(missing, word));
}

/** A list of names, made once and asked often. PERF: only listed names that share a word with the given one are looked at. */
export class NameList {
  readonly #exact = new Map<string, string>();
  readonly #byWord = new Map<string, { readonly id: string; readonly words: readonly string[] }[]>();

  /** `id` names the entry that a name, or one of its aliases, belongs to. */
  add(id: string, name: string): void {
    const words = nameWords(name);
    if (words.length === 0) return;
    const key = words.join(" ");
    if (this.#exact.has(key)) return;
    this.#exact.set(key, id);
    for (const word of words) {
      const entries = this.#byWord.get(word) ?? [];
      entries.push({ id, words });
      this.#byWord.set(word, entries);
    }
  }

  /**
   * The entry that a name matches. Near is: all of the listed words are there beside others, or all but one of at least four
   * letters, which is one letter off. One word alone is matched exactly only.
   */
  find(name: string): { readonly id: string; readonly match: NameMatch } | undefined {
    const words = nameWords(name);
    const exact = this.#exact.get(words.join(" "));
    if (exact !== undefined) return { id: exact, match: "exact" };
    for (const word of words) {
      const entry = this.#byWord.get(word)?.find((listed) => listed.words.length > 1 && isNear(listed.words, words));
      if (entry !== undefined) return { id: entry.id, match: "near" };
    }
    return undefined;
  }
}
