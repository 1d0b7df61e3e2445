// Cases: digests of every length a lane takes, against node:crypto, with lanes and without; messages of mixed lengths
// in any order; a batch that is used again.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "../codec/bytes.ts";
import { BATCH_MESSAGE_BYTES_MAX, Sha256Batch } from "./sha256Batch.ts";
import { createHashLanes } from "./sha256Lanes.ts";

function hashAll(batch: Sha256Batch, messages: readonly Uint8Array[]): string[] {
  const out = new Uint8Array(messages.length * 32);
  batch.start(out);
  messages.forEach((message, index) => {
    batch.memory.set(message, batch.add(message.length, index * 32));
  });
  batch.flush();
  return messages.map((_, index) => toHex(out.subarray(index * 32, index * 32 + 32)));
}

function expected(messages: readonly Uint8Array[]): string[] {
  return messages.map((message) => createHash("sha256").update(message).digest("hex"));
}

test("default: this machine hashes in lanes", () => {
  expect(createHashLanes()).toBeDefined();
});

describe.each([{ useLanes: true }, { useLanes: false }])("$useLanes", (options) => {
  test("default: every length, alone in its lanes", () => {
    const batch = new Sha256Batch(options);
    for (let length = 0; length <= BATCH_MESSAGE_BYTES_MAX; length += 1) {
      const message = Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff);
      expect(hashAll(batch, [message])).toEqual(expected([message]));
    }
  });

  test("behavior: mixed lengths in any order, again and again in one batch", () => {
    const batch = new Sha256Batch(options);
    const messages = fc.array(fc.uint8Array({ maxLength: BATCH_MESSAGE_BYTES_MAX }), { maxLength: 40, size: "max" });
    fc.assert(
      fc.property(messages, (list) => {
        expect(hashAll(batch, list)).toEqual(expected(list));
      }),
    );
  });
});
