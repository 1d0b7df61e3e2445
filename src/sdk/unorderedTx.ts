// Signs unordered transactions (Cosmos SDK 0.53, ADR-070), for which CosmJS has no signer: no sequence, but a time after
// which the transaction is void and which a sender may use once. So many can be sent at once, and one that is lost does
// not hold up the others.

import type { StdFee } from "@cosmjs/amino";
import { fromBase64 } from "@cosmjs/encoding";
import { type EncodeObject, type OfflineDirectSigner, Registry } from "@cosmjs/proto-signing";
import { defaultRegistryTypes } from "@cosmjs/stargate";
import { PubKey } from "../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { AuthInfo, TxBody, TxRaw } from "../../gen/cosmos/tx/v1beta1/tx.ts";

/** The chain refuses transactions that are valid for longer: ten minutes. */
export const UNORDERED_TIMEOUT_MAX_MS = 600_000;

/** What is signed, and by whom. */
export interface UnorderedTx {
  readonly signer: OfflineDirectSigner;
  /** The signer's bech32 address. */
  readonly address: string;
  readonly chainId: string;
  /** Number of the signer's account. */
  readonly accountNumber: bigint;
  readonly messages: readonly EncodeObject[];
  readonly fee: StdFee;
  readonly memo?: string;
  /**
   * When the transaction becomes void, milliseconds since 1970; at most UNORDERED_TIMEOUT_MAX_MS after the block's time.
   * Two transactions of one sender need two different times.
   */
  readonly timeoutTimestampMs: number;
  /** Types of the messages; CosmJS's own when left out. */
  readonly registry?: Registry;
}

function encodeBody({ messages, memo, timeoutTimestampMs, registry }: UnorderedTx): Uint8Array {
  const types = registry ?? new Registry(defaultRegistryTypes);
  return TxBody.encode(
    TxBody.fromPartial({
      messages: messages.map((message) => types.encodeAsAny(message)),
      memo: memo ?? "",
      unordered: true,
      timeoutTimestamp: {
        seconds: BigInt(Math.trunc(timeoutTimestampMs / 1000)),
        nanos: (timeoutTimestampMs % 1000) * 1_000_000,
      },
    }),
  ).finish();
}

/**
 * Signs in SIGN_MODE_DIRECT. Gives the bytes of a TxRaw, ready for `broadcastTx`. Rejects with an Error when the signer
 * does not have the address, or the time is not a whole number of milliseconds.
 */
export async function signUnordered(tx: UnorderedTx): Promise<Uint8Array> {
  const { signer, address, fee, timeoutTimestampMs } = tx;
  if (!Number.isSafeInteger(timeoutTimestampMs) || timeoutTimestampMs <= 0) {
    throw new Error(`timeoutTimestampMs: expected milliseconds since 1970, got ${timeoutTimestampMs}`);
  }
  const account = (await signer.getAccounts()).find((candidate) => candidate.address === address);
  if (account === undefined) throw new Error(`the signer has no account ${address}`);
  const bodyBytes = encodeBody(tx);
  const authInfoBytes = AuthInfo.encode(
    AuthInfo.fromPartial({
      signerInfos: [
        {
          publicKey: { typeUrl: `/${PubKey.$type}`, value: PubKey.encode({ key: account.pubkey }).finish() },
          modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
          sequence: 0n,
        },
      ],
      fee: {
        amount: fee.amount.map(({ denom, amount }) => ({ denom, amount })),
        gasLimit: BigInt(fee.gas),
        payer: fee.payer ?? "",
        granter: fee.granter ?? "",
      },
    }),
  ).finish();
  const { chainId, accountNumber } = tx;
  // The wallet may change what it is shown; what it signed is what counts.
  const { signature, signed } = await signer.signDirect(address, { bodyBytes, authInfoBytes, chainId, accountNumber });
  return TxRaw.encode({
    bodyBytes: signed.bodyBytes,
    authInfoBytes: signed.authInfoBytes,
    signatures: [fromBase64(signature.signature)],
  }).finish();
}
