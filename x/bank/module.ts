// x/bank: balances, supply, and moving them.

import type { Authority } from "../../src/baseapp/authority.ts";
import type { AppModule } from "../../src/baseapp/module.ts";
import type { CoinReceiver } from "./expected.ts";
import { bankGenesis } from "./genesis.ts";
import { bankInvariants } from "./invariants.ts";
import type { BankKeeper } from "./keeper.ts";
import { BANK } from "./keys.ts";
import { bankMsgs } from "./msgs.ts";
import { bankQueries } from "./queries.ts";

/** The module. `receivers` are told of users' transfers. */
export function bankModule(
  keeper: BankKeeper,
  authority: Authority,
  receivers: readonly CoinReceiver[] = [],
): AppModule {
  return {
    name: BANK,
    storeNames: [BANK],
    msgs: bankMsgs(keeper, authority, receivers),
    queries: bankQueries(keeper),
    genesis: bankGenesis(keeper),
    invariants: bankInvariants(keeper),
  };
}
