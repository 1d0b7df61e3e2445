// Cases: the application starts, runs a genesis, executes transfers in blocks, exports and imports to the same hash, and
// refuses what it must. Signatures are real; there is no node around it.

import { describe, expect, test } from "vitest";
import { encodeAddress } from "../src/codec/address.ts";
import { toHex } from "../src/codec/bytes.ts";
import { ChainError } from "../src/codec/chainError.ts";
import { ErrTxDecode } from "../src/codec/sdkErrors.ts";
import { emptyApp } from "./genesis.ts";
import { signTestTx } from "./testing/signTestTx.ts";
import {
  ADDRESSES,
  balanceOf,
  CHAIN_ID,
  KEYS,
  makeBlock,
  newChain,
  sendMessage,
  startChain,
  timeNsOf,
} from "./testing/testChain.ts";

function send(options: { from: number; to: string; amount: string; sequence: number; gas?: bigint }) {
  return signTestTx({
    chainId: CHAIN_ID,
    privKey: KEYS[options.from]!,
    accountNumber: BigInt(options.from),
    sequence: BigInt(options.sequence),
    messages: [sendMessage(ADDRESSES[options.from]!, options.to, options.amount)],
    fee: "2500uusdc",
    gasLimit: options.gas ?? 100_000n,
  });
}

describe("blocks", () => {
  test("default: a transfer moves money, takes the fee, and keeps the invariants", () => {
    const app = newChain();
    const fresh = encodeAddress(new Uint8Array(20).fill(9));
    const { txResults } = makeBlock(app, [send({ from: 0, to: fresh, amount: "1000uusdc", sequence: 0 })]);
    expect(txResults[0]).toMatchObject({ code: 0, log: "", gasWanted: 100_000n });
    expect(txResults[0]!.gasUsed).toBeGreaterThan(40_000n);
    expect(balanceOf(app, 0)).toBe(1_000_000n - 2500n - 1000n);
    expect(app.brokenInvariants()).toEqual([]);
    const types = txResults[0]!.events.map((event) => event.type);
    expect(types).toEqual([
      "coin_spent",
      "coin_received",
      "transfer",
      "message",
      "tx",
      "tx",
      "tx",
      "message",
      "coin_spent",
      "coin_received",
      "transfer",
      "message",
    ]);
  });

  test("behavior: a transfer that fails leaves the fee and the sequence, and nothing else", () => {
    const app = newChain();
    const failing = send({ from: 0, to: ADDRESSES[1]!, amount: "99999999uusdc", sequence: 0, gas: 99_000n });
    const { txResults } = makeBlock(app, [failing]);
    expect(txResults[0]).toMatchObject({ code: 5, codespace: "sdk", data: new Uint8Array(0) });
    expect(txResults[0]!.log).toBe(
      "failed to execute message; message index: 0: spendable balance 997500uusdc is smaller than 99999999uusdc: insufficient funds",
    );
    expect(
      txResults[0]!.events.every((event) => event.type !== "message" || event.attributes[0]!.key === "sender"),
    ).toBe(true);
    expect(balanceOf(app, 0)).toBe(997_500n);
    expect(balanceOf(app, 1)).toBe(1_000_000n);
    const next = makeBlock(app, [send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence: 1 })]);
    expect(next.txResults[0]!.code).toBe(0);
  });

  test("behavior: out of gas takes the fee and says where", () => {
    const app = newChain();
    const { txResults } = makeBlock(app, [
      send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence: 0, gas: 50_000n }),
    ]);
    expect(txResults[0]).toMatchObject({ code: 11, codespace: "sdk" });
    expect(txResults[0]!.log).toMatch(/out of gas in location: \w+; gasWanted: 50000, gasUsed: \d+: out of gas$/);
  });

  test("behavior: the same blocks give the same hashes, also when a block is executed twice", () => {
    const hashes = [false, true].map((isTwice) => {
      const app = newChain();
      const tx = send({ from: 0, to: ADDRESSES[1]!, amount: "5uusdc", sequence: 0 });
      if (isTwice) {
        const request = { height: 2, timeNs: timeNsOf(2), proposerAddress: new Uint8Array(20) };
        app.finalizeBlock({ ...request, txs: [] });
      }
      return toHex(makeBlock(app, [tx]).appHash);
    });
    expect(hashes[0]).toBe(hashes[1]);
  });

  test("behavior: an exported state starts a chain with the same state", () => {
    const app = newChain();
    makeBlock(app, [send({ from: 0, to: ADDRESSES[1]!, amount: "5uusdc", sequence: 0 })]);
    const exported = app.exportGenesis();
    const hashes = [0, 1].map(() => {
      const copy = emptyApp();
      startChain(copy, JSON.parse(JSON.stringify(exported)));
      const { appHash } = makeBlock(copy);
      expect(copy.exportGenesis()).toEqual(exported);
      return toHex(appHash);
    });
    expect(hashes[0]).toBe(hashes[1]);
  });
});

describe("proposals", () => {
  const trial = (height: number) => ({ height, timeNs: timeNsOf(height), proposerAddress: new Uint8Array(20) });

  test("behavior: transactions of a trial count for those behind them, and leave nothing", () => {
    const app = newChain();
    const [first, second] = [0, 1].map((sequence) =>
      app.decode(send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence })),
    );
    const inOrder = app.tryBlock(trial(2));
    expect([inOrder(first!), inOrder(second!)]).toEqual([undefined, undefined]);
    const outOfOrder = app.tryBlock(trial(2));
    expect(outOfOrder(second!)).toMatchObject({ code: 32 });
    expect(outOfOrder(first!)).toBeUndefined();
    expect(balanceOf(app, 0)).toBe(1_000_000n);
  });

  test("error: a trial of another height than the next", () => {
    expect(() => newChain().tryBlock(trial(3))).toThrow("block 3 cannot follow; expected is 2");
  });

  test("behavior: what cannot be decoded has a result in its place, and the block goes on", () => {
    const app = newChain();
    const refusal = new ChainError(ErrTxDecode, "tx parse error");
    const good = app.decode(send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence: 0 }));
    const { response } = app.finalizeBlock({ ...trial(2), txs: [refusal, good] });
    expect(response.txResults).toMatchObject([{ code: 2, codespace: "sdk", gasUsed: 0n }, { code: 0 }]);
  });
});

describe("checks", () => {
  test("behavior: a sequence is used up in the check state, and free again when the block did not take it", () => {
    const app = newChain();
    const first = app.decode(send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence: 0 }));
    const second = app.decode(send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence: 1 }));
    expect(app.checkTx(second, "check").code).toBe(32);
    expect(app.checkTx(first, "check").code).toBe(0);
    expect(app.checkTx(first, "check").log).toContain("account sequence mismatch, expected 1, got 0");
    expect(app.checkTx(second, "check").code).toBe(0);
    makeBlock(app);
    expect(app.checkTx(first, "recheck").code).toBe(0);
  });

  test("behavior: a simulation leaves nothing and tells the gas", () => {
    const app = newChain();
    const { gasUsed, msgResponses } = app.simulate(send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence: 0 }));
    expect(gasUsed).toBeGreaterThan(40_000n);
    expect(msgResponses).toHaveLength(1);
    expect(
      app.checkTx(app.decode(send({ from: 0, to: ADDRESSES[1]!, amount: "1uusdc", sequence: 0 })), "check").code,
    ).toBe(0);
  });
});
