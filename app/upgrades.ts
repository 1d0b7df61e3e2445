// The upgrades that this program can carry out, of the releases before it. docs/production.md says how one is made.

import type { Upgrade } from "../x/upgrade/upgrades.ts";

/** None so far: there was no release before this one. */
export const UPGRADES: readonly Upgrade[] = [];
