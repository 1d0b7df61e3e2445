// Sends an encoded transaction, and waits for its block when told to.

import { toHex } from "../../codec/bytes.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { sha256 } from "../../crypto/hash.ts";
import { type ChainClient, chainClient } from "../chainClient.ts";
import { CliError, EXIT_CODE } from "../cliError.ts";
import { type GlobalOptions, print } from "../output.ts";
import { foundTxJson } from "./foundTx.ts";

/** How long `--broadcast-mode commit` waits for the block. */
const COMMIT_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 200;

/** Broadcasts and prints what became of it. A refusal ends with exit code `refused`. Throws CliError. */
export async function broadcast(
  registry: TypeRegistry,
  tx: Uint8Array,
  mode: string,
  global: GlobalOptions,
): Promise<void> {
  const client = chainClient(global.node);
  const hash = toHex(sha256(tx)).toUpperCase();
  if (mode === "async") {
    await client.call((rpc) => rpc.broadcastTxAsync({ tx }));
    print(global, { txhash: hash });
    return;
  }
  const checked = await client.call((rpc) => rpc.broadcastTxSync({ tx }));
  if (checked.code !== 0) {
    print(global, { txhash: hash, code: checked.code, codespace: checked.codespace ?? "", raw_log: checked.log ?? "" });
    process.exitCode = EXIT_CODE.refused;
    return;
  }
  if (mode === "sync") {
    print(global, { txhash: hash, code: 0 });
    return;
  }
  await waitForBlock(registry, client, hash, global);
}

async function waitForBlock(
  registry: TypeRegistry,
  client: ChainClient,
  hash: string,
  global: GlobalOptions,
): Promise<void> {
  const deadlineMs = Date.now() + COMMIT_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const { txs } = await client.call((rpc) => rpc.txSearch({ query: `tx.hash='${hash}'` }));
    const [found] = txs;
    if (found !== undefined) {
      print(global, foundTxJson(registry, found));
      if (found.result.code !== 0) process.exitCode = EXIT_CODE.refused;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  throw new CliError("failed", `${hash} was accepted and is in no block after ${COMMIT_TIMEOUT_MS / 1000} s`);
}
