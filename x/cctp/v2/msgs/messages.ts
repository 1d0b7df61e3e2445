// MsgSendMessage and MsgReceiveMessage: messages out and in.

import {
  MsgReceiveMessage,
  MsgReceiveMessageResponse,
  MsgSendMessage,
  MsgSendMessageResponse,
} from "../../../../gen/circle/cctp/v2/tx.ts";
import { type MsgHandler, msgHandler } from "../../../../src/baseapp/module.ts";
import { decodeAddress } from "../../../../src/codec/address.ts";
import { ChainError } from "../../../../src/codec/chainError.ts";
import { ErrMalformedV2 } from "../errors.ts";
import type { CctpV2Receiver } from "../receiving.ts";
import type { CctpV2Sender } from "../sending.ts";
import { accountToBytes32, callerOrAnybody } from "../types.ts";

function senderWord(text: string): Uint8Array {
  const word = accountToBytes32(decodeAddress(text));
  if (word === undefined) throw new ChainError(ErrMalformedV2, `${text} has no place in messages`);
  return word;
}

/** The handlers. */
export function messageMsgs(sender: CctpV2Sender, receiver: CctpV2Receiver): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgSendMessage,
      response: MsgSendMessageResponse,
      handle: (ctx, message) => ({
        messageHash: sender.sendMessage(ctx, {
          sender: senderWord(message.from),
          destinationDomain: message.destinationDomain,
          recipient: message.recipient,
          destinationCaller: callerOrAnybody(message.destinationCaller),
          minFinalityThreshold: message.minFinalityThreshold,
          messageBody: message.messageBody,
        }),
      }),
    }),
    msgHandler({
      request: MsgReceiveMessage,
      response: MsgReceiveMessageResponse,
      handle: (ctx, { from, message, attestation }) => {
        receiver.receiveMessage(ctx, { from: decodeAddress(from), message, attestation });
        return { success: true };
      },
    }),
  ];
}
