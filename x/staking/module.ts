// x/staking: who validates, with whose tokens.

import type { Authority } from "../../src/baseapp/authority.ts";
import type { AppModule } from "../../src/baseapp/module.ts";
import { genesisUpdates, stakingGenesis } from "./genesis.ts";
import { trackHistoricalInfo } from "./historicalInfo.ts";
import { stakingInvariants } from "./invariants.ts";
import type { StakingKeeper } from "./keeper.ts";
import { STAKING } from "./keys.ts";
import { completeMature } from "./maturity.ts";
import { stakingMsgs } from "./msgs.ts";
import { stakingQueries } from "./queries.ts";
import { applyValidatorSet } from "./validatorSet.ts";

/** The module. */
export function stakingModule(keeper: StakingKeeper, authority: Authority): AppModule {
  return {
    name: STAKING,
    storeNames: [STAKING],
    msgs: stakingMsgs(keeper, authority),
    queries: stakingQueries(keeper),
    genesis: stakingGenesis(keeper),
    invariants: stakingInvariants(keeper),
    beginBlock: (ctx) => trackHistoricalInfo(keeper, ctx),
    validatorUpdates(ctx) {
      if (ctx.mode === "genesis") return genesisUpdates(keeper, ctx);
      const updates = applyValidatorSet(keeper, ctx);
      // What unbonds in this block ends later; so the order of the two does not matter to anybody but the events.
      completeMature(keeper, ctx);
      return updates;
    },
  };
}
