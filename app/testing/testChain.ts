// A chain in memory for tests of the application: three funded accounts, blocks a second apart, no node around it.

import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { RequestInitChain } from "../../gen/tendermint/abci/types.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { utf8 } from "../../src/codec/bytes.ts";
import { coinsToProto, parseCoins } from "../../src/codec/coins.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import { addressOfSecp256k1 } from "../../src/crypto/address.ts";
import { publicKeyOf } from "../../src/crypto/secp256k1.ts";
import type { ChainApp } from "../app.ts";
import { emptyApp } from "../genesis.ts";
import { finalizeTwice } from "./finalizeTwice.ts";

export const CHAIN_ID = "test-1";
export const GENESIS_NS = 1_700_000_000_000_000_000n;
const SECOND_NS = 1_000_000_000n;

/** Keys of the funded accounts, which have the numbers 0, 1, 2 and 1,000,000uusdc each. */
export const KEYS: readonly Uint8Array[] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
export const ADDRESSES: readonly string[] = KEYS.map((key) => encodeAddress(addressOfSecp256k1(publicKeyOf(key))));

/** App state with the funded accounts. */
export function testAppState(): Record<string, unknown> {
  const state = emptyApp().defaultGenesis() as Record<string, Record<string, unknown>>;
  const accounts = ADDRESSES.map((address, index) => ({
    "@type": "/cosmos.auth.v1beta1.BaseAccount",
    address,
    account_number: String(index),
    sequence: "0",
  }));
  const balances = ADDRESSES.map((address) => ({ address, coins: [{ denom: "uusdc", amount: "1000000" }] }));
  return { ...state, auth: { ...state["auth"], accounts }, bank: { ...state["bank"], balances } };
}

/** Runs a genesis into an application. */
export function startChain(app: ChainApp, appState: Record<string, unknown> = testAppState()): void {
  app.initChain(
    RequestInitChain.fromPartial({
      chainId: CHAIN_ID,
      time: timestampFromNs(GENESIS_NS),
      initialHeight: 1n,
      appStateBytes: utf8(JSON.stringify(appState)),
    }),
  );
}

/** The time of a block: one second after the one before. */
export function timeNsOf(height: number): bigint {
  return GENESIS_NS + BigInt(height) * SECOND_NS;
}

/** Executes the next block, twice as `finalizeTwice` does, and commits it. */
export function makeBlock(app: ChainApp, txs: readonly Uint8Array[] = []) {
  const height = app.block.height + 1;
  const { response, commit } = finalizeTwice(app, {
    height,
    timeNs: timeNsOf(height),
    txs: txs.map((tx) => app.decode(tx)),
    proposerAddress: new Uint8Array(20),
  });
  app.commit();
  return { ...response, commit };
}

/** An application with the funded accounts, at height 1. */
export function newChain(): ChainApp {
  const app = emptyApp();
  startChain(app);
  makeBlock(app);
  return app;
}

/** An encoded MsgSend. */
export function sendMessage(from: string, to: string, amount: string) {
  const value = MsgSend.encode({ fromAddress: from, toAddress: to, amount: coinsToProto(parseCoins(amount)) }).finish();
  return { typeUrl: `/${MsgSend.$type}`, value };
}

/** What an account has. */
export function balanceOf(app: ChainApp, index: number): bigint {
  return app.bank.balance(app.queryContext(), addressOfSecp256k1(publicKeyOf(KEYS[index]!)), "uusdc");
}
