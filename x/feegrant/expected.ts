// What x/feegrant needs of other modules.

import type { Context } from "../../src/baseapp/context.ts";

/** Of x/auth. */
export interface GrantAccounts {
  hasAccount(ctx: Context, address: Uint8Array): boolean;
  createAccount(ctx: Context, address: Uint8Array): unknown;
}

/** Of x/bank. */
export interface GrantBank {
  /** Whether an address receives nothing from users. */
  isBlocked(address: Uint8Array): boolean;
}
