// Cases: no prefix begins another; keys of sequences and queues, pinned, in the order of number and time.

import { describe, expect, test } from "vitest";
import { compareBytes, toHex } from "../../src/codec/bytes.ts";
import * as keys from "./keys.ts";

describe("x/orders keys", () => {
  test("default: no prefix begins another", () => {
    const prefixes = Object.values(keys).filter((value) => value instanceof Uint8Array);
    expect(prefixes).toHaveLength(16);
    const texts = prefixes.map((prefix) => toHex(prefix));
    for (const one of texts) expect(texts.filter((other) => other.startsWith(one))).toEqual([one]);
  });

  test("behavior: pinned", () => {
    expect(toHex(keys.sequenceKey(keys.PAYMENT_PREFIX, "ord_a", 258))).toBe("026f72645f6100000102");
    expect(toHex(keys.queueKey(keys.EXPIRY_PREFIX, 2n ** 40n, "ord_a"))).toBe("0d00000100000000006f72645f61");
  });

  test("behavior: byte order is the order of number and time", () => {
    const sequences = [1, 2, 255, 256, 65_536, 2 ** 24].map((n) => keys.sequenceKey(keys.PAYMENT_PREFIX, "x", n));
    const times = [0n, 1n, 255n, 256n, 10n ** 18n].map((time) => keys.queueKey(keys.RELEASE_PREFIX, time, "x"));
    for (const list of [sequences, times]) expect([...list].sort(compareBytes)).toEqual(list);
  });
});
