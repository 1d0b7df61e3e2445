// State of CCTP V1, and what V2 shares of it: roles, pauses, token pairs, burn limits, parameters.

import {
  Attester,
  BurningAndMintingPaused,
  MaxMessageBodySize,
  Nonce,
  PerMessageBurnLimit,
  RemoteTokenMessenger,
  SendingAndReceivingMessagesPaused,
  SignatureThreshold,
  TokenPair,
} from "../../gen/circle/cctp/v1/types.ts";
import { Params } from "../../gen/stateset/cctp/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { fromUtf8, utf8 } from "../../src/codec/bytes.ts";
import { encodeMessage, type MessageCodec } from "../../src/codec/message.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import {
  ATTESTER_PREFIX,
  attesterKey,
  BURN_LIMIT_PREFIX,
  BURNING_AND_MINTING_PAUSED_KEY,
  burnLimitKey,
  CCTP,
  MAX_MESSAGE_BODY_SIZE_KEY,
  NEXT_NONCE_KEY,
  PARAMS_KEY,
  REMOTE_TOKEN_MESSENGER_PREFIX,
  ROLE_KEYS,
  remoteTokenMessengerKey,
  SENDING_AND_RECEIVING_PAUSED_KEY,
  SIGNATURE_THRESHOLD_KEY,
  TOKEN_PAIR_PREFIX,
  tokenPairKey,
  USED_NONCE_PREFIX,
  usedNonceKey,
} from "./keys.ts";
import { DEFAULT_PARAMS } from "./types.ts";

/** Who has a part in CCTP. */
export type Role = keyof typeof ROLE_KEYS;

const NONCES = 1n << 64n;

function read<T>(ctx: Context, key: Uint8Array, codec: MessageCodec<T>): T | undefined {
  const bytes = ctx.kv(CCTP).get(key);
  // An empty value is a value: it is how a message of default fields is stored.
  return bytes === undefined ? undefined : codec.decode(bytes);
}

function write<T>(ctx: Context, key: Uint8Array, codec: MessageCodec<T>, value: T): void {
  ctx.kv(CCTP).set(key, encodeMessage(codec, value));
}

/** Keeper of V1's state. */
export class CctpKeeper {
  // Reads.

  params(ctx: Context): Params {
    return read(ctx, PARAMS_KEY, Params) ?? DEFAULT_PARAMS;
  }

  /** The number of this chain in CCTP. */
  localDomain(ctx: Context): number {
    return this.params(ctx).localDomain;
  }

  isStrictEvm(ctx: Context): boolean {
    return this.params(ctx).strictEvm;
  }

  /** Bech32; undefined where none was ever set, empty where nobody holds the role. */
  role(ctx: Context, role: Role): string | undefined {
    const bytes = ctx.kv(CCTP).get(ROLE_KEYS[role]);
    return bytes === undefined ? undefined : fromUtf8(bytes);
  }

  owner(ctx: Context): string | undefined {
    return this.role(ctx, "owner");
  }

  attesterManager(ctx: Context): string | undefined {
    return this.role(ctx, "attesterManager");
  }

  /** As they were given, in byte order. */
  attesters(ctx: Context): string[] {
    return [...this.attesterStore(ctx).iterate()].map(([, value]) => Attester.decode(value).attester);
  }

  hasAttester(ctx: Context, text: string): boolean {
    return ctx.kv(CCTP).has(attesterKey(text));
  }

  /** How many must sign; undefined until it is set. */
  signatureThreshold(ctx: Context): number | undefined {
    return read(ctx, SIGNATURE_THRESHOLD_KEY, SignatureThreshold)?.amount;
  }

  /** Undefined where it was never set, which stands for not paused. */
  burningAndMintingPaused(ctx: Context): boolean | undefined {
    return read(ctx, BURNING_AND_MINTING_PAUSED_KEY, BurningAndMintingPaused)?.paused;
  }

  sendingAndReceivingPaused(ctx: Context): boolean | undefined {
    return read(ctx, SENDING_AND_RECEIVING_PAUSED_KEY, SendingAndReceivingMessagesPaused)?.paused;
  }

  isBurningAndMintingPaused(ctx: Context): boolean {
    return this.burningAndMintingPaused(ctx) === true;
  }

  isSendingAndReceivingPaused(ctx: Context): boolean {
    return this.sendingAndReceivingPaused(ctx) === true;
  }

  /** Longest body that is sent, in bytes; undefined is no limit. */
  maxMessageBodySize(ctx: Context): bigint | undefined {
    return read(ctx, MAX_MESSAGE_BODY_SIZE_KEY, MaxMessageBodySize)?.amount;
  }

  /** The nonce of the next message; undefined where it was never set. */
  nextNonce(ctx: Context): bigint | undefined {
    return read(ctx, NEXT_NONCE_KEY, Nonce)?.nonce;
  }

  isNonceUsed(ctx: Context, sourceDomain: number, nonce: bigint): boolean {
    return ctx.kv(CCTP).has(usedNonceKey(sourceDomain, nonce));
  }

  tokenPair(ctx: Context, remoteDomain: number, remoteToken: Uint8Array): TokenPair | undefined {
    return read(ctx, tokenPairKey(remoteDomain, remoteToken), TokenPair);
  }

  /** The denomination that a token of another domain is minted as. */
  localToken(ctx: Context, remoteDomain: number, remoteToken: Uint8Array): string | undefined {
    return this.tokenPair(ctx, remoteDomain, remoteToken)?.localToken;
  }

  /** What one message may burn at most; undefined is no limit, zero is nothing. */
  burnLimit(ctx: Context, denom: string): bigint | undefined {
    const limit = read(ctx, burnLimitKey(denom), PerMessageBurnLimit);
    return limit === undefined ? undefined : BigInt(limit.amount);
  }

  /** Who burns on another domain, 32 bytes. */
  remoteTokenMessenger(ctx: Context, domain: number): Uint8Array | undefined {
    return read(ctx, remoteTokenMessengerKey(domain), RemoteTokenMessenger)?.address;
  }

  // Writes.

  setParams(ctx: Context, params: Params): void {
    write(ctx, PARAMS_KEY, Params, params);
  }

  setRole(ctx: Context, role: Role, address: string): void {
    ctx.kv(CCTP).set(ROLE_KEYS[role], utf8(address));
  }

  removePendingOwner(ctx: Context): void {
    ctx.kv(CCTP).delete(ROLE_KEYS.pendingOwner);
  }

  addAttester(ctx: Context, attester: string): void {
    write(ctx, attesterKey(attester), Attester, { attester });
  }

  removeAttester(ctx: Context, attester: string): void {
    ctx.kv(CCTP).delete(attesterKey(attester));
  }

  setSignatureThreshold(ctx: Context, amount: number): void {
    write(ctx, SIGNATURE_THRESHOLD_KEY, SignatureThreshold, { amount });
  }

  setBurningAndMintingPaused(ctx: Context, paused: boolean): void {
    write(ctx, BURNING_AND_MINTING_PAUSED_KEY, BurningAndMintingPaused, { paused });
  }

  setSendingAndReceivingPaused(ctx: Context, paused: boolean): void {
    write(ctx, SENDING_AND_RECEIVING_PAUSED_KEY, SendingAndReceivingMessagesPaused, { paused });
  }

  setMaxMessageBodySize(ctx: Context, amount: bigint): void {
    write(ctx, MAX_MESSAGE_BODY_SIZE_KEY, MaxMessageBodySize, { amount });
  }

  setNextNonce(ctx: Context, nonce: bigint): void {
    write(ctx, NEXT_NONCE_KEY, Nonce, { sourceDomain: 0, nonce });
  }

  /** The nonce of a message that is being sent. After 2^64 messages they would begin anew, as in Go. */
  takeNonce(ctx: Context): bigint {
    const nonce = this.nextNonce(ctx) ?? 0n;
    this.setNextNonce(ctx, (nonce + 1n) % NONCES);
    return nonce;
  }

  /** For good: a nonce is never free again. */
  useNonce(ctx: Context, sourceDomain: number, nonce: bigint): void {
    write(ctx, usedNonceKey(sourceDomain, nonce), Nonce, { sourceDomain, nonce });
  }

  setTokenPair(ctx: Context, pair: TokenPair): void {
    write(ctx, tokenPairKey(pair.remoteDomain, pair.remoteToken), TokenPair, pair);
  }

  removeTokenPair(ctx: Context, remoteDomain: number, remoteToken: Uint8Array): void {
    ctx.kv(CCTP).delete(tokenPairKey(remoteDomain, remoteToken));
  }

  setBurnLimit(ctx: Context, denom: string, amount: bigint): void {
    write(ctx, burnLimitKey(denom), PerMessageBurnLimit, { denom, amount: amount.toString() });
  }

  setRemoteTokenMessenger(ctx: Context, domainId: number, address: Uint8Array): void {
    write(ctx, remoteTokenMessengerKey(domainId), RemoteTokenMessenger, { domainId, address });
  }

  removeRemoteTokenMessenger(ctx: Context, domainId: number): void {
    ctx.kv(CCTP).delete(remoteTokenMessengerKey(domainId));
  }

  // Views for paging, by what follows the prefix.

  attesterStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), ATTESTER_PREFIX);
  }

  burnLimitStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), BURN_LIMIT_PREFIX);
  }

  remoteTokenMessengerStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), REMOTE_TOKEN_MESSENGER_PREFIX);
  }

  tokenPairStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), TOKEN_PAIR_PREFIX);
  }

  usedNonceStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(CCTP), USED_NONCE_PREFIX);
  }
}
