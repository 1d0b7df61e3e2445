// What a light client on another chain asks of our past: headers and validators of the last blocks (cosmos-sdk v0.50
// x/staking/keeper/historical_info.go). Kept only where the parameters say so: it writes the whole set at each block.

import { HistoricalInfo } from "../../gen/cosmos/staking/v1beta1/staking.ts";
import { Header } from "../../gen/tendermint/types/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { encodeMessage } from "../../src/codec/message.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import type { StakingKeeper } from "./keeper.ts";
import { historicalKey, STAKING } from "./keys.ts";
import { validatorToProto } from "./validator.ts";

/** Entries that one block forgets at most, when the parameter was lowered. */
const FORGOTTEN_MAX = 100;

/** The stored HistoricalInfo of a height. */
export function getHistoricalInfo(ctx: Context, height: bigint): Uint8Array | undefined {
  return ctx.kv(STAKING).get(historicalKey(height));
}

/** Keeps this block and forgets those that are too old. Nothing while none are wanted and none are there. */
export function trackHistoricalInfo(keeper: StakingKeeper, ctx: Context): void {
  const { historicalEntries } = keeper.params(ctx);
  forgetOld(ctx, historicalEntries);
  if (historicalEntries === 0) return;
  const { chainId, height, timeNs, proposerAddress, consensus } = ctx.block;
  const header = Header.fromPartial({
    ...{ chainId, height: BigInt(height), time: timestampFromNs(timeNs), proposerAddress },
    ...(consensus && { appHash: consensus.lastAppHash, nextValidatorsHash: consensus.nextValidatorsHash }),
  });
  const valset = keeper
    .lastPowers(ctx)
    .flatMap(({ operator }) => keeper.getValidator(ctx, operator) ?? [])
    .map(validatorToProto);
  ctx.kv(STAKING).set(historicalKey(BigInt(height)), encodeMessage(HistoricalInfo, { header, valset }));
}

/** Those below are gone already, unless the parameter was lowered. */
function forgetOld(ctx: Context, entries: number): void {
  const store = ctx.kv(STAKING);
  const youngest = ctx.block.height - entries;
  for (let height = youngest; height > youngest - FORGOTTEN_MAX && height >= 0; height -= 1) {
    const key = historicalKey(BigInt(height));
    if (!store.has(key)) return;
    store.delete(key);
  }
}
