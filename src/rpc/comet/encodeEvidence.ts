// Evidence in CometBFT's JSON (types/evidence.go v0.38). Fields without a JSON name keep the one they have in Go.

import type {
  DuplicateVoteEvidence,
  Evidence,
  LightClientAttackEvidence,
} from "../../../gen/tendermint/types/evidence.ts";
import type { LightBlock, Vote } from "../../../gen/tendermint/types/types.ts";
import type { Validator } from "../../../gen/tendermint/types/validator.ts";
import { blockIdJson, bytesJson, commitJson, headerJson, hexJson, publicKeyJson, timeJson } from "./encodeHeader.ts";
import type { Json } from "./json.ts";

function voteJson(vote: Vote | undefined): Json {
  if (vote === undefined) return null;
  return {
    type: vote.type,
    height: vote.height.toString(),
    round: vote.round,
    block_id: blockIdJson(vote.blockId),
    timestamp: timeJson(vote.timestamp),
    validator_address: hexJson(vote.validatorAddress),
    validator_index: vote.validatorIndex,
    signature: bytesJson(vote.signature),
    extension: bytesJson(vote.extension),
    extension_signature: bytesJson(vote.extensionSignature),
  };
}

function duplicateVoteJson(evidence: DuplicateVoteEvidence): Json {
  return {
    vote_a: voteJson(evidence.voteA),
    vote_b: voteJson(evidence.voteB),
    TotalVotingPower: evidence.totalVotingPower.toString(),
    ValidatorPower: evidence.validatorPower.toString(),
    Timestamp: timeJson(evidence.timestamp),
  };
}

function validatorJson(validator: Validator): Json {
  return {
    address: hexJson(validator.address),
    pub_key: publicKeyJson(validator.pubKey ?? {}),
    voting_power: validator.votingPower.toString(),
    proposer_priority: validator.proposerPriority.toString(),
  };
}

function lightBlockJson({ signedHeader, validatorSet }: LightBlock): Json {
  return {
    signed_header: signedHeader && {
      header: signedHeader.header ? headerJson(signedHeader.header) : null,
      commit: signedHeader.commit ? commitJson(signedHeader.commit) : null,
    },
    validator_set: validatorSet && {
      validators: validatorSet.validators.map(validatorJson),
      proposer: validatorSet.proposer ? validatorJson(validatorSet.proposer) : null,
    },
  };
}

function lightClientAttackJson(evidence: LightClientAttackEvidence): Json {
  return {
    ConflictingBlock: evidence.conflictingBlock === undefined ? null : lightBlockJson(evidence.conflictingBlock),
    CommonHeight: evidence.commonHeight.toString(),
    ByzantineValidators: evidence.byzantineValidators.map(validatorJson),
    TotalVotingPower: evidence.totalVotingPower.toString(),
    Timestamp: timeJson(evidence.timestamp),
  };
}

/** A piece of evidence with its amino name. */
export function evidenceJson({ duplicateVoteEvidence, lightClientAttackEvidence }: Evidence): Json {
  if (duplicateVoteEvidence !== undefined) {
    return { type: "tendermint/DuplicateVoteEvidence", value: duplicateVoteJson(duplicateVoteEvidence) };
  }
  if (lightClientAttackEvidence === undefined) return null;
  return { type: "tendermint/LightClientAttackEvidence", value: lightClientAttackJson(lightClientAttackEvidence) };
}
