// gRPC and REST of an application whose blocks a real CometBFT makes, and CosmJS on CometBFT's own JSON-RPC. Cases: CosmJS
// simulates, sends and finds; REST tells of the node, blocks, validators, parameters; broadcasts, finds by hash and event,
// refuses duplicates; gRPC by reflection; both while CometBFT is away.

import { makeCosmoshubPath } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { coins, GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../scripts/testnet/cluster.ts";
import { toBase64 } from "../../src/codec/bytes.ts";
import { DEVNET_MNEMONIC } from "../../src/devnet/devnetKeys.ts";
import { callByReflection, listServices } from "../../src/rpc/grpc/testing/reflectionClient.ts";
import { CHAIN_ID, startTestCluster, type TestCluster, transfer } from "./testCluster.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests say by their expectations what the JSON is.
type AnyJson = any;

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster({ validators: 1 });
}, 120_000);

afterAll(async () => {
  await cluster.close();
}, 60_000);

async function rest(path: string, body?: unknown): Promise<{ status: number; json: AnyJson }> {
  const url = `http://127.0.0.1:${cluster.nodes[0]!.ports.rest}${path}`;
  const response = await fetch(url, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, json: await response.json() };
}

test("default: CosmJS simulates, sends and finds", async () => {
  const hdPaths = [makeCosmoshubPath(2)];
  const wallet = await DirectSecp256k1HdWallet.fromMnemonic(DEVNET_MNEMONIC, { prefix: "stateset", hdPaths });
  const client = await SigningStargateClient.connectWithSigner(cluster.nodes[0]!.rpcUrl, wallet, {
    gasPrice: GasPrice.fromString("0.025uusdc"),
    broadcastPollIntervalMs: 100,
  });
  const [from, to] = [cluster.accounts[2]!.address, cluster.accounts[3]!.address];
  const before = await client.getBalance(to, "uusdc");
  const sent = await client.sendTokens(from, to, coins(1000, "uusdc"), "auto");
  expect(sent.code).toBe(0);
  expect(BigInt((await client.getBalance(to, "uusdc")).amount)).toBe(BigInt(before.amount) + 1000n);
  expect(await client.getTx(sent.transactionHash)).toMatchObject({ height: sent.height, code: 0 });
  expect(await client.searchTx([{ key: "transfer.recipient", value: to }])).toHaveLength(1);
  client.disconnect();
});

test("default: REST tells of the node, its blocks, validators and parameters", async () => {
  const info = await rest("/cosmos/base/tendermint/v1beta1/node_info");
  expect(info.json.default_node_info).toMatchObject({ network: CHAIN_ID, moniker: "node0" });
  expect(cluster.nodes[0]!.peer).toContain(info.json.default_node_info.default_node_id);
  const latest = await rest("/cosmos/base/tendermint/v1beta1/blocks/latest");
  expect(latest.json.block.header.chain_id).toBe(CHAIN_ID);
  const first = await rest("/cosmos/base/tendermint/v1beta1/blocks/1");
  expect(first.json.block_id.hash).toBe(
    Buffer.from((await cluster.nodes[0]!.headerOf(1)).blockHash, "hex").toString("base64"),
  );
  expect((await rest("/cosmos/base/tendermint/v1beta1/syncing")).json).toEqual({ syncing: false });
  const set = await rest("/cosmos/base/tendermint/v1beta1/validatorsets/latest");
  expect(set.json.validators).toMatchObject([{ voting_power: "1000000" }]);
  expect((await rest("/cosmos/consensus/v1/params")).json.params.block).toMatchObject({ max_gas: "-1" });
  const status = await rest("/cosmos/base/node/v1beta1/status");
  expect(Number(status.json.height)).toBeGreaterThan(0);
  expect((await rest("/cosmos/base/tendermint/v1beta1/blocks/999999")).status).toBe(400);
});

test("default: REST broadcasts, finds by hash and by event, and refuses what came before", async () => {
  const tx_bytes = toBase64(transfer(cluster, 5, 0));
  const sent = await rest("/cosmos/tx/v1beta1/txs", { tx_bytes, mode: "BROADCAST_MODE_SYNC" });
  expect(sent.json.tx_response).toMatchObject({ code: 0, raw_log: "" });
  const { txhash } = sent.json.tx_response;
  const find = () => rest(`/cosmos/tx/v1beta1/txs/${txhash}`);
  await until("the transaction in a block", async () => (await find()).status === 200);
  const found = (await find()).json.tx_response;
  expect(found).toMatchObject({ txhash, code: 0, gas_wanted: "100000" });
  expect(Number(found.gas_used)).toBeGreaterThan(0);
  expect(found.timestamp).toMatch(/^20\d\d-/);
  const query = encodeURIComponent(`message.sender='${cluster.accounts[5]!.address}'`);
  const search = await rest(`/cosmos/tx/v1beta1/txs?query=${query}&limit=10`);
  expect(search.json).toMatchObject({ total: "1", tx_responses: [{ txhash, height: found.height }] });
  expect((await rest(`/cosmos/tx/v1beta1/txs?query=${query}&page=2&limit=10`)).status).toBe(400);
  expect((await rest(`/cosmos/tx/v1beta1/txs?query=${encodeURIComponent("a = = b")}`)).status).toBe(400);
  const block = await rest(`/cosmos/tx/v1beta1/txs/block/${found.height}`);
  expect(block.json.txs).toHaveLength(1);
  const again = await rest("/cosmos/tx/v1beta1/txs", { tx_bytes, mode: "BROADCAST_MODE_SYNC" });
  expect(again.json.tx_response).toMatchObject({ code: 19, codespace: "sdk", raw_log: "tx already exists in cache" });
  const wrong = await rest("/cosmos/tx/v1beta1/txs", {
    tx_bytes: toBase64(transfer(cluster, 6, 7)),
    mode: "BROADCAST_MODE_SYNC",
  });
  expect(wrong.json.tx_response).toMatchObject({ code: 32, codespace: "sdk" });
  expect((await rest(`/cosmos/tx/v1beta1/txs/${"00".repeat(32)}`)).status).toBe(404);
});

test("default: gRPC by reflection", async () => {
  const address = `127.0.0.1:${cluster.nodes[0]!.ports.grpc}`;
  expect(await listServices("v1", address)).toContain("cosmos.tx.v1beta1.Service");
  const balance = await callByReflection(address, "cosmos.bank.v1beta1.Query/Balance", {
    address: cluster.accounts[7]!.address,
    denom: "uusdc",
  });
  expect(balance.json).toMatchObject({ balance: { denom: "uusdc" } });
});

test("behavior: without CometBFT the state is there, and the rest says that it is not", async () => {
  await cluster.nodes[0]!.killComet();
  const balances = await rest(`/cosmos/bank/v1beta1/balances/${cluster.accounts[1]!.address}`);
  expect(balances.status).toBe(200);
  const latest = await rest("/cosmos/base/tendermint/v1beta1/blocks/latest");
  expect(latest).toMatchObject({ status: 503, json: { code: 14, message: "CometBFT does not answer" } });
  await cluster.nodes[0]!.start();
  await until(
    "CometBFT to be back",
    async () => (await rest("/cosmos/base/tendermint/v1beta1/blocks/latest")).status === 200,
  );
});
