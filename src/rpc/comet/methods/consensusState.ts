// Where consensus stands (CometBFT v0.38 consensus/types/round_state.go). One validator that signs its own blocks is
// always about to begin the next height: there is a round, and no vote in it yet.

import { bytesEqual } from "../../../codec/bytes.ts";
import type { ValidatorInfo } from "../../../consensus/chainNode.ts";
import { validatorJson } from "../encodeAbci.ts";
import { hexJson, timeJson } from "../encodeHeader.ts";
import type { Json } from "../json.ts";
import type { Environment, MethodTable } from "../method.ts";

/** RoundStepNewHeight. */
const STEP_NEW_HEIGHT = 1;

interface Round {
  readonly height: number;
  readonly startTime: string;
  readonly validators: readonly ValidatorInfo[];
  readonly proposer: ValidatorInfo | undefined;
}

async function roundOf({ node }: Environment): Promise<Round> {
  const height = node.latestHeight + 1;
  const [last, validators] = await Promise.all([node.getCommit(node.latestHeight), node.getValidators(height)]);
  const { proposerAddress } = last?.header ?? {};
  const isProposer = ({ address }: ValidatorInfo) =>
    proposerAddress !== undefined && bytesEqual(address, proposerAddress);
  return {
    height,
    startTime: timeJson(last?.header.time),
    validators,
    proposer: validators.find(isProposer) ?? validators[0],
  };
}

function voteSetJson(validators: readonly ValidatorInfo[]): Json {
  const power = validators.reduce((sum, { votingPower }) => sum + votingPower, 0n);
  const votes = validators.map(() => "nil-Vote");
  const bits = `BA{${validators.length}:${"_".repeat(validators.length)}} 0/${power} = 0.00`;
  return [{ round: 0, prevotes: votes, prevotes_bit_array: bits, precommits: votes, precommits_bit_array: bits }];
}

async function consensusState(env: Environment): Promise<Json> {
  const { height, startTime, validators, proposer } = await roundOf(env);
  return {
    round_state: {
      "height/round/step": `${height}/0/${STEP_NEW_HEIGHT}`,
      start_time: startTime,
      proposal_block_hash: "",
      locked_block_hash: "",
      valid_block_hash: "",
      height_vote_set: voteSetJson(validators),
      proposer: {
        address: hexJson(proposer?.address ?? new Uint8Array(0)),
        index: proposer === undefined ? -1 : validators.indexOf(proposer),
      },
    },
  };
}

async function dumpConsensusState(env: Environment): Promise<Json> {
  const { height, startTime, validators, proposer } = await roundOf(env);
  const set = {
    validators: validators.map(validatorJson),
    proposer: proposer === undefined ? null : validatorJson(proposer),
  };
  return {
    round_state: {
      height: String(height),
      round: 0,
      step: STEP_NEW_HEIGHT,
      start_time: startTime,
      commit_time: startTime,
      validators: set,
      proposal: null,
      proposal_block: null,
      proposal_block_parts: null,
      locked_round: -1,
      locked_block: null,
      locked_block_parts: null,
      valid_round: -1,
      valid_block: null,
      valid_block_parts: null,
      votes: voteSetJson(validators),
      commit_round: -1,
      last_commit: null,
      last_validators: set,
      triggered_timeout_precommit: false,
    },
    peers: [],
  };
}

export const CONSENSUS_METHODS: MethodTable = {
  consensus_state: { params: {}, handle: consensusState },
  dump_consensus_state: { params: {}, handle: dumpConsensusState },
};
