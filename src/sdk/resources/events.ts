// `client.events`: what happened to orders, as pages and as a stream. Webhooks tell the same.

import type { Api, RequestOf } from "../api/api.ts";
import type { Event } from "../api/types.ts";
import type { GetOptions } from "../cache/cachedReads.ts";
import { followEvents } from "../http/eventStream.ts";
import type { List } from "../http/pager.ts";
import type { CallOptions } from "../http/transport.ts";

type StreamFilter = Omit<NonNullable<RequestOf<"streamEvents">["query"]>, "last_event_id">;

/** What to follow, and from where on. */
export interface StreamOptions extends StreamFilter {
  /** The id of an event: the stream begins behind it. Left out: with what happens from now on. */
  readonly after?: string | undefined;
  /** Ends the stream; the loop rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The gateway lets itself be heard more often than this. */
const SILENCE_MS = 60_000;

export class Events {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Events, the newest first unless `sort` says otherwise. */
  list(filter: RequestOf<"listEvents">["query"] = {}, options?: CallOptions): List<Event> {
    return this.#api.list("listEvents", { query: filter }, ({ events }) => events, options);
  }

  get(id: string, options?: GetOptions): Promise<Event> {
    return this.#api.get("getEvent", { params: { id } }, options);
  }

  /**
   * Follows events, over as many connections as it takes: each goes on behind the last event, so none is left out and none
   * comes twice. `for await (const { event, data } of client.events.stream({ type: ["order.paid"] }))`.
   */
  async *stream({ after, signal, ...filter }: StreamOptions = {}): AsyncGenerator<Event, void, undefined> {
    const stream = followEvents({
      open: (lastEventId, ended) =>
        this.#api.open(
          "streamEvents",
          { query: filter },
          {
            headers: {
              accept: "text/event-stream",
              ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
            },
            signal: ended,
          },
        ),
      // Known before the first connection, so that nothing is missed should it break at once.
      lastEventId: after ?? (await this.#newest(signal)),
      signal,
      idleMs: SILENCE_MS,
      random: Math.random,
    });
    // What the gateway writes as data is an event.
    for await (const { data } of stream) yield JSON.parse(data) as Event;
  }

  async #newest(signal: AbortSignal | undefined): Promise<string | undefined> {
    const { items } = await this.list({ limit: 1 }, { signal }).page();
    return items[0]?.id;
  }
}
