// MsgPause, MsgUnpause and MsgUpdateParams: only the authority.

import { EventParamsUpdated, EventPausedMessages } from "../../../gen/stateset/orders/v1/events.ts";
import {
  MsgPause,
  MsgPauseResponse,
  MsgUnpause,
  MsgUnpauseResponse,
  MsgUpdateParams,
  MsgUpdateParamsResponse,
} from "../../../gen/stateset/orders/v1/tx.ts";
import { requireAuthority, updateParamsHandler } from "../../../src/baseapp/authority.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { excerpt } from "../../../src/codec/integer.ts";
import { type MessageCodec, typeUrlOf } from "../../../src/codec/message.ts";
import { ErrInvalidParams, ErrNotPausable } from "../errors.ts";
import type { OrdersKeeper } from "../keeper.ts";
import { requireBatch } from "../limits.ts";

/** Those that undo a pause, or a wrong parameter. */
const UNPAUSABLE: ReadonlySet<string> = new Set([MsgPause, MsgUnpause, MsgUpdateParams].map(typeUrlOf));

/** The handlers. `typeUrls` are the messages of the module. */
export function governanceMsgs(keeper: OrdersKeeper, typeUrls: () => ReadonlySet<string>): readonly MsgHandler[] {
  const pauseMsg = (request: MessageCodec<MsgPause>, response: MessageCodec<object>, isPaused: boolean) =>
    msgHandler({
      request,
      response,
      handle: (ctx, { authority, msgTypeUrls }) => {
        requireAuthority(ctx, keeper.authority, authority);
        requireBatch("msg_type_urls", msgTypeUrls.length);
        for (const typeUrl of msgTypeUrls) {
          if (!typeUrls().has(typeUrl) || UNPAUSABLE.has(typeUrl))
            throw new ChainError(ErrNotPausable, excerpt(typeUrl));
        }
        for (const typeUrl of msgTypeUrls) keeper.store.setPaused(ctx, typeUrl, isPaused);
        ctx.events.emitTyped(EventPausedMessages, { msgTypeUrls: keeper.store.pausedTypes(ctx) });
        return {};
      },
    });
  return [
    pauseMsg(MsgPause, MsgPauseResponse, true),
    pauseMsg(MsgUnpause, MsgUnpauseResponse, false),
    updateParamsHandler(keeper.authority, {
      request: MsgUpdateParams,
      response: MsgUpdateParamsResponse,
      refusal: ErrInvalidParams,
      check: (_ctx, params) => keeper.checkParams(params),
      apply: (ctx, params) => {
        keeper.store.setParams(ctx, params);
        ctx.events.emitTyped(EventParamsUpdated, { params });
      },
    }),
  ];
}
