// Attestations: our contracts and src/cctp/attestation.ts, written apart, judge the same bytes alike.
//
// Cases: up to four signatures of four keys, three of them enabled, two of them needed; each good, or with high s, with
// v of 0, 1 or 29, with r of zero, or over another message; in any order, with duplicates, cut or lengthened.

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MessageTransmitterV2 } from "../../gen/contracts/MessageTransmitterV2.ts";
import { type AttestationRefusal, verifyAttestation } from "../../src/cctp/attestation.ts";
import { zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { encodeMessageV2 } from "../../src/cctp/messageV2.ts";
import { signMessage } from "../../src/cctp/signAttestation.ts";
import { bytesOf, textOf } from "../../src/cctp/testing/vectors.ts";
import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { CONDITIONS, RELAYER, requireTwoOfThree, startVectorChain } from "../testing/circleDeployment.ts";
import { hexOf, wordOf } from "../testing/messages.ts";
import { call, type TestChain } from "../testing/testChain.ts";

const REASONS: Readonly<Record<AttestationRefusal["code"], string>> = {
  length: "Invalid attestation length",
  zeroThreshold: "Invalid attestation length",
  highS: "ECDSA: invalid signature 's' value",
  recoveryId: "ECDSA: invalid signature 'v' value",
  unrecoverable: "ECDSA: invalid signature",
  order: "Invalid signature order or dupe",
  notAttester: "Invalid signature: not attester",
};

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const S = 32;
const V = 64;

const [, B] = CONDITIONS.chains;
const MESSAGE = encodeMessageV2({
  version: 1,
  sourceDomain: 0,
  destinationDomain: B.domain,
  nonce: new Uint8Array(32).fill(7),
  sender: zeroBytes32(),
  recipient: wordOf(B.stubReceiver),
  destinationCaller: zeroBytes32(),
  minFinalityThreshold: 2000,
  finalityThresholdExecuted: 2000,
  messageBody: utf8("hello"),
});

let chain: TestChain;

beforeAll(async () => {
  chain = await startVectorChain("B");
  await requireTwoOfThree(chain, B.v2.messageTransmitter);
});

afterAll(() => chain?.stop());

/** What is done to a good signature. */
const SPOILED = {
  not: (signature: Uint8Array) => signature,
  highS: (signature: Uint8Array) => {
    const s = SECP256K1_ORDER - BigInt(textOf(signature.subarray(S, V)));
    const v = signature[V] === 27 ? 28 : 27;
    return concatBytes(signature.subarray(0, S), bytesOf(`0x${s.toString(16).padStart(64, "0")}`), Uint8Array.of(v));
  },
  bareRecoveryId: (signature: Uint8Array) => concatBytes(signature.subarray(0, V), Uint8Array.of(signature[V]! - 27)),
  v29: (signature: Uint8Array) => concatBytes(signature.subarray(0, V), Uint8Array.of(29)),
  r0: (signature: Uint8Array) => concatBytes(zeroBytes32(), signature.subarray(S)),
} as const;

const signature = fc
  .record({
    signer: fc.constantFrom(...CONDITIONS.attesters),
    spoiled: fc.constantFrom("not" as const, "not" as const, "not" as const, ...keysOf(SPOILED)),
    message: fc.constantFrom(MESSAGE, MESSAGE, MESSAGE, MESSAGE, utf8("another message")),
  })
  .map(({ signer, spoiled, message }) => SPOILED[spoiled](signMessage(message, bytesOf(signer.privateKey))));

const attestation = fc
  .record({
    signatures: fc.oneof(
      { weight: 4, arbitrary: fc.array(signature, { minLength: 2, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.array(signature, { maxLength: 4 }) },
    ),
    cut: fc.constantFrom(0, 0, 0, 0, 0, 0, 1),
  })
  .map(({ signatures, cut }) => {
    const bytes = concatBytes(...signatures);
    return bytes.subarray(0, Math.max(0, bytes.length - cut));
  });

function keysOf<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}

test("both judge alike", async () => {
  const rule = {
    attesters: CONDITIONS.attesters.filter(({ n }) => n <= 3).map(({ address }) => bytesOf(address)),
    threshold: 2,
    strictEvm: true,
  };
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(attestation, async (bytes) => {
      const verdict = verifyAttestation(MESSAGE, bytes, rule);
      const delivery = call(RELAYER, B.v2.messageTransmitter, {
        abi: MessageTransmitterV2.abi,
        functionName: "receiveMessage",
        args: [hexOf(MESSAGE), hexOf(bytes)],
      });
      const expected = verdict.ok ? undefined : REASONS[verdict.refusal.code];
      expect(await chain.refusal(delivery)).toBe(expected);
      seen.add(expected ?? "accepted");
    }),
    { numRuns: 300, seed: 20_240_813 },
  );
  // The seed is fixed so that every verdict is met: a generator that makes only refusals proves little.
  expect([...seen].sort()).toEqual([...new Set([...Object.values(REASONS), "accepted"])].sort());
});
