// The samples of Circle's service (test/vectors/cctp/iris-samples.json), each made again from a record: same bytes in, same
// JSON out. The HTTP side is in publicServer.test.ts.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evmAddressOfPublicKey } from "../cctp/addresses.ts";
import { emittedFormV2 } from "../cctp/attestedV2.ts";
import { fromHex } from "../codec/bytes.ts";
import { rateOfBps } from "./fees.ts";
import {
  allowanceBody,
  attestationBody,
  errorBody,
  feesBody,
  messagesBodyV1,
  messagesBodyV2,
  publicKeysBodyV1,
  publicKeysBodyV2,
  reattestBody,
} from "./irisAnswers.ts";
import type { DelayReason, MessageRecord } from "./messageRecord.ts";

interface Sample {
  readonly id: string;
  readonly body: never;
}

const file: { samples: readonly Sample[] } = JSON.parse(
  readFileSync(new URL("../../test/vectors/cctp/iris-samples.json", import.meta.url), "utf8"),
);
const samples = new Map(file.samples.map(({ id, body }) => [id, body]));
const used = new Set<string>();

/** The body of a sample. */
function sample(id: string): never {
  const body = samples.get(id);
  if (body === undefined) throw new Error(`no sample ${id}`);
  used.add(id);
  return body;
}

function bytes(text: string): Uint8Array {
  return fromHex(text.slice(2));
}

/** A record whose answer is a sample's: message and attestation are taken from it. */
function record(
  version: 1 | 2,
  { message, attestation, eventNonce }: { message: string; attestation: string; eventNonce: string },
  delayReason?: DelayReason,
): MessageRecord {
  const attested = bytes(message);
  const signed = { message: attested, attestation: bytes(attestation), level: "fast" as const, atMs: 0 };
  return {
    domain: 0,
    txHash: "00".repeat(32),
    version,
    ordinal: 0,
    message: version === 1 ? attested : emittedFormV2(attested, { isBurn: true }),
    isBurn: true,
    height: 1n,
    blockHash: "",
    logIndex: 0,
    nonce: eventNonce,
    seenAtMs: 0,
    attested: signed,
    delayReason,
    settled: false,
    presence: "there",
    refused: false,
  };
}

function recordsOf(version: 1 | 2, id: string): readonly MessageRecord[] {
  const { messages } = sample(id) as { messages: Parameters<typeof record>[1][] };
  return messages.map((message) => record(version, message));
}

const complete = (each: MessageRecord) => ({ record: each, isComplete: true });
const pending = (each: MessageRecord) => ({ record: each, isComplete: false });

describe("V1", () => {
  const [burn] = recordsOf(1, "v1-messages-complete") as [MessageRecord];

  test("default: attestations and messages", () => {
    expect(messagesBodyV1([complete(burn)])).toEqual(sample("v1-messages-complete"));
    expect(attestationBody(complete(burn))).toEqual(sample("v1-attestation-complete"));
    expect(attestationBody(pending(burn))).toEqual(sample("v1-attestation-pending"));
    expect(messagesBodyV1([pending(burn)])).toMatchObject({ messages: [{ attestation: "PENDING", eventNonce: "1" }] });
  });

  test("behavior: V1 messages are answered in V2's shape, too", () => {
    expect(messagesBodyV2([complete(burn)])).toMatchObject({
      messages: [
        {
          eventNonce: "1",
          cctpVersion: 1,
          status: "complete",
          decodedMessage: { nonce: "1", decodedMessageBody: { amount: "25000000" } },
        },
      ],
    });
  });
});

describe("V2", () => {
  test.each(["v2-messages-complete", "v2-messages-complete-hook"])("default: %s", (id) => {
    expect(messagesBodyV2(recordsOf(2, id).map(complete))).toEqual(sample(id));
  });

  test("default: pending, and delayed", () => {
    const { messages } = sample("v2-messages-complete") as { messages: Parameters<typeof record>[1][] };
    expect(messagesBodyV2([pending(record(2, messages[0]!))])).toEqual(sample("v2-messages-pending"));
    const delayed = record(2, messages[0]!, "insufficient_fee");
    expect(messagesBodyV2([pending(delayed)])).toEqual(sample("v2-messages-delayed"));
    expect(messagesBodyV2([])).toEqual(sample("v2-messages-empty"));
  });

  test("behavior: what is no burn has no decoded body", () => {
    const [burn] = recordsOf(2, "v2-messages-complete") as [MessageRecord];
    const body = messagesBodyV2([complete({ ...burn, isBurn: false })]);
    expect(body).toMatchObject({ messages: [{ decodedMessage: { decodedMessageBody: null } }] });
  });

  test("default: fees, allowance, re-attestation", () => {
    expect(feesBody({ fast: rateOfBps(1), standard: 0n })).toEqual(sample("v2-fees"));
    expect(allowanceBody(123_999_999_999n, Date.UTC(2025, 0, 23, 10))).toEqual(sample("v2-allowance"));
    const body = sample("v2-reattest") as { nonce: string };
    expect(reattestBody(body.nonce)).toEqual(body);
  });
});

test("default: public keys, and errors", () => {
  const { publicKeys } = sample("v1-public-keys") as { publicKeys: [string] };
  const publicKey = bytes(publicKeys[0]);
  const key = { version: 2 as const, publicKey, address: evmAddressOfPublicKey(publicKey) };
  expect(publicKeysBodyV1([key])).toEqual(sample("v1-public-keys"));
  expect(publicKeysBodyV2([key])).toEqual(sample("v2-public-keys"));
  for (const id of ["v1-attestation-unknown", "v2-messages-unknown"])
    expect(errorBody(404, "Not found.")).toEqual(sample(id));
});

test("behavior: every sample was made again", () => {
  expect([...samples.keys()].filter((id) => !used.has(id))).toEqual(["rate-limited"]);
});
