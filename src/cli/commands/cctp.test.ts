// `statesetd cctp` as a person runs it, without a node: decoding both versions, verifying, exit codes and texts.

import { CommanderError } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytesOf, readVectors, textOf, type VectorAttester } from "../../cctp/testing/vectors.ts";
import { CliError } from "../cliError.ts";
import { createProgram } from "../program.ts";

interface Transfer {
  readonly id: string;
  readonly message: string;
  readonly messageHash: string;
  readonly decoded: unknown;
  readonly attestations: { readonly twoOfThree: readonly { signers: readonly string[]; attestation: string }[] };
}

const v1 = readVectors<{ attesters: readonly VectorAttester[]; vectors: readonly Transfer[] }>("v1-transfers");
const v2 = readVectors<{ vectors: readonly Transfer[] }>("v2-cosmos-origin");
const transfer = v1.vectors[0]!;
const signed = transfer.attestations.twoOfThree[0]!;
const attesters = v1.attesters.slice(0, 3);

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a command line prints. */
async function run(...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
  await createProgram().parseAsync(["node", "statesetd", ...args]);
  return lines.join("\n");
}

const verifyArgs = (message: string, attestation: string, ...more: readonly string[]) => [
  "cctp",
  "verify",
  "--attester",
  ...attesters.map(({ address }) => address),
  "--threshold",
  "2",
  ...more,
  message,
  attestation,
];

describe("decode", () => {
  test.each([transfer, v2.vectors[0]!])("default: $id", async ({ message, decoded }) => {
    expect(JSON.parse(await run("cctp", "decode", message))).toEqual(decoded);
    expect(JSON.parse(await run("cctp", "decode", message.slice(2)))).toEqual(decoded);
  });

  test("behavior: one line with --output json", async () => {
    expect(await run("--output", "json", "cctp", "decode", transfer.message)).not.toContain("\n");
  });

  test.each([
    ["no hex", "0xzz", "usage", /^message: invalid hex/],
    ["too short", "0x00000000", "failed", "message: expected at least 116 bytes, got 4"],
    ["neither version", "0x00000007", "failed", "message: unknown version 7"],
  ])("error: %s", async (_name, text, code, message) => {
    const failure = await run("cctp", "decode", text).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CliError);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe("verify", () => {
  test("default: names the signers", async () => {
    const shown = JSON.parse(await run("-o", "json", ...verifyArgs(transfer.message, signed.attestation)));
    expect(shown.messageHash).toBe(transfer.messageHash);
    expect(shown.signers.map(({ address }: { address: string }) => address)).toEqual(signed.signers);
  });

  test("behavior: --noble takes public keys, and v of 0 or 1", async () => {
    const bytes = bytesOf(signed.attestation);
    bytes[64]! -= 27;
    const keys = attesters.map(({ uncompressedPublicKey }) => uncompressedPublicKey);
    const args = ["cctp", "verify", "--attester", ...keys, "--threshold", "2"];
    await run(...args, "--noble", transfer.message, textOf(bytes));
    await expect(run(...args, transfer.message, textOf(bytes))).rejects.toThrow("neither 27 nor 28");
  });

  test.each([
    ["too few", signed.attestation.slice(0, 132), "has 65 bytes, the threshold asks for 130"],
    ["the same twice", signed.attestation.slice(0, 132) + signed.attestation.slice(2, 132), "not above the signer"],
    ["nobody's", `0x${"11".repeat(32)}${"11".repeat(32)}1b${signed.attestation.slice(132)}`, "signature 1"],
  ])("error: %s", async (_name, attestation, text) => {
    const failure = await run(...verifyArgs(transfer.message, attestation)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "failed", message: expect.stringContaining(text) });
  });

  test("error: what is not understood", async () => {
    await expect(run("cctp", "verify", "--attester", "0x00", "--threshold", "1", "0x", "0x")).rejects.toMatchObject({
      code: "usage",
      message: "--attester: expected 20 bytes (address) or 65 (public key), got 1",
    });
    const args = ["cctp", "verify", "--attester", attesters[0]!.address, "--threshold", "1.5", "0x", "0x"];
    await expect(run(...args)).rejects.toMatchObject({ code: "usage" });
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await expect(run("cctp", "verify", "0x", "0x")).rejects.toBeInstanceOf(CommanderError);
  });
});
