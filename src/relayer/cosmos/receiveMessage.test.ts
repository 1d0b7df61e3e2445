// Cases: the message in protobuf is Noble's; what refusals mean, V1 and V2; which message failed; which sequence is wanted.

import { describe, expect, test } from "vitest";
import { bytesOf, readVectors, textOf } from "../../cctp/testing/vectors.ts";
import { ErrWrongSequence } from "../../codec/sdkErrors.ts";
import { expectedSequence, failedIndex, receiveMessageMsg, refusalOfLog } from "./receiveMessage.ts";

interface Wire {
  readonly MsgReceiveMessage: {
    readonly from: string;
    readonly message: `0x${string}`;
    readonly attestation: `0x${string}`;
    readonly protobuf: string;
  };
}

test("default: the bytes of MsgReceiveMessage", () => {
  const { wire } = readVectors<{ wire: Wire }>("noble-expected");
  const { from, protobuf, ...attested } = wire.MsgReceiveMessage;
  const v1 = receiveMessageMsg(1, from, attested);
  expect([v1.typeUrl, textOf(v1.value)]).toEqual(["/circle.cctp.v1.MsgReceiveMessage", protobuf]);
  const v2 = receiveMessageMsg(2, from, attested);
  expect(v2.typeUrl).toBe("/circle.cctp.v2.MsgReceiveMessage");
  expect(bytesOf(protobuf)).toEqual(v2.value);
});

describe("refusals", () => {
  const failed = (text: string) => `failed to execute message; message index: 3: ${text}: err in receive message`;
  test.each([
    ["nonce already used", "used"],
    ["unable to verify signatures: invalid attestation length: unable to verify signature", "attestation"],
    ["incorrect destination caller: noble1a, sender: noble1b", "caller"],
    ["sending and receiving messages are paused", "other"],
    ["the nonce was used before", "used"],
    ["signature 0 of nobody: the attestation does not hold", "attestation"],
    ["the message expired and must be attested again", "expired"],
    ["the message is to be delivered by somebody else", "caller"],
    ["receiver address is blacklisted", "other"],
  ])("default: %s", (text, refusal) => {
    expect(refusalOfLog(failed(text))).toBe(refusal);
    expect(failedIndex(failed(text))).toBe(3);
  });

  test("behavior: a text that names no message", () => {
    expect(failedIndex("out of gas")).toBeUndefined();
  });
});

test("default: the sequence that a chain wants (text of the SDK, which CosmJS and others match on)", () => {
  const log = `account sequence mismatch, expected 12, got 9: ${ErrWrongSequence.text}`;
  expect(expectedSequence(log)).toBe(12);
  expect(expectedSequence("unauthorized")).toBeUndefined();
});
