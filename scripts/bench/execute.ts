// `npm run bench -- execute [--case send|create|pay|update]`: what a transaction costs the main thread inside the
// application, step by step, with no node around it. Blocks of 256 from 1,000 accounts, on which four validators vote; the
// first rounds warm up and are not counted. Times are CPU of the whole process, so that the garbage collector's threads are
// in them: the mean, and that of a fast block, which neither the collector nor those who use the machine besides disturbed.
// Bytes are what the median block allocated: on V8's heap, and in buffers outside of it; right where that is less than the
// young generation holds (NODE_OPTIONS=--max-semi-space-size=256 makes it so). `hashes` cover all results and the
// state in the end: a change that means to change neither leaves them as they are.

import { parseArgs } from "node:util";
import { getHeapStatistics } from "node:v8";
import type { ChainApp } from "../../app/app.ts";
import { emptyApp } from "../../app/genesis.ts";
import { GENESIS_NS, testAppState, timeNsOf } from "../../app/testing/testChain.ts";
import { ExecTxResult, RequestInitChain } from "../../gen/tendermint/abci/types.ts";
import { toHex, utf8 } from "../../src/codec/bytes.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import type { DecodedTx } from "../../src/codec/tx.ts";
import { addressOfEd25519 } from "../../src/crypto/address.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { createGenesisDoc } from "../../src/devnet/genesisFile.ts";
import { type Account, BENCH_CHAIN_ID, type LoadTx, makeAccounts, signLoadTx } from "./load/accounts.ts";
import { createOrder, fulfillOrder, orderIdOf, payOrder } from "./orderTxs.ts";
import { type Measured, rateOf, roundTo } from "./report.ts";
import { send } from "./send.ts";

const ACCOUNTS = 1000;
const BLOCK_TXS = 256;
const VALIDATORS = 4;
const WARM_UP_BLOCKS = 20;
const BLOCKS = 60;
const ALL_BLOCKS = WARM_UP_BLOCKS + BLOCKS;

const STEPS = ["decode", "signatureWork", "check", "recheck", "execute", "commit"] as const;
type Step = (typeof STEPS)[number];

type MakeTx = (sender: string, recipient: string, round: number) => LoadTx;

const create: MakeTx = createOrder;
const pay: MakeTx = (sender, _, round) => payOrder(sender, orderIdOf(sender, round + 1));
const fulfill: MakeTx = (sender, _, round) => fulfillOrder(sender, orderIdOf(sender, round + 1));

/** What is executed first, and what is measured. */
const CASES: Readonly<Record<string, { readonly prepare: readonly MakeTx[]; readonly measure: MakeTx }>> = {
  send: { prepare: [], measure: send },
  create: { prepare: [], measure: create },
  pay: { prepare: [create], measure: pay },
  update: { prepare: [create, pay], measure: fulfill },
};

const PUB_KEYS = Array.from({ length: VALIDATORS }, (_, index) => sha256(Buffer.from(`bench validator ${index}`)));
/** All vote, each with the same power. */
const CONSENSUS = {
  votes: PUB_KEYS.map((pubKey) => ({ address: addressOfEd25519(pubKey), power: 1_000_000n, isAbsent: false })),
  misbehavior: [],
  nextValidatorsHash: new Uint8Array(32),
};

/** An application with validators, and the senders numbered in their order. */
function startApp(senders: readonly Account[]): ChainApp {
  const coins = [{ denom: "uusdc", amount: 1_000_000_000_000n }];
  const doc = createGenesisDoc({
    ...{ chainId: BENCH_CHAIN_ID, timeNs: GENESIS_NS, appState: testAppState() },
    validators: PUB_KEYS.map((pubKey, index) => ({ pubKey, name: `validator ${index}` })),
    accounts: senders.map(({ address }) => ({ address, coins })),
  });
  const app = emptyApp();
  app.initChain(
    RequestInitChain.fromPartial({
      chainId: BENCH_CHAIN_ID,
      time: timestampFromNs(GENESIS_NS),
      initialHeight: 1n,
      appStateBytes: utf8(JSON.stringify(doc.app_state)),
    }),
  );
  runBlock(app, [], (_, work) => work());
  return app;
}

/** Transactions: each sender to the next, round after round, from a round on. */
function sign(senders: readonly Account[], make: MakeTx, firstRound: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index % ACCOUNTS;
    const round = Math.trunc(index / ACCOUNTS);
    const sender = senders[at]!;
    const tx = make(sender.address, senders[(at + 1) % ACCOUNTS]!.address, round);
    return signLoadTx(sender, tx, { accountNumber: BigInt(at), sequence: BigInt(firstRound + round) });
  });
}

/** Runs the benchmark. */
export async function benchExecute(args: string[]): Promise<Measured> {
  const { values } = parseArgs({ args, options: { case: { type: "string", default: "send" } } });
  const chosen = CASES[values.case];
  if (chosen === undefined) throw new Error(`--case: expected one of ${Object.keys(CASES).join(", ")}`);
  const senders = makeAccounts(ACCOUNTS);
  const app = startApp(senders);
  process.stderr.write("signing\n");
  const rounds = Math.ceil((ALL_BLOCKS * BLOCK_TXS) / ACCOUNTS);
  const prepared = chosen.prepare.flatMap((make, phase) => sign(senders, make, phase * rounds, rounds * ACCOUNTS));
  const txs = sign(senders, chosen.measure, chosen.prepare.length * rounds, ALL_BLOCKS * BLOCK_TXS);
  for (let at = 0; at < prepared.length; at += BLOCK_TXS) {
    runBlock(app, prepared.slice(at, at + BLOCK_TXS), (_, work) => work());
  }
  const blockMicros = new Map<Step, number[]>(STEPS.map((step) => [step, []]));
  const blockBytes = new Map<Step, number[]>(STEPS.map((step) => [step, []]));
  let results: Uint8Array = new Uint8Array(0);
  for (let block = 0; block < ALL_BLOCKS; block += 1) {
    const raw = txs.slice(block * BLOCK_TXS, (block + 1) * BLOCK_TXS);
    const timed = <T>(step: Step, work: () => T) => {
      const bytes = allocated();
      const before = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(before);
      if (block < WARM_UP_BLOCKS) return result;
      blockMicros.get(step)?.push(user + system);
      blockBytes.get(step)?.push(allocated() - bytes);
      return result;
    };
    results = sha256(
      Buffer.concat([results, ...runBlock(app, raw, timed).map((one) => ExecTxResult.encode(one).finish())]),
    );
  }
  const operations = BLOCKS * BLOCK_TXS;
  const means = perTx(blockMicros, mean);
  const nodeMain = roundTo(
    Object.values(means).reduce((sum, micros) => sum + micros, 0),
    1,
  );
  const { signatureWork, recheck, ...stages } = means;
  return {
    options: { case: values.case, accounts: ACCOUNTS, blockTxs: BLOCK_TXS, validators: VALIDATORS, blocks: BLOCKS },
    ...rateOf(operations, (operations * nodeMain) / 1e6),
    errors: {},
    cpuMicrosPerOperation: { nodeMain, nodeOthers: 0, load: 0 },
    stageMicrosPerOperation: { ...stages, verify: signatureWork },
    details: {
      microsPerTx: means,
      fastMicrosPerTx: perTx(blockMicros, (micros) => quantile(micros, 0.1)),
      bytesPerTx: withTotal(perTx(blockBytes, (bytes) => quantile(bytes, 0.5))),
      hashes: { results: toHex(results), state: toHex(app.info().lastBlockAppHash) },
    },
  };
}

function perTx(blocks: ReadonlyMap<Step, readonly number[]>, of: (values: readonly number[]) => number) {
  const ofStep = (step: Step) => roundTo(of(blocks.get(step) ?? []) / BLOCK_TXS, 1);
  return {
    decode: ofStep("decode"),
    signatureWork: ofStep("signatureWork"),
    check: ofStep("check"),
    recheck: ofStep("recheck"),
    execute: ofStep("execute"),
    commit: ofStep("commit"),
  };
}

/** Of a transaction that is checked once, as hardly any is checked again. */
function withTotal(steps: Readonly<Record<Step, number>>): Record<Step | "total", number> {
  const { decode, signatureWork, check, execute, commit } = steps;
  return { ...steps, total: roundTo(decode + signatureWork + check + execute + commit, 1) };
}

function allocated(): number {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
  return heap + outside;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], fraction: number): number {
  return [...values].sort((a, b) => a - b)[Math.trunc(values.length * fraction)] ?? 0;
}

/** Takes a block's transactions through every step. */
function runBlock(
  app: ChainApp,
  raw: readonly Uint8Array[],
  timed: <T>(step: Step, work: () => T) => T,
): readonly ExecTxResult[] {
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
  return response.txResults;
}

/** Leaves the verdict that the pool would, without verifying. */
function prepare(app: ChainApp, tx: DecodedTx): void {
  const work = app.signatureWork(tx);
  if (work === undefined) throw new Error("nothing to verify");
  app.verdicts.set(tx.hash, work.facts, true);
}

function requireZero({ code, log }: { readonly code: number; readonly log: string }): void {
  if (code !== 0) throw new Error(`a transaction failed with ${code}: ${log}`);
}
