// Cases: keys that the SDK armored; ours and back; armor with other line ends and text around; each thing that can be wrong.

import { describe, expect, test } from "vitest";
import vectors from "../../../test/vectors/sdk/signing.json" with { type: "json" };
import { CliError } from "../cliError.ts";
import { decodeArmor, encodeArmor } from "./armor.ts";
import { armorKey, unarmorKey } from "./armoredKey.ts";

const [, sample] = vectors.keys;
const armor = sample?.armor ?? "";
const passphrase = sample?.passphrase ?? "";
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("armored keys", () => {
  test.each(vectors.keys)("behavior: the SDK's armor under $passphrase is opened", (key) => {
    expect(hexOf(unarmorKey(key.armor, key.passphrase))).toBe(key.privKeyHex);
  });

  test("default: armored and opened again", () => {
    const key = new Uint8Array(32).map((_, index) => index);
    const text = armorKey(key, "battery staple");
    expect(text).toMatch(
      /^-----BEGIN TENDERMINT PRIVATE KEY-----\nkdf: argon2\nsalt: [0-9A-F]{32}\ntype: secp256k1\n\n/,
    );
    expect(unarmorKey(text, "battery staple")).toEqual(key);
    expect(armorKey(key, "battery staple")).not.toBe(text);
    expect(() => unarmorKey(text, "battery stable")).toThrow("wrong passphrase");
    expect(() => armorKey(key, "short")).toThrow("at least 8 characters");
  });

  test("behavior: line ends of Windows and text around do not matter", () => {
    expect(hexOf(unarmorKey(`here it is:\r\n${armor.replaceAll("\n", "\r\n")}\r\nbye`, passphrase))).toBe(
      sample?.privKeyHex,
    );
  });

  test.each([
    ["", "no armored text"],
    [armor.replace(/-----END.*/, ""), "does not end"],
    [
      armor.replaceAll("PRIVATE KEY", "PUBLIC KEY"),
      "expected an armored TENDERMINT PRIVATE KEY, got TENDERMINT PUBLIC KEY",
    ],
    [armor.replace("kdf: argon2", "kdf: bcrypt"), "kdf bcrypt are not read"],
    [armor.replace("kdf: argon2\n", ""), "kdf none are not read"],
    [armor.replace("type: secp256k1", "type: ed25519"), "type ed25519 are not supported"],
    [armor.replace(/salt: ..../, "salt: zz"), "salt of the armored key is malformed"],
    [armor.replace("kdf: argon2", "kdf argon2"), 'malformed header of the armored text: "kdf argon2"'],
    [armor.replace("\n\n", "\n"), "an empty line is missing"],
    [armor.replace(/\n=.*\n/, "\n=AAAA\n"), "checksum of the armored text is wrong"],
    [armor.replace("\n\n", "\n\n!"), "not base64"],
    [encodeArmor({ ...decodeArmor(armor), data: new Uint8Array(8) }), "too short"],
  ])("error: %#: %s", (text, message) => {
    expect(() => unarmorKey(text, passphrase)).toThrow(CliError);
    expect(() => unarmorKey(text, passphrase)).toThrow(message);
  });

  test("error: one changed byte", () => {
    const armored = decodeArmor(armor);
    const data = armored.data.with(3, (armored.data[3] ?? 0) ^ 1);
    expect(() => unarmorKey(encodeArmor({ ...armored, data }), passphrase)).toThrow("wrong passphrase, or the key was");
  });
});

describe("armor", () => {
  test.each([0, 1, 2, 3, 47, 48, 49, 200])("default: %i bytes come back", (size) => {
    const data = new Uint8Array(size).map((_, index) => index * 7);
    const armored = { type: "X", headers: new Map([["a", "b: c"]]), data };
    expect(decodeArmor(encodeArmor(armored))).toEqual(armored);
  });

  test("behavior: the checksum is that of RFC 4880", () => {
    expect(encodeArmor({ type: "X", headers: new Map(), data: Buffer.from("123456789") })).toContain("\n=Ic8C\n");
  });
});
