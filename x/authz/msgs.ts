// Messages of x/authz (cosmos-sdk v0.53 x/authz/keeper/msg_server.go).

import {
  MsgExec,
  MsgExecResponse,
  MsgGrant,
  MsgGrantResponse,
  MsgRevoke,
  MsgRevokeResponse,
} from "../../gen/cosmos/authz/v1beta1/tx.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { type MsgHandler, msgHandler } from "../../src/baseapp/module.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { ErrInvalidRequest, ErrInvalidType, ErrUnauthorized } from "../../src/codec/sdkErrors.ts";
import { ErrGranteeIsGranter } from "./errors.ts";
import type { GrantAccounts, GrantBank } from "./expected.ts";
import type { AuthzKeeper } from "./keeper.ts";
import { parseAddress, requireTime } from "./types.ts";

/** The two sides of a grant. Throws ErrGranteeIsGranter, ErrInvalidAddress. */
function parsePair(message: { readonly granter: string; readonly grantee: string }) {
  if (message.granter === message.grantee) throw new ChainError(ErrGranteeIsGranter);
  const grantee = parseAddress("grantee", message.grantee);
  const granter = parseAddress("granter", message.granter);
  // One of them may be written in upper case.
  if (bytesEqual(granter, grantee)) throw new ChainError(ErrGranteeIsGranter);
  return { granter, grantee };
}

/** Makes the account of a grantee who has none. Throws ErrUnauthorized when the address is blocked. */
function ensureGrantee(ctx: Context, grantee: Uint8Array, accounts: GrantAccounts, bank: GrantBank): void {
  if (accounts.getAccount(ctx, grantee) !== undefined) return;
  if (bank.isBlocked(grantee)) {
    throw new ChainError(ErrUnauthorized, `${encodeAddress(grantee)} is not allowed to receive funds`);
  }
  accounts.createAccount(ctx, grantee);
}

function grantHandler(keeper: AuthzKeeper, accounts: GrantAccounts, bank: GrantBank): MsgHandler {
  return msgHandler({
    request: MsgGrant,
    response: MsgGrantResponse,
    validate: ({ grant }) => requireTime(grant?.expiration),
    handle: (ctx, message) => {
      const { granter, grantee } = parsePair(message);
      const authorization = message.grant?.authorization;
      if (authorization === undefined) throw new ChainError(ErrInvalidType, "authorization is nil");
      const { kind, value } = keeper.authorizations.decode(authorization);
      kind.validate(value);
      ensureGrantee(ctx, grantee, accounts, bank);
      const msgTypeUrl = kind.msgTypeUrl(value);
      if (!keeper.isKnownMessage(msgTypeUrl)) throw new ChainError(ErrInvalidType, `${msgTypeUrl} doesn't exist.`);
      keeper.saveGrant(ctx, { granter, grantee, authorization, expiration: message.grant?.expiration });
      return {};
    },
  });
}

/** Messages that one message may execute. */
const MESSAGES_MAX = 1000;

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
        if (msgs.length > MESSAGES_MAX) throw new ChainError(ErrInvalidRequest, `more than ${MESSAGES_MAX} messages`);
        return { results: keeper.execute(ctx, address, msgs) };
      },
    }),
    msgHandler({
      request: MsgRevoke,
      response: MsgRevokeResponse,
      handle: (ctx, message) => {
        const { granter, grantee } = parsePair(message);
        if (message.msgTypeUrl === "") throw new ChainError(ErrInvalidRequest, "missing msg method name");
        keeper.deleteGrant(ctx, { granter, grantee, msgTypeUrl: message.msgTypeUrl });
        return {};
      },
    }),
  ];
}
