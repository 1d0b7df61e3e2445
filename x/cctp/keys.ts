// State of CCTP V1, with the keys of Noble's module (noble-cctp x/cctp/types/keys.go), and our parameters. V2's keys all
// begin with `v2/`. No prefix begins another.

import { concatBytes, utf8 } from "../../src/codec/bytes.ts";
import { keccak256 } from "../../src/crypto/hash.ts";

/** Name of the module, of its store and of its account. */
export const CCTP = "cctp";

/** stateset.cctp.v1.Params. */
export const PARAMS_KEY = utf8("params");

/** Bech32 text of who holds a role; empty when nobody does. */
export const ROLE_KEYS = Object.freeze({
  owner: utf8("owner"),
  pendingOwner: utf8("pending-owner"),
  attesterManager: utf8("attester-manager"),
  pauser: utf8("pauser"),
  tokenController: utf8("token-controller"),
});

/** A value that there is once stands under its prefix twice. */
function singleKey(name: string): Uint8Array {
  return utf8(`${name}/value/${name}/value/`);
}

export const BURNING_AND_MINTING_PAUSED_KEY = singleKey("BurningAndMintingPaused");
export const SENDING_AND_RECEIVING_PAUSED_KEY = singleKey("SendingAndReceivingMessagesPaused");
export const MAX_MESSAGE_BODY_SIZE_KEY = singleKey("MaxMessageBodySize");
export const NEXT_NONCE_KEY = singleKey("NextAvailableNonce");
export const SIGNATURE_THRESHOLD_KEY = singleKey("SignatureThreshold");

/** text as it was given · `/` → Attester. */
export const ATTESTER_PREFIX = utf8("Attester/value/");
/** denom · `/` → PerMessageBurnLimit. */
export const BURN_LIMIT_PREFIX = utf8("PerMessageBurnLimit/value/");
/** domain, 4 bytes big endian · `/` → RemoteTokenMessenger. */
export const REMOTE_TOKEN_MESSENGER_PREFIX = utf8("RemoteTokenMessenger/value/");
/** keccak-256 of domain and remote token · `/` → TokenPair. */
export const TOKEN_PAIR_PREFIX = utf8("TokenPair/value/");
/** domain · nonce, 8 bytes big endian · `/` → Nonce, which is empty for the first nonce of domain 0. */
export const USED_NONCE_PREFIX = utf8("UsedNonce/value/");

const SLASH = utf8("/");

function encodeDomain(domain: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, domain);
  return bytes;
}

export function attesterKey(text: string): Uint8Array {
  return concatBytes(ATTESTER_PREFIX, utf8(text), SLASH);
}

export function burnLimitKey(denom: string): Uint8Array {
  return concatBytes(BURN_LIMIT_PREFIX, utf8(denom), SLASH);
}

export function remoteTokenMessengerKey(domain: number): Uint8Array {
  return concatBytes(REMOTE_TOKEN_MESSENGER_PREFIX, encodeDomain(domain), SLASH);
}

export function tokenPairKey(remoteDomain: number, remoteToken: Uint8Array): Uint8Array {
  return concatBytes(TOKEN_PAIR_PREFIX, keccak256(concatBytes(encodeDomain(remoteDomain), remoteToken)), SLASH);
}

export function usedNonceKey(sourceDomain: number, nonce: bigint): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, sourceDomain);
  view.setBigUint64(4, nonce);
  return concatBytes(USED_NONCE_PREFIX, bytes, SLASH);
}
