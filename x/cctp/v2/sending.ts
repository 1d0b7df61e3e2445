// Burning tokens and sending messages, in the order of Circle's contracts: TokenMessengerV2.depositForBurn, then
// TokenMinterV2.burn, then MessageTransmitterV2.sendMessage.

import { DepositForBurn, MessageSent } from "../../../gen/circle/cctp/v2/events.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { burnTokenOfDenom, cctpModuleBytes32 } from "../../../src/cctp/addresses.ts";
import { BURN_MESSAGE_VERSION_V2, encodeBurnMessageV2 } from "../../../src/cctp/burnMessageV2.ts";
import { isZero, zeroBytes32 } from "../../../src/cctp/bytes32.ts";
import { messageHash } from "../../../src/cctp/messageHash.ts";
import { encodeMessageV2, MESSAGE_VERSION_V2 } from "../../../src/cctp/messageV2.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import {
  ErrAmountV2,
  ErrBodyTooLongV2,
  ErrBurnLimitV2,
  ErrBurnTokenV2,
  ErrDenylistedV2,
  ErrLocalDomainV2,
  ErrMalformedV2,
  ErrMaxFeeTooLowV2,
  ErrMaxFeeV2,
  ErrMintingPausedV2,
  ErrMintRecipientV2,
  ErrNoHookDataV2,
  ErrNoTokenMessengerV2,
  ErrPausedV2,
  ErrRecipientV2,
} from "./errors.ts";
import type { CctpV2Parts } from "./expected.ts";
import type { CctpV2Keeper } from "./keeper.ts";
import { CCTP } from "./keys.ts";
import { accountToBytes32, minFeeAmount, requireBytes32 } from "./types.ts";

const NO_HOOK = new Uint8Array(0);

/** A burn as it is asked for. Words have 32 bytes. */
export interface BurnRequestV2 {
  /** Who burns: an account of 20 or 32 bytes. */
  readonly from: Uint8Array;
  /** Base units. */
  readonly amount: bigint;
  readonly denom: string;
  readonly destinationDomain: number;
  readonly mintRecipient: Uint8Array;
  /** Zero is anybody. */
  readonly destinationCaller: Uint8Array;
  readonly maxFee: bigint;
  readonly minFinalityThreshold: number;
  /** Undefined is a burn without a hook; an empty one is refused. */
  readonly hookData: Uint8Array | undefined;
}

/** A message as it is to be sent. Words have 32 bytes. */
export interface SendRequestV2 {
  readonly sender: Uint8Array;
  readonly destinationDomain: number;
  readonly recipient: Uint8Array;
  readonly destinationCaller: Uint8Array;
  readonly minFinalityThreshold: number;
  readonly messageBody: Uint8Array;
}

/** Sends messages for those who have a right to it. */
export class CctpV2Sender {
  readonly #keeper: CctpV2Keeper;
  readonly #parts: Pick<CctpV2Parts, "shared" | "issuer" | "bank">;

  constructor(keeper: CctpV2Keeper, parts: Pick<CctpV2Parts, "shared" | "issuer" | "bank">) {
    this.#keeper = keeper;
    this.#parts = parts;
  }

  /**
   * Burns tokens of an account and emits the message that mints them elsewhere. Returns the hash of the emitted message,
   * 32 bytes. Throws ChainError; the caller's layer must then be dropped, since coins move before the last check.
   */
  depositForBurn(ctx: Context, burn: BurnRequestV2): Uint8Array {
    const depositor = accountWord(burn.from);
    if (this.#keeper.isDenylisted(ctx, burn.from)) throw new ChainError(ErrDenylistedV2, encodeAddress(burn.from));
    if (burn.hookData?.length === 0) throw new ChainError(ErrNoHookDataV2);
    this.#requireAmounts(ctx, burn);
    const remote = this.#requireTokenMessenger(ctx, burn.destinationDomain);
    this.#burn(ctx, burn);
    const hash = this.sendMessage(ctx, {
      sender: cctpModuleBytes32(),
      destinationDomain: burn.destinationDomain,
      recipient: remote,
      destinationCaller: burn.destinationCaller,
      minFinalityThreshold: burn.minFinalityThreshold,
      messageBody: encodeBurnMessageV2({
        version: BURN_MESSAGE_VERSION_V2,
        burnToken: burnTokenOfDenom(burn.denom),
        mintRecipient: burn.mintRecipient,
        amount: burn.amount,
        messageSender: depositor,
        maxFee: burn.maxFee,
        feeExecuted: 0n,
        expirationBlock: 0n,
        hookData: burn.hookData ?? NO_HOOK,
      }),
    });
    emitDepositForBurn(ctx, burn, remote);
    return hash;
  }

  /** Emits a message and returns its hash, 32 bytes. */
  sendMessage(ctx: Context, request: SendRequestV2): Uint8Array {
    const { shared } = this.#parts;
    if (shared.isSendingAndReceivingPaused(ctx)) throw new ChainError(ErrPausedV2);
    const localDomain = shared.localDomain(ctx);
    if (request.destinationDomain === localDomain) throw new ChainError(ErrLocalDomainV2, `domain ${localDomain}`);
    const sizeMax = this.#keeper.maxMessageBodySize(ctx);
    if (BigInt(request.messageBody.length) > sizeMax) {
      throw new ChainError(ErrBodyTooLongV2, `${request.messageBody.length} bytes, at most ${sizeMax}`);
    }
    if (isZero(requireBytes32("recipient", request.recipient))) throw new ChainError(ErrRecipientV2);
    const message = encodeMessageV2({
      version: MESSAGE_VERSION_V2,
      sourceDomain: localDomain,
      nonce: zeroBytes32(),
      finalityThresholdExecuted: 0,
      ...request,
    });
    ctx.events.emitTyped(MessageSent, { message });
    return messageHash(message);
  }

  #requireAmounts(ctx: Context, { amount, mintRecipient, maxFee }: BurnRequestV2): void {
    if (amount <= 0n) throw new ChainError(ErrAmountV2);
    if (isZero(requireBytes32("mint_recipient", mintRecipient))) throw new ChainError(ErrMintRecipientV2);
    if (maxFee >= amount) throw new ChainError(ErrMaxFeeV2, `maximum fee ${maxFee}, amount ${amount}`);
    const least = minFeeAmount(amount, this.#keeper.minFee(ctx));
    if (maxFee < least) throw new ChainError(ErrMaxFeeTooLowV2, `maximum fee ${maxFee}, at least ${least}`);
  }

  #requireTokenMessenger(ctx: Context, domain: number): Uint8Array {
    const remote = this.#keeper.remoteTokenMessenger(ctx, domain);
    if (remote === undefined) throw new ChainError(ErrNoTokenMessengerV2, `domain ${domain}`);
    return remote;
  }

  /** Takes the tokens and destroys them. Funds are looked at before pauses and limits, as in the contracts. */
  #burn(ctx: Context, { from, amount, denom, destinationDomain }: BurnRequestV2): void {
    const { shared, issuer, bank } = this.#parts;
    if (denom !== issuer.mintingDenom(ctx)) throw new ChainError(ErrBurnTokenV2, denom);
    const coin = { denom, amount };
    bank.sendCoinsFromAccountToModule(ctx, from, CCTP, [coin]);
    if (shared.isBurningAndMintingPaused(ctx)) throw new ChainError(ErrMintingPausedV2);
    const limit = shared.burnLimit(ctx, denom);
    if (limit === 0n) throw new ChainError(ErrBurnTokenV2, `${denom} has a burn limit of 0`);
    if (limit !== undefined && amount > limit) throw new ChainError(ErrBurnLimitV2, `${amount}, at most ${limit}`);
    issuer.burn(ctx, { coin, remoteDomain: destinationDomain, depositor: from });
  }
}

function accountWord(address: Uint8Array): Uint8Array {
  const word = accountToBytes32(address);
  if (word === undefined) throw new ChainError(ErrMalformedV2, `an account of ${address.length} bytes cannot send`);
  return word;
}

function emitDepositForBurn(ctx: Context, burn: BurnRequestV2, destinationTokenMessenger: Uint8Array): void {
  const { from, denom, amount, maxFee, hookData = NO_HOOK, ...fields } = burn;
  ctx.events.emitTyped(DepositForBurn, {
    ...fields,
    hookData,
    burnToken: denom,
    amount: amount.toString(),
    maxFee: maxFee.toString(),
    depositor: encodeAddress(from),
    destinationTokenMessenger,
  });
}
