// What x/authz needs of the application and of other modules.

import type { Context } from "../../src/baseapp/context.ts";
import type { MsgHandler } from "../../src/baseapp/module.ts";

/** Of the application: who executes which message. */
export interface MessageRouter {
  findMsg(typeUrl: string): MsgHandler | undefined;
}

/** Of x/auth. */
export interface GrantAccounts {
  /** `undefined` when there is none. */
  getAccount(ctx: Context, address: Uint8Array): unknown;
  createAccount(ctx: Context, address: Uint8Array): unknown;
}

/** Of x/bank. */
export interface GrantBank {
  /** Whether an address receives nothing from users. */
  isBlocked(address: Uint8Array): boolean;
}
