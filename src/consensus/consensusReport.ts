// What the application is told of the validators with each block: from CometBFT's request, or from a block and the set that
// voted on the one before. Both give the same for the same chain.

import type { Misbehavior, RequestFinalizeBlock } from "../../gen/tendermint/abci/types.ts";
import type { Commit } from "../../gen/tendermint/types/types.ts";
import { BlockIDFlag, type ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import type { BlockMisbehavior, BlockVote, ConsensusReport } from "../baseapp/context.ts";
import { copyBytes } from "../codec/bytes.ts";

/** The report without what the application knows itself. */
export type ToldReport = Omit<ConsensusReport, "lastAppHash">;

const NO_BYTES = new Uint8Array(0);

/** The report of CometBFT's request. */
export function reportOfRequest(
  request: Pick<RequestFinalizeBlock, "decidedLastCommit" | "misbehavior" | "nextValidatorsHash">,
): ToldReport {
  const votes = (request.decidedLastCommit?.votes ?? []).map(
    ({ validator, blockIdFlag }): BlockVote => ({
      address: copyBytes(validator?.address ?? NO_BYTES),
      power: validator?.power ?? 0n,
      isAbsent: blockIdFlag === BlockIDFlag.BLOCK_ID_FLAG_ABSENT,
    }),
  );
  return {
    votes,
    misbehavior: request.misbehavior.map(misbehaviorOf),
    nextValidatorsHash: copyBytes(request.nextValidatorsHash),
  };
}

function misbehaviorOf({ validator, height }: Misbehavior): BlockMisbehavior {
  return { address: copyBytes(validator?.address ?? NO_BYTES), power: validator?.power ?? 0n, height };
}

/** The votes in a block's last commit: of the set that the block before had, in its order; none in block 1. */
export function votesOfCommit(commit: Commit, voters: ValidatorSet): BlockVote[] {
  if (commit.signatures.length === 0) return [];
  return voters.validators.map(({ address, votingPower }, index) => ({
    address,
    power: votingPower,
    isAbsent: commit.signatures[index]?.blockIdFlag !== BlockIDFlag.BLOCK_ID_FLAG_COMMIT,
  }));
}
