// Cases: parse and match of every form of segment, verbs, ranks; refusals of malformed templates; random paths.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchPath, parsePathTemplate } from "./pathTemplate.ts";
import { parseRequestUrl } from "./requestUrl.ts";

const match = (template: string, path: string) => {
  const found = matchPath(parsePathTemplate(template), parseRequestUrl(path).segments);
  return found === undefined ? undefined : Object.fromEntries(found);
};

describe("matchPath", () => {
  test.each([
    ["/a/b", "/a/b", {}],
    ["/a/b", "/a/c", undefined],
    ["/a/b", "/a/b/", undefined],
    ["/a/{b}", "/a/x", { b: "x" }],
    ["/a/{b}", "/a/", undefined],
    ["/a/{b}", "/a/x/y", undefined],
    ["/a/{b}", "/a/x%2Fy", { b: "x/y" }],
    ["/a/{b}/c/{d.e}", "/a/1/c/2", { b: "1", "d.e": "2" }],
    ["/a/{b=**}", "/a/ibc/27394", { b: "ibc/27394" }],
    ["/a/{b=**}", "/a", { b: "" }],
    ["/a/{b=**}/c", "/a/x/y/c", { b: "x/y" }],
    ["/a/{b=**}/c", "/a/x/y/d", undefined],
    ["/a/{b=**}/c", "/a", undefined],
    ["/{name=shops/*/orders/*}", "/shops/1/orders/2", { name: "shops/1/orders/2" }],
    ["/a/*/c", "/a/x/c", {}],
    ["/a/{b}:cancel", "/a/x:cancel", { b: "x" }],
    ["/a/{b}:cancel", "/a/x", undefined],
    ["/a/{b}", "/a/x:y", { b: "x:y" }],
  ])("default: %s against %s", (template, path, expected) => {
    expect(match(template, path)).toEqual(expected);
  });

  test("behavior: an escaped value comes out as it went in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), (value) => {
        expect(match("/a/{b}/c", `/a/${encodeURIComponent(value)}/c`)).toEqual({ b: value });
      }),
    );
  });

  test("behavior: a more literal template ranks before", () => {
    const ranks = ["/a/{b=**}", "/a/{b}", "/a/b"].map((text) => parsePathTemplate(text).rank);
    expect(ranks.toSorted()).toEqual(ranks.toReversed());
  });
});

describe("parsePathTemplate", () => {
  test.each([
    ["a/b", "does not begin with a slash"],
    ["/a/{b", "a brace is not closed"],
    ["/a/{b=}", "malformed"],
    ["/a/{1b}", "1b is no field"],
    ["/a/{b..c}", "b..c is no field"],
    ["/{a=**}/{b=**}", "has two rests"],
    ["/a//b", "malformed"],
    ["/a/x{b}", "malformed"],
  ])("error: %s", (text, why) => {
    expect(() => parsePathTemplate(text)).toThrow(why);
  });
});
