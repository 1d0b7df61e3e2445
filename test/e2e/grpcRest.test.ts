// A fresh node driven by gRPC reflection, as grpcurl does, and by plain fetch on REST. Cases: node info, blocks,
// validators, balances, supply, account, authz and feegrant; simulate, broadcast, find by hash and by event; a height;
// the shapes of 400, 404 and 501; the faucet.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeAddress } from "../../src/codec/address.ts";
import { toBase64, utf8 } from "../../src/codec/bytes.ts";
import { callByReflection, listServices } from "../../src/rpc/grpc/testing/reflectionClient.ts";
import { type QueryServers, SENDER, signedSend, startQueryServers } from "./queryServers.ts";

// biome-ignore lint/suspicious/noExplicitAny: the tests say by their expectations what the JSON is.
type AnyJson = any;

let chain: QueryServers;
let grpc: string;
const sender = SENDER.address;

beforeAll(async () => {
  chain = await startQueryServers();
  grpc = chain.grpcAddress;
});

afterAll(async () => {
  await chain?.close();
  expect(chain?.errors).toEqual([]);
});

/** An address that nobody has used. */
const freshAddress = () => encodeAddress(crypto.getRandomValues(new Uint8Array(20)));

/** The next transaction of the sender's, in base64. */
let sequence = 0;
const nextSend = (toAddress: string, memo: string) => toBase64(signedSend(toAddress, { sequence: sequence++, memo }));

async function rest(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; json: AnyJson; headers: Headers }> {
  const response = await fetch(chain.restUrl + path, init);
  return { status: response.status, json: await response.json(), headers: response.headers };
}

const post = (path: string, body: unknown) => rest(path, { method: "POST", body: JSON.stringify(body) });

/** Asks until the transaction is in a block. */
async function awaitTx(hash: string): Promise<AnyJson> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { status, json } = await rest(`/cosmos/tx/v1beta1/txs/${hash}`);
    if (status === 200) return json;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${hash} is in no block`);
}

describe("REST", () => {
  test("default: the node, its blocks and its validators", async () => {
    const info = await rest("/cosmos/base/tendermint/v1beta1/node_info");
    const chainId = info.json.default_node_info.network;
    expect(chainId).not.toBe("");
    const latest = await rest("/cosmos/base/tendermint/v1beta1/blocks/latest");
    expect(latest.json.block.header.chain_id).toBe(chainId);
    const first = await rest("/cosmos/base/tendermint/v1beta1/blocks/1");
    expect(first.json.block.header.height).toBe("1");
    expect(first.json.sdk_block.header.proposer_address).toMatch(/^statesetvalcons1/);
    const set = await rest("/cosmos/base/tendermint/v1beta1/validatorsets/latest");
    expect(set.json.validators[0].pub_key["@type"]).toBe("/cosmos.crypto.ed25519.PubKey");
    const status = await rest("/cosmos/base/node/v1beta1/status");
    expect(Number(status.json.height)).toBeGreaterThan(0);
    const params = await rest("/cosmos/consensus/v1/params");
    expect(params.json.params.block).toMatchObject({ max_gas: "-1" });
  });

  test("default: account, balances, supply, grants and allowances", async () => {
    const account = await rest(`/cosmos/auth/v1beta1/accounts/${sender}`);
    expect(account.json.account).toMatchObject({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address: sender });
    const balances = await rest(`/cosmos/bank/v1beta1/balances/${sender}`);
    expect(balances.json.balances.map((coin: { denom: string }) => coin.denom)).toContain("uusdc");
    const supply = await rest("/cosmos/bank/v1beta1/supply/by_denom?denom=uusdc");
    expect(BigInt(supply.json.amount.amount)).toBeGreaterThan(0n);
    expect((await rest(`/cosmos/authz/v1beta1/grants/granter/${sender}`)).json.grants).toEqual([]);
    expect((await rest(`/cosmos/feegrant/v1beta1/issued/${sender}`)).json.allowances).toEqual([]);
  });

  test("default: simulate, broadcast, find by hash and by event; the balance before and after", async () => {
    const recipient = freshAddress();
    const tx_bytes = nextSend(recipient, "by REST");
    const simulated = await post("/cosmos/tx/v1beta1/simulate", { tx_bytes });
    expect(simulated.status).toBe(200);
    expect(Number(simulated.json.gas_info.gas_used)).toBeGreaterThan(0);
    const sent = await post("/cosmos/tx/v1beta1/txs", { tx_bytes, mode: "BROADCAST_MODE_SYNC" });
    expect(sent.json.tx_response).toMatchObject({ code: 0, raw_log: "" });
    const found = await awaitTx(sent.json.tx_response.txhash);
    expect(found.tx_response.code).toBe(0);
    expect(found.tx.body).toMatchObject({ memo: "by REST", messages: [{ to_address: recipient }] });
    const { height } = found.tx_response;

    const query = encodeURIComponent(`transfer.recipient='${recipient}'`);
    const search = await rest(`/cosmos/tx/v1beta1/txs?query=${query}&order_by=ORDER_BY_DESC&limit=10`);
    expect(search.json).toMatchObject({ total: "1", tx_responses: [{ txhash: sent.json.tx_response.txhash, height }] });
    const block = await rest(`/cosmos/tx/v1beta1/txs/block/${height}`);
    expect(block.json.txs.map((tx: AnyJson) => tx.body.memo)).toContain("by REST");

    const path = `/cosmos/bank/v1beta1/balances/${recipient}/by_denom?denom=uusdc`;
    const after = await rest(path, { headers: { "x-cosmos-block-height": height } });
    expect(after.json.balance.amount).toBe("1000");
    expect(after.headers.get("x-cosmos-block-height")).toBe(height);
    const before = await rest(path, { headers: { "x-cosmos-block-height": String(Number(height) - 1) } });
    expect(before.json.balance.amount).toBe("0");

    const again = await post("/cosmos/tx/v1beta1/txs", { tx_bytes, mode: "BROADCAST_MODE_SYNC" });
    expect(again.json.tx_response).toMatchObject({ code: 19, codespace: "sdk" });
  });

  test.each([
    ["an account nobody has", `/cosmos/auth/v1beta1/accounts/${freshAddress()}`, 404, 5],
    ["a malformed address", "/cosmos/bank/v1beta1/balances/stateset1xyz", 400, 3],
    ["a height in the future", "/cosmos/base/tendermint/v1beta1/blocks/99999999", 400, 3],
    ["a path nobody answers", "/cosmos/mint/v1beta1/inflation", 501, 12],
  ])("error: %s", async (_name, path, status, code) => {
    const answer = await rest(path);
    expect(answer).toMatchObject({ status, json: { code, details: [] } });
    expect(answer.json.message).not.toBe("");
  });

  test("error: a transaction that is none", async () => {
    const tx_bytes = toBase64(utf8("no transaction"));
    const decoded = await post("/cosmos/tx/v1beta1/decode", { tx_bytes });
    expect(decoded).toMatchObject({ status: 400, json: { code: 3 } });
    const sent = await post("/cosmos/tx/v1beta1/txs", { tx_bytes, mode: "BROADCAST_MODE_SYNC" });
    expect(sent.json.tx_response).toMatchObject({ code: 2, codespace: "sdk" });
  });
});

describe("gRPC by reflection", () => {
  test.each(["v1", "v1alpha"])("default: lists the services (%s)", async (version) => {
    expect((await listServices(version, grpc)).sort()).toEqual([
      "circle.cctp.v1.Query",
      "circle.cctp.v2.Query",
      "cosmos.auth.v1beta1.Query",
      "cosmos.authz.v1beta1.Query",
      "cosmos.bank.v1beta1.Query",
      "cosmos.base.node.v1beta1.Service",
      "cosmos.base.reflection.v1beta1.ReflectionService",
      "cosmos.base.tendermint.v1beta1.Service",
      "cosmos.consensus.v1.Query",
      "cosmos.distribution.v1beta1.Query",
      "cosmos.feegrant.v1beta1.Query",
      "cosmos.slashing.v1beta1.Query",
      "cosmos.staking.v1beta1.Query",
      "cosmos.tx.v1beta1.Service",
      "cosmos.upgrade.v1beta1.Query",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "stateset.authority.v1.Query",
      "stateset.cctp.v1.Query",
      "stateset.fees.v1.Query",
      "stateset.issuer.v1.Query",
      "stateset.orders.v1.Query",
    ]);
  });

  test("default: describes and calls modules and node services", async () => {
    const balance = await callByReflection(grpc, "cosmos.bank.v1beta1.Query/Balance", {
      address: sender,
      denom: "uusdc",
    });
    expect(balance.json).toMatchObject({ balance: { denom: "uusdc" } });
    expect(Number(balance.height)).toBeGreaterThan(0);
    const status = await callByReflection(grpc, "cosmos.base.node.v1beta1.Service/Status", {});
    expect(status.json).toMatchObject({ height: expect.any(String) });
    const txBytes = nextSend(freshAddress(), "by gRPC");
    const sent: AnyJson = await callByReflection(grpc, "cosmos.tx.v1beta1.Service/BroadcastTx", {
      txBytes,
      mode: "BROADCAST_MODE_SYNC",
    });
    expect((await awaitTx(sent.json.txResponse.txhash)).tx.body.memo).toBe("by gRPC");
  });

  test("error: statuses", async () => {
    const address = freshAddress();
    await expect(callByReflection(grpc, "cosmos.auth.v1beta1.Query/Account", { address })).rejects.toMatchObject({
      code: 5,
      details: `account ${address} not found`,
    });
    await expect(callByReflection(grpc, "cosmos.tx.v1beta1.Service/GetTx", { hash: "zz" })).rejects.toMatchObject({
      code: 3,
    });
  });
});

test("default: the faucet gives once, then asks to wait", async () => {
  const address = freshAddress();
  const credit = () =>
    fetch(`${chain.faucetUrl}/credit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ denom: "uusdc", address }),
    });
  const first = await credit();
  expect([first.status, await first.text()]).toEqual([200, "ok"]);
  const { json } = await rest(`/cosmos/bank/v1beta1/balances/${address}/by_denom?denom=uusdc`);
  expect(BigInt(json.balance.amount)).toBeGreaterThan(0n);
  expect((await credit()).status).toBe(405);
  const status: AnyJson = await (await fetch(`${chain.faucetUrl}/status`)).json();
  expect(status).toMatchObject({ status: "ok", availableTokens: ["uusdc"] });
});
