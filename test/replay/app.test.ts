// A chain of the real application with transactions of every kind, over two lives and a revert, is replayed from its
// block store in a fresh process. Cases: the same app hash and results at every height; a changed transaction is noticed.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMultisigThresholdPubkey, pubkeyToAddress } from "@cosmjs/amino";
import type { EncodeObject } from "@cosmjs/proto-signing";
import { coins, makeMultisignedTxBytes, type SigningStargateClient } from "@cosmjs/stargate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STORE_NAMES } from "../../app/app.ts";
import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { MsgExec, MsgGrant, MsgRevoke } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { MsgMultiSend, MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { BasicAllowance } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import { MsgGrantAllowance } from "../../gen/cosmos/feegrant/v1beta1/tx.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import { txRunKey } from "../../src/consensus/dbKeys.ts";
import { runHeadBytes } from "../../src/consensus/resultEncoding.ts";
import { signUnordered } from "../../src/sdk/unorderedTx.ts";
import { pruningOptions } from "../../src/store/pruning.ts";
import { openStateDisk } from "../../src/store/stateDisk.ts";
import {
  addressOf,
  aminoWallet,
  directWallet,
  freshAddress,
  PREFIX,
  signingClient,
  startTestChain,
  type TestChain,
} from "../e2e/testChain.ts";

const FEE = { amount: coins(12_500, "uusdc"), gas: "500000" };
const MINUTE_NS = 60_000_000_000n;
const ROOT = new URL("../../", import.meta.url).pathname;

let home: string;
/** What the node committed: app hash by height, and the heights of some transactions. */
const hashes: string[] = [];
const codes = new Map<number, number>();
let txHeight = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "replay-app-"));
  for (const life of [firstLife, secondLife]) {
    const chain = await startTestChain({ home });
    try {
      await life(chain);
      await readBlocks(chain);
    } finally {
      await chain.close();
    }
  }
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Remembers what the node tells of its blocks: in the first life those up to its end, in the second all. */
async function readBlocks({ devnet: { node } }: TestChain): Promise<void> {
  codes.clear();
  for (let height = 1; height <= node.latestHeight; height += 1) {
    const results = await node.getBlockResults(height);
    if (results === undefined) throw new Error(`no block ${height}`);
    hashes[height - 1] = toHex(results.appHash);
    for (const { code } of results.txResults) codes.set(code, (codes.get(code) ?? 0) + 1);
    if (results.txResults.length > 0) txHeight = height;
  }
}

const send = (fromAddress: string, toAddress: string, amount: string): MsgSend => ({
  fromAddress,
  toAddress,
  amount: coins(amount, "uusdc"),
});
const message = (type: { readonly $type: string }, value: object): EncodeObject => ({
  typeUrl: `/${type.$type}`,
  value,
});
const packed = (value: MsgSend) => ({ typeUrl: `/${MsgSend.$type}`, value: MsgSend.encode(value).finish() });

interface Actor {
  readonly client: SigningStargateClient;
  readonly address: string;
  /** Signs, sends, waits for the block, and gives the code. */
  run(...messages: readonly EncodeObject[]): Promise<number>;
}

async function actor(chain: TestChain, account: number, wallets: typeof directWallet | typeof aminoWallet) {
  const wallet = await wallets(chain, account);
  const [client, address] = [await signingClient(chain, wallet), await addressOf(wallet)];
  const run = async (...messages: readonly EncodeObject[]) =>
    (await client.signAndBroadcast(address, messages, FEE)).code;
  return { client, address, run } satisfies Actor;
}

/** Sends, failures, grants that are used, revoked and left to expire, allowances, and a run of unordered transactions. */
async function firstLife(chain: TestChain): Promise<void> {
  const [one, two, three] = [
    await actor(chain, 1, directWallet),
    await actor(chain, 2, directWallet),
    await actor(chain, 3, directWallet),
  ];
  const fresh = await freshAddress();
  expect(await one.run(message(MsgSend, send(one.address, fresh, "5")))).toBe(0);
  const amino = await actor(chain, 8, aminoWallet);
  expect(await amino.run(message(MsgSend, send(amino.address, fresh, "6")))).toBe(0);
  // The second message fails and takes the first with it.
  const tooMuch = send(one.address, fresh, "999999999999999");
  expect(await one.run(message(MsgSend, send(one.address, fresh, "1")), message(MsgSend, tooMuch))).toBe(5);
  const inputs = [{ address: one.address, coins: coins(30, "uusdc") }];
  const outputs = [two.address, await freshAddress()].map((address) => ({ address, coins: coins(15, "uusdc") }));
  expect(await one.run(message(MsgMultiSend, { inputs, outputs }))).toBe(0);

  const authorization = {
    typeUrl: `/${GenericAuthorization.$type}`,
    value: GenericAuthorization.encode({ msg: `/${MsgSend.$type}` }).finish(),
  };
  const nowNs = chain.devnet.node.latestTimeNs;
  const grant = (grantee: string, minutes: bigint) => {
    // CosmJS's types write nanos as they are; whole seconds keep both the same.
    const { seconds } = timestampFromNs(nowNs + minutes * MINUTE_NS);
    return message(MsgGrant, {
      granter: one.address,
      grantee,
      grant: { authorization, expiration: { seconds, nanos: 0 } },
    });
  };
  const exec = message(MsgExec, { grantee: two.address, msgs: [packed(send(one.address, fresh, "7"))] });
  expect(await one.run(grant(two.address, 60n), grant(three.address, 5n))).toBe(0);
  expect(await two.run(exec)).toBe(0);
  const revoke = { granter: one.address, grantee: two.address, msgTypeUrl: `/${MsgSend.$type}` };
  expect(await one.run(message(MsgRevoke, revoke))).toBe(0);
  expect(await two.run(exec)).not.toBe(0);

  const allowance = {
    typeUrl: `/${BasicAllowance.$type}`,
    value: BasicAllowance.encode(BasicAllowance.fromPartial({ spendLimit: coins(20_000, "uusdc") })).finish(),
  };
  const { address: granter } = one;
  expect(await one.run(message(MsgGrantAllowance, { granter, grantee: three.address, allowance }))).toBe(0);
  const paid = [message(MsgSend, send(three.address, fresh, "8"))];
  expect((await three.client.signAndBroadcast(three.address, paid, { ...FEE, granter })).code).toBe(0);

  await unorderedRun(chain);
  // The grant to the third account expires in the next block.
  await chain.devnet.node.admin?.advanceTime(10n * MINUTE_NS);
  await chain.devnet.node.admin?.mine();
  for (const { client } of [one, two, three, amino]) client.disconnect();
}

async function unorderedRun(chain: TestChain): Promise<void> {
  const signer = await directWallet(chain, 4);
  const [client, address] = [await signingClient(chain, signer), await addressOf(signer)];
  const { accountNumber } = await client.getSequence(address);
  const timeMs = Number(chain.devnet.node.latestTimeNs / 1_000_000n) + 120_000;
  const sent = Array.from({ length: 8 }, async (_, index) => {
    const messages = [message(MsgSend, send(address, await freshAddress(), "9"))];
    const timeoutTimestampMs = timeMs + index;
    const { chainId } = chain.devnet;
    const tx = { signer, address, chainId, accountNumber, messages, fee: FEE, timeoutTimestampMs };
    return (await client.broadcastTx(await signUnordered(tx))).code;
  });
  expect(await Promise.all(sent)).toEqual(new Array(8).fill(0));
  client.disconnect();
}

/** A multisig account pays; blocks are reverted and others made in their place; a burst fills some more. */
async function secondLife(chain: TestChain): Promise<void> {
  const payer = await actor(chain, 5, directWallet);
  const wallets = await Promise.all([6, 7].map((account) => aminoWallet(chain, account)));
  const keys = await Promise.all(
    wallets.map(async (wallet) => {
      const [account] = await wallet.getAccounts();
      return { type: "tendermint/PubKeySecp256k1", value: Buffer.from(account?.pubkey ?? []).toString("base64") };
    }),
  );
  const multisig = createMultisigThresholdPubkey(keys, 2);
  const shared = pubkeyToAddress(multisig, PREFIX);
  expect(await payer.run(message(MsgSend, send(payer.address, shared, "1000000")))).toBe(0);
  const { accountNumber, sequence } = await payer.client.getSequence(shared);
  const signerData = { accountNumber, sequence, chainId: chain.devnet.chainId };
  const signatures = new Map<string, Uint8Array>();
  let bodyBytes: Uint8Array = new Uint8Array(0);
  const messages = [message(MsgSend, send(shared, payer.address, "11"))];
  for (const wallet of wallets) {
    const client = await signingClient(chain, wallet);
    const address = await addressOf(wallet);
    const signed = await client.sign(address, messages, FEE, "", signerData);
    bodyBytes = signed.bodyBytes;
    signatures.set(address, signed.signatures[0] ?? new Uint8Array(0));
    client.disconnect();
  }
  const tx = makeMultisignedTxBytes(multisig, sequence, FEE, bodyBytes, signatures);
  expect((await payer.client.broadcastTx(tx)).code).toBe(0);

  const { admin } = chain.devnet.node;
  const id = await admin?.snapshot();
  expect(await payer.run(message(MsgSend, send(payer.address, await freshAddress(), "12")))).toBe(0);
  await admin?.revert(id ?? "");
  await admin?.setBalance(payer.address, "uusdc", 77_000_000n);
  for (let count = 0; count < 10; count += 1) {
    expect(await payer.run(message(MsgSend, send(payer.address, await freshAddress(), "13")))).toBe(0);
  }
  payer.client.disconnect();
}

/** Replays in a process of its own. A failed replay exits with 1; what it says is looked at. */
function replay(): Promise<{ code: unknown; lines: string[]; said: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", "scripts/replay.ts", "--home", home, "--hashes"],
      { cwd: ROOT },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, lines: stdout.trim().split("\n"), said: stderr }),
    );
  });
}

test("default: a fresh process comes to the same app hash at every height", async () => {
  // Some failed, and most did not.
  expect(codes.get(5)).toBe(1);
  expect(codes.get(0)).toBeGreaterThan(28);
  const { code, lines, said } = await replay();
  expect(said).toContain("sound");
  expect(code).toBe(0);
  const { blocks, txs, broken } = JSON.parse(lines.at(-1) ?? "");
  expect(broken).toEqual([]);
  expect(lines.slice(0, hashes.length)).toEqual(hashes.map((hash, index) => `${index + 1} ${hash}`));
  // Empty blocks may have followed before the chain was closed.
  expect(blocks).toBeGreaterThanOrEqual(hashes.length);
  expect(txs).toBe([...codes.values()].reduce((sum, count) => sum + count, 0));
  console.log(`replayed ${blocks} blocks with ${txs} transactions`);
});

test("error: a result that was changed on the disk", async () => {
  const disk = await openStateDisk({
    folder: join(home, "data"),
    names: STORE_NAMES,
    pruning: pruningOptions("default"),
  });
  const key = txRunKey(txHeight, 0);
  const record = disk.get(key)!.slice();
  // The table of texts, of which the events are made, which no hash covers, stands before the transaction.
  record[runHeadBytes(record[0]!) + 1]! ^= 1;
  const batch = disk.batch();
  batch.put(key, record);
  await batch.write();
  await disk.close();
  const { code, said } = await replay();
  expect(said).toMatch(/^FAILED: /m);
  expect(code).toBe(1);
});
