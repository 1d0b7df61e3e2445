// `statesetd attester`: the attestation service on the command line.

import { type Command, Option } from "commander";
import type { AttesterStartFlags } from "./runAttester.ts";

/** A flag that may stand there several times. */
function several(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: readonly string[] = []) => [
    ...before,
    value,
  ]);
}

/** Adds `attester start`. */
export function addAttester(program: Command): void {
  const attester = program.command("attester").description("attest CCTP messages, as Circle's service does");
  attester
    .command("start")
    .description("watch chains, sign what they emit, and answer in the shapes of Circle's service")
    .option("--config <file>", "TOML file; src/attester/README.md lists the settings")
    .option("--fixture", "for tests against anybody's contracts: throw-away keys, controls, no rate limit")
    .addOption(several("--chain <settings>", "fixture: a chain as name=value pairs; see below"))
    .option("--state <folder>", "fixture: keep the state there; it is forgotten when left out")
    .option("--port <n>", "fixture: port of the API", "3100")
    .option("--admin-port <n>", "fixture: port of the controls", "3101")
    .option("--seed <text>", "fixture: what the keys follow from", "stateset attester fixture")
    .option("--keys <m/n>", "fixture: m of n keys sign, in both versions", "1/1")
    .option("--fast-bps <n>", "fixture: what fast transfers cost, in basis points", "0")
    .option("--log-level <level>", "silent, error, warn, info or debug", "info")
    .addHelpText(
      "after",
      `
A chain of a fixture is domain=N,rpc=URL with, for an EVM chain, one or both of
  v1=MESSAGE_TRANSMITTER/TOKEN_MESSENGER
  v2=MESSAGE_TRANSMITTER/TOKEN_MESSENGER
or, for a chain with x/cctp, kind=cosmos; and if wanted
  fast=BLOCKS, standard=BLOCKS   finality (0)
  start=HEIGHT                   where reading begins (0; the newest block of a chain of 10,000 or more)
  poll=MS, ws=URL, name=TEXT     (100, none, "chain-N")

Examples:
  statesetd attester start --config attester.toml
  statesetd attester start --fixture --chain domain=0,rpc=http://127.0.0.1:8545,v2=0xe7f1…/0x9fe4…`,
    )
    // Loading the service takes a third of a second, which other commands need not pay.
    .action(async (flags: AttesterStartFlags) => (await import("./runAttester.ts")).runAttester(flags));
}
