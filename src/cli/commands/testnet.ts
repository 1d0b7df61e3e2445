// `statesetd testnet`: the homes of a network of validators.

import type { Command } from "commander";
import { defaultAppState } from "../../../app/genesis.ts";
import { decodeAddress } from "../../codec/address.ts";
import { parseCoins } from "../../codec/coins.ts";
import { DEFAULT_PACE } from "../../devnet/cometConfig.ts";
import { devnetGenesis } from "../../devnet/devnet.ts";
import { devnetAccounts } from "../../devnet/devnetKeys.ts";
import { createGenesisDoc, type GenesisAccount, type GenesisValidator } from "../../devnet/genesisFile.ts";
import { localPorts, STANDARD_PORTS, type TestnetNode, writeTestnet } from "../../devnet/testnet.ts";
import { CliError } from "../cliError.ts";

const DEFAULT_CHAIN_ID = "stateset-testnet-1";
/** More than one machine can run, and more than anybody wants to type hosts of. */
const VALIDATORS_MAX = 100;
const BASE_PORT_MAX = 65_535 - 10 * VALIDATORS_MAX;

interface TestnetFlags {
  readonly validators: string;
  readonly hosts?: string;
  readonly basePort: string;
  readonly account: readonly string[];
  readonly devnetAccounts?: boolean;
  readonly commitTimeout: string;
  readonly emptyBlocks: string;
}

function wholeNumber(name: string, text: string, range: { readonly min: number; readonly max: number }): number {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw new CliError("usage", `--${name}: expected ${range.min} to ${range.max}, got ${text}`);
}

function nodesOf(flags: TestnetFlags): TestnetNode[] {
  const count = wholeNumber("validators", flags.validators, { min: 1, max: VALIDATORS_MAX });
  if (flags.hosts === undefined) {
    const basePort = wholeNumber("base-port", flags.basePort, { min: 1024, max: BASE_PORT_MAX });
    return Array.from({ length: count }, (_, index) => ({ host: "127.0.0.1", ports: localPorts(basePort, index) }));
  }
  const hosts = flags.hosts.split(",");
  if (hosts.length !== count || hosts.some((host) => !/^[A-Za-z0-9.-]+$/.test(host))) {
    throw new CliError("usage", `--hosts: expected ${count} names or addresses with commas between`);
  }
  return hosts.map((host) => ({ host, ports: STANDARD_PORTS }));
}

function accountOf(text: string): GenesisAccount {
  const [address = "", coins = ""] = text.split("=");
  try {
    decodeAddress(address);
    return { address, coins: parseCoins(coins) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError("usage", `--account ${text}: expected address=coins: ${why}`, { cause });
  }
}

async function genesisMaker(flags: TestnetFlags, chainId: string) {
  if (flags.devnetAccounts === true) {
    if (flags.account.length > 0) throw new CliError("usage", "--account and --devnet-accounts exclude each other");
    const accounts = await devnetAccounts();
    return (validators: readonly GenesisValidator[]) => devnetGenesis({ chainId, validators, accounts });
  }
  const accounts = flags.account.map(accountOf);
  const timeNs = BigInt(Date.now()) * 1_000_000n;
  return (validators: readonly GenesisValidator[]) =>
    createGenesisDoc({
      ...{ chainId, timeNs, accounts, appState: defaultAppState() },
      validators: validators.map((validator, index) => ({ ...validator, operator: accounts[index]?.address })),
    });
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** `--output` says everywhere else how to print: here it is the folder. */
function outputFolder(program: Command): string {
  const folder: unknown = program.opts()["output"];
  if (program.getOptionValueSource("output") === "cli" && typeof folder === "string") return folder;
  throw new CliError("usage", "--output <folder>: where do the homes go?");
}

/** Adds `testnet`. */
export function addTestnet(program: Command): void {
  program
    .command("testnet")
    .description("make the homes of a network of validators, each for an application and its CometBFT")
    .requiredOption("--validators <n>", "how many")
    .option("--hosts <list>", "a host for each, with commas between; all on this machine when left out")
    .option("--base-port <port>", "first of ten ports for each node of this machine", "26656")
    .option(
      "--account <address=coins>",
      "an account with money; may be repeated; the first ones act for a validator each",
      collect,
      [],
    )
    .option("--devnet-accounts", "the accounts of a devnet, whose keys everybody knows")
    .option("--commit-timeout <ms>", "pause after each block", String(DEFAULT_PACE.commitMs))
    .option("--empty-blocks <ms>", "time after which an empty block is made", String(DEFAULT_PACE.emptyBlockMs))
    .addHelpText(
      "after",
      "\n--output is the folder of the homes here: node0, node1, …\n\nExample:\n  statesetd testnet --validators 4 --output ./net --devnet-accounts\n\n" +
        "For each home run `statesetd start --home ./net/node0` and `cometbft start --home ./net/node0`.",
    )
    .action(async (flags: TestnetFlags) => {
      const output = outputFolder(program);
      const { chainId = DEFAULT_CHAIN_ID } = program.opts<{ readonly chainId?: string }>();
      const day = 86_400_000;
      const homes = writeTestnet({
        output,
        nodes: nodesOf(flags),
        genesisOf: await genesisMaker(flags, chainId),
        pace: {
          commitMs: wholeNumber("commit-timeout", flags.commitTimeout, { min: 0, max: day }),
          emptyBlockMs: wholeNumber("empty-blocks", flags.emptyBlocks, { min: 0, max: day }),
        },
      });
      for (const { home, peer } of homes) console.log(`${home}  ${peer}`);
    });
}
