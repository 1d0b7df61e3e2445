// x/authority: the account that may change parameters, pause and name roles, in every module.

import { GenesisState } from "../../gen/stateset/authority/v1/authority.ts";
import { QueryAuthorityRequest, QueryAuthorityResponse } from "../../gen/stateset/authority/v1/query.ts";
import { type AppModule, type ModuleGenesis, queryHandler } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { type AuthorityKeeper, DEFAULT_AUTHORITY } from "./keeper.ts";
import { AUTHORITY } from "./keys.ts";
import { authorityMsgs } from "./msgs.ts";

function requireSpelling(name: string, address: string): void {
  if (encodeAddress(decodeAddress(address)) !== address) throw new Error(`${name}: expected lower case`);
}

function authorityGenesis(keeper: AuthorityKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ authority: DEFAULT_AUTHORITY, pendingAuthority: "" }),
    validate({ authority, pendingAuthority }) {
      requireSpelling("authority", authority);
      if (pendingAuthority !== "") requireSpelling("pending_authority", pendingAuthority);
    },
    init(ctx, { authority, pendingAuthority }) {
      keeper.setAddress(ctx, authority);
      if (pendingAuthority !== "") keeper.setPending(ctx, pendingAuthority);
    },
    export: (ctx) => ({ authority: keeper.address(ctx), pendingAuthority: keeper.pending(ctx) ?? "" }),
  };
}

/** The module. */
export function authorityModule(keeper: AuthorityKeeper): AppModule {
  const genesis = authorityGenesis(keeper);
  return {
    name: AUTHORITY,
    storeNames: [AUTHORITY],
    msgs: authorityMsgs(keeper),
    queries: [
      queryHandler(
        "/stateset.authority.v1.Query/Authority",
        QueryAuthorityRequest,
        QueryAuthorityResponse,
        // The whole state is the answer.
        genesis.export,
      ),
    ],
    genesis,
  };
}
