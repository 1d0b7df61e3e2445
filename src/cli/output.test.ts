// Cases: scalars, nesting, lists, empties.

import { expect, test } from "vitest";
import { toText } from "./output.ts";

test("default: keys, nesting and lists", () => {
  const value = {
    height: "5",
    block: {
      txs: [
        { hash: "AB", code: 0 },
        { hash: "CD", code: 1 },
      ],
      none: null,
    },
    ok: true,
  };
  expect(toText(value)).toBe(
    [
      "height: 5",
      "block:",
      "  txs:",
      "    - hash: AB",
      "      code: 0",
      "    - hash: CD",
      "      code: 1",
      "  none: null",
      "ok: true",
    ].join("\n"),
  );
});

test("behavior: empty containers are shown as such", () => {
  expect(toText({ a: [], b: {} })).toBe("a: []\nb: {}");
  expect(toText([])).toBe("[]");
});

test("behavior: a list of texts", () => {
  expect(toText({ denoms: ["uusdc", "ustake"] })).toBe("denoms:\n  - uusdc\n  - ustake");
});
