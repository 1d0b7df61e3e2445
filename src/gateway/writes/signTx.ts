// Signs the gateway's transactions: independent messages, unordered (Cosmos SDK 0.53, ADR-070). No sequence: transactions of
// one signer do not wait for each other, several gateways may share a signer, and one whose time is over can never be in a
// block. That is the evidence on which messages may be signed anew.

import { PubKey } from "../../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { toHex } from "../../codec/bytes.ts";
import { INDEPENDENT } from "../../codec/independentTx.ts";
import { encodeMessage, typeUrlOf } from "../../codec/message.ts";
import { timestampFromNs } from "../../codec/time.ts";
import { sha256 } from "../../crypto/hash.ts";
import { publicKeyOf, signSecp256k1 } from "../../crypto/secp256k1.ts";

/** What is signed, and by whom. */
export interface TxTerms {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly privKey: Uint8Array;
  readonly messages: readonly Any[];
  readonly gasLimit: bigint;
  readonly fee: { readonly denom: string; readonly amount: bigint };
  /** When the transaction becomes void, ns since 1970. Two of one signer need two different times. */
  readonly voidAfterNs: bigint;
}

export interface SignedTx {
  readonly bytes: Uint8Array;
  /** 64 upper-case hex digits. */
  readonly hash: string;
}

/** The hash that bytes have in a block. */
export function txHashOf(bytes: Uint8Array): string {
  return toHex(sha256(bytes)).toUpperCase();
}

/** Signs in SIGN_MODE_DIRECT. */
export function signTx(terms: TxTerms): SignedTx {
  const { chainId, accountNumber, privKey, fee } = terms;
  const body = {
    messages: [...terms.messages],
    unordered: true,
    timeoutTimestamp: timestampFromNs(terms.voidAfterNs),
    extensionOptions: [INDEPENDENT],
  };
  const bodyBytes = encodeMessage(TxBody, TxBody.fromPartial(body));
  const publicKey = { typeUrl: typeUrlOf(PubKey), value: encodeMessage(PubKey, { key: publicKeyOf(privKey) }) };
  const modeInfo = { single: { mode: SignMode.SIGN_MODE_DIRECT } };
  const amount = fee.amount === 0n ? [] : [{ denom: fee.denom, amount: fee.amount.toString() }];
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ publicKey, modeInfo, sequence: 0n }],
    fee: { amount, gasLimit: terms.gasLimit },
  });
  const authInfoBytes = encodeMessage(AuthInfo, authInfo);
  const signDoc = encodeMessage(SignDoc, { bodyBytes, authInfoBytes, chainId, accountNumber });
  const signature = signSecp256k1(sha256(signDoc), privKey);
  const bytes = encodeMessage(TxRaw, { bodyBytes, authInfoBytes, signatures: [signature] });
  return { bytes, hash: txHashOf(bytes) };
}
