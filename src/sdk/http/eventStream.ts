// Reads server-sent events (WHATWG HTML, section 9.2) from a fetch, which EventSource cannot do with an API key; and
// goes on behind the last event when the connection breaks.

import { ApiConnectionError } from "../errors.ts";
import { backoffMs, isRetryable } from "./retry.ts";
import { wait } from "./wait.ts";

/** One event as it stands in the stream. */
export interface ServerSentEvent {
  /** The last `id` that was seen up to here. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** A single event may not be larger, UTF-16 units. */
const EVENT_LENGTH_MAX = 1_048_576;

/** Cuts text that comes in pieces into lines, without their ends. */
class LineCutter {
  #rest = "";

  *push(text: string): Generator<string> {
    this.#rest += text;
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (end === null) break;
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      yield line;
    }
    if (this.#rest.length > EVENT_LENGTH_MAX) throw new ApiConnectionError("a line of the stream has no end");
  }
}

/** Lines to events. */
class EventBuilder {
  lastId = "";
  #event = "";
  #data: string[] = [];
  #length = 0;

  /** Takes a line; gives the event that an empty line ends. */
  push(line: string): ServerSentEvent | undefined {
    if (line === "") return this.#finish();
    const colon = line.indexOf(":");
    // A comment, by which servers keep connections open.
    if (colon === 0) return undefined;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "id" && !value.includes("\0")) this.lastId = value;
    if (field === "data") {
      this.#data.push(value);
      this.#length += value.length;
      if (this.#length > EVENT_LENGTH_MAX) throw new ApiConnectionError("an event of the stream is too large");
    }
    return undefined;
  }

  #finish(): ServerSentEvent | undefined {
    const { lastId } = this;
    const event = { id: lastId, event: this.#event || "message", data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    this.#length = 0;
    return isEmpty ? undefined : event;
  }
}

/** The events of one body. What is unfinished at its end is no event. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void = () => undefined,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const lines = new LineCutter();
  const builder = new EventBuilder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      for (const line of lines.push(decoder.decode(value, { stream: true }))) {
        const event = builder.push(line);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** What a stream that goes on is made of. */
export interface EventStreamOptions {
  /** Opens the stream behind the event with this id; at its present end when undefined. */
  readonly open: (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly lastEventId: string | undefined;
  /** Ends the stream; the loop over it ends with the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** A connection on which nothing comes for so long, not even a comment, is given up and made anew. */
  readonly idleMs: number;
  readonly random: () => number;
}

/** One connection, which ends when nothing comes. */
class Connection {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #idleMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onAbort = () => this.#controller.abort(this.#outer?.reason);

  constructor(idleMs: number, outer: AbortSignal | undefined) {
    this.#idleMs = idleMs;
    this.#outer = outer;
    outer?.addEventListener("abort", this.#onAbort, { once: true });
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#controller.abort(new ApiConnectionError("the stream is silent")),
      this.#idleMs,
    );
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#onAbort);
    this.#controller.abort(new ApiConnectionError("the stream was closed"));
  }
}

/**
 * The events of a stream, over as many connections as it takes. Each new one begins behind the last event that was handed
 * out. Rejects with an ApiError when the stream is refused, and with the reason of the caller's signal.
 */
export async function* followEvents(options: EventStreamOptions): AsyncGenerator<ServerSentEvent, void, undefined> {
  const { open, signal, idleMs, random } = options;
  let { lastEventId } = options;
  for (let failures = 0; ; failures += 1) {
    signal?.throwIfAborted();
    const connection = new Connection(idleMs, signal);
    try {
      const { body } = await open(lastEventId, connection.signal);
      if (body === null) throw new ApiConnectionError("the stream has no body");
      for await (const event of readEvents(body, () => connection.heard())) {
        if (event.id !== "") lastEventId = event.id;
        failures = 0;
        yield event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      // What breaks while a body is read is an error of the platform's.
      const isOfTheApi = error instanceof Error && "status" in error;
      if (isOfTheApi && !isRetryable(error)) throw error;
    } finally {
      connection.close();
    }
    await wait(backoffMs(failures, random), signal);
  }
}
