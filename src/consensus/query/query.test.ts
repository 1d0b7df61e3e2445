// Cases: vectors of CometBFT's own language over random queries and events; what CosmJS sends; limits; where this
// language is stricter; one event or many; numbers of any length; hostile texts.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../../gen/tendermint/abci/types.ts";
import { compareDecimals, leadingDecimal } from "./decimalText.ts";
import { eventValues, matchesEvents, matchesWithinOneEvent, parseQuery } from "./query.ts";
import { QUERY_BYTES_MAX, QUERY_CONDITIONS_MAX, QuerySyntaxError } from "./syntax.ts";

interface Vectors {
  readonly events: readonly Readonly<Record<string, string[]>>[];
  readonly cases: readonly {
    readonly query: string;
    readonly error?: string;
    readonly conditions?: readonly { tag: string; op: string; kind?: string; text?: string }[];
    readonly matches?: readonly number[];
  }[];
}

const vectors = JSON.parse(
  readFileSync(new URL("../../../test/vectors/comet/query.json", import.meta.url), "utf8"),
) as Vectors;

function refusal(text: string): string {
  try {
    parseQuery(text);
  } catch (error) {
    expect(error).toBeInstanceOf(QuerySyntaxError);
    return (error as QuerySyntaxError).message;
  }
  throw new Error(`${JSON.stringify(text)} is accepted`);
}

const attribute = (key: string, value: string, index = true) => ({ key, value, index });
const event = (type: string, ...attributes: Event["attributes"]): Event => ({ type, attributes });
const values = (...events: Event[]) => eventValues(events);

describe("vectors of CometBFT", () => {
  const sets = vectors.events.map((set) => new Map(Object.entries(set)));

  test("default: what CometBFT accepts means and matches the same", () => {
    const accepted = vectors.cases.filter(({ error }) => error === undefined);
    expect(accepted.length).toBeGreaterThan(300);
    for (const { query: text, conditions = [], matches = [] } of accepted) {
      const query = parseQuery(text);
      const parsed = query.conditions.map(({ tag, operator, argument }) =>
        argument === undefined
          ? { tag, op: operator }
          : { tag, op: operator, kind: argument.kind, ...(argument.text === "" ? {} : { text: argument.text }) },
      );
      expect([text, parsed]).toEqual([text, conditions]);
      expect([text, sets.flatMap((set, index) => (matchesEvents(query, set) ? [index] : []))]).toEqual([text, matches]);
    }
  });

  test("error: what CometBFT refuses is refused", () => {
    const refused = vectors.cases.filter(({ error }) => error !== undefined);
    expect(refused.length).toBeGreaterThan(300);
    for (const { query, error = "" } of refused) {
      const message = refusal(query);
      // CometBFT shows the number of its token for AND, and Go's words on times and dates.
      if (/want 6$|invalid (TIME|DATE) value/.test(error)) continue;
      expect([query, message]).toEqual([query, error]);
    }
  });
});

describe("language", () => {
  test.each([
    ["tm.event='Tx'", ["tm.event = Tx"]],
    ["tm.event='Tx' AND app.creator='Cosmoshi Netowoko'", ["tm.event = Tx", "app.creator = Cosmoshi Netowoko"]],
    ["tx.height=5", ["tx.height = 5"]],
    ["block.height >= 1 AND block.height <= 3", ["block.height >= 1", "block.height <= 3"]],
    ["a.b=1AND c.d EXISTS", ["a.b = 1", "c.d EXISTS "]],
    ["  a.b\tCONTAINS\n'x'  ", ["a.b CONTAINS x"]],
    [
      "a.time > TIME 2013-05-03T14:45:00Z AND a.date = DATE 2013-05-03",
      ["a.time > 2013-05-03T14:45:00Z", "a.date = 2013-05-03"],
    ],
    ["AND.x = 1 AND TIMES = 1 AND DATE\tEXISTS", ["AND.x = 1", "TIMES = 1", "DATE EXISTS "]],
  ])("default: %s", (text, expected) => {
    const query = parseQuery(text);
    expect(query.text).toBe(text);
    expect(query.conditions.map((c) => `${c.tag} ${c.operator} ${c.argument?.text ?? ""}`)).toEqual(expected);
  });

  test.each([
    ["", "offset 0: EOF"],
    ["   ", "offset 3: EOF"],
    ["tm.event", "offset 8: EOF"],
    ["tm.event =", "offset 10: EOF"],
    ["tm.event = 'Tx", "offset 11: EOF"],
    ["a = 1 OR b = 2", "offset 6: got tag, want AND operator"],
    ["a = 1 AND", "offset 9: EOF"],
    ["AND a = 1", "offset 0: got AND operator, wanted tag"],
    ["a CONTAINS 5", "offset 11: got number, wanted string"],
    ["a > 'x'", "offset 4: got string, wanted number, timestamp or datestamp"],
    ["é = $", "offset 5: invalid input $ at offset 6"],
    ["a = \u{1f600}", "offset 4: invalid input \u{1f600} at offset 8"],
    ["a = TIME yesterday", 'offset 4: invalid TIME value: ""'],
    ["a = DATE 2013-02-29", 'offset 4: invalid DATE value: "2013-02-29"'],
    ["a = TIME 1899-12-31T23:59:59Z", "offset 4: timestamp year 1899 out of range"],
    ["a = DATE 3000-01-01", "offset 4: datestamp year 3000 out of range"],
    // CometBFT takes a lone quote behind a condition for the end.
    ["a = 1 'and more", "offset 6: EOF"],
  ])("error: %j", (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test("error: a query that is too long, in bytes", () => {
    const query = (bytes: number) => `a = '${"x".repeat(bytes - 6)}'`;
    expect(parseQuery(query(QUERY_BYTES_MAX)).conditions).toHaveLength(1);
    expect(refusal(query(QUERY_BYTES_MAX + 1))).toBe("maximum query length exceeded");
    expect(refusal(`a = '${"é".repeat(254)}'`)).toBe("maximum query length exceeded");
  });

  test("error: too many conditions", () => {
    const query = (count: number) => Array(count).fill("a=1").join(" AND ");
    expect(parseQuery(query(QUERY_CONDITIONS_MAX)).conditions).toHaveLength(QUERY_CONDITIONS_MAX);
    expect(refusal(query(QUERY_CONDITIONS_MAX + 1))).toContain("more than 32 conditions");
  });

  test("error: nothing but QuerySyntaxError, whatever the text", () => {
    const piece = fc.constantFrom(
      "a.b",
      "=",
      "<",
      "<=",
      "'",
      "'x'",
      "5",
      "1.",
      "TIME ",
      "DATE ",
      "AND",
      "EXISTS",
      " ",
      "2013-05-03",
      "T00:00:00Z",
      "\ud800",
      "é",
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(text, fc.string(), (query, value) => {
        try {
          for (const condition of parseQuery(query).conditions) expect(typeof condition.matches(value)).toBe("boolean");
        } catch (error) {
          expect(error).toBeInstanceOf(QuerySyntaxError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe("matching", () => {
  const sent = [
    event("message", attribute("action", "/cosmos.bank.v1beta1.MsgSend"), attribute("sender", "alice")),
    event("transfer", attribute("recipient", "bob"), attribute("amount", "12uusdc")),
    event("transfer", attribute("recipient", "carol"), attribute("amount", "7uusdc", false)),
  ];
  const within = (text: string) => matchesWithinOneEvent(parseQuery(text).conditions, sent);
  const anywhere = (text: string) => matchesEvents(parseQuery(text), eventValues(sent));

  test.each([
    ["transfer.recipient = 'bob'", true, true],
    ["transfer.recipient = 'dave'", false, false],
    ["transfer.recipient = 'bob' AND transfer.amount = 12", true, true],
    // Of two events.
    ["message.sender = 'alice' AND transfer.recipient = 'bob'", true, false],
    ["transfer.recipient = 'carol' AND transfer.amount = 12", true, false],
    // Not to be indexed.
    ["transfer.amount = 7", true, false],
    ["transfer.amount > 6 AND transfer.amount < 8", true, false],
    ["message.action CONTAINS 'MsgSend'", true, true],
    ["transfer.memo EXISTS", false, false],
    ["transfer EXISTS", true, false],
    ["trans EXISTS", false, false],
    ["transfer = ''", true, false],
  ])("default: %s", (text, isAnywhere, isWithin) => {
    expect([anywhere(text), within(text)]).toEqual([isAnywhere, isWithin]);
  });

  test("behavior: nothing matches no events", () => {
    expect(matchesEvents(parseQuery("a EXISTS"), new Map())).toBe(false);
    expect(matchesWithinOneEvent(parseQuery("a EXISTS").conditions, [])).toBe(false);
  });

  test("behavior: events and attributes without a name are left out, the others keep their order", () => {
    const events = [
      event("", attribute("x", "1")),
      event("a", attribute("", "2"), attribute("x", "3")),
      event("a", attribute("x", "4", false), attribute("y", "")),
    ];
    expect([...values(...events)]).toEqual([
      ["a.x", ["3", "4"]],
      ["a.y", [""]],
    ]);
  });

  test("behavior: a type with dots in it", () => {
    const typed = event("stateset.orders.v1.EventOrderPaid", attribute("order_id", '"7"'));
    const query = parseQuery(`stateset.orders.v1.EventOrderPaid.order_id = '"7"'`);
    expect(matchesWithinOneEvent(query.conditions, [typed])).toBe(true);
    expect(matchesEvents(query, values(typed))).toBe(true);
    expect(matchesEvents(parseQuery("stateset.orders.v1.EventOrderPaid EXISTS"), values(typed))).toBe(true);
    expect(matchesEvents(parseQuery("stateset.orders EXISTS"), values(typed))).toBe(false);
  });
});

describe("numbers", () => {
  test("behavior: decimals are ordered as the numbers they write", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 30 });
    const zeros = fc.nat(3).map((count) => "0".repeat(count));
    const decimal = fc.tuple(zeros, digits, fc.option(digits), zeros);
    const write = ([lead, integer, fraction, tail]: [string, string, string | null, string]) =>
      `${lead}${integer}${fraction === null ? "" : `.${fraction}${tail}`}`;
    const scaled = ([, integer, fraction]: [string, string, string | null, string]) =>
      BigInt(integer + (fraction ?? "").padEnd(30, "0"));
    fc.assert(
      fc.property(decimal, decimal, fc.constantFrom("", "uusdc", " ", "."), (a, b, suffix) => {
        const order = compareDecimals(leadingDecimal(write(a) + suffix)!, leadingDecimal(write(b))!);
        const [x, y] = [scaled(a), scaled(b)];
        expect(Math.sign(order)).toBe(x === y ? 0 : x < y ? -1 : 1);
      }),
      { numRuns: 1000 },
    );
  });

  test("behavior: a million digits are compared in no time, exactly", () => {
    const long = "1".repeat(1_000_000);
    const query = parseQuery("a.b > 5");
    expect(query.conditions[0]!.matches(long)).toBe(true);
    expect(compareDecimals(leadingDecimal(`${long}2`)!, leadingDecimal(`${long}1`)!)).toBeGreaterThan(0);
  });

  test.each(["", "-5", "+5", " 5", "x5", ".5", "٥"])("error: %j is no number", (text) => {
    expect(leadingDecimal(text)).toBeUndefined();
  });
});
