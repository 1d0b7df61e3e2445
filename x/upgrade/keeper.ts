// The plan, what was carried out, and the versions of the modules' states (cosmossdk.io/x/upgrade v0.1 keeper).

import { Plan } from "../../gen/cosmos/upgrade/v1beta1/upgrade.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { fromUtf8 } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { decodeUint64BE, encodeUint64BE } from "../../src/codec/integer.ts";
import { ErrInvalidRequest } from "../../src/codec/sdkErrors.ts";
import { TIME_SECONDS_MIN } from "../../src/codec/time.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { DONE_PREFIX, doneKey, PLAN_KEY, UPGRADE, VERSION_PREFIX, versionKey } from "./keys.ts";

const HEIGHT_BYTES = 8;
const DONE = Uint8Array.of(1);
/** Longer names would be no use to anybody; the SDK has no limit. */
const NAME_CHARS_MAX = 140;
/** As of x/gov's metadata; the SDK has no limit. */
const INFO_CHARS_MAX = 10_200;

/** Go's zero time, which is what a plan without a time has. */
const NO_TIME = Object.freeze({ seconds: TIME_SECONDS_MIN, nanos: 0 });

function requireSound(plan: Plan): void {
  const refuse = (problem: string) => {
    throw new ChainError(ErrInvalidRequest, problem);
  };
  const { time, name, info, height, upgradedClientState } = plan;
  if (time !== undefined && (time.seconds !== NO_TIME.seconds || time.nanos !== NO_TIME.nanos)) {
    refuse("time-based upgrades have been deprecated in the SDK");
  }
  if (upgradedClientState !== undefined) {
    refuse("upgrade logic for IBC has been moved to the IBC module");
  }
  if (name === "") refuse("name cannot be empty");
  if (name.length > NAME_CHARS_MAX) refuse(`name is longer than ${NAME_CHARS_MAX} characters`);
  if (info.length > INFO_CHARS_MAX) refuse(`info is longer than ${INFO_CHARS_MAX} characters`);
  if (height <= 0n) refuse("height must be greater than 0");
}

/** Keeper of upgrades. */
export class UpgradeKeeper {
  /** PERF: asked before each block, without gas. */
  plan(ctx: Context): Plan | undefined {
    const bytes = ctx.stores.store(UPGRADE).get(PLAN_KEY);
    return bytes === undefined ? undefined : Plan.decode(bytes);
  }

  /** Takes the place of a plan that is there. Throws ErrInvalidRequest. */
  schedule(ctx: Context, plan: Plan): void {
    requireSound(plan);
    // This block has begun: a plan for it would be carried out a block late, where no program expects its stores.
    if (plan.height <= BigInt(ctx.block.height)) {
      throw new ChainError(ErrInvalidRequest, "upgrade cannot be scheduled in the past");
    }
    if (this.doneHeight(ctx, plan.name) !== undefined) {
      throw new ChainError(ErrInvalidRequest, `upgrade with name ${plan.name} has already been completed`);
    }
    ctx.kv(UPGRADE).set(PLAN_KEY, Plan.encode({ ...plan, time: NO_TIME }).finish());
  }

  clear(ctx: Context): void {
    ctx.kv(UPGRADE).delete(PLAN_KEY);
  }

  /** A plan was carried out in this block. */
  setDone(ctx: Context, name: string): void {
    ctx.kv(UPGRADE).set(doneKey(BigInt(ctx.block.height), name), DONE);
  }

  /** When a plan was carried out; undefined if never. Names are few. */
  doneHeight(ctx: Context, name: string): bigint | undefined {
    for (const [key] of prefixStore(ctx.kv(UPGRADE), DONE_PREFIX).iterate()) {
      if (fromUtf8(key.subarray(HEIGHT_BYTES)) === name) return decodeUint64BE(key.subarray(0, HEIGHT_BYTES));
    }
    return undefined;
  }

  /** Versions of the modules' states, by name in byte order. */
  versions(ctx: Context): ReadonlyMap<string, bigint> {
    const versions = new Map<string, bigint>();
    for (const [key, value] of prefixStore(ctx.kv(UPGRADE), VERSION_PREFIX).iterate()) {
      versions.set(fromUtf8(key), decodeUint64BE(value));
    }
    return versions;
  }

  setVersion(ctx: Context, module: string, version: bigint): void {
    ctx.kv(UPGRADE).set(versionKey(module), encodeUint64BE(version));
  }
}
