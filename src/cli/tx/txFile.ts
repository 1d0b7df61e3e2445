// Transactions and signatures in files, in the JSON of the SDK's command line; `-` is standard input.

import { readFileSync, writeFileSync } from "node:fs";
import { SignatureDescriptors } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { fromBase64 } from "../../codec/bytes.ts";
import { jsonToMessage, messageToJson } from "../../codec/protoJson.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { decodeMultiSignature } from "../../crypto/multisig.ts";
import { orCliError } from "../cliError.ts";
import type { Json } from "../output.ts";
import { type Draft, type DraftSignature, decodeDraft, encodeDraft } from "./draft.ts";

const TX = "cosmos.tx.v1beta1.Tx";
const STDIN = 0;

/** The text of a file. Throws CliError `failed` when there is none. */
export function readText(path: string): string {
  return orCliError("failed", () => readFileSync(path === "-" ? STDIN : path, "utf8"));
}

/** An encoded transaction as JSON. Throws CliError `failed`. */
export function txJson(registry: TypeRegistry, bytes: Uint8Array): Json {
  // What messageToJson gives is JSON.
  return orCliError("failed", () => messageToJson(registry, TX, bytes) as Json);
}

/** A transaction in its JSON, or in base64. Throws CliError `usage`, with `name` in front. */
export function parseTx(registry: TypeRegistry, text: string, name: string): Uint8Array {
  const trimmed = text.trim();
  return orCliError(
    "usage",
    () => (trimmed.startsWith("{") ? jsonToMessage(registry, TX, JSON.parse(trimmed)) : fromBase64(trimmed)),
    name,
  );
}

/** The transaction in a file. Throws CliError. */
export function readTx(registry: TypeRegistry, path: string): Uint8Array {
  return parseTx(registry, readText(path), path);
}

/** The draft in a file: a transaction that the chain could read. Throws CliError. */
export function readDraft(registry: TypeRegistry, path: string): Draft {
  return toDraft(registry, readTx(registry, path), path);
}

/** The drafts in a file with one in each line. Throws CliError, which names the line. */
export function readDrafts(registry: TypeRegistry, path: string): readonly Draft[] {
  const lines = readText(path).split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const name = `${path}:${index + 1}`;
    return [toDraft(registry, parseTx(registry, line, name), name)];
  });
}

function toDraft(registry: TypeRegistry, bytes: Uint8Array, name: string): Draft {
  return orCliError("usage", () => decodeDraft(registry, bytes).draft, name);
}

/** A draft as it stands in a file: one line of JSON. */
export function draftText(registry: TypeRegistry, draft: Draft): string {
  return JSON.stringify(txJson(registry, encodeDraft(draft)));
}

type Data = NonNullable<SignatureDescriptors["signatures"][number]["data"]>;

function dataOf(modeInfo: DraftSignature["modeInfo"], signature: Uint8Array): Data {
  const { single, multi } = modeInfo;
  if (multi === undefined) return { single: { mode: single?.mode ?? 0, signature } };
  const inner = decodeMultiSignature(signature);
  const signatures = multi.modeInfos.map((mode, index) => dataOf(mode, inner[index] ?? new Uint8Array(0)));
  return { multi: { bitarray: multi.bitarray, signatures } };
}

/** Signatures alone, as `--signature-only` prints them. */
export function signaturesText(registry: TypeRegistry, signatures: readonly DraftSignature[]): string {
  const message = SignatureDescriptors.fromPartial({
    signatures: signatures.map(({ publicKey, modeInfo, sequence, signature }) => ({
      publicKey,
      data: dataOf(modeInfo, signature),
      sequence,
    })),
  });
  const bytes = SignatureDescriptors.encode(message).finish();
  return JSON.stringify(messageToJson(registry, SignatureDescriptors.$type, bytes));
}

/** The signatures of single keys in a file that `--signature-only` or `--multisig` made. Throws CliError. */
export function readSignatures(registry: TypeRegistry, path: string): readonly DraftSignature[] {
  const json = orCliError("usage", () => JSON.parse(readText(path)), path);
  const bytes = orCliError("usage", () => jsonToMessage(registry, SignatureDescriptors.$type, json), path);
  return SignatureDescriptors.decode(bytes).signatures.map(({ publicKey, data, sequence }) => ({
    publicKey: publicKey ?? { typeUrl: "", value: new Uint8Array(0) },
    modeInfo: data?.single === undefined ? {} : { single: { mode: data.single.mode } },
    sequence,
    signature: data?.single?.signature ?? new Uint8Array(0),
  }));
}

/** Prints lines, or writes them to the file that was asked for. */
export function writeLines(lines: readonly string[], file: string | undefined): void {
  const text = lines.map((line) => `${line}\n`).join("");
  if (file === undefined) process.stdout.write(text);
  else orCliError("failed", () => writeFileSync(file, text));
}
