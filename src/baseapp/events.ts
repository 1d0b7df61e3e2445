// Events: what a transaction or a block tells the outside (cosmos-sdk v0.53 types/events.go).

import type { Event, EventAttribute } from "../../gen/tendermint/abci/types.ts";
import type { MessageCodec } from "../codec/message.ts";
import { typedEvent } from "../codec/typedEvent.ts";

/** Attributes of a legacy event, in order. */
export type EventAttributes = readonly (readonly [key: string, value: string])[];

/** Collects events in the order they are emitted. */
export class EventManager {
  readonly #events: Event[] = [];

  /** How many there are. */
  get count(): number {
    return this.#events.length;
  }

  /** Emits a legacy event such as `transfer`. All attributes are indexed. */
  emit(type: string, attributes: EventAttributes): void {
    this.#events.push({ type, attributes: attributes.map(([key, value]) => ({ key, value, index: true })) });
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
    for (let index = start; index < this.#events.length; index += 1) this.#events[index]!.attributes.push(attribute);
  }

  /** Forgets all but the first `count`. */
  dropAfter(count: number): void {
    this.#events.length = count;
  }

  /** The events so far. Owned by the manager: read-only. */
  list(): readonly Event[] {
    return this.#events;
  }
}
