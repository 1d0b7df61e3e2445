// What must hold of any transaction by itself (cosmos-sdk v0.53 types/tx/types.go ValidateBasic, x/auth/ante/ext.go).

import { areKnownExtensions } from "../../../src/baseapp/independentMessages.ts";
import { decodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { checkCoins, coinsFromProto, type ProtoCoin } from "../../../src/codec/coins.ts";
import { messageOf } from "../../../src/codec/errorText.ts";
import {
  ErrInsufficientFee,
  ErrInvalidAddress,
  ErrInvalidRequest,
  ErrNoSignatures,
  ErrUnauthorized,
  ErrUnknownExtensionOptions,
} from "../../../src/codec/sdkErrors.ts";
import type { DecodedTx } from "../../../src/codec/tx.ts";
import type { AnteDecorator } from "./decorator.ts";

/** The largest gas limit a transaction may name: 2^63 - 1 (types/tx/types.go MaxGasWanted). */
const GAS_WANTED_MAX = (1n << 63n) - 1n;

/** What is wrong with the coins of a fee; amounts that are no amounts included. */
function feeProblem(amount: readonly ProtoCoin[]): string | undefined {
  try {
    return checkCoins(coinsFromProto(amount));
  } catch (error) {
    return messageOf(error);
  }
}

function checkFee(tx: DecodedTx): void {
  const { fee } = tx.authInfo;
  if (fee === undefined) throw new ChainError(ErrInvalidRequest, "missing fee");
  if (fee.gasLimit > GAS_WANTED_MAX) {
    throw new ChainError(ErrInvalidRequest, `invalid gas supplied; ${fee.gasLimit} > ${GAS_WANTED_MAX}`);
  }
  const problem = feeProblem(fee.amount);
  if (problem !== undefined) throw new ChainError(ErrInsufficientFee, `invalid fee provided: ${problem}`);
  for (const address of [fee.payer, fee.granter]) {
    if (address === "") continue;
    try {
      decodeAddress(address);
    } catch (error) {
      throw new ChainError(ErrInvalidAddress, `invalid fee payer or granter address (${messageOf(error)})`);
    }
  }
}

/** Refuses unknown extension options, malformed fees, and numbers of signatures that do not fit. */
export const validateBasic: AnteDecorator = (ctx, tx) => {
  if (!areKnownExtensions(tx.body.extensionOptions)) throw new ChainError(ErrUnknownExtensionOptions);
  if (ctx.mode === "recheck") return;
  checkFee(tx);
  if (tx.signatures.length === 0) throw new ChainError(ErrNoSignatures);
  if (tx.signatures.length !== tx.signers.length) {
    throw new ChainError(
      ErrUnauthorized,
      `wrong number of signers; expected ${tx.signers.length}, got ${tx.signatures.length}`,
    );
  }
};
