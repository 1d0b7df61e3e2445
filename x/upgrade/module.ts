// x/upgrade: all nodes change their program before the same block.

import { GenesisState } from "../../gen/stateset/upgrade/v1/genesis.ts";
import type { Authority } from "../../src/baseapp/authority.ts";
import type { AppModule } from "../../src/baseapp/module.ts";
import { UPGRADE } from "./keys.ts";
import { upgradeMsgs } from "./msgs.ts";
import { upgradeQueries } from "./queries.ts";
import { type UpgradeParts, upgradeAtHeight, versionOf } from "./upgrades.ts";

/** The module. It comes before all others, so that they find their state as they know it. */
export function upgradeModule(parts: UpgradeParts, authority: Authority): AppModule {
  const { keeper, modules } = parts;
  return {
    name: UPGRADE,
    storeNames: [UPGRADE],
    msgs: upgradeMsgs(keeper, authority),
    queries: upgradeQueries(keeper, authority),
    // The SDK exports nothing of it either: a chain that begins anew has no past upgrades.
    genesis: {
      codec: GenesisState,
      defaultGenesis: () => ({}),
      validate: () => undefined,
      init: (ctx) => {
        for (const module of modules()) keeper.setVersion(ctx, module.name, versionOf(module));
      },
      export: () => ({}),
    },
    beginBlock: (ctx) => upgradeAtHeight(ctx, parts),
  };
}
