// What benches write into a page of the documentation: text between two markers that stand there.

/** Puts text between a command's markers in a page. Throws when they are not there. */
export function withSection(page: string, command: string, text: string): string {
  const begin = `<!-- ${command}: written by \`npm run bench -- ${command}\` -->`;
  const end = `<!-- end of ${command} -->`;
  const [from, until] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || until < from) throw new Error(`the page: expected "${begin}" and, behind it, "${end}"`);
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(until)}`;
}

/** A table in Markdown; the first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...others] = rows;
  return [head, head.map(() => "---"), ...others].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
export const tenth = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 1 });
