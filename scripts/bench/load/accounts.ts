// Those who sign a load's transactions: accounts with known keys, and money from the start.

import { createHash } from "node:crypto";
import { signTestTx } from "../../../app/testing/signTestTx.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { addressOfSecp256k1 } from "../../../src/crypto/address.ts";
import { publicKeyOf } from "../../../src/crypto/secp256k1.ts";

/** Chain id of the node under test: ids of orders follow from it. */
export const BENCH_CHAIN_ID = "stateset-bench-1";

/** An account. Genesis numbers accounts in the order in which it lists them. */
export interface Account {
  readonly privKey: Uint8Array;
  readonly pubKey: Uint8Array;
  readonly address: string;
}

/** One transaction of a load: a message and what it costs. */
export interface LoadTx {
  readonly typeUrl: string;
  readonly value: Uint8Array;
  /** `1000uusdc` */
  readonly fee: string;
  readonly gasLimit: bigint;
}

/** Accounts with known keys, the same in each run. */
export function makeAccounts(count: number): Account[] {
  return Array.from({ length: count }, (_, index) => {
    const privKey = createHash("sha256").update(`bench account ${index}`).digest();
    const pubKey = publicKeyOf(privKey);
    return { privKey, pubKey, address: encodeAddress(addressOfSecp256k1(pubKey)) };
  });
}

/** A signed transaction. PERF: 60 to 100 us. */
export function signLoadTx(
  { privKey, pubKey }: Account,
  tx: LoadTx,
  place: { readonly accountNumber: bigint; readonly sequence: bigint },
): Uint8Array {
  const { typeUrl, value, fee, gasLimit } = tx;
  return signTestTx({
    ...place,
    chainId: BENCH_CHAIN_ID,
    privKey,
    pubKey,
    messages: [{ typeUrl, value }],
    fee,
    gasLimit,
  });
}
