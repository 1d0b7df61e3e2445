// A chain that is linked with others by both versions of CCTP, and the messages that those others would send.

import { cctpModuleBytes32, evmAddressOfPublicKey } from "../../src/cctp/addresses.ts";
import { type BurnMessageV1, encodeBurnMessageV1 } from "../../src/cctp/burnMessageV1.ts";
import { type BurnMessageV2, encodeBurnMessageV2 } from "../../src/cctp/burnMessageV2.ts";
import { addressToBytes32, zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { encodeMessageV1, type MessageV1 } from "../../src/cctp/messageV1.ts";
import { encodeMessageV2, type MessageV2 } from "../../src/cctp/messageV2.ts";
import { toBase64, toHex } from "../../src/codec/bytes.ts";
import { fullPublicKey, publicKeyOf } from "../../src/crypto/secp256k1.ts";
import { DEFAULT_LOCAL_DOMAIN as LOCAL_DOMAIN } from "../../x/cctp/types.ts";

export { LOCAL_DOMAIN };

/** Keys of attesters. The first two are enabled at genesis, and both must sign. */
export const ATTESTER_KEYS: readonly Uint8Array[] = [21, 22, 23].map((byte) => new Uint8Array(32).fill(byte));
const ENABLED = 2;

/** An attester as V1 knows it in both of its rules, a whole key, and as V2 does, an address. */
export function attesterTexts(privKey: Uint8Array): { readonly v1: string; readonly v2: string } {
  const publicKey = publicKeyOf(privKey);
  return { v1: `0x${toHex(fullPublicKey(publicKey))}`, v2: `0x${toHex(evmAddressOfPublicKey(publicKey))}` };
}

/** Twenty bytes of a remote account, as a word. */
export function remoteWord(byte: number): Uint8Array {
  return addressToBytes32(new Uint8Array(20).fill(byte));
}

/** Who burns on another chain. */
export function tokenMessengerOf(domain: number): Uint8Array {
  return remoteWord(0xa0 + domain);
}

/** USDC on another chain. */
export function remoteUsdcOf(domain: number): Uint8Array {
  return remoteWord(0xb0 + domain);
}

type Json = Record<string, unknown>;
type State = Record<string, Record<string, Json>>;

/** An app state whose chain is linked with others, and whose operator governs and has every role. */
export function linkedState(
  base: Record<string, unknown>,
  options: { readonly domains: readonly number[]; readonly operator: string; readonly strictEvm: boolean },
): Record<string, unknown> {
  const { domains, operator, strictEvm } = options;
  const { cctp, orders, "fiat-tokenfactory": issuer } = base as State;
  const attesters = ATTESTER_KEYS.slice(0, ENABLED).map(attesterTexts);
  const messengers = domains.map((domain_id) => ({ domain_id, address: toBase64(tokenMessengerOf(domain_id)) }));
  const pairs = domains.map((remote_domain) => ({
    ...{ remote_domain, remote_token: toBase64(remoteUsdcOf(remote_domain)), local_token: "uusdc" },
  }));
  const roles = { owner: operator, attester_manager: operator, pauser: operator, token_controller: operator };
  const v2Roles = { denylister: operator, fee_recipient: operator, min_fee_controller: operator };
  return {
    ...base,
    authority: { authority: operator },
    cctp: {
      ...cctp,
      params: { ...cctp?.["params"], strict_evm: strictEvm },
      v1: {
        ...cctp?.["v1"],
        ...roles,
        attester_list: attesters.map(({ v1 }) => ({ attester: v1 })),
        signature_threshold: { amount: ENABLED },
        token_pair_list: pairs,
        token_messenger_list: messengers,
      },
      v2: {
        ...cctp?.["v2"],
        settings: { ...(cctp?.["v2"]?.["settings"] as Json), ...v2Roles, signature_threshold: ENABLED },
        attesters: attesters.map(({ v2 }) => v2),
        remote_token_messengers: messengers,
      },
    },
    orders: { ...orders, params: { ...orders?.["params"], refund_reporters: [operator] } },
    "fiat-tokenfactory": {
      ...issuer,
      params: { ...issuer?.["params"], blacklister: operator, pauser: operator, minter_controller: operator },
    },
  };
}

/** A burn on another chain by V1; `bend` changes the header. */
export function burnFromV1(
  burn: Pick<BurnMessageV1, "mintRecipient" | "amount"> & Partial<BurnMessageV1>,
  bend: Pick<MessageV1, "sourceDomain" | "nonce"> & Partial<MessageV1>,
): Uint8Array {
  return encodeMessageV1({
    ...{ version: 0, destinationDomain: LOCAL_DOMAIN, recipient: cctpModuleBytes32() },
    ...{ sender: tokenMessengerOf(bend.sourceDomain), destinationCaller: zeroBytes32() },
    messageBody: encodeBurnMessageV1({
      ...{ version: 0, burnToken: remoteUsdcOf(bend.sourceDomain), messageSender: remoteWord(0xee) },
      ...burn,
    }),
    ...bend,
  });
}

/** The same by V2, as it is attested. */
export function burnFromV2(
  burn: Pick<BurnMessageV2, "mintRecipient" | "amount"> & Partial<BurnMessageV2>,
  bend: Pick<MessageV2, "sourceDomain" | "nonce"> & Partial<MessageV2>,
): Uint8Array {
  return encodeMessageV2({
    ...{ version: 1, destinationDomain: LOCAL_DOMAIN, recipient: cctpModuleBytes32() },
    ...{ sender: tokenMessengerOf(bend.sourceDomain), destinationCaller: zeroBytes32() },
    ...{ minFinalityThreshold: 2000, finalityThresholdExecuted: 2000 },
    messageBody: encodeBurnMessageV2({
      ...{ version: 1, burnToken: remoteUsdcOf(bend.sourceDomain), messageSender: remoteWord(0xee) },
      ...{ maxFee: 0n, feeExecuted: 0n, expirationBlock: 0n, hookData: new Uint8Array(0) },
      ...burn,
    }),
    ...bend,
  });
}
