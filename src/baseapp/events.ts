// Events: what a transaction or a block tells the outside (cosmos-sdk v0.53 types/events.go).

import type { Event } from "../../gen/tendermint/abci/types.ts";
import type { MessageCodec } from "../codec/message.ts";
import { typedEvent } from "../codec/typedEvent.ts";

/** Attributes of a legacy event, in order. */
export type EventAttributes = readonly (readonly [key: string, value: string])[];

/** Collects events in the order they are emitted. */
export class EventManager {
  readonly #events: Event[] = [];

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

  /** The events so far. Owned by the manager: read-only. */
  list(): readonly Event[] {
    return this.#events;
  }
}
