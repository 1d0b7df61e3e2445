// Burning tokens, sending messages and replacing them in V1, with the checks of Noble's module in their order
// (noble-cctp x/cctp/keeper/msg_server_{deposit_for_burn,send_message,replace_message,replace_deposit_for_burn}.go).

import { DepositForBurn, MessageSent } from "../../gen/circle/cctp/v1/events.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { OutOfGasError } from "../../src/baseapp/gas.ts";
import { burnTokenOfDenom, cctpModuleAddress } from "../../src/cctp/addresses.ts";
import {
  BURN_MESSAGE_VERSION_V1,
  type BurnMessageV1,
  decodeBurnMessageV1,
  encodeBurnMessageV1,
} from "../../src/cctp/burnMessageV1.ts";
import { BYTES32_LENGTH, isZero, zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { CctpFormatError } from "../../src/cctp/formatError.ts";
import { encodeMessageV1, MESSAGE_VERSION_V1, type MessageV1 } from "../../src/cctp/messageV1.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual, toHex, utf8 } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { keccak256 } from "../../src/crypto/hash.ts";
import { decodeHeader, requireAttested } from "./attested.ts";
import {
  ErrBurn,
  ErrDepositForBurn,
  ErrInvalidDestinationCaller,
  ErrParsingBurnMessage,
  ErrReplaceMessage,
  ErrSendMessage,
} from "./errors.ts";
import type { CctpBank, Issuer } from "./expected.ts";
import type { CctpKeeper } from "./keeper.ts";
import { CCTP } from "./keys.ts";
import { accountWord, lowerCaseDenom, requireWord } from "./types.ts";

const ANYBODY = new Uint8Array(0);

/** A burn as it is asked for. */
export interface BurnRequest {
  /** Who burns. */
  readonly from: Uint8Array;
  readonly amount: bigint;
  /** The denomination, in any case. */
  readonly burnToken: string;
  readonly destinationDomain: number;
  readonly mintRecipient: Uint8Array;
  /** Who alone may deliver it; undefined is anybody, and empty is refused. */
  readonly destinationCaller: Uint8Array | undefined;
}

/** A message as it is to be sent. */
export interface SendRequest {
  readonly from: Uint8Array;
  readonly destinationDomain: number;
  readonly recipient: Uint8Array;
  readonly destinationCaller: Uint8Array | undefined;
  readonly messageBody: Uint8Array;
}

/** A replacement: who asks, for what, and what is new. */
export interface ReplaceRequest {
  readonly from: Uint8Array;
  readonly originalMessage: Uint8Array;
  readonly originalAttestation: Uint8Array;
  readonly newMessageBody: Uint8Array;
  readonly newDestinationCaller: Uint8Array;
}

/** A replacement of a burn. */
export interface ReplaceBurnRequest extends Omit<ReplaceRequest, "newMessageBody"> {
  readonly newMintRecipient: Uint8Array;
}

/** What was sent. */
export interface Sent {
  readonly nonce: bigint;
  /** The emitted message, which is what is attested. */
  readonly message: Uint8Array;
}

/** Sends messages of V1. */
export class CctpSender {
  readonly #keeper: CctpKeeper;
  readonly #issuer: Issuer;
  readonly #bank: CctpBank;

  constructor(keeper: CctpKeeper, parts: { readonly issuer: Issuer; readonly bank: CctpBank }) {
    this.#keeper = keeper;
    this.#issuer = parts.issuer;
    this.#bank = parts.bank;
  }

  /**
   * Burns tokens of an account and emits the message that mints them elsewhere. Throws ChainError; the caller's layer
   * must then be dropped, since coins move before the last check.
   */
  depositForBurn(ctx: Context, burn: BurnRequest): Sent {
    const { from, amount, mintRecipient, destinationDomain } = burn;
    if (burn.destinationCaller !== undefined && isZero(burn.destinationCaller)) {
      throw new ChainError(ErrInvalidDestinationCaller, "invalid destination caller");
    }
    if (amount <= 0n) throw new ChainError(ErrDepositForBurn, "amount must be positive");
    if (mintRecipient.length === 0 || isZeroWord(mintRecipient)) {
      throw new ChainError(ErrDepositForBurn, "mint recipient must be nonzero");
    }
    const remote = this.#keeper.remoteTokenMessenger(ctx, destinationDomain);
    if (remote === undefined) {
      throw new ChainError(ErrDepositForBurn, "unable to look up destination token messenger");
    }
    this.#burn(ctx, burn);
    const sent = this.#send(ctx, {
      from: cctpModuleAddress(),
      destinationDomain,
      recipient: remote,
      destinationCaller: burn.destinationCaller,
      messageBody: burnBody({
        version: BURN_MESSAGE_VERSION_V1,
        burnToken: burnTokenOfDenom(burn.burnToken),
        mintRecipient,
        amount,
        messageSender: accountWord(from),
      }),
    });
    ctx.events.emitTyped(DepositForBurn, {
      nonce: sent.nonce,
      // As it was typed; the message has the hash of its lower case.
      burnToken: toHex(keccak256(utf8(burn.burnToken))),
      amount: amount.toString(),
      depositor: encodeAddress(from),
      mintRecipient,
      destinationDomain,
      destinationTokenMessenger: remote,
      destinationCaller: burn.destinationCaller ?? ANYBODY,
    });
    return sent;
  }

  #burn(ctx: Context, { from, amount, burnToken, destinationDomain }: BurnRequest): void {
    const mintingDenom = this.#issuer.mintingDenom(ctx);
    if (lowerCaseDenom(burnToken) !== lowerCaseDenom(mintingDenom)) {
      throw new ChainError(ErrBurn, `burning denom: ${burnToken} is not supported`);
    }
    if (this.#keeper.isBurningAndMintingPaused(ctx)) {
      throw new ChainError(ErrBurn, "burning and minting are paused");
    }
    const limit = this.#keeper.burnLimit(ctx, lowerCaseDenom(burnToken));
    if (limit !== undefined && amount > limit) {
      throw new ChainError(ErrBurn, "cannot burn more than the maximum per message burn limit");
    }
    const coin = { denom: burnToken, amount };
    wrapped("error during transfer", () => this.#bank.sendCoinsFromAccountToModule(ctx, from, CCTP, [coin]));
    wrapped("error during burn", () =>
      this.#issuer.burn(ctx, { coin, remoteDomain: destinationDomain, depositor: from }),
    );
  }

  /** Emits a message of an account. */
  sendMessage(ctx: Context, request: SendRequest): Sent {
    return this.#send(ctx, request);
  }

  #send(ctx: Context, request: SendRequest): Sent {
    const { destinationCaller } = request;
    if (destinationCaller !== undefined && (destinationCaller.length !== BYTES32_LENGTH || isZero(destinationCaller))) {
      throw new ChainError(ErrSendMessage, "destination caller must be nonzero");
    }
    const nonce = this.#keeper.takeNonce(ctx);
    const message = this.#emit(ctx, {
      version: MESSAGE_VERSION_V1,
      sourceDomain: this.#keeper.localDomain(ctx),
      destinationDomain: request.destinationDomain,
      nonce,
      sender: accountWord(request.from),
      recipient: request.recipient,
      destinationCaller: destinationCaller ?? zeroBytes32(),
      messageBody: request.messageBody,
    });
    return { nonce, message };
  }

  #emit(ctx: Context, message: MessageV1): Uint8Array {
    if (this.#keeper.isSendingAndReceivingPaused(ctx)) {
      throw new ChainError(ErrSendMessage, "sending and receiving messages is paused");
    }
    const sizeMax = this.#keeper.maxMessageBodySize(ctx);
    if (sizeMax !== undefined && BigInt(message.messageBody.length) > sizeMax) {
      throw new ChainError(ErrSendMessage, "message body exceeds max size");
    }
    if (isZero(message.recipient)) throw new ChainError(ErrSendMessage, "recipient must not be nonzero");
    requireWord("recipient", message.recipient);
    requireWord("destination caller", message.destinationCaller);
    const bytes = encodeMessageV1(message);
    ctx.events.emitTyped(MessageSent, { message: bytes });
    return bytes;
  }

  /** Emits a message again with another body or caller, under the same nonce: whichever is delivered first wins. */
  replaceMessage(ctx: Context, request: ReplaceRequest): void {
    const keeper = this.#keeper;
    if (keeper.isSendingAndReceivingPaused(ctx)) {
      throw new ChainError(ErrReplaceMessage, "sending and receiving messages are paused");
    }
    requireAttested(ctx, keeper, {
      message: request.originalMessage,
      attestation: request.originalAttestation,
      isReplacement: true,
    });
    const original = decodeHeader(request.originalMessage);
    if (!bytesEqual(accountWord(request.from), original.sender)) {
      throw new ChainError(ErrReplaceMessage, "sender not permitted to use nonce");
    }
    if (original.sourceDomain !== keeper.localDomain(ctx)) {
      throw new ChainError(ErrReplaceMessage, "message not originally sent from this domain");
    }
    this.#emit(ctx, {
      ...original,
      version: MESSAGE_VERSION_V1,
      destinationCaller: request.newDestinationCaller,
      messageBody: request.newMessageBody,
    });
  }

  /** Emits a burn again with another recipient or caller. No tokens move. */
  replaceDepositForBurn(ctx: Context, request: ReplaceBurnRequest): void {
    // No tokens move, so the contracts let it pass while burning is paused.
    if (this.#keeper.isBurningAndMintingPaused(ctx) && !this.#keeper.isStrictEvm(ctx)) {
      throw new ChainError(ErrDepositForBurn, "burning and minting are paused");
    }
    const original = decodeHeader(request.originalMessage);
    const burn = decodeBurn(original.messageBody);
    if (!bytesEqual(accountWord(request.from), burn.messageSender)) {
      throw new ChainError(ErrDepositForBurn, "invalid sender for message");
    }
    const { newMintRecipient: mintRecipient, newDestinationCaller } = request;
    if (isZeroWord(mintRecipient)) throw new ChainError(ErrDepositForBurn, "mint recipient must be nonzero");
    const newMessageBody = burnBody({ ...burn, mintRecipient }, "error parsing burn message");
    // The module sent the burn; it was the depositor who asked.
    wrapped("error calling replace message", () =>
      this.replaceMessage(ctx, { ...request, from: cctpModuleAddress(), newMessageBody }),
    );
    ctx.events.emitTyped(DepositForBurn, {
      nonce: original.nonce,
      // The hash of a hash: Noble's module hashes what the message has, which is hashed already.
      burnToken: toHex(keccak256(burn.burnToken)),
      amount: burn.amount.toString(),
      depositor: encodeAddress(request.from),
      mintRecipient,
      destinationDomain: original.destinationDomain,
      destinationTokenMessenger: original.recipient,
      destinationCaller: newDestinationCaller,
    });
  }
}

function isZeroWord(bytes: Uint8Array): boolean {
  return bytes.length === BYTES32_LENGTH && isZero(bytes);
}

/** Throws ErrParsingBurnMessage when a word is not one. */
function burnBody(burn: BurnMessageV1, refusal = "error parsing burn message into bytes"): Uint8Array {
  try {
    return encodeBurnMessageV1(burn);
  } catch (thrown) {
    if (!(thrown instanceof CctpFormatError)) throw thrown;
    throw new ChainError(ErrParsingBurnMessage, refusal);
  }
}

/** Throws ErrParsingBurnMessage, with the length that Noble's module tells whatever it is. */
export function decodeBurn(body: Uint8Array): BurnMessageV1 {
  try {
    return decodeBurnMessageV1(body);
  } catch (thrown) {
    if (!(thrown instanceof CctpFormatError)) throw thrown;
    throw new ChainError(ErrParsingBurnMessage, "burn message must be 132 bytes, got 0");
  }
}

/** Errors of other modules keep their code and code-space, with the words of Noble's module before their own text. */
function wrapped<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof ChainError) || thrown instanceof OutOfGasError) throw thrown;
    throw thrown.wrap(what);
  }
}
