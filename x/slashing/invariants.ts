// What must always hold of missed blocks.

import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { encodeConsensusAddress } from "../../src/codec/validatorAddress.ts";
import type { SlashingKeeper } from "./keeper.ts";

/** The counter of each validator is the number of its bits, all of them inside the window. */
function checkCounters(keeper: SlashingKeeper, ctx: Context): string | undefined {
  const { signedBlocksWindow } = keeper.params(ctx);
  for (const { consensusAddress, missed } of keeper.infos(ctx)) {
    const places = keeper.missedOf(ctx, consensusAddress);
    const name = encodeConsensusAddress(consensusAddress);
    if (BigInt(places.length) !== missed)
      return `${name} has missed ${places.length} blocks, its counter says ${missed}`;
    const last = places.at(-1) ?? 0;
    if (last >= signedBlocksWindow) return `${name} has missed place ${last} of a window of ${signedBlocksWindow}`;
  }
  return undefined;
}

/** The invariants of the module. PERF: reads what all validators missed. */
export function slashingInvariants(keeper: SlashingKeeper): readonly Invariant[] {
  return [{ name: "slashing/missed-blocks", check: (ctx) => checkCounters(keeper, ctx) }];
}
