// Cases: what the SDK's `tx sign` and `tx multisign` make of the same drafts, byte for byte; files; who may sign what; too
// few, foreign and forged signatures.

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { appRegistry } from "../../../app/registry.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import vectors from "../../../test/vectors/sdk/signing.json" with { type: "json" };
import { decodeAddress, encodeAddress } from "../../codec/address.ts";
import { toBase64 } from "../../codec/bytes.ts";
import { encodePubKey } from "../../crypto/pubKey.ts";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { CliError } from "../cliError.ts";
import { type Draft, type DraftSignature, encodeDraft, signaturesOf } from "./draft.ts";
import { multisign } from "./multisign.ts";
import { addressOfKey, type SigningKey, type SignModeName, signDraft, signForMultisig } from "./signDraft.ts";
import { draftText, readDraft, readDrafts, readSignatures, readTx, signaturesText, writeLines } from "./txFile.ts";

const registry = appRegistry();
const folder = mkdtempSync(join(tmpdir(), "signing-"));
const place = {
  chainId: vectors.chainId,
  accountNumber: BigInt(vectors.accountNumber),
  sequence: BigInt(vectors.sequence),
};
const [a, b, c] = [1, 2, 3].map(keyOf) as [SigningKey, SigningKey, SigningKey];

function keyOf(fill: number): SigningKey {
  const privKey = new Uint8Array(32).fill(fill);
  return { privKey, publicKey: encodePubKey({ kind: "secp256k1", key: publicKeyOf(privKey) }) };
}

let files = 0;
function fileOf(value: unknown): string {
  files += 1;
  const file = join(folder, `${files}.json`);
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
}

const draftOf = (json: unknown) => readDraft(registry, fileOf(json));
const signBy = (draft: Draft, keys: readonly SigningKey[], mode: SignModeName) =>
  keys.reduce((sofar, key) => signDraft(registry, sofar, key, { place, mode, overwrite: false }), draft);

describe("tx sign", () => {
  test.each(vectors.txs)("default: $name, $mode", ({ mode, unsigned, signed, signatures, txBase64, name }) => {
    const keys = name.startsWith("two") ? [a, b] : [a];
    const draft = signBy(draftOf(unsigned), keys, mode as SignModeName);
    expect(JSON.parse(draftText(registry, draft))).toEqual(signed);
    expect(JSON.parse(signaturesText(registry, signaturesOf(draft)))).toEqual(signatures);
    expect(toBase64(encodeDraft(draft))).toBe(txBase64);
    expect(readTx(registry, fileOf(txBase64))).toEqual(encodeDraft(draft));
  });

  test("behavior: the same key again takes the place of its signature; --overwrite drops all others", () => {
    const unsigned = draftOf(vectors.txs[2]?.unsigned);
    const both = signBy(unsigned, [a, b], "amino-json");
    const again = signDraft(registry, both, b, {
      place: { ...place, sequence: 9n },
      mode: "amino-json",
      overwrite: false,
    });
    expect(signaturesOf(again).map(({ sequence }) => sequence)).toEqual([3n, 9n]);
    const alone = signDraft(registry, both, b, { place, mode: "amino-json", overwrite: true });
    expect(signaturesOf(alone)).toHaveLength(1);
  });

  test("error: somebody who is not asked to sign, and mode direct where several sign", () => {
    const [one, , two] = vectors.txs;
    expect(() => signBy(draftOf(one?.unsigned), [c], "direct")).toThrow("tx intended signer does not match");
    expect(() => signBy(draftOf(two?.unsigned), [a], "direct")).toThrow("in mode direct one signs alone");
  });

  test("behavior: a batch has a transaction in each line, and a bad line is named", () => {
    const line = JSON.stringify(vectors.txs[0]?.unsigned);
    expect(readDrafts(registry, fileOf(`${line}\n\n${line}\n`))).toHaveLength(2);
    const file = fileOf(`${line}\n{"body":5}\n`);
    expect(() => readDrafts(registry, file)).toThrow(`${file}:2: `);
  });

  test("behavior: output goes to a file when asked", () => {
    const file = join(folder, "out.json");
    writeLines(["a", "b"], file);
    expect(readFileSync(file, "utf8")).toBe("a\nb\n");
    expect(() => writeLines(["a"], join(folder, "nowhere", "out.json"))).toThrow(CliError);
  });

  test.each([
    ["", "must contain at least one message"],
    ["{", "Expected property name"],
    ["!!", "invalid base64"],
    ["AA==", "tx parse error"],
    ['{"body":{"messages":[{"@type":"/nope.Msg"}]}}', "nope.Msg"],
  ])("error: a file that holds %j", (text, message) => {
    expect(() => readDraft(registry, fileOf(text))).toThrow(CliError);
    expect(() => readDraft(registry, fileOf(text))).toThrow(message);
  });

  test("error: a file that is not there", () => {
    expect(() => readTx(registry, join(folder, "nowhere.json"))).toThrow("no such file");
  });
});

describe("tx multisign", () => {
  const { multisig } = vectors;
  const unsigned = draftOf(multisig.unsigned);
  const [signer] = signaturesOf(draftOf(multisig.signed));
  const multisigAddress = decodeAddress(multisig.address);
  const options = { place, multisigAddress };
  const [byC, byA] = multisig.signatures.flatMap((json) => readSignatures(registry, fileOf(json)));
  const publicKey = signer?.publicKey ?? a.publicKey;

  test("default: members sign, in any order, and their signatures make the SDK's transaction", () => {
    const members = [signForMultisig(registry, unsigned, c, options), signForMultisig(registry, unsigned, a, options)];
    members.forEach((member, index) => {
      expect(JSON.parse(signaturesText(registry, [member]))).toEqual(multisig.signatures[index]);
    });
    for (const signatures of [members, members.toReversed()]) {
      const signed = multisign(registry, unsigned, publicKey, { place, signatures });
      expect(JSON.parse(draftText(registry, signed))).toEqual(multisig.signed);
      expect(toBase64(encodeDraft(signed))).toBe(multisig.txBase64);
    }
    expect(encodeAddress(addressOfKey(publicKey))).toBe(multisig.address);
  });

  test("behavior: a multisig signature alone says who of them signed", () => {
    const signed = draftOf(multisig.signed);
    expect(JSON.parse(signaturesText(registry, signaturesOf(signed)))).toMatchObject({
      signatures: [{ data: { multi: { bitarray: { extra_bits_stored: 3, elems: "oA==" } } }, sequence: "3" }],
    });
  });

  test("error: too few, the same one twice, and another sequence than they signed", () => {
    if (byA === undefined || byC === undefined) throw new Error("two members signed");
    const put = (sequence: bigint, ...signatures: readonly DraftSignature[]) =>
      multisign(registry, unsigned, publicKey, { place: { ...place, sequence }, signatures });
    expect(() => put(3n, byA)).toThrow("2 of 3 must sign, 1 have");
    expect(() => put(3n, byA, byA)).toThrow("2 of 3 must sign, 1 have");
    expect(() => put(4n, byA, byC)).toThrow("couldn't verify signature for address stateset1");
  });

  test("error: a stranger's signature, a key of one person, and mode direct", () => {
    const stranger = signForMultisig(registry, unsigned, keyOf(4), options);
    const put =
      (signature: typeof stranger, key = publicKey) =>
      () =>
        multisign(registry, unsigned, key, { place, signatures: [signature] });
    expect(put(stranger)).toThrow("is not a part of the multisig key");
    expect(put(stranger, a.publicKey)).toThrow("the key is not a multisig key");
    const direct = { ...stranger, modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } } };
    expect(put(direct)).toThrow("sign in mode amino-json");
    expect(() => signForMultisig(registry, draftOf(vectors.txs[0]?.unsigned), a, options)).toThrow("intended signer");
  });
});
