// The body of a burn in CCTP V2: 228 bytes, and hook data behind them. Circle's evm-cctp-contracts
// src/messages/v2/BurnMessageV2.sol.

import { concatBytes } from "../codec/bytes.ts";
import { readBytes32, readUint32, readUint256, writeBytes32, writeUint32, writeUint256 } from "./fields.ts";
import { requireLengthAtLeast } from "./formatError.ts";

/** The version that burn bodies of V2 begin with. */
export const BURN_MESSAGE_VERSION_V2 = 1;
/** Bytes of a burn body without hook data. */
export const BURN_MESSAGE_LENGTH_V2 = 228;

const VERSION = 0;
const BURN_TOKEN = 4;
const MINT_RECIPIENT = 36;
const AMOUNT = 68;
const MESSAGE_SENDER = 100;
const MAX_FEE = 132;

/** Offsets in the body of the fields that the attestation service fills in. */
export const FEE_EXECUTED_OFFSET_V2 = 164;
export const EXPIRATION_BLOCK_OFFSET_V2 = 196;

/** A burn on the source chain. Words have 32 bytes; amounts are base units below 2^256. */
export interface BurnMessageV2 {
  readonly version: number;
  /** The token on the source domain. */
  readonly burnToken: Uint8Array;
  readonly mintRecipient: Uint8Array;
  readonly amount: bigint;
  /** Who burned. */
  readonly messageSender: Uint8Array;
  /** The most that the burner pays for a fast transfer. */
  readonly maxFee: bigint;
  /** What is taken off the mint; zero in the emitted message. */
  readonly feeExecuted: bigint;
  /** Height of the destination from which on it is void; zero means never. */
  readonly expirationBlock: bigint;
  /** For the receiver; carried and signed, nothing more. */
  readonly hookData: Uint8Array;
}

/** Takes a body apart; words and hook data are views of it. Throws CctpFormatError (part `burnMessage`) below 228 bytes. */
export function decodeBurnMessageV2(body: Uint8Array): BurnMessageV2 {
  requireLengthAtLeast("burnMessage", body, BURN_MESSAGE_LENGTH_V2);
  return {
    version: readUint32(body, VERSION),
    burnToken: readBytes32(body, BURN_TOKEN),
    mintRecipient: readBytes32(body, MINT_RECIPIENT),
    amount: readUint256(body, AMOUNT),
    messageSender: readBytes32(body, MESSAGE_SENDER),
    maxFee: readUint256(body, MAX_FEE),
    feeExecuted: readUint256(body, FEE_EXECUTED_OFFSET_V2),
    expirationBlock: readUint256(body, EXPIRATION_BLOCK_OFFSET_V2),
    hookData: body.subarray(BURN_MESSAGE_LENGTH_V2),
  };
}

/** The bytes of a burn. Throws CctpFormatError naming the field that does not fit. */
export function encodeBurnMessageV2(burn: BurnMessageV2): Uint8Array {
  const fixed = new Uint8Array(BURN_MESSAGE_LENGTH_V2);
  writeUint32(fixed, VERSION, "version", burn.version);
  writeBytes32(fixed, BURN_TOKEN, "burnToken", burn.burnToken);
  writeBytes32(fixed, MINT_RECIPIENT, "mintRecipient", burn.mintRecipient);
  writeUint256(fixed, AMOUNT, "amount", burn.amount);
  writeBytes32(fixed, MESSAGE_SENDER, "messageSender", burn.messageSender);
  writeUint256(fixed, MAX_FEE, "maxFee", burn.maxFee);
  writeUint256(fixed, FEE_EXECUTED_OFFSET_V2, "feeExecuted", burn.feeExecuted);
  writeUint256(fixed, EXPIRATION_BLOCK_OFFSET_V2, "expirationBlock", burn.expirationBlock);
  return concatBytes(fixed, burn.hookData);
}
