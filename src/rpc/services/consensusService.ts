// cosmos.consensus.v1.Query: the consensus parameters, which the node keeps for its headers (cosmos-sdk v0.53
// x/consensus/keeper/keeper.go). The version in them is left out, as there.

import { QueryParamsRequest, QueryParamsResponse } from "../../../gen/cosmos/consensus/v1/query.ts";
import type { ChainClient } from "../../consensus/chainNode.ts";
import { type NodeService, nodeService } from "./nodeService.ts";

/** The methods of cosmos.consensus.v1.Query. */
export function consensusServices(): readonly NodeService[] {
  return [nodeService("/cosmos.consensus.v1.Query/Params", QueryParamsRequest, QueryParamsResponse, params)];
}

async function params(node: ChainClient): Promise<QueryParamsResponse> {
  const { block, evidence, validator, abci } = await node.getConsensusParams(node.latestHeight);
  return { params: { block, evidence, validator, version: undefined, abci } };
}
