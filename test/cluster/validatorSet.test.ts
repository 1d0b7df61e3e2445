// The validator set under real CometBFT, in this order on one chain: a fifth validator joins by a message and signs blocks; one
// that stands still is jailed and comes back; one whose key signed two blocks of a height is out for ever. All agree at the
// end. The double signature is made here with the validator's key and told by CometBFT's RPC: two processes with one key
// do not sign different blocks at will.

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QuerySigningInfoRequest, QuerySigningInfoResponse } from "../../gen/cosmos/slashing/v1beta1/query.ts";
import { MsgUnjail } from "../../gen/cosmos/slashing/v1beta1/tx.ts";
import { QueryValidatorRequest, QueryValidatorResponse } from "../../gen/cosmos/staking/v1beta1/query.ts";
import { MsgCreateValidator } from "../../gen/cosmos/staking/v1beta1/tx.ts";
import { SignedMsgType, Vote } from "../../gen/tendermint/types/types.ts";
import { ClusterNode, freePorts, until } from "../../scripts/testnet/cluster.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { fromBase64, toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { parseTimestamp } from "../../src/codec/time.ts";
import { encodeConsensusAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import type { GenesisDoc } from "../../src/consensus/genesisDoc.ts";
import { precommitSignBytes } from "../../src/consensus/hashing.ts";
import { type NodeKey, readValidatorKey } from "../../src/consensus/solo/nodeFiles.ts";
import { ed25519Signer } from "../../src/crypto/ed25519.ts";
import { homeFiles } from "../../src/devnet/nodeConfig.ts";
import { writeFollower } from "../../src/devnet/testnet.ts";
import { evidenceJson } from "../../src/rpc/comet/encodeEvidence.ts";
import { pubKeyAny } from "../../x/staking/validator.ts";
import {
  broadcast,
  CHAIN_ID,
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

let cluster: TestCluster;
let fifth: ClusterNode | undefined;

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
  cluster = await startTestCluster({ validators: 4, changeGenesis: changed });
}, 120_000);

afterAll(async () => {
  await fifth?.stop();
  await cluster.close();
}, 60_000);

const first = () => cluster.nodes[0]!;

async function query<Res>(
  path: string,
  request: Uint8Array,
  response: MessageCodec<Res>,
  node: ClusterNode = first(),
): Promise<Res> {
  const answer = (await node.call("abci_query", { path, data: toHex(request) })).at("response");
  const value = answer.at("value");
  return response.decode(value.isAbsent ? new Uint8Array(0) : fromBase64(value.text()));
}

async function validatorOf(account: number) {
  const validatorAddr = encodeValidatorAddress(decodeAddress(cluster.accounts[account]!.address));
  const request = QueryValidatorRequest.encode({ validatorAddr }).finish();
  return (await query("/cosmos.staking.v1beta1.Query/Validator", request, QueryValidatorResponse)).validator;
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

test("default: a validator joins by a message, and signs", async () => {
  const [ports] = await freePorts(1);
  const home = writeFollower(
    { home: join(cluster.folder, "fifth"), moniker: "fifth", host: "127.0.0.1", ports: ports! },
    { genesis: cluster.genesis, peers: cluster.nodes.map(({ peer }) => peer) },
  );
  fifth = new ClusterNode(home);
  await fifth.start();
  const follower = fifth;
  await follower.reaches((await first().status()).height, 60_000);
  // Before that it follows blocks and does not vote.
  await until("the fifth to be there", async () => !(await follower.status()).isSyncing, 60_000);
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

test("behavior: a key that signed two blocks of a height is out for ever", async () => {
  const key = keyOf(cluster.homes[DOUBLE_SIGNER]!.home);
  const { height } = await first().status();
  await first().reaches(height + 1);
  const header = (await first().call("block", { height: String(height) })).at("block").at("header");
  const set = (await first().call("validators", { height: String(height), per_page: "100" })).at("validators").items();
  const index = set.findIndex((entry) => entry.at("address").text() === toHex(key.address).toUpperCase());
  const timestamp = parseTimestamp(header.at("time").text());
  const voteFor = (byte: number): Vote => {
    const blockId = {
      hash: new Uint8Array(32).fill(byte),
      partSetHeader: { total: 1, hash: new Uint8Array(32).fill(byte) },
    };
    const signBytes = precommitSignBytes({ chainId: CHAIN_ID, height, round: 0, blockId, timestamp });
    return Vote.fromPartial({
      ...{ type: SignedMsgType.SIGNED_MSG_TYPE_PRECOMMIT, height: BigInt(height), round: 0, blockId, timestamp },
      ...{ validatorAddress: key.address, validatorIndex: index, signature: ed25519Signer(key.seed)(signBytes) },
    });
  };
  const evidence = evidenceJson({
    duplicateVoteEvidence: {
      ...{ voteA: voteFor(1), voteB: voteFor(2), timestamp },
      totalVotingPower: set.reduce((sum, entry) => sum + BigInt(entry.at("voting_power").text()), 0n),
      validatorPower: BigInt(set[index]!.at("voting_power").text()),
    },
    lightClientAttackEvidence: undefined,
  });
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "broadcast_evidence", params: { evidence } });
  const answer = await (await fetch(first().rpcUrl, { method: "POST", body })).json();
  expect(answer).not.toHaveProperty("error");
  const consAddress = encodeConsensusAddress(key.address);
  const request = QuerySigningInfoRequest.encode({ consAddress }).finish();
  const path = "/cosmos.slashing.v1beta1.Query/SigningInfo";
  const isTombstoned = async () =>
    (await query(path, request, QuerySigningInfoResponse)).valSigningInfo?.tombstoned === true;
  await until("the tombstone", isTombstoned, 60_000);
  await until("the set without it", async () => (await powerOf(key)) === undefined);
  expect(await validatorOf(DOUBLE_SIGNER)).toMatchObject({ jailed: true, tokens: "950000000000" });
  // It still follows, and everybody agrees.
  const nodes = [...cluster.nodes, fifth!];
  const last = (await first().status()).height + 3;
  await Promise.all(nodes.map((node) => node.reaches(last, 60_000)));
  await requireSameChain(nodes, last, last - 3);
}, 120_000);
