// Who wants to hear of what (CometBFT v0.38 rpc/core/events.go, libs/pubsub). A client is a connection: it has a few
// subscriptions, and its broadcast_tx_commit calls count among them.

import { messageOf } from "../../codec/errorText.ts";
import type { CommittedBlock } from "../../consensus/chainNode.ts";
import { matchesEvents, parseQuery, type Query } from "../../consensus/query/query.ts";
import { eventsOfBlock, type PublishedEvent, TYPE_KEY } from "./blockEvents.ts";
import type { RpcId } from "./jsonRpc.ts";
import { type CometRpcLimits, QUERY_BYTES_MAX } from "./limits.ts";
import { refused } from "./rpcError.ts";

/** A connection: what it has taken is counted, and ends with it. */
export interface Client {
  once(event: "close", listener: () => void): unknown;
  off(event: "close", listener: () => void): unknown;
}

/** Who receives events: a WebSocket connection. */
export interface EventReceiver extends Client {
  /** A message, whose text is made when it can be written. */
  receive(message: () => string): void;
}

/** Queries that say the same are one, however they are written. */
interface Topic {
  readonly query: Query;
  /** The type of event asked for with `=`; undefined when the query does not say. */
  readonly type: string | undefined;
  readonly subscriptions: Map<EventReceiver, Subscription>;
}

interface Subscription {
  /** Of the request: it comes back with each event. */
  readonly id: RpcId;
  /** As it was sent. */
  readonly query: string;
}

/** The query in CometBFT's own writing (libs/pubsub/query/syntax Query.String). */
function canonical({ conditions }: Query): string {
  const written = conditions.map(({ tag, operator, argument }) => {
    if (argument === undefined) return `${tag} ${operator}`;
    const { kind, text } = argument;
    const value = kind === "string" ? `'${text}'` : kind === "number" ? text : `${kind.toUpperCase()} ${text}`;
    return `${tag} ${operator} ${value}`;
  });
  return written.join(" AND ");
}

function parse(text: string): Query {
  try {
    return parseQuery(text);
  } catch (error) {
    throw refused(`failed to parse query: ${messageOf(error)}`);
  }
}

/** The subscriptions of a server. */
export class EventBus {
  readonly #limits: CometRpcLimits;
  readonly #topics = new Map<string, Topic>();
  /** How much each client has taken; none has nothing. */
  readonly #taken = new Map<Client, number>();

  constructor(limits: CometRpcLimits) {
    this.#limits = limits;
  }

  /** Whether anything that is published is heard. */
  get isHeard(): boolean {
    return this.#topics.size > 0;
  }

  /** Counts a subscription of a client. Returns how to give it back. Throws RpcError with CometBFT's texts. */
  take(client: Client): () => void {
    const { subscriptionClientsMax, subscriptionsPerClientMax } = this.#limits;
    const count = this.#taken.get(client) ?? 0;
    if (this.#taken.size >= subscriptionClientsMax) {
      throw refused(`max_subscription_clients ${subscriptionClientsMax} reached`);
    }
    if (count >= subscriptionsPerClientMax) {
      throw refused(`max_subscriptions_per_client ${subscriptionsPerClientMax} reached`);
    }
    this.#taken.set(client, count + 1);
    return () => this.#giveBack(client);
  }

  #giveBack(client: Client): void {
    const count = this.#taken.get(client) ?? 0;
    if (count > 1) this.#taken.set(client, count - 1);
    else this.#taken.delete(client);
  }

  /** Subscribes; every event carries the request's id. Throws RpcError. */
  subscribe(receiver: EventReceiver, id: RpcId, text: string): void {
    const release = this.take(receiver);
    try {
      if (Buffer.byteLength(text) > QUERY_BYTES_MAX) throw refused("maximum query length exceeded");
      const query = parse(text);
      const key = canonical(query);
      const topic = this.#topics.get(key) ?? { query, type: typeOf(query), subscriptions: new Map() };
      if (topic.subscriptions.has(receiver)) throw refused("already subscribed");
      topic.subscriptions.set(receiver, { id, query: text });
      this.#topics.set(key, topic);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Ends one subscription. Throws RpcError when there is none for the query. */
  unsubscribe(receiver: EventReceiver, text: string): void {
    const key = canonical(parse(text));
    if (this.#topics.get(key)?.subscriptions.has(receiver) !== true) throw refused("subscription not found");
    this.#remove(key, receiver);
  }

  /** Ends all subscriptions of a receiver. Returns the ids they had. */
  unsubscribeAll(receiver: EventReceiver): readonly RpcId[] {
    const ids: RpcId[] = [];
    for (const [key, topic] of this.#topics) {
      const subscription = topic.subscriptions.get(receiver);
      if (subscription === undefined) continue;
      ids.push(subscription.id);
      this.#remove(key, receiver);
    }
    return ids;
  }

  #remove(key: string, receiver: EventReceiver): void {
    const topic = this.#topics.get(key);
    if (topic?.subscriptions.delete(receiver) !== true) return;
    if (topic.subscriptions.size === 0) this.#topics.delete(key);
    this.#giveBack(receiver);
  }

  /** Tells of a block. PERF: 1 us for an event and a query that asks for another type; 5 us to match a transaction. */
  publish(block: CommittedBlock): void {
    if (this.#topics.size === 0) return;
    // A receiver that is too slow is cut off, and its subscriptions end, while events are handed out.
    const topics = [...this.#topics.values()];
    for (const event of eventsOfBlock(block)) {
      for (const topic of topics) {
        if (isWanted(topic, event)) tell(topic, event);
      }
    }
  }
}

/** The type of event that a query asks for. An application's own event `tm` does not count. */
function typeOf({ conditions }: Query): string | undefined {
  return conditions.find(({ tag, operator }) => tag === TYPE_KEY && operator === "=")?.argument?.text;
}

function isWanted({ query, type }: Topic, event: PublishedEvent): boolean {
  if (type !== undefined && type !== event.type) return false;
  return (type !== undefined && query.conditions.length === 1) || matchesEvents(query, event.values());
}

function tell({ subscriptions }: Topic, event: PublishedEvent): void {
  for (const [receiver, { id, query }] of subscriptions) {
    receiver.receive(() => {
      const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"query":${JSON.stringify(query)}`;
      return `${start},"data":${event.dataText()},"events":${event.eventsText()}}}`;
    });
  }
}
