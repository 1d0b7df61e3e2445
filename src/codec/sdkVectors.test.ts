// Cases: what the Go code of the Cosmos SDK makes of messages, events, addresses, coins and decimals; here byte for byte.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BaseAccount } from "../../gen/cosmos/auth/v1beta1/auth.ts";
import { EventGrant } from "../../gen/cosmos/authz/v1beta1/event.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { Fee, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { decodeAddress } from "./address.ts";
import { fromHex, toHex } from "./bytes.ts";
import { ChainError } from "./chainError.ts";
import { formatCoins, formatDecCoin, parseCoins, parseDecCoins } from "./coins.ts";
import { formatDec, parseDec } from "./decimal.ts";
import { escapeAsGo } from "./goJson.ts";
import type { MessageCodec } from "./message.ts";
import { type JsonValue, jsonToMessage, messageToJson } from "./protoJson.ts";
import { TypeRegistry } from "./registry.ts";
import { typedEvent } from "./typedEvent.ts";

interface GoMessage {
  readonly typeName: string;
  readonly bytesHex: string;
  readonly json: JsonValue;
}

interface GoEvent {
  readonly typeName: string;
  readonly bytesHex: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

interface GoText {
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../test/vectors/sdk/${name}`, import.meta.url), "utf8"));
}

// The files are part of the repository; the tests below use each of their fields.
const { messages, events } = read("messages.json") as {
  readonly messages: readonly GoMessage[];
  readonly events: readonly GoEvent[];
};
const { texts } = read("texts.json") as { readonly texts: Readonly<Record<string, readonly GoText[]>> };

const registry = new TypeRegistry();

describe("messages", () => {
  test.each(messages.map((message, i) => [`${i} ${message.typeName}`, message] as const))(
    "behavior: %s",
    (_, message) => {
      const { typeName, bytesHex, json } = message;
      const ours = messageToJson(registry, typeName, fromHex(bytesHex));
      expect(ours).toEqual(json);
      expect(JSON.stringify(ours)).toBe(JSON.stringify(json));
      // Go writes messages that it holds by value even when they are empty, so that the bytes may differ, but not the JSON.
      expect(messageToJson(registry, typeName, jsonToMessage(registry, typeName, json))).toEqual(json);
    },
  );
});

const EVENT_CODECS = new Map<string, MessageCodec<unknown>>(
  [EventGrant, MsgSend, Fee, TxBody, BaseAccount].map((codec) => [codec.$type, codec as MessageCodec<unknown>]),
);

describe("events", () => {
  test.each(events.map((event) => [event.typeName, event] as const))("behavior: %s", (typeName, event) => {
    const codec = EVENT_CODECS.get(typeName)!;
    const made = typedEvent(codec, codec.decode(fromHex(event.bytesHex)));
    expect(made.type).toBe(typeName);
    expect(made.attributes.map(({ key, value }) => ({ key, value }))).toEqual(event.attributes);
  });
});

/** What a parser of ours makes of a text; of a ChainError without its registered ending, which Go adds later. */
function attempt(parse: (text: string) => string, text: string): GoText {
  try {
    const output = parse(text);
    return output === "" ? { input: text } : { input: text, output };
  } catch (error) {
    const ending = error instanceof ChainError ? `: ${error.kind.text}` : "";
    return { input: text, error: (error as Error).message.replace(ending, "") };
  }
}

/** Where we differ from Go, and why. */
const STRICTER: readonly string[] = [
  // A plus sign says nothing.
  "+1",
];

describe("texts", () => {
  const parsers: Readonly<Record<string, (text: string) => string>> = {
    addresses: (text) => toHex(decodeAddress(text)),
    coins: (text) => formatCoins(parseCoins(text)),
    decCoins: (text) => parseDecCoins(text).map(formatDecCoin).join(","),
    decimals: (text) => formatDec(parseDec(text)),
  };

  test("behavior: a parser for each list", () => {
    expect(Object.keys(texts).sort((a, b) => (a < b ? -1 : 1))).toEqual(Object.keys(parsers));
  });

  const rows = Object.entries(texts).flatMap(([name, list]) => list.map((text) => [name, text.input, text] as const));
  test.each(rows)("behavior: %s %j", (name, input, theirs) => {
    const parse = parsers[name];
    if (parse === undefined) throw new Error(`no parser of ${name}`);
    const ours = attempt(parse, input);
    if (STRICTER.includes(input)) expect(ours.error).toBeDefined();
    else expect(ours.output).toBe(theirs.output);
    expect(ours.error !== undefined).toBe(theirs.error !== undefined || STRICTER.includes(input));
    // Clients see the refusals of addresses and sets of coins; an address that is too long has another ending in Go.
    if (name === "addresses" || name === "coins") {
      expect(ours.error).toBe(theirs.error?.replace(": unknown address", ""));
    }
  });
});

test("behavior: JSON text is escaped as Go does", () => {
  const json = JSON.stringify({ "<&>": '\u2028\u2029"\\é' });
  expect(escapeAsGo(json)).toBe('{"\\u003c\\u0026\\u003e":"\\u2028\\u2029\\"\\\\é"}');
});
