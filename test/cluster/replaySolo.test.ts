// The blocks that an embedded node made go through ABCI's socket into a fresh application, in CometBFT's place: the same app
// hash, results and events at every height, with a restart half-way.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { coins } from "@cosmjs/stargate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { MsgCreateValidator, MsgDelegate } from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { RequestFinalizeBlock, ResponseFinalizeBlock, type VoteInfo } from "../../gen/tendermint/abci/types.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { parseAbciAddress } from "../../src/consensus/abci/abciAddress.ts";
import { AbciClient } from "../../src/consensus/abci/testing/abciClient.ts";
import type { BlockResults, ChainNode, StoredBlock } from "../../src/consensus/chainNode.ts";
import { initChainRequest } from "../../src/consensus/solo/chainState.ts";
import { type RunningAbciNode, startAbciNode } from "../../src/devnet/abciNode.ts";
import { createLogger } from "../../src/devnet/logger.ts";
import { DEFAULT_NODE_CONFIG, homeFiles } from "../../src/devnet/nodeConfig.ts";
import { pubKeyAny } from "../../x/staking/validator.ts";
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
const blocks: { readonly stored: StoredBlock; readonly results: BlockResults; readonly votes: VoteInfo[] }[] = [];
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
  // The set changes: more power for the one, another who never votes and is jailed for it.
  const operator = encodeValidatorAddress(decodeAddress(solo.devnet.accounts[0]!.address));
  const stake = { denom: "ustake", amount: "2000000" };
  const delegation: MsgDelegate = { delegatorAddress: fromAddress, validatorAddress: operator, amount: stake };
  await client.signAndBroadcast(fromAddress, [{ typeUrl: `/${MsgDelegate.$type}`, value: delegation }], FEE);
  const creation = MsgCreateValidator.fromPartial({
    description: { moniker: "absent" },
    commission: { rate: "0", maxRate: "0", maxChangeRate: "0" },
    ...{ minSelfDelegation: "1", validatorAddress: encodeValidatorAddress(decodeAddress(fromAddress)) },
    ...{ pubkey: pubKeyAny(new Uint8Array(32).fill(9)), value: stake },
  });
  await client.signAndBroadcast(fromAddress, [{ typeUrl: `/${MsgCreateValidator.$type}`, value: creation }], FEE);
  client.disconnect();
  for (let count = 0; count < 5; count += 1) await solo.devnet.node.admin?.mine();
  // Empty blocks, and one that burns and mints by the devnet's own transactions.
  await solo.devnet.node.admin?.mine();
  await solo.devnet.node.admin?.setBalance(fromAddress, "uusdc", 123_456_789n);
  const { node } = solo.devnet;
  for (let height = 1; height <= node.latestHeight; height += 1) {
    const [stored, results] = [await node.getBlock(height), await node.getBlockResults(height)];
    if (stored === undefined || results === undefined) throw new Error(`no block ${height}`);
    blocks.push({ stored, results, votes: await votesIn(node, stored) });
    for (const { code } of results.txResults) codes.add(code);
  }
});

afterAll(async () => {
  await solo.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The votes of a block's last commit, as CometBFT tells them. */
async function votesIn(node: ChainNode, { block }: StoredBlock): Promise<VoteInfo[]> {
  const voters = await node.getValidators(Number(block.header!.height) - 1);
  return voters.map(({ address, votingPower: power }, index) => {
    const { blockIdFlag } = block.lastCommit!.signatures[index]!;
    return { validator: { address, power }, blockIdFlag };
  });
}

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
  for (const [index, { stored, results, votes }] of blocks.entries()) {
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
    const request = {
      ...{ height, time, proposerAddress, nextValidatorsHash, hash: stored.blockId.hash, txs: data!.txs },
      decidedLastCommit: { round: 0, votes },
    };
    const answer = await client.ask({ finalizeBlock: RequestFinalizeBlock.fromPartial(request) });
    expect(toHex(answer.finalizeBlock!.appHash)).toBe(toHex(results.appHash));
    expect(executed(answer.finalizeBlock!)).toBe(
      executed({ events: [...results.events], txResults: [...results.txResults] }),
    );
    await client.ask({ commit: {} });
  }
  await client.close();
  await running.close();
  const sizes = blocks.map(({ votes }) => votes.length);
  expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([0, 2]);
});
