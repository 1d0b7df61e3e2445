// x/auth: the accounts of the chain, and the checks before every transaction (ante/).

import type { Authority } from "../../src/baseapp/authority.ts";
import type { AppModule } from "../../src/baseapp/module.ts";
import { authGenesis } from "./genesis.ts";
import type { AccountKeeper } from "./keeper.ts";
import { AUTH, AUTH_STORE } from "./keys.ts";
import { authMsgs } from "./msgs.ts";
import { authQueries } from "./queries.ts";

/** The module. */
export function authModule(keeper: AccountKeeper, authority: Authority): AppModule {
  return {
    name: AUTH,
    storeNames: [AUTH_STORE],
    msgs: authMsgs(keeper, authority),
    queries: authQueries(keeper),
    genesis: authGenesis(keeper),
    beginBlock: (ctx) => keeper.removeExpiredNonces(ctx),
  };
}
