// A private key as text that can be sent: the Cosmos SDK's armored keys (cosmos-sdk v0.53 crypto/armor.go), sealed with
// a passphrase by Argon2id and ChaCha20-Poly1305, so that keys go from and to any of its chains' command lines.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { argon2id } from "@noble/hashes/argon2.js";
import { checkPassphrase } from "../../crypto/sealedKey.ts";
import { CliError, orCliError } from "../cliError.ts";
import { decodeArmor, encodeArmor } from "./armor.ts";

const TYPE = "TENDERMINT PRIVATE KEY";
const KIND = "secp256k1";
/** What the SDK has fixed: 64 MiB, one pass, four lanes. */
const ARGON2 = Object.freeze({ t: 1, m: 64 * 1024, p: 4, dkLen: 32 });
const SALT_BYTES = 16;
/** A key is sealed once, under a salt of its own, so that the nonce may be zero. */
const NONCE = new Uint8Array(12);
const TAG_BYTES = 16;
const CIPHER = "chacha20-poly1305";
/** Amino's name of a secp256k1 private key and the length of what follows (crypto/keys/secp256k1 PrivKeyName). */
const AMINO_PREFIX = Uint8Array.of(0xe1, 0xb0, 0xf7, 0x9b, 32);
const PRIV_KEY_BYTES = 32;

function sealingKey(passphrase: string, salt: Uint8Array): Uint8Array {
  return argon2id(new TextEncoder().encode(passphrase), salt, ARGON2);
}

/** A private key (32 bytes) as text. Throws SealedKeyError on a passphrase that is too short. PERF: a second, of Argon2. */
export function armorKey(privKey: Uint8Array, passphrase: string): string {
  checkPassphrase(passphrase);
  const salt = randomBytes(SALT_BYTES);
  const options = { authTagLength: TAG_BYTES };
  const cipher = createCipheriv(CIPHER, sealingKey(passphrase, salt), NONCE, options);
  const sealed = [cipher.update(Buffer.concat([AMINO_PREFIX, privKey])), cipher.final(), cipher.getAuthTag()];
  const headers = new Map([
    ["kdf", "argon2"],
    ["salt", salt.toString("hex").toUpperCase()],
    ["type", KIND],
  ]);
  return encodeArmor({ type: TYPE, headers, data: Buffer.concat(sealed) });
}

/** The private key (32 bytes) in a text. Throws CliError: `usage` on what is no such text, `failed` on the passphrase. */
export function unarmorKey(text: string, passphrase: string): Uint8Array {
  const { salt, sealed } = readArmor(text);
  const decipher = createDecipheriv(CIPHER, sealingKey(passphrase, salt), NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  let opened: Buffer;
  try {
    opened = Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new CliError("failed", "wrong passphrase, or the key was tampered with", { cause });
  }
  const prefix = opened.subarray(0, AMINO_PREFIX.length);
  if (Buffer.compare(prefix, AMINO_PREFIX) !== 0 || opened.length !== AMINO_PREFIX.length + PRIV_KEY_BYTES) {
    throw new CliError("usage", "the armored key is not a secp256k1 key");
  }
  return new Uint8Array(opened.subarray(AMINO_PREFIX.length));
}

function readArmor(text: string): { salt: Uint8Array; sealed: Uint8Array } {
  const { type, headers, data } = orCliError("usage", () => decodeArmor(text));
  if (type !== TYPE) throw new CliError("usage", `expected an armored ${TYPE}, got ${type.slice(0, 40)}`);
  const [kdf, kind, salt] = [headers.get("kdf"), headers.get("type") ?? KIND, headers.get("salt") ?? ""];
  // Keys of SDK 0.46 and before; they can be exported again by a later one.
  if (kdf !== "argon2") throw new CliError("usage", `armored keys of kdf ${kdf ?? "none"} are not read, argon2 is`);
  if (kind !== KIND) throw new CliError("usage", `armored keys of type ${kind} are not supported, ${KIND} is`);
  if (!/^(?:[0-9a-fA-F]{2}){8,64}$/.test(salt)) throw new CliError("usage", "the salt of the armored key is malformed");
  if (data.length < TAG_BYTES) throw new CliError("usage", "the armored key is too short");
  return { salt: Buffer.from(salt, "hex"), sealed: data };
}
