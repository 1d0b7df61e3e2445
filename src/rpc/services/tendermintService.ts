// cosmos.base.tendermint.v1beta1.Service: blocks, validators and the node itself
// (cosmos-sdk v0.53 client/grpc/cmtservice/service.go).

import type { PageRequest } from "../../../gen/cosmos/base/query/v1beta1/pagination.ts";
import {
  ABCIQueryRequest,
  ABCIQueryResponse,
  GetBlockByHeightRequest,
  GetBlockByHeightResponse,
  GetLatestBlockRequest,
  GetLatestBlockResponse,
  GetLatestValidatorSetRequest,
  GetLatestValidatorSetResponse,
  GetNodeInfoRequest,
  GetNodeInfoResponse,
  GetSyncingRequest,
  GetSyncingResponse,
  GetValidatorSetByHeightRequest,
  GetValidatorSetByHeightResponse,
} from "../../../gen/cosmos/base/tendermint/v1beta1/query.ts";
import { Block as SdkBlock } from "../../../gen/cosmos/base/tendermint/v1beta1/types.ts";
import { PubKey } from "../../../gen/cosmos/crypto/ed25519/keys.ts";
import type { Block } from "../../../gen/tendermint/types/block.ts";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { BECH32_PREFIX, encodeBech32 } from "../../codec/address.ts";
import { fromHex } from "../../codec/bytes.ts";
import type { ChainClient, StoredBlock, ValidatorInfo } from "../../consensus/chainNode.ts";
import { BLOCK_PROTOCOL, CHANNELS, COMET_VERSION, P2P_ADDRESS, P2P_PROTOCOL } from "./cometIdentity.ts";
import { type NodeService, nodeService } from "./nodeService.ts";
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, pageOfOffset, requirePage } from "./paging.ts";
import { requireBlock, requireLatestBlock } from "./requireBlock.ts";

const SERVICE = "/cosmos.base.tendermint.v1beta1.Service";

/** The human-readable part of consensus addresses. */
export const CONSENSUS_BECH32_PREFIX = `${BECH32_PREFIX}valcons`;

/** The version of the SDK whose wire forms this node follows. */
const COSMOS_SDK_VERSION = "v0.53.4";

/** The first words of the ABCI paths that are not gRPC methods (cosmos-sdk baseapp/abci.go). */
const ABCI_PATH_ROOTS: ReadonlySet<string> = new Set(["app", "store", "p2p", "custom"]);

/** The methods of cosmos.base.tendermint.v1beta1.Service. */
export function tendermintServices(): readonly NodeService[] {
  return [
    nodeService(`${SERVICE}/GetNodeInfo`, GetNodeInfoRequest, GetNodeInfoResponse, getNodeInfo),
    nodeService(`${SERVICE}/GetSyncing`, GetSyncingRequest, GetSyncingResponse, getSyncing),
    nodeService(`${SERVICE}/GetLatestBlock`, GetLatestBlockRequest, GetLatestBlockResponse, getLatestBlock),
    nodeService(`${SERVICE}/GetBlockByHeight`, GetBlockByHeightRequest, GetBlockByHeightResponse, getBlockByHeight),
    nodeService(
      `${SERVICE}/GetLatestValidatorSet`,
      GetLatestValidatorSetRequest,
      GetLatestValidatorSetResponse,
      getLatestValidatorSet,
    ),
    nodeService(
      `${SERVICE}/GetValidatorSetByHeight`,
      GetValidatorSetByHeightRequest,
      GetValidatorSetByHeightResponse,
      getValidatorSetByHeight,
    ),
    nodeService(`${SERVICE}/ABCIQuery`, ABCIQueryRequest, ABCIQueryResponse, abciQuery),
  ];
}

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}

async function getNodeInfo(node: ChainClient): Promise<GetNodeInfoResponse> {
  const info = node.info();
  return GetNodeInfoResponse.fromPartial({
    defaultNodeInfo: {
      protocolVersion: { p2p: P2P_PROTOCOL, block: BLOCK_PROTOCOL, app: info.appVersion },
      defaultNodeId: node.nodeId,
      network: node.chainId,
      listenAddr: P2P_ADDRESS,
      version: COMET_VERSION,
      channels: fromHex(CHANNELS),
      moniker: node.moniker,
      other: { txIndex: "on" },
    },
    applicationVersion: {
      name: "stateset",
      appName: "statesetd",
      version: info.version,
      cosmosSdkVersion: COSMOS_SDK_VERSION,
    },
  });
}

async function getSyncing(node: ChainClient): Promise<GetSyncingResponse> {
  return { syncing: await node.isSyncing() };
}

async function getLatestBlock(node: ChainClient): Promise<GetLatestBlockResponse> {
  return blockResponse(await requireLatestBlock(node));
}

async function getBlockByHeight(
  node: ChainClient,
  request: GetBlockByHeightRequest,
): Promise<GetBlockByHeightResponse> {
  return blockResponse(await requireBlock(node, requireHeight(node, request.height)));
}

/** A height from 1 to the latest, or InvalidArgument. */
function requireHeight(node: ChainClient, height: bigint): number {
  if (height > BigInt(node.latestHeight)) throw invalid("requested block height is bigger then the chain length");
  if (height < 1n) throw invalid(`height must be greater than 0, but got ${height}`);
  return Number(height);
}

function blockResponse({ blockId, block }: StoredBlock): GetBlockByHeightResponse {
  return { blockId, block, sdkBlock: sdkBlockOf(block) };
}

/** The same block with the proposer's address as text. */
function sdkBlockOf(block: Block): SdkBlock {
  const header = block.header;
  const proposerAddress = header === undefined ? "" : consensusAddress(header.proposerAddress);
  return SdkBlock.fromPartial({ ...block, header: header === undefined ? undefined : { ...header, proposerAddress } });
}

function consensusAddress(address: Uint8Array): string {
  return address.length === 0 ? "" : encodeBech32(CONSENSUS_BECH32_PREFIX, address);
}

async function getLatestValidatorSet(
  node: ChainClient,
  request: GetLatestValidatorSetRequest,
): Promise<GetLatestValidatorSetResponse> {
  return validatorPage(node, node.latestHeight, request.pagination);
}

async function getValidatorSetByHeight(
  node: ChainClient,
  request: GetValidatorSetByHeightRequest,
): Promise<GetValidatorSetByHeightResponse> {
  return validatorPage(node, requireHeight(node, request.height), request.pagination);
}

async function validatorPage(
  node: ChainClient,
  height: number,
  pagination: PageRequest | undefined,
): Promise<GetValidatorSetByHeightResponse> {
  const asked = pagination?.limit ?? 0n;
  const limit = asked === 0n ? PAGE_LIMIT_DEFAULT : Number(asked > BigInt(PAGE_LIMIT_MAX) ? PAGE_LIMIT_MAX : asked);
  const page = pageOfOffset(pagination?.offset ?? 0n, limit);
  const all = await node.getValidators(height);
  requirePage(page, limit, all.length);
  const start = (page - 1) * limit;
  return GetValidatorSetByHeightResponse.fromPartial({
    blockHeight: BigInt(height),
    validators: all.slice(start, start + limit).map(validatorOf),
    pagination: { total: BigInt(all.length) },
  });
}

function validatorOf(validator: ValidatorInfo) {
  return {
    address: consensusAddress(validator.address),
    pubKey: { typeUrl: `/${PubKey.$type}`, value: PubKey.encode({ key: validator.pubKey }).finish() },
    votingPower: validator.votingPower,
    proposerPriority: validator.proposerPriority,
  };
}

/** A query as `abci_query` makes it, except of gRPC methods: those are called as such. */
async function abciQuery(node: ChainClient, request: ABCIQueryRequest): Promise<ABCIQueryResponse> {
  if (request.path === "") throw invalid("empty query path");
  const root = request.path.replace(/^\//, "").split("/", 1)[0] ?? "";
  if (!ABCI_PATH_ROOTS.has(root)) throw invalid(`unsupported ABCI query path: ${request.path}`);
  const { path, data, height, prove } = request;
  return ABCIQueryResponse.fromPartial(node.query({ path, data, height, prove }));
}
