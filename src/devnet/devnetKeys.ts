// The accounts of a devnet's chain: the same everywhere and known to everybody. They protect nothing.

import { encodeAddress } from "../codec/address.ts";
import { addressOfSecp256k1 } from "../crypto/address.ts";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { privKeysFromMnemonic } from "./mnemonic.ts";

/** The words of the accounts. */
export const DEVNET_MNEMONIC =
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

const ACCOUNT_COUNT = 16;

/** An account of the devnet. */
export interface DevnetAccount {
  readonly address: string;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
}

/** The address on our chain of a private key (32 bytes). */
export function addressOfPrivKey(privKey: Uint8Array): string {
  return encodeAddress(addressOfSecp256k1(publicKeyOf(privKey)));
}

/** The first paths of a coin type: m/44'/118'/0'/0/n. */
export function hdPaths(coinType: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m/44'/${coinType}'/0'/0/${index}`);
}

/** The accounts at m/44'/118'/0'/0/n. The first is the faucet's and the operator's. */
export async function devnetAccounts(): Promise<readonly DevnetAccount[]> {
  const privKeys = await privKeysFromMnemonic(DEVNET_MNEMONIC, hdPaths(118, ACCOUNT_COUNT));
  return privKeys.map((privKey) => ({ privKey, address: addressOfPrivKey(privKey) }));
}
