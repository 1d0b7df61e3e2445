// x/distribution: fees to validators and their delegators.

import type { Authority } from "../../src/baseapp/authority.ts";
import type { AppModule } from "../../src/baseapp/module.ts";
import { allocateFees } from "./allocate.ts";
import { distributionGenesis } from "./genesis.ts";
import { distributionInvariants } from "./invariants.ts";
import type { DistributionKeeper } from "./keeper.ts";
import { DISTRIBUTION } from "./keys.ts";
import { distributionMsgs } from "./msgs.ts";
import { distributionQueries } from "./queries.ts";

/** The module. */
export function distributionModule(keeper: DistributionKeeper, authority: Authority): AppModule {
  return {
    name: DISTRIBUTION,
    storeNames: [DISTRIBUTION],
    msgs: distributionMsgs(keeper, authority),
    queries: distributionQueries(keeper),
    genesis: distributionGenesis(keeper),
    invariants: distributionInvariants(keeper),
    beginBlock: (ctx) => allocateFees(keeper, ctx),
  };
}
