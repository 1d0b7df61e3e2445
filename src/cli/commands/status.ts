// `statesetd status`: what a running node says of itself.

import type { Command } from "commander";
import { toHex } from "../../codec/bytes.ts";
import { chainClient } from "../chainClient.ts";
import { globalOptions, print } from "../output.ts";

/** Adds `status`. */
export function addStatus(program: Command): void {
  program
    .command("status")
    .description("what the node at --node says of itself")
    .addHelpText("after", "\nExample:\n  statesetd status --node http://127.0.0.1:26657 --output json")
    .action(async (_flags: unknown, self: Command) => {
      const options = globalOptions(self);
      const { nodeInfo, syncInfo, validatorInfo } = await chainClient(options.node).call((rpc) => rpc.status());
      print(options, {
        chain_id: nodeInfo.network,
        moniker: nodeInfo.moniker,
        version: nodeInfo.version,
        latest_block_height: String(syncInfo.latestBlockHeight),
        latest_block_time: syncInfo.latestBlockTime.toISOString(),
        latest_block_hash: toHex(syncInfo.latestBlockHash).toUpperCase(),
        latest_app_hash: toHex(syncInfo.latestAppHash).toUpperCase(),
        catching_up: syncInfo.catchingUp,
        validator_address: toHex(validatorInfo.address).toUpperCase(),
      });
    });
}
