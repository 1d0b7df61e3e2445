// cosmos.base.node.v1beta1.Service: how the node is configured and where it stands
// (cosmos-sdk v0.53 client/grpc/node/service.go).

import {
  ConfigRequest,
  ConfigResponse,
  StatusRequest,
  StatusResponse,
} from "../../../gen/cosmos/base/node/v1beta1/query.ts";
import type { ChainClient } from "../../consensus/chainNode.ts";
import type { PruningOptions } from "../../store/pruning.ts";
import { type NodeService, nodeService } from "./nodeService.ts";
import { requireLatestBlock } from "./requireBlock.ts";

const SERVICE = "/cosmos.base.node.v1beta1.Service";

/** What the node service reports besides what the node knows of itself. */
export interface NodeConfig {
  /** Such as `0.025uusdc`; empty for none. */
  readonly minimumGasPrice: string;
  /** Heights kept for queries, and after how many blocks older ones go. */
  readonly pruning?: PruningOptions | undefined;
}

/** The methods of cosmos.base.node.v1beta1.Service. */
export function nodeConfigServices(config: NodeConfig): readonly NodeService[] {
  return [
    nodeService(`${SERVICE}/Config`, ConfigRequest, ConfigResponse, async () => configOf(config)),
    nodeService(`${SERVICE}/Status`, StatusRequest, StatusResponse, status),
  ];
}

/** As in the SDK, a node that keeps every height says that it keeps 0. */
function configOf({ minimumGasPrice, pruning }: NodeConfig): ConfigResponse {
  if (pruning === undefined) return ConfigResponse.fromPartial({ minimumGasPrice });
  const { keepRecent = 0, interval = keepRecent === 0 ? 0 : 1 } = pruning;
  return ConfigResponse.fromPartial({
    minimumGasPrice,
    pruningKeepRecent: String(keepRecent),
    pruningInterval: String(interval),
  });
}

async function status(node: ChainClient): Promise<StatusResponse> {
  const { block } = await requireLatestBlock(node);
  return StatusResponse.fromPartial({
    earliestStoreHeight: BigInt(node.earliestHeight),
    height: BigInt(node.latestHeight),
    ...(block.header === undefined
      ? {}
      : {
          timestamp: block.header.time,
          appHash: node.info().lastBlockAppHash,
          validatorHash: block.header.nextValidatorsHash,
        }),
  });
}
