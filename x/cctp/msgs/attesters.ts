// What the attester manager sets: the attesters of V1, and how many of them must sign.

import { AttesterDisabled, AttesterEnabled, SignatureThresholdUpdated } from "../../../gen/circle/cctp/v1/events.ts";
import {
  MsgDisableAttester,
  MsgDisableAttesterResponse,
  MsgEnableAttester,
  MsgEnableAttesterResponse,
  MsgUpdateSignatureThreshold,
  MsgUpdateSignatureThresholdResponse,
} from "../../../gen/circle/cctp/v1/tx.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { bytesEqual } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import {
  ErrAttesterAlreadyFound,
  ErrDisableAttester,
  ErrInvalidAddress,
  ErrUpdateSignatureThreshold,
} from "../errors.ts";
import type { CctpKeeper } from "../keeper.ts";
import { ATTESTERS_MAX, looseHex, parseAttester } from "../types.ts";
import { requireRole } from "./authorise.ts";

/** Noble's module tells attesters apart by their text; the strict rule by what it stands for. */
function isPresent(ctx: Context, keeper: CctpKeeper, text: string, bytes: Uint8Array): boolean {
  if (keeper.hasAttester(ctx, text)) return true;
  return keeper.isStrictEvm(ctx) && keeper.attesters(ctx).some((known) => bytesEqual(looseHex(known), bytes));
}

function enableMsg(keeper: CctpKeeper): MsgHandler {
  return msgHandler({
    request: MsgEnableAttester,
    response: MsgEnableAttesterResponse,
    handle: (ctx, { from, attester }) => {
      requireRole(ctx, keeper, { role: "attesterManager", signer: from, act: "enable attesters" });
      const bytes = parseAttester(attester, keeper.isStrictEvm(ctx));
      if (isPresent(ctx, keeper, attester, bytes)) {
        throw new ChainError(ErrAttesterAlreadyFound, "this attester already exists in the store");
      }
      if (keeper.attesters(ctx).length >= ATTESTERS_MAX) {
        throw new ChainError(ErrInvalidAddress, `more than ${ATTESTERS_MAX} attesters`);
      }
      keeper.addAttester(ctx, attester);
      ctx.events.emitTyped(AttesterEnabled, { attester });
      return {};
    },
  });
}

function disableMsg(keeper: CctpKeeper): MsgHandler {
  return msgHandler({
    request: MsgDisableAttester,
    response: MsgDisableAttesterResponse,
    handle: (ctx, { from, attester }) => {
      requireRole(ctx, keeper, { role: "attesterManager", signer: from, act: "disable attesters" });
      parseAttester(attester, false);
      if (!keeper.hasAttester(ctx, attester)) throw new ChainError(ErrDisableAttester, "attester not found");
      const count = keeper.attesters(ctx).length;
      if (count === 1) throw new ChainError(ErrDisableAttester, "cannot disable the last attester");
      const threshold = keeper.signatureThreshold(ctx);
      if (threshold === undefined) throw new ChainError(ErrDisableAttester, "signature threshold not set");
      if (count <= threshold) throw new ChainError(ErrDisableAttester, "signature threshold is too low");
      keeper.removeAttester(ctx, attester);
      ctx.events.emitTyped(AttesterDisabled, { attester });
      return {};
    },
  });
}

function thresholdMsg(keeper: CctpKeeper): MsgHandler {
  return msgHandler({
    request: MsgUpdateSignatureThreshold,
    response: MsgUpdateSignatureThresholdResponse,
    handle: (ctx, { from, amount }) => {
      requireRole(ctx, keeper, { role: "attesterManager", signer: from, act: "update the authority" });
      if (amount === 0) throw new ChainError(ErrUpdateSignatureThreshold, "invalid signature threshold");
      const previous = keeper.signatureThreshold(ctx);
      if (previous === amount) {
        throw new ChainError(ErrUpdateSignatureThreshold, "signature threshold already set to this value");
      }
      if (amount > keeper.attesters(ctx).length) {
        throw new ChainError(ErrUpdateSignatureThreshold, "new signature threshold is too high");
      }
      keeper.setSignatureThreshold(ctx, amount);
      ctx.events.emitTyped(SignatureThresholdUpdated, {
        oldSignatureThreshold: BigInt(previous ?? 0),
        newSignatureThreshold: BigInt(amount),
      });
      return {};
    },
  });
}

/** The handlers. */
export function attesterMsgs(keeper: CctpKeeper): readonly MsgHandler[] {
  return [enableMsg(keeper), disableMsg(keeper), thresholdMsg(keeper)];
}
