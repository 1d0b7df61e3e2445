// x/feegrant: paying the fees of others.

import { Grant } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import { GenesisState } from "../../gen/cosmos/feegrant/v1beta1/genesis.ts";
import type { AppModule, ModuleGenesis } from "../../src/baseapp/module.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { decodeAllowance, validateAllowance } from "./allowance.ts";
import type { FeegrantKeeper } from "./keeper.ts";
import { FEEGRANT } from "./keys.ts";
import { feegrantMsgs } from "./msgs.ts";
import { feegrantQueries } from "./queries.ts";

/** Expired allowances that a block forgets at most. */
const EXPIRED_PER_BLOCK_MAX = 200;

function feegrantGenesis(keeper: FeegrantKeeper): ModuleGenesis<GenesisState> {
  return {
    codec: GenesisState,
    defaultGenesis: () => ({ allowances: [] }),
    validate({ allowances }) {
      const seen = new Set<string>();
      for (const { granter, grantee, allowance } of allowances) {
        decodeAddress(granter);
        decodeAddress(grantee);
        validateAllowance(decodeAllowance(allowance));
        if (seen.has(`${granter} ${grantee}`)) throw new Error(`two fee allowances of ${granter} for ${grantee}`);
        seen.add(`${granter} ${grantee}`);
      }
    },
    init(ctx, { allowances }) {
      for (const { granter, grantee, allowance } of allowances) {
        keeper.grant(ctx, decodeAddress(granter), decodeAddress(grantee), decodeAllowance(allowance));
      }
    },
    export: (ctx) => ({ allowances: [...keeper.grantStore(ctx).iterate()].map(([, value]) => Grant.decode(value)) }),
  };
}

/** The module. */
export function feegrantModule(keeper: FeegrantKeeper): AppModule {
  return {
    name: FEEGRANT,
    storeNames: [FEEGRANT],
    msgs: feegrantMsgs(keeper),
    queries: feegrantQueries(keeper),
    genesis: feegrantGenesis(keeper),
    endBlock: (ctx) => keeper.removeExpired(ctx, EXPIRED_PER_BLOCK_MAX),
  };
}
