// State of x/upgrade (cosmossdk.io/x/upgrade types/keys.go).

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";

/** Name of the module and of its store. */
export const UPGRADE = "upgrade";

/** The plan. */
export const PLAN_KEY = Uint8Array.of(0);
/** Height (8 bytes) and name of a plan that was carried out → 1. */
export const DONE_PREFIX = Uint8Array.of(1);
/** Name of a module → version of its state (8 bytes). */
export const VERSION_PREFIX = Uint8Array.of(2);

export function doneKey(height: bigint, name: string): Uint8Array {
  return concatBytes(DONE_PREFIX, encodeUint64BE(height), utf8(name));
}

export function versionKey(module: string): Uint8Array {
  return concatBytes(VERSION_PREFIX, utf8(module));
}
