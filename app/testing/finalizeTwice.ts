// CometBFT hands over a block again when it was killed between the execution and the commit: the second execution must give
// what the first gave, byte for byte, and start from a state that the first has not touched. The embedded node executes in
// steps, with checks and queries between them, which must change nothing either.

import { ResponseFinalizeBlock } from "../../gen/tendermint/abci/types.ts";
import type { FinalizeBlockRequest, FinalizedBlock } from "../../src/baseapp/baseApp.ts";
import { bytesEqual, toHex } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { encodeChanges } from "../../src/store/stateLog.ts";
import type { ChainApp } from "../app.ts";

/**
 * Executes a block twice, the second time with checks of its own transactions between the steps. Throws an Error when one
 * execution answers or changes something else than the other.
 */
export function finalizeTwice(app: ChainApp, request: FinalizeBlockRequest): FinalizedBlock {
  const first = fingerprint(app.finalizeBlock(request));
  const block = finalizeAmongChecks(app, request);
  const second = fingerprint(block);
  for (const [what, bytes] of Object.entries(first)) {
    if (bytesEqual(bytes, second[what]!)) continue;
    throw new Error(`block ${request.height} executed twice: ${what} is ${toHex(bytes)}, then ${toHex(second[what]!)}`);
  }
  return block;
}

function finalizeAmongChecks(app: ChainApp, request: FinalizeBlockRequest): FinalizedBlock {
  const steps = app.executeBlock(request);
  const txs = [...request.txs].reverse();
  for (let index = 0; ; index += 1) {
    const step = steps.next();
    if (step.done === true) return step.value;
    const tx = txs[index % txs.length];
    if (tx !== undefined && !(tx instanceof ChainError)) app.checkTx(tx, "check");
  }
}

/** Taken at once: a later execution may not change it. */
function fingerprint({ response, commit }: FinalizedBlock): Record<string, Uint8Array> {
  return {
    changes: encodeChanges(commit.changes),
    "the app hash": new Uint8Array(commit.appHash),
    "the response": ResponseFinalizeBlock.encode(response).finish(),
  };
}
