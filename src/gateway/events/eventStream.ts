// Server-sent events (WHATWG HTML, section 9.2): events behind a place, and then each as its block is in the database. Rows
// are read when the client has taken what was written before, so a slow client costs a page of memory and no more.

import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Projector } from "../readModel/projector.ts";
import type { Sql } from "../sql/database.ts";
import { apiEvent, type StoredEvent } from "./apiEvent.ts";
import { type EventFilter, eventsBehind } from "./eventQueries.ts";

const PAGE_ROWS = 100;
/** How long one look for news takes at most: what a stream that is ended waits for. */
const LOOK_MS = 1_000;

/** When a stream says something, and how long it waits for a client. */
export interface StreamTimes {
  /** A comment is sent after so long without an event, so that nobody between takes the connection for dead. */
  readonly heartbeatMs: number;
  /** A client that takes nothing for so long is cut off; it goes on with `Last-Event-ID`. */
  readonly slowMs: number;
}

export const STREAM_TIMES: StreamTimes = { heartbeatMs: 15_000, slowMs: 30_000 };
/** What browsers wait before they connect again. */
const RETRY_LINE = "retry: 2000\n\n";

/** What a stream is made of. */
export interface EventStream {
  readonly sql: Sql;
  readonly news: Pick<Projector, "height" | "reached">;
  readonly filter: Omit<EventFilter, "afterPosition">;
  /** Events behind this place are sent. */
  readonly position: string;
  readonly publicUrl: string;
  readonly out: Writable;
  readonly signal: AbortSignal;
  readonly times: StreamTimes;
}

function block(stored: StoredEvent, publicUrl: string): string {
  const event = apiEvent(stored, publicUrl);
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Writes, and waits until there is room again. False when the client takes too long. */
async function write({ out, signal, times }: EventStream, text: string): Promise<boolean> {
  if (out.write(text)) return true;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(times.slowMs)]);
  try {
    await once(out, "drain", { signal: limit });
    return true;
  } catch {
    // Cut off, ended, or broken: in each case nothing more is written.
    return false;
  }
}

/** Sends events until the signal says so or the client takes nothing any more. Rejects when the database fails. */
export async function streamEvents(stream: EventStream): Promise<void> {
  const { sql, news, filter, publicUrl, signal, times } = stream;
  let { position } = stream;
  let silentSinceMs = Date.now();
  if (!(await write(stream, RETRY_LINE))) return;
  while (!signal.aborted) {
    const { height } = news;
    const rows = await eventsBehind(sql, { ...filter, afterPosition: position }, PAGE_ROWS);
    for (const row of rows) {
      if (signal.aborted || !(await write(stream, block(row, publicUrl)))) return;
      position = row.position;
      silentSinceMs = Date.now();
    }
    if (rows.length === PAGE_ROWS) continue;
    await news.reached(height + 1, Math.min(LOOK_MS, times.heartbeatMs));
    if (Date.now() - silentSinceMs < times.heartbeatMs) continue;
    if (signal.aborted || !(await write(stream, ": still here\n\n"))) return;
    silentSinceMs = Date.now();
  }
}
