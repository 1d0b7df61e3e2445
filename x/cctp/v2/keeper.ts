// State of CCTP V2. Roles, pauses, token pairs and burn limits are V1's.

import type { Context } from "../../../src/baseapp/context.ts";
import { isZero } from "../../../src/cctp/bytes32.ts";
import { decodeUint64BE, encodeUint64BE } from "../../../src/codec/integer.ts";
import type { KvStore } from "../../../src/store/kvStore.ts";
import { prefixStore } from "../../../src/store/prefixStore.ts";
import {
  ATTESTER_PREFIX,
  attesterKey,
  CCTP,
  DENYLIST_PREFIX,
  decodeDomain,
  denylistKey,
  encodeDomain,
  MAX_MESSAGE_BODY_SIZE_KEY,
  MIN_FEE_KEY,
  REMOTE_TOKEN_MESSENGER_PREFIX,
  ROLE_KEYS,
  remoteTokenMessengerKey,
  SIGNATURE_THRESHOLD_KEY,
  USED_NONCE_PREFIX,
  usedNonceKey,
} from "./keys.ts";
import { MAX_MESSAGE_BODY_SIZE_DEFAULT } from "./types.ts";

/** Who has a part in V2 alone. */
export type RoleV2 = keyof typeof ROLE_KEYS;

/** What stands for "yes": an empty value could be taken for none. */
const PRESENT = Uint8Array.of(1);

/** Keeper of V2's state. */
export class CctpV2Keeper {
  // Reads.

  /** The account of a role, or undefined. */
  role(ctx: Context, role: RoleV2): Uint8Array | undefined {
    return ctx.kv(CCTP).get(ROLE_KEYS[role]);
  }

  /** Addresses of the attesters in ascending order, 20 bytes each. PERF: one read for each, 64 at most. */
  attesters(ctx: Context): Uint8Array[] {
    return [...this.attesterStore(ctx).iterate()].map(([address]) => address);
  }

  isAttester(ctx: Context, address: Uint8Array): boolean {
    return ctx.kv(CCTP).has(attesterKey(address));
  }

  /** How many attesters must sign; 0 until it is set. */
  signatureThreshold(ctx: Context): number {
    const bytes = ctx.kv(CCTP).get(SIGNATURE_THRESHOLD_KEY);
    return bytes === undefined ? 0 : decodeDomain(bytes);
  }

  /** Longest body that is sent, in bytes. */
  maxMessageBodySize(ctx: Context): bigint {
    const bytes = ctx.kv(CCTP).get(MAX_MESSAGE_BODY_SIZE_KEY);
    return bytes === undefined ? MAX_MESSAGE_BODY_SIZE_DEFAULT : decodeUint64BE(bytes);
  }

  /** Ten-millionths of the amount; 0 is no minimum. */
  minFee(ctx: Context): bigint {
    const bytes = ctx.kv(CCTP).get(MIN_FEE_KEY);
    return bytes === undefined ? 0n : decodeUint64BE(bytes);
  }

  /** Who burns on another chain, 32 bytes; undefined when it is not linked. */
  remoteTokenMessenger(ctx: Context, domain: number): Uint8Array | undefined {
    return ctx.kv(CCTP).get(remoteTokenMessengerKey(domain));
  }

  isDenylisted(ctx: Context, address: Uint8Array): boolean {
    return ctx.kv(CCTP).has(denylistKey(address));
  }

  /** Whether a message of this nonce was delivered. Zero, which every emitted message has, counts as used. */
  isNonceUsed(ctx: Context, nonce: Uint8Array): boolean {
    return isZero(nonce) || ctx.kv(CCTP).has(usedNonceKey(nonce));
  }

  // Writes.

  setRole(ctx: Context, role: RoleV2, address: Uint8Array): void {
    ctx.kv(CCTP).set(ROLE_KEYS[role], address);
  }

  addAttester(ctx: Context, address: Uint8Array): void {
    ctx.kv(CCTP).set(attesterKey(address), PRESENT);
  }

  removeAttester(ctx: Context, address: Uint8Array): void {
    ctx.kv(CCTP).delete(attesterKey(address));
  }

  setSignatureThreshold(ctx: Context, threshold: number): void {
    ctx.kv(CCTP).set(SIGNATURE_THRESHOLD_KEY, encodeDomain(threshold));
  }

  setMaxMessageBodySize(ctx: Context, size: bigint): void {
    ctx.kv(CCTP).set(MAX_MESSAGE_BODY_SIZE_KEY, encodeUint64BE(size));
  }

  setMinFee(ctx: Context, minFee: bigint): void {
    ctx.kv(CCTP).set(MIN_FEE_KEY, encodeUint64BE(minFee));
  }

  setRemoteTokenMessenger(ctx: Context, domain: number, address: Uint8Array): void {
    ctx.kv(CCTP).set(remoteTokenMessengerKey(domain), address);
  }

  removeRemoteTokenMessenger(ctx: Context, domain: number): void {
    ctx.kv(CCTP).delete(remoteTokenMessengerKey(domain));
  }

  denylist(ctx: Context, address: Uint8Array): void {
    ctx.kv(CCTP).set(denylistKey(address), PRESENT);
  }

  undenylist(ctx: Context, address: Uint8Array): void {
    ctx.kv(CCTP).delete(denylistKey(address));
  }

  /** For good: a nonce is never free again. */
  useNonce(ctx: Context, nonce: Uint8Array): void {
    ctx.kv(CCTP).set(usedNonceKey(nonce), PRESENT);
  }

  // Views for paging.

  /** address → 1. */
  attesterStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), ATTESTER_PREFIX);
  }

  /** domain → TokenMessenger. */
  remoteTokenMessengerStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), REMOTE_TOKEN_MESSENGER_PREFIX);
  }

  /** address → 1. */
  denylistStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), DENYLIST_PREFIX);
  }

  /** nonce → 1. */
  usedNonceStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), USED_NONCE_PREFIX);
  }
}
