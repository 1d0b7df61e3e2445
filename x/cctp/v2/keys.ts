// State of CCTP V2: everything under `v2/` of the store `cctp`, which V1's keys do not begin with. No prefix begins
// another.

import { concatBytes, utf8 } from "../../../src/codec/bytes.ts";

/** Name of the module, of its store and of its account. */
export const CCTP = "cctp";

/** address, 20 bytes → 1. */
export const ATTESTER_PREFIX = utf8("v2/attester/");
/** address → 1. */
export const DENYLIST_PREFIX = utf8("v2/denylist/");
/** domain, 4 bytes big endian → TokenMessenger, 32 bytes. */
export const REMOTE_TOKEN_MESSENGER_PREFIX = utf8("v2/remote-token-messenger/");
/** nonce, 32 bytes → 1. */
export const USED_NONCE_PREFIX = utf8("v2/used-nonce/");

/** Addresses of those who have a part in V2 alone. */
export const ROLE_KEYS = Object.freeze({
  denylister: utf8("v2/role/denylister"),
  feeRecipient: utf8("v2/role/fee-recipient"),
  minFeeController: utf8("v2/role/min-fee-controller"),
});

/** 8 bytes big endian. */
export const MAX_MESSAGE_BODY_SIZE_KEY = utf8("v2/max-message-body-size");
/** 8 bytes big endian. */
export const MIN_FEE_KEY = utf8("v2/min-fee");
/** 4 bytes big endian. */
export const SIGNATURE_THRESHOLD_KEY = utf8("v2/signature-threshold");

/** `v2/attester/ · address` */
export function attesterKey(address: Uint8Array): Uint8Array {
  return concatBytes(ATTESTER_PREFIX, address);
}

/** `v2/denylist/ · address` */
export function denylistKey(address: Uint8Array): Uint8Array {
  return concatBytes(DENYLIST_PREFIX, address);
}

/** Four bytes, most significant first, so that byte order is number order. */
export function encodeDomain(domain: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, domain);
  return bytes;
}

/** Reads what `encodeDomain` wrote. */
export function decodeDomain(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

/** `v2/remote-token-messenger/ · domain` */
export function remoteTokenMessengerKey(domain: number): Uint8Array {
  return concatBytes(REMOTE_TOKEN_MESSENGER_PREFIX, encodeDomain(domain));
}

/** `v2/used-nonce/ · nonce` */
export function usedNonceKey(nonce: Uint8Array): Uint8Array {
  return concatBytes(USED_NONCE_PREFIX, nonce);
}
