// Parameters of the issuer, and the rules that need no state.

import type { Params } from "../../gen/stateset/issuer/v1/types.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { checkDenom } from "../../src/codec/coins.ts";

/** Nobody interferes until somebody is named. */
export const DEFAULT_PARAMS: Params = Object.freeze({
  mintingDenom: "uusdc",
  blacklister: "",
  pauser: "",
  minterController: "",
});

/** What may be minted on a new chain: 1,000,000,000 USDC. */
export const DEFAULT_ALLOWANCE = 10n ** 15n;

/** What is wrong with parameters, or undefined. */
export function checkParams(params: Params): string | undefined {
  const problem = checkDenom(params.mintingDenom);
  if (problem !== undefined) return `minting denom: ${problem}`;
  for (const role of ["blacklister", "pauser", "minterController"] as const) {
    if (params[role] === "") continue;
    try {
      decodeAddress(params[role]);
    } catch (thrown) {
      return `${role}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
  }
  return undefined;
}
