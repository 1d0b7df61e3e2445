// A transaction that is not finished: its messages are there, and those who sign do so one after the other. Between them
// it lies in a file.

import { AuthInfo, Fee, type ModeInfo, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { type Coin, coinsToProto } from "../../codec/coins.ts";
import { decodeTx } from "../../codec/decodeTx.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { timestampFromNs } from "../../codec/time.ts";
import type { DecodedTx } from "../../codec/tx.ts";

/** What is said about a transaction besides its messages. */
export interface TxOptions {
  readonly memo: string;
  /** 0 is none. */
  readonly timeoutHeight: bigint;
  /** Set for an unordered transaction: when it expires, nanoseconds since 1970. */
  readonly unorderedUntilNs: bigint | undefined;
  readonly feePayer: string;
  readonly feeGranter: string;
}

/** What a transaction pays. */
export interface TxFee {
  readonly amount: readonly Coin[];
  readonly gasLimit: bigint;
}

/** A message in its protobuf encoding. */
export interface EncodedMessage {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** A transaction with the signatures it has so far, one for each signer info. */
export interface Draft {
  readonly bodyBytes: Uint8Array;
  readonly authInfo: AuthInfo;
  readonly signatures: readonly Uint8Array[];
}

/** One who signs: key, mode and sequence, and the signature once it is there. */
export interface DraftSignature {
  readonly publicKey: Any;
  readonly modeInfo: ModeInfo;
  readonly sequence: bigint;
  readonly signature: Uint8Array;
}

const NO_FEE: TxFee = { amount: [], gasLimit: 0n };

/** A transaction that nobody has signed. */
export function newDraft(messages: readonly EncodedMessage[], options: TxOptions, fee: TxFee = NO_FEE): Draft {
  const { memo, timeoutHeight, unorderedUntilNs, feePayer, feeGranter } = options;
  const body = TxBody.fromPartial({
    messages: messages.map(({ typeUrl, value }) => ({ typeUrl, value })),
    memo,
    timeoutHeight,
    unordered: unorderedUntilNs !== undefined,
    timeoutTimestamp: unorderedUntilNs === undefined ? undefined : timestampFromNs(unorderedUntilNs),
  });
  const { amount, gasLimit } = fee;
  const authInfo = AuthInfo.fromPartial({
    fee: Fee.fromPartial({ amount: coinsToProto(amount), gasLimit, payer: feePayer, granter: feeGranter }),
  });
  return { bodyBytes: TxBody.encode(body).finish(), authInfo, signatures: [] };
}

/** The signatures of a draft. */
export function signaturesOf({ authInfo, signatures }: Draft): readonly DraftSignature[] {
  return authInfo.signerInfos.map(({ publicKey, modeInfo, sequence }, index) => ({
    publicKey: publicKey ?? { typeUrl: "", value: new Uint8Array(0) },
    modeInfo: modeInfo ?? {},
    sequence,
    signature: signatures[index] ?? new Uint8Array(0),
  }));
}

/** The draft with these signatures in place of those it has. */
export function withSignatures(draft: Draft, all: readonly DraftSignature[]): Draft {
  const signerInfos = all.map(({ publicKey, modeInfo, sequence }) => ({ publicKey, modeInfo, sequence }));
  return {
    ...draft,
    authInfo: { ...draft.authInfo, signerInfos },
    signatures: all.map(({ signature }) => signature),
  };
}

/** The bytes to be sent. */
export function encodeDraft({ bodyBytes, authInfo, signatures }: Draft): Uint8Array {
  return TxRaw.encode({
    bodyBytes,
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures: [...signatures],
  }).finish();
}

/** A draft from its bytes, and what the chain would read in them. Throws ChainError as `decodeTx`. */
export function decodeDraft(registry: TypeRegistry, bytes: Uint8Array): { draft: Draft; tx: DecodedTx } {
  const tx = decodeTx(registry, bytes);
  return { draft: { bodyBytes: tx.bodyBytes, authInfo: tx.authInfo, signatures: tx.signatures }, tx };
}
