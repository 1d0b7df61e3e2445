// Cases: what the old program leaves is what the new one finds; no file; an upgrade that is not known, or brings nothing;
// a file that says nothing.

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addedStoresOf, writeUpgradeInfo } from "./upgradeInfo.ts";

const newFolder = () => mkdtempSync(join(tmpdir(), "upgrade-info-"));
const PLAN = { name: "v2", height: 120, info: "{}" };

test("default: the next program finds what it may add", () => {
  const folder = newFolder();
  writeUpgradeInfo(folder, PLAN);
  expect(JSON.parse(readFileSync(join(folder, "upgrade-info.json"), "utf8"))).toEqual({
    ...PLAN,
    time: "0001-01-01T00:00:00Z",
  });
  expect(addedStoresOf(folder, [{ name: "v2", addedStores: ["loyalty"] }])).toEqual({
    names: ["loyalty"],
    version: 120,
  });
});

test("behavior: nothing is added without a file, for another upgrade, by an upgrade without stores", () => {
  const folder = newFolder();
  const upgrades = [{ name: "v2", addedStores: ["loyalty"] }];
  expect(addedStoresOf(folder, upgrades)).toBeUndefined();
  writeUpgradeInfo(folder, PLAN);
  expect(addedStoresOf(folder, [{ name: "v3", addedStores: ["loyalty"] }])).toBeUndefined();
  expect(addedStoresOf(folder, [{ name: "v2" }])).toBeUndefined();
});

test("error: a file that is something else", () => {
  const folder = newFolder();
  writeFileSync(join(folder, "upgrade-info.json"), "[]");
  expect(() => addedStoresOf(folder, [])).toThrow("does not name an upgrade");
});
