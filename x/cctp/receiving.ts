// Delivering messages of V1, with the checks of Noble's module in their order
// (noble-cctp x/cctp/keeper/msg_server_receive_message.go). Where `strict_evm` is set, the rule of the EVM contracts
// takes the place of a laxer one: attestations, all 32 bytes of a destination caller, no mint to the zero address, no
// message to nobody; and a recipient counts by its low 20 bytes.

import { MessageReceived, MintAndWithdraw } from "../../gen/circle/cctp/v1/events.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { OutOfGasError } from "../../src/baseapp/gas.ts";
import { cctpModuleAddress, cctpModuleBytes32 } from "../../src/cctp/addresses.ts";
import { BURN_MESSAGE_VERSION_V1, type BurnMessageV1 } from "../../src/cctp/burnMessageV1.ts";
import { bytes32ToAddress, isZero } from "../../src/cctp/bytes32.ts";
import { messageHash } from "../../src/cctp/messageHash.ts";
import { MESSAGE_VERSION_V1, type MessageV1 } from "../../src/cctp/messageV1.ts";
import type { MintReceipt } from "../../src/cctp/mintReceipt.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { bytesEqual } from "../../src/codec/bytes.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import { encodeUint64BE } from "../../src/codec/integer.ts";
import { decodeHeader, requireAttested } from "./attested.ts";
import { ErrReceiveMessage } from "./errors.ts";
import type { Issuer } from "./expected.ts";
import type { CctpKeeper } from "./keeper.ts";
import type { MintReceivers } from "./receivers.ts";
import { decodeBurn } from "./sending.ts";
import { accountWord, FINALITY_V1 } from "./types.ts";

const NO_HOOK = new Uint8Array(0);

/** A delivery. */
export interface Delivery {
  /** Who delivers. */
  readonly from: Uint8Array;
  readonly message: Uint8Array;
  readonly attestation: Uint8Array;
}

function refuse(what: string): ChainError {
  return new ChainError(ErrReceiveMessage, what);
}

/** Takes messages of other chains in. */
export class CctpReceiver {
  readonly #keeper: CctpKeeper;
  readonly #issuer: Issuer;
  readonly #receivers: MintReceivers;

  constructor(keeper: CctpKeeper, parts: { readonly issuer: Issuer; readonly receivers: MintReceivers }) {
    this.#keeper = keeper;
    this.#issuer = parts.issuer;
    this.#receivers = parts.receivers;
  }

  /** Delivers a message: uses its nonce, mints if it is a burn, and tells those who act on mints. Throws ChainError. */
  receiveMessage(ctx: Context, delivery: Delivery): void {
    const keeper = this.#keeper;
    if (keeper.isSendingAndReceivingPaused(ctx)) throw refuse("sending and receiving messages are paused");
    requireAttested(ctx, keeper, { ...delivery, isReplacement: false });
    const message = decodeHeader(delivery.message);
    this.#requireDeliverable(ctx, message, delivery.from);
    if (keeper.isNonceUsed(ctx, message.sourceDomain, message.nonce)) throw refuse("nonce already used");
    keeper.useNonce(ctx, message.sourceDomain, message.nonce);
    const isBurn = this.#isForModule(ctx, message.recipient);
    if (!isBurn && keeper.isStrictEvm(ctx)) throw refuse("nobody here takes messages of this recipient");
    const receipt = isBurn ? this.#mint(ctx, message, messageHash(delivery.message)) : undefined;
    const { sourceDomain, nonce, sender, messageBody } = message;
    ctx.events.emitTyped(MessageReceived, {
      caller: encodeAddress(delivery.from),
      sourceDomain,
      nonce,
      sender,
      messageBody,
    });
    if (receipt !== undefined) this.#receivers.notify(ctx, receipt);
  }

  #requireDeliverable(ctx: Context, message: MessageV1, from: Uint8Array): void {
    const { destinationDomain, destinationCaller, version } = message;
    if (destinationDomain !== this.#keeper.localDomain(ctx)) {
      throw refuse(`incorrect destination domain: ${destinationDomain}`);
    }
    if (!isZero(destinationCaller)) {
      const caller = encodeAddress(bytes32ToAddress(destinationCaller));
      const isSame = this.#keeper.isStrictEvm(ctx)
        ? bytesEqual(destinationCaller, accountWord(from))
        : bytesEqual(bytes32ToAddress(destinationCaller), from);
      if (!isSame) throw refuse(`incorrect destination caller: ${caller}, sender: ${encodeAddress(from)}`);
    }
    if (version !== MESSAGE_VERSION_V1) {
      throw refuse(`incorrect message version. expected: ${MESSAGE_VERSION_V1}, found: ${version}`);
    }
  }

  #isForModule(ctx: Context, recipient: Uint8Array): boolean {
    return this.#keeper.isStrictEvm(ctx)
      ? bytesEqual(bytes32ToAddress(recipient), cctpModuleAddress())
      : bytesEqual(recipient, cctpModuleBytes32());
  }

  /** Checks a burn of another chain and mints for it. */
  #mint(ctx: Context, message: MessageV1, hash: Uint8Array): MintReceipt {
    const { burn, denom } = this.#requireBurn(ctx, message);
    const recipient = bytes32ToAddress(burn.mintRecipient);
    if (this.#keeper.isStrictEvm(ctx) && isZero(recipient)) throw refuse("mint recipient must be nonzero");
    const coin = { denom, amount: burn.amount };
    const { sourceDomain } = message;
    this.#mintCoin(ctx, { recipient, coin, remoteDomain: sourceDomain });
    ctx.events.emitTyped(MintAndWithdraw, {
      mintRecipient: burn.mintRecipient,
      amount: burn.amount.toString(),
      mintToken: denom,
    });
    return {
      cctpVersion: 1,
      sourceDomain,
      nonce: encodeUint64BE(message.nonce),
      messageHash: hash,
      mintRecipient: recipient,
      amount: burn.amount,
      feeExecuted: 0n,
      denom,
      burnToken: burn.burnToken,
      messageSender: burn.messageSender,
      finalityThresholdExecuted: FINALITY_V1,
      hookData: NO_HOOK,
    };
  }

  /** Noble's module says what the issuer said twice. */
  #mintCoin(ctx: Context, mint: Parameters<Issuer["mint"]>[1]): void {
    try {
      this.#issuer.mint(ctx, mint);
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || thrown instanceof OutOfGasError) throw thrown;
      throw thrown.wrap(`error during minting: ${thrown.message}`);
    }
  }

  #requireBurn(ctx: Context, message: MessageV1): { burn: BurnMessageV1; denom: string } {
    if (this.#keeper.isBurningAndMintingPaused(ctx)) throw refuse("cctp burning and minting is paused");
    const burn = decodeBurn(message.messageBody);
    if (burn.version !== BURN_MESSAGE_VERSION_V1) throw refuse("invalid message body version");
    const denom = this.#keeper.localToken(ctx, message.sourceDomain, burn.burnToken);
    if (denom === undefined) throw refuse("corresponding noble mint token not found");
    const remote = this.#keeper.remoteTokenMessenger(ctx, message.sourceDomain);
    if (remote === undefined) {
      throw refuse(`could not retrieve remote token messenger for domain ${message.sourceDomain}`);
    }
    if (!bytesEqual(remote, message.sender)) throw refuse("message sender is not the remote token messenger");
    return { burn, denom };
  }
}
