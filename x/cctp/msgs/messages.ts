// MsgSendMessage, MsgSendMessageWithCaller, MsgReplaceMessage, MsgReceiveMessage.

import {
  MsgReceiveMessage,
  MsgReceiveMessageResponse,
  MsgReplaceMessage,
  MsgReplaceMessageResponse,
  MsgSendMessage,
  MsgSendMessageResponse,
  MsgSendMessageWithCaller,
  MsgSendMessageWithCallerResponse,
} from "../../../gen/circle/cctp/v1/tx.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import type { CctpReceiver } from "../receiving.ts";
import type { CctpSender } from "../sending.ts";
import { parseFrom } from "../types.ts";

/** The handlers. */
export function messageMsgs(sender: CctpSender, receiver: CctpReceiver): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgSendMessage,
      response: MsgSendMessageResponse,
      handle: (ctx, { from, ...request }) => {
        const message = { ...request, from: parseFrom(from), destinationCaller: undefined };
        return { nonce: sender.sendMessage(ctx, message).nonce };
      },
    }),
    msgHandler({
      request: MsgSendMessageWithCaller,
      response: MsgSendMessageWithCallerResponse,
      handle: (ctx, { from, ...request }) => ({
        nonce: sender.sendMessage(ctx, { ...request, from: parseFrom(from) }).nonce,
      }),
    }),
    msgHandler({
      request: MsgReplaceMessage,
      response: MsgReplaceMessageResponse,
      handle: (ctx, { from, ...request }) => {
        sender.replaceMessage(ctx, { ...request, from: parseFrom(from) });
        return {};
      },
    }),
    msgHandler({
      request: MsgReceiveMessage,
      response: MsgReceiveMessageResponse,
      handle: (ctx, { from, message, attestation }) => {
        receiver.receiveMessage(ctx, { from: parseFrom(from), message, attestation });
        return { success: true };
      },
    }),
  ];
}
