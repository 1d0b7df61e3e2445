// `statesetd keys`: the keys of a person.

import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { LegacyAminoPubKey } from "../../../gen/cosmos/crypto/multisig/keys.ts";
import { fromBase64, fromHex } from "../../codec/bytes.ts";
import { DEFAULT_HD_PATH, mnemonicFrom, privKeyFromMnemonic } from "../../devnet/mnemonic.ts";
import { CliError } from "../cliError.ts";
import { type KeyInfo, Keyring } from "../keys/keyring.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { askPassphrase, askSecret } from "../passphrase.ts";

/** The keyring that the global options name. */
export function keyringOf(command: Command): Keyring {
  const { home, keyringBackend } = globalOptions(command);
  return new Keyring(home, keyringBackend, askPassphrase);
}

function keyJson({ name, type, address, pubKey }: KeyInfo): { [key: string]: Json } {
  return { name, type, address, pubkey: { "@type": pubKey.typeUrl, value: pubKey.value } };
}

function hdPath(flags: { account?: string; index?: string }): string {
  const numbers = [flags.account ?? "0", flags.index ?? "0"];
  if (numbers.some((text) => !/^[0-9]{1,9}$/.test(text)))
    throw new CliError("usage", "--account, --index: expected numbers");
  return `m/44'/118'/${numbers[0]}'/0/${numbers[1]}`;
}

function addMultisigKey(keys: Keyring, name: string, members: string, thresholdText: string): KeyInfo {
  const threshold = Number(thresholdText);
  const publicKeys = members.split(",").map((member) => {
    const { pubKey } = keys.require(member);
    return { typeUrl: pubKey.typeUrl, value: fromBase64(pubKey.value) };
  });
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > publicKeys.length) {
    throw new CliError("usage", `--multisig-threshold: expected 1 to ${publicKeys.length}`);
  }
  const value = LegacyAminoPubKey.encode({ threshold, publicKeys }).finish();
  return keys.addMultisig(name, { typeUrl: `/${LegacyAminoPubKey.$type}`, value });
}

interface AddFlags {
  readonly recover?: boolean;
  readonly account?: string;
  readonly index?: string;
  readonly multisig?: string;
  readonly multisigThreshold?: string;
}

async function addKey(name: string, flags: AddFlags, self: Command): Promise<void> {
  const keys = keyringOf(self);
  const options = globalOptions(self);
  if (flags.multisig !== undefined) {
    print(options, keyJson(addMultisigKey(keys, name, flags.multisig, flags.multisigThreshold ?? "1")));
    return;
  }
  const mnemonic = flags.recover === true ? await askSecret("Mnemonic: ") : mnemonicFrom(randomBytes(32));
  const added = await keys.add(name, await privKeyFromMnemonic(mnemonic, hdPath(flags)));
  print(options, { ...keyJson(added), ...(flags.recover === true ? {} : { mnemonic }) });
  if (flags.recover !== true) console.error("Write the mnemonic down: it is the only way back to the key.");
}

/** Adds `keys` and what is below it. */
export function addKeys(program: Command): void {
  const keys = program.command("keys").description("the keys in --keyring-backend");
  keys
    .command("add <name>")
    .description("make a key, or recover one from its mnemonic")
    .option("--recover", "ask for the mnemonic")
    .option("--account <n>", `account in the path ${DEFAULT_HD_PATH}`)
    .option("--index <n>", "address index in the path")
    .option("--multisig <names>", "make a key of these keys, separated by commas")
    .option("--multisig-threshold <n>", "how many of them must sign")
    .addHelpText("after", "\nExample:\n  statesetd keys add alice --keyring-backend test")
    .action(addKey);
  keys
    .command("list")
    .description("all keys")
    .addHelpText("after", "\nExample:\n  statesetd keys list --output json")
    .action((_flags: unknown, self: Command) => print(globalOptions(self), keyringOf(self).list().map(keyJson)));
  keys
    .command("show <name>")
    .description("one key, by name or address")
    .option("-a, --address", "the address only")
    .addHelpText("after", "\nExample:\n  statesetd keys show alice --address")
    .action((name: string, flags: { address?: boolean }, self: Command) => {
      const key = keyringOf(self).require(name);
      if (flags.address === true) console.log(key.address);
      else print(globalOptions(self), keyJson(key));
    });
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
    .description("a key sealed with a passphrase of its own, as text")
    .option("--unarmored-hex", "the bare private key; with --unsafe")
    .option("--unsafe", "I know what that means")
    .addHelpText("after", "\nExample:\n  statesetd keys export alice > alice.key")
    .action(async (name: string, flags: { unarmoredHex?: boolean; unsafe?: boolean }, self: Command) => {
      const ring = keyringOf(self);
      if (flags.unarmoredHex !== true) {
        console.log(await ring.export(name, await askSecret("Passphrase for the exported key: ")));
        return;
      }
      if (flags.unsafe !== true) throw new CliError("usage", "--unarmored-hex shows the private key: add --unsafe");
      console.log(Buffer.from(await ring.privKey(name)).toString("hex"));
    });
  keys
    .command("import <name> <key>")
    .description("a key that `keys export` wrote: the file's text, or a private key in hex")
    .addHelpText("after", '\nExample:\n  statesetd keys import bob "$(cat alice.key)"')
    .action(async (name: string, key: string, _flags: unknown, self: Command) => {
      const ring = keyringOf(self);
      const added = /^[0-9a-fA-F]{64}$/.test(key)
        ? await ring.add(name, fromHex(key.toLowerCase()))
        : await ring.import(name, key, await askSecret("Passphrase of the exported key: "));
      print(globalOptions(self), keyJson(added));
    });
}
