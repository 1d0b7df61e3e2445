// `npm run bench -- execute`: what a MsgSend costs the main thread inside the application, step by step, with no node
// around it. Blocks of 256 from 1,000 accounts; the first rounds warm up and are not counted.

import { emptyApp } from "../../app/genesis.ts";
import { makeBlock, startChain, testAppState, timeNsOf } from "../../app/testing/testChain.ts";
import { signTestTx } from "../../app/testing/signTestTx.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import type { DecodedTx } from "../../src/codec/tx.ts";
import { addressOfSecp256k1 } from "../../src/crypto/address.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { publicKeyOf } from "../../src/crypto/secp256k1.ts";

const ACCOUNTS = 1000;
const BLOCK_TXS = 256;
const WARM_UP_BLOCKS = 20;
const BLOCKS = 60;

const STEPS = ["decode", "signatureWork", "check", "recheck", "execute", "commit"] as const;
type Step = (typeof STEPS)[number];

/** Runs the benchmark. It has no flags. */
export async function benchExecute(): Promise<Record<string, unknown>> {
  const keys = Array.from({ length: ACCOUNTS }, (_, index) => sha256(Buffer.from(`bench account ${index}`)));
  const addresses = keys.map((key) => encodeAddress(addressOfSecp256k1(publicKeyOf(key))));
  const app = emptyApp();
  const state = testAppState();
  startChain(app, {
    ...state,
    auth: {
      ...(state["auth"] as object),
      accounts: addresses.map((address, index) => ({
        "@type": "/cosmos.auth.v1beta1.BaseAccount",
        address,
        account_number: String(index),
        sequence: "0",
      })),
    },
    bank: {
      ...(state["bank"] as object),
      balances: addresses.map((address) => ({ address, coins: [{ denom: "uusdc", amount: "1000000000" }] })),
    },
  });
  makeBlock(app);
  process.stderr.write("signing\n");
  const txs = Array.from({ length: (WARM_UP_BLOCKS + BLOCKS) * BLOCK_TXS }, (_, index) => {
    const at = index % ACCOUNTS;
    const value = MsgSend.encode({
      fromAddress: addresses[at]!,
      toAddress: addresses[(at + 1) % ACCOUNTS]!,
      amount: [{ denom: "uusdc", amount: "1" }],
    }).finish();
    return signTestTx({
      chainId: "test-1",
      privKey: keys[at]!,
      accountNumber: BigInt(at),
      sequence: BigInt(Math.trunc(index / ACCOUNTS)),
      messages: [{ typeUrl: `/${MsgSend.$type}`, value }],
      fee: "2500uusdc",
      gasLimit: 100_000n,
    });
  });
  const blockMs = new Map<Step, number[]>(STEPS.map((step) => [step, []]));
  for (let block = 0; block < WARM_UP_BLOCKS + BLOCKS; block += 1) {
    const timed = <T>(step: Step, work: () => T): T => {
      const startedMs = performance.now();
      const result = work();
      if (block >= WARM_UP_BLOCKS) blockMs.get(step)?.push(performance.now() - startedMs);
      return result;
    };
    const raw = txs.slice(block * BLOCK_TXS, (block + 1) * BLOCK_TXS);
    const decoded = timed("decode", () => raw.map((tx) => app.decode(tx)));
    timed("signatureWork", () => decoded.map((tx) => prepare(app, tx)));
    for (const mode of ["check", "recheck"] as const) {
      timed(mode, () => decoded.forEach((tx) => requireZero(app.checkTx(tx, mode))));
      // Rechecks are of the next block's: the state they start from is the committed one.
      if (mode === "check") app.revertTo(app.block);
    }
    const height = app.block.height + 1;
    const proposerAddress = new Uint8Array(20);
    const { response } = timed("execute", () =>
      app.finalizeBlock({ height, timeNs: timeNsOf(height), txs: decoded, proposerAddress }),
    );
    response.txResults.forEach(requireZero);
    timed("commit", () => app.commit());
  }
  const microsPerTx = Object.fromEntries(
    [...blockMs].map(([step, times]) => [step, Math.round((fastest(times) * 10_000) / BLOCK_TXS) / 10]),
  );
  return { bench: "execute", txs: BLOCKS * BLOCK_TXS, microsPerTx };
}

/** A fast block, of those that nothing disturbed: the first tenth. */
function fastest(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.trunc(times.length / 10)] ?? 0;
}

/** Leaves the verdict that the pool would, without verifying. */
function prepare(app: ReturnType<typeof emptyApp>, tx: DecodedTx): void {
  const work = app.signatureWork(tx);
  if (work === undefined) throw new Error("nothing to verify");
  app.verdicts.set(tx.hash, work.facts, true);
}

function requireZero({ code, log }: { readonly code: number; readonly log: string }): void {
  if (code !== 0) throw new Error(`a transfer failed with ${code}: ${log}`);
}
