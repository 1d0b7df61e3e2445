// The types of the chain, for those that encode and decode without running it: command line, tools, tests.

import type { TypeRegistry } from "../src/codec/registry.ts";
import { emptyApp } from "./genesis.ts";

/** A registry with every message of every module. */
export function appRegistry(): TypeRegistry {
  return emptyApp().registry;
}
