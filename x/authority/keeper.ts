// Who governs the chain, and who was named as the next.

import type { Authority } from "../../src/baseapp/authority.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromUtf8, utf8 } from "../../src/codec/bytes.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { AUTHORITY, AUTHORITY_KEY, PENDING_KEY } from "./keys.ts";

/** Unless genesis says otherwise: an account that nobody has the key of. */
export const DEFAULT_AUTHORITY = encodeAddress(moduleAddress("gov"));

/** Keeper of the authority. */
export class AuthorityKeeper implements Authority {
  /** PERF: one store read, without gas: every message about an order asks, and none is about it. */
  address(ctx: Context): string {
    return ctx.stores.store(AUTHORITY).find(AUTHORITY_KEY)?.as(fromUtf8) ?? DEFAULT_AUTHORITY;
  }

  setAddress(ctx: Context, address: string): void {
    ctx.kv(AUTHORITY).set(AUTHORITY_KEY, utf8(address));
  }

  /** Who was named as the next authority; undefined for nobody. */
  pending(ctx: Context): string | undefined {
    const bytes = ctx.kv(AUTHORITY).get(PENDING_KEY);
    return bytes === undefined ? undefined : fromUtf8(bytes);
  }

  setPending(ctx: Context, address: string | undefined): void {
    if (address === undefined) ctx.kv(AUTHORITY).delete(PENDING_KEY);
    else ctx.kv(AUTHORITY).set(PENDING_KEY, utf8(address));
  }
}
