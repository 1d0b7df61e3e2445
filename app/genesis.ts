// The genesis state of an application that nobody configured, and the check of one that somebody did.

import { RequestInitChain, type ValidatorUpdate } from "../gen/tendermint/abci/types.ts";
import { utf8 } from "../src/codec/bytes.ts";
import { createCommitMultiStore } from "../src/store/commitStore.ts";
import { pruningOptions } from "../src/store/pruning.ts";
import { type ChainApp, createApp, STORE_NAMES } from "./app.ts";

/** An application over an empty state in memory. */
export function emptyApp(): ChainApp {
  return createApp({ stores: createCommitMultiStore({ names: STORE_NAMES, pruning: pruningOptions("nothing") }) });
}

/** The default state of every module, as genesis JSON. */
export function defaultAppState(): Record<string, unknown> {
  return emptyApp().defaultGenesis();
}

/** Starts a chain in memory from an app state: the app hash of its first block. Throws an Error that says what is wrong. */
export function tryGenesis(genesis: {
  readonly chainId: string;
  readonly timeNs: bigint;
  readonly appState: unknown;
  /** Of the document; x/staking must want the same. */
  readonly validators?: readonly ValidatorUpdate[];
}): Uint8Array {
  const app = emptyApp();
  app.initChain(
    RequestInitChain.fromPartial({
      chainId: genesis.chainId,
      initialHeight: 1n,
      validators: [...(genesis.validators ?? [])],
      appStateBytes: utf8(JSON.stringify(genesis.appState)),
    }),
  );
  const block = { height: 1, timeNs: genesis.timeNs, txs: [], proposerAddress: new Uint8Array(20) };
  const { response } = app.finalizeBlock(block);
  app.commit();
  const [broken] = app.brokenInvariants();
  if (broken !== undefined) throw new Error(`invariant ${broken}`);
  return response.appHash;
}
