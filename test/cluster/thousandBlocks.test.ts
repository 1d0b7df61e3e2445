// A thousand loaded blocks: four validators, each a stock CometBFT with its application, agree on block hash and app hash at
// every height, and every block has transactions.
//
// What costs time is left out by configuration alone. Transactions wait in the mempool, each of an account of its own, so
// that none has to be checked again after a block; `max_gas` lets two of them into each. Blocks follow one another without a
// pause, and where memory can hold files it does: a disk would be waited for some ten times a block. Votes, signatures,
// execution and state are what they always are.

import { createHash } from "node:crypto";
import { existsSync, statfsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendMessage } from "../../app/testing/testChain.ts";
import { MsgDelegate } from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { MsgCreateOrder } from "../../gen/stateset/orders/v1/tx.ts";
import type { ClusterNode } from "../../scripts/testnet/cluster.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import type { GenesisDoc } from "../../src/consensus/genesisDoc.ts";
import { addressOfPrivKey } from "../../src/devnet/devnetKeys.ts";
import { broadcast, editConfig, signed, startTestCluster, type TestCluster } from "./testCluster.ts";

const COUNT = 1_000;
const TXS_IN_BLOCK = 2;
const GAS = 500_000n;
/** More than those blocks take: blocks before them, and those during the comparison of heights, take some too. */
const SENDERS = (COUNT + 200) * TXS_IN_BLOCK;
/** Each node is told so many before the first block that counts; the chain is slower than we tell. */
const HEAD_START = 80;
/** Each node checks so many together. */
const TOLD_AT_ONCE = 20;
/** CometBFT gives the headers of no more than this many blocks at once. */
const RANGE = 20;

/** Where Linux keeps files in memory, and what the network may need of it. */
const MEMORY_FOLDER = "/dev/shm";
const MEMORY_BYTES = 2 ** 30;

let cluster: TestCluster;

const senders = Array.from({ length: SENDERS }, (_, index) => {
  const privKey = createHash("sha256").update(`sender ${index}`).digest();
  return { privKey, address: addressOfPrivKey(privKey) };
});

function hasMemoryFolder(): boolean {
  if (!existsSync(MEMORY_FOLDER)) return false;
  const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
  return bavail * bsize >= MEMORY_BYTES;
}

/** Two transactions fill a block. */
function changed(genesis: GenesisDoc): GenesisDoc {
  const { consensus_params: params } = genesis;
  const block = { ...params.block, max_gas: (BigInt(TXS_IN_BLOCK) * GAS).toString() };
  return { ...genesis, consensus_params: { ...params, block } };
}

beforeAll(async () => {
  cluster = await startTestCluster({
    validators: 4,
    moreAccounts: senders,
    pace: { commitMs: 0, emptyBlockMs: 500 },
    logLevel: "warn",
    ...(hasMemoryFolder() ? { parentFolder: MEMORY_FOLDER } : {}),
    changeGenesis: changed,
    prepare: (homes) => {
      for (const { home } of homes) {
        editConfig(home, {
          log_level: "error",
          mempool: { recheck: false },
          tx_index: { indexer: "null" },
          instrumentation: { prometheus: false },
        });
      }
    },
  });
}, 120_000);

afterAll(() => cluster.close(), 60_000);

function message<T>(codec: MessageCodec<T>, value: object) {
  return { typeUrl: `/${codec.$type}`, value: codec.encode(codec.fromPartial(value as Partial<T>)).finish() };
}

/** What the n-th account does: a transfer, an order, a delegation. */
function messageOf(index: number) {
  const [from, to] = [cluster.accounts[index]!.address, cluster.accounts[index - 1]!.address];
  if (index % 3 === 0) return sendMessage(from, to, "1uusdc");
  if (index % 3 === 1) {
    const items = [{ sku: "LAPTOP-001", quantity: 1, unitPrice: "999990000" }];
    const order = { merchant: from, customer: to, denom: "uusdc", items, total: "999990000" };
    return message(MsgCreateOrder, { creator: from, order });
  }
  const validatorAddress = encodeValidatorAddress(decodeAddress(cluster.accounts[index % 4]!.address));
  return message(MsgDelegate, { delegatorAddress: from, validatorAddress, amount: { denom: "ustake", amount: "1" } });
}

/** Tells a node its share of the transactions; the others hear them from it, so that whoever proposes has some. */
function tell(node: ClusterNode, at: number): { readonly begun: Promise<void>; readonly done: Promise<void> } {
  const { accounts, nodes } = cluster;
  const own = senders
    .map((_, index) => accounts.length - SENDERS + index)
    .filter((index) => index % nodes.length === at);
  const send = async (from: number, to: number) => {
    for (let index = from; index < to; index += TOLD_AT_ONCE) {
      const some = own.slice(index, Math.min(index + TOLD_AT_ONCE, to));
      const txs = some.map((account) => signed(cluster, account, 0, messageOf(account), GAS));
      const codes = await Promise.all(txs.map((tx) => broadcast(node, tx)));
      expect(codes).toEqual(codes.map(() => 0));
    }
  };
  const begun = send(0, HEAD_START);
  return { begun, done: begun.then(() => send(HEAD_START, own.length)) };
}

interface Header {
  readonly height: number;
  readonly appHash: string;
  readonly blockHash: string;
  readonly txs: number;
}

/** The headers of a few heights, ascending. */
async function headersOf(node: ClusterNode, from: number, to: number): Promise<readonly Header[]> {
  const answer = await node.call("blockchain", { minHeight: String(from), maxHeight: String(to) });
  const metas = answer.at("block_metas").items();
  return metas
    .map((meta) => ({
      height: meta.at("header").at("height").number(),
      appHash: meta.at("header").at("app_hash").text(),
      blockHash: meta.at("block_id").at("hash").text(),
      txs: meta.at("num_txs").number(),
    }))
    .reverse();
}

test(`default: ${COUNT} loaded blocks are the same at all validators`, async () => {
  const { nodes } = cluster;
  const own = nodes.map((node, at) => tell(node, at));
  await Promise.all(own.map(({ begun }) => begun));
  const from = Math.max(...(await heights())) + 1;
  const to = from + COUNT - 1;
  await Promise.all(own.map(({ done }) => done));
  // The app hash after a block is in the header of the next.
  const lowest = async () => Math.min(...(await heights()));
  await expect.poll(lowest, { interval: 1_000, timeout: 900_000 }).toBeGreaterThan(to);
  for (let at = from; at <= to + 1; at += RANGE) {
    const last = Math.min(at + RANGE - 1, to + 1);
    const [reference, ...others] = await Promise.all(nodes.map((node) => headersOf(node, at, last)));
    expect(reference!.map(({ height }) => height)).toEqual(Array.from({ length: last - at + 1 }, (_, i) => at + i));
    for (const other of others) expect(other).toEqual(reference);
    const empty = reference!.filter(({ height, txs }) => txs === 0 && height <= to);
    expect(empty).toEqual([]);
    const results = await nodes[0]!.call("block_results", { height: String(at) });
    for (const result of results.at("txs_results").items()) expect(result.at("code").number()).toBe(0);
  }
}, 1_000_000);

async function heights(): Promise<number[]> {
  return Promise.all(cluster.nodes.map(async (node) => (await node.status()).height));
}
