// `statesetd gateway rewrap`: after a change of the gateway's master key.

import type { Command } from "commander";
import { WRAPPED_ROWS } from "../../gateway/auth/wrappedRows.ts";
import { answersOfOtherKeys } from "../../gateway/idempotency/answers.ts";
import { DatabaseError } from "../../gateway/sql/database.ts";
import { rewrapRows } from "../../gateway/vault/rewrap.ts";
import { CliError } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { addGatewayDatabaseFlags, type GatewayDatabaseFlags, withGatewayDatabase } from "./gatewayDatabase.ts";

async function rewrap(flags: GatewayDatabaseFlags, command: Command): Promise<void> {
  const done = await withGatewayDatabase(command, flags, async ({ database, masterKeys }) => {
    const rewrapped: { [table: string]: Json } = {};
    for (const rows of WRAPPED_ROWS) {
      try {
        rewrapped[rows.table] = await rewrapRows(database, masterKeys, rows);
      } catch (cause) {
        if (cause instanceof DatabaseError) throw cause;
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new CliError("failed", `${rows.table}: ${why}; what was done stays done`, { cause });
      }
    }
    return {
      master_key: masterKeys.currentId,
      rewrapped,
      answers_left: await answersOfOtherKeys(database, masterKeys),
    };
  });
  print(globalOptions(command), done);
}

/** Adds `gateway rewrap`. */
export function addGatewayRewrap(gateway: Command): void {
  const command = gateway
    .command("rewrap")
    .description("wrap with the first master key what the others wrapped; may be broken off, and run again")
    .addHelpText(
      "after",
      "\nThe newest master key comes first, the ones before follow, with commas; restart every gateway with them first." +
        "\nanswers_left: answers to idempotency keys that still need a key before; none after 48 hours." +
        "\n\nExample:\n  statesetd gateway rewrap --master-key-file keys.txt --database-url postgres://…",
    );
  addGatewayDatabaseFlags(command);
  command.action((flags: GatewayDatabaseFlags, self: Command) => rewrap(flags, self));
}
