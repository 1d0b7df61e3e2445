// A node whose blocks CometBFT makes: state from our application, blocks and transactions from CometBFT's RPC.

import {
  type RequestQuery,
  ResponseCheckTx,
  type ResponseInfo,
  type ResponseQuery,
} from "../../../gen/tendermint/abci/types.ts";
import { Block } from "../../../gen/tendermint/types/block.ts";
import type { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import type { Commit, Header } from "../../../gen/tendermint/types/types.ts";
import { toBase64 } from "../../codec/bytes.ts";
import type { ChainClient, IndexedTx, SearchOptions, SearchPage, StoredBlock, ValidatorInfo } from "../chainNode.ts";
import { MempoolError } from "../mempool.ts";
import { parseQuery } from "../query/query.ts";
import type { AbciApp } from "./abciApp.ts";
import {
  type JsonValue,
  readCommitted,
  readConsensusParams,
  readIndexedTx,
  readStoredBlock,
  readValidatorInfo,
} from "./cometJson.ts";
import { type CometRpc, CometRpcError } from "./cometRpc.ts";

/** CometBFT gives no more of a list at one time. */
const PER_PAGE_MAX = 100;
/** CometBFT's validators at most (types/vote_set.go MaxVotesCount), in pages. */
const VALIDATOR_PAGES_MAX = 100;

/** What a node is made of. */
export interface AbciNodeParts {
  readonly chainId: string;
  readonly moniker: string;
  /** 20-byte hex (lower case) id of the CometBFT beside the application. */
  readonly nodeId: string;
  readonly app: AbciApp;
  readonly rpc: CometRpc;
}

/** What CometBFT calls a refusal of its mempool (mempool/errors.go). */
const MEMPOOL_REFUSALS: readonly (readonly [text: RegExp, code: MempoolError["code"]])[] = [
  [/tx already exists in cache/, "duplicate"],
  [/mempool is (full|still rechecking)/, "full"],
  [/Tx too large/, "too_large"],
];
/** rpc/core/env.go getHeight, rpc/core/tx.go Tx. */
const NOT_THERE = /not found|is not available|must be less than or equal to|could not find|no header/;
const LOWEST_HEIGHT = /lowest height is ([0-9]{1,15})/;
const PAGE_OUT_OF_RANGE = /page should be within/;

/** The node. */
export class AbciNode implements ChainClient {
  readonly chainId: string;
  readonly moniker: string;
  readonly nodeId: string;
  readonly #app: AbciApp;
  readonly #rpc: CometRpc;
  #earliestHeight = 1;

  constructor(parts: AbciNodeParts) {
    this.chainId = parts.chainId;
    this.moniker = parts.moniker;
    this.nodeId = parts.nodeId;
    this.#app = parts.app;
    this.#rpc = parts.rpc;
  }

  get latestHeight(): number {
    return this.#app.app.block.height;
  }

  /** As CometBFT said last: in `isSyncing`, and whenever a block was asked for that it has no more. */
  get earliestHeight(): number {
    return this.#earliestHeight;
  }

  info(): ResponseInfo {
    return this.#app.app.info();
  }

  query(request: RequestQuery): ResponseQuery {
    return this.#app.app.query(request);
  }

  simulate(tx: Uint8Array): ReturnType<ChainClient["simulate"]> {
    return this.#app.app.simulate(tx);
  }

  async isSyncing(): Promise<boolean> {
    const sync = (await this.#rpc.call("status")).at("sync_info");
    this.#earliestHeight = Math.max(1, sync.at("earliest_block_height").number());
    return sync.at("catching_up").boolean();
  }

  async submitTx(tx: Uint8Array): Promise<ResponseCheckTx> {
    let answer: JsonValue;
    try {
      answer = await this.#rpc.call("broadcast_tx_sync", { tx: toBase64(tx) });
    } catch (error) {
      throw mempoolErrorOf(error) ?? error;
    }
    return ResponseCheckTx.fromPartial({
      code: answer.at("code").number(),
      codespace: answer.at("codespace").text(),
      log: answer.at("log").text(),
      data: answer.at("data").hex(),
    });
  }

  async getBlock(height: number): Promise<StoredBlock | undefined> {
    const answer = await this.#find("block", { height: String(height) });
    const stored = answer === undefined ? undefined : readStoredBlock(answer);
    return stored && { ...stored, sizeBytes: Block.encode(stored.block).finish().length };
  }

  async getCommit(height: number): Promise<{ header: Header; commit: Commit; canonical: boolean } | undefined> {
    const answer = await this.#find("commit", { height: String(height) });
    // For a header that it does not have CometBFT gives an empty answer.
    return answer === undefined || answer.at("signed_header").at("header").isAbsent ? undefined : readCommitted(answer);
  }

  async getValidators(height: number): Promise<readonly ValidatorInfo[]> {
    const validators: ValidatorInfo[] = [];
    for (let page = 1; page <= VALIDATOR_PAGES_MAX; page += 1) {
      const params = { height: String(height), page: String(page), per_page: String(PER_PAGE_MAX) };
      const answer = await this.#find("validators", params);
      if (answer === undefined) return [];
      validators.push(...answer.at("validators").items().map(readValidatorInfo));
      if (validators.length >= answer.at("total").number()) break;
    }
    return validators;
  }

  async getConsensusParams(height: number): Promise<ConsensusParams> {
    const answer = await this.#find("consensus_params", { height: String(height) });
    if (answer === undefined) throw new RangeError(`there are no consensus parameters for height ${height}`);
    return readConsensusParams(answer.at("consensus_params"));
  }

  async getTx(hash: Uint8Array): Promise<IndexedTx | undefined> {
    const answer = await this.#find("tx", { hash: toBase64(hash) });
    return answer && readIndexedTx(answer);
  }

  async searchTxs({ query, page, perPage, order }: SearchOptions): Promise<SearchPage<IndexedTx>> {
    // CometBFT's refusal is a text; ours is an error that says where.
    parseQuery(query);
    const search = (at: number, size: number) =>
      this.#rpc.call("tx_search", { query, page: String(at), per_page: String(size), order_by: order });
    try {
      const answer = await search(page, perPage);
      return { items: answer.at("txs").items().map(readIndexedTx), totalCount: answer.at("total_count").number() };
    } catch (error) {
      if (!(error instanceof CometRpcError && PAGE_OUT_OF_RANGE.test(error.data))) throw error;
      return { items: [], totalCount: (await search(1, 1)).at("total_count").number() };
    }
  }

  /** The result of a method; undefined when CometBFT says that it does not have what was asked for. */
  async #find(method: string, params: Readonly<Record<string, string>>): Promise<JsonValue | undefined> {
    try {
      return await this.#rpc.call(method, params);
    } catch (error) {
      if (!(error instanceof CometRpcError && NOT_THERE.test(error.data))) throw error;
      const lowest = LOWEST_HEIGHT.exec(error.data)?.[1];
      if (lowest !== undefined) this.#earliestHeight = Number(lowest);
      return undefined;
    }
  }
}

function mempoolErrorOf(error: unknown): MempoolError | undefined {
  if (!(error instanceof CometRpcError)) return undefined;
  const code = MEMPOOL_REFUSALS.find(([text]) => text.test(error.data))?.[1];
  return code === undefined ? undefined : new MempoolError(code, error.data);
}
