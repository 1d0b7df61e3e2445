// Where a gateway keeps its things, as commands beside it are told.

import { join } from "node:path";
import { type Command, Option } from "commander";
import { loadMasterKeys, MASTER_KEY_VARIABLE } from "../../gateway/auth/masterKeyFile.ts";
import type { Database } from "../../gateway/sql/database.ts";
import { openDatabase } from "../../gateway/sql/openDatabase.ts";
import type { MasterKeys } from "../../gateway/vault/masterKeys.ts";
import { orCliError } from "../cliError.ts";
import { globalOptions } from "../output.ts";

export interface GatewayDatabaseFlags {
  readonly databaseUrl?: string;
  readonly databaseFolder?: string;
  readonly masterKeyFile?: string;
}

/** Where it matters of which kind API keys are. */
export interface GatewayKeyFlags extends GatewayDatabaseFlags {
  readonly liveChainId?: string;
}

/** Adds the flags of GatewayDatabaseFlags. */
export function addGatewayDatabaseFlags(command: Command): void {
  command
    .addOption(new Option("--database-url <url>", "PostgreSQL server of the gateway").env("DATABASE_URL"))
    .option("--database-folder <folder>", "its own database, when it does not run; default <home>/gateway")
    .option(
      "--master-key-file <file>",
      `unless ${MASTER_KEY_VARIABLE} is set; default <home>/config/gateway_master.key`,
    );
}

/** Adds the flags of GatewayKeyFlags. */
export function addGatewayKeyFlags(command: Command): void {
  addGatewayDatabaseFlags(command);
  command.addOption(new Option("--live-chain-id <id>", "the chain whose keys are live").env("STATESET_LIVE_CHAIN_ID"));
}

/** The master keys that flags and environment name. Throws CliError. */
export function masterKeysOf(command: Command, { masterKeyFile }: GatewayDatabaseFlags): MasterKeys {
  const file = masterKeyFile ?? join(globalOptions(command).home, "config", "gateway_master.key");
  return orCliError("usage", () => loadMasterKeys(process.env[MASTER_KEY_VARIABLE], file));
}

/** Opens the gateway's database for one piece of work. */
export async function withGatewayDatabase<T>(
  command: Command,
  flags: GatewayDatabaseFlags,
  work: (opened: { readonly database: Database; readonly masterKeys: MasterKeys }) => Promise<T>,
): Promise<T> {
  const masterKeys = masterKeysOf(command, flags);
  const folder = flags.databaseFolder ?? join(globalOptions(command).home, "gateway");
  const database = await openDatabase({ url: flags.databaseUrl, folder });
  try {
    return await work({ database, masterKeys });
  } finally {
    await database.close();
  }
}
