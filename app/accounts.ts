// Module accounts: which modules have one, and what they may do.

import { encodeAddress } from "../src/codec/address.ts";
import { moduleAddress } from "../src/crypto/address.ts";
import { FEE_COLLECTOR } from "../x/auth/ante/deductFee.ts";
import type { ModulePermissions } from "../x/auth/keeper.ts";
import { CCTP } from "../x/cctp/keys.ts";
import { DISTRIBUTION } from "../x/distribution/keys.ts";
import { ISSUER } from "../x/issuer/keys.ts";
import { ORDERS } from "../x/orders/keys.ts";
import { BONDED_POOL, NOT_BONDED_POOL } from "../x/staking/keys.ts";

/** Every module that has an account. */
export const MODULE_PERMISSIONS: ModulePermissions = Object.freeze({
  [FEE_COLLECTOR]: [],
  /** The authority where genesis names no other. Nobody has its key; a later module may vote for it. */
  gov: [],
  /** Holds what is about to be burned. */
  [CCTP]: [],
  /** Holds fees until validators and delegators take them, and the community pool. */
  [DISTRIBUTION]: [],
  /** Makes and destroys USDC. */
  [ISSUER]: ["minter", "burner"],
  /** Holds the escrow of orders. */
  [ORDERS]: [],
  /** Hold what is staked; a slash destroys some of it. */
  [BONDED_POOL]: ["burner", "staking"],
  [NOT_BONDED_POOL]: ["burner", "staking"],
});

/** Modules that are minted to from other chains. They refuse the transfers of users themselves, as a CoinReceiver. */
const MINTED_TO: ReadonlySet<string> = new Set([ORDERS]);

/** Module accounts receive nothing from users: what reaches them without their module's knowledge would be stuck. */
export function blockedAddresses(): ReadonlySet<string> {
  const blocked = Object.keys(MODULE_PERMISSIONS).filter((name) => !MINTED_TO.has(name));
  return new Set(blocked.map((name) => encodeAddress(moduleAddress(name))));
}
