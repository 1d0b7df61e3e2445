// The `tx` commands that work on transactions in files: sign, put signatures together, check, encode, decode, send; with
// the names and flags of the SDK's command line (cosmos-sdk v0.53 x/auth/client/cli).

import type { Command } from "commander";
import { checksOf } from "../../../x/auth/ante/signers.ts";
import { decodeAddress, encodeAddress } from "../../codec/address.ts";
import { bytesEqual, fromBase64, fromHex, toBase64 } from "../../codec/bytes.ts";
import { ChainError } from "../../codec/chainError.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import { decodePubKey } from "../../crypto/pubKey.ts";
import { verifySync } from "../../crypto/verifyPool.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { openKey, publicKeyNamed, signingPlace } from "../tx/account.ts";
import { broadcast } from "../tx/broadcast.ts";
import { type Draft, decodeDraft, encodeDraft, signaturesOf } from "../tx/draft.ts";
import { memberIndex, multisign, requireMultisig } from "../tx/multisign.ts";
import { addressOfKey, type SigningPlace, signDraft, signForMultisig } from "../tx/signDraft.ts";
import {
  draftText,
  readDraft,
  readDrafts,
  readSignatures,
  readTx,
  signaturesText,
  txJson,
  writeLines,
} from "../tx/txFile.ts";
import { addBroadcastFlags, addSigningFlags, type Flags, signModeOf } from "../tx/txFlags.ts";
import { keyringOf } from "./keys.ts";

function outputFile(flags: Flags): string | undefined {
  const file = flags["outputDocument"];
  return typeof file === "string" ? file : undefined;
}

/** An unordered transaction has no sequence, whatever the account's is. */
function placeFor(place: SigningPlace, { tx }: { readonly tx: DecodedTx }): SigningPlace {
  return tx.body.unordered ? { ...place, sequence: 0n } : place;
}

/** Signs drafts one after the other, each with the next sequence, and writes them or their signatures. */
async function sign(registry: TypeRegistry, drafts: readonly Draft[], command: Command): Promise<void> {
  const flags = command.opts<Record<string, unknown>>();
  const keyring = keyringOf(command);
  const multisig = typeof flags["multisig"] === "string" ? publicKeyNamed(keyring, flags["multisig"]) : undefined;
  const key = await openKey(keyring, flags["from"]);
  if (multisig !== undefined) memberIndex(requireMultisig(multisig.publicKey), key.publicKey);
  const first = await signingPlace((multisig ?? key).address, flags, globalOptions(command));
  let { sequence } = first;
  const lines: string[] = [];
  for (const draft of drafts) {
    const place = placeFor({ ...first, sequence }, decodeDraft(registry, encodeDraft(draft)));
    if (place.sequence === sequence) sequence += 1n;
    if (multisig !== undefined) {
      const multisigAddress = decodeAddress(multisig.address);
      lines.push(signaturesText(registry, [signForMultisig(registry, draft, key, { place, multisigAddress })]));
      continue;
    }
    const options = { place, mode: signModeOf(flags), overwrite: flags["overwrite"] === true };
    const signed = signDraft(registry, draft, key, options);
    lines.push(
      flags["signatureOnly"] === true ? signaturesText(registry, signaturesOf(signed)) : draftText(registry, signed),
    );
  }
  writeLines(lines, outputFile(flags));
}

async function multisignFile(
  registry: TypeRegistry,
  file: string,
  name: string,
  signatureFiles: readonly string[],
  command: Command,
): Promise<void> {
  const flags = command.opts<Record<string, unknown>>();
  const { address, publicKey } = publicKeyNamed(keyringOf(command), name);
  const draft = readDraft(registry, file);
  const signatures = signatureFiles.flatMap((path) => readSignatures(registry, path));
  const given = await signingPlace(address, flags, globalOptions(command));
  const place = placeFor(given, decodeDraft(registry, encodeDraft(draft)));
  const signed = multisign(registry, draft, publicKey, { place, signatures });
  const text =
    flags["signatureOnly"] === true ? signaturesText(registry, signaturesOf(signed)) : draftText(registry, signed);
  writeLines([text], outputFile(flags));
}

/** What is wrong with the signature of a signer; undefined when it is good. Without a place it is not verified. */
function signatureProblem(
  registry: TypeRegistry,
  { draft, tx }: { readonly draft: Draft; readonly tx: DecodedTx },
  index: number,
  place: SigningPlace | undefined,
): string | undefined {
  const signature = signaturesOf(draft)[index];
  const signer = tx.signers[index];
  if (signature === undefined) return "no signature";
  if (signer === undefined) return "nobody asked for this signature";
  if (
    !bytesEqual(
      orCliError("failed", () => addressOfKey(signature.publicKey)),
      signer,
    )
  ) {
    return "signature does not match its respective signer";
  }
  if (place === undefined) return undefined;
  if (placeFor(place, { tx }).sequence !== signature.sequence) {
    return `account sequence mismatch, expected ${place.sequence}, got ${signature.sequence}`;
  }
  const { chainId, accountNumber } = place;
  try {
    const checks = checksOf(registry, chainId, tx, { index, accountNumber, pubKey: decodePubKey(signature.publicKey) });
    return checks.every(verifySync) ? undefined : "signature verification failed";
  } catch (error) {
    if (error instanceof ChainError) return error.message;
    throw error;
  }
}

async function validateSignatures(registry: TypeRegistry, file: string, command: Command): Promise<void> {
  const flags = command.opts<Record<string, unknown>>();
  const global = globalOptions(command);
  const decoded = decodeDraft(registry, encodeDraft(readDraft(registry, file)));
  const signers = decoded.tx.signers.map(encodeAddress);
  const count = Math.max(signers.length, decoded.draft.signatures.length);
  const verdicts: Json[] = [];
  for (let index = 0; index < count; index += 1) {
    const address = signers[index];
    const isOffline = flags["offline"] === true || address === undefined;
    const place = isOffline ? undefined : await signingPlace(address, {}, global);
    const problem = signatureProblem(registry, decoded, index, place);
    verdicts.push({ address: address ?? "", verdict: problem === undefined ? "OK" : `ERROR: ${problem}` });
  }
  print(global, { signers, signatures: verdicts });
  const isGood = verdicts.every((entry) => JSON.stringify(entry).includes('"verdict":"OK"'));
  if (!isGood) throw new CliError("failed", "signatures validation failed");
}

/** Adds `tx sign`, `sign-batch`, `multisign`, `validate-signatures`, `broadcast`, `encode` and `decode`. */
export function addTxFiles(tx: Command, registry: TypeRegistry): void {
  addSigning(tx, registry);
  addMultisign(tx, registry);
  tx.command("validate-signatures <file>")
    .description("who must sign a transaction, who has, and whether the signatures are good")
    .option("--offline", "ask no node: the signatures are not verified")
    .addHelpText("after", "\nExample:\n  statesetd tx validate-signatures signed.json")
    .action((file: string, _flags: unknown, self: Command) => validateSignatures(registry, file, self));
  const send = tx
    .command("broadcast <file>")
    .description("send a signed transaction from a file, in JSON or base64; - is standard input")
    .addHelpText("after", "\nExample:\n  statesetd tx broadcast signed.json")
    .action(async (file: string, flags: { broadcastMode: string }, self: Command) => {
      await broadcast(registry, readTx(registry, file), flags.broadcastMode, globalOptions(self));
    });
  addBroadcastFlags(send);
  tx.command("encode <file>")
    .description("a transaction from its JSON in a file, in base64; - is standard input")
    .addHelpText("after", "\nExample:\n  statesetd tx encode tx.json")
    .action((file: string) => writeLines([toBase64(readTx(registry, file))], undefined));
  tx.command("decode <base64>")
    .description("a transaction as JSON")
    .option("-x, --hex", "the transaction is given in hex")
    .addHelpText("after", "\nExample:\n  statesetd tx decode CpIBCo8BCh...")
    .action((text: string, flags: { hex?: boolean }, self: Command) => {
      const bytes = orCliError("usage", () => (flags.hex === true ? fromHex(text.trim()) : fromBase64(text.trim())));
      print(globalOptions(self), txJson(registry, bytes));
    });
}

function addSigning(tx: Command, registry: TypeRegistry): void {
  const one = tx
    .command("sign <file>")
    .description("sign a transaction that --generate-only made; - is standard input")
    .option("--overwrite", "drop the signatures of others")
    .addHelpText("after", "\nExample:\n  statesetd tx sign unsigned.json --from alice > signed.json")
    .action((file: string, _flags: unknown, self: Command) => sign(registry, [readDraft(registry, file)], self));
  const batch = tx
    .command("sign-batch <files...>")
    .description("sign the transactions in files, one in each line, each with the next sequence")
    .addHelpText("after", "\nExample:\n  statesetd tx sign-batch unsigned.jsonl --from alice > signed.jsonl")
    .action((files: readonly string[], _flags: unknown, self: Command) =>
      sign(
        registry,
        files.flatMap((file) => readDrafts(registry, file)),
        self,
      ),
    );
  for (const command of [one, batch]) {
    addSigningFlags(command);
    addDocumentFlags(command);
    command.option("--multisig <key>", "sign as a member of this key, for `tx multisign`");
  }
}

function addMultisign(tx: Command, registry: TypeRegistry): void {
  const command = tx
    .command("multisign <file> <name> <signatures...>")
    .alias("multi-sign")
    .description("put the signatures of a multisig key's members together")
    .option("-a, --account-number <n>", "number to use instead of the account's")
    .option("-s, --sequence <n>", "sequence to use instead of the account's")
    .option("--offline", "ask no node: needs --account-number, --sequence and --chain-id")
    .addHelpText("after", "\nExample:\n  statesetd tx multisign unsigned.json shop alice.json bob.json > signed.json")
    .action((file: string, name: string, signatures: readonly string[], _flags: unknown, self: Command) =>
      multisignFile(registry, file, name, signatures, self),
    );
  addDocumentFlags(command);
}

function addDocumentFlags(command: Command): void {
  command
    .option("--signature-only", "print the signatures only")
    .option("--output-document <file>", "write to a file instead of standard output");
}
