// x/authz: letting others act.

import { GenesisState } from "../../gen/cosmos/authz/v1beta1/genesis.ts";
import type { AppModule, ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { timestampToNs } from "../../src/codec/time.ts";
import type { GrantAccounts, GrantBank } from "./expected.ts";
import { authzInvariants } from "./invariants.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { AUTHZ } from "./keys.ts";
import { authzMsgs } from "./msgs.ts";
import { authzQueries, grantAuthorization } from "./queries.ts";
import { requireTime } from "./types.ts";

/** Expired grants that a block forgets; the entry of the queue that reaches it is emptied. */
const EXPIRED_PER_BLOCK_MAX = 200;

function authzGenesis(keeper: AuthzKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ authorization: [] }),
    validate({ authorization: grants }) {
      const seen = new Set<string>();
      for (const [index, { granter, grantee, authorization, expiration }] of grants.entries()) {
        const where = `authorization ${index}`;
        if (grantee === "") throw new Error(`${where}: missing grantee`);
        if (granter === "") throw new Error(`${where}: missing granter`);
        const pair = `${encodeAddress(decodeAddress(granter))} ${encodeAddress(decodeAddress(grantee))}`;
        const { kind, value } = keeper.authorizations.decode(authorization);
        kind.validate(value);
        requireTime(expiration);
        const id = `${pair} ${kind.msgTypeUrl(value)}`;
        if (seen.has(id)) throw new Error(`${where}: there is one already for ${id}`);
        seen.add(id);
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
    invariants: authzInvariants(keeper),
    beginBlock: (ctx) => keeper.removeExpired(ctx, EXPIRED_PER_BLOCK_MAX),
  };
}
