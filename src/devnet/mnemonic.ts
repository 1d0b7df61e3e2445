// Keys from mnemonics: BIP-39 words, SLIP-10 derivation.

import { Bip39, EnglishMnemonic, Slip10, Slip10Curve, stringToPath } from "@cosmjs/crypto";

/** BIP-44 path of the first account: coin type 118. */
export const DEFAULT_HD_PATH = "m/44'/118'/0'/0/0";
/** Entropy of a mnemonic of 24 words. */
const MNEMONIC_ENTROPY_BYTES = 32;

/** The mnemonic of 24 words for the given entropy (32 bytes). */
export function mnemonicFrom(entropy: Uint8Array): string {
  if (entropy.length !== MNEMONIC_ENTROPY_BYTES) throw new RangeError("a mnemonic of 24 words needs 32 bytes");
  return Bip39.encode(entropy).toString();
}

/** The private key (32 bytes) at a path of a mnemonic. Rejects with an Error on words that are no mnemonic. */
export async function privKeyFromMnemonic(mnemonic: string, hdPath = DEFAULT_HD_PATH): Promise<Uint8Array> {
  const words = new EnglishMnemonic(mnemonic.trim().split(/\s+/).join(" "));
  return Slip10.derivePath(Slip10Curve.Secp256k1, await Bip39.mnemonicToSeed(words), stringToPath(hdPath)).privkey;
}
