// x/authz: letting others act.

import { GenesisState } from "../../gen/cosmos/authz/v1beta1/genesis.ts";
import type { AppModule, ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { timestampToNs } from "../../src/codec/time.ts";
import type { GrantAccounts, GrantBank } from "./expected.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { AUTHZ } from "./keys.ts";
import { authzMsgs } from "./msgs.ts";
import { authzQueries, grantAuthorization } from "./queries.ts";

/** Expired grants that a block forgets at most. */
const EXPIRED_PER_BLOCK_MAX = 200;

function authzGenesis(keeper: AuthzKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ authorization: [] }),
    validate({ authorization: grants }) {
      for (const { granter, grantee, authorization } of grants) {
        decodeAddress(granter);
        decodeAddress(grantee);
        const { kind, value } = keeper.authorizations.decode(authorization);
        kind.validate(value);
      }
    },
    init(ctx, { authorization: grants }) {
      for (const { granter, grantee, authorization, expiration } of grants) {
        if (authorization === undefined) continue;
        // What has ended since the export is left out, as in the SDK.
        if (expiration !== undefined && timestampToNs(expiration) <= ctx.block.timeNs) continue;
        keeper.saveGrant(ctx, {
          granter: decodeAddress(granter),
          grantee: decodeAddress(grantee),
          authorization,
          expiration,
        });
      }
    },
    export: (ctx) => ({
      authorization: [...keeper.grantStore(ctx).iterate()].map(([key, value]) => grantAuthorization(key, value)),
    }),
  };
}

/** The module. */
export function authzModule(keeper: AuthzKeeper, accounts: GrantAccounts, bank: GrantBank): AppModule {
  return {
    name: AUTHZ,
    storeNames: [AUTHZ],
    msgs: authzMsgs(keeper, accounts, bank),
    queries: authzQueries(keeper),
    genesis: authzGenesis(keeper),
    beginBlock: (ctx) => keeper.removeExpired(ctx, EXPIRED_PER_BLOCK_MAX),
  };
}
