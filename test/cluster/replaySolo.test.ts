// The blocks that an embedded node made go through ABCI's socket into a fresh application, in CometBFT's place: the same app
// hash, results and events at every height, with a restart half-way.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { coins } from "@cosmjs/stargate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { RequestFinalizeBlock, ResponseFinalizeBlock } from "../../gen/tendermint/abci/types.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { parseAbciAddress } from "../../src/consensus/abci/abciAddress.ts";
import { AbciClient } from "../../src/consensus/abci/testing/abciClient.ts";
import type { BlockResults, StoredBlock } from "../../src/consensus/chainNode.ts";
import { initChainRequest } from "../../src/consensus/solo/chainState.ts";
import { type RunningAbciNode, startAbciNode } from "../../src/devnet/abciNode.ts";
import { createLogger } from "../../src/devnet/logger.ts";
import { DEFAULT_NODE_CONFIG, homeFiles } from "../../src/devnet/nodeConfig.ts";
import {
  addressOf,
  directWallet,
  freshAddress,
  signingClient,
  startTestChain,
  type TestChain,
} from "../e2e/testChain.ts";

const FEE = { amount: coins(12_500, "uusdc"), gas: "500000" };
const OFF = { enabled: false, host: "127.0.0.1", port: 0 };

let folder: string;
let solo: TestChain;
const blocks: { readonly stored: StoredBlock; readonly results: BlockResults }[] = [];
const codes = new Set<number>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "replay-solo-"));
  solo = await startTestChain({ home: join(folder, "solo") });
  const wallet = await directWallet(solo, 1);
  const [client, fromAddress] = [await signingClient(solo, wallet), await addressOf(wallet)];
  for (const amount of ["5", "999999999999999", "7", "9"]) {
    const value: MsgSend = { fromAddress, toAddress: await freshAddress(), amount: coins(amount, "uusdc") };
    await client.signAndBroadcast(fromAddress, [{ typeUrl: `/${MsgSend.$type}`, value }], FEE);
  }
  client.disconnect();
  // Empty blocks, and one that burns and mints by the devnet's own transactions.
  await solo.devnet.node.admin?.mine();
  await solo.devnet.node.admin?.setBalance(fromAddress, "uusdc", 123_456_789n);
  const { node } = solo.devnet;
  for (let height = 1; height <= node.latestHeight; height += 1) {
    const [stored, results] = [await node.getBlock(height), await node.getBlockResults(height)];
    if (stored === undefined || results === undefined) throw new Error(`no block ${height}`);
    blocks.push({ stored, results });
    for (const { code } of results.txResults) codes.add(code);
  }
});

afterAll(async () => {
  await solo.close();
  rmSync(folder, { recursive: true, force: true });
});

function startApplication(home: string): Promise<RunningAbciNode> {
  const config = {
    ...DEFAULT_NODE_CONFIG,
    grpc: OFF,
    rest: { ...OFF, corsOrigins: [] },
    metrics: OFF,
    abci: { ...DEFAULT_NODE_CONFIG.abci, address: "tcp://127.0.0.1:0" },
  };
  const { genesis } = solo.devnet.node;
  return startAbciNode({ home, config, genesis, logger: createLogger("silent") });
}

/** What clients see of a block's execution, as bytes. */
const executed = ({ events, txResults }: Pick<ResponseFinalizeBlock, "events" | "txResults">): string =>
  toHex(ResponseFinalizeBlock.encode(ResponseFinalizeBlock.fromPartial({ events, txResults })).finish());

test("default: every block of the embedded node gives the same through ABCI", async () => {
  expect(blocks.length).toBeGreaterThan(6);
  expect([...codes].sort()).toEqual([0, 5]);
  const home = join(folder, "abci");
  const files = homeFiles(home);
  mkdirSync(dirname(files.nodeKey), { recursive: true });
  copyFileSync(homeFiles(join(folder, "solo")).nodeKey, files.nodeKey);
  let running = await startApplication(home);
  let client = await AbciClient.connect(parseAbciAddress(running.abciAddress));
  await client.ask({ initChain: initChainRequest(solo.devnet.node.genesis) });
  for (const [index, { stored, results }] of blocks.entries()) {
    if (index === Math.trunc(blocks.length / 2)) {
      await client.close();
      await running.close();
      running = await startApplication(home);
      client = await AbciClient.connect(parseAbciAddress(running.abciAddress));
      const { info } = await client.ask({
        info: { version: "", blockVersion: 11n, p2pVersion: 8n, abciVersion: "2.0.0" },
      });
      expect(info?.lastBlockHeight).toBe(BigInt(index));
    }
    const { header, data } = stored.block;
    const { height, time, proposerAddress, nextValidatorsHash } = header!;
    const request = { height, time, proposerAddress, nextValidatorsHash, hash: stored.blockId.hash, txs: data!.txs };
    const answer = await client.ask({ finalizeBlock: RequestFinalizeBlock.fromPartial(request) });
    expect(toHex(answer.finalizeBlock!.appHash)).toBe(toHex(results.appHash));
    expect(executed(answer.finalizeBlock!)).toBe(
      executed({ events: [...results.events], txResults: [...results.txResults] }),
    );
    await client.ask({ commit: {} });
  }
  await client.close();
  await running.close();
});
