// Cases: what replaceMessage and replaceDepositForBurn may change, and everything that they may not.

import { describe, expect, test } from "vitest";
import { decodeMessageV1, encodeMessageV1, type MessageV1 } from "../cctp/messageV1.ts";
import { burnV1, word } from "../chains/testing/testMessages.ts";
import { isReplacement } from "./replacement.ts";

const ORIGINAL = burnV1({ nonce: 5n });

function changed(changes: Partial<MessageV1>): Uint8Array {
  return encodeMessageV1({ ...decodeMessageV1(ORIGINAL), ...changes });
}

function isReplaced(second: Uint8Array, isBurn: boolean, isSecondBurn = isBurn): boolean {
  return isReplacement({ message: ORIGINAL, isBurn }, { message: second, isBurn: isSecondBurn });
}

describe("burns", () => {
  test("default: recipient of the mint and destination caller may change", () => {
    expect(isReplaced(burnV1({ nonce: 5n, recipient: word(9) }), true)).toBe(true);
    expect(isReplaced(changed({ destinationCaller: word(9) }), true)).toBe(true);
  });

  test.each([
    ["amount", burnV1({ nonce: 5n, amount: 1n })],
    ["nonce", burnV1({ nonce: 6n })],
    ["destination", burnV1({ nonce: 5n, destination: 3 })],
    ["source", burnV1({ nonce: 5n, source: 3 })],
    ["sender", changed({ sender: word(9) })],
    ["recipient", changed({ recipient: word(9) })],
    ["burn token", changed({ messageBody: bodyWith(4) })],
    ["burner", changed({ messageBody: bodyWith(100) })],
  ])("error: another %s", (_name, second) => {
    expect(isReplaced(second, true)).toBe(false);
  });

  test("error: a message that is no burn in the place of one", () => {
    expect(isReplaced(changed({ messageBody: word(1) }), true, false)).toBe(false);
  });
});

test("default: the body of other messages may change as a whole, also where it looks like a burn", () => {
  expect(isReplaced(changed({ messageBody: word(1) }), false)).toBe(true);
  expect(isReplaced(burnV1({ nonce: 5n, amount: 1n }), false)).toBe(true);
  expect(isReplaced(changed({ sender: word(9) }), false)).toBe(false);
});

/** The body of the original with one byte changed. */
function bodyWith(offset: number): Uint8Array {
  const body = new Uint8Array(decodeMessageV1(ORIGINAL).messageBody);
  body[offset] = 0xff;
  return body;
}
