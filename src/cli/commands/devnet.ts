// `statesetd devnet`: the whole system for developers, by one command.

import type { Command } from "commander";
import { createDevnet } from "../../devnet/createDevnet.ts";
import { DevnetHomeError, resetDevnetHome } from "../../devnet/devnetHome.ts";
import { type DevnetInfo, describeDevnet } from "../../devnet/devnetInfo.ts";
import { readCctpArtifacts } from "../../devnet/evm/cctpArtifacts.ts";
import { EvmError } from "../../devnet/evm/evmError.ts";
import { PortInUseError } from "../../devnet/portInUse.ts";
import { CliError } from "../cliError.ts";
import { globalOptions } from "../output.ts";
import { parseMs, untilStopped } from "./node.ts";

interface DevnetFlags {
  readonly blockInterval?: string;
  readonly emptyBlocks?: string;
  readonly evmBlockTime?: string;
  readonly logLevel?: string;
  readonly admin?: boolean;
  readonly evm?: boolean;
  readonly relayer?: boolean;
  readonly freePorts?: boolean;
  readonly cctpArtifacts?: string;
  readonly load?: string;
  readonly reset?: boolean;
  readonly ephemeral?: boolean;
  readonly json?: boolean;
}

/** Adds `devnet`. */
export function addDevnet(program: Command): void {
  program
    .command("devnet")
    .description("everything on this machine: the chain, a faucet, two EVM chains with USDC and CCTP, all linked")
    .option("--reset", "begin anew: forget what the devnet of --home has made")
    .option("--ephemeral", "keep nothing")
    .option("--load <file>", "begin with a dump")
    .option("--free-ports", "listen on ports that are free")
    .option("--json", "tell addresses and keys as one JSON document")
    .option("--no-evm", "run our chain alone")
    .option("--no-relayer", "attest messages and let others deliver them")
    .option("--cctp-artifacts <folder>", "contracts to deploy: the output of Foundry or Hardhat, in place of ours")
    .option("--evm-block-time <seconds>", "an EVM block each so often, beside those that transactions make")
    .option("--block-interval <ms>", "least time between two blocks", "100")
    .option("--empty-blocks <ms>", "time after which an empty block is made; 0 is never", "5000")
    .option("--log-level <level>", "silent, error, warn, info, debug or trace", "warn")
    .option("--no-admin", "do not offer the devnet_… controls")
    .addHelpText("after", "\nExample:\n  statesetd devnet --home ./shop --reset --block-interval 0")
    .action(async (flags: DevnetFlags, self: Command) => runDevnet(flags, globalOptions(self)));
}

async function runDevnet(flags: DevnetFlags, global: ReturnType<typeof globalOptions>): Promise<void> {
  const home = homeOf(flags, global.home);
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<unknown>((resolve) => {
    fail = resolve;
  });
  const devnet = await withWayOut(async () => {
    if (flags.reset === true && home !== undefined) await resetDevnetHome(home);
    return createDevnet({
      home,
      load: flags.load,
      chainId: global.chainId,
      ports: flags.freePorts === true ? "free" : "known",
      evm: flags.evm !== false,
      relayer: flags.relayer !== false,
      artifacts: flags.cctpArtifacts === undefined ? undefined : readCctpArtifacts(flags.cctpArtifacts),
      evmBlockTimeSeconds: parseSeconds("evm-block-time", flags.evmBlockTime),
      blockIntervalMs: parseMs("block-interval", flags.blockInterval),
      emptyBlockIntervalMs: parseMs("empty-blocks", flags.emptyBlocks),
      logLevel: flags.logLevel,
      admin: flags.admin !== false,
      // The devnet goes on without a state on the disk, but not without one of its chains.
      onFailure: (error) =>
        error instanceof EvmError && error.code === "anvil_ended" ? fail(error) : console.error(error),
    });
  });
  const info = describeDevnet(devnet);
  console.log(flags.json === true || global.output === "json" ? JSON.stringify(info) : toTable(info, flags));
  await untilStopped(() => devnet.stop(), failed);
}

function homeOf(flags: DevnetFlags, home: string): string | undefined {
  if (flags.ephemeral !== true) return `${home}/devnet`;
  if (flags.reset === true) throw new CliError("usage", "--ephemeral begins anew each time: leave --reset out");
  return undefined;
}

function parseSeconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,5}$/.test(text)) throw new CliError("usage", `--${name}: expected seconds`);
  return Number(text);
}

/** What a person can do about a devnet that does not start. */
async function withWayOut<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    if (cause instanceof PortInUseError) {
      throw new CliError("failed", `${cause.message}; end what has it, or take free ports with --free-ports`, {
        cause,
      });
    }
    if (cause instanceof DevnetHomeError) {
      const ways = "stop it, choose another --home, or begin anew with --reset";
      throw new CliError("failed", `${cause.message}; ${ways}`, { cause });
    }
    throw cause;
  }
}

/** How many of the accounts are shown. */
const SHOWN_ACCOUNTS = 5;

function row(name: string, ...values: readonly (string | null)[]): string[] {
  return values.includes(null) ? [] : [`  ${name.padEnd(8)} ${values.join("  ")}`];
}

function toTable(info: DevnetInfo, { ephemeral }: DevnetFlags): string {
  const lines = [
    ...chainLines(info.chain),
    ...info.evm.flatMap(evmLines),
    ...bridgeLines(info),
    ...accountLines(info),
    "",
    "Known keys: never send anything of value here.",
    ephemeral === true
      ? "Ctrl-C stops it; nothing is kept."
      : "Ctrl-C stops it; the next start goes on where it stood.",
  ];
  return lines.join("\n");
}

function chainLines({ chain_id, domain, height, ...chain }: DevnetInfo["chain"]): string[] {
  return [
    `chain ${chain_id} at height ${height}, CCTP domain ${domain}`,
    ...row("RPC", chain.rpc_url),
    ...row("gRPC", chain.grpc_address),
    ...row("REST", chain.rest_url),
    ...row("metrics", chain.metrics_url && `${chain.metrics_url}/metrics`),
    ...row("faucet", chain.faucet_url, '(POST /credit {"denom":"uusdc","address":"…"})'),
  ];
}

function evmLines({ name, chain_id, domain, rpc_url, ws_url, usdc, v1, v2 }: DevnetInfo["evm"][number]): string[] {
  const contracts = (version: string, { message_transmitter, token_messenger, token_minter }: typeof v1): string[] => [
    ...row(version, "MessageTransmitter", message_transmitter),
    ...row("", "TokenMessenger    ", token_messenger),
    ...row("", "TokenMinter       ", token_minter),
  ];
  return [
    "",
    `EVM chain ${name}, chain id ${chain_id}, CCTP domain ${domain}`,
    ...row("RPC", rpc_url, ws_url),
    ...row("USDC", usdc),
    ...contracts("CCTP V1", v1),
    ...contracts("CCTP V2", v2),
  ];
}

function bridgeLines({ attester, relayer }: DevnetInfo): string[] {
  if (attester === null) return [];
  return [
    "",
    "bridge between all of them",
    ...row("attester", attester.url, "(GET /v2/messages/{domain}?transactionHash=…)"),
    ...row("faults", attester.admin_url),
    ...row("relayer", relayer?.url ?? null, "(GET /messages, /health, /metrics)"),
  ];
}

function accountLines({ chain, evm_accounts, relayer }: DevnetInfo): string[] {
  const lines = ["", "accounts, each with 1,000,000 USDC (the first is the faucet's and the operator's):"];
  lines.push(...shownAccounts(chain, "m/44'/118'/0'/0/n"));
  if (evm_accounts !== null) {
    lines.push(
      "",
      "EVM accounts, each with 10,000 ether and 1,000,000 USDC on each chain (the first owns the contracts):",
    );
    lines.push(...shownAccounts(evm_accounts, "m/44'/60'/0'/0/n"));
  }
  if (relayer !== null)
    lines.push("", "relayer, funded on all chains:", `  ${relayer.address}  ${relayer.evm_address}`);
  return lines;
}

function shownAccounts(
  { accounts, mnemonic }: Pick<DevnetInfo["chain"], "accounts" | "mnemonic">,
  path: string,
): string[] {
  const shown = accounts.slice(0, SHOWN_ACCOUNTS);
  return [
    ...shown.map(({ address, private_key }, index) => `  (${index}) ${address}  ${private_key}`),
    `  … ${accounts.length - shown.length} more, at ${path} of the mnemonic:`,
    `  ${mnemonic}`,
  ];
}
