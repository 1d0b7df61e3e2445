// The burner of a chain without x/cctp: refunds to other chains wait.

import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrNotSupported } from "../../../src/codec/sdkErrors.ts";
import type { RefundBurner } from "../expected.ts";

/** No CCTP domain has this number. */
const NO_DOMAIN = 0xffff_ffff;

/** Refuses every burn. */
export const NO_BURNER: RefundBurner = Object.freeze({
  localDomain: () => NO_DOMAIN,
  depositForBurn: () => {
    throw new ChainError(ErrNotSupported, "burns towards other chains");
  },
});
