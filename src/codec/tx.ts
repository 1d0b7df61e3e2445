// A transaction, decoded once and carried decoded (cosmos-sdk v0.53 x/tx/decode, ADR-020, ADR-027).

import type { AuthInfo, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";

/** One message of a transaction. */
export interface DecodedMsg {
  /** `/cosmos.bank.v1beta1.MsgSend` */
  readonly typeUrl: string;
  /** The message's own bytes, as they stand in the Any. */
  readonly bytes: Uint8Array;
  /** The message, decoded with its registered codec. */
  readonly value: unknown;
  /** Addresses (raw bytes) of the signers its `cosmos.msg.v1.signer` annotation names, in order, not deduplicated. */
  readonly signers: readonly Uint8Array[];
}

/** A transaction that is well-formed: everything that can be said about it without state. */
export interface DecodedTx {
  /** The TxRaw bytes, as received. */
  readonly bytes: Uint8Array;
  /** sha256 of `bytes`: the transaction's hash. */
  readonly hash: Uint8Array;
  /** The bytes of the body and of the auth info, as received: what SIGN_MODE_DIRECT signs. */
  readonly bodyBytes: Uint8Array;
  readonly authInfoBytes: Uint8Array;
  readonly body: TxBody;
  /** The body has unknown fields, all non-critical: SIGN_MODE_LEGACY_AMINO_JSON cannot sign it. Absent is false. */
  readonly bodyHasNonCritical?: boolean;
  readonly authInfo: AuthInfo;
  /** One for each signer; for a multisig the encoded MultiSignature. */
  readonly signatures: readonly Uint8Array[];
  readonly messages: readonly DecodedMsg[];
  /** Addresses (raw bytes) of all that must sign, each once: message signers in order, then the fee payer if new. */
  readonly signers: readonly Uint8Array[];
  /** Raw address of who pays: the fee payer if named, else the first signer. */
  readonly feePayer: Uint8Array;
}
