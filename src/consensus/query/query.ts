// Compiled queries of CometBFT v0.38 (libs/pubsub/query/query.go): a query matches when each of its conditions holds for
// some attribute. Subscriptions look at all events of a transaction or block together (`matchesEvents`); searches look
// for one event that satisfies all conditions (`matchesWithinOneEvent`, as state/txindex/kv does by event sequence).

import type { Event } from "../../../gen/tendermint/abci/types.ts";
import { compareDecimals, leadingDecimal } from "./decimalText.ts";
import { type Argument, type Operator, type ParsedCondition, parseConditions, parseDate, parseTime } from "./syntax.ts";

/** A condition that can be asked about values. */
export interface Condition extends ParsedCondition {
  /** Whether the condition holds for an attribute's value. Never throws. */
  readonly matches: (value: string) => boolean;
}

/** A compiled query. */
export interface Query {
  /** As it was given. */
  readonly text: string;
  /** At least one, at most QUERY_CONDITIONS_MAX. */
  readonly conditions: readonly Condition[];
}

/** Values by composite key (`transfer.recipient`), as CometBFT's event bus publishes them. */
export type EventValues = ReadonlyMap<string, readonly string[]>;

/** Compiles a query. Throws QuerySyntaxError, and nothing else. */
export function parseQuery(text: string): Query {
  const conditions = parseConditions(text).map((parsed) => ({ ...parsed, matches: matcherOf(parsed) }));
  return { text, conditions };
}

function matcherOf({ operator, argument }: ParsedCondition): (value: string) => boolean {
  // Only EXISTS has no argument.
  if (argument === undefined) return () => true;
  if (argument.kind === "string") {
    const { text } = argument;
    return operator === "CONTAINS" ? (value) => value.includes(text) : (value) => value === text;
  }
  const compare = comparerOf(argument);
  const holds = HOLDS[operator];
  return (value) => {
    const order = compare(value);
    return order !== undefined && holds(order);
  };
}

/** How the order of value and argument decides. */
const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  CONTAINS: () => false,
  EXISTS: () => true,
};

/** Orders a value against an argument; undefined when the value is not of the argument's kind. */
function comparerOf({ kind, text }: Argument): (value: string) => number | undefined {
  if (kind === "number") {
    const wanted = leadingDecimal(text);
    return (value) => {
      const actual = leadingDecimal(value);
      return actual === undefined || wanted === undefined ? undefined : compareDecimals(actual, wanted);
    };
  }
  const parse = kind === "time" ? parseTime : parseDate;
  const wanted = parse(text);
  return (value) => {
    const actual = parse(value);
    if (actual === undefined || wanted === undefined) return undefined;
    return actual === wanted ? 0 : actual < wanted ? -1 : 1;
  };
}

/**
 * The values of events by composite key; what has no type or no key is left out (types/event_bus.go). Whether an
 * attribute is to be indexed does not matter to subscribers.
 */
export function eventValues(events: readonly Event[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const event of events) {
    if (event.type === "") continue;
    for (const attribute of event.attributes) {
      if (attribute.key === "") continue;
      const tag = `${event.type}.${attribute.key}`;
      const known = values.get(tag);
      if (known === undefined) values.set(tag, [attribute.value]);
      else known.push(attribute.value);
    }
  }
  return values;
}

/** Whether each condition holds for some value, whichever event it is of. No events match nothing. */
export function matchesEvents(query: Query, events: EventValues): boolean {
  if (events.size === 0) return false;
  return query.conditions.every((condition) => holdsSomewhere(condition, events));
}

function holdsSomewhere(condition: Condition, events: EventValues): boolean {
  if (events.get(condition.tag)?.some(condition.matches)) return true;
  // A tag that is an event's type alone is compared with the empty text, so that `transfer EXISTS` works.
  return condition.matches("") && hasType(condition.tag, events);
}

function hasType(type: string, events: EventValues): boolean {
  for (const tag of events.keys()) {
    if (tag.lastIndexOf(".") === type.length && tag.startsWith(type)) return true;
  }
  return false;
}

/** Whether one of the events satisfies all conditions, by its attributes that are to be indexed. */
export function matchesWithinOneEvent(conditions: readonly Condition[], events: readonly Event[]): boolean {
  return events.some((event) => conditions.every((condition) => holdsInEvent(condition, event)));
}

function holdsInEvent({ tag, matches }: Condition, event: Event): boolean {
  const { type, attributes } = event;
  // Most events are of another type: nothing is joined for them.
  if (!tag.startsWith(type) || tag[type.length] !== ".") return false;
  const key = tag.slice(type.length + 1);
  return attributes.some((attribute) => attribute.index && attribute.key === key && matches(attribute.value));
}
