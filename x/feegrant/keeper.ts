// Who pays whose fees.

import { Grant } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import type { Coin } from "../../src/codec/coins.ts";
import { ErrInvalidRequest, ErrNotFound, ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import type { DecodedMsg } from "../../src/codec/tx.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import {
  type Allowance,
  acceptFee,
  decodeAllowance,
  encodeAllowance,
  expiryNs,
  GAS_PER_MESSAGE_TYPE,
} from "./allowance.ts";
import type { GrantAccounts, GrantBank } from "./expected.ts";
import { FEEGRANT, GRANT_PREFIX, granteePrefix, grantKey, QUEUE_PREFIX, queueKey, queuePrefix } from "./keys.ts";

const NOTHING = new Uint8Array(0);

/** Keeper of fee allowances. */
export class FeegrantKeeper {
  readonly #accounts: GrantAccounts;
  readonly #bank: GrantBank;

  constructor(accounts: GrantAccounts, bank: GrantBank) {
    this.#accounts = accounts;
    this.#bank = bank;
  }

  /** The grant of a granter to a grantee. */
  getGrant(ctx: Context, granter: Uint8Array, grantee: Uint8Array): Grant | undefined {
    const bytes = ctx.kv(FEEGRANT).get(grantKey(granter, grantee));
    return bytes === undefined ? undefined : Grant.decode(bytes);
  }

  /** The allowance of a granter for a grantee. Throws ErrNotFound. */
  requireAllowance(ctx: Context, granter: Uint8Array, grantee: Uint8Array): Allowance {
    const grant = this.getGrant(ctx, granter, grantee);
    if (grant === undefined) throw new ChainError(ErrNotFound, "fee-grant not found");
    return decodeAllowance(grant.allowance);
  }

  // Views for paging.

  /** All grants, by grantee. */
  grantStore(ctx: Context) {
    return prefixStore(ctx.kv(FEEGRANT), GRANT_PREFIX);
  }

  /** Grants to one grantee. */
  granteeStore(ctx: Context, grantee: Uint8Array) {
    return prefixStore(ctx.kv(FEEGRANT), granteePrefix(grantee));
  }

  /** Grants an allowance, and makes the grantee's account if there is none. Event: set_feegrant. */
  grant(ctx: Context, granter: Uint8Array, grantee: Uint8Array, allowance: Allowance): void {
    if (!this.#accounts.hasAccount(ctx, grantee)) {
      if (this.#bank.isBlocked(grantee)) {
        throw new ChainError(ErrUnauthorized, `${encodeAddress(grantee)} is not allowed to receive funds`);
      }
      this.#accounts.createAccount(ctx, grantee);
    }
    const ends = expiryNs(allowance);
    if (ends !== undefined && ends < ctx.block.timeNs) {
      throw new ChainError(ErrInvalidRequest, "expiration is before current block time");
    }
    if (ends !== undefined) ctx.kv(FEEGRANT).set(queueKey(ends, granter, grantee), NOTHING);
    this.#save(ctx, granter, grantee, allowance);
    this.#emit(ctx, "set_feegrant", granter, grantee);
  }

  /** Takes an allowance back. Throws ErrNotFound. Event: revoke_feegrant. */
  revoke(ctx: Context, granter: Uint8Array, grantee: Uint8Array): void {
    const allowance = this.requireAllowance(ctx, granter, grantee);
    this.#forget(ctx, granter, grantee, allowance);
    this.#emit(ctx, "revoke_feegrant", granter, grantee);
  }

  /** Takes a fee off an allowance, which ends when nothing is left. Events: use_feegrant, and what becomes of it. */
  useGrantedFees(
    ctx: Context,
    use: {
      readonly granter: Uint8Array;
      readonly grantee: Uint8Array;
      readonly fee: readonly Coin[];
      readonly messages: readonly DecodedMsg[];
    },
  ): void {
    const { granter, grantee, fee, messages } = use;
    const allowance = this.requireAllowance(ctx, granter, grantee);
    if (allowance.kind === "filtered") {
      const compared = BigInt(allowance.allowedMessages.length + messages.length);
      ctx.gas.consume(GAS_PER_MESSAGE_TYPE * compared, "check msg");
    }
    const typeUrls = messages.map((message) => message.typeUrl);
    const { left, isOver } = acceptFee(allowance, { fee, typeUrls, timeNs: ctx.block.timeNs });
    if (isOver) {
      this.revoke(ctx, granter, grantee);
      this.#emit(ctx, "use_feegrant", granter, grantee);
      return;
    }
    this.#emit(ctx, "use_feegrant", granter, grantee);
    this.#save(ctx, granter, grantee, left);
    this.#emit(ctx, "update_feegrant", granter, grantee);
  }

  /** Forgets at most `limit` allowances that have ended. */
  removeExpired(ctx: Context, limit: number): void {
    const store = ctx.kv(FEEGRANT);
    const expired: Uint8Array[] = [];
    for (const [key] of store.iterate({ start: QUEUE_PREFIX, end: queuePrefix(ctx.block.timeNs) })) {
      expired.push(key);
      if (expired.length === limit) break;
    }
    for (const key of expired) {
      store.delete(key);
      // The rest of the key, behind prefix and expiry, is the grant's own.
      store.delete(Uint8Array.of(GRANT_PREFIX[0]!, ...key.subarray(1 + 8)));
    }
  }

  #save(ctx: Context, granter: Uint8Array, grantee: Uint8Array, allowance: Allowance): void {
    const grant = {
      granter: encodeAddress(granter),
      grantee: encodeAddress(grantee),
      allowance: encodeAllowance(allowance),
    };
    ctx.kv(FEEGRANT).set(grantKey(granter, grantee), Grant.encode(grant).finish());
  }

  #forget(ctx: Context, granter: Uint8Array, grantee: Uint8Array, allowance: Allowance): void {
    ctx.kv(FEEGRANT).delete(grantKey(granter, grantee));
    const ends = expiryNs(allowance);
    if (ends !== undefined) ctx.kv(FEEGRANT).delete(queueKey(ends, granter, grantee));
  }

  #emit(ctx: Context, type: string, granter: Uint8Array, grantee: Uint8Array): void {
    ctx.events.emit(type, [attribute("granter", encodeAddress(granter)), attribute("grantee", encodeAddress(grantee))]);
  }
}
