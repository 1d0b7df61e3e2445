// Signs transactions for tests of the application: SIGN_MODE_DIRECT, one signer.

import { PubKey } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { coinsToProto, parseCoins } from "../../src/codec/coins.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { publicKeyOf, signSecp256k1 } from "../../src/crypto/secp256k1.ts";

/** What a test transaction says. */
export interface TestTx {
  readonly chainId: string;
  readonly privKey: Uint8Array;
  /** Of `privKey`; saves working it out. */
  readonly pubKey?: Uint8Array;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly messages: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
  readonly fee: string;
  readonly gasLimit: bigint;
  readonly body?: Partial<TxBody>;
  readonly granter?: string;
}

/** The encoded transaction. */
export function signTestTx(tx: TestTx): Uint8Array {
  const bodyBytes = TxBody.encode(TxBody.fromPartial({ ...tx.body, messages: [...tx.messages] })).finish();
  const publicKey = {
    typeUrl: `/${PubKey.$type}`,
    value: PubKey.encode({ key: tx.pubKey ?? publicKeyOf(tx.privKey) }).finish(),
  };
  const authInfoBytes = AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [{ publicKey, modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } }, sequence: tx.sequence }],
      fee: { amount: coinsToProto(parseCoins(tx.fee)), gasLimit: tx.gasLimit, granter: tx.granter ?? "" },
    }),
  ).finish();
  const { chainId, accountNumber } = tx;
  const signBytes = SignDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }).finish();
  const signature = signSecp256k1(sha256(signBytes), tx.privKey);
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();
}
