// Lists that have more rows than one answer holds.

/** One answer of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Over all pages; undefined where the list does not count. */
  readonly totalCount: number | undefined;
  readonly hasMore: boolean;
  /** Hand it back for the next page; undefined on the last. */
  readonly nextCursor: string | undefined;
}

/** Asks for the page behind a cursor; for the first when there is none. */
export type PageFetcher<Item> = (cursor: string | undefined) => Promise<Page<Item>>;

/**
 * A list. `for await (const item of list)` asks for page after page as it goes; `page()` asks for the first alone. Nothing
 * is asked before, and each loop begins anew.
 */
export class List<Item> implements AsyncIterable<Item> {
  readonly #fetch: PageFetcher<Item>;

  constructor(fetch: PageFetcher<Item>) {
    this.#fetch = fetch;
  }

  /** The first page. */
  page(): Promise<Page<Item>> {
    return this.#fetch(undefined);
  }

  /** All pages. Each is asked for when the one before has been used up. */
  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let cursor: string | undefined;
    do {
      const page: Page<Item> = await this.#fetch(cursor);
      yield page;
      // A list that says that there is more, and not where, would be asked for its beginning for ever.
      cursor = page.hasMore ? page.nextCursor : undefined;
    } while (cursor !== undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }
}
