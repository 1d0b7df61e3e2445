// Genesis of x/slashing.

import { GenesisState } from "../../gen/cosmos/slashing/v1beta1/genesis.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { decodeConsensusAddress, encodeConsensusAddress } from "../../src/codec/validatorAddress.ts";
import { slashingInvariants } from "./invariants.ts";
import { infoFromProto, infoToProto, type SlashingKeeper } from "./keeper.ts";
import { checkParams, DEFAULT_PARAMS, paramsFromProto, paramsToProto } from "./types.ts";

function validate({ params, signingInfos }: GenesisState): void {
  const problem = params === undefined ? "params are missing" : checkParams(paramsFromProto(params));
  if (problem !== undefined) throw new Error(problem);
  for (const { address, validatorSigningInfo } of signingInfos) {
    if (validatorSigningInfo === undefined) throw new Error(`the signing info of ${address} is missing`);
    const { consensusAddress } = infoFromProto(validatorSigningInfo);
    if (!bytesEqual(consensusAddress, decodeConsensusAddress(address))) {
      throw new Error(`the signing info of ${address} is of ${validatorSigningInfo.address}`);
    }
  }
}

function init(keeper: SlashingKeeper, ctx: Context, genesis: GenesisState): void {
  keeper.setParams(ctx, genesis.params === undefined ? DEFAULT_PARAMS : paramsFromProto(genesis.params));
  for (const { validatorSigningInfo } of genesis.signingInfos) {
    if (validatorSigningInfo !== undefined) keeper.setInfo(ctx, infoFromProto(validatorSigningInfo));
  }
  for (const { address, missedBlocks } of genesis.missedBlocks) {
    const consensusAddress = decodeConsensusAddress(address);
    for (const { index, missed } of missedBlocks) {
      if (missed) keeper.setMissed(ctx, consensusAddress, Number(index), true);
    }
  }
  for (const { name, check } of slashingInvariants(keeper)) {
    const broken = check(ctx);
    if (broken !== undefined) throw new Error(`${name}: ${broken}`);
  }
}

/** Genesis of the module. */
export function slashingGenesis(keeper: SlashingKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ params: paramsToProto(DEFAULT_PARAMS), signingInfos: [], missedBlocks: [] }),
    validate,
    init: (ctx, genesis) => init(keeper, ctx, genesis),
    export(ctx) {
      const infos = keeper.infos(ctx);
      const addressOf = (address: Uint8Array) => encodeConsensusAddress(address);
      return {
        params: paramsToProto(keeper.params(ctx)),
        signingInfos: infos.map((info) => ({
          address: addressOf(info.consensusAddress),
          validatorSigningInfo: infoToProto(info),
        })),
        missedBlocks: infos
          .filter(({ missed }) => missed > 0n)
          .map(({ consensusAddress }) => ({
            address: addressOf(consensusAddress),
            missedBlocks: keeper
              .missedOf(ctx, consensusAddress)
              .map((index) => ({ index: BigInt(index), missed: true })),
          })),
      };
    },
  };
}
