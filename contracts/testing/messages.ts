// Messages for tests: between the byte arrays of src/cctp and the hex of viem.

import type { Address, Hex } from "viem";
import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { signAttestation } from "../../src/cctp/signAttestation.ts";
import { bytesOf } from "../../src/cctp/testing/vectors.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { CONDITIONS } from "./circleDeployment.ts";

export function hexOf(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes)}`;
}

/** An address as the word that messages carry. */
export function wordOf(address: Address): Uint8Array {
  return addressToBytes32(bytesOf(address));
}

/** The attestation of attester 1, who is enough on a chain as it was deployed. */
export function attest(message: Uint8Array): Uint8Array {
  const attester = CONDITIONS.attesters.find(({ n }) => n === 1);
  if (attester === undefined) throw new Error("the vectors have no attester 1");
  return signAttestation(message, [bytesOf(attester.privateKey)]);
}
