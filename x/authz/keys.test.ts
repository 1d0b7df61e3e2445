// Cases: the bytes of every key; that queue keys sort as time does; keys taken apart again.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, fromUtf8, toHex } from "../../src/codec/bytes.ts";
import { TIME_SECONDS_MAX, TIME_SECONDS_MIN, timestampToNs } from "../../src/codec/time.ts";
import {
  GRANT_PREFIX,
  granterPrefix,
  grantKey,
  pairPrefix,
  partsOfGrantKey,
  partsOfQueueKey,
  QUEUE_PREFIX,
  queueKey,
  queuePrefix,
} from "./keys.ts";

const address = fc.uint8Array({ minLength: 1, maxLength: 255 });
const time = fc.record({
  seconds: fc.bigInt(TIME_SECONDS_MIN, TIME_SECONDS_MAX),
  nanos: fc.oneof(fc.constantFrom(0, 1, 10, 100_000_000, 999_999_999), fc.integer({ min: 0, max: 999_999_999 })),
});

describe("keys", () => {
  test("default: the bytes are the SDK's", () => {
    const [granter, grantee] = [Uint8Array.of(0xaa, 0xbb), Uint8Array.of(0xcc)];
    expect({
      granter: toHex(granterPrefix(granter)),
      pair: toHex(pairPrefix(granter, grantee)),
      grant: toHex(grantKey(granter, grantee, "/a")),
      queue: fromUtf8(queueKey({ seconds: 0n, nanos: 1_000 }, Uint8Array.of(65), Uint8Array.of(66)).subarray(1)),
    }).toEqual({
      granter: "0102aabb",
      pair: "0102aabb01cc",
      grant: "0102aabb01cc2f61",
      queue: "1970-01-01T00:00:00.000001000\u0001A\u0001B",
    });
    expect([toHex(GRANT_PREFIX), toHex(QUEUE_PREFIX)]).toEqual(["01", "02"]);
  });

  test("behavior: byte order is the order of time", () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [first, second] = [timestampToNs(a), timestampToNs(b)];
        const order = first < second ? -1 : first > second ? 1 : 0;
        expect(Math.sign(compareBytes(queuePrefix(a), queuePrefix(b)))).toBe(order);
        expect(queuePrefix(a).length).toBe(30);
      }),
    );
  });

  test("behavior: what goes into a key comes out of it", () => {
    fc.assert(
      fc.property(address, address, fc.string(), time, (granter, grantee, url, expiry) => {
        const grant = partsOfGrantKey(grantKey(granter, grantee, url).subarray(1));
        expect([toHex(grant.granter), toHex(grant.grantee)]).toEqual([toHex(granter), toHex(grantee)]);
        expect(fromUtf8(grant.msgType)).toBe(url);
        const queued = partsOfQueueKey(queueKey(expiry, granter, grantee));
        expect([toHex(queued.granter), toHex(queued.grantee)]).toEqual([toHex(granter), toHex(grantee)]);
      }),
    );
  });
});
