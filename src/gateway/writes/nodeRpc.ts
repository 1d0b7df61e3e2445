// What the writer asks a node, by CometBFT's RPC.

import { Buffer } from "node:buffer";
import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountRequest, QueryAccountResponse } from "../../../gen/cosmos/auth/v1beta1/query.ts";
import type { Params as PriceList } from "../../../gen/stateset/fees/v1/fees.ts";
import { QueryParamsRequest, QueryParamsResponse } from "../../../gen/stateset/fees/v1/query.ts";
import { ErrTxInMempoolCache } from "../../codec/sdkErrors.ts";
import { parseTimeNs } from "../../codec/time.ts";
import { type NodeCall, nodeCalls, RefusedError, SourceError } from "../nodeCalls.ts";
import { watchBlocks } from "../readModel/blockSource.ts";
import { txHashOf } from "./signTx.ts";

/** What a block made of a transaction. */
export interface TxResult {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly data: Uint8Array;
  readonly gasUsed: bigint;
}

/** A transaction in a block. */
export interface FoundTx {
  readonly hash: string;
  readonly height: number;
  readonly result: TxResult;
}

/** A block with what came of its transactions. */
export interface ExecutedBlock {
  readonly timeNs: bigint;
  readonly txs: readonly FoundTx[];
}

/** Where the chain is. */
export interface ChainPlace {
  readonly height: number;
  /** Time of that block. */
  readonly timeNs: bigint;
}

/**
 * What a node said to a transaction: `taken`; `later`: not now, the same bytes may be taken later; `refused`: by CheckTx,
 * and so it is not in the mempool.
 */
export type BroadcastAnswer =
  | { readonly kind: "taken" | "later" }
  | { readonly kind: "refused"; readonly codespace: string; readonly code: number; readonly log: string };

/** A node. Every method rejects with SourceError when it does not answer. */
export interface NodeRpc {
  place(): Promise<ChainPlace>;
  broadcast(bytes: Uint8Array): Promise<BroadcastAnswer>;
  /** Rejects with RefusedError when the block is not executed yet, or not kept any more. */
  block(height: number): Promise<ExecutedBlock>;
  /**
   * A transaction by its hash; undefined when it is in no block that the node knows, or in one that it has not indexed yet.
   */
  tx(hash: string): Promise<FoundTx | undefined>;
  /** Number of an account; undefined when there is none. */
  accountNumber(address: string): Promise<bigint | undefined>;
  priceList(): Promise<PriceList | undefined>;
  /** Calls back when there may be new blocks. Returns how to stop. */
  watch(onBlock: () => void): () => void;
}

interface RawResult {
  readonly code?: number;
  readonly codespace?: string;
  readonly log?: string;
  readonly data?: string | null;
  readonly gas_used?: string;
}

const MEMPOOL_IS_FULL = 20;
const KEY_NOT_FOUND = 22;

function resultOf(raw: RawResult): TxResult {
  return {
    code: raw.code ?? 0,
    codespace: raw.codespace ?? "",
    log: raw.log ?? "",
    data: Uint8Array.from(Buffer.from(raw.data ?? "", "base64")),
    gasUsed: BigInt(raw.gas_used ?? "0"),
  };
}

/** A node by its RPC, `http://127.0.0.1:26657`. */
export function nodeRpc(rpcUrl: string, { call, rawBlock } = nodeCalls(rpcUrl)): NodeRpc {
  const query = async (path: string, data: Uint8Array) => {
    const { response } = await call<{ response: { code?: number; log?: string; value?: string | null } }>(
      "abci_query",
      {
        ...{ path, data: Buffer.from(data).toString("hex") },
      },
    );
    if (response.code === KEY_NOT_FOUND) return undefined;
    if ((response.code ?? 0) !== 0) throw new SourceError(`${path}: ${response.log ?? ""}`);
    return Buffer.from(response.value ?? "", "base64");
  };
  return {
    async place() {
      const { sync_info } = await call<{ sync_info: { latest_block_height: string; latest_block_time: string } }>(
        "status",
        {},
      );
      return { height: Number(sync_info.latest_block_height), timeNs: parseTimeNs(sync_info.latest_block_time) };
    },
    broadcast: (bytes) => broadcast(call, bytes),
    async block(height) {
      const raw = await rawBlock(height);
      const { block } = raw.block as {
        block: { header: { time: string }; data: { txs: readonly string[] | null } };
      };
      const { txs_results } = raw.results as { txs_results: readonly RawResult[] | null };
      const txs = (block.data.txs ?? []).map((tx, index) => ({
        ...{ hash: txHashOf(Buffer.from(tx, "base64")), height },
        result: resultOf(txs_results?.[index] ?? {}),
      }));
      return { timeNs: parseTimeNs(block.header.time), txs };
    },
    async tx(hash) {
      try {
        const params = { hash: Buffer.from(hash, "hex").toString("base64") };
        const { height, tx_result } = await call<{ height: string; tx_result: RawResult }>("tx", params);
        return { hash, height: Number(height), result: resultOf(tx_result) };
      } catch (error) {
        if (error instanceof RefusedError && error.message.includes("not found")) return undefined;
        throw error;
      }
    },
    async accountNumber(address) {
      const request = QueryAccountRequest.encode({ address }).finish();
      const value = await query("/cosmos.auth.v1beta1.Query/Account", request);
      const account = value === undefined ? undefined : QueryAccountResponse.decode(value).account;
      return account === undefined ? undefined : BaseAccount.decode(account.value).accountNumber;
    },
    async priceList() {
      const value = await query("/stateset.fees.v1.Query/Params", QueryParamsRequest.encode({}).finish());
      return value === undefined ? undefined : QueryParamsResponse.decode(value).params;
    },
    watch: (onBlock) => watchBlocks(rpcUrl, onBlock),
  };
}

async function broadcast(call: NodeCall, bytes: Uint8Array): Promise<BroadcastAnswer> {
  try {
    const tx = Buffer.from(bytes).toString("base64");
    const { code = 0, codespace = "", log = "" } = await call<RawResult>("broadcast_tx_sync", { tx });
    if (code === 0 || (codespace === "sdk" && code === ErrTxInMempoolCache.code)) return { kind: "taken" };
    if (codespace === "sdk" && code === MEMPOOL_IS_FULL) return { kind: "later" };
    return { kind: "refused", codespace, code, log };
  } catch (error) {
    // The node's own refusals: it has the transaction already, or has no room, or is catching up.
    if (error instanceof RefusedError) return { kind: error.message.includes("already exists") ? "taken" : "later" };
    throw error;
  }
}
