// Cases: frames in any pieces; an empty one; lengths of one to four bytes; a length that is too large, and one that never
// ends; what was read before it is not lost.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesEqual, concatBytes } from "../../codec/bytes.ts";
import { AbciError } from "./abciError.ts";
import { FrameReader, frameLength } from "./frames.ts";

const framed = (...messages: readonly Uint8Array[]) =>
  concatBytes(...messages.flatMap((message) => [frameLength(message.length), message]));

describe("frames", () => {
  test("default: any messages in any pieces come out whole and in order", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });
    fc.assert(
      fc.property(messages, cuts, (sent, sizes) => {
        const bytes = framed(...sent);
        const reader = new FrameReader();
        const received: Uint8Array[] = [];
        let offset = 0;
        for (const size of [...sizes, bytes.length]) {
          received.push(...reader.push(bytes.subarray(offset, offset + size)));
          offset += size;
        }
        expect(received).toEqual(sent);
        expect(reader.isInside).toBe(false);
      }),
    );
  });

  test.each([0, 1, 127, 128, 16_383, 16_384, 2_097_152])("behavior: a message of %i bytes", (length) => {
    const message = new Uint8Array(length).fill(7);
    const frames = [...new FrameReader().push(framed(message))];
    expect(frames.map((frame) => bytesEqual(frame, message))).toEqual([true]);
  });

  test("behavior: a frame does not share memory with what the socket gave", () => {
    const chunk = framed(Uint8Array.of(1, 2, 3));
    const [frame] = [...new FrameReader().push(chunk)];
    chunk.fill(0);
    expect(frame).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("behavior: a frame that is not whole is told", () => {
    const reader = new FrameReader();
    expect([...reader.push(Uint8Array.of(3, 1, 2))]).toEqual([]);
    expect(reader.isInside).toBe(true);
  });

  test("error: a length that is too large, before anything of it is kept", () => {
    const reader = new FrameReader(1000);
    const push = () => [...reader.push(concatBytes(framed(Uint8Array.of(9)), frameLength(1001)))];
    expect(push).toThrow(AbciError);
    expect(() => [...new FrameReader().push(frameLength(2 ** 34))]).toThrow("at most 268435456 are read");
  });

  test("error: a length that never ends", () => {
    expect(() => [...new FrameReader().push(new Uint8Array(12).fill(0x80))]).toThrow("has more than 5 bytes");
  });
});
