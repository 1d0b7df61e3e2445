// The body of a burn in CCTP V1: exactly 132 bytes. Circle's evm-cctp-contracts src/messages/BurnMessage.sol.

import { readBytes32, readUint32, readUint256, writeBytes32, writeUint32, writeUint256 } from "./fields.ts";
import { requireLength } from "./formatError.ts";

/** The version that burn bodies of V1 begin with. */
export const BURN_MESSAGE_VERSION_V1 = 0;
/** Bytes of a burn body. */
export const BURN_MESSAGE_LENGTH_V1 = 132;

const VERSION = 0;
const BURN_TOKEN = 4;
const MINT_RECIPIENT = 36;
const AMOUNT = 68;
const MESSAGE_SENDER = 100;

/** A burn on the source chain. Words have 32 bytes. */
export interface BurnMessageV1 {
  readonly version: number;
  /** The token on the source domain. */
  readonly burnToken: Uint8Array;
  readonly mintRecipient: Uint8Array;
  /** Base units, below 2^256. */
  readonly amount: bigint;
  /** Who burned. */
  readonly messageSender: Uint8Array;
}

/** Takes a body apart; words are views of it. Throws CctpFormatError (part `burnMessage`) unless it has 132 bytes. */
export function decodeBurnMessageV1(body: Uint8Array): BurnMessageV1 {
  requireLength("burnMessage", body, BURN_MESSAGE_LENGTH_V1);
  return {
    version: readUint32(body, VERSION),
    burnToken: readBytes32(body, BURN_TOKEN),
    mintRecipient: readBytes32(body, MINT_RECIPIENT),
    amount: readUint256(body, AMOUNT),
    messageSender: readBytes32(body, MESSAGE_SENDER),
  };
}

/** The 132 bytes of a burn. Throws CctpFormatError naming the field that does not fit. */
export function encodeBurnMessageV1(burn: BurnMessageV1): Uint8Array {
  const body = new Uint8Array(BURN_MESSAGE_LENGTH_V1);
  writeUint32(body, VERSION, "version", burn.version);
  writeBytes32(body, BURN_TOKEN, "burnToken", burn.burnToken);
  writeBytes32(body, MINT_RECIPIENT, "mintRecipient", burn.mintRecipient);
  writeUint256(body, AMOUNT, "amount", burn.amount);
  writeBytes32(body, MESSAGE_SENDER, "messageSender", burn.messageSender);
  return body;
}
