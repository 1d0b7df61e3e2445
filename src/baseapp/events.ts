// Events: what a transaction or a block tells the outside (cosmos-sdk v0.53 types/events.go).

import type { Event, EventAttribute } from "../../gen/tendermint/abci/types.ts";
import type { MessageCodec } from "../codec/message.ts";
import { typedEvent } from "../codec/typedEvent.ts";

/** An attribute of a legacy event. It is indexed. */
export function attribute(key: string, value: string): EventAttribute {
  return { key, value, index: true };
}

/** A list with one item more. PERF: a push leaves room for sixteen more, in a list that lives until the block is written. */
function withItem<T>(items: readonly T[], item: T): T[] {
  const longer = new Array<T>(items.length + 1);
  for (let index = 0; index < items.length; index += 1) longer[index] = items[index]!;
  longer[items.length] = item;
  return longer;
}

/** Collects events in the order they are emitted. */
export class EventManager {
  readonly #events: Event[] = [];

  /** How many there are. */
  get count(): number {
    return this.#events.length;
  }

  /** Emits a legacy event such as `transfer`, which owns the attributes from now on. */
  emit(type: string, attributes: EventAttribute[]): void {
    this.#events.push({ type, attributes });
  }

  /** Emits a protobuf event: the type is the message's full name, each field an attribute with its JSON as value. */
  emitTyped<T>(codec: MessageCodec<T>, message: T): void {
    this.#events.push(typedEvent(codec, message));
  }

  emitAll(events: readonly Event[]): void {
    for (const event of events) this.#events.push(event);
  }

  /** Puts an event before the one at an index. */
  insert(index: number, event: Event): void {
    this.#events.splice(index, 0, event);
  }

  /** Adds an attribute to each event from an index on. */
  addAttribute(start: number, attribute: EventAttribute): void {
    for (let index = start; index < this.#events.length; index += 1) {
      const event = this.#events[index]!;
      event.attributes = withItem(event.attributes, attribute);
    }
  }

  /** Forgets all but the first `count`. */
  dropAfter(count: number): void {
    this.#events.length = count;
  }

  /** The events, given away: nothing may be emitted afterwards. */
  take(): Event[] {
    return this.#events;
  }

  /** The events so far. Owned by the manager: read-only. */
  list(): readonly Event[] {
    return this.#events;
  }
}
