// The keys of a person: one file each, `<home>/keyring-<backend>/<name>.json`. The `file` backend seals them with a
// passphrase; the `test` backend does not, and is for devnets only.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { decodeAddress, encodeAddress } from "../../codec/address.ts";
import { fromBase64, fromHex, toBase64 } from "../../codec/bytes.ts";
import { addressOfPubKey, addressOfSecp256k1 } from "../../crypto/address.ts";
import { decodePubKey } from "../../crypto/pubKey.ts";
import { SEAL_ENTROPY_BYTES, type SealedKey, SealedKeyError, seal, unseal } from "../../crypto/sealedKey.ts";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { writeJson } from "../../devnet/nodeConfig.ts";
import { CliError, orCliError } from "../cliError.ts";
import { armorKey, unarmorKey } from "./armoredKey.ts";

/** Where keys lie and how. */
export type KeyringBackend = "file" | "test";

/** What everybody may know of a key. */
export interface KeyInfo {
  readonly name: string;
  /** Ours; of several people; of somebody else, whose public key is all we have. */
  readonly type: "local" | "multi" | "offline";
  readonly address: string;
  /** Type URL and value (base64) of the public key's Any. */
  readonly pubKey: { readonly typeUrl: string; readonly value: string };
}

interface KeyFile extends KeyInfo {
  readonly version: 1;
  /** A local key of the `file` backend. */
  readonly sealed?: SealedKey;
  /** A local key of the `test` backend, hex. */
  readonly plain?: string;
}

/** Asks a person for the passphrase. `isNew` asks twice. */
export type AskPassphrase = (isNew: boolean) => Promise<string>;

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/;
const SECP256K1_TYPE_URL = "/cosmos.crypto.secp256k1.PubKey";

/** The keys of one backend in one home. */
export class Keyring {
  readonly #folder: string;
  readonly #backend: KeyringBackend;
  readonly #ask: AskPassphrase;
  #passphrase: string | undefined;

  constructor(home: string, backend: string, ask: AskPassphrase) {
    if (backend !== "file" && backend !== "test") {
      throw new CliError("usage", `--keyring-backend: expected file or test, got ${backend}`);
    }
    this.#folder = join(home, `keyring-${backend}`);
    this.#backend = backend;
    this.#ask = ask;
  }

  /** All keys, sorted by name. */
  list(): readonly KeyInfo[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith(".json"))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((file) => infoOf(this.#read(file.slice(0, -".json".length))));
  }

  /** A key by name or address; undefined when there is none. */
  find(nameOrAddress: string): KeyInfo | undefined {
    return this.list().find((key) => key.name === nameOrAddress || key.address === nameOrAddress);
  }

  /** A key by name or address. Throws CliError when there is none. */
  require(nameOrAddress: string): KeyInfo {
    const found = this.find(nameOrAddress);
    if (found === undefined)
      throw new CliError("failed", `${nameOrAddress}: no such key in the ${this.#backend} keyring`);
    return found;
  }

  /** Adds a private key (32 bytes). Throws CliError when the name is taken or not a name. */
  async add(name: string, privKey: Uint8Array): Promise<KeyInfo> {
    this.#requireFree(name);
    const pubKey = publicKeyOf(privKey);
    const info: KeyInfo = {
      name,
      type: "local",
      address: encodeAddress(addressOfSecp256k1(pubKey)),
      pubKey: { typeUrl: SECP256K1_TYPE_URL, value: toBase64(Uint8Array.from([10, pubKey.length, ...pubKey])) },
    };
    const secret =
      this.#backend === "test"
        ? { plain: Buffer.from(privKey).toString("hex") }
        : { sealed: sealed(privKey, await this.#passphraseFor(true)) };
    this.#write({ version: 1, ...info, ...secret });
    return info;
  }

  /** Adds a public key: its address, and no secret. Throws CliError as `add`, and PubKeyError. */
  addPublic(name: string, pubKey: { readonly typeUrl: string; readonly value: Uint8Array }): KeyInfo {
    this.#requireFree(name);
    const decoded = decodePubKey(pubKey);
    const info: KeyInfo = {
      name,
      type: decoded.kind === "multisig" ? "multi" : "offline",
      address: encodeAddress(addressOfPubKey(decoded)),
      pubKey: { typeUrl: pubKey.typeUrl, value: toBase64(pubKey.value) },
    };
    this.#write({ version: 1, ...info });
    return info;
  }

  /** The private key (32 bytes) of a key. Throws CliError on a wrong passphrase, or when there is no secret. */
  async privKey(nameOrAddress: string): Promise<Uint8Array> {
    const { name, type } = this.require(nameOrAddress);
    const file = this.#read(name);
    if (file.plain !== undefined) return fromHex(file.plain);
    if (type === "multi") throw new CliError("failed", `${name} is a multisig key: its members sign`);
    if (file.sealed === undefined) throw new CliError("failed", `${name} is a public key: its owner signs`);
    return opened(file.sealed, await this.#passphraseFor(false));
  }

  /** Removes a key. */
  delete(nameOrAddress: string): void {
    rmSync(this.#fileOf(this.require(nameOrAddress).name));
  }

  /** A private key sealed with a passphrase of its own, as the SDK's armored text. */
  async export(nameOrAddress: string, passphrase: string): Promise<string> {
    const privKey = await this.privKey(nameOrAddress);
    return toldToPerson(() => armorKey(privKey, passphrase));
  }

  /** Adds a key from what `export`, or an SDK's command line, gave. */
  async import(name: string, armor: string, passphrase: string): Promise<KeyInfo> {
    this.#requireFree(name);
    return this.add(name, unarmorKey(armor, passphrase));
  }

  /** The passphrase of the keyring. For a new key it is held against a key that is there: all have the same. */
  async #passphraseFor(isNew: boolean): Promise<string> {
    if (this.#passphrase !== undefined) return this.#passphrase;
    const known = isNew ? this.#sealedKey() : undefined;
    const passphrase = await this.#ask(isNew && known === undefined);
    if (known !== undefined) opened(known, passphrase);
    this.#passphrase = passphrase;
    return passphrase;
  }

  #sealedKey(): SealedKey | undefined {
    for (const { name } of this.list()) {
      const { sealed } = this.#read(name);
      if (sealed !== undefined) return sealed;
    }
    return undefined;
  }

  #fileOf(name: string): string {
    if (!NAME.test(name)) {
      throw new CliError("usage", `${JSON.stringify(name)} is not a key name: letters, digits, _ . - and at most 64`);
    }
    return join(this.#folder, `${name}.json`);
  }

  #requireFree(name: string): void {
    if (existsSync(this.#fileOf(name))) throw new CliError("failed", `${name}: there is a key of that name`);
  }

  #read(name: string): KeyFile {
    const file = this.#fileOf(name);
    return orCliError("failed", () => checkKeyFile(JSON.parse(readFileSync(file, "utf8"))), file);
  }

  #write(file: KeyFile): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeJson(this.#fileOf(file.name), file, 0o600);
  }
}

function sealed(privKey: Uint8Array, passphrase: string): SealedKey {
  return toldToPerson(() => seal(privKey, passphrase, randomBytes(SEAL_ENTROPY_BYTES)));
}

function opened(key: SealedKey, passphrase: string): Uint8Array {
  return toldToPerson(() => unseal(key, passphrase));
}

/** The errors of sealing, as those of the command line. */
function toldToPerson<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof SealedKeyError)) throw cause;
    throw new CliError(cause.code === "short_passphrase" ? "usage" : "failed", cause.message, { cause });
  }
}

function infoOf({ name, type, address, pubKey }: KeyFile): KeyInfo {
  return { name, type, address, pubKey };
}

/** A key file whose address belongs to its public key. Throws an Error. */
function checkKeyFile(json: unknown): KeyFile {
  const file = json as KeyFile;
  if (typeof json !== "object" || json === null || file.version !== 1) throw new Error("not a key of version 1");
  if (typeof file.name !== "string" || typeof file.address !== "string")
    throw new Error("a name or an address is missing");
  const pubKey = decodePubKey({ typeUrl: file.pubKey.typeUrl, value: fromBase64(file.pubKey.value) });
  if (Buffer.compare(addressOfPubKey(pubKey), decodeAddress(file.address)) !== 0) {
    throw new Error("the address does not belong to the public key");
  }
  return file;
}
