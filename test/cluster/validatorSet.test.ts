// The validator set under real CometBFT, in this order on one chain: a fifth validator joins by a message and signs blocks; one
// that stands still is jailed and comes back; one whose key a second process has, too, signs two blocks of a height, as
// soon as both propose one, and is out for ever. All agree at the end.

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QuerySigningInfoRequest, QuerySigningInfoResponse } from "../../gen/cosmos/slashing/v1beta1/query.ts";
import { MsgUnjail } from "../../gen/cosmos/slashing/v1beta1/tx.ts";
import { QueryValidatorRequest, QueryValidatorResponse } from "../../gen/cosmos/staking/v1beta1/query.ts";
import { MsgCreateValidator } from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { ClusterNode, freePorts, until } from "../../scripts/testnet/cluster.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { encodeConsensusAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import type { GenesisDoc } from "../../src/consensus/genesisDoc.ts";
import { type NodeKey, readValidatorKey } from "../../src/consensus/solo/nodeFiles.ts";
import { homeFiles } from "../../src/devnet/nodeConfig.ts";
import { type TestnetHome, writeFollower } from "../../src/devnet/testnet.ts";
import { pubKeyAny } from "../../x/staking/validator.ts";
import {
  broadcast,
  editConfig,
  Load,
  query,
  requireSameChain,
  sequenceOf,
  signed,
  startTestCluster,
  type TestCluster,
} from "./testCluster.ts";

const GAS = 500_000n;
/** Nine missed of ten are too many. */
const SLASHING = { signed_blocks_window: "10", min_signed_per_window: "0.2", downtime_jail_duration: "1s" };
/** Accounts: the first four operate the validators of the genesis. */
const [DOUBLE_SIGNER, SLEEPER, JOINER] = [2, 3, 4];

/** Votes that come late still count: nobody is absent but who is meant to be. */
const PACE = { commitMs: 200, emptyBlockMs: 500 };
/**
 * What two processes with one key say takes this long to leave them. Until then neither hears that the other has proposed
 * and voted, and does so, too; and nobody has told them that a vote of this key is there already.
 */
const SLOW_TO_TELL = { p2p: { flush_throttle_timeout: "100ms" } };

let cluster: TestCluster;
const followers: ClusterNode[] = [];

/** What the joiner has, and then as much power as each of the others: a vote that is not needed often comes too late. */
const JOINER_USTAKE = 1_000_000_000_000n;

function changed(genesis: GenesisDoc): GenesisDoc {
  const state = genesis.app_state["slashing"] as { readonly params: object };
  const slashing = { ...state, params: { ...state.params, ...SLASHING } };
  const bank = genesis.app_state["bank"] as { readonly balances: { coins: { denom: string; amount: string }[] }[] };
  const balances = bank.balances.map((balance, index) => {
    if (index !== JOINER) return balance;
    const [, ...others] = balance.coins;
    return { ...balance, coins: [{ denom: "ustake", amount: JOINER_USTAKE.toString() }, ...others] };
  });
  return { ...genesis, app_state: { ...genesis.app_state, slashing, bank: { ...bank, balances } } };
}

beforeAll(async () => {
  cluster = await startTestCluster({
    validators: 4,
    pace: PACE,
    changeGenesis: changed,
    prepare: (homes) => editConfig(homes[DOUBLE_SIGNER]!.home, SLOW_TO_TELL),
  });
}, 120_000);

afterAll(async () => {
  await Promise.all(followers.map((node) => node.stop()));
  await cluster.close();
}, 60_000);

const first = () => cluster.nodes[0]!;

async function validatorOf(account: number, node = first()) {
  const validatorAddr = encodeValidatorAddress(decodeAddress(cluster.accounts[account]!.address));
  const request = QueryValidatorRequest.encode({ validatorAddr }).finish();
  return (await query(node, "/cosmos.staking.v1beta1.Query/Validator", request, QueryValidatorResponse)).validator;
}

async function isTombstoned({ address }: NodeKey, node = first()): Promise<boolean> {
  const request = QuerySigningInfoRequest.encode({ consAddress: encodeConsensusAddress(address) }).finish();
  const path = "/cosmos.slashing.v1beta1.Query/SigningInfo";
  return (await query(node, path, request, QuerySigningInfoResponse)).valSigningInfo?.tombstoned === true;
}

/** Sends a message of an account and waits for its block. */
async function run<T>(account: number, codec: MessageCodec<T>, message: Partial<T>): Promise<void> {
  const { address } = cluster.accounts[account]!;
  const sequence = await sequenceOf(first(), address);
  const value = codec.encode(codec.fromPartial(message)).finish();
  const tx = signed(cluster, account, sequence, { typeUrl: `/${codec.$type}`, value }, GAS);
  expect(await broadcast(first(), tx)).toBe(0);
  await until(`${codec.$type} to be in a block`, async () => (await sequenceOf(first(), address)) > sequence);
}

/** Whether the last commit has the signature of a validator. */
async function hasSigned({ address }: NodeKey): Promise<boolean> {
  const { height } = await first().status();
  const block = (await first().call("block", { height: String(height) })).at("block");
  const signatures = block.at("last_commit").at("signatures").items();
  return signatures.some((entry) => entry.at("validator_address").text() === toHex(address).toUpperCase());
}

async function powerOf({ address }: NodeKey): Promise<string | undefined> {
  const validators = (await first().call("validators", { per_page: "100" })).at("validators").items();
  const found = validators.find((entry) => entry.at("address").text() === toHex(address).toUpperCase());
  return found?.at("voting_power").text();
}

const keyOf = (home: string) => readValidatorKey(homeFiles(home).validatorKey);

/** Writes the home of a node that follows the network. */
async function writeHome(moniker: string): Promise<TestnetHome> {
  const [ports] = await freePorts(1);
  return writeFollower(
    { home: join(cluster.folder, moniker), moniker, host: "127.0.0.1", ports: ports! },
    { genesis: cluster.genesis, peers: cluster.nodes.map(({ peer }) => peer), options: { pace: PACE } },
  );
}

/** Starts a node and waits until it has all blocks: before that it does not vote. */
async function startFollower(home: TestnetHome): Promise<ClusterNode> {
  const node = new ClusterNode(home);
  followers.push(node);
  await node.start();
  await node.reaches((await first().status()).height, 60_000);
  await until(`${home.moniker} to be there`, async () => !(await node.status()).isSyncing, 60_000);
  return node;
}

test("default: a validator joins by a message, and signs", async () => {
  const home = await writeHome("fifth");
  await startFollower(home);
  const key = keyOf(home.home);
  const { address } = cluster.accounts[JOINER]!;
  await run(JOINER, MsgCreateValidator, {
    description: { moniker: "fifth", identity: "", website: "", securityContact: "", details: "" },
    commission: { rate: "0", maxRate: "1000000000000000000", maxChangeRate: "0" },
    minSelfDelegation: "1",
    validatorAddress: encodeValidatorAddress(decodeAddress(address)),
    pubkey: pubKeyAny(key.pubKey),
    value: { denom: "ustake", amount: JOINER_USTAKE.toString() },
  });
  await until("the fifth to vote", async () => (await powerOf(key)) === "1000000");
  await until("the fifth to sign", () => hasSigned(key));
}, 120_000);

test("behavior: one that stands still is jailed, and comes back when it asks", async () => {
  const node = cluster.nodes[SLEEPER]!;
  const key = keyOf(cluster.homes[SLEEPER]!.home);
  await node.stop("SIGKILL");
  await until("the jail", async () => (await validatorOf(SLEEPER))?.jailed === true, 90_000);
  await until("the set without it", async () => (await powerOf(key)) === undefined);
  await node.start();
  await node.reaches((await first().status()).height + 1, 60_000);
  const { address } = cluster.accounts[SLEEPER]!;
  await run(SLEEPER, MsgUnjail, { validatorAddr: encodeValidatorAddress(decodeAddress(address)) });
  // A hundredth less than it had.
  await until("its return", async () => (await powerOf(key)) === "990000");
  await until("its signature", () => hasSigned(key));
}, 180_000);

/** Two votes of a validator for different blocks of one height, out of the chain's evidence; undefined while there are none. */
async function evidenceAgainst({ address }: NodeKey, from: number): Promise<string[] | undefined> {
  const { height } = await first().status();
  for (let at = from; at <= height; at += 1) {
    const block = (await first().call("block", { height: String(at) })).at("block");
    for (const evidence of block.at("evidence").at("evidence").items()) {
      const votes = ["vote_a", "vote_b"].map((vote) => evidence.at("value").at(vote));
      for (const vote of votes) expect(vote.at("validator_address").text()).toBe(toHex(address).toUpperCase());
      return votes.map((vote) => vote.at("block_id").at("hash").text());
    }
  }
  return undefined;
}

test("behavior: two processes with one key sign two blocks of a height, and the key is out for ever", async () => {
  const original = cluster.homes[DOUBLE_SIGNER]!.home;
  const key = keyOf(original);
  const from = (await first().status()).height;
  const home = await writeHome("twin");
  copyFileSync(homeFiles(original).validatorKey, homeFiles(home.home).validatorKey);
  editConfig(home.home, SLOW_TO_TELL);
  const load = new Load(cluster, 4);
  try {
    await startFollower(home);
    await until("the tombstone", () => isTombstoned(key), 150_000);
  } finally {
    await load.stop();
  }
  await until("the set without it", async () => (await powerOf(key)) === undefined);
  const [one, two] = (await evidenceAgainst(key, from)) ?? [];
  expect(one).not.toBe(two);
  // Both still follow, and everybody agrees.
  const nodes = [...cluster.nodes, ...followers];
  const last = (await first().status()).height + 3;
  await Promise.all(nodes.map((node) => node.reaches(last, 60_000)));
  await requireSameChain(nodes, last, from);
  for (const node of nodes) {
    expect(await isTombstoned(key, node)).toBe(true);
    expect(await validatorOf(DOUBLE_SIGNER, node)).toMatchObject({ jailed: true, tokens: "950000000000" });
  }
}, 240_000);
