// JSON as values, and as text that is ready.

/** What JSON can carry. Keys whose value is undefined are left out. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** JSON that was made into text before: what is big and does not change, or goes to many. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The text of either. */
export function textOfJson(value: Json | JsonText): string {
  return value instanceof JsonText ? value.text : JSON.stringify(value);
}

/** Go's `omitempty`: without keys whose value is null, zero or the empty text. */
export function omitEmpty(object: { readonly [key: string]: Json | undefined }): Json {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== null && value !== undefined && value !== 0 && value !== ""),
  );
}
