// CometBFT hands over a block again when it was killed between the execution and the commit: the second execution must give
// what the first gave, byte for byte, and start from a state that the first has not touched.

import { ResponseFinalizeBlock } from "../../gen/tendermint/abci/types.ts";
import type { FinalizeBlockRequest, FinalizedBlock } from "../../src/baseapp/baseApp.ts";
import { bytesEqual, toHex } from "../../src/codec/bytes.ts";
import { encodeChanges } from "../../src/store/stateLog.ts";
import type { ChainApp } from "../app.ts";

/** Executes a block twice. Throws an Error when one execution answers or changes something else than the other. */
export function finalizeTwice(app: ChainApp, request: FinalizeBlockRequest): FinalizedBlock {
  const first = fingerprint(app.finalizeBlock(request));
  const block = app.finalizeBlock(request);
  const second = fingerprint(block);
  for (const [what, bytes] of Object.entries(first)) {
    if (bytesEqual(bytes, second[what]!)) continue;
    throw new Error(`block ${request.height} executed twice: ${what} is ${toHex(bytes)}, then ${toHex(second[what]!)}`);
  }
  return block;
}

/** Taken at once: a later execution may not change it. */
function fingerprint({ response, commit }: FinalizedBlock): Record<string, Uint8Array> {
  return {
    changes: encodeChanges(commit.changes),
    "the app hash": new Uint8Array(commit.appHash),
    "the response": ResponseFinalizeBlock.encode(response).finish(),
  };
}
