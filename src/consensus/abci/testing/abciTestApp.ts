// The real application behind ABCI, and what a test says to it in CometBFT's place.

import { createApp, STORE_NAMES } from "../../../../app/app.ts";
import { signTestTx } from "../../../../app/testing/signTestTx.ts";
import {
  ADDRESSES,
  CHAIN_ID,
  GENESIS_NS,
  KEYS,
  sendMessage,
  testAppState,
  timeNsOf,
} from "../../../../app/testing/testChain.ts";
import {
  RequestFinalizeBlock,
  RequestInitChain,
  type ResponseFinalizeBlock,
} from "../../../../gen/tendermint/abci/types.ts";
import { utf8 } from "../../../codec/bytes.ts";
import { formatTimeNs, timestampFromNs } from "../../../codec/time.ts";
import { createVerifyPool } from "../../../crypto/verifyPool.ts";
import { pruningOptions } from "../../../store/pruning.ts";
import type { GenesisDoc } from "../../genesisDoc.ts";
import type { SignatureParts } from "../../solo/soloApp.ts";
import { AbciApp, type AbciAppOptions } from "../abciApp.ts";

const NEVER = { everyVersions: 1_000_000, everyChanges: 1_000_000_000 };
const PROPOSER = new Uint8Array(20);

/** The genesis of the test chain, without validators. */
export function genesisDoc(maxGas = "-1"): GenesisDoc {
  return {
    genesis_time: formatTimeNs(GENESIS_NS),
    chain_id: CHAIN_ID,
    initial_height: "1",
    consensus_params: {
      block: { max_bytes: "22020096", max_gas: maxGas },
      evidence: { max_age_num_blocks: "100", max_age_duration: "172800000000000", max_bytes: "1048576" },
      validator: { pub_key_types: ["ed25519"] },
      version: {},
      abci: { vote_extensions_enable_height: "0" },
    },
    validators: [],
    app_hash: "",
    app_state: testAppState(),
  };
}

/** Opens the application over a folder. Signatures are verified on this thread. */
export function openTestApp(
  dataFolder: string,
  {
    pool = createVerifyPool({ workers: 0 }),
    ...options
  }: Partial<AbciAppOptions> & { pool?: SignatureParts["pool"] } = {},
): Promise<AbciApp> {
  return AbciApp.open({
    genesis: genesisDoc(),
    dataFolder,
    storeNames: STORE_NAMES,
    pruning: pruningOptions("default"),
    snapshots: NEVER,
    minRetainBlocks: 0,
    createApp: (parts) => {
      const app = createApp(parts);
      return { app, signatures: { work: (tx) => app.signatureWork(tx), verdicts: app.verdicts, pool } };
    },
    ...options,
  });
}

/** What CometBFT begins with. */
export function initRequest(given: Partial<RequestInitChain> = {}, maxGas = -1n): RequestInitChain {
  return RequestInitChain.fromPartial({
    chainId: CHAIN_ID,
    time: timestampFromNs(GENESIS_NS),
    initialHeight: 1n,
    consensusParams: { block: { maxBytes: 22020096n, maxGas } },
    appStateBytes: utf8(JSON.stringify(testAppState())),
    ...given,
  });
}

/** Stages an empty or given block, a second after the one before. */
export function finalize(app: AbciApp, height: number, txs: Uint8Array[] = []): Promise<ResponseFinalizeBlock> {
  const time = timestampFromNs(timeNsOf(height));
  return app.finalizeBlock(
    RequestFinalizeBlock.fromPartial({ height: BigInt(height), time, txs, proposerAddress: PROPOSER }),
  );
}

/** The same, made durable. */
export async function block(app: AbciApp, height: number, txs: Uint8Array[] = []): Promise<ResponseFinalizeBlock> {
  const response = await finalize(app, height, txs);
  await app.commit();
  return response;
}

/** A signed transfer of 1uusdc from one funded account to the next. */
export function send(
  from: number,
  sequence: number,
  given: { gas?: bigint; fee?: string; chainId?: string } = {},
): Uint8Array {
  return signTestTx({
    chainId: given.chainId ?? CHAIN_ID,
    privKey: KEYS[from]!,
    accountNumber: BigInt(from),
    sequence: BigInt(sequence),
    messages: [sendMessage(ADDRESSES[from]!, ADDRESSES[(from + 1) % 3]!, "1uusdc")],
    fee: given.fee ?? "2500uusdc",
    gasLimit: given.gas ?? 100_000n,
  });
}
