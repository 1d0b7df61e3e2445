// Delivery of attested messages, in the order of Circle's contracts: MessageTransmitterV2.receiveMessage, then
// TokenMessengerV2.handleReceive…Message, then TokenMinterV2.mint.

import { MessageReceived, MintAndWithdraw } from "../../../gen/circle/cctp/v2/events.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { cctpModuleAddress } from "../../../src/cctp/addresses.ts";
import { verifyAttestation } from "../../../src/cctp/attestation.ts";
import {
  BURN_MESSAGE_LENGTH_V2,
  BURN_MESSAGE_VERSION_V2,
  type BurnMessageV2,
  decodeBurnMessageV2,
} from "../../../src/cctp/burnMessageV2.ts";
import { bytes32ToAddress, isZero } from "../../../src/cctp/bytes32.ts";
import { messageHash } from "../../../src/cctp/messageHash.ts";
import { decodeMessageV2, HEADER_LENGTH_V2, MESSAGE_VERSION_V2, type MessageV2 } from "../../../src/cctp/messageV2.ts";
import type { MintReceipt } from "../../../src/cctp/mintReceipt.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { bytesEqual } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import {
  ErrBurnMessageTooShortV2,
  ErrBurnMessageVersionV2,
  ErrDestinationCallerV2,
  ErrDestinationDomainV2,
  ErrExpiredV2,
  ErrFeeAboveMaxFeeV2,
  ErrFeeNotBelowAmountV2,
  ErrFinalityThresholdV2,
  ErrMessageTooShortV2,
  ErrMessageVersionV2,
  ErrMintingPausedV2,
  ErrMintTokenV2,
  ErrMintToZeroV2,
  ErrNoFeeRecipientV2,
  ErrNonceUsedV2,
  ErrPausedV2,
  ErrRemoteTokenMessengerV2,
} from "./errors.ts";
import type { CctpV2Parts } from "./expected.ts";
import type { CctpV2Keeper } from "./keeper.ts";
import { accountToBytes32, attestationError, FINALITY_THRESHOLD_MIN, SIGNATURE_GAS } from "./types.ts";

/** A delivery. */
export interface DeliveryV2 {
  /** Who delivers. */
  readonly from: Uint8Array;
  /** The attested message. */
  readonly message: Uint8Array;
  readonly attestation: Uint8Array;
}

/** Takes messages of other chains in. */
export class CctpV2Receiver {
  readonly #keeper: CctpV2Keeper;
  readonly #parts: Pick<CctpV2Parts, "shared" | "issuer" | "receivers">;

  constructor(keeper: CctpV2Keeper, parts: Pick<CctpV2Parts, "shared" | "issuer" | "receivers">) {
    this.#keeper = keeper;
    this.#parts = parts;
  }

  /** Delivers a message: uses its nonce, mints if it is a burn, and tells those who act on mints. Throws ChainError. */
  receiveMessage(ctx: Context, delivery: DeliveryV2): void {
    if (this.#parts.shared.isSendingAndReceivingPaused(ctx)) throw new ChainError(ErrPausedV2);
    this.#requireAttested(ctx, delivery);
    const message = this.#requireHeader(ctx, delivery);
    if (this.#keeper.isNonceUsed(ctx, message.nonce)) throw new ChainError(ErrNonceUsedV2);
    this.#keeper.useNonce(ctx, message.nonce);
    // As on every chain, only the low 20 bytes of a recipient count.
    const isBurn = bytesEqual(bytes32ToAddress(message.recipient), cctpModuleAddress());
    const receipt = isBurn ? this.#mint(ctx, message, messageHash(delivery.message)) : undefined;
    emitMessageReceived(ctx, delivery.from, message);
    if (receipt !== undefined) this.#parts.receivers.notify(ctx, receipt);
  }

  #requireAttested(ctx: Context, { message, attestation }: DeliveryV2): void {
    const threshold = this.#keeper.signatureThreshold(ctx);
    ctx.gas.consume(SIGNATURE_GAS * BigInt(threshold), "attestation");
    const rule = { attesters: this.#keeper.attesters(ctx), threshold, strictEvm: true };
    const verdict = verifyAttestation(message, attestation, rule);
    if (!verdict.ok) throw attestationError(verdict.refusal);
  }

  #requireHeader(ctx: Context, { from, message: bytes }: DeliveryV2): MessageV2 {
    if (bytes.length < HEADER_LENGTH_V2) {
      throw new ChainError(ErrMessageTooShortV2, `${bytes.length} bytes, at least ${HEADER_LENGTH_V2}`);
    }
    const message = decodeMessageV2(bytes);
    const { destinationDomain, destinationCaller, version } = message;
    if (destinationDomain !== this.#parts.shared.localDomain(ctx)) {
      throw new ChainError(ErrDestinationDomainV2, `domain ${destinationDomain}`);
    }
    if (!isZero(destinationCaller)) requireCaller(destinationCaller, from);
    if (version !== MESSAGE_VERSION_V2) throw new ChainError(ErrMessageVersionV2, `version ${version}`);
    return message;
  }

  /** Checks a burn of another chain and mints for it. */
  #mint(ctx: Context, message: MessageV2, hash: Uint8Array): MintReceipt {
    this.#requireTokenMessenger(ctx, message);
    const burn = requireBurn(ctx, message.messageBody);
    const denom = this.#requireDenom(ctx, message, burn);
    const { recipient, amount } = this.#mintBoth(ctx, message.sourceDomain, denom, burn);
    ctx.events.emitTyped(MintAndWithdraw, {
      mintRecipient: burn.mintRecipient,
      amount: amount.toString(),
      mintToken: denom,
      feeCollected: burn.feeExecuted.toString(),
    });
    return {
      cctpVersion: 2,
      sourceDomain: message.sourceDomain,
      nonce: message.nonce,
      messageHash: hash,
      mintRecipient: recipient,
      amount,
      feeExecuted: burn.feeExecuted,
      denom,
      burnToken: burn.burnToken,
      messageSender: burn.messageSender,
      finalityThresholdExecuted: message.finalityThresholdExecuted,
      hookData: burn.hookData,
    };
  }

  #requireTokenMessenger(ctx: Context, { sourceDomain, sender, finalityThresholdExecuted }: MessageV2): void {
    const remote = this.#keeper.remoteTokenMessenger(ctx, sourceDomain);
    if (remote === undefined || !bytesEqual(remote, sender)) {
      throw new ChainError(ErrRemoteTokenMessengerV2, `domain ${sourceDomain}`);
    }
    if (finalityThresholdExecuted >= FINALITY_THRESHOLD_MIN) return;
    throw new ChainError(
      ErrFinalityThresholdV2,
      `threshold ${finalityThresholdExecuted}, at least ${FINALITY_THRESHOLD_MIN}`,
    );
  }

  #requireDenom(ctx: Context, { sourceDomain }: MessageV2, burn: BurnMessageV2): string {
    const { shared } = this.#parts;
    if (shared.isBurningAndMintingPaused(ctx)) throw new ChainError(ErrMintingPausedV2);
    const denom = shared.localToken(ctx, sourceDomain, burn.burnToken);
    if (denom === undefined) throw new ChainError(ErrMintTokenV2, `a token of domain ${sourceDomain}`);
    return denom;
  }

  /** Two mints: the amount without the fee to the recipient, then the fee. */
  #mintBoth(ctx: Context, remoteDomain: number, denom: string, burn: BurnMessageV2) {
    const recipient = bytes32ToAddress(burn.mintRecipient);
    if (isZero(recipient)) throw new ChainError(ErrMintToZeroV2);
    const fee = burn.feeExecuted;
    const amount = burn.amount - fee;
    const feeRecipient = this.#keeper.role(ctx, "feeRecipient");
    if (fee > 0n && feeRecipient === undefined) throw new ChainError(ErrNoFeeRecipientV2);
    this.#parts.issuer.mint(ctx, { recipient, coin: { denom, amount }, remoteDomain });
    if (fee > 0n && feeRecipient !== undefined) {
      this.#parts.issuer.mint(ctx, { recipient: feeRecipient, coin: { denom, amount: fee }, remoteDomain });
    }
    return { recipient, amount };
  }
}

/** All 32 bytes count: what stands above an address makes it somebody else. */
function requireCaller(destinationCaller: Uint8Array, from: Uint8Array): void {
  const caller = accountToBytes32(from);
  if (caller !== undefined && bytesEqual(destinationCaller, caller)) return;
  throw new ChainError(ErrDestinationCallerV2, encodeAddress(from));
}

/** A burn that may be minted now. */
function requireBurn(ctx: Context, body: Uint8Array): BurnMessageV2 {
  if (body.length < BURN_MESSAGE_LENGTH_V2) {
    throw new ChainError(ErrBurnMessageTooShortV2, `${body.length} bytes, at least ${BURN_MESSAGE_LENGTH_V2}`);
  }
  const burn = decodeBurnMessageV2(body);
  const { version, expirationBlock, feeExecuted, amount, maxFee } = burn;
  if (version !== BURN_MESSAGE_VERSION_V2) throw new ChainError(ErrBurnMessageVersionV2, `version ${version}`);
  const { height } = ctx.block;
  if (expirationBlock !== 0n && expirationBlock <= BigInt(height)) {
    throw new ChainError(ErrExpiredV2, `expired at height ${expirationBlock}, this is ${height}`);
  }
  if (feeExecuted !== 0n && feeExecuted >= amount) {
    throw new ChainError(ErrFeeNotBelowAmountV2, `fee ${feeExecuted}, amount ${amount}`);
  }
  if (feeExecuted > maxFee) throw new ChainError(ErrFeeAboveMaxFeeV2, `fee ${feeExecuted}, at most ${maxFee}`);
  return burn;
}

function emitMessageReceived(ctx: Context, caller: Uint8Array, message: MessageV2): void {
  const { sourceDomain, nonce, sender, finalityThresholdExecuted, messageBody } = message;
  ctx.events.emitTyped(MessageReceived, {
    caller: encodeAddress(caller),
    sourceDomain,
    nonce,
    sender,
    finalityThresholdExecuted,
    messageBody,
  });
}
