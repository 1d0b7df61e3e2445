// `statesetd cctp`: looks into messages of Circle's Cross-Chain Transfer Protocol and at who attested them. Asks no node.

import type { Command } from "commander";
import { type AttestationRefusal, type AttestationRule, verifyAttestation } from "../../cctp/attestation.ts";
import { messageHash } from "../../cctp/messageHash.ts";
import { messageToJson } from "../../cctp/messageJson.ts";
import { fromHex, toHex } from "../../codec/bytes.ts";
import { parseUint } from "../../codec/integer.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions, print } from "../output.ts";

const ADDRESS_LENGTH = 20;
const PUBLIC_KEY_LENGTH = 65;

/** Bytes of hex, with `0x` or without. */
function hexArgument(name: string, text: string): Uint8Array {
  return orCliError("usage", () => fromHex(text.startsWith("0x") ? text.slice(2) : text), name);
}

function attesterOption(text: string): Uint8Array {
  const bytes = hexArgument("--attester", text);
  if (bytes.length === ADDRESS_LENGTH || bytes.length === PUBLIC_KEY_LENGTH) return bytes;
  throw new CliError("usage", `--attester: expected 20 bytes (address) or 65 (public key), got ${bytes.length}`);
}

function thresholdOption(text: string): number {
  try {
    return Number(parseUint(text, 32));
  } catch (cause) {
    throw new CliError("usage", `--threshold: expected a number of signatures, got ${text}`, { cause });
  }
}

function hex(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}

/** Why an attestation is not believed, for a person. Signatures are counted from one. */
function refusalText(refusal: AttestationRefusal): string {
  switch (refusal.code) {
    case "length":
      return `the attestation has ${refusal.actualBytes} bytes, the threshold asks for ${refusal.expectedBytes}`;
    case "zeroThreshold":
      return "a threshold of zero proves nothing";
    case "highS":
      return `signature ${refusal.index + 1} has its s in the upper half of the order`;
    case "recoveryId":
      return `signature ${refusal.index + 1} has v ${refusal.v}, which is neither 27 nor 28`;
    case "unrecoverable":
      return `signature ${refusal.index + 1} was made by no key`;
    case "order":
      return `signature ${refusal.index + 1} is of ${hex(refusal.address)}, which is not above the signer before it`;
    case "notAttester":
      return `signature ${refusal.index + 1} is of ${hex(refusal.address)}, which is no attester`;
  }
}

interface VerifyFlags {
  readonly attester: readonly string[];
  readonly threshold: string;
  readonly noble?: boolean;
}

function decode(text: string, _flags: unknown, self: Command): void {
  const bytes = hexArgument("message", text);
  const json = orCliError("failed", () => messageToJson(bytes));
  console.log(JSON.stringify(json, undefined, globalOptions(self).output === "json" ? 0 : 2));
}

function verify(messageText: string, attestationText: string, flags: VerifyFlags, self: Command): void {
  const message = hexArgument("message", messageText);
  const attestation = hexArgument("attestation", attestationText);
  const rule: AttestationRule = {
    attesters: flags.attester.map(attesterOption),
    threshold: thresholdOption(flags.threshold),
    strictEvm: flags.noble !== true,
  };
  const verdict = verifyAttestation(message, attestation, rule);
  if (!verdict.ok) throw new CliError("failed", refusalText(verdict.refusal));
  print(globalOptions(self), {
    messageHash: hex(messageHash(message)),
    signers: verdict.signers.map(({ address, publicKey }) => ({ address: hex(address), publicKey: hex(publicKey) })),
  });
}

/** Adds `cctp decode` and `cctp verify`. */
export function addCctp(program: Command): void {
  const cctp = program.command("cctp").description("look into CCTP messages and attestations, without a node");
  cctp
    .command("decode <message>")
    .description("a V1 or V2 message, in hex, as JSON")
    .addHelpText("after", "\nExample:\n  statesetd cctp decode 0x00000000000000000000000300...")
    .action(decode);
  cctp
    .command("verify <message> <attestation>")
    .description("who signed a message, or why the attestation does not hold")
    .requiredOption("--attester <address...>", "an attester's address, or its public key of 65 bytes, in hex")
    .requiredOption("--threshold <number>", "how many attesters must have signed")
    .option("--noble", "Noble's rule: high s and v of 0 to 3 count too, attesters are given as public keys")
    .addHelpText(
      "after",
      "\nExample:\n  statesetd cctp verify --attester 0xb0ea8e... 0xe2fefe... --threshold 2 0x00000000... 0x9ca6e5...",
    )
    .action(verify);
}
