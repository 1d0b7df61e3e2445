// Where a configuration says that keys lie, and how they are fetched from there. An error names the place, never a part of
// a key.

import { readFileSync } from "node:fs";
import { fromHex } from "../codec/bytes.ts";
import { type SealedKey, SealedKeyError, unseal } from "../crypto/sealedKey.ts";
import { AttesterKeyError } from "./keyRing.ts";

/** `env:NAME` is a variable of 64 hex digits; `file:PATH` a key file, as the command line's keyring has them. */
export interface KeyPlace {
  readonly kind: "env" | "file";
  readonly name: string;
}

/** How a key file may be opened. */
export interface KeyAccess {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asked once, when a file is sealed. */
  readonly askPassphrase: () => Promise<string>;
}

const PLACE = /^(env|file):(.{1,1024})$/s;
const PRIVATE_KEY = /^(?:0x)?([0-9a-f]{64})$/i;

/** A place from its text; undefined when it is none. */
export function parseKeyPlace(text: string): KeyPlace | undefined {
  const [, kind, name = ""] = PLACE.exec(text) ?? [];
  if (kind !== "env" && kind !== "file") return undefined;
  return { kind, name };
}

/** Fetches keys. */
export class KeyOpener {
  readonly #access: KeyAccess;
  #passphrase: Promise<string> | undefined;

  constructor(access: KeyAccess) {
    this.#access = access;
  }

  /** The key at a place, 32 bytes. Rejects with AttesterKeyError. */
  async open({ kind, name }: KeyPlace): Promise<Uint8Array> {
    return kind === "env" ? this.#fromEnv(name) : this.#fromFile(name);
  }

  #fromEnv(name: string): Uint8Array {
    const text = this.#access.env[name];
    if (text === undefined) throw new AttesterKeyError(`the environment variable ${name} is not set`);
    return keyOfHex(text.trim(), name);
  }

  async #fromFile(path: string): Promise<Uint8Array> {
    const file = readKeyFile(path);
    if (file.plain !== undefined) return keyOfHex(file.plain, path);
    if (file.sealed === undefined) throw new AttesterKeyError(`${path}: holds no key that can sign`);
    this.#passphrase ??= this.#access.askPassphrase();
    try {
      return unseal(file.sealed, await this.#passphrase);
    } catch (error) {
      if (error instanceof SealedKeyError) throw new AttesterKeyError(`${path}: ${error.message}`);
      throw error;
    }
  }
}

function keyOfHex(text: string, place: string): Uint8Array {
  const digits = PRIVATE_KEY.exec(text)?.[1];
  if (digits === undefined) throw new AttesterKeyError(`${place}: expected a private key of 64 hex digits`);
  return fromHex(digits);
}

/** A key file of the command line's keyring: sealed, or plain for devnets. */
function readKeyFile(path: string): { readonly sealed?: SealedKey; readonly plain?: string } {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "it is no JSON";
    throw new AttesterKeyError(`${path}: cannot be read as a key file: ${reason}`);
  }
  if (typeof json !== "object" || json === null) throw new AttesterKeyError(`${path}: is no key file`);
  const { sealed, plain } = json as { sealed?: SealedKey; plain?: unknown };
  // `unseal` judges what is in it.
  if (typeof sealed === "object" && sealed !== null) return { sealed };
  return typeof plain === "string" ? { plain } : {};
}
