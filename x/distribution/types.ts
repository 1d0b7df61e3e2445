// Parameters of x/distribution: rules that need no state.

import type { Params as ProtoParams } from "../../gen/cosmos/distribution/v1beta1/distribution.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";

/** The parameters. */
export interface Params {
  /** Part of the fees that goes to the community pool, in units of 10^-18. */
  readonly communityTax: bigint;
  readonly withdrawAddrEnabled: boolean;
}

/** The SDK's. */
export const DEFAULT_PARAMS: Params = Object.freeze({ communityTax: DEC_ONE / 50n, withdrawAddrEnabled: true });

export function paramsToProto({ communityTax, withdrawAddrEnabled }: Params): ProtoParams {
  return {
    communityTax: communityTax.toString(),
    baseProposerReward: "0",
    bonusProposerReward: "0",
    withdrawAddrEnabled,
  };
}

/** Parameters from protobuf. Throws an Error on malformed ones. */
export function paramsFromProto({ communityTax, withdrawAddrEnabled }: ProtoParams): Params {
  return { communityTax: communityTax === "" ? 0n : parseUnits(communityTax), withdrawAddrEnabled };
}

/** What is wrong with parameters, or undefined. */
export function checkParams(proto: ProtoParams): string | undefined {
  const { communityTax } = paramsFromProto(proto);
  if (communityTax < 0n || communityTax > DEC_ONE) return "community tax: expected 0 to 1";
  const retired = [proto.baseProposerReward, proto.bonusProposerReward];
  if (retired.every((text) => text === "" || parseUnits(text) === 0n)) return undefined;
  return "cannot update base or bonus proposer reward because these are deprecated fields";
}
