// Runs one transaction (cosmos-sdk v0.53 baseapp.go runTx, runMsgs): the ante handler as one attempt, the messages as
// another. A transaction that fails in its messages leaves what the ante handler did, and nothing else. Under the extension
// option IndependentMessages each message is an attempt of its own, and has its own result.

import { TxMsgData } from "../../gen/cosmos/base/abci/v1beta1/abci.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { EventMessageFailed, MessageFailure } from "../../gen/stateset/tx/v1/tx.ts";
import type { Event, EventAttribute } from "../../gen/tendermint/abci/types.ts";
import { encodeAddress } from "../codec/address.ts";
import { ChainError } from "../codec/chainError.ts";
import { encodeMessage, typeUrlOf } from "../codec/message.ts";
import { ErrInvalidRequest } from "../codec/sdkErrors.ts";
import type { DecodedMsg, DecodedTx } from "../codec/tx.ts";
import type { Context } from "./context.ts";
import { attribute } from "./events.ts";
import { hasIndependentMessages } from "./independentMessages.ts";
import type { Router } from "./msgRouter.ts";
import { failureOf, type TxFailure, wrapFailure } from "./txResult.ts";

/** Everything that must hold before the messages run: fees, signatures, sequences. Throws ChainError. */
export type AnteHandler = (ctx: Context, tx: DecodedTx) => void;

/** What came of a transaction. */
export interface TxRun {
  readonly failure: TxFailure | undefined;
  /** Encoded TxMsgData; empty on failure. */
  readonly data: Uint8Array;
  readonly msgResponses: Any[];
  /** The caller's own. */
  readonly events: Event[];
}

const NO_DATA = new Uint8Array(0);

/**
 * Runs a transaction in a context whose gas meter and events are the transaction's own. `isChecking` runs the ante handler
 * only.
 * `beforeWrite` is called when the messages have run and may still refuse (the block's gas).
 */
export function runTx(
  ctx: Context,
  tx: DecodedTx,
  parts: {
    readonly router: Router;
    readonly ante: AnteHandler;
    readonly isChecking: boolean;
    readonly beforeWrite?: () => void;
  },
): TxRun {
  const areIndependent = hasIndependentMessages(tx);
  try {
    validateMessages(tx, parts.router, { areIndependent });
    ctx.attempt(() => parts.ante(ctx, tx));
    if (parts.isChecking) return { failure: undefined, data: NO_DATA, msgResponses: [], events: ctx.events.take() };
    const msgResponses = ctx.attempt(() => {
      const responses = (areIndependent ? runEachMessage : runMessages)(ctx, tx, parts.router);
      parts.beforeWrite?.();
      return responses;
    });
    const data = encodeMessage(TxMsgData, { data: [], msgResponses });
    return { failure: undefined, data, msgResponses, events: ctx.events.take() };
  } catch (thrown) {
    return { failure: failureOf(thrown), data: NO_DATA, msgResponses: [], events: ctx.events.take() };
  }
}

/** Every message needs a handler; whether independent ones are well-formed shows when each is run. */
function validateMessages(tx: DecodedTx, router: Router, { areIndependent }: { areIndependent: boolean }): void {
  if (tx.messages.length === 0) throw new ChainError(ErrInvalidRequest, "must contain at least one message");
  for (const { typeUrl, value } of tx.messages) {
    const handler = router.msg(typeUrl);
    if (!areIndependent) handler.validate?.(value);
  }
}

function runMessages(ctx: Context, tx: DecodedTx, router: Router): Any[] {
  return tx.messages.map((message, index) => {
    try {
      return runMessage(ctx, message, index, router);
    } catch (thrown) {
      throw new FailedAt(wrapFailure(failureOf(thrown), `failed to execute message; message index: ${index}`));
    }
  });
}

/**
 * Each message as an attempt of its own: what fails leaves its gas, an event and its failure in the place of its response.
 * A message that runs out of gas takes the later ones with it, since the gas is the transaction's.
 */
function runEachMessage(ctx: Context, tx: DecodedTx, router: Router): Any[] {
  return tx.messages.map((message, index) => {
    try {
      return ctx.attempt(() => {
        router.msg(message.typeUrl).validate?.(message.value);
        return runMessage(ctx, message, index, router);
      });
    } catch (thrown) {
      const { codespace, code, log } = failureOf(thrown);
      const start = ctx.events.count;
      ctx.events.emitTyped(EventMessageFailed, { codespace, code, action: message.typeUrl });
      ctx.events.addAttribute(start, msgIndex(index));
      return { typeUrl: typeUrlOf(MessageFailure), value: encodeMessage(MessageFailure, { codespace, code, log }) };
    }
  });
}

/** A failed message with its place in the text. Keeps code and codespace. */
class FailedAt extends ChainError {
  constructor(failure: TxFailure) {
    super({ codespace: failure.codespace, code: failure.code, text: failure.log });
  }
}

function runMessage(ctx: Context, message: DecodedMsg, index: number, router: Router): Any {
  const handler = router.msg(message.typeUrl);
  const start = ctx.events.count;
  const response = handler.handle(ctx, message.value);
  ctx.events.insert(start, messageEvent(message, hasModule(ctx.events.list(), start)));
  ctx.events.addAttribute(start, msgIndex(index));
  return { typeUrl: `/${handler.response.$type}`, value: encodeMessage(handler.response, response) };
}

/** The last attribute of an event: the place of its message. */
function msgIndex(index: number): EventAttribute {
  return { key: "msg_index", value: String(index), index: true };
}

/** `/cosmos.bank.v1beta1.MsgSend` → `bank`. */
function moduleOf(typeUrl: string): string {
  return typeUrl.split(".", 2)[1] ?? "";
}

/** Whether an event from an index on names a module. */
function hasModule(events: readonly Event[], start: number): boolean {
  for (let index = start; index < events.length; index += 1) {
    for (const { key } of events[index]!.attributes) if (key === "module") return true;
  }
  return false;
}

/** The event that names a message: its type, its first signer, and its module unless another event does. */
function messageEvent(message: DecodedMsg, isModuleNamed: boolean): Event {
  const attributes = [attribute("action", message.typeUrl)];
  const [signer] = message.signers;
  if (signer !== undefined) attributes.push(attribute("sender", encodeAddress(signer)));
  if (!isModuleNamed) attributes.push(attribute("module", moduleOf(message.typeUrl)));
  return { type: "message", attributes };
}
