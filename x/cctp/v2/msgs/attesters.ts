// What the attester manager sets: the attesters of V2, and how many of them must sign.

import { AttesterDisabled, AttesterEnabled, SignatureThresholdUpdated } from "../../../../gen/circle/cctp/v2/events.ts";
import {
  MsgDisableAttester,
  MsgDisableAttesterResponse,
  MsgEnableAttester,
  MsgEnableAttesterResponse,
  MsgUpdateSignatureThreshold,
  MsgUpdateSignatureThresholdResponse,
} from "../../../../gen/circle/cctp/v2/tx.ts";
import type { Context } from "../../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../../src/baseapp/module.ts";
import { ChainError } from "../../../../src/codec/chainError.ts";
import {
  ErrAttesterExistsV2,
  ErrAttesterNotFoundV2,
  ErrSignatureThresholdV2,
  ErrTooFewAttestersV2,
  ErrTooManyAttestersV2,
} from "../errors.ts";
import type { SharedState } from "../expected.ts";
import type { CctpV2Keeper } from "../keeper.ts";
import { ATTESTERS_MAX, hexOf, parseAttester } from "../types.ts";
import { requireAttesterManager } from "./authorise.ts";

function enableMsg(keeper: CctpV2Keeper, shared: SharedState): MsgHandler {
  return msgHandler({
    request: MsgEnableAttester,
    response: MsgEnableAttesterResponse,
    handle: (ctx, { from, attester }) => {
      requireAttesterManager(ctx, shared, from);
      const address = parseAttester(attester);
      if (keeper.isAttester(ctx, address)) throw new ChainError(ErrAttesterExistsV2, hexOf(address));
      if (keeper.attesters(ctx).length >= ATTESTERS_MAX) {
        throw new ChainError(ErrTooManyAttestersV2, `at most ${ATTESTERS_MAX}`);
      }
      keeper.addAttester(ctx, address);
      ctx.events.emitTyped(AttesterEnabled, { attester: hexOf(address) });
      return {};
    },
  });
}

/** As in the contract: the last one stays, the threshold stays possible, and only then whether it is one at all. */
function requireDisposable(ctx: Context, keeper: CctpV2Keeper, address: Uint8Array): void {
  const count = keeper.attesters(ctx).length;
  if (count <= 1) throw new ChainError(ErrTooFewAttestersV2, "the last attester");
  const threshold = keeper.signatureThreshold(ctx);
  if (count <= threshold) throw new ChainError(ErrTooFewAttestersV2, `${threshold} must sign, there are ${count}`);
  if (!keeper.isAttester(ctx, address)) throw new ChainError(ErrAttesterNotFoundV2, hexOf(address));
}

function disableMsg(keeper: CctpV2Keeper, shared: SharedState): MsgHandler {
  return msgHandler({
    request: MsgDisableAttester,
    response: MsgDisableAttesterResponse,
    handle: (ctx, { from, attester }) => {
      requireAttesterManager(ctx, shared, from);
      const address = parseAttester(attester);
      requireDisposable(ctx, keeper, address);
      keeper.removeAttester(ctx, address);
      ctx.events.emitTyped(AttesterDisabled, { attester: hexOf(address) });
      return {};
    },
  });
}

function thresholdMsg(keeper: CctpV2Keeper, shared: SharedState): MsgHandler {
  return msgHandler({
    request: MsgUpdateSignatureThreshold,
    response: MsgUpdateSignatureThresholdResponse,
    handle: (ctx, { from, amount }) => {
      requireAttesterManager(ctx, shared, from);
      const count = keeper.attesters(ctx).length;
      const old = keeper.signatureThreshold(ctx);
      if (amount === 0) throw new ChainError(ErrSignatureThresholdV2, "0 signatures");
      if (amount > count) throw new ChainError(ErrSignatureThresholdV2, `${amount} of ${count} attesters`);
      if (amount === old) throw new ChainError(ErrSignatureThresholdV2, `it is ${old} already`);
      keeper.setSignatureThreshold(ctx, amount);
      ctx.events.emitTyped(SignatureThresholdUpdated, { oldSignatureThreshold: old, newSignatureThreshold: amount });
      return {};
    },
  });
}

/** The handlers. */
export function attesterMsgs(keeper: CctpV2Keeper, shared: SharedState): readonly MsgHandler[] {
  return [enableMsg(keeper, shared), disableMsg(keeper, shared), thresholdMsg(keeper, shared)];
}
