// The keys on a devnet's EVM chains, and of the bridge: the same everywhere and known to everybody. They protect nothing.

import { type Address, getAddress, toHex } from "viem";
import { evmAddressOfPublicKey } from "../cctp/addresses.ts";
import { sha256 } from "../crypto/hash.ts";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { addressOfPrivKey, hdPaths } from "./devnetKeys.ts";
import { privKeysFromMnemonic } from "./mnemonic.ts";

/** The words of the accounts on EVM chains: those of Foundry and Hardhat, which tools have at hand. */
export const EVM_MNEMONIC = "test test test test test test test test test test test junk";

const EVM_ACCOUNT_COUNT = 10;
const ATTESTER_COUNT = 2;

/** An account on EVM chains. */
export interface EvmAccount {
  readonly address: Address;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
}

/** A key with an account on chains of both kinds. */
export interface BridgeKey {
  /** 32 bytes. */
  readonly privKey: Uint8Array;
  readonly address: string;
  readonly evmAddress: Address;
}

function evmAddressOf(privKey: Uint8Array): Address {
  return getAddress(toHex(evmAddressOfPublicKey(publicKeyOf(privKey))));
}

/** The accounts at m/44'/60'/0'/0/n. The first is the operator's, who owns the contracts. */
export async function evmAccounts(): Promise<readonly EvmAccount[]> {
  const privKeys = await privKeysFromMnemonic(EVM_MNEMONIC, hdPaths(60, EVM_ACCOUNT_COUNT));
  return privKeys.map((privKey) => ({ privKey, address: evmAddressOf(privKey) }));
}

function bridgeKey(name: string): BridgeKey {
  const privKey = sha256(Buffer.from(`stateset devnet ${name}`));
  return { privKey, address: addressOfPrivKey(privKey), evmAddress: evmAddressOf(privKey) };
}

/** Who delivers messages and pays for it. The relayer counts this key's nonces: nobody else should sign with it. */
export const RELAYER_KEY = bridgeKey("relayer");

/** Who attests, on all chains of the devnet and in both versions of CCTP. All of them sign. */
export const ATTESTER_KEYS: readonly BridgeKey[] = Array.from({ length: ATTESTER_COUNT }, (_, index) =>
  bridgeKey(`attester ${index + 1}`),
);
