// Parameters of x/slashing: rules that need no state.

import type { Params as ProtoParams } from "../../gen/cosmos/slashing/v1beta1/slashing.ts";
import { fromUtf8, utf8 } from "../../src/codec/bytes.ts";
import { DEC_ONE } from "../../src/codec/decimal.ts";
import { durationFromNs, durationToNs } from "../../src/codec/duration.ts";
import { parseUnits } from "../../src/codec/protoJson.ts";

/** The parameters; fractions in units of 10^-18. */
export interface Params {
  /** Blocks over which missed ones are counted. */
  readonly signedBlocksWindow: number;
  /** Part of them that must be signed. */
  readonly minSignedPerWindow: bigint;
  readonly downtimeJailNs: bigint;
  readonly slashFractionDoubleSign: bigint;
  readonly slashFractionDowntime: bigint;
}

/** The SDK's. */
export const DEFAULT_PARAMS: Params = Object.freeze({
  signedBlocksWindow: 100,
  minSignedPerWindow: DEC_ONE / 2n,
  downtimeJailNs: 600_000_000_000n,
  slashFractionDoubleSign: DEC_ONE / 20n,
  slashFractionDowntime: DEC_ONE / 100n,
});

/** A chain that makes a block a second looks back more than three months. */
const WINDOW_MAX = 10_000_000;

/** What is wrong with parameters, or undefined. */
export function checkParams(params: Params): string | undefined {
  const { signedBlocksWindow, downtimeJailNs } = params;
  if (!Number.isSafeInteger(signedBlocksWindow) || signedBlocksWindow < 1 || signedBlocksWindow > WINDOW_MAX) {
    return `signed blocks window: expected 1 to ${WINDOW_MAX}, got ${signedBlocksWindow}`;
  }
  if (downtimeJailNs <= 0n) return "downtime jail duration must be positive";
  for (const [name, fraction] of [
    ["min signed per window", params.minSignedPerWindow],
    ["double sign slash fraction", params.slashFractionDoubleSign],
    ["downtime slash fraction", params.slashFractionDowntime],
  ] as const) {
    if (fraction < 0n || fraction > DEC_ONE) return `${name}: expected 0 to 1`;
  }
  return undefined;
}

/** Blocks of the window that may be missed. */
export function missedMax({ signedBlocksWindow, minSignedPerWindow }: Params): bigint {
  const window = BigInt(signedBlocksWindow);
  const twice = 2n * minSignedPerWindow * window;
  // To the nearest; half to even, as RoundInt64 does.
  const below = twice / (2n * DEC_ONE);
  const rest = twice % (2n * DEC_ONE);
  const signed = rest > DEC_ONE || (rest === DEC_ONE && below % 2n === 1n) ? below + 1n : below;
  return window - signed;
}

export function paramsToProto(params: Params): ProtoParams {
  return {
    signedBlocksWindow: BigInt(params.signedBlocksWindow),
    minSignedPerWindow: utf8(params.minSignedPerWindow.toString()),
    downtimeJailDuration: durationFromNs(params.downtimeJailNs),
    slashFractionDoubleSign: utf8(params.slashFractionDoubleSign.toString()),
    slashFractionDowntime: utf8(params.slashFractionDowntime.toString()),
  };
}

/** Parameters from protobuf. Throws an Error on malformed ones; `checkParams` says whether they make sense. */
export function paramsFromProto(proto: ProtoParams): Params {
  const fraction = (bytes: Uint8Array) => (bytes.length === 0 ? 0n : parseUnits(fromUtf8(bytes)));
  const { downtimeJailDuration } = proto;
  return {
    signedBlocksWindow: Number(proto.signedBlocksWindow),
    minSignedPerWindow: fraction(proto.minSignedPerWindow),
    downtimeJailNs: downtimeJailDuration === undefined ? 0n : durationToNs(downtimeJailDuration),
    slashFractionDoubleSign: fraction(proto.slashFractionDoubleSign),
    slashFractionDowntime: fraction(proto.slashFractionDowntime),
  };
}
