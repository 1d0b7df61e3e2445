// JSON text as Go's encoding/json writes it (Go 1.22 and later): where bytes are signed or indexed, text must agree.

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  "&": "\\u0026",
  "<": "\\u003c",
  ">": "\\u003e",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

const HTML = /[&<>\u2028\u2029]/;
const HTML_ALL = /[&<>\u2028\u2029]/g;

/**
 * Escapes what Go escapes and JSON.stringify does not: `&`, `<`, `>` and the separators U+2028 and U+2029. Takes whole
 * JSON texts, since none of the five can stand outside a string.
 */
export function escapeAsGo(json: string): string {
  return HTML.test(json) ? json.replace(HTML_ALL, (character) => HTML_ESCAPES[character] ?? character) : json;
}

/** The JSON string of a text. */
export function goJsonString(text: string): string {
  return escapeAsGo(JSON.stringify(text));
}
