// What each validator has signed and missed.

import {
  ValidatorSigningInfo as ProtoInfo,
  Params as ProtoParams,
} from "../../gen/cosmos/slashing/v1beta1/slashing.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { copyBytes } from "../../src/codec/bytes.ts";
import { decodeUint64BE } from "../../src/codec/integer.ts";
import { encodeMessage } from "../../src/codec/message.ts";
import { timestampFromNs, timestampToNs } from "../../src/codec/time.ts";
import { decodeConsensusAddress, encodeConsensusAddress } from "../../src/codec/validatorAddress.ts";
import type { KvStore } from "../../src/store/kvStore.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { CHUNK_BITS, chunkKey, MISSED_PREFIX, ofValidator, PARAMS_KEY, SIGNING_INFO_PREFIX, SLASHING } from "./keys.ts";
import { DEFAULT_PARAMS, type Params, paramsFromProto, paramsToProto } from "./types.ts";

/** What is known of a validator's signing. */
export interface SigningInfo {
  readonly consensusAddress: Uint8Array;
  /** Since when it is bonded. */
  readonly startHeight: bigint;
  /** Until when it is jailed at least; 0 while it never was. */
  readonly jailedUntilNs: bigint;
  /** It has signed two blocks of one height and never comes back. */
  readonly tombstoned: boolean;
  /** Blocks of the window that it missed. */
  readonly missed: bigint;
}

/** Of a validator that is bonded at a height for the first time. */
export function newInfo(consensusAddress: Uint8Array, startHeight: bigint): SigningInfo {
  return { consensusAddress, startHeight, jailedUntilNs: 0n, tombstoned: false, missed: 0n };
}

export function infoToProto(info: SigningInfo): ProtoInfo {
  return {
    address: encodeConsensusAddress(info.consensusAddress),
    startHeight: info.startHeight,
    indexOffset: 0n,
    jailedUntil: timestampFromNs(info.jailedUntilNs),
    tombstoned: info.tombstoned,
    missedBlocksCounter: info.missed,
  };
}

/** Throws an Error on a malformed address. */
export function infoFromProto(proto: ProtoInfo): SigningInfo {
  return {
    consensusAddress: decodeConsensusAddress(proto.address),
    startHeight: proto.startHeight,
    jailedUntilNs: proto.jailedUntil === undefined ? 0n : timestampToNs(proto.jailedUntil),
    tombstoned: proto.tombstoned,
    missed: proto.missedBlocksCounter,
  };
}

function decodeParams(bytes: Uint8Array): Params {
  return paramsFromProto(ProtoParams.decode(bytes));
}

function decodeInfo(bytes: Uint8Array): SigningInfo {
  return infoFromProto(ProtoInfo.decode(bytes));
}

/** Keeper of signing infos and missed blocks. */
export class SlashingKeeper {
  /** The parameters. PERF: one store read. */
  params(ctx: Context): Params {
    return ctx.kv(SLASHING).find(PARAMS_KEY)?.as(decodeParams) ?? DEFAULT_PARAMS;
  }

  setParams(ctx: Context, params: Params): void {
    ctx.kv(SLASHING).set(PARAMS_KEY, encodeMessage(ProtoParams, paramsToProto(params)));
  }

  /** PERF: one store read, decoded once until it changes. */
  getInfo(ctx: Context, consensusAddress: Uint8Array): SigningInfo | undefined {
    return ctx.kv(SLASHING).find(ofValidator(SIGNING_INFO_PREFIX, consensusAddress))?.as(decodeInfo);
  }

  setInfo(ctx: Context, info: SigningInfo): void {
    const key = ofValidator(SIGNING_INFO_PREFIX, info.consensusAddress);
    ctx.kv(SLASHING).set(key, encodeMessage(ProtoInfo, infoToProto(info)));
  }

  /** All signing infos. PERF: reads them. */
  infos(ctx: Context): SigningInfo[] {
    return [...this.infoStore(ctx).iterate()].map(([, value]) => decodeInfo(value));
  }

  /** length · consensus address → ValidatorSigningInfo. */
  infoStore(ctx: Context): KvStore {
    return prefixStore(ctx.kv(SLASHING), SIGNING_INFO_PREFIX);
  }

  /** Whether a block of the window was missed. */
  hasMissed(ctx: Context, consensusAddress: Uint8Array, index: number): boolean {
    const chunk = ctx.kv(SLASHING).get(chunkKey(consensusAddress, chunkOf(index)));
    return chunk !== undefined && (chunk[byteOf(index)]! & bitOf(index)) !== 0;
  }

  /** Notes whether a block of the window was missed. */
  setMissed(ctx: Context, consensusAddress: Uint8Array, index: number, isMissed: boolean): void {
    const key = chunkKey(consensusAddress, chunkOf(index));
    const known = ctx.kv(SLASHING).get(key);
    const chunk = known === undefined ? new Uint8Array(CHUNK_BITS / 8) : copyBytes(known);
    const others = chunk[byteOf(index)]! & ~bitOf(index);
    chunk[byteOf(index)] = isMissed ? others | bitOf(index) : others;
    ctx.kv(SLASHING).set(key, chunk);
  }

  /** Places in the window of all missed blocks, ascending. */
  missedOf(ctx: Context, consensusAddress: Uint8Array): number[] {
    const missed: number[] = [];
    for (const [key, chunk] of this.#chunks(ctx, consensusAddress).iterate()) {
      const first = Number(decodeUint64BE(key)) * CHUNK_BITS;
      for (let at = 0; at < CHUNK_BITS; at += 1) if ((chunk[byteOf(at)]! & bitOf(at)) !== 0) missed.push(first + at);
    }
    return missed;
  }

  /** Forgets what a validator missed. */
  clearMissed(ctx: Context, consensusAddress: Uint8Array): void {
    const chunks = this.#chunks(ctx, consensusAddress);
    for (const [key] of [...chunks.iterate()]) chunks.delete(key);
  }

  #chunks(ctx: Context, consensusAddress: Uint8Array): KvStore {
    return prefixStore(ctx.kv(SLASHING), ofValidator(MISSED_PREFIX, consensusAddress));
  }
}

function chunkOf(index: number): number {
  return Math.trunc(index / CHUNK_BITS);
}

function byteOf(index: number): number {
  return Math.trunc((index % CHUNK_BITS) / 8);
}

function bitOf(index: number): number {
  return 1 << (index % 8);
}
