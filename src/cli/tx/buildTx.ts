// Builds and signs a transaction from encoded messages.

import { makeSignBytes } from "@cosmjs/proto-signing";
import { PubKey } from "../../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, Fee, TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import { aminoSignBytes } from "../../codec/aminoJson.ts";
import { type Coin, coinsToProto } from "../../codec/coins.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { timestampFromNs } from "../../codec/time.ts";
import { sha256 } from "../../crypto/hash.ts";
import { signSecp256k1 } from "../../crypto/secp256k1.ts";

/** How the signer proves that it wants the transaction. */
export type SignModeName = "direct" | "amino-json";

/** What is said about a transaction besides its messages. */
export interface TxOptions {
  readonly memo: string;
  /** 0 is none. */
  readonly timeoutHeight: bigint;
  /** Set for an unordered transaction: when it expires, nanoseconds since 1970. */
  readonly unorderedUntilNs: bigint | undefined;
  readonly fee: readonly Coin[];
  readonly gasLimit: bigint;
  readonly feePayer: string;
  readonly feeGranter: string;
}

/** Who signs, and the account's place in the chain. */
export interface TxSigner {
  /** 33 bytes. */
  readonly pubKey: Uint8Array;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** A message in its protobuf encoding. */
export interface EncodedMessage {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** The encoded body of a transaction. */
export function encodeBody(messages: readonly EncodedMessage[], options: TxOptions): Uint8Array {
  return TxBody.encode(
    TxBody.fromPartial({
      messages: messages.map(({ typeUrl, value }) => ({ typeUrl, value })),
      memo: options.memo,
      timeoutHeight: options.timeoutHeight,
      unordered: options.unorderedUntilNs !== undefined,
      timeoutTimestamp: options.unorderedUntilNs === undefined ? undefined : timestampFromNs(options.unorderedUntilNs),
    }),
  ).finish();
}

function encodeAuthInfo(signer: Omit<TxSigner, "privKey">, mode: SignMode, options: TxOptions): Uint8Array {
  return AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [
        {
          publicKey: {
            typeUrl: `/${PubKey.$type}`,
            value: PubKey.encode(PubKey.fromPartial({ key: signer.pubKey })).finish(),
          },
          modeInfo: { single: { mode } },
          sequence: signer.sequence,
        },
      ],
      fee: Fee.fromPartial({
        amount: coinsToProto(options.fee),
        gasLimit: options.gasLimit,
        payer: options.feePayer,
        granter: options.feeGranter,
      }),
    }),
  ).finish();
}

/** An unsigned transaction whose simulation gives the gas it needs. */
export function encodeForSimulation(
  messages: readonly EncodedMessage[],
  signer: Omit<TxSigner, "privKey">,
  options: TxOptions,
): Uint8Array {
  return TxRaw.encode({
    bodyBytes: encodeBody(messages, options),
    authInfoBytes: encodeAuthInfo(signer, SignMode.SIGN_MODE_UNSPECIFIED, { ...options, fee: [], gasLimit: 0n }),
    signatures: [new Uint8Array()],
  }).finish();
}

/** A transaction with one signature, ready to broadcast. */
export function signTx(
  registry: TypeRegistry,
  chainId: string,
  mode: SignModeName,
  parts: { readonly messages: readonly EncodedMessage[]; readonly signer: TxSigner; readonly options: TxOptions },
): Uint8Array {
  const { messages, signer, options } = parts;
  const bodyBytes = encodeBody(messages, options);
  const signMode = mode === "direct" ? SignMode.SIGN_MODE_DIRECT : SignMode.SIGN_MODE_LEGACY_AMINO_JSON;
  const authInfoBytes = encodeAuthInfo(signer, signMode, options);
  const signBytes =
    mode === "direct"
      ? makeSignBytes({ bodyBytes, authInfoBytes, chainId, accountNumber: signer.accountNumber })
      : aminoSignBytes(registry, {
          chainId,
          accountNumber: signer.accountNumber,
          sequence: signer.sequence,
          timeoutHeight: options.timeoutHeight,
          memo: options.memo,
          unordered: options.unorderedUntilNs !== undefined,
          timeoutTimestamp:
            options.unorderedUntilNs === undefined ? undefined : timestampFromNs(options.unorderedUntilNs),
          fee: {
            amount: coinsToProto(options.fee),
            gasLimit: options.gasLimit,
            payer: options.feePayer,
            granter: options.feeGranter,
          },
          messages: messages.map(({ typeUrl, value }) => ({ typeUrl, bytes: value })),
        });
  const signature = signSecp256k1(sha256(signBytes), signer.privKey);
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();
}
