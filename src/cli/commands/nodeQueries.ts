// The queries that ask the node and not a module: transactions and blocks.

import type { Command } from "commander";
import { toHex } from "../../codec/bytes.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { chainClient } from "../chainClient.ts";
import { CliError } from "../cliError.ts";
import { globalOptions, print } from "../output.ts";
import { foundTxJson } from "../tx/foundTx.ts";
import { txJson } from "../tx/txFile.ts";

function parsePositive(flag: string, text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new CliError("usage", `--${flag}: expected a number above 0`);
  return Number(text);
}

/** Adds `query tx`, `query txs` and `query block`. */
export function addNodeQueries(query: Command, registry: TypeRegistry): void {
  query
    .command("tx <hash>")
    .description("a transaction by its hash")
    .addHelpText("after", "\nExample:\n  statesetd query tx 5A1B...")
    .action(async (hash: string, _flags: unknown, self: Command) => {
      if (!/^(0x)?[0-9a-fA-F]{64}$/.test(hash)) throw new CliError("usage", "hash: expected 64 hex digits");
      const options = globalOptions(self);
      const text = hash.replace(/^0x/, "").toUpperCase();
      const { txs } = await chainClient(options.node).call((rpc) => rpc.txSearch({ query: `tx.hash='${text}'` }));
      const [found] = txs;
      if (found === undefined) throw new CliError("failed", `tx (${text}) not found`);
      print(options, foundTxJson(registry, found));
    });
  query
    .command("txs")
    .description("transactions by their events")
    .requiredOption("--query <query>", "conditions, as in \"message.sender='stateset1...' AND tx.height>5\"")
    .option("--page <n>", "page, from 1", "1")
    .option("--limit <n>", "transactions on a page, at most 100", "30")
    .addHelpText("after", "\nExample:\n  statesetd query txs --query \"transfer.recipient='stateset1...'\"")
    .action(async (flags: { query: string; page: string; limit: string }, self: Command) => {
      const options = globalOptions(self);
      const request = {
        query: flags.query,
        page: parsePositive("page", flags.page),
        per_page: parsePositive("limit", flags.limit),
      };
      const { txs, totalCount } = await chainClient(options.node).call((rpc) => rpc.txSearch(request));
      print(options, { total_count: String(totalCount), txs: txs.map((found) => foundTxJson(registry, found)) });
    });
  query
    .command("block [height]")
    .description("a block; the latest when no height is given")
    .addHelpText("after", "\nExample:\n  statesetd query block 5")
    .action(async (height: string | undefined, _flags: unknown, self: Command) => {
      const options = globalOptions(self);
      const wanted = height === undefined ? undefined : parsePositive("height", height);
      const { blockId, block } = await chainClient(options.node).call((rpc) => rpc.block(wanted));
      print(options, {
        hash: toHex(blockId.hash).toUpperCase(),
        height: String(block.header.height),
        time: block.header.time.toISOString(),
        chain_id: block.header.chainId,
        app_hash: toHex(block.header.appHash).toUpperCase(),
        proposer: toHex(block.header.proposerAddress).toUpperCase(),
        txs: block.txs.map((tx) => txJson(registry, tx)),
      });
    });
}
