// What the next block's header takes from the chain so far, at the start of a chain and after a restart.

import type { RequestInitChain, ResponseInitChain } from "../../../gen/tendermint/abci/types.ts";
import { ValidatorUpdate } from "../../../gen/tendermint/abci/types.ts";
import { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import { BlockID, Commit } from "../../../gen/tendermint/types/types.ts";
import { ValidatorSet } from "../../../gen/tendermint/types/validator.ts";
import type { BlockInfo } from "../../baseapp/context.ts";
import { bytesEqual, fromBase64, fromHex, toHex, utf8 } from "../../codec/bytes.ts";
import { parseUint } from "../../codec/integer.ts";
import { parseTimestamp, timestampToNs } from "../../codec/time.ts";
import { type BlockHead, type BlockStore, BlockStoreError } from "../blockStore.ts";
import type { GenesisDoc } from "../genesisDoc.ts";
import { lastResultsHash } from "../hashing.ts";
import { type ChainState, mergeParams } from "./blockMaker.ts";
import type { NodeKey } from "./nodeFiles.ts";

/** A genesis that the embedded node cannot run. */
export class GenesisError extends Error {
  readonly code = "invalid_genesis";

  constructor(message: string) {
    super(`genesis: ${message}`);
    this.name = "GenesisError";
  }
}

/** The consensus parameters of a genesis document. Throws GenesisError. */
export function genesisParams(genesis: GenesisDoc): ConsensusParams {
  const { block, evidence, validator, version, abci } = genesis.consensus_params;
  const durationNs = wholeNumber("evidence.max_age_duration", evidence.max_age_duration);
  return ConsensusParams.fromPartial({
    block: {
      maxBytes: wholeNumber("block.max_bytes", block.max_bytes),
      maxGas: wholeNumber("block.max_gas", block.max_gas),
    },
    evidence: {
      maxAgeNumBlocks: wholeNumber("evidence.max_age_num_blocks", evidence.max_age_num_blocks),
      maxAgeDuration: { seconds: durationNs / 1_000_000_000n, nanos: Number(durationNs % 1_000_000_000n) },
      maxBytes: wholeNumber("evidence.max_bytes", evidence.max_bytes),
    },
    validator: { pubKeyTypes: [...validator.pub_key_types] },
    version: { app: wholeNumber("version.app", version.app ?? "0") },
    abci: {
      voteExtensionsEnableHeight: wholeNumber("abci.vote_extensions_enable_height", abci.vote_extensions_enable_height),
    },
  });
}

/** A 64-bit integer in decimal; -1 stands for "no limit". */
function wholeNumber(name: string, text: string): bigint {
  try {
    return text === "-1" ? -1n : parseUint(text, 63);
  } catch (cause) {
    throw new GenesisError(`consensus_params.${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Throws GenesisError unless the only validator of the genesis is this node's. */
export function requireValidator(genesis: GenesisDoc, validatorKey: NodeKey): void {
  const only = genesis.validators[0];
  if (only === undefined || genesis.validators.length > 1) {
    throw new GenesisError(`the embedded node runs with one validator, not ${genesis.validators.length}`);
  }
  if (bytesEqual(fromBase64(only.pub_key.value), validatorKey.pubKey)) return;
  throw new GenesisError(
    `its validator ${only.address} is not this node's ${toHex(validatorKey.address).toUpperCase()}: ` +
      "the genesis and priv_validator_key.json do not belong together",
  );
}

/** What the application is told before block 1. Throws GenesisError. */
export function initChainRequest(genesis: GenesisDoc): RequestInitChain {
  if (genesis.initial_height !== "1" && genesis.initial_height !== "0") {
    throw new GenesisError(`initial_height ${genesis.initial_height} is not supported: the first block is block 1`);
  }
  return {
    time: parseTimestamp(genesis.genesis_time),
    chainId: genesis.chain_id,
    consensusParams: genesisParams(genesis),
    validators: genesis.validators.map((validator) =>
      ValidatorUpdate.fromPartial({
        pubKey: { ed25519: fromBase64(validator.pub_key.value) },
        power: parseUint(validator.power, 63),
      }),
    ),
    appStateBytes: utf8(JSON.stringify(genesis.app_state)),
    initialHeight: 1n,
  };
}

/** The state before block 1, with what the application answered. Throws GenesisError. */
export function genesisState(parts: {
  readonly request: RequestInitChain;
  readonly response: ResponseInitChain;
  readonly genesis: GenesisDoc;
  readonly validatorKey: NodeKey;
}): ChainState {
  const { request, response, genesis, validatorKey } = parts;
  const power = request.validators[0]!.power;
  const changed = response.validators.filter((update) => update.power > 0n);
  if (response.validators.length > 0 && (changed.length !== 1 || !sameKey(changed[0]!, request.validators[0]!))) {
    throw new GenesisError("the application wants other validators than this node");
  }
  const pubKey = request.validators[0]!.pubKey;
  const validator = {
    address: validatorKey.address,
    pubKey,
    votingPower: changed[0]?.power ?? power,
    proposerPriority: 0n,
  };
  const validators = ValidatorSet.fromPartial({
    validators: [validator],
    proposer: validator,
    totalVotingPower: validator.votingPower,
  });
  return {
    height: 0,
    timeNs: timestampToNs(request.time!),
    lastBlockId: BlockID.fromPartial({ partSetHeader: {} }),
    lastCommit: Commit.fromPartial({ blockId: { partSetHeader: {} } }),
    appHash: response.appHash.length > 0 ? response.appHash : fromHex(genesis.app_hash),
    lastResultsHash: lastResultsHash([]),
    lastValidators: undefined,
    ...{ validators, nextValidators: validators },
    params: mergeParams(request.consensusParams!, response.consensusParams),
  };
}

function sameKey(a: ValidatorUpdate, b: ValidatorUpdate): boolean {
  return (
    a.pubKey?.ed25519 !== undefined && b.pubKey?.ed25519 !== undefined && bytesEqual(a.pubKey.ed25519, b.pubKey.ed25519)
  );
}

/** The last durable block. Throws BlockStoreError before the first. */
export function requireHead(blocks: BlockStore): BlockHead {
  if (blocks.latest === undefined) throw new BlockStoreError("there is no block yet");
  return blocks.latest;
}

/** A block as the application knows it. */
export function blockInfoOf({ header, height }: BlockHead): BlockInfo {
  if (header.time === undefined) throw new BlockStoreError(`the header of block ${height} has no time`);
  return {
    chainId: header.chainId,
    height,
    timeNs: timestampToNs(header.time),
    proposerAddress: header.proposerAddress,
  };
}

/** The state after the last durable block. Throws BlockStoreError when a part of it is missing. */
export async function readChainState(blocks: BlockStore): Promise<ChainState> {
  const head = blocks.latest;
  const height = blocks.latestHeight;
  const results = await blocks.getResults(height);
  const lastCommit = blocks.getCommit(height);
  const [lastValidators, validators, nextValidators] = await Promise.all(
    [height, height + 1, height + 2].map((each) => blocks.getValidators(each)),
  );
  const params = await blocks.getParams(height + 1);
  if (head === undefined || results === undefined || lastCommit === undefined) {
    throw new BlockStoreError(`the block store lacks a part of block ${height}`);
  }
  if (
    validators === undefined ||
    nextValidators === undefined ||
    params === undefined ||
    head.header.time === undefined
  ) {
    throw new BlockStoreError(`the block store lacks the validators, the parameters or the time of block ${height}`);
  }
  return {
    height,
    timeNs: timestampToNs(head.header.time),
    lastBlockId: head.blockId,
    lastCommit,
    appHash: results.appHash,
    lastResultsHash: lastResultsHash(results.txResults),
    ...{ lastValidators, validators, nextValidators },
    params,
  };
}
