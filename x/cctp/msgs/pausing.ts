// What the pauser does. Pausing twice is fine: who is in a hurry must not fail.

import {
  BurningAndMintingPausedEvent,
  BurningAndMintingUnpausedEvent,
  SendingAndReceivingPausedEvent,
  SendingAndReceivingUnpausedEvent,
} from "../../../gen/circle/cctp/v1/events.ts";
import {
  MsgPauseBurningAndMinting,
  MsgPauseBurningAndMintingResponse,
  MsgPauseSendingAndReceivingMessages,
  MsgPauseSendingAndReceivingMessagesResponse,
  MsgUnpauseBurningAndMinting,
  MsgUnpauseBurningAndMintingResponse,
  MsgUnpauseSendingAndReceivingMessages,
  MsgUnpauseSendingAndReceivingMessagesResponse,
} from "../../../gen/circle/cctp/v1/tx.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import type { CctpKeeper } from "../keeper.ts";
import { requireRole } from "./authorise.ts";

/** The handlers. */
export function pausingMsgs(keeper: CctpKeeper): readonly MsgHandler[] {
  const burning = (ctx: Context, from: string, paused: boolean) => {
    const act = `${paused ? "pause" : "unpause"} burning and minting`;
    requireRole(ctx, keeper, { role: "pauser", signer: from, act });
    keeper.setBurningAndMintingPaused(ctx, paused);
    ctx.events.emitTyped(paused ? BurningAndMintingPausedEvent : BurningAndMintingUnpausedEvent, {});
    return {};
  };
  const sending = (ctx: Context, from: string, paused: boolean) => {
    const act = `${paused ? "pause" : "unpause"} sending and receiving messages`;
    requireRole(ctx, keeper, { role: "pauser", signer: from, act });
    keeper.setSendingAndReceivingPaused(ctx, paused);
    ctx.events.emitTyped(paused ? SendingAndReceivingPausedEvent : SendingAndReceivingUnpausedEvent, {});
    return {};
  };
  return [
    msgHandler({
      request: MsgPauseBurningAndMinting,
      response: MsgPauseBurningAndMintingResponse,
      handle: (ctx, { from }) => burning(ctx, from, true),
    }),
    msgHandler({
      request: MsgUnpauseBurningAndMinting,
      response: MsgUnpauseBurningAndMintingResponse,
      handle: (ctx, { from }) => burning(ctx, from, false),
    }),
    msgHandler({
      request: MsgPauseSendingAndReceivingMessages,
      response: MsgPauseSendingAndReceivingMessagesResponse,
      handle: (ctx, { from }) => sending(ctx, from, true),
    }),
    msgHandler({
      request: MsgUnpauseSendingAndReceivingMessages,
      response: MsgUnpauseSendingAndReceivingMessagesResponse,
      handle: (ctx, { from }) => sending(ctx, from, false),
    }),
  ];
}
