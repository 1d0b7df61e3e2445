// `statesetd genesis`: look at, check and fill the genesis file before a chain starts.

import { existsSync } from "node:fs";
import type { Command } from "commander";
import { decodeAddress, encodeAddress } from "../../codec/address.ts";
import { parseCoins } from "../../codec/coins.ts";
import { encodeValidatorAddress } from "../../codec/validatorAddress.ts";
import type { GenesisDoc } from "../../consensus/genesisDoc.ts";
import {
  addGenesisAccount,
  parseGenesisDoc,
  setGenesisAuthority,
  setGenesisOperator,
} from "../../devnet/genesisFile.ts";
import { homeFiles, readJson, writeJson } from "../../devnet/nodeConfig.ts";
import { validateGenesisDoc } from "../../devnet/validateGenesis.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";

/** The genesis file of a home directory, or of a path that was given. Throws CliError. */
export function loadGenesis(home: string, file?: string): GenesisDoc {
  const path = file ?? homeFiles(home).genesis;
  if (!existsSync(path)) throw new CliError("failed", `${path}: no such file; \`statesetd init\` makes one`);
  const json = orCliError("failed", () => readJson(path));
  return orCliError("failed", () => parseGenesisDoc(json), path);
}

/** Changes the genesis file of --home. Throws CliError on a malformed address and on what the change refuses. */
function changeGenesis(command: Command, change: (doc: GenesisDoc) => GenesisDoc, address: string): void {
  const { home } = globalOptions(command);
  const doc = loadGenesis(home);
  try {
    decodeAddress(address);
    writeJson(homeFiles(home).genesis, change(doc));
  } catch (cause) {
    throw new CliError("usage", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Adds `genesis show`, `validate`, `add-account`, `set-authority` and `set-operator`. */
export function addGenesis(program: Command): void {
  const genesis = program.command("genesis").description("the genesis file");
  genesis
    .command("show")
    .description("print the genesis file of --home")
    .addHelpText("after", "\nExample:\n  statesetd genesis show --output json")
    .action((_flags: unknown, self: Command) => {
      const options = globalOptions(self);
      print(options, loadGenesis(options.home) as unknown as Json);
    });
  genesis
    .command("validate [file]")
    .description("check a genesis file: shape, every module's state, and that it can start a chain")
    .addHelpText("after", "\nExample:\n  statesetd genesis validate genesis.json")
    .action((file: string | undefined, _flags: unknown, self: Command) => {
      const options = globalOptions(self);
      const doc = loadGenesis(options.home, file);
      const { appHash } = validateGenesisDoc(doc);
      print(options, { valid: true, chain_id: doc.chain_id, app_hash_of_first_block: appHash });
    });
  genesis
    .command("add-account <address> <coins>")
    .description("give an account coins at genesis")
    .addHelpText("after", "\nExample:\n  statesetd genesis add-account stateset1... 1000000uusdc")
    .action((address: string, coins: string, _flags: unknown, self: Command) => {
      changeGenesis(self, (doc) => addGenesisAccount(doc, { address, coins: parseCoins(coins) }), address);
      print(globalOptions(self), { address, coins });
    });
  genesis
    .command("set-authority <address>")
    .description("say who may change parameters; without it nobody has the key")
    .addHelpText("after", "\nExample:\n  statesetd genesis set-authority stateset1...")
    .action((address: string, _flags: unknown, self: Command) => {
      changeGenesis(self, (doc) => setGenesisAuthority(doc, encodeAddress(decodeAddress(address))), address);
      print(globalOptions(self), { authority: address });
    });
  genesis
    .command("set-operator <address>")
    .description("say which account acts for a validator: takes its rewards, edits and unjails it")
    .option("--validator <moniker>", "which one; not needed where there is only one")
    .addHelpText("after", "\nExample:\n  statesetd genesis set-operator stateset1... --validator node0")
    .action((address: string, { validator }: { readonly validator?: string }, self: Command) => {
      changeGenesis(self, (doc) => setGenesisOperator(doc, address, validator), address);
      print(globalOptions(self), { operator: encodeValidatorAddress(decodeAddress(address)) });
    });
}
