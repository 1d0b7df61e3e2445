// Who the node is and where it stands (CometBFT v0.38 rpc/core/status.go).

import type { Header } from "../../../../gen/tendermint/types/types.ts";
import { bytesEqual } from "../../../codec/bytes.ts";
import type { ChainNode } from "../../../consensus/chainNode.ts";
import { addressOfEd25519 } from "../../../crypto/address.ts";
import { BLOCK_PROTOCOL, CHANNELS, COMET_VERSION, P2P_ADDRESS, P2P_PROTOCOL } from "../../services/cometIdentity.ts";
import { hexJson, pubKeyJson, timeJson } from "../encodeHeader.ts";
import type { Json } from "../json.ts";
import type { Environment } from "../method.ts";

/** What Go shows of a time of zero nanoseconds since 1970. */
const UNIX_EPOCH = "1970-01-01T00:00:00Z";

interface StatusBlock {
  readonly hash: Uint8Array;
  readonly header: Header;
}

/** What `status` is made of. */
export interface StatusParts {
  readonly nodeId: string;
  readonly chainId: string;
  readonly moniker: string;
  readonly appVersion: bigint;
  readonly rpcAddress: string;
  /** Undefined before the first block. */
  readonly latest: StatusBlock | undefined;
  readonly earliest: StatusBlock | undefined;
  readonly validator: { readonly address: Uint8Array; readonly pubKey: Uint8Array; readonly votingPower: bigint };
}

function blockJson(prefix: "latest" | "earliest", block: StatusBlock | undefined): { readonly [key: string]: Json } {
  const nothing = new Uint8Array(0);
  return {
    [`${prefix}_block_hash`]: hexJson(block?.hash ?? nothing),
    [`${prefix}_app_hash`]: hexJson(block?.header.appHash ?? nothing),
    [`${prefix}_block_height`]: (block?.header.height ?? 0n).toString(),
    [`${prefix}_block_time`]: block === undefined ? UNIX_EPOCH : timeJson(block.header.time),
  };
}

/** The answer of `status`. */
export function statusJson(parts: StatusParts): Json {
  const { address, pubKey, votingPower } = parts.validator;
  return {
    node_info: {
      protocol_version: {
        p2p: P2P_PROTOCOL.toString(),
        block: BLOCK_PROTOCOL.toString(),
        app: parts.appVersion.toString(),
      },
      id: parts.nodeId,
      listen_addr: P2P_ADDRESS,
      network: parts.chainId,
      version: COMET_VERSION,
      channels: CHANNELS,
      moniker: parts.moniker,
      other: { tx_index: "on", rpc_address: parts.rpcAddress },
    },
    sync_info: {
      ...blockJson("latest", parts.latest),
      ...blockJson("earliest", parts.earliest),
      catching_up: false,
    },
    validator_info: { address: hexJson(address), pub_key: pubKeyJson(pubKey), voting_power: votingPower.toString() },
  };
}

/** A block's header and hash, from its commit: the block itself need not be read. */
async function statusBlock(node: ChainNode, height: number): Promise<StatusBlock | undefined> {
  const found = await node.getCommit(height);
  return found && { hash: found.commit.blockId?.hash ?? new Uint8Array(0), header: found.header };
}

/** Answers `status`. */
export async function status({ node, rpcAddress }: Environment): Promise<Json> {
  const { latestHeight, earliestHeight, validatorPubKey } = node;
  const address = addressOfEd25519(validatorPubKey);
  const [latest, earliest, validators] = await Promise.all([
    statusBlock(node, latestHeight),
    statusBlock(node, earliestHeight),
    node.getValidators(latestHeight + 1),
  ]);
  const votingPower = validators.find((validator) => bytesEqual(validator.address, address))?.votingPower ?? 0n;
  return statusJson({
    nodeId: node.nodeId,
    chainId: node.chainId,
    moniker: node.moniker,
    appVersion: node.info().appVersion,
    rpcAddress: rpcAddress(),
    latest,
    earliest,
    validator: { address, pubKey: validatorPubKey, votingPower },
  });
}
