// What must always hold of grants and of the queue of their ends.

import { Grant } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { bytesEqual, fromUtf8, toHex } from "../../src/codec/bytes.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { partsOfGrantKey, partsOfQueueKey, queueKey } from "./keys.ts";

/** Each grant that ends is in the queue under its end, once. */
function checkGrants(keeper: AuthzKeeper, ctx: Context): string | undefined {
  for (const [key, value] of keeper.grantStore(ctx).iterate()) {
    const { expiration } = Grant.decode(value);
    if (expiration === undefined) continue;
    const { granter, grantee, msgType } = partsOfGrantKey(key);
    const url = fromUtf8(msgType);
    const listed = keeper.queuedAt(ctx, expiration, { granter, grantee }).filter((entry) => entry === url).length;
    if (listed !== 1) return `grant ${toHex(key)} is ${listed} times in the queue`;
  }
  return undefined;
}

/** Each entry of the queue belongs to a grant that ends then. */
function checkQueue(keeper: AuthzKeeper, ctx: Context): string | undefined {
  for (const [key, urls] of keeper.queueEntries(ctx)) {
    const { granter, grantee } = partsOfQueueKey(key);
    for (const msgTypeUrl of urls) {
      const expiration = keeper.getGrant(ctx, { granter, grantee, msgTypeUrl })?.expiration;
      const isRight = expiration !== undefined && bytesEqual(queueKey(expiration, granter, grantee), key);
      if (!isRight) return `the queue lists ${msgTypeUrl} at ${toHex(key)}, where no grant ends`;
    }
  }
  return undefined;
}

/** The invariants of the module. PERF: reads all grants. */
export function authzInvariants(keeper: AuthzKeeper): readonly Invariant[] {
  return [{ name: "authz/queue", check: (ctx) => checkGrants(keeper, ctx) ?? checkQueue(keeper, ctx) }];
}
