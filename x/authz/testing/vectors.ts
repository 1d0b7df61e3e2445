// The vectors of test/vectors/bankAuthz: what the Cosmos SDK's own keepers make of a list of steps.

import { readFileSync } from "node:fs";
import type { Event } from "../../../gen/tendermint/abci/types.ts";
import { decodeAddress } from "../../../src/codec/address.ts";
import { fromHex, toHex } from "../../../src/codec/bytes.ts";
import { parseCoins } from "../../../src/codec/coins.ts";
import type { Dump, ModuleWorld, Outcome } from "./moduleWorld.ts";

/** One step of a scenario, and what came of it in the SDK. Bytes are hex. */
export interface VectorStep {
  readonly name: string;
  readonly timeNs: string;
  readonly op: string;
  readonly typeUrl?: string;
  readonly message?: string;
  readonly args?: readonly string[];
  readonly gas: number;
  readonly failure?: { readonly codespace: string; readonly code: number; readonly log: string };
  readonly response?: string;
  readonly events?: readonly { readonly type: string; readonly attributes: readonly (readonly [string, string])[] }[];
  readonly changes?: readonly { readonly store: string; readonly key: string; readonly value: string | null }[];
}

/** A query and its answer. */
export interface VectorQuery {
  /** How many steps had run. */
  readonly after: number;
  readonly path: string;
  readonly request: string;
  readonly response?: string;
  readonly error?: string;
}

/** A scenario. */
export interface Vectors {
  readonly genesis: VectorStep;
  readonly steps: readonly VectorStep[];
  readonly queries: readonly VectorQuery[];
}

/** Reads `test/vectors/bankAuthz/<name>.json`. */
export function readVectors(name: string): Vectors {
  const url = new URL(`../../../test/vectors/bankAuthz/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Vectors;
}

/** Executes a step. Throws on an operation it does not know. */
export function runStep(world: ModuleWorld, step: VectorStep): Outcome<Uint8Array | undefined> {
  world.timeNs = BigInt(step.timeNs);
  const [first = "", second = "", third = ""] = step.args ?? [];
  switch (step.op) {
    case "msg":
      return world.send(step.typeUrl ?? "", fromHex(step.message ?? ""));
    case "mint":
      return world.run((ctx) => void world.bank.mintCoins(ctx, first, parseCoins(second)));
    case "burn":
      return world.run((ctx) => void world.bank.burnCoins(ctx, first, parseCoins(second)));
    case "moduleToAccount":
      return world.run(
        (ctx) => void world.bank.sendCoinsFromModuleToAccount(ctx, first, decodeAddress(second), parseCoins(third)),
      );
    case "moduleToModule":
      return world.run((ctx) => void world.bank.sendCoinsFromModuleToModule(ctx, first, second, parseCoins(third)));
    case "accountToModule":
      return world.run(
        (ctx) => void world.bank.sendCoinsFromAccountToModule(ctx, decodeAddress(first), second, parseCoins(third)),
      );
    case "beginBlock":
      return world.run((ctx) => {
        for (const module of world.modules) module.beginBlock?.(ctx);
        return undefined;
      });
    default:
      throw new Error(`unknown operation ${step.op}`);
  }
}

/** The entries that differ, in the order of the vectors. */
export function changesBetween(before: Dump, after: Dump): NonNullable<VectorStep["changes"]> {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort((a, b) => (a < b ? -1 : 1));
  return ids
    .filter((id) => before[id] !== after[id])
    .map((id) => {
      const [store = "", key = ""] = id.split("/");
      return { store, key, value: after[id] ?? null };
    });
}

/** Events as the vectors write them. */
export function plainEvents(events: readonly Event[]): NonNullable<VectorStep["events"]> {
  return events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.map(({ key, value }) => [key, value] as const),
  }));
}

/** What the SDK pays to look at an account and find that nothing of it is locked. */
function lookGas(accountBytes: string): number {
  return 1000 + 3 * 21 + (3 * accountBytes.length) / 2;
}

/** What the SDK pays more to make an account: it looks for an old one, and whether its number is free. */
const NEW_ACCOUNT_GAS = 1000 + 3 * 21 + 1000;

/**
 * Gas of a step here: the SDK's, less what is spent on accounts and gives nothing on this chain. A step that fails has no
 * events to tell who spent: `refused` are the addresses that were looked at before the refusal.
 */
export function expectedGas(step: VectorStep, before: Dump, refused: readonly string[] = []): number {
  const made = (step.changes ?? []).filter(({ store, key }) => store === "acc" && /^01.{40}$/.test(key));
  const spenders = (step.events ?? [])
    .filter(({ type }) => type === "coin_spent")
    .map(({ attributes }) => attributes[0]?.[1] ?? "");
  const looks = [...spenders, ...refused].map((spender) => lookGas(before[accountId(spender)] ?? ""));
  return step.gas - made.length * NEW_ACCOUNT_GAS - looks.reduce((sum, gas) => sum + gas, 0);
}

/** The store key of an account, as `dump` names it. */
function accountId(address: string): string {
  return `acc/01${toHex(decodeAddress(address))}`;
}
