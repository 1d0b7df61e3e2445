// Messages as contracts emit them, for tests.

import { encodeBurnMessageV1 } from "../../cctp/burnMessageV1.ts";
import { encodeBurnMessageV2 } from "../../cctp/burnMessageV2.ts";
import { addressToBytes32, zeroBytes32 } from "../../cctp/bytes32.ts";
import { encodeMessageV1 } from "../../cctp/messageV1.ts";
import { encodeMessageV2 } from "../../cctp/messageV2.ts";

/** 32 equal bytes. */
export function word(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

/** The TokenMessenger of every test chain, both versions, 20 bytes. */
export const TOKEN_MESSENGER = new Uint8Array(20).fill(0xa1);

/** A V1 burn message. */
export function burnV1(
  options: { nonce?: bigint; amount?: bigint; source?: number; destination?: number; recipient?: Uint8Array } = {},
): Uint8Array {
  return encodeMessageV1({
    version: 0,
    sourceDomain: options.source ?? 0,
    destinationDomain: options.destination ?? 6,
    nonce: options.nonce ?? 0n,
    sender: addressToBytes32(TOKEN_MESSENGER),
    recipient: word(0xa2),
    destinationCaller: zeroBytes32(),
    messageBody: encodeBurnMessageV1({
      version: 0,
      burnToken: word(0xb1),
      mintRecipient: options.recipient ?? word(0xb2),
      amount: options.amount ?? 1_000_000n,
      messageSender: word(0xb3),
    }),
  });
}

/** A V2 burn message as it is emitted. */
export function burnV2(
  options: {
    amount?: bigint;
    maxFee?: bigint;
    minFinality?: number;
    source?: number;
    destination?: number;
    hookData?: Uint8Array;
    recipient?: Uint8Array;
  } = {},
): Uint8Array {
  return encodeMessageV2({
    version: 1,
    sourceDomain: options.source ?? 0,
    destinationDomain: options.destination ?? 6,
    nonce: zeroBytes32(),
    sender: addressToBytes32(TOKEN_MESSENGER),
    recipient: word(0xa2),
    destinationCaller: zeroBytes32(),
    minFinalityThreshold: options.minFinality ?? 2000,
    finalityThresholdExecuted: 0,
    messageBody: encodeBurnMessageV2({
      version: 1,
      burnToken: word(0xb1),
      mintRecipient: options.recipient ?? word(0xb2),
      amount: options.amount ?? 1_000_000n,
      messageSender: word(0xb3),
      maxFee: options.maxFee ?? 0n,
      feeExecuted: 0n,
      expirationBlock: 0n,
      hookData: options.hookData ?? new Uint8Array(0),
    }),
  });
}
