// Messages of x/authz (cosmos-sdk v0.53 x/authz/keeper/msg_server.go).

import {
  MsgExec,
  MsgExecResponse,
  MsgGrant,
  MsgGrantResponse,
  MsgRevoke,
  MsgRevokeResponse,
} from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidAddress, ErrInvalidRequest, ErrInvalidType, ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import { ErrGranteeIsGranter } from "./errors.ts";
import type { GrantAccounts, GrantBank } from "./expected.ts";
import type { AuthzKeeper } from "./keeper.ts";

function parseAddress(name: string, text: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChainError(ErrInvalidAddress, `invalid ${name} address: ${reason}`);
  }
}

/** The two sides of a grant. Throws ErrGranteeIsGranter, ErrInvalidAddress. */
function parsePair(message: { readonly granter: string; readonly grantee: string }) {
  const grantee = parseAddress("grantee", message.grantee);
  const granter = parseAddress("granter", message.granter);
  if (bytesEqual(granter, grantee)) throw new ChainError(ErrGranteeIsGranter);
  return { granter, grantee };
}

function grantHandler(keeper: AuthzKeeper, accounts: GrantAccounts, bank: GrantBank): MsgHandler {
  return msgHandler({
    request: MsgGrant,
    response: MsgGrantResponse,
    handle: (ctx, message) => {
      const { granter, grantee } = parsePair(message);
      const authorization = message.grant?.authorization;
      const { kind, value } = keeper.authorizations.decode(authorization);
      kind.validate(value);
      if (!accounts.hasAccount(ctx, grantee)) {
        if (bank.isBlocked(grantee)) {
          throw new ChainError(ErrUnauthorized, `${encodeAddress(grantee)} is not allowed to receive funds`);
        }
        accounts.createAccount(ctx, grantee);
      }
      const msgTypeUrl = kind.msgTypeUrl(value);
      if (authorization === undefined || !keeper.isKnownMessage(msgTypeUrl)) {
        throw new ChainError(ErrInvalidType, `${msgTypeUrl} doesn't exist.`);
      }
      keeper.saveGrant(ctx, { granter, grantee, authorization, expiration: message.grant?.expiration });
      return {};
    },
  });
}

/** The handlers. */
export function authzMsgs(keeper: AuthzKeeper, accounts: GrantAccounts, bank: GrantBank): readonly MsgHandler[] {
  return [
    grantHandler(keeper, accounts, bank),
    msgHandler({
      request: MsgExec,
      response: MsgExecResponse,
      handle: (ctx, { grantee, msgs }) => {
        const address = parseAddress("grantee", grantee);
        if (msgs.length === 0) throw new ChainError(ErrInvalidRequest, "messages cannot be empty");
        return { results: keeper.execute(ctx, address, msgs) };
      },
    }),
    msgHandler({
      request: MsgRevoke,
      response: MsgRevokeResponse,
      handle: (ctx, message) => {
        const { granter, grantee } = parsePair(message);
        if (message.msgTypeUrl === "") throw new ChainError(ErrInvalidRequest, "missing msg method name");
        keeper.deleteGrant(ctx, granter, grantee, message.msgTypeUrl);
        return {};
      },
    }),
  ];
}
