// `npm run bench -- execute`: what a MsgSend costs the main thread inside the application, step by step, with no node
// around it. Blocks of 256 from 1,000 accounts, on which four validators vote; the first rounds warm up and are not counted. Times are CPU of the whole
// process, so that the garbage collector's threads are in them: the mean, and that of a fast block, which neither the
// collector nor those who use the machine besides disturbed.

import type { ChainApp } from "../../app/app.ts";
import { emptyApp } from "../../app/genesis.ts";
import { signTestTx } from "../../app/testing/signTestTx.ts";
import {
  CHAIN_ID,
  GENESIS_NS,
  makeBlock,
  sendMessage,
  startChain,
  testAppState,
  timeNsOf,
} from "../../app/testing/testChain.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import type { DecodedTx } from "../../src/codec/tx.ts";
import { addressOfEd25519, addressOfSecp256k1 } from "../../src/crypto/address.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { publicKeyOf } from "../../src/crypto/secp256k1.ts";
import { createGenesisDoc } from "../../src/devnet/genesisFile.ts";
import { type Measured, rateOf, roundTo } from "./report.ts";

const ACCOUNTS = 1000;
const BLOCK_TXS = 256;
const VALIDATORS = 4;
const WARM_UP_BLOCKS = 20;
const BLOCKS = 60;

const STEPS = ["decode", "signatureWork", "check", "recheck", "execute", "commit"] as const;
type Step = (typeof STEPS)[number];

interface Sender {
  readonly key: Uint8Array;
  readonly address: string;
}

function makeSenders(): Sender[] {
  return Array.from({ length: ACCOUNTS }, (_, index) => {
    const key = sha256(Buffer.from(`bench account ${index}`));
    return { key, address: encodeAddress(addressOfSecp256k1(publicKeyOf(key))) };
  });
}

const PUB_KEYS = Array.from({ length: VALIDATORS }, (_, index) => sha256(Buffer.from(`bench validator ${index}`)));
/** All vote, each with the same power. */
const CONSENSUS = {
  votes: PUB_KEYS.map((pubKey) => ({ address: addressOfEd25519(pubKey), power: 1_000_000n, isAbsent: false })),
  misbehavior: [],
  nextValidatorsHash: new Uint8Array(32),
};

/** The default state with validators, and the senders numbered in their order. */
function benchAppState(senders: readonly Sender[]): Record<string, unknown> {
  const coins = [{ denom: "uusdc", amount: 1_000_000_000n }];
  const doc = createGenesisDoc({
    ...{ chainId: CHAIN_ID, timeNs: GENESIS_NS, appState: testAppState() },
    validators: PUB_KEYS.map((pubKey, index) => ({ pubKey, name: `validator ${index}` })),
    accounts: senders.map(({ address }) => ({ address, coins })),
  });
  return { ...doc.app_state };
}

/** The transfer with a running number: each sender to the next, round after round. */
function transfer(senders: readonly Sender[], index: number): Uint8Array {
  const at = index % ACCOUNTS;
  const { key, address } = senders[at]!;
  return signTestTx({
    chainId: CHAIN_ID,
    privKey: key,
    accountNumber: BigInt(at),
    sequence: BigInt(Math.trunc(index / ACCOUNTS)),
    messages: [sendMessage(address, senders[(at + 1) % ACCOUNTS]!.address, "1uusdc")],
    fee: "2500uusdc",
    gasLimit: 100_000n,
  });
}

/** Runs the benchmark. It has no flags. */
export async function benchExecute(): Promise<Measured> {
  const senders = makeSenders();
  const app = emptyApp();
  startChain(app, benchAppState(senders));
  makeBlock(app);
  process.stderr.write("signing\n");
  const txs = Array.from({ length: (WARM_UP_BLOCKS + BLOCKS) * BLOCK_TXS }, (_, index) => transfer(senders, index));
  const blockMicros = new Map<Step, number[]>(STEPS.map((step) => [step, []]));
  for (let block = 0; block < WARM_UP_BLOCKS + BLOCKS; block += 1) {
    const raw = txs.slice(block * BLOCK_TXS, (block + 1) * BLOCK_TXS);
    runBlock(app, raw, (step, work) => {
      const before = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(before);
      if (block >= WARM_UP_BLOCKS) blockMicros.get(step)?.push(user + system);
      return result;
    });
  }
  const operations = BLOCKS * BLOCK_TXS;
  const means = perTx(blockMicros, mean);
  const nodeMain = roundTo(
    Object.values(means).reduce((sum, micros) => sum + micros, 0),
    1,
  );
  const { signatureWork, recheck, ...stages } = means;
  return {
    options: { accounts: ACCOUNTS, blockTxs: BLOCK_TXS, validators: VALIDATORS, blocks: BLOCKS },
    ...rateOf(operations, (operations * nodeMain) / 1e6),
    errors: {},
    cpuMicrosPerOperation: { nodeMain, nodeOthers: 0, load: 0 },
    stageMicrosPerOperation: { ...stages, verify: signatureWork },
    details: { microsPerTx: means, fastMicrosPerTx: perTx(blockMicros, fast) },
  };
}

function perTx(blockMicros: ReadonlyMap<Step, readonly number[]>, of: (micros: readonly number[]) => number) {
  const microsOf = (step: Step) => roundTo(of(blockMicros.get(step) ?? []) / BLOCK_TXS, 1);
  return {
    decode: microsOf("decode"),
    signatureWork: microsOf("signatureWork"),
    check: microsOf("check"),
    recheck: microsOf("recheck"),
    execute: microsOf("execute"),
    commit: microsOf("commit"),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The slowest of the first tenth. */
function fast(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.trunc(values.length / 10)] ?? 0;
}

/** Takes a block's transactions through every step. */
function runBlock(app: ChainApp, raw: readonly Uint8Array[], timed: <T>(step: Step, work: () => T) => T): void {
  const txs = timed("decode", () => raw.map((tx) => app.decode(tx)));
  timed("signatureWork", () => txs.map((tx) => prepare(app, tx)));
  timed("check", () => txs.map((tx) => requireZero(app.checkTx(tx, "check"))));
  // Rechecks start from the committed state, as they do behind a block.
  app.revertTo(app.block);
  timed("recheck", () => txs.map((tx) => requireZero(app.checkTx(tx, "recheck"))));
  const height = app.block.height + 1;
  const request = { height, timeNs: timeNsOf(height), txs, proposerAddress: new Uint8Array(20), consensus: CONSENSUS };
  const { response } = timed("execute", () => app.finalizeBlock(request));
  response.txResults.map(requireZero);
  timed("commit", () => app.commit());
}

/** Leaves the verdict that the pool would, without verifying. */
function prepare(app: ChainApp, tx: DecodedTx): void {
  const work = app.signatureWork(tx);
  if (work === undefined) throw new Error("nothing to verify");
  app.verdicts.set(tx.hash, work.facts, true);
}

function requireZero({ code, log }: { readonly code: number; readonly log: string }): void {
  if (code !== 0) throw new Error(`a transfer failed with ${code}: ${log}`);
}
