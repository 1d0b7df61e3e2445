// cosmos.tx.v1beta1.Service: simulate, broadcast and look up transactions (cosmos-sdk v0.53 x/auth/tx/service.go).

import {
  BroadcastMode,
  BroadcastTxRequest,
  BroadcastTxResponse,
  GetBlockWithTxsRequest,
  GetBlockWithTxsResponse,
  GetTxRequest,
  GetTxResponse,
  GetTxsEventRequest,
  GetTxsEventResponse,
  OrderBy,
  SimulateRequest,
  SimulateResponse,
  TxDecodeAminoRequest,
  TxDecodeAminoResponse,
  TxDecodeRequest,
  TxDecodeResponse,
  TxEncodeAminoRequest,
  TxEncodeAminoResponse,
  TxEncodeRequest,
  TxEncodeResponse,
} from "../../../gen/cosmos/tx/v1beta1/service.ts";
import { Tx } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Timestamp } from "../../../gen/google/protobuf/timestamp.ts";
import { StdTx } from "../../../gen/stateset/legacytx/v1/legacytx.ts";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { SimulationFailure } from "../../baseapp/txResult.ts";
import { anyFromAmino, anyToAmino } from "../../codec/aminoBinary.ts";
import { aminoJson } from "../../codec/aminoJson.ts";
import { anyFromAminoJson } from "../../codec/aminoJsonReader.ts";
import { fromHex } from "../../codec/bytes.ts";
import { ChainError } from "../../codec/chainError.ts";
import { decodeTx } from "../../codec/decodeTx.ts";
import { messageOf } from "../../codec/errorText.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import type { ChainClient, IndexedTx } from "../../consensus/chainNode.ts";
import { MempoolError } from "../../consensus/mempool.ts";
import { QuerySyntaxError } from "../../consensus/query/syntax.ts";
import { SearchTooBroadError } from "../../consensus/txIndex.ts";
import { type NodeService, nodeService } from "./nodeService.ts";
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, pageOfOffset, readPage, requirePage } from "./paging.ts";
import { requireBlock } from "./requireBlock.ts";
import { responseOfCheck, responseOfIndexedTx, responseOfRefusedTx } from "./txResponse.ts";

const SERVICE = "/cosmos.tx.v1beta1.Service";

/** Bytes of a transaction's hash. */
const HASH_LENGTH = 32;

/** Conditions of the old `events` field that are joined into one query. */
const EVENTS_MAX = 16;

/** The methods of cosmos.tx.v1beta1.Service. */
export function txServices(registry: TypeRegistry): readonly NodeService[] {
  return [
    nodeService(`${SERVICE}/Simulate`, SimulateRequest, SimulateResponse, simulate),
    nodeService(`${SERVICE}/GetTx`, GetTxRequest, GetTxResponse, getTx),
    nodeService(`${SERVICE}/BroadcastTx`, BroadcastTxRequest, BroadcastTxResponse, broadcastTx),
    nodeService(`${SERVICE}/GetTxsEvent`, GetTxsEventRequest, GetTxsEventResponse, getTxsEvent),
    nodeService(`${SERVICE}/GetBlockWithTxs`, GetBlockWithTxsRequest, GetBlockWithTxsResponse, getBlockWithTxs),
    nodeService(`${SERVICE}/TxDecode`, TxDecodeRequest, TxDecodeResponse, async (_node, request) =>
      txDecode(registry, request),
    ),
    nodeService(`${SERVICE}/TxEncode`, TxEncodeRequest, TxEncodeResponse, txEncode),
    nodeService(`${SERVICE}/TxEncodeAmino`, TxEncodeAminoRequest, TxEncodeAminoResponse, async (_node, request) =>
      txEncodeAmino(registry, request),
    ),
    nodeService(`${SERVICE}/TxDecodeAmino`, TxDecodeAminoRequest, TxDecodeAminoResponse, async (_node, request) =>
      txDecodeAmino(registry, request),
    ),
  ];
}

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}

async function simulate(node: ChainClient, request: SimulateRequest): Promise<SimulateResponse> {
  const given = request.txBytes.length === 0 && request.tx !== undefined;
  const tx = given ? Tx.encode(request.tx as Tx).finish() : request.txBytes;
  if (tx.length === 0) throw invalid("empty txBytes is not allowed");
  const { gasWanted, gasUsed, result, msgResponses } = simulateOrRefuse(node, tx);
  return SimulateResponse.fromPartial({
    gasInfo: { gasWanted, gasUsed },
    result: { data: result.data, log: result.log, events: result.events, msgResponses: [...msgResponses] },
  });
}

/** What fails in a simulated transaction is Unknown with the chain's own text and the gas, whatever its code, as in the SDK. */
function simulateOrRefuse(node: ChainClient, tx: Uint8Array): ReturnType<ChainClient["simulate"]> {
  try {
    return node.simulate(tx);
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    const gasUsed = error instanceof SimulationFailure ? error.gasUsed : 0n;
    throw new QueryError(GRPC_STATUS.UNKNOWN, `${error.message} with gas used: '${gasUsed}'`);
  }
}

async function getTx(node: ChainClient, request: GetTxRequest): Promise<GetTxResponse> {
  if (request.hash === "") throw invalid("tx hash cannot be empty");
  const found = await node.getTx(parseHash(request.hash));
  if (found === undefined) throw new QueryError(GRPC_STATUS.NOT_FOUND, `tx not found: ${request.hash}`);
  const time = await timeOf(node, found.height);
  return { tx: Tx.decode(found.tx), txResponse: responseOfIndexedTx(found, time) };
}

/** The 32 bytes of a hash in hex of either case, with or without `0x`. */
function parseHash(text: string): Uint8Array {
  const digits = text.startsWith("0x") ? text.slice(2) : text;
  if (digits.length !== 2 * HASH_LENGTH) {
    throw invalid(`tx hash must have ${2 * HASH_LENGTH} hex digits, got ${digits.length} characters`);
  }
  try {
    return fromHex(digits);
  } catch {
    throw invalid("tx hash is not hex");
  }
}

async function broadcastTx(node: ChainClient, request: BroadcastTxRequest): Promise<BroadcastTxResponse> {
  if (request.txBytes.length === 0) throw invalid("invalid empty tx");
  if (request.mode === BroadcastMode.BROADCAST_MODE_ASYNC) {
    // The caller asked not to hear the outcome: a refusal has no place to go.
    node.submitTx(request.txBytes).catch(() => undefined);
    return { txResponse: responseOfCheck(request.txBytes, undefined) };
  }
  if (request.mode !== BroadcastMode.BROADCAST_MODE_SYNC) {
    throw invalid("unsupported return type unspecified; supported types: sync, async");
  }
  try {
    return { txResponse: responseOfCheck(request.txBytes, await node.submitTx(request.txBytes)) };
  } catch (error) {
    if (error instanceof MempoolError) return { txResponse: responseOfRefusedTx(request.txBytes, error) };
    throw error;
  }
}

async function getTxsEvent(node: ChainClient, request: GetTxsEventRequest): Promise<GetTxsEventResponse> {
  const query = queryOf(request);
  const { page, limit } = eventPageOf(request);
  const order = request.orderBy === OrderBy.ORDER_BY_DESC ? "desc" : "asc";
  const found = await searchOrRefuse(node, { query, page, perPage: limit, order });
  requirePage(page, limit, found.totalCount);
  const times = await timesOf(node, found.items);
  return {
    txs: found.items.map((item) => Tx.decode(item.tx)),
    txResponses: found.items.map((item) => responseOfIndexedTx(item, times.get(item.height))),
    pagination: { nextKey: new Uint8Array(), total: BigInt(found.totalCount) },
    total: BigInt(found.totalCount),
  };
}

/** The query, or the conditions of the `events` field joined as clients before SDK 0.50 mean them. */
function queryOf(request: GetTxsEventRequest): string {
  if (request.query !== "") return request.query;
  if (request.events.length > EVENTS_MAX) throw invalid(`at most ${EVENTS_MAX} events, got ${request.events.length}`);
  const query = request.events.join(" AND ");
  if (query === "") throw invalid("query cannot be empty");
  return query;
}

/** Page and limit, from the fields of SDK 0.50 or, when those are absent, from the pagination before it. */
function eventPageOf(request: GetTxsEventRequest): { page: number; limit: number } {
  if (request.page !== 0n || request.limit !== 0n || request.pagination === undefined) {
    return { page: readPage(request.page), limit: clampLimit(request.limit) };
  }
  const limit = clampLimit(request.pagination.limit);
  return { page: pageOfOffset(request.pagination.offset, limit), limit };
}

function clampLimit(limit: bigint): number {
  if (limit === 0n) return PAGE_LIMIT_DEFAULT;
  return limit > BigInt(PAGE_LIMIT_MAX) ? PAGE_LIMIT_MAX : Number(limit);
}

async function searchOrRefuse(node: ChainClient, options: Parameters<ChainClient["searchTxs"]>[0]) {
  try {
    return await node.searchTxs(options);
  } catch (error) {
    const isRefusal = error instanceof QuerySyntaxError || error instanceof SearchTooBroadError;
    if (isRefusal) throw invalid(`failed to search for txs: ${error.message}`);
    throw error;
  }
}

/** The time of a block, without reading its transactions; `undefined` when the block is pruned. */
async function timeOf(node: ChainClient, height: number): Promise<Timestamp | undefined> {
  return (await node.getCommit(height))?.header.time;
}

/** The times of the transactions' blocks, each read once. At most PAGE_LIMIT_MAX of them. */
async function timesOf(node: ChainClient, txs: readonly IndexedTx[]): Promise<Map<number, Timestamp | undefined>> {
  const times = new Map<number, Timestamp | undefined>();
  for (const { height } of txs) {
    if (!times.has(height)) times.set(height, await timeOf(node, height));
  }
  return times;
}

async function getBlockWithTxs(node: ChainClient, request: GetBlockWithTxsRequest): Promise<GetBlockWithTxsResponse> {
  const latest = BigInt(node.latestHeight);
  if (request.height < 1n || request.height > latest) {
    throw invalid(
      `requested height ${request.height} but height must not be less than 1 or greater than the current height ${latest}`,
    );
  }
  const { blockId, block } = await requireBlock(node, Number(request.height));
  const all = block.data?.txs ?? [];
  const offset = request.pagination?.offset ?? 0n;
  const limit = clampLimit(request.pagination?.limit ?? 0n);
  if (offset >= BigInt(all.length) && all.length !== 0) {
    throw invalid(`out of range: cannot paginate ${all.length} txs with offset ${offset} and limit ${limit}`);
  }
  const ordered = request.pagination?.reverse === true ? all.toReversed() : all;
  const txs = ordered.slice(Number(offset), Number(offset) + limit).map((tx) => Tx.decode(tx));
  return { txs, blockId, block, pagination: { nextKey: new Uint8Array(), total: BigInt(all.length) } };
}

/** Decodes by the rules that a submitted transaction has to pass. */
function txDecode(registry: TypeRegistry, request: TxDecodeRequest): TxDecodeResponse {
  if (request.txBytes.length === 0) throw invalid("invalid empty tx bytes");
  try {
    const { body, authInfo, signatures } = decodeTx(registry, request.txBytes);
    return { tx: { body, authInfo, signatures: [...signatures] } };
  } catch (error) {
    if (error instanceof ChainError) throw invalid(error.message);
    throw error;
  }
}

async function txEncode(_node: ChainClient, request: TxEncodeRequest): Promise<TxEncodeResponse> {
  if (request.tx === undefined) throw invalid("invalid empty tx");
  return { txBytes: Tx.encode(request.tx).finish() };
}

/** The Any of a StdTx, however it is read. Throws QueryError on what is none. */
function readStdTx(read: () => { typeUrl: string; value: Uint8Array }): { typeUrl: string; value: Uint8Array } {
  try {
    const any = read();
    if (any.typeUrl !== `/${StdTx.$type}`) throw new Error(`expected a StdTx, got ${any.typeUrl}`);
    return any;
  } catch (error) {
    throw invalid(messageOf(error));
  }
}

function txEncodeAmino(registry: TypeRegistry, { aminoJson: json }: TxEncodeAminoRequest): TxEncodeAminoResponse {
  if (json === "") throw invalid("invalid empty tx json");
  return {
    aminoBinary: anyToAmino(
      registry,
      readStdTx(() => anyFromAminoJson(registry, JSON.parse(json))),
    ),
  };
}

function txDecodeAmino(registry: TypeRegistry, { aminoBinary }: TxDecodeAminoRequest): TxDecodeAminoResponse {
  if (aminoBinary.length === 0) throw invalid("invalid empty tx bytes");
  const { typeUrl, value } = readStdTx(() => anyFromAmino(registry, aminoBinary));
  return { aminoJson: aminoJson(registry, typeUrl, value) };
}
