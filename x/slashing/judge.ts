// What follows from a vote that was not there, and from one too many (cosmos-sdk v0.50 x/slashing/keeper/infractions.go,
// x/evidence/keeper/infraction.go).

import type { BlockMisbehavior, BlockVote, Context } from "../../src/baseapp/context.ts";
import { attribute } from "../../src/baseapp/events.ts";
import { TIME_SECONDS_MAX } from "../../src/codec/time.ts";
import { encodeConsensusAddress } from "../../src/codec/validatorAddress.ts";
import type { JudgedStaking, JudgedValidator } from "./expected.ts";
import { newInfo, type SigningInfo, type SlashingKeeper } from "./keeper.ts";
import { missedMax, type Params } from "./types.ts";

/** Blocks from an update of the set to the first that the new one votes on. */
const UPDATE_DELAY = 1n;
/** A tombstoned validator is never let out: the last time there is. */
const FOREVER_NS = TIME_SECONDS_MAX * 1_000_000_000n;
const STATUS_UNBONDED = 1;

/** The keeper and what it judges. */
export interface Court<V extends JudgedValidator = JudgedValidator> {
  readonly keeper: SlashingKeeper;
  readonly staking: JudgedStaking<V>;
}

/** Looks at all that consensus tells with a block. PERF: two reads for each validator that signs and has missed nothing. */
export function judgeBlock(court: Court, ctx: Context): void {
  const { votes = [], misbehavior = [] } = ctx.block.consensus ?? {};
  if (votes.length > 0) {
    const params = court.keeper.params(ctx);
    for (const vote of votes) judgeVote(court, ctx, params, vote);
  }
  for (const each of misbehavior) judgeMisbehavior(court, ctx, each);
}

/** A validator that a genesis calls bonded was never told of: its time begins when something is to be noted. */
function infoOf(keeper: SlashingKeeper, ctx: Context, consensusAddress: Uint8Array): SigningInfo {
  return keeper.getInfo(ctx, consensusAddress) ?? newInfo(consensusAddress, BigInt(ctx.block.height));
}

/** Counts a vote. Who has missed too many of the window is slashed and jailed. */
function judgeVote(court: Court, ctx: Context, params: Params, { address, power, isAbsent }: BlockVote): void {
  const { keeper } = court;
  const before = infoOf(keeper, ctx, address);
  // Nothing was missed and nothing is: no bit changes.
  if (!isAbsent && before.missed === 0n) return;
  // One that is jailed is on its way out, and the set that votes has not heard of it.
  if (court.staking.getValidatorByConsensus(ctx, address)?.jailed !== false) return;
  const height = BigInt(ctx.block.height);
  const index = Number((height - before.startHeight) % BigInt(params.signedBlocksWindow));
  const wasMissed = keeper.hasMissed(ctx, address, index);
  let info = before;
  if (wasMissed !== isAbsent) {
    keeper.setMissed(ctx, address, index, isAbsent);
    info = { ...info, missed: info.missed + (isAbsent ? 1n : -1n) };
  }
  if (isAbsent) emitLiveness(ctx, address, info.missed);
  const isDue = height > info.startHeight + BigInt(params.signedBlocksWindow) && info.missed > missedMax(params);
  if (isDue) info = punishDowntime(court, ctx, params, { info, power });
  if (info !== before) keeper.setInfo(ctx, info);
}

function emitLiveness(ctx: Context, address: Uint8Array, missed: bigint): void {
  ctx.events.emit("liveness", [
    attribute("address", encodeConsensusAddress(address)),
    attribute("missed_blocks", missed.toString()),
    attribute("height", ctx.block.height.toString()),
  ]);
}

function punishDowntime(
  { keeper, staking }: Court,
  ctx: Context,
  params: Params,
  { info, power }: { readonly info: SigningInfo; readonly power: bigint },
): SigningInfo {
  const { consensusAddress } = info;
  // Those who voted on the block before are of the set two blocks earlier; the result may be below 1.
  const height = BigInt(ctx.block.height) - UPDATE_DELAY - 1n;
  const fraction = params.slashFractionDowntime;
  const burned = staking.slash(ctx, { consensusAddress, height, power, fraction });
  ctx.events.emit("slash", [
    attribute("address", encodeConsensusAddress(consensusAddress)),
    attribute("power", power.toString()),
    attribute("reason", "missing_signature"),
    attribute("jailed", encodeConsensusAddress(consensusAddress)),
    attribute("burned_coins", burned.toString()),
  ]);
  jailNow(staking, ctx, consensusAddress);
  keeper.clearMissed(ctx, consensusAddress);
  return { ...info, jailedUntilNs: ctx.block.timeNs + params.downtimeJailNs, missed: 0n };
}

/** A slash may have changed the validator: it is read again. */
function jailNow(staking: JudgedStaking, ctx: Context, consensusAddress: Uint8Array): void {
  const validator = staking.getValidatorByConsensus(ctx, consensusAddress);
  if (validator !== undefined && !validator.jailed) staking.jail(ctx, validator);
}

/**
 * Who has signed two blocks of one height is slashed, jailed and never let back. CometBFT tells nothing that is older than
 * the evidence parameters of the genesis.
 */
function judgeMisbehavior(
  { keeper, staking }: Court,
  ctx: Context,
  { address, power, height }: BlockMisbehavior,
): void {
  const validator = staking.getValidatorByConsensus(ctx, address);
  if (validator === undefined || validator.status === STATUS_UNBONDED) return;
  const info = infoOf(keeper, ctx, address);
  if (info.tombstoned) return;
  const fraction = keeper.params(ctx).slashFractionDoubleSign;
  const infraction = { consensusAddress: address, height: height - UPDATE_DELAY, power, fraction };
  const burned = staking.slash(ctx, infraction);
  ctx.events.emit("slash", [
    attribute("address", encodeConsensusAddress(address)),
    attribute("power", power.toString()),
    attribute("reason", "double_sign"),
    attribute("burned_coins", burned.toString()),
  ]);
  jailNow(staking, ctx, address);
  keeper.setInfo(ctx, { ...info, jailedUntilNs: FOREVER_NS, tombstoned: true });
}
