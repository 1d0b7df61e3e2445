// What must always hold of CCTP.

import { Nonce } from "../../gen/circle/cctp/v1/types.ts";
import type { Context } from "../../src/baseapp/context.ts";
import type { Invariant } from "../../src/baseapp/module.ts";
import { cctpModuleAddress } from "../../src/cctp/addresses.ts";
import { BYTES32_LENGTH } from "../../src/cctp/bytes32.ts";
import { concatBytes, toHex } from "../../src/codec/bytes.ts";
import type { CctpBank, Issuer } from "./expected.ts";
import type { CctpKeeper } from "./keeper.ts";
import { CCTP, USED_NONCE_PREFIX, usedNonceKey } from "./keys.ts";
import type { CctpV2Keeper } from "./v2/keeper.ts";

/** Each used nonce stands under its own key, and so once. */
function checkNonces(keeper: CctpKeeper, v2: CctpV2Keeper, ctx: Context): string | undefined {
  for (const [key, value] of keeper.usedNonceStore(ctx).iterate()) {
    const { sourceDomain, nonce } = Nonce.decode(value);
    const whole = concatBytes(USED_NONCE_PREFIX, key);
    if (toHex(whole) === toHex(usedNonceKey(sourceDomain, nonce))) continue;
    return `nonce ${nonce} of domain ${sourceDomain} stands under ${toHex(key)}`;
  }
  for (const [nonce] of v2.usedNonceStore(ctx).iterate()) {
    if (nonce.length !== BYTES32_LENGTH) return `a nonce of V2 has ${nonce.length} bytes`;
  }
  return undefined;
}

/** What is about to be burned is burned in the same message: nothing stays with the module. */
function checkEmpty(parts: { readonly bank: CctpBank; readonly issuer: Issuer }, ctx: Context): string | undefined {
  const denom = parts.issuer.mintingDenom(ctx);
  const balance = parts.bank.balance(ctx, cctpModuleAddress(), denom);
  return balance === 0n ? undefined : `the module account holds ${balance} ${denom}`;
}

/** The invariants of the module. */
export function cctpInvariants(
  keepers: { readonly keeper: CctpKeeper; readonly v2: CctpV2Keeper },
  parts: { readonly bank: CctpBank; readonly issuer: Issuer },
): readonly Invariant[] {
  return [
    { name: `${CCTP}/used-nonces`, check: (ctx) => checkNonces(keepers.keeper, keepers.v2, ctx) },
    { name: `${CCTP}/nothing-held`, check: (ctx) => checkEmpty(parts, ctx) },
  ];
}
