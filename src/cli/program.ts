// The commands of `statesetd`, put together.

import { homedir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { appRegistry } from "../../app/registry.ts";
import { addAttester } from "./commands/attester.ts";
import { addCctp } from "./commands/cctp.ts";
import { addDebug } from "./commands/debug.ts";
import { addDevnet } from "./commands/devnet.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addGateway } from "./commands/gateway.ts";
import { addGenesis } from "./commands/genesis.ts";
import { addKeys } from "./commands/keys.ts";
import { addNodeCommands } from "./commands/node.ts";
import { addNodeQueries } from "./commands/nodeQueries.ts";
import { addModuleQueries } from "./commands/query.ts";
import { addRelayer } from "./commands/relayer.ts";
import { addStatus } from "./commands/status.ts";
import { addTestnet } from "./commands/testnet.ts";
import { addModuleTxs } from "./commands/tx.ts";
import { addTxFiles } from "./commands/txFiles.ts";
import { VERSION } from "./version.ts";

/** What every command takes: flags, what they say, and what holds when nobody says anything. */
const GLOBAL_OPTIONS: readonly (readonly [flags: string, description: string, fallback: string | undefined])[] = [
  ["--home <folder>", "folder of configuration, data and keys", join(homedir(), ".stateset")],
  ["--node <url>", "RPC of the node to ask", "http://127.0.0.1:26657"],
  ["--chain-id <id>", "chain id; asked from the node when left out", undefined],
  ["-o, --output <format>", "json or text", "text"],
  ["--keyring-backend <backend>", "file (sealed) or test (plain, for devnets)", "file"],
];

/** An option that the environment can give too: `--keyring-backend` is STATESETD_KEYRING_BACKEND. */
function globalOption(flags: string, description: string, fallback: string | undefined): Option {
  const option = new Option(flags, description).default(fallback);
  const name = option.name().replaceAll("-", "_").toUpperCase();
  return option.env(`STATESETD_${name}`);
}

/** The whole command line. */
export function createProgram(): Command {
  const registry = appRegistry();
  const program = new Command("statesetd")
    .description("A commerce chain: run a node, look at it, send transactions.")
    .version(VERSION)
    .showHelpAfterError("(--help shows how it is used)")
    .exitOverride();
  for (const [flags, description, fallback] of GLOBAL_OPTIONS)
    program.addOption(globalOption(flags, description, fallback));
  program.addHelpText(
    "after",
    "\nExit codes: 0 done, 1 failed, 2 not understood, 3 no node answers, 4 refused by the chain.",
  );
  addNodeCommands(program);
  addDevnet(program);
  addTestnet(program);
  addKeys(program, registry);
  const tx = program.command("tx").description("send transactions");
  addModuleTxs(tx, registry);
  addTxFiles(tx, registry);
  const query = program.command("query").alias("q").description("ask the chain");
  addNodeQueries(query, registry);
  addModuleQueries(query, registry);
  addGenesis(program);
  addStatus(program);
  addCctp(program);
  addRelayer(program);
  addAttester(program);
  addGateway(program);
  addDoctor(program);
  addDebug(program, registry);
  inheritExit(program);
  return program;
}

/** Commander exits by itself unless each command is told not to. */
function inheritExit(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().showHelpAfterError("(--help shows how it is used)");
    inheritExit(child);
  }
}
