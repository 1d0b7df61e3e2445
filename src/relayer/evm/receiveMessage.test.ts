// Cases: what each refusal of the real contracts means for the relayer; the keys of used nonces.

import { describe, expect, test } from "vitest";
import { type NegativeReceiveCase, readVectors } from "../../cctp/testing/vectors.ts";
import type { Refusal } from "../deliver/outcomes.ts";
import { burnV2, emitted, recordOf, word } from "../testing/records.ts";
import { refusalOfRevert, usedNonceKey } from "./receiveMessage.ts";

/** Every reason in the vectors, and what follows from it. A reason that is not here fails. */
const EXPECTED: Readonly<Record<Refusal, readonly string[]>> = {
  used: ["Nonce already used"],
  expired: ["Message expired and must be re-signed"],
  attestation: [
    "Invalid attestation length",
    "ECDSA: invalid signature 's' value",
    "ECDSA: invalid signature 'v' value",
    "ECDSA: invalid signature",
    "Invalid signature order or dupe",
    "Invalid signature: not attester",
  ],
  caller: ["Invalid caller for message"],
  other: [
    "Pausable: paused",
    "Invalid message: too short",
    "Invalid destination domain",
    "Invalid message version",
    "Remote TokenMessenger unsupported",
    "Unsupported finality threshold",
    "Invalid message length",
    "Invalid burn message: too short",
    "Invalid message body version",
    "Fee equals or exceeds amount",
    "Fee exceeds max fee",
    "Mint token not supported",
    "Local minter is not set",
    "handleReceiveMessage() failed",
    "handleReceiveUnfinalizedMessage() failed",
    "FiatToken: mint amount not greater than 0",
    "FiatToken: mint to the zero address",
    "Ownable: caller is not the owner",
  ],
  unpaid: [],
};

describe.each(["v1-negative-receive", "v2-negative-receive"])("%s", (file) => {
  const { cases } = readVectors<{ cases: readonly NegativeReceiveCase[] }>(file);
  const reasons = [...new Set(cases.flatMap(({ revertReason }) => revertReason ?? []))];
  test.each(reasons.map((reason) => [reason]))("default: %s", (reason) => {
    const [refusal] = Object.entries(EXPECTED).find(([, texts]) => texts.includes(reason)) ?? [];
    expect(refusalOfRevert(reason)).toBe(refusal);
  });
});

describe("what usedNonces is asked for", () => {
  interface Vector {
    readonly message: string;
    readonly decoded: { readonly sourceDomain: number; readonly nonce: string };
    readonly receive?: readonly { readonly usedNonceKey: string }[];
  }
  const { vectors } = readVectors<{ vectors: readonly Vector[] }>("v1-transfers");
  const received = vectors.filter(({ receive }) => receive !== undefined && receive.length > 0);

  test("default: V1 as the contracts hash domain and nonce", () => {
    expect(received.length).toBeGreaterThan(3);
    for (const { decoded, receive } of received) {
      const record = { ...recordOf(emitted(burnV2())), cctpVersion: 1 as const, sourceDomain: decoded.sourceDomain };
      expect(usedNonceKey({ ...record, nonce: decoded.nonce })).toBe(receive![0]!.usedNonceKey);
    }
  });

  test("default: V2 the nonce itself, when it is known", () => {
    const record = recordOf(emitted(burnV2()));
    expect(usedNonceKey(record)).toBeUndefined();
    const nonce = `0x${Buffer.from(word(3)).toString("hex")}`;
    expect(usedNonceKey({ ...record, nonce })).toBe(nonce);
  });
});
