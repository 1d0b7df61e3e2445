// A signed transaction with one MsgSend, in SIGN_MODE_DIRECT.

import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import type { Coin } from "../../../gen/cosmos/base/v1beta1/coin.ts";
import { PubKey } from "../../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import { encodeAddress } from "../../codec/address.ts";
import { typeUrlOf } from "../../codec/message.ts";
import { addressOfSecp256k1 } from "../../crypto/address.ts";
import { sha256 } from "../../crypto/hash.ts";
import { publicKeyOf, signSecp256k1 } from "../../crypto/secp256k1.ts";

/** A key with its address. */
export interface SendKey {
  /** 32 bytes. */
  readonly privKey: Uint8Array;
  /** 33 bytes, compressed. */
  readonly pubKey: Uint8Array;
  /** Bech32. */
  readonly address: string;
}

/** The public key and the address of a private key of 32 bytes. */
export function sendKey(privKey: Uint8Array): SendKey {
  const pubKey = publicKeyOf(privKey);
  return { privKey, pubKey, address: encodeAddress(addressOfSecp256k1(pubKey)) };
}

/** What a transaction is made of besides the key. */
export interface SendOrder {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly recipient: string;
  readonly amount: Coin;
  readonly fee: { readonly amount: readonly Coin[]; readonly gasLimit: bigint };
  readonly memo: string;
}

/** The encoded TxRaw. */
export function signSend(key: SendKey, order: SendOrder): Uint8Array {
  const send = MsgSend.fromPartial({ fromAddress: key.address, toAddress: order.recipient, amount: [order.amount] });
  const body = { messages: [{ typeUrl: typeUrlOf(MsgSend), value: MsgSend.encode(send).finish() }], memo: order.memo };
  const bodyBytes = TxBody.encode(TxBody.fromPartial(body)).finish();
  const publicKey = { typeUrl: typeUrlOf(PubKey), value: PubKey.encode({ key: key.pubKey }).finish() };
  const modeInfo = { single: { mode: SignMode.SIGN_MODE_DIRECT } };
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ publicKey, modeInfo, sequence: order.sequence }],
    fee: { amount: [...order.fee.amount], gasLimit: order.fee.gasLimit },
  });
  const authInfoBytes = AuthInfo.encode(authInfo).finish();
  const { chainId, accountNumber } = order;
  const signDoc = SignDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }).finish();
  const signature = signSecp256k1(sha256(signDoc), key.privKey);
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();
}
