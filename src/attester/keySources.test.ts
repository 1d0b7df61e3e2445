// Cases: keys from the environment and from key files, plain and sealed, as the command line's keyring writes them; every
// error, none of which shows a part of a key.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Keyring } from "../cli/keys/keyring.ts";
import { toHex } from "../codec/bytes.ts";
import { AttesterKeyError, deriveKeys } from "./keyRing.ts";
import { KeyOpener, parseKeyPlace } from "./keySources.ts";

const KEY = deriveKeys("a key", { version: 2, count: 1, threshold: 1 }).privKeys[0]!;
const HEX = toHex(KEY);
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "key-sources-"));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function open(place: string, access: { env?: Record<string, string>; passphrase?: string } = {}): Promise<Uint8Array> {
  const parsed = parseKeyPlace(place);
  if (parsed === undefined) throw new Error(`${place} is no place`);
  const opener = new KeyOpener({ env: access.env ?? {}, askPassphrase: async () => access.passphrase ?? "" });
  return opener.open(parsed);
}

function fileWith(content: string): string {
  const file = join(home, "key.json");
  writeFileSync(file, content);
  return `file:${file}`;
}

describe("places", () => {
  test.each(["", "env:", "file:", HEX, `0x${HEX}`, "keyring:a", "ENV:A"])("error: %j is none", (text) => {
    expect(parseKeyPlace(text)).toBeUndefined();
  });
});

describe("environment", () => {
  test.each([HEX, `0x${HEX.toUpperCase()}`, ` ${HEX}\n`])("default: %#", async (text) => {
    expect(await open("env:KEY", { env: { KEY: text } })).toEqual(KEY);
  });

  test.each([
    [{}, "the environment variable KEY is not set"],
    [{ KEY: HEX.slice(1) }, "KEY: expected a private key of 64 hex digits"],
    [{ KEY: `${HEX}00` }, "KEY: expected a private key of 64 hex digits"],
  ])("error: %#", async (env, text) => {
    await expect(open("env:KEY", { env: env as Record<string, string> })).rejects.toThrow(new AttesterKeyError(text));
  });
});

describe("key files", () => {
  test("default: files of the keyring, plain and sealed; the passphrase is asked for once", async () => {
    for (const backend of ["test", "file"]) {
      await new Keyring(home, backend, async () => "correct horse").add("attester", KEY);
    }
    expect(await open(`file:${home}/keyring-test/attester.json`)).toEqual(KEY);
    let asked = 0;
    const askPassphrase = async () => {
      asked += 1;
      return "correct horse";
    };
    const opener = new KeyOpener({ env: {}, askPassphrase });
    const place = { kind: "file" as const, name: `${home}/keyring-file/attester.json` };
    expect(new Uint8Array(await opener.open(place))).toEqual(KEY);
    await opener.open(place);
    expect(asked).toBe(1);
    const wrong = open(`file:${place.name}`, { passphrase: "battery staple" });
    await expect(wrong).rejects.toThrow(`${place.name}: wrong passphrase, or the key was tampered with`);
  });

  test.each([
    ["no such file", () => `file:${home}/nothing.json`, "cannot be read as a key file: ENOENT"],
    ["no JSON", () => fileWith(`{"plain":"${HEX}"`), "cannot be read as a key file: it is no JSON"],
    ["null", () => fileWith("null"), "is no key file"],
    ["no key", () => fileWith("{}"), "holds no key that can sign"],
    ["a short key", () => fileWith(`{"plain":"${HEX.slice(2)}"}`), "expected a private key of 64 hex digits"],
    ["a seal that is none", () => fileWith('{"sealed":{"kdf":"none"}}'), "the sealed key is malformed"],
    [
      "a seal that costs too much",
      () => fileWith('{"sealed":{"kdf":"scrypt","n":1073741824}}'),
      "the sealed key is malformed",
    ],
  ])("error: %s", async (_name, place, text) => {
    const error: unknown = await open(place(), { passphrase: "correct horse" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AttesterKeyError);
    expect((error as Error).message).toContain(text);
    expect((error as Error).message).not.toContain(HEX.slice(4, 12));
  });
});
