// Who may act for whom.

import { Grant } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { EventGrant, EventRevoke } from "../../gen/cosmos/authz/v1beta1/event.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import type { Timestamp } from "../../gen/google/protobuf/timestamp.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { EventManager } from "../../src/baseapp/events.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual, concatBytes } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import type { TypeRegistry } from "../../src/codec/registry.ts";
import { ErrInvalidRequest, ErrUnknownRequest } from "../../src/codec/sdkErrors.ts";
import { timestampToNs } from "../../src/codec/time.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import type { AuthorizationRegistry } from "./authorization.ts";
import {
  ErrAuthorizationExpired,
  ErrAuthorizationNumOfSigners,
  ErrInvalidExpirationTime,
  ErrNoAuthorizationFound,
} from "./errors.ts";
import type { MessageRouter } from "./expected.ts";
import {
  AUTHZ,
  GRANT_PREFIX,
  granterPrefix,
  grantKey,
  pairPrefix,
  QUEUE_PREFIX,
  queueKey,
  queuePrefix,
} from "./keys.ts";

const NOTHING = new Uint8Array(0);
const GAS_PER_COMPARISON = 10n;
/** Executions inside executions. */
const EXEC_DEPTH_MAX = 8;

/** A grant about to be made. */
export interface NewGrant {
  readonly granter: Uint8Array;
  readonly grantee: Uint8Array;
  readonly authorization: Any;
  readonly expiration: Timestamp | undefined;
}

/** Keeper of authorizations. */
export class AuthzKeeper {
  readonly authorizations: AuthorizationRegistry;
  readonly #registry: TypeRegistry;
  readonly #router: MessageRouter;
  /** How deep the running execution is nested. */
  #depth = 0;

  constructor(registry: TypeRegistry, router: MessageRouter, authorizations: AuthorizationRegistry) {
    this.#registry = registry;
    this.#router = router;
    this.authorizations = authorizations;
  }

  /** A grant, expired or not. */
  getGrant(ctx: Context, granter: Uint8Array, grantee: Uint8Array, msgTypeUrl: string): Grant | undefined {
    const bytes = ctx.kv(AUTHZ).get(grantKey(granter, grantee, msgTypeUrl));
    return bytes === undefined ? undefined : Grant.decode(bytes);
  }

  /** Whether there is a handler of a message type. */
  isKnownMessage(typeUrl: string): boolean {
    return this.#router.findMsg(typeUrl) !== undefined;
  }

  // Views for paging.

  /** All grants. */
  grantStore(ctx: Context) {
    return prefixStore(ctx.kv(AUTHZ), GRANT_PREFIX);
  }

  /** Grants of one granter. */
  granterStore(ctx: Context, granter: Uint8Array) {
    return prefixStore(ctx.kv(AUTHZ), granterPrefix(granter));
  }

  /** Grants of one granter to one grantee, by message type. */
  pairStore(ctx: Context, granter: Uint8Array, grantee: Uint8Array) {
    return prefixStore(ctx.kv(AUTHZ), pairPrefix(granter, grantee));
  }

  /** Makes or replaces a grant. Throws ErrInvalidExpirationTime. Event: EventGrant. */
  saveGrant(ctx: Context, { granter, grantee, authorization, expiration }: NewGrant): void {
    const { kind, value } = this.authorizations.decode(authorization);
    const msgTypeUrl = kind.msgTypeUrl(value);
    const key = grantKey(granter, grantee, msgTypeUrl);
    const expiryNs = expiration === undefined ? undefined : timestampToNs(expiration);
    if (expiryNs !== undefined && expiryNs <= ctx.block.timeNs) {
      throw new ChainError(
        ErrInvalidExpirationTime,
        `expiration must be after the current block time (${ctx.block.timeNs}), got ${expiryNs}`,
      );
    }
    this.#unqueue(ctx, key, this.getGrant(ctx, granter, grantee, msgTypeUrl));
    if (expiryNs !== undefined) ctx.kv(AUTHZ).set(queueKey(expiryNs, key), NOTHING);
    ctx.kv(AUTHZ).set(key, Grant.encode({ authorization, expiration }).finish());
    ctx.events.emitTyped(EventGrant, {
      msgTypeUrl,
      granter: encodeAddress(granter),
      grantee: encodeAddress(grantee),
    });
  }

  /** Takes a grant back. Throws ErrNoAuthorizationFound. Event: EventRevoke. */
  deleteGrant(ctx: Context, granter: Uint8Array, grantee: Uint8Array, msgTypeUrl: string): void {
    const grant = this.getGrant(ctx, granter, grantee, msgTypeUrl);
    if (grant === undefined) {
      throw new ChainError(ErrNoAuthorizationFound, `failed to delete grant of ${msgTypeUrl}`);
    }
    const key = grantKey(granter, grantee, msgTypeUrl);
    this.#unqueue(ctx, key, grant);
    ctx.kv(AUTHZ).delete(key);
    ctx.events.emitTyped(EventRevoke, {
      msgTypeUrl,
      granter: encodeAddress(granter),
      grantee: encodeAddress(grantee),
    });
  }

  #unqueue(ctx: Context, key: Uint8Array, grant: Grant | undefined): void {
    if (grant?.expiration === undefined) return;
    ctx.kv(AUTHZ).delete(queueKey(timestampToNs(grant.expiration), key));
  }

  /** Executes messages for their signers. Each must have one signer, who is the grantee or granted it. */
  execute(ctx: Context, grantee: Uint8Array, messages: readonly Any[]): Uint8Array[] {
    if (this.#depth >= EXEC_DEPTH_MAX) {
      throw new ChainError(ErrInvalidRequest, `executions are nested more than ${EXEC_DEPTH_MAX} deep`);
    }
    this.#depth += 1;
    try {
      return messages.map((message, index) => this.#executeOne(ctx, grantee, message, index));
    } finally {
      this.#depth -= 1;
    }
  }

  #executeOne(ctx: Context, grantee: Uint8Array, any: Any, index: number): Uint8Array {
    const handler = this.#router.findMsg(any.typeUrl);
    if (handler === undefined) {
      throw new ChainError(ErrUnknownRequest, `unrecognized message route: ${any.typeUrl}`);
    }
    const message = handler.request.decode(any.value);
    const [granter, ...others] = this.#registry.signersOf(any.typeUrl, message);
    if (granter === undefined || others.length > 0) throw new ChainError(ErrAuthorizationNumOfSigners);
    handler.validate?.(message);
    if (!bytesEqual(granter, grantee)) this.#use(ctx, granter, grantee, any.typeUrl, message);
    const events = new EventManager();
    const response = handler.handle(ctx.with({ events }), message);
    const attribute = { key: "authz_msg_index", value: String(index), index: true };
    ctx.events.emitAll(events.list().map(({ type, attributes }) => ({ type, attributes: [...attributes, attribute] })));
    return handler.response.encode(response).finish();
  }

  /** Uses a grant for one message. */
  #use(ctx: Context, granter: Uint8Array, grantee: Uint8Array, typeUrl: string, message: unknown): void {
    const grant = this.getGrant(ctx, granter, grantee, typeUrl);
    if (grant === undefined) {
      throw new ChainError(
        ErrNoAuthorizationFound,
        `failed to get grant with given granter: ${encodeAddress(granter)}, grantee: ${encodeAddress(grantee)} & msgType: ${typeUrl} `,
      );
    }
    if (grant.expiration !== undefined && timestampToNs(grant.expiration) < ctx.block.timeNs) {
      throw new ChainError(ErrAuthorizationExpired);
    }
    const { kind, value } = this.authorizations.decode(grant.authorization);
    const left = kind.accept(value, message, () => ctx.gas.consume(GAS_PER_COMPARISON, "send authorization"));
    if (left.kind === "used") this.deleteGrant(ctx, granter, grantee, typeUrl);
    if (left.kind !== "updated") return;
    const authorization = { typeUrl: `/${kind.codec.$type}`, value: kind.codec.encode(left.to).finish() };
    const bytes = Grant.encode({ ...grant, authorization }).finish();
    ctx.kv(AUTHZ).set(grantKey(granter, grantee, typeUrl), bytes);
  }

  /** Forgets at most `limit` grants that have ended. */
  removeExpired(ctx: Context, limit: number): void {
    const store = ctx.kv(AUTHZ);
    const expired: Uint8Array[] = [];
    for (const [key] of store.iterate({ start: QUEUE_PREFIX, end: queuePrefix(ctx.block.timeNs) })) {
      expired.push(key);
      if (expired.length === limit) break;
    }
    for (const key of expired) {
      store.delete(key);
      store.delete(concatBytes(GRANT_PREFIX, key.subarray(1 + 8)));
    }
  }
}
