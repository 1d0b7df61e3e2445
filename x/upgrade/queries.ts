// Queries of x/upgrade (cosmossdk.io/x/upgrade v0.1 keeper/grpc_query.go).

import {
  QueryAppliedPlanRequest,
  QueryAppliedPlanResponse,
  QueryAuthorityRequest,
  QueryAuthorityResponse,
  QueryCurrentPlanRequest,
  QueryCurrentPlanResponse,
  QueryModuleVersionsRequest,
  QueryModuleVersionsResponse,
  QueryUpgradedConsensusStateRequest,
  QueryUpgradedConsensusStateResponse,
} from "../../gen/cosmos/upgrade/v1beta1/query.ts";
import type { Authority } from "../../src/baseapp/authority.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrNotFound } from "../../src/codec/sdkErrors.ts";
import type { UpgradeKeeper } from "./keeper.ts";

const SERVICE = "/cosmos.upgrade.v1beta1.Query";

/** The handlers. */
export function upgradeQueries(keeper: UpgradeKeeper, authority: Authority): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/CurrentPlan`, QueryCurrentPlanRequest, QueryCurrentPlanResponse, (ctx) => ({
      plan: keeper.plan(ctx),
    })),
    queryHandler(`${SERVICE}/AppliedPlan`, QueryAppliedPlanRequest, QueryAppliedPlanResponse, (ctx, { name }) => ({
      height: keeper.doneHeight(ctx, name) ?? 0n,
    })),
    queryHandler(
      `${SERVICE}/ModuleVersions`,
      QueryModuleVersionsRequest,
      QueryModuleVersionsResponse,
      (ctx, { moduleName }) => {
        const all = [...keeper.versions(ctx)].map(([name, version]) => ({ name, version }));
        const moduleVersions = moduleName === "" ? all : all.filter(({ name }) => name === moduleName);
        if (moduleVersions.length > 0 || moduleName === "") return { moduleVersions };
        throw new ChainError(ErrNotFound, `x/upgrade: QueryModuleVersions module ${moduleName} not found`);
      },
    ),
    // Of IBC as it was; no chain answers with anything since.
    queryHandler(
      `${SERVICE}/UpgradedConsensusState`,
      QueryUpgradedConsensusStateRequest,
      QueryUpgradedConsensusStateResponse,
      () => ({ upgradedConsensusState: new Uint8Array(0) }),
    ),
    queryHandler(`${SERVICE}/Authority`, QueryAuthorityRequest, QueryAuthorityResponse, (ctx) => ({
      address: authority.address(ctx),
    })),
  ];
}
