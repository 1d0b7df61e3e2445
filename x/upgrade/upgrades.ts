// What a program knows of upgrades, and how one is carried out.

import type { Context } from "../../src/baseapp/context.ts";
import type { AppModule } from "../../src/baseapp/module.ts";
import { UpgradeHalt } from "../../src/baseapp/upgradeHalt.ts";
import type { UpgradeKeeper } from "./keeper.ts";

/** An upgrade that this program can carry out. */
export interface Upgrade {
  /** The plan's. */
  readonly name: string;
  /** Stores that the program before did not have. */
  readonly addedStores?: readonly string[] | undefined;
  /** What is to be done besides the modules' migrations, after them. */
  readonly migrate?: ((ctx: Context) => void) | undefined;
}

/** What carries a plan out. */
export interface UpgradeParts {
  readonly keeper: UpgradeKeeper;
  /** All modules, asked when they are needed. */
  readonly modules: () => readonly AppModule[];
  readonly upgrades: readonly Upgrade[];
}

/** The version of a module's state that this program has. */
export function versionOf({ consensusVersion = 1n }: AppModule): bigint {
  return consensusVersion;
}

/**
 * Before each block. Carries the plan out when its height is there. Throws UpgradeHalt when this program is not the one
 * for the block.
 */
export function upgradeAtHeight(ctx: Context, { keeper, modules, upgrades }: UpgradeParts): void {
  const plan = keeper.plan(ctx);
  if (plan === undefined) return;
  const upgrade = upgrades.find(({ name }) => name === plan.name);
  const told = { name: plan.name, height: Number(plan.height), info: plan.info };
  if (BigInt(ctx.block.height) < plan.height) {
    if (upgrade === undefined) return;
    throw new UpgradeHalt("upgraded_too_early", told);
  }
  if (upgrade === undefined) throw new UpgradeHalt("upgrade_needed", told);
  migrateModules(ctx, keeper, modules());
  upgrade.migrate?.(ctx);
  keeper.setDone(ctx, plan.name);
  keeper.clear(ctx);
}

/** New modules get their default genesis; the state of others is brought up to this program's versions, in their order. */
function migrateModules(ctx: Context, keeper: UpgradeKeeper, modules: readonly AppModule[]): void {
  const versions = keeper.versions(ctx);
  for (const module of modules) {
    const to = versionOf(module);
    const from = versions.get(module.name);
    if (from === undefined) module.genesis?.init(ctx, module.genesis.defaultGenesis());
    else migrateModule(ctx, module, from);
    if (from !== to) keeper.setVersion(ctx, module.name, to);
  }
}

function migrateModule(ctx: Context, module: AppModule, from: bigint): void {
  const to = versionOf(module);
  if (from > to) throw new Error(`the state of ${module.name} has version ${from}, this program knows ${to}`);
  for (let version = from; version < to; version += 1n) {
    const migration = module.migrations?.get(version);
    if (migration === undefined) throw new Error(`${module.name} has no migration from version ${version}`);
    migration(ctx);
  }
}
