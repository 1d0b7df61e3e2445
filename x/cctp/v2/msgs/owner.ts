// What the owner sets: linked chains, the longest body, and who has the roles of V2.

import {
  DenylisterUpdated,
  FeeRecipientUpdated,
  MaxMessageBodySizeUpdated,
  MinFeeControllerUpdated,
  RemoteTokenMessengerAdded,
  RemoteTokenMessengerRemoved,
} from "../../../../gen/circle/cctp/v2/events.ts";
import {
  MsgAddRemoteTokenMessenger,
  MsgAddRemoteTokenMessengerResponse,
  MsgRemoveRemoteTokenMessenger,
  MsgRemoveRemoteTokenMessengerResponse,
  MsgUpdateDenylister,
  MsgUpdateDenylisterResponse,
  MsgUpdateFeeRecipient,
  MsgUpdateFeeRecipientResponse,
  MsgUpdateMaxMessageBodySize,
  MsgUpdateMaxMessageBodySizeResponse,
  MsgUpdateMinFeeController,
  MsgUpdateMinFeeControllerResponse,
} from "../../../../gen/circle/cctp/v2/tx.ts";
import type { Context } from "../../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../../src/baseapp/module.ts";
import { isZero } from "../../../../src/cctp/bytes32.ts";
import { decodeAddress, encodeAddress } from "../../../../src/codec/address.ts";
import { ChainError } from "../../../../src/codec/chainError.ts";
import { ErrBodySizeV2, ErrMalformedV2, ErrNoTokenMessengerV2, ErrTokenMessengerExistsV2 } from "../errors.ts";
import type { SharedState } from "../expected.ts";
import type { CctpV2Keeper, RoleV2 } from "../keeper.ts";
import { MAX_MESSAGE_BODY_SIZE_LIMIT, requireBytes32 } from "../types.ts";
import { requireOwner } from "./authorise.ts";

function remoteTokenMessengerMsgs(keeper: CctpV2Keeper, shared: SharedState): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgAddRemoteTokenMessenger,
      response: MsgAddRemoteTokenMessengerResponse,
      handle: (ctx, { from, domainId, address }) => {
        requireOwner(ctx, shared, from);
        if (isZero(requireBytes32("address", address)))
          throw new ChainError(ErrMalformedV2, "address must not be zero");
        if (keeper.remoteTokenMessenger(ctx, domainId) !== undefined) {
          throw new ChainError(ErrTokenMessengerExistsV2, `domain ${domainId}`);
        }
        keeper.setRemoteTokenMessenger(ctx, domainId, address);
        ctx.events.emitTyped(RemoteTokenMessengerAdded, { domain: domainId, remoteTokenMessenger: address });
        return {};
      },
    }),
    msgHandler({
      request: MsgRemoveRemoteTokenMessenger,
      response: MsgRemoveRemoteTokenMessengerResponse,
      handle: (ctx, { from, domainId }) => {
        requireOwner(ctx, shared, from);
        const remoteTokenMessenger = keeper.remoteTokenMessenger(ctx, domainId);
        if (remoteTokenMessenger === undefined) throw new ChainError(ErrNoTokenMessengerV2, `domain ${domainId}`);
        keeper.removeRemoteTokenMessenger(ctx, domainId);
        ctx.events.emitTyped(RemoteTokenMessengerRemoved, { domain: domainId, remoteTokenMessenger });
        return {};
      },
    }),
  ];
}

function bodySizeMsg(keeper: CctpV2Keeper, shared: SharedState): MsgHandler {
  return msgHandler({
    request: MsgUpdateMaxMessageBodySize,
    response: MsgUpdateMaxMessageBodySizeResponse,
    handle: (ctx, { from, messageSize }) => {
      requireOwner(ctx, shared, from);
      if (messageSize > MAX_MESSAGE_BODY_SIZE_LIMIT) {
        throw new ChainError(ErrBodySizeV2, `${messageSize}, at most ${MAX_MESSAGE_BODY_SIZE_LIMIT}`);
      }
      keeper.setMaxMessageBodySize(ctx, messageSize);
      ctx.events.emitTyped(MaxMessageBodySizeUpdated, { newMaxMessageBodySize: messageSize });
      return {};
    },
  });
}

/** Gives a role to an account. Returns who had it and who has it, as bech32 text. */
function giveRole(ctx: Context, keeper: CctpV2Keeper, role: RoleV2, text: string) {
  const address = decodeAddress(text);
  if (isZero(address)) throw new ChainError(ErrMalformedV2, "the zero address can have no role");
  const previous = keeper.role(ctx, role);
  keeper.setRole(ctx, role, address);
  return { previous: previous === undefined ? "" : encodeAddress(previous), next: encodeAddress(address) };
}

function roleMsgs(keeper: CctpV2Keeper, shared: SharedState): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgUpdateFeeRecipient,
      response: MsgUpdateFeeRecipientResponse,
      handle: (ctx, { from, newFeeRecipient }) => {
        requireOwner(ctx, shared, from);
        const { previous, next } = giveRole(ctx, keeper, "feeRecipient", newFeeRecipient);
        ctx.events.emitTyped(FeeRecipientUpdated, { previousFeeRecipient: previous, newFeeRecipient: next });
        return {};
      },
    }),
    msgHandler({
      request: MsgUpdateMinFeeController,
      response: MsgUpdateMinFeeControllerResponse,
      handle: (ctx, { from, newMinFeeController }) => {
        requireOwner(ctx, shared, from);
        const { previous, next } = giveRole(ctx, keeper, "minFeeController", newMinFeeController);
        ctx.events.emitTyped(MinFeeControllerUpdated, {
          previousMinFeeController: previous,
          newMinFeeController: next,
        });
        return {};
      },
    }),
    msgHandler({
      request: MsgUpdateDenylister,
      response: MsgUpdateDenylisterResponse,
      handle: (ctx, { from, newDenylister }) => {
        requireOwner(ctx, shared, from);
        const { previous, next } = giveRole(ctx, keeper, "denylister", newDenylister);
        ctx.events.emitTyped(DenylisterUpdated, { previousDenylister: previous, newDenylister: next });
        return {};
      },
    }),
  ];
}

/** The handlers. */
export function ownerMsgs(keeper: CctpV2Keeper, shared: SharedState): readonly MsgHandler[] {
  return [...remoteTokenMessengerMsgs(keeper, shared), bodySizeMsg(keeper, shared), ...roleMsgs(keeper, shared)];
}
