// What GETs have been answered with, by their URL. The query is asked each time all the same: what is saved is to read the
// URL again, and to write the same bytes as the same JSON. So nothing here can be out of date: the JSON is used only for
// the very array that it was made of, and the application gives an array again for as long as an answer has not changed
// (src/baseapp/queryCache.ts).

import type { Route } from "./routes.ts";

/** Bytes of one generation of answers; two are alive. */
const GENERATION_BYTES = 16 * 1024 * 1024;
/** Longest URL and body that are kept, in characters. */
const URL_LENGTH_MAX = 512;
const BODY_LENGTH_MAX = 64 * 1024;
/** What an answer takes besides its texts and bytes. */
const ENTRY_BYTES = 300;

/** A GET that was answered. */
export interface KnownAnswer {
  readonly route: Route;
  /** The request message. */
  readonly data: Uint8Array;
  /** The response message, and its JSON. */
  readonly value: Uint8Array;
  readonly body: string;
}

/** Answers by URL. When the young ones are too many they become the old ones, which are forgotten. */
export class KnownAnswers {
  #young = new Map<string, KnownAnswer>();
  #old = new Map<string, KnownAnswer>();
  #youngBytes = 0;

  get(url: string): KnownAnswer | undefined {
    const known = this.#young.get(url);
    if (known !== undefined) return known;
    const aged = this.#old.get(url);
    if (aged !== undefined) this.set(url, aged);
    return aged;
  }

  /** Keeps an answer, unless it is large. */
  set(url: string, answer: KnownAnswer): void {
    const { data, value, body } = answer;
    if (url.length > URL_LENGTH_MAX || body.length > BODY_LENGTH_MAX) return;
    this.#young.set(url, answer);
    this.#youngBytes += ENTRY_BYTES + url.length + data.length + value.length + body.length;
    if (this.#youngBytes < GENERATION_BYTES) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}
