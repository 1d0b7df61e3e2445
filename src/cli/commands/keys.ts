// `statesetd keys`: the keys of a person, with the names and flags of the SDK's command line.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { LegacyAminoPubKey } from "../../../gen/cosmos/crypto/multisig/keys.ts";
import { Any } from "../../../gen/google/protobuf/any.ts";
import { decodeAddress } from "../../codec/address.ts";
import { compareBytes, fromBase64, fromHex } from "../../codec/bytes.ts";
import { jsonToMessage, messageToJson } from "../../codec/protoJson.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { MULTISIG_MEMBERS_MAX } from "../../crypto/pubKey.ts";
import { DEFAULT_HD_PATH, mnemonicFrom, privKeyFromMnemonic } from "../../devnet/mnemonic.ts";
import { parseJson } from "../autocli/fields.ts";
import { CliError, orCliError } from "../cliError.ts";
import { type KeyInfo, Keyring } from "../keys/keyring.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { askPassphrase, askSecret } from "../passphrase.ts";

/** The keyring that the global options name. */
export function keyringOf(command: Command): Keyring {
  const { home, keyringBackend } = globalOptions(command);
  return new Keyring(home, keyringBackend, askPassphrase);
}

/** The JSON of a key's public key, as the SDK shows it and `--pubkey` takes it. */
function pubKeyText(registry: TypeRegistry, { pubKey }: KeyInfo): string {
  const any = Any.encode({ typeUrl: pubKey.typeUrl, value: fromBase64(pubKey.value) }).finish();
  return JSON.stringify(messageToJson(registry, Any.$type, any));
}

function keyJson(registry: TypeRegistry, key: KeyInfo): { [key: string]: Json } {
  return { name: key.name, type: key.type, address: key.address, pubkey: pubKeyText(registry, key) };
}

interface AddFlags {
  readonly recover?: boolean;
  readonly account?: string;
  readonly index?: string;
  readonly hdPath?: string;
  readonly pubkey?: string;
  readonly multisig?: string;
  readonly multisigThreshold?: string;
  readonly nosort?: boolean;
}

function hdPathOf(flags: AddFlags): string {
  if (flags.hdPath !== undefined) return flags.hdPath;
  const numbers = [flags.account ?? "0", flags.index ?? "0"];
  if (numbers.some((text) => !/^[0-9]{1,9}$/.test(text))) {
    throw new CliError("usage", "--account, --index: expected numbers");
  }
  return `m/44'/118'/${numbers[0]}'/0/${numbers[1]}`;
}

/** The key of several keys. As in the SDK, the order in which they are named counts with `--nosort` only. */
function multisigPubKey(keys: Keyring, members: string, flags: AddFlags): { typeUrl: string; value: Uint8Array } {
  const infos = members.split(",").map((member) => keys.require(member));
  if (infos.length > MULTISIG_MEMBERS_MAX) {
    throw new CliError("usage", `--multisig: at most ${MULTISIG_MEMBERS_MAX} keys, got ${infos.length}`);
  }
  const threshold = Number(flags.multisigThreshold ?? "1");
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > infos.length) {
    throw new CliError("usage", `--multisig-threshold: expected 1 to ${infos.length}`);
  }
  const addressOf = ({ address }: KeyInfo) => decodeAddress(address);
  if (flags.nosort !== true) infos.sort((a, b) => compareBytes(addressOf(a), addressOf(b)));
  const publicKeys = infos.map(({ pubKey }) => ({ typeUrl: pubKey.typeUrl, value: fromBase64(pubKey.value) }));
  const value = LegacyAminoPubKey.encode({ threshold, publicKeys }).finish();
  return { typeUrl: `/${LegacyAminoPubKey.$type}`, value };
}

function parsePubKey(registry: TypeRegistry, text: string): Any {
  const json = parseJson("--pubkey", text);
  return orCliError("usage", () => Any.decode(jsonToMessage(registry, Any.$type, json)), "--pubkey");
}

async function addKey(registry: TypeRegistry, name: string, flags: AddFlags, self: Command): Promise<void> {
  const keys = keyringOf(self);
  const options = globalOptions(self);
  const { multisig, pubkey } = flags;
  if (multisig !== undefined || pubkey !== undefined) {
    const key = multisig === undefined ? parsePubKey(registry, pubkey ?? "") : multisigPubKey(keys, multisig, flags);
    print(
      options,
      keyJson(
        registry,
        orCliError("usage", () => keys.addPublic(name, key)),
      ),
    );
    return;
  }
  const isNew = flags.recover !== true;
  const mnemonic = isNew ? mnemonicFrom(randomBytes(32)) : await askSecret("Mnemonic: ");
  const added = await keys.add(name, await privKeyOf(mnemonic, hdPathOf(flags)));
  print(options, { ...keyJson(registry, added), ...(isNew ? { mnemonic } : {}) });
  if (isNew) console.error("Write the mnemonic down: it is the only way back to the key.");
}

async function privKeyOf(mnemonic: string, path: string): Promise<Uint8Array> {
  try {
    return await privKeyFromMnemonic(mnemonic, path);
  } catch (cause) {
    // The words themselves are a secret: what is wrong with them is not shown.
    throw new CliError("usage", "the words are no mnemonic, or the path is none", { cause });
  }
}

interface ShowFlags {
  readonly address?: boolean;
  readonly pubkey?: boolean;
}

function showKey(registry: TypeRegistry, name: string, flags: ShowFlags, self: Command): void {
  const key = keyringOf(self).require(name);
  if (flags.address === true) console.log(key.address);
  else if (flags.pubkey === true) console.log(pubKeyText(registry, key));
  else print(globalOptions(self), keyJson(registry, key));
}

interface ExportFlags {
  readonly unarmoredHex?: boolean;
  readonly unsafe?: boolean;
}

async function exportKey(name: string, flags: ExportFlags, self: Command): Promise<void> {
  const ring = keyringOf(self);
  if (flags.unarmoredHex !== true) {
    // Whether the key can be opened comes first: nobody types a passphrase in vain.
    await ring.privKey(name);
    console.log(await ring.export(name, await askSecret("Passphrase for the exported key: ")));
    return;
  }
  if (flags.unsafe !== true) throw new CliError("usage", "--unarmored-hex shows the key to everybody: add --unsafe");
  console.log(Buffer.from(await ring.privKey(name)).toString("hex"));
}

async function importArmored(registry: TypeRegistry, name: string, file: string, self: Command): Promise<void> {
  const armor = orCliError("failed", () => readFileSync(file, "utf8"));
  const added = await keyringOf(self).import(name, armor, await askSecret("Passphrase of the exported key: "));
  print(globalOptions(self), keyJson(registry, added));
}

async function importHex(registry: TypeRegistry, name: string, hex: string | undefined, self: Command): Promise<void> {
  const text = (hex ?? (await askSecret("Private key in hex: "))).trim().toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new CliError("usage", "expected a private key of 64 hex digits");
  const privKey = fromHex(text);
  const ring = keyringOf(self);
  const added = await ring.add(name, privKey);
  print(globalOptions(self), keyJson(registry, added));
}

/** Adds `keys` and what is below it. */
export function addKeys(program: Command, registry: TypeRegistry): void {
  const keys = program.command("keys").description("the keys in --keyring-backend");
  keys
    .command("add <name>")
    .description("make a key, or recover one from its mnemonic, or keep a public key")
    .option("--recover", "ask for the mnemonic")
    .option("--account <n>", `account in the path ${DEFAULT_HD_PATH}`)
    .option("--index <n>", "address index in the path")
    .option("--hd-path <path>", "the whole path")
    .option("--pubkey <json>", "keep this public key, which somebody else signs with: what keys show --pubkey prints")
    .option("--multisig <names>", "make a key of these keys, separated by commas")
    .option("--multisig-threshold <n>", "how many of them must sign", "1")
    .option("--nosort", "keep the keys of --multisig in the order given, which is part of the address")
    .addHelpText(
      "after",
      "\nExamples:\n  statesetd keys add alice --keyring-backend test\n" +
        "  statesetd keys add shop --multisig alice,bob,carol --multisig-threshold 2",
    )
    .action((name: string, flags: AddFlags, self: Command) => addKey(registry, name, flags, self));
  keys
    .command("list")
    .description("all keys")
    .option("-n, --list-names", "the names only")
    .addHelpText("after", "\nExample:\n  statesetd keys list --output json")
    .action((flags: { listNames?: boolean }, self: Command) => {
      const all = keyringOf(self).list();
      const shown = flags.listNames === true ? all.map(({ name }) => name) : all.map((key) => keyJson(registry, key));
      print(globalOptions(self), shown);
    });
  keys
    .command("show <name>")
    .description("one key, by name or address")
    .option("-a, --address", "the address only")
    .option("-p, --pubkey", "the public key only")
    .addHelpText("after", "\nExample:\n  statesetd keys show alice --address")
    .action((name: string, flags: ShowFlags, self: Command) => showKey(registry, name, flags, self));
  keys
    .command("delete <name>")
    .description("remove a key for ever")
    .requiredOption("-y, --yes", "yes, for ever")
    .addHelpText("after", "\nExample:\n  statesetd keys delete alice --yes")
    .action((name: string, _flags: unknown, self: Command) => {
      keyringOf(self).delete(name);
      print(globalOptions(self), { deleted: name });
    });
  keys
    .command("export <name>")
    .description("a key sealed with a passphrase of its own, as the SDK's armored text")
    .option("--unarmored-hex", "the bare private key; with --unsafe")
    .option("--unsafe", "I know what that means")
    .addHelpText("after", "\nExample:\n  statesetd keys export alice > alice.key")
    .action(exportKey);
  keys
    .command("import <name> <keyfile>")
    .description("a key that `keys export` wrote to a file, here or on any chain of the SDK")
    .addHelpText("after", "\nExample:\n  statesetd keys import bob alice.key")
    .action((name: string, file: string, _flags: unknown, self: Command) => importArmored(registry, name, file, self));
  keys
    .command("import-hex <name> [hex]")
    .description("a bare private key; asked for when it is left out")
    .addHelpText("after", "\nExample:\n  statesetd keys import-hex bob")
    .action((name: string, hex: string | undefined, _flags: unknown, self: Command) =>
      importHex(registry, name, hex, self),
    );
}
