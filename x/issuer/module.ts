// x/issuer: who makes and destroys USDC.

import type { Authority } from "../../src/baseapp/authority.ts";
import type { AppModule, Invariant } from "../../src/baseapp/module.ts";
import type { IssuerBank } from "./expected.ts";
import { issuerGenesis } from "./genesis.ts";
import type { IssuerKeeper } from "./keeper.ts";
import { ISSUER } from "./keys.ts";
import { issuerMsgs } from "./msgs.ts";
import { issuerQueries } from "./queries.ts";

function supplyInvariant(keeper: IssuerKeeper, bank: Pick<IssuerBank, "supply">): Invariant {
  return {
    name: `${ISSUER}/supply`,
    check(ctx) {
      const { minted, burned } = keeper.totals(ctx);
      const explained = keeper.initialSupply(ctx) + minted - burned;
      const denom = keeper.mintingDenom(ctx);
      const supply = bank.supply(ctx, denom);
      return supply === explained ? undefined : `supply of ${denom} is ${supply}, mints and burns explain ${explained}`;
    },
  };
}

/** The module. The authority names its roles. */
export function issuerModule(keeper: IssuerKeeper, bank: Pick<IssuerBank, "supply">, authority: Authority): AppModule {
  return {
    name: ISSUER,
    storeNames: [ISSUER],
    msgs: issuerMsgs(keeper, authority),
    queries: issuerQueries(keeper),
    genesis: issuerGenesis(keeper),
    invariants: [supplyInvariant(keeper, bank)],
  };
}
