// Memo and size (cosmos-sdk v0.53 x/auth/ante/basic.go).

import { LegacyAminoPubKey } from "../../../gen/cosmos/crypto/multisig/keys.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { utf8 } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrMemoTooLarge } from "../../../src/codec/sdkErrors.ts";
import type { AccountKeeper } from "../keeper.ts";
import type { AnteDecorator } from "./decorator.ts";

/**
 * Bytes that a signature is taken to add to a transaction that is simulated without it: an amino StdSignature with a
 * secp256k1 key (112 bytes), and six of framing.
 */
const SIMULATED_SIGNATURE_BYTES = 118n;

/** Refuses a memo that is longer (in bytes) than the parameters allow. */
export function validateMemo(keeper: AccountKeeper): AnteDecorator {
  return (ctx, { body }) => {
    if (body.memo === "") return;
    const { length } = utf8(body.memo);
    const { maxMemoCharacters } = keeper.params(ctx);
    if (BigInt(length) <= maxMemoCharacters) return;
    throw new ChainError(
      ErrMemoTooLarge,
      `maximum number of characters is ${maxMemoCharacters} but received ${length} characters`,
    );
  };
}

/** Charges for the bytes of the transaction; in a simulation also for the signatures that are still to come. */
export function consumeSizeGas(keeper: AccountKeeper): AnteDecorator {
  return (ctx, tx) => {
    const { txSizeCostPerByte, txSigLimit } = keeper.params(ctx);
    ctx.gas.consume(txSizeCostPerByte * BigInt(tx.bytes.length), "txSize");
    if (ctx.mode !== "simulate") return;
    tx.signers.forEach((signer, index) => {
      if ((tx.signatures[index]?.length ?? 0) > 0) return;
      const factor = isMultisig(keeper.getAccount(ctx, signer)?.pubKey) ? txSigLimit : 1n;
      ctx.gas.consume(txSizeCostPerByte * SIMULATED_SIGNATURE_BYTES * factor, "txSize");
    });
  };
}

function isMultisig(pubKey: Any | undefined): boolean {
  return pubKey?.typeUrl === `/${LegacyAminoPubKey.$type}`;
}
