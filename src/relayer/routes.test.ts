// Cases: every filter by itself; what looks like a burn and is none; destination callers; the first that holds wins.

import { describe, expect, test } from "vitest";
import { readMessage } from "./messageFacts.ts";
import { judgeMessage, type Route, type RouteEnds, type RouteFilter, routeOf } from "./routes.ts";
import { burnV1, burnV2, FAR_TOKEN_MESSENGER, TOKEN_MESSENGER, word } from "./testing/records.ts";

const OPEN: RouteFilter = {
  mintRecipients: undefined,
  amountMin: 0n,
  amountMax: undefined,
  callers: "any",
  genericMessages: false,
};
const ENDS: RouteEnds = { burnSender: TOKEN_MESSENGER, burnRecipient: FAR_TOKEN_MESSENGER, mayDeliver: true };
const STRANGER = word(0xee);

function judge(message: Uint8Array, filter: Partial<RouteFilter> = {}, ends: Partial<RouteEnds> = {}) {
  return judgeMessage(readMessage(message), { ...OPEN, ...filter }, { ...ENDS, ...ends });
}

describe.each([
  ["V1", (parts: object) => burnV1(1n, parts)],
  ["V2", burnV2],
] as const)("%s", (_version, burn) => {
  test("default: a burn is carried", () => {
    expect(judge(burn({}))).toEqual({ kind: "carry" });
  });

  const recipients = (byte: number) => new Set([Buffer.from(word(byte).subarray(12)).toString("hex")]);
  test.each<[string, object, Partial<RouteFilter>, Partial<RouteEnds>, string]>([
    ["another sender than the TokenMessenger", { sender: STRANGER }, {}, {}, "filtered"],
    ["another recipient than the TokenMessenger", { recipient: STRANGER }, {}, {}, "filtered"],
    ["a chain without contracts of the version", {}, {}, { burnRecipient: undefined }, "filtered"],
    ["another mint recipient", {}, { mintRecipients: recipients(0xc2) }, {}, "filtered"],
    ["one micro-unit too little", { amount: 999n }, { amountMin: 1_000n }, {}, "filtered"],
    ["one micro-unit too much", { amount: 1_001n }, { amountMax: 1_000n }, {}, "filtered"],
    ["anybody may deliver, and only ours are wanted", {}, { callers: "ours" }, {}, "filtered"],
    ["only another may deliver", { destinationCaller: STRANGER }, {}, { mayDeliver: false }, "caller"],
    [
      "too little, and only another may deliver",
      { amount: 1n, destinationCaller: STRANGER },
      { amountMin: 2n },
      { mayDeliver: false },
      "filtered",
    ],
  ])("behavior: %s", (_name, parts, filter, ends, reason) => {
    expect(judge(burn(parts), filter, ends)).toMatchObject({ kind: "park", reason });
  });

  test.each<[string, object, Partial<RouteFilter>]>([
    ["its mint recipient is wanted", {}, { mintRecipients: recipients(0xc1) }],
    ["the smallest and the largest amount", { amount: 1_000n }, { amountMin: 1_000n, amountMax: 1_000n }],
    ["only we may deliver", { destinationCaller: word(5) }, { callers: "ours" }],
    ["no burn, and those are wanted too", { sender: STRANGER }, { genericMessages: true }],
  ])("default: %s", (_name, parts, filter) => {
    expect(judge(burn(parts), filter)).toEqual({ kind: "carry" });
  });

  test("behavior: a recipient filter holds back what has none", () => {
    const filter = { genericMessages: true, mintRecipients: recipients(0xc1) };
    expect(judge(burn({ sender: STRANGER }), filter)).toMatchObject({ reason: "filtered" });
  });
});

test("default: a route is found by both ends and by version", () => {
  const route: Route = { sourceDomain: 0, destinationDomain: 7770, versions: [2], attestation: "a", filter: OPEN };
  expect(routeOf([route], readMessage(burnV2()))).toBe(route);
  expect(routeOf([route], readMessage(burnV1(1n)))).toBeUndefined();
  expect(routeOf([{ ...route, destinationDomain: 1 }], readMessage(burnV2()))).toBeUndefined();
});
