// The types of the chain, for those that encode and decode without running it: command line, tools, tests.

import type { TypeRegistry } from "../src/codec/registry.ts";
import { createCommitMultiStore } from "../src/store/commitStore.ts";
import { pruningOptions } from "../src/store/pruning.ts";
import { createApp, STORE_NAMES } from "./app.ts";

/** A registry with every message of every module. */
export function appRegistry(): TypeRegistry {
  const stores = createCommitMultiStore({ names: STORE_NAMES, pruning: pruningOptions("nothing") });
  return createApp({ stores }).registry;
}
