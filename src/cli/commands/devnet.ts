// `statesetd devnet`: its flags. What runs then is loaded then: EVM libraries are slow to load, and no other command
// needs them.

import type { Command } from "commander";
import type { DevnetFlags } from "../devnet/devnetFlags.ts";
import { globalOptions } from "../output.ts";

/** Adds `devnet`. */
export function addDevnet(program: Command): void {
  program
    .command("devnet")
    .description(
      "everything on this machine: the chain, a faucet, the Orders API, two EVM chains with USDC and CCTP, attester, relayer",
    )
    .option("--reset", "begin anew: forget what the devnet of --home has made")
    .option("--ephemeral", "keep nothing")
    .option("--load <file>", "begin with a dump")
    .option("--free-ports", "listen on ports that are free")
    .option("--json", "tell addresses and keys as one JSON document")
    .option("--no-evm", "run our chain alone")
    .option("--no-relayer", "attest messages and let others deliver them")
    .option("--no-gateway", "run without the Orders API")
    .option("--cctp-artifacts <folder>", "contracts to deploy: the output of Foundry or Hardhat, in place of ours")
    .option("--evm-block-time <seconds>", "an EVM block each so often, beside those that transactions make")
    .option("--block-interval <ms>", "least time between two blocks", "100")
    .option("--empty-blocks <ms>", "time after which an empty block is made; 0 is never", "5000")
    .option("--log-level <level>", "silent, error, warn, info, debug or trace", "warn")
    .option("--no-admin", "do not offer the devnet_… controls")
    .addHelpText("after", "\nExample:\n  statesetd devnet --home ./shop --reset --block-interval 0")
    .action(async (flags: DevnetFlags, self: Command) => {
      const { runDevnet } = await import("../devnet/runDevnet.ts");
      await runDevnet(flags, globalOptions(self));
    });
}
