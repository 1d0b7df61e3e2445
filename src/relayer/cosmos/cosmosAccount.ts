// The account that pays on a Cosmos chain: its key, its sequence, and signed transactions.

import { encodeSecp256k1Pubkey } from "@cosmjs/amino";
import { DirectSecp256k1Wallet, encodePubkey, makeAuthInfoBytes, makeSignDoc } from "@cosmjs/proto-signing";
import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountRequest, QueryAccountResponse } from "../../../gen/cosmos/auth/v1beta1/query.ts";
import { TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import { encodeBech32 } from "../../codec/address.ts";
import { toHex } from "../../codec/bytes.ts";
import { INDEPENDENT } from "../../codec/independentTx.ts";
import { addressOfSecp256k1 } from "../../crypto/address.ts";
import { sha256 } from "../../crypto/hash.ts";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { DestinationError } from "../deliver/destination.ts";
import { type CosmosRpc, isNotFound } from "./cosmosRpc.ts";

import type { EncodedMsg } from "./receiveMessage.ts";

/** What a transaction says besides its messages. */
export interface CosmosTxTerms {
  readonly fee: { readonly denom: string; readonly amount: bigint };
  readonly gasLimit: bigint;
  /** The last height that may hold it. */
  readonly timeoutHeight: bigint;
  /** Its messages succeed and fail each on their own. */
  readonly isIndependent: boolean;
}

/** A transaction, and the hash that it has in a block: upper-case hex. */
export interface SignedCosmosTx {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

/** Signs for one account. The sequence is kept here, and asked for where it is not known. */
export class CosmosAccount {
  readonly address: string;
  /** 20 bytes. */
  readonly addressBytes: Uint8Array;
  readonly #chainName: string;
  readonly #chainId: string;
  readonly #rpc: CosmosRpc;
  readonly #pubKey: Uint8Array;
  readonly #wallet: Promise<DirectSecp256k1Wallet>;
  #accountNumber: bigint | undefined;
  #sequence: number | undefined;

  constructor(
    chain: { readonly name: string; readonly chainId: string; readonly bech32Prefix: string },
    privKey: Uint8Array,
    rpc: CosmosRpc,
  ) {
    this.#chainName = chain.name;
    this.#chainId = chain.chainId;
    this.#rpc = rpc;
    this.#pubKey = publicKeyOf(privKey);
    this.addressBytes = addressOfSecp256k1(this.#pubKey);
    this.address = encodeBech32(chain.bech32Prefix, this.addressBytes);
    this.#wallet = DirectSecp256k1Wallet.fromKey(privKey, chain.bech32Prefix);
  }

  /** The sequence in the chain's state. Rejects with DestinationError, also when there is no such account. */
  async committedSequence(): Promise<number> {
    const request = { codec: QueryAccountRequest, value: { address: this.address } };
    const { account } = await this.#rpc
      .query("/cosmos.auth.v1beta1.Query/Account", request, QueryAccountResponse)
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
        return { account: undefined };
      });
    if (account === undefined) {
      throw new DestinationError(
        this.#chainName,
        "unreachable",
        `the account ${this.address} does not exist: it was never paid`,
      );
    }
    const { accountNumber, sequence } = BaseAccount.decode(account.value);
    this.#accountNumber = accountNumber;
    return Number(sequence);
  }

  /** The sequence of the next transaction. */
  async sequence(): Promise<number> {
    this.#sequence ??= await this.committedSequence();
    return this.#sequence;
  }

  /** Says what the next sequence is; undefined: ask the chain. */
  setSequence(sequence: number | undefined): void {
    this.#sequence = sequence;
  }

  /** A transaction whose simulation gives the gas it needs. Its signature is empty. */
  async unsigned(messages: readonly EncodedMsg[], isIndependent: boolean): Promise<Uint8Array> {
    const authInfoBytes = this.#authInfo(await this.sequence(), { denom: "", amount: 0n }, 0n);
    return TxRaw.encode({
      bodyBytes: bodyOf(messages, { timeoutHeight: 0n, isIndependent }),
      authInfoBytes,
      signatures: [new Uint8Array()],
    }).finish();
  }

  #authInfo(sequence: number, fee: CosmosTxTerms["fee"], gasLimit: bigint): Uint8Array {
    const coins = fee.amount === 0n ? [] : [{ denom: fee.denom, amount: fee.amount.toString() }];
    const pubkey = encodePubkey(encodeSecp256k1Pubkey(this.#pubKey));
    return makeAuthInfoBytes([{ pubkey, sequence }], coins, Number(gasLimit), undefined, undefined);
  }

  /** Signs in SIGN_MODE_DIRECT. */
  async sign(messages: readonly EncodedMsg[], sequence: number, terms: CosmosTxTerms): Promise<SignedCosmosTx> {
    const bodyBytes = bodyOf(messages, terms);
    const authInfoBytes = this.#authInfo(sequence, terms.fee, terms.gasLimit);
    if (this.#accountNumber === undefined) await this.committedSequence();
    const signDoc = makeSignDoc(bodyBytes, authInfoBytes, this.#chainId, this.#accountNumber ?? 0n);
    const { signature } = await (await this.#wallet).signDirect(this.address, signDoc);
    const signatures = [new Uint8Array(Buffer.from(signature.signature, "base64"))];
    const bytes = TxRaw.encode({ bodyBytes, authInfoBytes, signatures }).finish();
    return { bytes, hash: toHex(sha256(bytes)).toUpperCase() };
  }
}

function bodyOf(
  messages: readonly EncodedMsg[],
  { timeoutHeight, isIndependent }: Pick<CosmosTxTerms, "timeoutHeight" | "isIndependent">,
): Uint8Array {
  const extensionOptions = isIndependent ? [INDEPENDENT] : [];
  return TxBody.encode(TxBody.fromPartial({ messages: [...messages], timeoutHeight, extensionOptions })).finish();
}
