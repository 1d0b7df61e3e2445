// Who may act for whom, and acting (cosmos-sdk v0.53 x/authz/keeper/keeper.go, whose gas this consumes).
//
// Invariant: a grant that ends is listed in the queue under its end, and the queue lists no others.

import { Grant, GrantQueueItem } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { EventGrant, EventRevoke } from "../../gen/cosmos/authz/v1beta1/event.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import type { Timestamp } from "../../gen/google/protobuf/timestamp.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { OutOfGasError } from "../../src/baseapp/gas.ts";
import type { MsgHandler } from "../../src/baseapp/module.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import type { TypeRegistry } from "../../src/codec/registry.ts";
import { ErrInvalidRequest, ErrTxDecode, ErrUnknownRequest } from "../../src/codec/sdkErrors.ts";
import { formatTimestamp, timestampFromNs, timestampToNs } from "../../src/codec/time.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import type { AuthorizationRegistry } from "./authorization.ts";
import {
  ErrAuthorizationExpired,
  ErrAuthorizationNumOfSigners,
  ErrInvalidExpirationTime,
  ErrNoAuthorizationFound,
  ErrNoGrantKeyFound,
} from "./errors.ts";
import type { MessageRouter } from "./expected.ts";
import {
  AUTHZ,
  GRANT_PREFIX,
  granterPrefix,
  grantKey,
  pairPrefix,
  partsOfQueueKey,
  QUEUE_PREFIX,
  queueKey,
  queuePrefix,
} from "./keys.ts";
import { isSameTime } from "./types.ts";

const GAS_PER_COMPARISON = 10n;
const GAS_PER_QUEUE_ENTRY = 20n;
/** Executions inside executions. */
const EXEC_DEPTH_MAX = 8;

/** Who lets whom do what. */
export interface GrantId {
  readonly granter: Uint8Array;
  readonly grantee: Uint8Array;
  readonly msgTypeUrl: string;
}

/** A grant about to be made. */
export interface NewGrant {
  readonly granter: Uint8Array;
  readonly grantee: Uint8Array;
  readonly authorization: Any;
  /** A valid time, or `undefined`: without end. */
  readonly expiration: Timestamp | undefined;
}

/** A message to be executed for its signer. */
interface InnerMessage {
  readonly typeUrl: string;
  readonly handler: MsgHandler;
  readonly message: unknown;
}

function eventOf({ granter, grantee, msgTypeUrl }: GrantId): EventGrant {
  return { msgTypeUrl, granter: encodeAddress(granter), grantee: encodeAddress(grantee) };
}

/** The time without its fraction, as the SDK's texts have it. */
function secondText(time: Timestamp): string {
  return formatTimestamp({ ...time, nanos: 0 });
}

/** Keeper of authorizations. */
export class AuthzKeeper {
  readonly authorizations: AuthorizationRegistry;
  readonly #registry: TypeRegistry;
  readonly #router: MessageRouter;
  /** How deep the running execution is nested. Always 0 between transactions. */
  #depth = 0;

  constructor(registry: TypeRegistry, router: MessageRouter, authorizations: AuthorizationRegistry) {
    this.#registry = registry;
    this.#router = router;
    this.authorizations = authorizations;
  }

  /** A grant, ended or not. PERF: one store read. */
  getGrant(ctx: Context, { granter, grantee, msgTypeUrl }: GrantId): Grant | undefined {
    const bytes = ctx.kv(AUTHZ).get(grantKey(granter, grantee, msgTypeUrl));
    return bytes === undefined ? undefined : Grant.decode(bytes);
  }

  /** Whether there is a handler of a message type. */
  isKnownMessage(typeUrl: string): boolean {
    return this.#router.findMsg(typeUrl) !== undefined;
  }

  // Views for paging.

  /** All grants. */
  grantStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(AUTHZ), GRANT_PREFIX);
  }

  /** Grants of one granter. */
  granterStore(ctx: Context, granter: Uint8Array): KvStore {
    return prefixStore(ctx.kv(AUTHZ), granterPrefix(granter));
  }

  /** Grants of one granter to one grantee, by message type. */
  pairStore(ctx: Context, granter: Uint8Array, grantee: Uint8Array): KvStore {
    return prefixStore(ctx.kv(AUTHZ), pairPrefix(granter, grantee));
  }

  /** The message types of grants between two that end at a time. */
  queuedAt(ctx: Context, expiry: Timestamp, { granter, grantee }: Omit<GrantId, "msgTypeUrl">): readonly string[] {
    const bytes = ctx.kv(AUTHZ).get(queueKey(expiry, granter, grantee));
    return bytes === undefined ? [] : GrantQueueItem.decode(bytes).msgTypeUrls;
  }

  /** Every entry of the queue: whole key → GrantQueueItem. */
  *queueEntries(ctx: Context, end?: Uint8Array): IterableIterator<readonly [Uint8Array, readonly string[]]> {
    const range = { start: QUEUE_PREFIX, end: end ?? Uint8Array.of(QUEUE_PREFIX[0]! + 1) };
    for (const [key, value] of ctx.kv(AUTHZ).iterate(range)) yield [key, GrantQueueItem.decode(value).msgTypeUrls];
  }

  /** Makes or replaces a grant. Throws ErrInvalidExpirationTime. Event: EventGrant. */
  saveGrant(ctx: Context, { granter, grantee, authorization, expiration }: NewGrant): void {
    const { kind, value } = this.authorizations.decode(authorization);
    const id = { granter, grantee, msgTypeUrl: kind.msgTypeUrl(value) };
    if (expiration !== undefined && timestampToNs(expiration) <= ctx.block.timeNs) {
      const now = secondText(timestampFromNs(ctx.block.timeNs));
      throw new ChainError(
        ErrInvalidExpirationTime,
        `expiration must be after the current block time (${now}), got ${secondText(expiration)}`,
      );
    }
    const before = this.getGrant(ctx, id)?.expiration;
    if (!isSameTime(before, expiration)) {
      if (before !== undefined) this.#removeFromQueue(ctx, before, id);
      if (expiration !== undefined) this.#addToQueue(ctx, expiration, id);
    }
    this.#setGrant(ctx, id, { authorization, expiration });
    ctx.events.emitTyped(EventGrant, eventOf(id));
  }

  /** Takes a grant back. Throws ErrNoAuthorizationFound. Event: EventRevoke. */
  deleteGrant(ctx: Context, id: GrantId): void {
    const grant = this.getGrant(ctx, id);
    if (grant === undefined) {
      const { granter, grantee, msgTypeUrl } = eventOf(id);
      throw new ChainError(
        ErrNoAuthorizationFound,
        `failed to delete grant of ${granter} to ${grantee} for ${msgTypeUrl}`,
      );
    }
    if (grant.expiration !== undefined) this.#removeFromQueue(ctx, grant.expiration, id);
    ctx.kv(AUTHZ).delete(grantKey(id.granter, id.grantee, id.msgTypeUrl));
    ctx.events.emitTyped(EventRevoke, eventOf(id));
  }

  #setGrant(ctx: Context, { granter, grantee, msgTypeUrl }: GrantId, grant: Grant): void {
    ctx.kv(AUTHZ).set(grantKey(granter, grantee, msgTypeUrl), Grant.encode(grant).finish());
  }

  #setQueued(ctx: Context, key: Uint8Array, msgTypeUrls: string[]): void {
    ctx.kv(AUTHZ).set(key, GrantQueueItem.encode({ msgTypeUrls }).finish());
  }

  #addToQueue(ctx: Context, expiry: Timestamp, id: GrantId): void {
    const urls = this.queuedAt(ctx, expiry, id);
    this.#setQueued(ctx, queueKey(expiry, id.granter, id.grantee), [...urls, id.msgTypeUrl]);
  }

  /** Throws ErrNoGrantKeyFound when the queue has nothing at that time. */
  #removeFromQueue(ctx: Context, expiry: Timestamp, id: GrantId): void {
    const key = queueKey(expiry, id.granter, id.grantee);
    const bytes = ctx.kv(AUTHZ).get(key);
    if (bytes === undefined) {
      const what = "can't remove grant from the expire queue, grant key not found";
      throw new ChainError(ErrNoGrantKeyFound, what);
    }
    const urls = GrantQueueItem.decode(bytes).msgTypeUrls;
    const index = urls.indexOf(id.msgTypeUrl);
    const compared = index === -1 ? urls.length : index + 1;
    ctx.gas.consume(GAS_PER_QUEUE_ENTRY * BigInt(compared), "grant queue");
    if (index === -1) return;
    // The last takes the place of the one that goes. An empty list stays until its time comes, as in the SDK.
    const last = urls.pop();
    if (last !== undefined && index < urls.length) urls[index] = last;
    this.#setQueued(ctx, key, urls);
  }

  /**
   * Executes messages for their signers, and gives the encoded responses. Each must have one signer, who is the grantee or
   * granted it. Throws the first refusal; the caller drops the writes. Events carry `authz_msg_index`.
   */
  execute(ctx: Context, grantee: Uint8Array, messages: readonly Any[]): Uint8Array[] {
    if (this.#depth >= EXEC_DEPTH_MAX) {
      throw new ChainError(ErrInvalidRequest, `executions are nested more than ${EXEC_DEPTH_MAX} deep`);
    }
    this.#depth += 1;
    try {
      const decoded = messages.map((message, index) => this.#decode(message, index));
      return decoded.map((message, index) => this.#executeOne(ctx, grantee, message, index));
    } finally {
      this.#depth -= 1;
    }
  }

  /** The message in an Any, valid as far as that can be said without state. */
  #decode({ typeUrl, value }: Any, index: number): InnerMessage {
    const handler = this.#router.findMsg(typeUrl);
    if (handler === undefined) throw new ChainError(ErrUnknownRequest, `unrecognized message route: ${typeUrl}`);
    let message: unknown;
    try {
      message = handler.request.decode(value);
    } catch (thrown) {
      throw new ChainError(ErrTxDecode, `msg ${index}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
    try {
      handler.validate?.(message);
    } catch (thrown) {
      throw thrown instanceof ChainError ? thrown.wrap(`msg ${index}`) : thrown;
    }
    return { typeUrl, handler, message };
  }

  #executeOne(ctx: Context, grantee: Uint8Array, inner: InnerMessage, index: number): Uint8Array {
    const { typeUrl, handler, message } = inner;
    const [granter, ...others] = this.#registry.signersOf(typeUrl, message);
    if (granter === undefined || others.length > 0) throw new ChainError(ErrAuthorizationNumOfSigners);
    if (!bytesEqual(granter, grantee)) this.#use(ctx, { granter, grantee, msgTypeUrl: typeUrl }, message);
    const start = ctx.events.count;
    const response = this.#handle(ctx, inner);
    ctx.events.addAttribute(start, { key: "authz_msg_index", value: String(index), index: true });
    return handler.response.encode(response).finish();
  }

  #handle(ctx: Context, { typeUrl, handler, message }: InnerMessage): unknown {
    try {
      return handler.handle(ctx, message);
    } catch (thrown) {
      // Running out of gas ends the whole transaction and keeps its own text.
      if (!(thrown instanceof ChainError) || thrown instanceof OutOfGasError) throw thrown;
      throw thrown.wrap(`failed to execute message; message ${typeUrl}`);
    }
  }

  /** Uses a grant for one message. */
  #use(ctx: Context, id: GrantId, message: unknown): void {
    const grant = this.getGrant(ctx, id);
    if (grant === undefined) {
      const { granter, grantee, msgTypeUrl } = eventOf(id);
      throw new ChainError(
        ErrNoAuthorizationFound,
        `failed to get grant with given granter: ${granter}, grantee: ${grantee} & msgType: ${msgTypeUrl} `,
      );
    }
    if (grant.expiration !== undefined && timestampToNs(grant.expiration) < ctx.block.timeNs) {
      throw new ChainError(ErrAuthorizationExpired);
    }
    const { kind, value } = this.authorizations.decode(grant.authorization);
    const left = kind.accept(value, message, (what) => ctx.gas.consume(GAS_PER_COMPARISON, what));
    if (left.kind === "used") this.deleteGrant(ctx, id);
    if (left.kind !== "updated") return;
    const authorization = { typeUrl: `/${kind.codec.$type}`, value: kind.codec.encode(left.to).finish() };
    // Read once more, as the SDK does: the grant costs two reads and a write.
    this.#setGrant(ctx, id, { ...(this.getGrant(ctx, id) ?? grant), authorization });
  }

  /**
   * Forgets grants that have ended before this block, the earliest first, until `limit` are gone: what is left of the
   * queue's entry that reaches it goes too. Those that stay for a later block are refused by `execute` all the same.
   */
  removeExpired(ctx: Context, limit: number): void {
    const expired: (readonly [Uint8Array, readonly string[]])[] = [];
    let count = 0;
    for (const entry of this.queueEntries(ctx, queuePrefix(timestampFromNs(ctx.block.timeNs)))) {
      expired.push(entry);
      count += Math.max(1, entry[1].length);
      if (count >= limit) break;
    }
    const store = ctx.kv(AUTHZ);
    for (const [key, urls] of expired) {
      const { granter, grantee } = partsOfQueueKey(key);
      store.delete(key);
      for (const url of urls) store.delete(grantKey(granter, grantee, url));
    }
  }
}
