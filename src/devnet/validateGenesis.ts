// Whether a genesis document can start a chain.

import { tryGenesis } from "../../app/genesis.ts";
import { toHex } from "../codec/bytes.ts";
import { parseTimeNs } from "../codec/time.ts";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import { initChainRequest } from "../consensus/solo/chainState.ts";

/** Starts a chain in memory from a document: its app hash after block 1, hex. Throws an Error that says what is wrong. */
export function validateGenesisDoc(doc: GenesisDoc): { readonly appHash: string } {
  const timeNs = parseTimeNs(doc.genesis_time);
  // The embedded node cannot run everything that CometBFT can.
  const { validators } = initChainRequest(doc);
  const hash = tryGenesis({ chainId: doc.chain_id, timeNs, appState: doc.app_state, validators });
  return { appHash: toHex(hash).toUpperCase() };
}
