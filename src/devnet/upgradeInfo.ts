// `upgrade-info.json` in the data folder, as cosmovisor reads it: which upgrade the program stopped for. The next program
// finds there which stores it may add.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { UpgradePlan } from "../baseapp/upgradeHalt.ts";
import type { AddedStores } from "../store/stateLoad.ts";
import { writeJson } from "./nodeConfig.ts";

/** What a program knows of an upgrade, as far as files go. */
interface KnownUpgrade {
  readonly name: string;
  readonly addedStores?: readonly string[] | undefined;
}

function infoFile(dataFolder: string): string {
  return join(dataFolder, "upgrade-info.json");
}

/** Says what the node stopped for. Plans have no time any more; cosmovisor expects Go's zero time. */
export function writeUpgradeInfo(dataFolder: string, { name, height, info }: UpgradePlan): void {
  writeJson(infoFile(dataFolder), { name, time: "0001-01-01T00:00:00Z", height, info });
}

/** The stores that the upgrade brings which the node stopped for; undefined when it stopped for none that is known. */
export function addedStoresOf(dataFolder: string, upgrades: readonly KnownUpgrade[]): AddedStores | undefined {
  const info = readInfo(infoFile(dataFolder));
  const upgrade = upgrades.find(({ name }) => name === info?.name);
  if (info === undefined || upgrade?.addedStores === undefined) return undefined;
  return { names: upgrade.addedStores, version: info.height };
}

function readInfo(file: string): { readonly name: string; readonly height: number } | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const info: unknown = JSON.parse(text);
  if (typeof info !== "object" || info === null || !("name" in info) || !("height" in info)) {
    throw new Error(`${file} does not name an upgrade`);
  }
  return { name: String(info.name), height: Number(info.height) };
}
