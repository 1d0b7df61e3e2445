// Runs a devnet until somebody stops it, and tells what a person can do about one that does not start.

import { createDevnet } from "../../devnet/createDevnet.ts";
import { DevnetHomeError, resetDevnetHome } from "../../devnet/devnetHome.ts";
import { describeDevnet } from "../../devnet/devnetInfo.ts";
import { readCctpArtifacts } from "../../devnet/evm/cctpArtifacts.ts";
import { EvmError } from "../../devnet/evm/evmError.ts";
import { PortInUseError } from "../../devnet/portInUse.ts";
import { CliError } from "../cliError.ts";
import { parseMs, untilStopped } from "../commands/node.ts";
import type { GlobalOptions } from "../output.ts";
import type { DevnetFlags } from "./devnetFlags.ts";
import { toTable } from "./devnetTable.ts";

/** Starts it, tells of it, and resolves when it has been stopped. Throws CliError. */
export async function runDevnet(flags: DevnetFlags, global: GlobalOptions): Promise<void> {
  const home = homeOf(flags, global.home);
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<unknown>((resolve) => {
    fail = resolve;
  });
  const isJson = flags.json === true || global.output === "json";
  const devnet = await withWayOut(async () => {
    if (flags.reset === true && home !== undefined) await resetDevnetHome(home);
    return createDevnet({
      home,
      load: flags.load,
      chainId: global.chainId,
      ports: flags.freePorts === true ? "free" : "known",
      evm: flags.evm !== false,
      relayer: flags.relayer !== false,
      gateway: flags.gateway !== false,
      artifacts: flags.cctpArtifacts === undefined ? undefined : readCctpArtifacts(flags.cctpArtifacts),
      evmBlockTimeSeconds: parseSeconds("evm-block-time", flags.evmBlockTime),
      blockIntervalMs: parseMs("block-interval", flags.blockInterval),
      emptyBlockIntervalMs: parseMs("empty-blocks", flags.emptyBlocks),
      logLevel: flags.logLevel,
      admin: flags.admin !== false,
      onChain: ({ chainId, rpcUrl }) => {
        if (!isJson) console.error(`chain ${chainId} answers at ${rpcUrl}; the rest is starting …`);
      },
      // The devnet goes on when a state cannot be written, but not without one of its parts.
      onFailure: (error) =>
        error instanceof EvmError && error.code === "state_unusable" ? console.error(error.message) : fail(error),
    });
  });
  const info = describeDevnet(devnet);
  console.log(isJson ? JSON.stringify(info) : toTable(info, { isEphemeral: flags.ephemeral === true }));
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
      const ways = "stop it, choose another --home, or begin anew with --reset once nothing runs there";
      throw new CliError("failed", `${cause.message}; ${ways}`, { cause });
    }
    throw cause;
  }
}
