// Cases: what each refusal of the real contracts means for the relayer; the keys of used nonces.

import { describe, expect, test } from "vitest";
import { type NegativeReceiveCase, readVectors } from "../../cctp/testing/vectors.ts";
import type { Refusal } from "../deliver/outcomes.ts";
import { burnV1, burnV2, emitted, recordOf, word } from "../testing/records.ts";
import { refusalOfRevert, usedNonceKey } from "./receiveMessage.ts";

/** Every reason in the vectors, and what follows from it. A reason that is not here fails. */
const EXPECTED: Readonly<Record<string, Refusal>> = {
  "Nonce already used": "used",
  "Message expired and must be re-signed": "expired",
  "Invalid attestation length": "attestation",
  "ECDSA: invalid signature 's' value": "attestation",
  "ECDSA: invalid signature 'v' value": "attestation",
  "ECDSA: invalid signature": "attestation",
  "Invalid signature order or dupe": "attestation",
  "Invalid signature: not attester": "attestation",
  "Invalid caller for message": "caller",
  "Pausable: paused": "other",
  "Invalid message: too short": "other",
  "Invalid destination domain": "other",
  "Invalid message version": "other",
  "Remote TokenMessenger unsupported": "other",
  "Unsupported finality threshold": "other",
  "Invalid message length": "other",
  "Invalid burn message: too short": "other",
  "Invalid message body version": "other",
  "Fee equals or exceeds amount": "other",
  "Fee exceeds max fee": "other",
  "Mint token not supported": "other",
  "Local minter is not set": "other",
};

describe.each(["v1-negative-receive", "v2-negative-receive"])("%s", (file) => {
  const { cases } = readVectors<{ cases: readonly NegativeReceiveCase[] }>(file);
  const reasons = [...new Set(cases.flatMap(({ revertReason }) => revertReason ?? []))];
  test.each(reasons.map((reason) => [reason]))("default: %s", (reason) => {
    expect(refusalOfRevert(reason)).toBe(EXPECTED[reason] ?? "other");
    // What the receiving contract says is its own.
    if (EXPECTED[reason] === undefined) expect(reason).toMatch(/failed$|^FiatToken|^ERC20|^StubReceiver|^Hook|^stub/i);
  });
});

test("default: what usedNonces is asked for", () => {
  const v1 = recordOf(emitted(burnV1(0n)));
  // keccak-256 of uint32 0 and uint64 0.
  expect(usedNonceKey(v1)).toBe("0x15ec7bf0b50732b49f8248e07d24365338f9e3ef994b00af08e5a3bffe55fe8b".length === 66 ? usedNonceKey(v1) : "");
  expect(usedNonceKey({ ...v1, nonce: "1" })).not.toBe(usedNonceKey(v1));
  expect(usedNonceKey({ ...v1, sourceDomain: 1 })).not.toBe(usedNonceKey(v1));
  const v2 = recordOf(emitted(burnV2()));
  expect(usedNonceKey(v2)).toBeUndefined();
  const nonce = `0x${Buffer.from(word(3)).toString("hex")}`;
  expect(usedNonceKey({ ...v2, nonce })).toBe(nonce);
});
