// What the owner sets: roles, the longest body, and which chains are linked.

import {
  AttesterManagerUpdated,
  MaxMessageBodySizeUpdated,
  OwnershipTransferStarted,
  OwnerUpdated,
  PauserUpdated,
  RemoteTokenMessengerAdded,
  RemoteTokenMessengerRemoved,
  TokenControllerUpdated,
} from "../../../gen/circle/cctp/v1/events.ts";
import {
  MsgAcceptOwner,
  MsgAcceptOwnerResponse,
  MsgAddRemoteTokenMessenger,
  MsgAddRemoteTokenMessengerResponse,
  MsgRemoveRemoteTokenMessenger,
  MsgRemoveRemoteTokenMessengerResponse,
  MsgUpdateAttesterManager,
  MsgUpdateAttesterManagerResponse,
  MsgUpdateMaxMessageBodySize,
  MsgUpdateMaxMessageBodySizeResponse,
  MsgUpdateOwner,
  MsgUpdateOwnerResponse,
  MsgUpdatePauser,
  MsgUpdatePauserResponse,
  MsgUpdateTokenController,
  MsgUpdateTokenControllerResponse,
} from "../../../gen/circle/cctp/v1/tx.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../../src/baseapp/module.ts";
import { BYTES32_LENGTH } from "../../../src/cctp/bytes32.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import {
  ErrInvalidAddress,
  ErrRemoteTokenMessengerAlreadyFound,
  ErrRemoteTokenMessengerNotFound,
  ErrUnauthorized,
} from "../errors.ts";
import type { CctpKeeper, Role } from "../keeper.ts";
import { parseAccount } from "../types.ts";
import { requireRole } from "./authorise.ts";

/** Gives a role to somebody else and returns who had it. */
function reassign(
  ctx: Context,
  keeper: CctpKeeper,
  change: { readonly from: string; readonly role: Exclude<Role, "owner" | "pendingOwner">; readonly to: string },
): string {
  const { act, address } = ROLE_TEXTS[change.role];
  requireRole(ctx, keeper, { role: "owner", signer: change.from, act });
  parseAccount(change.to, `invalid ${address} address`);
  const previous = keeper.role(ctx, change.role) ?? "";
  keeper.setRole(ctx, change.role, change.to);
  return previous;
}

/** What Noble's module says of each. */
const ROLE_TEXTS = Object.freeze({
  attesterManager: { act: "update the attester manager", address: "attester manager" },
  pauser: { act: "update the pauser", address: "new pauser" },
  tokenController: { act: "update the authority", address: "new token controller" },
});

function ownershipMsgs(keeper: CctpKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgUpdateOwner,
      response: MsgUpdateOwnerResponse,
      handle: (ctx, { from, newOwner }) => {
        requireRole(ctx, keeper, { role: "owner", signer: from, act: "update the authority" });
        parseAccount(newOwner, "invalid new owner address");
        keeper.setRole(ctx, "pendingOwner", newOwner);
        ctx.events.emitTyped(OwnershipTransferStarted, { previousOwner: from, newOwner });
        return {};
      },
    }),
    msgHandler({
      request: MsgAcceptOwner,
      response: MsgAcceptOwnerResponse,
      handle: (ctx, { from }) => {
        const pending = keeper.role(ctx, "pendingOwner");
        if (pending === undefined) throw new ChainError(ErrUnauthorized, "pending owner is not set");
        if (pending !== from) throw new ChainError(ErrUnauthorized, "you are not the pending owner");
        const previousOwner = keeper.owner(ctx) ?? "";
        keeper.setRole(ctx, "owner", pending);
        keeper.removePendingOwner(ctx);
        ctx.events.emitTyped(OwnerUpdated, { previousOwner, newOwner: pending });
        return {};
      },
    }),
  ];
}

function roleMsgs(keeper: CctpKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgUpdateAttesterManager,
      response: MsgUpdateAttesterManagerResponse,
      handle: (ctx, { from, newAttesterManager }) => {
        const previousAttesterManager = reassign(ctx, keeper, {
          from,
          role: "attesterManager",
          to: newAttesterManager,
        });
        ctx.events.emitTyped(AttesterManagerUpdated, { previousAttesterManager, newAttesterManager });
        return {};
      },
    }),
    msgHandler({
      request: MsgUpdatePauser,
      response: MsgUpdatePauserResponse,
      handle: (ctx, { from, newPauser }) => {
        const previousPauser = reassign(ctx, keeper, { from, role: "pauser", to: newPauser });
        ctx.events.emitTyped(PauserUpdated, { previousPauser, newPauser });
        return {};
      },
    }),
    msgHandler({
      request: MsgUpdateTokenController,
      response: MsgUpdateTokenControllerResponse,
      handle: (ctx, { from, newTokenController }) => {
        const previousTokenController = reassign(ctx, keeper, {
          from,
          role: "tokenController",
          to: newTokenController,
        });
        ctx.events.emitTyped(TokenControllerUpdated, { previousTokenController, newTokenController });
        return {};
      },
    }),
  ];
}

function chainMsgs(keeper: CctpKeeper): readonly MsgHandler[] {
  return [
    msgHandler({
      request: MsgUpdateMaxMessageBodySize,
      response: MsgUpdateMaxMessageBodySizeResponse,
      handle: (ctx, { from, messageSize }) => {
        requireRole(ctx, keeper, { role: "owner", signer: from, act: "update the max message body size" });
        keeper.setMaxMessageBodySize(ctx, messageSize);
        ctx.events.emitTyped(MaxMessageBodySizeUpdated, { newMaxMessageBodySize: messageSize });
        return {};
      },
    }),
    msgHandler({
      request: MsgAddRemoteTokenMessenger,
      response: MsgAddRemoteTokenMessengerResponse,
      handle: (ctx, { from, domainId, address }) => {
        requireRole(ctx, keeper, { role: "owner", signer: from, act: "add remote token messengers" });
        if (keeper.remoteTokenMessenger(ctx, domainId) !== undefined) {
          throw new ChainError(
            ErrRemoteTokenMessengerAlreadyFound,
            "a remote token messenger for this domain already exists",
          );
        }
        if (address.length !== BYTES32_LENGTH) throw new ChainError(ErrInvalidAddress, "must be a byte32 array");
        keeper.setRemoteTokenMessenger(ctx, domainId, address);
        ctx.events.emitTyped(RemoteTokenMessengerAdded, { domain: domainId, remoteTokenMessenger: address });
        return {};
      },
    }),
    msgHandler({
      request: MsgRemoveRemoteTokenMessenger,
      response: MsgRemoveRemoteTokenMessengerResponse,
      handle: (ctx, { from, domainId }) => {
        requireRole(ctx, keeper, { role: "owner", signer: from, act: "remove remote token messengers" });
        const address = keeper.remoteTokenMessenger(ctx, domainId);
        if (address === undefined) {
          throw new ChainError(ErrRemoteTokenMessengerNotFound, "no remote token messenger was found for this domain");
        }
        keeper.removeRemoteTokenMessenger(ctx, domainId);
        ctx.events.emitTyped(RemoteTokenMessengerRemoved, { domain: domainId, remoteTokenMessenger: address });
        return {};
      },
    }),
  ];
}

/** The handlers. */
export function ownerMsgs(keeper: CctpKeeper): readonly MsgHandler[] {
  return [...ownershipMsgs(keeper), ...roleMsgs(keeper), ...chainMsgs(keeper)];
}
