// Golden vectors of both protocols: every message decodes, encodes back and hashes as given; every attestation is
// accepted from the given signers; every delivery that was refused for its attestation or its form is refused here for
// the same reason. A row of a kind that is not known here fails.

import { describe, expect, test } from "vitest";
import { bytesEqual } from "../codec/bytes.ts";
import { burnTokenOfDenom, cctpModuleAddress, cctpModuleBytes32, evmAddressOfPublicKey } from "./addresses.ts";
import { type AttestationRefusal, verifyAttestation } from "./attestation.ts";
import { emittedFormV2, fillAttestedFieldsV2 } from "./attestedV2.ts";
import { decodeBurnMessageV1, encodeBurnMessageV1 } from "./burnMessageV1.ts";
import { decodeBurnMessageV2, encodeBurnMessageV2 } from "./burnMessageV2.ts";
import { CctpFormatError } from "./formatError.ts";
import { messageHash } from "./messageHash.ts";
import { cctpVersionOf, messageToJson } from "./messageJson.ts";
import { decodeMessageV1, encodeMessageV1 } from "./messageV1.ts";
import { decodeMessageV2, encodeMessageV2 } from "./messageV2.ts";
import { signAttestation } from "./signAttestation.ts";
import {
  attestersOf,
  bytesOf,
  type NegativeReceiveCase,
  readVectors,
  textOf,
  type VectorAttestation,
  type VectorAttester,
} from "./testing/vectors.ts";

interface Decoded {
  readonly burnMessage?: unknown;
  readonly [field: string]: unknown;
}

interface Attestations {
  readonly oneOfOne: VectorAttestation;
  readonly twoOfThree: readonly VectorAttestation[];
}

interface SignedMessage {
  readonly id: string;
  readonly message: string;
  readonly messageHash: string;
  readonly decoded: Decoded;
  readonly attestations: Attestations;
  readonly emittedMessage?: string;
}

interface V2Transfer {
  readonly id: string;
  readonly emittedMessage: string;
  readonly emittedMessageHash: string;
  readonly emittedDecoded: Decoded;
  readonly attested: readonly (Omit<SignedMessage, "id"> & {
    readonly variant: string;
    readonly filledIn: {
      readonly nonce: string;
      readonly finalityThresholdExecuted: number;
      readonly feeExecuted?: string;
      readonly expirationBlock?: string;
    };
  })[];
}

interface VectorFile<T> {
  readonly attesters: readonly VectorAttester[];
  readonly vectors: readonly T[];
}

interface RealMessage {
  readonly id: string;
  readonly cctpVersion: number;
  readonly message: string;
  readonly messageHash: string;
  readonly decoded: Decoded;
  readonly attestation: string | null;
  readonly signers?: readonly { readonly address: string; readonly uncompressedPublicKey: string }[];
  readonly verified?: boolean;
  readonly malleatedFirstSignature?: string;
}

/** Takes a message apart down to the burn inside, and puts it together again. */
function reencode(bytes: Uint8Array, isBurn: boolean): Uint8Array {
  if (cctpVersionOf(bytes) === 1) {
    const message = decodeMessageV1(bytes);
    const messageBody = isBurn ? encodeBurnMessageV1(decodeBurnMessageV1(message.messageBody)) : message.messageBody;
    return encodeMessageV1({ ...message, messageBody });
  }
  const message = decodeMessageV2(bytes);
  const messageBody = isBurn ? encodeBurnMessageV2(decodeBurnMessageV2(message.messageBody)) : message.messageBody;
  return encodeMessageV2({ ...message, messageBody });
}

function expectMessage(text: string, hash: string, decoded: Decoded): void {
  const bytes = bytesOf(text);
  expect(messageToJson(bytes)).toEqual(decoded);
  expect(textOf(reencode(bytes, decoded.burnMessage !== undefined))).toBe(text);
  expect(textOf(messageHash(bytes))).toBe(hash);
}

function expectAttested(message: string, { signers, attestation }: VectorAttestation, config: Config): void {
  for (const strictEvm of [true, false]) {
    const verdict = verifyAttestation(bytesOf(message), bytesOf(attestation), { ...config, strictEvm });
    if (!verdict.ok) throw new Error(`refused: ${verdict.refusal.code}`);
    expect(verdict.signers.map(({ address }) => textOf(address))).toEqual(signers);
  }
}

interface Config {
  readonly attesters: readonly Uint8Array[];
  readonly threshold: number;
}

/** Public keys, which count under both rules. */
function configOf(attesters: readonly VectorAttester[], name: string): Config {
  const { enabled, threshold } = attestersOf(attesters, name);
  return { attesters: enabled.map(({ uncompressedPublicKey }) => bytesOf(uncompressedPublicKey)), threshold };
}

function expectAttestations(file: VectorFile<unknown>, message: string, attestations: Attestations): void {
  expectAttested(message, attestations.oneOfOne, configOf(file.attesters, "1-of-1"));
  expect(attestations.twoOfThree).toHaveLength(3);
  for (const attestation of attestations.twoOfThree) {
    expectAttested(message, attestation, configOf(file.attesters, "2-of-3"));
    const signers = file.attesters.filter(({ address }) => attestation.signers.includes(address));
    const made = signAttestation(
      bytesOf(message),
      signers.map(({ privateKey }) => bytesOf(privateKey)),
    );
    expect(textOf(made)).toBe(attestation.attestation);
  }
}

describe.each(["v1-transfers", "v1-cosmos-origin", "v2-cosmos-origin"])("%s", (name) => {
  const file = readVectors<VectorFile<SignedMessage>>(name);
  test.each(file.vectors)("default: $id", (vector) => {
    expectMessage(vector.message, vector.messageHash, vector.decoded);
    expectAttestations(file, vector.message, vector.attestations);
    if (vector.emittedMessage === undefined) return;
    const isBurn = vector.decoded.burnMessage !== undefined;
    expect(textOf(emittedFormV2(bytesOf(vector.message), { isBurn }))).toBe(vector.emittedMessage);
  });
});

describe("v2-transfers", () => {
  const file = readVectors<VectorFile<V2Transfer>>("v2-transfers");
  test.each(file.vectors)("default: $id, emitted", (vector) => {
    expectMessage(vector.emittedMessage, vector.emittedMessageHash, vector.emittedDecoded);
  });

  const attested = file.vectors.flatMap((vector) => vector.attested.map((variant) => ({ ...variant, of: vector })));
  test.each(attested)("default: $of.id, attested: $variant", (variant) => {
    expectMessage(variant.message, variant.messageHash, variant.decoded);
    expectAttestations(file, variant.message, variant.attestations);
    const isBurn = variant.decoded.burnMessage !== undefined;
    const { nonce, finalityThresholdExecuted, feeExecuted = "0", expirationBlock = "0" } = variant.filledIn;
    const filled = fillAttestedFieldsV2(bytesOf(variant.of.emittedMessage), {
      nonce: bytesOf(nonce),
      finalityThresholdExecuted,
      ...(isBurn && { burn: { feeExecuted: BigInt(feeExecuted), expirationBlock: BigInt(expirationBlock) } }),
    });
    expect(textOf(filled)).toBe(variant.message);
    expect(textOf(emittedFormV2(filled, { isBurn }))).toBe(variant.of.emittedMessage);
  });
});

describe("real-messages", () => {
  const { messages } = readVectors<{ readonly messages: readonly RealMessage[] }>("real-messages");

  test.each(messages)("default: $id decodes and encodes", ({ message, messageHash: hash, decoded, cctpVersion }) => {
    expectMessage(message, hash, decoded);
    expect(cctpVersionOf(bytesOf(message))).toBe(cctpVersion);
  });

  const signed = messages.filter(({ verified }) => verified === true);

  test.each(signed)("default: $id was attested by the given two", ({ message, attestation, signers = [] }) => {
    const threshold = signers.length;
    const config = { attesters: signers.map(({ uncompressedPublicKey }) => bytesOf(uncompressedPublicKey)), threshold };
    const made = { signers: signers.map(({ address }) => address), attestation: attestation ?? "" };
    expectAttested(message, made, config);
    const byAddress = { attesters: made.signers.map(bytesOf), threshold, strictEvm: true };
    expect(verifyAttestation(bytesOf(message), bytesOf(made.attestation), byAddress).ok).toBe(true);
  });

  test("behavior: 38 were attested, one does not match, and three have no attestation of their own", () => {
    expect(signed).toHaveLength(38);
    expect(messages.filter(({ verified }) => verified === false).map(({ id }) => id)).toEqual(["v1-goerli-noble-a"]);
    expect(messages.filter(({ verified }) => verified === undefined)).toHaveLength(3);
  });

  test("error: a pair that does not match", () => {
    const { message, attestation, signers = [] } = messages.find(({ verified }) => verified === false)!;
    const attesters = signers.map(({ uncompressedPublicKey }) => bytesOf(uncompressedPublicKey));
    for (const strictEvm of [true, false]) {
      const rule = { attesters, threshold: signers.length, strictEvm };
      const verdict = verifyAttestation(bytesOf(message), bytesOf(attestation ?? ""), rule);
      expect(verdict).toMatchObject({ ok: false, refusal: { code: "order" } });
    }
  });

  test("error: a high s is refused under the strict rule only", () => {
    const row = messages.find(({ malleatedFirstSignature }) => malleatedFirstSignature !== undefined)!;
    const { message, signers = [] } = row;
    const malleated = bytesOf(row.attestation ?? "");
    malleated.set(bytesOf(row.malleatedFirstSignature ?? ""), 0);
    const attesters = signers.map(({ uncompressedPublicKey }) => bytesOf(uncompressedPublicKey));
    const verify = (strictEvm: boolean) =>
      verifyAttestation(bytesOf(message), malleated, {
        attesters,
        threshold: 2,
        strictEvm,
      });
    expect(verify(true)).toEqual({ ok: false, refusal: { code: "highS", index: 0 } });
    expect(verify(false).ok).toBe(true);
  });
});

/** What the contracts say of attestations ↔ what is said here. */
const REFUSAL_OF_REVERT: ReadonlyMap<string, AttestationRefusal["code"]> = new Map([
  ["Invalid attestation length", "length"],
  ["ECDSA: invalid signature 's' value", "highS"],
  ["ECDSA: invalid signature 'v' value", "recoveryId"],
  ["ECDSA: invalid signature", "unrecoverable"],
  ["Invalid signature order or dupe", "order"],
  ["Invalid signature: not attester", "notAttester"],
]);

/** What they say of the form of a message whose attestation is good. */
const FORM_REVERTS: ReadonlyMap<string, (message: Uint8Array) => unknown> = new Map<
  string,
  (message: Uint8Array) => unknown
>([
  ["v1 Invalid message: too short", decodeMessageV1],
  ["v1 Invalid message length", (bytes: Uint8Array) => decodeBurnMessageV1(decodeMessageV1(bytes).messageBody)],
  ["v2 Invalid message: too short", decodeMessageV2],
  [
    "v2 Invalid burn message: too short",
    (bytes: Uint8Array) => decodeBurnMessageV2(decodeMessageV2(bytes).messageBody),
  ],
]);

/** Refusals that come of state, after a good attestation of a well-formed message. */
const LATER_REVERTS: ReadonlySet<string | null> = new Set([
  null,
  "Invalid destination domain",
  "Invalid caller for message",
  "Invalid message version",
  "Nonce already used",
  "Remote TokenMessenger unsupported",
  "Invalid message body version",
  "Mint token not supported",
  "FiatToken: mint amount not greater than 0",
  "FiatToken: mint to the zero address",
  "Local minter is not set",
  "handleReceiveMessage() failed",
  "handleReceiveUnfinalizedMessage() failed",
  "Unsupported finality threshold",
  "Message expired and must be re-signed",
  "Fee equals or exceeds amount",
  "Fee exceeds max fee",
  "Ownable: caller is not the owner",
]);

/** The first refusal of all: nothing else was looked at. */
const PAUSED = "Pausable: paused";

describe.each(["v1", "v2"] as const)("%s-negative-receive", (protocol) => {
  const file = readVectors<{ attesters: readonly VectorAttester[]; cases: readonly NegativeReceiveCase[] }>(
    `${protocol}-negative-receive`,
  );

  test.each(file.cases)("error: $id: $revertReason", (row) => {
    const message = bytesOf(row.message);
    expect(textOf(messageHash(message))).toBe(row.messageHash);
    const rule = { ...configOf(file.attesters, row.config), strictEvm: true };
    const verdict = verifyAttestation(message, bytesOf(row.attestation), rule);
    const form = FORM_REVERTS.get(`${protocol} ${row.revertReason}`);
    const refusal = REFUSAL_OF_REVERT.get(row.revertReason ?? "");
    if (refusal !== undefined) {
      expect(verdict).toMatchObject({ ok: false, refusal: { code: refusal } });
    } else if (form !== undefined) {
      expect(verdict.ok).toBe(true);
      expect(() => form(message)).toThrow(CctpFormatError);
    } else if (row.revertReason === PAUSED) {
      expect(row.ok).toBe(false);
    } else if (LATER_REVERTS.has(row.revertReason)) {
      expect(verdict.ok).toBe(true);
      const encoded =
        protocol === "v1" ? encodeMessageV1(decodeMessageV1(message)) : encodeMessageV2(decodeMessageV2(message));
      expect(bytesEqual(encoded, message)).toBe(true);
    } else {
      throw new Error(`unknown revert reason: ${row.revertReason}`);
    }
  });
});

interface NobleCase {
  readonly id: string;
  readonly config: string;
  readonly message: string;
  readonly attestation: string;
  readonly expected: { readonly ok: boolean; readonly error?: string };
  readonly evmWouldSay: string | null;
}

/** What noble-cctp says of attestations ↔ what is said here. */
const REFUSAL_OF_NOBLE: readonly (readonly [string, AttestationRefusal["code"]])[] = [
  ["invalid attestation length", "length"],
  ["failed to recover public key: invalid signature recovery id", "recoveryId"],
  ["invalid signature order or dupe", "order"],
  ["Invalid signature: not an attester", "notAttester"],
];
const NOBLE_ATTESTATION = "unable to verify signatures: ";
const NOBLE_PAUSED = "sending and receiving messages are paused";

describe("noble-expected", () => {
  const file = readVectors<{
    attesters: readonly VectorAttester[];
    receiveCases: readonly NobleCase[];
    constants: {
      burnToken_uusdc: string;
      moduleAddressBytes20: string;
      moduleAddressBytes32: string;
    };
  }>("noble-expected");

  function refusalOf(row: NobleCase, strictEvm: boolean): string {
    const rule = { ...configOf(file.attesters, row.config), strictEvm };
    const verdict = verifyAttestation(bytesOf(row.message), bytesOf(row.attestation), rule);
    return verdict.ok ? "none" : verdict.refusal.code;
  }

  test.each(file.receiveCases)("default: $id under the lax rule", (row) => {
    const error = row.expected.error ?? "";
    if (error.startsWith(NOBLE_PAUSED)) return expect(row.expected.ok).toBe(false);
    if (!error.startsWith(NOBLE_ATTESTATION)) return expect(refusalOf(row, false)).toBe("none");
    const known = REFUSAL_OF_NOBLE.find(([text]) => error.startsWith(`${NOBLE_ATTESTATION}${text}:`));
    if (known === undefined) throw new Error(`unknown refusal: ${error}`);
    expect(refusalOf(row, false)).toBe(known[1]);
  });

  const evmRows = file.receiveCases.filter(({ evmWouldSay }) => REFUSAL_OF_REVERT.has(evmWouldSay ?? ""));
  test.each(evmRows)("error: $id under the strict rule: $evmWouldSay", (row) => {
    expect(refusalOf(row, true)).toBe(REFUSAL_OF_REVERT.get(row.evmWouldSay ?? ""));
  });

  test("default: the module's account and its token", () => {
    expect(textOf(cctpModuleAddress())).toBe(file.constants.moduleAddressBytes20);
    expect(textOf(cctpModuleBytes32())).toBe(file.constants.moduleAddressBytes32);
    for (const denom of ["uusdc", "UUSDC", "uUsdc"]) {
      expect(textOf(burnTokenOfDenom(denom))).toBe(file.constants.burnToken_uusdc);
    }
  });

  test("default: attesters' addresses are those of their keys", () => {
    for (const { uncompressedPublicKey, address } of file.attesters) {
      expect(textOf(evmAddressOfPublicKey(bytesOf(uncompressedPublicKey)))).toBe(address);
    }
  });
});
